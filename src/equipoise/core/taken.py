"""Which drugs were taken on the day of a sample, as far as the record tells."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.dates import earliest, latest
from equipoise.core.prepared import prepared
from equipoise.core.tables import Table, load_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import DrugUse, Timeline, TreatmentTrial

__all__ = ["DRUG", "Taken", "taken_around", "untold"]

DRUG = "drug"
"""What an entry that no table could read may hide: a drug that is taken."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A drug that may have been taken on a day.

    Parameters
    ----------
    drug : str
        Id of `drugs/drugs`.
    names : frozenset of str
        Its id, class and groups, by which rules mean it.
    start : str or None
        When it was begun; None where nobody told.
    adherence : str or None
        As recorded for a trial.
    stop : str or None
        When it was stopped; None where nobody told.
    """

    drug: str
    names: frozenset[str]
    start: IsoDate | None
    adherence: str | None = None
    stop: IsoDate | None = None


def untold(timeline: Timeline) -> tuple[str, ...]:
    """Return what is missing before a drug can be called not taken; empty where all is told."""
    missing = []
    if not timeline.treatments.known:
        missing.append("the treatments of the depression")
    if not timeline.drugs.known:
        missing.append("the other drugs")
    if any(entry.hides == DRUG for entry in timeline.unmapped):
        missing.append("a drug of the record that could not be read")
    return tuple(missing)


def taken_around(timeline: Timeline, date: IsoDate, days: float = 0) -> tuple[Taken, ...]:
    """Return the drugs that may have been taken on a day, or within some days before it.

    Parameters
    ----------
    timeline : Timeline
        One person's records.
    date : str
        Day of the sample.
    days : float, optional
        How long a drug that was stopped still counts.

    Returns
    -------
    tuple of Taken
        Those that the dates do not rule out: without an end a drug counts as taken.
    """
    names = prepared(load_table("drugs/drugs"), _names)
    parts = prepared(load_table("treatments/treatments"), _parts)
    found = []
    for use, adherence in _uses(timeline):
        stop = use[2]
        if stop is not None and latest(stop) + dt.timedelta(days=days) < earliest(date):
            continue
        if use[1] is not None and earliest(use[1]) > latest(date):
            continue
        drugs = (use[0],) if use[0] in names else parts.get(use[0], ())
        found += [
            Taken(drug, names[drug], use[1], adherence, stop) for drug in drugs if drug in names
        ]
    return tuple(found)


_Use = tuple[str, "IsoDate | None", "IsoDate | None"]


def _uses(timeline: Timeline) -> Iterator[tuple[_Use, str | None]]:
    for trial in timeline.treatments.or_else(()):
        yield _span(trial.treatment, trial), trial.adherence.value
    for use in timeline.drugs.or_else(()):
        yield _span(use.drug, use), None


def _span(drug: str, use: TreatmentTrial | DrugUse) -> _Use:
    return drug, use.start.value, use.stop.value


def _names(table: Table) -> dict[str, frozenset[str]]:
    return {
        row.text("id"): frozenset((row.text("id"), row.text("class"), *row.items("groups")))
        for row in table
    }


def _parts(table: Table) -> dict[str, tuple[str, ...]]:
    return {row.text("id"): row.items("drugs") for row in table}
