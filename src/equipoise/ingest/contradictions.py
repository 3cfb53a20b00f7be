"""What contradicts itself in a timeline, whatever it was read from: both places are named.

Places are the `line` of the entries: a line of a record, or the negative number of an entry of a
bundle.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, pairwise
from typing import Final, TypeVar

from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.errors import UnitError
from equipoise.core.nouns import Dose, DrugUse, LabResult, Timeline, TreatmentTrial
from equipoise.core.tables import load_table, setting, tables_digest
from equipoise.core.units import convert

__all__ = ["Clash", "Intake", "before_birth", "contradictions", "intakes", "slips"]

_NO_SAMPLE: Final = frozenset({"body", "ecg"})
_FULL_DATE: Final = len("2024-03-10")
_Entry = TypeVar("_Entry", TreatmentTrial, DrugUse)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two entries that cannot both be right.

    Parameters
    ----------
    what : str
        What is wrong.
    lines : tuple of int
        Places of the two.
    got : str
        What they say.
    todo : str
        What to do.
    field : str
        Field of the record.
    """

    what: str
    lines: tuple[int, int]
    got: str
    todo: str
    field: str


@dataclass(frozen=True, slots=True)
class Intake:
    """A drug with a dose from a day on, and its place."""

    drug: str
    dose: Dose | None
    start: IsoDate | None
    line: int
    stop: IsoDate | None = None


def contradictions(timeline: Timeline) -> Iterator[Clash]:
    """Yield the entries that stand twice: the same trial or drug, word for word.

    Parameters
    ----------
    timeline : Timeline
        With the places of its entries.

    Yields
    ------
    Clash
        Two places each.
    """
    for trial, again in _alike(timeline.treatments.or_else(())):
        yield _twice("treatments", trial.treatment, (trial.line, again.line))
    for use, same in _alike(timeline.drugs.or_else(())):
        yield _twice("drugs", use.drug, (use.line, same.line))
    yield from _samples(timeline.labs.or_else(()))


def _samples(labs: tuple[LabResult, ...]) -> Iterator[Clash]:
    """Yield two values of one test by one assay that were sampled at the same moment.

    Values without a time are not compared: nobody says that they are of one sample. Nor are those
    that are no sample: blood pressure is often taken twice within a minute.
    """
    first: dict[tuple[object, ...], LabResult] = {}
    for lab in labs:
        if lab.time is None and lab.minutes_after_waking is None:
            continue
        if len(lab.date) != _FULL_DATE or lab.test in _repeated(tables_digest()):
            continue
        moment = lab.time or lab.minutes_after_waking
        before = first.setdefault((lab.test, lab.date, lab.assay, moment), lab)
        if before is lab:
            continue
        yield Clash(
            f"two values of {lab.test} at one time",
            (lab.line, before.line),
            f"{_value(lab)}, and {_value(before)} at {_moment(lab)} on {lab.date}",
            "keep one, or give the times that tell them apart",
            "labs",
        )


@cache
def _repeated(_digest: str) -> frozenset[str]:
    """Return the tests that are measured on the body, without a sample."""
    return frozenset(
        row.text("id") for row in load_table("labs/labs") if row.text("specimen") in _NO_SAMPLE
    )


def _value(lab: LabResult) -> str:
    return f"{lab.comparator or ''}{lab.value:.10g} {lab.unit}"


def _moment(lab: LabResult) -> str:
    return lab.time or f"{lab.minutes_after_waking:g} minutes after waking"


def _alike(entries: tuple[_Entry, ...]) -> Iterator[tuple[_Entry, _Entry]]:
    first: dict[_Entry, _Entry] = {}
    for entry in entries:
        bare = replace(entry, line=0)
        if bare in first:
            yield first[bare], entry
        first.setdefault(bare, entry)


