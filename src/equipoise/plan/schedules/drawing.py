"""A schedule out of its days: dates, titles and sources."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.nouns import DoseStep, Schedule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from equipoise.core.tables import Row

__all__ = ["Entry", "Head", "draw", "sources", "withhold"]

_CHECKED = ("checked", "derived", "recalled")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a schedule before it has a date."""

    day: int
    drug: str
    dose: float
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """Id, kind, title and treatments of a schedule."""

    id: str
    kind: str
    title: str
    treatments: tuple[str, ...]


def sources(rows: Iterable[Row], more: Iterable[str] = ()) -> tuple[str, str, str]:
    """Return reference, grade and origin of several rows: keys once, the weakest grade and origin.

    Parameters
    ----------
    rows : iterable of Row
        Rows with the common columns.
    more : iterable of str
        Further reference keys.

    Returns
    -------
    tuple of str
        Reference, grade, checked.
    """
    listed = list(rows)
    keys = [key for row in listed for key in row.items("reference")]
    keys += [key for text in more for key in text.split("; ") if key]
    grades = [row.cells["grade"] for row in listed]
    return (
        "; ".join(dict.fromkeys(keys)),
        max(grades, default="n/a"),
        max((row.text("checked") for row in listed), key=_CHECKED.index, default="recalled"),
    )


def draw(
    head: Head,
    entries: Sequence[Entry],
    base: dt.date,
    rules: Iterable[str],
    origin: tuple[str, str, str],
    washout: tuple[int, int] | None = None,
) -> Schedule:
    """Return a schedule whose day 0 is `base`.

    Parameters
    ----------
    head : Head
        What the schedule is and whom it is of.
    entries : sequence of Entry
        Doses by the day, in any order.
    base : date
        Date of day 0.
    rules : iterable of str
        Sentences that hold for the whole schedule; empty ones and repeats are left out.
    origin : tuple of str
        Reference, grade and how it was checked.
    washout : tuple of int, optional
        First and last day without either drug.

    Returns
    -------
    Schedule
        With its days in order.
    """
    steps = tuple(
        DoseStep(
            day=entry.day,
            date=(base + dt.timedelta(days=entry.day)).isoformat(),
            drug=entry.drug,
            dose=entry.dose,
            unit=entry.unit,
            note=entry.note,
        )
        for entry in sorted(entries, key=lambda entry: entry.day)
    )
    said = tuple(dict.fromkeys(rule for rule in rules if rule))
    return Schedule(
        head.id, head.kind, head.title, head.treatments, steps, washout, said, None, *origin
    )


def withhold(head: Head, why: str, rows: Iterable[Row] = ()) -> Schedule:
    """Return a schedule without days, and the reason."""
    reference, grade, checked = sources(rows)
    return Schedule(
        head.id,
        head.kind,
        head.title,
        head.treatments,
        (),
        None,
        (),
        why,
        reference or "equipoise_method",
        grade,
        checked if reference else "derived",
    )
