"""What changed between sessions, against retest noise, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import cite, keys_of, measure_title
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, say, sentence
from equipoise.core.casing import within
from equipoise.core.nouns import Change, ChangeOrder

__all__ = ["ChangeLine", "Changes", "changes_view"]

VERDICTS: Final = {
    "rise": "Reliable rise",
    "fall": "Reliable fall",
    "no_reliable_change": "No reliable change",
    "cannot_tell": "Cannot be told",
}
ORDERS: Final = {
    "before": "The brain changed before the symptoms",
    "not_before": "The brain did not change before the symptoms",
    "no_reliable_change": "No reliable change of the brain",
    "cannot_tell": "Whether the brain changed before the symptoms cannot be told",
}
MANY: Final = 4


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One verdict with the measures it holds for; `words` for each where they say more."""

    verdict: str
    title: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """The section about sessions."""

    title: str
    order: str
    lines: tuple[ChangeLine, ...]
    table: DataTable
    sources: Markup
    limit: str


def changes_view(changes: tuple[Change, ...], order: ChangeOrder | None) -> Changes | None:
    """Return what changed between sessions; None where nothing was measured twice."""
    if not changes:
        return None
    keys = tuple(dict.fromkeys(key for c in changes for key in keys_of(c.reference)))
    return Changes(
        title=_title(changes, order),
        order=sentence(order.words) if order else "",
        lines=tuple(line for verdict in VERDICTS for line in _lines(verdict, changes)),
        table=_table(changes),
        sources=cite(keys),
        limit=say("change_limit"),
    )


def _title(changes: tuple[Change, ...], order: ChangeOrder | None) -> str:
    reliable = sum(c.verdict in ("rise", "fall") for c in changes)
    number = n.count(len(changes), "measure was", "measures were", spelled=True)
    changed = n.WORDS[reliable] if 0 < reliable < len(n.WORDS) else str(reliable or "none")
    words = f"{number.capitalize()} taken twice, {changed} changed reliably"
    return f"{ORDERS[order.verdict]}: {words[0].lower()}{words[1:]}" if order else words


def _lines(verdict: str, changes: tuple[Change, ...]) -> tuple[ChangeLine, ...]:
    """Return a line for each measure that changed; what did not change shares one."""
    found = [change for change in changes if change.verdict == verdict]
    if verdict in ("rise", "fall") or len(found) < MANY:
        return tuple(
            ChangeLine(VERDICTS[verdict], measure_title(c.measure), (sentence(c.words),))
            for c in found
        )
    names = joined([within(measure_title(c.measure)) for c in found])
    count = n.count(len(found), "measure", spelled=True).capitalize()
    return (ChangeLine(VERDICTS[verdict], count, (sentence(names),)),)


def _value(change: Change, *, last: bool) -> str:
    quantity = change.last if last else change.first
    value = n.measured(quantity.value, quantity.standard_error)
    return f"{value} {n.unit_words(quantity.unit)}".strip()


def _session(date: str | None, session: str | None) -> str:
    parts = [n.day(date) if date else "", f"session {session}" if session else ""]
    return ", ".join(part for part in parts if part) or "no date"


def _table(changes: tuple[Change, ...]) -> DataTable:
    rows = tuple(
        (
            measure_title(c.measure),
            f"{_value(c, last=False)} ({_session(c.first_date, c.first_session)})",
            f"{_value(c, last=True)} ({_session(c.last_date, c.last_session)})",
            n.measured(c.difference, c.first.standard_error),
            "not known" if c.retest_error is None else n.measured(c.retest_error, c.retest_error),
            VERDICTS[c.verdict],
        )
        for c in changes
    )
    columns = ("Measure", "First", "Last", "Difference", "Retest error of it", "Verdict")
    return DataTable("Every change in numbers", columns, rows, widths=(25, 19, 19, 11, 11, 15))
