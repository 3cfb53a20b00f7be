"""What a treatment is, as lines for people: course, burdens, approvals, unwanted effects."""

from __future__ import annotations

from typing import Final

from equipoise.apps.evidence.answer import wrapped
from equipoise.apps.evidence.sources import short
from equipoise.apps.evidence.treatment import Gathered
from equipoise.apps.report.names import cell, from_id, rows_of
from equipoise.core.tables import Row

__all__ = ["fact_lines"]

LEVELS: Final = ("high", "moderate", "low", "none")
INVASIVE: Final = (
    "tablets or talking",
    "outside the body or a spray",
    "under anaesthesia",
    "surgery",
)
YES: Final = ("no", "yes")


def fact_lines(known: Gathered) -> list[str]:
    """Return what a treatment is, one fact a line.

    Parameters
    ----------
    known : Gathered
        The treatment.

    Returns
    -------
    list of str
        Facts that no table knows are left out.
    """
    row = known.row
    lines = [f"{known.title} ({known.id}), {row.text('kind')}"]
    facts = (
        ("class", _words(row.optional_text("drug_class"))),
        ("course", row.optional_text("course")),
        ("acts on", ", ".join(_mechanism(name) for name in row.items("mechanisms")) or None),
        ("weeks to effect", row.optional_text("weeks_to_effect")),
        ("visits in eight weeks", row.optional_text("visits")),
        ("general anaesthesia", _chosen(row, "anaesthesia", YES)),
        ("invasiveness", _chosen(row, "invasiveness", INVASIVE)),
        ("cost", _words(row.optional_text("cost_band"))),
        ("availability", _words(row.optional_text("availability"))),
    )
    for name, value in facts:
        if value is not None:
            lines += wrapped(f"{name}: {value}")
    lines += wrapped(f"these facts: {row.text('checked')}; {short(row.items('reference'))}")
    if known.option is None:
        return [*lines, "  a comparator of trials: it is no option"]
    return [*lines, *_approvals(known), *_side_effects(known.id)]


def _words(name: str | None) -> str | None:
    return None if name is None else name.replace("_", " ")


def _mechanism(name: str) -> str:
    return (cell("mechanisms/mechanisms", "title", id=name) or from_id(name)).lower()


def _chosen(row: Row, column: str, words: tuple[str, ...]) -> str | None:
    level = row.optional_number(column)
    return None if level is None else words[int(level)]


def _approvals(known: Gathered) -> list[str]:
    lines = []
    for row in rows_of("treatments/approvals", treatment=known.id):
        parts = [f"{row.text('agency')}, {row.text('indication')}: {_words(row.text('status'))}"]
        parts += [text for text in (row.optional_text("year"), row.optional_text("note")) if text]
        lines += wrapped(f"approval: {', '.join(parts)} ({row.text('checked')})")
    if not lines and known.row.optional_text("approval") is not None:
        lines = wrapped(f"approval: {known.row.text('approval')}")
    return lines


def _side_effects(treatment: str) -> list[str]:
    rows = rows_of("treatments/side_effects", treatment=treatment)
    plain = [row for row in rows if not _told(row)]
    lines = []
    for checked in dict.fromkeys(row.text("checked") for row in plain):
        parts = []
        for level in LEVELS:
            mine = (
                row for row in plain if (row.text("checked"), row.text("level")) == (checked, level)
            )
            names = ", ".join(_effect(row) for row in mine)
            parts += [f"{level}: {names}"] if names else []
        lines += wrapped(f"side effects beside the other options ({checked}): {'; '.join(parts)}")
    for row in rows:
        lines += wrapped(_one(row)) if _told(row) else []
    return lines


def _told(row: Row) -> bool:
    """Return whether a row says more than a level."""
    more = (row.optional_text("rate"), row.optional_text("note"))
    return row.optional_text("level") is None or any(part is not None for part in more)


def _one(row: Row) -> str:
    parts = [_words(row.optional_text("level")), _rate(row), row.optional_text("note")]
    said = ", ".join(part for part in parts if part)
    facts = (row.text("population"), row.text("checked"), short(row.items("reference")))
    return f"side effect: {_effect(row)}: {said} ({'; '.join(facts)})"


def _effect(row: Row) -> str:
    return row.text("effect").replace("_", " ")


def _rate(row: Row) -> str | None:
    rate, other = row.optional_number("rate"), row.optional_number("comparator_rate")
    if rate is None:
        return None
    unit = row.text("unit").replace("[", "").replace("]", "")
    against = "" if other is None else f" against {other:g}"
    return f"{rate:g}{against} {unit}"
