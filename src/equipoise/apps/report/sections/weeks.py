"""The calendar of the plan by week: what to do, for which option, and what ends it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from markupsafe import escape

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.charts.todo import Kind, sign
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.views import DataTable, table_or_none
from equipoise.apps.report.wording import capital, joined, say, sentence
from equipoise.core.casing import within
from equipoise.core.nouns import CalendarEntry

__all__ = ["weeks_table"]

WEEK: Final = 7
MEASURED: Final = ("phq-9", "blood pressure", "score", "level", "ecg", "weight")
"""Words of an entry that takes a value; what neither takes one nor decides is a question."""


def weeks_table(entries: Sequence[CalendarEntry]) -> DataTable | None:
    """Return the calendar, one row for all weeks that ask for the same.

    Parameters
    ----------
    entries : sequence of CalendarEntry
        The dates of the plan, which are aims and no appointments.

    Returns
    -------
    DataTable or None
        By first week; None without an entry.
    """
    shared: dict[tuple[str, str, tuple[str, ...]], list[CalendarEntry]] = {}
    for entry in sorted(entries, key=lambda one: one.day):
        shared.setdefault((entry.what, entry.rule, entry.treatments), []).append(entry)
    rows = tuple(
        (
            _when(found),
            _what(what),
            capital(joined([within(treatment_title(name)) for name in names])) or _("everybody"),
            sentence(rule) or _("none"),
        )
        for (what, rule, names), found in shared.items()
    )
    columns = (_("Week"), _("What"), _("For"), _("Stop or change if"))
    return table_or_none(say("weeks_title"), columns, rows, (17, 29, 20, 34))


def _when(found: Sequence[CalendarEntry]) -> str:
    """Return the weeks in words, with the first day of the first: ``Weeks 1, 2 and 4``."""
    weeks = sorted({one.day // WEEK for one in found})
    runs: list[list[int]] = [[weeks[0]]]
    for before, week in pairwise(weeks):
        if week == before + 1:
            runs[-1].append(week)
        else:
            runs.append([week])
    named = [
        f"{run[0]} to {run[-1]}" if len(run) > 2 else joined([str(week) for week in run])  # noqa: PLR2004
        for run in runs
    ]
    words = say("weeks_many" if len(weeks) > 1 else "weeks_one", weeks=joined(named))
    first = say("weeks_from", day=n.day(found[0].date))
    return escape(words) + " " + element("span", first, class_="note")


def _what(text: str) -> str:
    kind = _kind(text)
    names = {"ask": _("Ask and check"), "measure": _("Measure"), "decide": _("Decide")}
    return sign(kind) + element("strong", names[kind]) + escape(f" {capital(text)}")


def _kind(text: str) -> Kind:
    words = text.lower()
    if "decide" in words:
        return "decide"
    return "measure" if any(name in words for name in MEASURED) else "ask"