def _twice(section: str, name: str, lines: tuple[int, int]) -> Clash:
    return Clash(
        f"the same entry about {name} stands twice",
        (lines[1], lines[0]),
        f"{name} again",
        "keep one, or give the dates that tell them apart",
        section,
    )


def intakes(timeline: Timeline) -> list[Intake]:
    """Return what was taken, trials and drugs alike."""
    found = [
        Intake(t.treatment, t.dose.value, t.start.value, t.line, t.stop.value)
        for t in timeline.treatments.or_else(())
    ]
    return found + [
        Intake(u.drug, u.dose.value, u.start.value, u.line, u.stop.value)
        for u in timeline.drugs.or_else(())
    ]


def slips(found: Iterable[Intake]) -> Iterator[Clash]:
    """Yield two doses of a drug that differ as by a decimal point, within a day of each other.

    They begin together, or the later one begins as the earlier one ends.

    Parameters
    ----------
    found : iterable of Intake
        Only those with a dose and a whole date are compared.

    Yields
    ------
    Clash
        The later entry first.
    """
    factor, days = setting("ingest_slip_factor"), setting("ingest_slip_days")
    groups: dict[str, list[Intake]] = {}
    for one in found:
        if one.dose is not None and one.start is not None and len(one.start) == _FULL_DATE:
            groups.setdefault(one.drug, []).append(one)
    for drug, held in groups.items():
        ordered = sorted(held, key=lambda i: (i.start or "", abs(i.line)))
        for early, late in _near(ordered, days):
            ratio = _ratio(early.dose, late.dose)
            if ratio is not None and max(ratio, 1 / ratio) >= factor:
                yield Clash(
                    f"two doses of {drug} a day apart differ by a factor of {factor:g} or more",
                    (late.line, early.line),
                    f"{_told(late)}, and {_told(early)}",
                    "find out which one is right",
                    "dose",
                )


def _near(ordered: list[Intake], days: float) -> Iterator[tuple[Intake, Intake]]:
    """Yield the pairs that lie near each other; long lists only by neighbours."""
    pairs = combinations(ordered, 2) if len(ordered) <= len("0123456789") else pairwise(ordered)
    for early, late in pairs:
        begins = earliest(late.start or "")
        whole = early.stop is not None and len(early.stop) == _FULL_DATE
        days_before = [early.start or "", *([early.stop or ""] if whole else [])]
        if any(abs(begins - earliest(day)) <= dt.timedelta(days=days) for day in days_before):
            yield early, late


def _ratio(one: Dose | None, other: Dose | None) -> float | None:
    if one is None or other is None or not one.value or not other.value:
        return None
    try:
        return convert(one.value, one.unit, other.unit) / other.value
    except UnitError:
        return None


def _told(one: Intake) -> str:
    dose = one.dose
    return "" if dose is None else f"{dose.value:.10g} {dose.unit} from {one.start}"


def before_birth(timeline: Timeline, today: IsoDate) -> Iterator[tuple[str, int, IsoDate]]:
    """Yield what began before the person can have been born, by the age.

    Parameters
    ----------
    timeline : Timeline
        With the places of its entries.
    today : str
        Day of the run, on which the person has the age of the record.

    Yields
    ------
    tuple of (str, int, str)
        Section, place and day.
    """
    age = timeline.demographics.age_years.value
    if age is None:
        return
    # One year more: an age is in completed years, and the record may be some months old.
    year = latest(today).year - int(age) - 2
    dated = [("treatments", t.line, t.start.value) for t in timeline.treatments.or_else(())]
    dated += [("drugs", u.line, u.start.value) for u in timeline.drugs.or_else(())]
    dated += [("conditions", c.line, c.onset.value) for c in timeline.conditions.or_else(())]
    dated += [("labs", lab.line, lab.date) for lab in timeline.labs.or_else(())]
    dated += [("scales", s.line, s.date) for s in timeline.scales.or_else(())]
    for section, line, day in dated:
        if day is not None and latest(day).year <= year:
            yield section, line, day
