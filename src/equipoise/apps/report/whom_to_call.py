"""Which crisis numbers are printed: those of the site if checked of late, else those shipped.

A number that nobody called for long may ring nowhere. It is not printed: the row that ships takes
its place, and the clinician is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import Dossier
from equipoise.core.tables import Row, Table, load_shipped, load_table, setting

__all__ = ["ANYWHERE", "Clinic", "CrisisNumber", "clinic_of", "crisis_numbers", "crisis_rows"]

CRISIS: Final = "red_flags/crisis"
CLINIC: Final = "red_flags/crisis_clinic"
ANYWHERE: Final = "default"


@dataclass(frozen=True, slots=True)
class CrisisNumber:
    """One line of whom to call.

    `place` is a country by its code, or ``default``; `digits` what is dialled, None where the text
    names no number; `stale` is true where it stands in for a row of the site that is missing or
    was not checked of late.
    """

    place: str
    text: str
    digits: str | None
    hours: str | None
    language: str | None
    checked_on: IsoDate | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Clinic:
    """The clinic's own telephone; None where the table does not say, or not of late."""

    day: str | None
    hours: str | None
    night: str | None


def crisis_numbers(dossier: Dossier) -> tuple[CrisisNumber, ...]:
    """Return whom to call, for every reader.

    Parameters
    ----------
    dossier : Dossier
        The results of one run; its date tells which rows are too old.

    Returns
    -------
    tuple of CrisisNumber
        The rows of the site's country (of every country where it is not told) that were checked
        within `report_crisis_days`; else the shipped ones. Empty where the table holds no row.
    """
    rows, stale = _chosen(dossier)
    return tuple(_number(row, stale=stale) for row in rows)


def crisis_rows(dossier: Dossier) -> tuple[Row, ...]:
    """Return the rows of the table that are printed."""
    return _chosen(dossier)[0]


def clinic_of(dossier: Dossier) -> Clinic:
    """Return the clinic's own telephone by day and by night, as far as it was checked of late."""
    row = load_table(CLINIC).find(id="clinic")
    if row is None or not _current(row, dossier.date):
        return Clinic(None, None, None)
    return Clinic(*(row.optional_text(name) for name in ("phone_day", "hours", "phone_night")))


def _chosen(dossier: Dossier) -> tuple[tuple[Row, ...], bool]:
    table = load_table(CRISIS)
    if not len(table):
        return (), True
    rows = tuple(row for row in _of_place(table) if _current(row, dossier.date))
    return (rows, False) if rows else (_of_place(load_shipped(CRISIS)), True)


def _of_place(table: Table) -> tuple[Row, ...]:
    clinic = load_table(CLINIC).find(id="clinic")
    place = None if clinic is None else clinic.optional_text("place")
    if place is None:
        return tuple(sorted(table, key=lambda row: row.text("place") == ANYWHERE))
    own = table.find(place=place) or table.find(place=ANYWHERE)
    return () if own is None else (own,)


def _current(row: Row, today: IsoDate) -> bool:
    """Return whether somebody looked a number up near the day of the run.

    A page may be written from an older run, so that a look after that day counts; one far in the
    future is a slip.
    """
    checked = row.optional_text("checked_on")
    if checked is None:
        return False
    try:
        first = earliest(checked)
    except ValueError:
        return False
    return abs((latest(today) - first).days) <= setting("report_crisis_days")


def _number(row: Row, *, stale: bool) -> CrisisNumber:
    return CrisisNumber(
        place=row.text("place"),
        text=row.text("text"),
        digits=row.optional_text("number"),
        hours=row.optional_text("hours"),
        language=row.optional_text("language"),
        checked_on=row.optional_text("checked_on"),
        stale=stale,
    )
