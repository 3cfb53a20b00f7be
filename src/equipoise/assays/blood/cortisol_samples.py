"""Samples of cortisol in saliva, placed on the days that they belong to.

A day begins with waking, so a sample after midnight belongs to the day before where the record
gives its clock time and its minutes after waking. Nothing is guessed: a waking time is known where
one sample has both, and samples that contradict each other make the day unusable.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from equipoise import __version__
from equipoise.core.dates import earliest, latest
from equipoise.core.errors import UnitError
from equipoise.core.lab_values import doubt_of
from equipoise.core.nouns import Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.tables import load_table
from equipoise.core.units import convert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from equipoise.core.assay import AssaySpec
    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import LabResult, Result, Timeline

__all__ = [
    "HOUR",
    "SALIVA",
    "SERUM",
    "Day",
    "Sample",
    "Unusable",
    "as_clock",
    "clock_minutes",
    "in_nmol",
    "is_above",
    "not_measured",
    "person_days",
    "reported",
    "result",
    "rule",
    "sample_errors",
]

SALIVA: Final = "cortisol_saliva"
SERUM: Final = "cortisol_serum"
HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: minutes after waking and nmol/L."""

    minutes: float
    value: float


@dataclass(frozen=True, slots=True)
class Day:
    """The samples of one waking day, in order of time.

    Parameters
    ----------
    date : str
        Day of waking.
    samples : tuple of Sample
        At least one.
    assay : str or None
        The method, where every sample has the same.
    flags : tuple of str
        What is to be known of the samples.
    """

    date: IsoDate
    samples: tuple[Sample, ...]
    assay: str | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unusable:
    """A day whose samples make no measure, with the rule that they break."""

    date: IsoDate
    reason: str


class _RuleError(Exception):
    """A rule on the samples of a day is broken."""


def rule(name: str) -> float:
    """Return a value of `labs/cortisol`."""
    return load_table("labs/cortisol").row(id=name).number("value")


def clock_minutes(time: str) -> float:
    """Return a clock time such as ``07:45`` as minutes after midnight."""
    hours, minutes = time.split(":")[:2]
    return int(hours) * HOUR + int(minutes)


def as_clock(minutes: float) -> str:
    """Return minutes after midnight as a clock time."""
    whole = round(minutes)
    return f"{whole // HOUR:02d}:{whole % HOUR:02d}"


def in_nmol(lab: LabResult) -> tuple[float, str | None]:
    """Return a value in the unit of its test, and why it cannot be used.

    Parameters
    ----------
    lab : LabResult
        One reported value.

    Returns
    -------
    tuple
        The value, and None or the reason.
    """
    known = load_table("labs/labs").row(id=lab.test)
    unit = known.text("unit")
    least, most = known.number("plausible_minimum"), known.number("plausible_maximum")
    where = f"{known.text('title')} of {lab.date}"
    try:
        value = convert(lab.value, lab.unit, unit, quantity=lab.test, where=where)
    except UnitError as error:
        return math.nan, error.line()
    if value <= 0 or not least <= value <= most:
        allowed = f"{least:g} to {most:g}" if least else f"more than 0, up to {most:g}"
        return value, f"a value of {value:g} {unit} is not possible; allowed is {allowed}"
    return value, doubt_of(lab)


def is_above(value: float, limit: float, lab: LabResult) -> bool | None:
    """Return whether a value lies above a limit; None where a ``<`` or ``>`` does not tell.

    Parameters
    ----------
    value : float
        In the unit of the limit; the bound where there is a comparator.
    limit : float
        The limit.
    lab : LabResult
        As reported, for its comparator.

    Returns
    -------
    bool or None
        A bound is itself no possible value.
    """
    if lab.comparator is None:
        return value > limit
    if lab.comparator.startswith("<"):
        return False if value <= limit else None
    return True if value >= limit else None


def reported(lab: LabResult) -> str:
    """Return a bound as it was reported."""
    return f"reported as {lab.comparator} {lab.value:g} {lab.unit}"


def person_days(timeline: Timeline) -> tuple[Day | Unusable, ...]:
    """Return the waking days with samples of saliva, oldest first.

    Parameters
    ----------
    timeline : Timeline
        One person's records.

    Returns
    -------
    tuple of Day or Unusable
        Nothing where the record has no such sample; a lone late-night sample makes no day.
    """
    groups: dict[IsoDate, list[LabResult]] = {}
    for lab in timeline.labs.or_else(()):
        if lab.test in (SALIVA, SERUM):
            groups.setdefault(_waking_date(lab), []).append(lab)
    found = (_day(date, labs) for date, labs in sorted(groups.items()))
    return tuple(day for day in found if day is not None)


def _waking_date(lab: LabResult) -> IsoDate:
    if lab.time is None or lab.minutes_after_waking is None or not _to_the_day(lab.date):
        return lab.date
    midnight = dt.datetime.combine(earliest(lab.date), dt.time())
    woken = clock_minutes(lab.time) - lab.minutes_after_waking
    return (midnight + dt.timedelta(minutes=woken)).date().isoformat()


def _to_the_day(date: IsoDate) -> bool:
    return earliest(date) == latest(date)


def _day(date: IsoDate, labs: list[LabResult]) -> Day | Unusable | None:
    saliva = [lab for lab in labs if lab.test == SALIVA]
    if not saliva or all(_only_night(lab) for lab in saliva):
        return None
    try:
        return _placed(date, saliva, labs)
    except _RuleError as broken:
        return Unusable(date, str(broken))


def _only_night(lab: LabResult) -> bool:
    """Return whether a sample is a late-night one and nothing tells when the person woke."""
    if lab.time is None or lab.minutes_after_waking is not None:
        return False
    row = load_table("labs/cortisol_criteria").row(id="night")
    return row.number("time_from") <= clock_minutes(lab.time) <= row.number("time_to")


def _placed(date: IsoDate, saliva: list[LabResult], labs: list[LabResult]) -> Day:
    if not _to_the_day(date):
        raise _RuleError("the date has no day, so samples of several days may be mixed")
    if any(lab.test == SERUM and lab.minutes_after_waking is not None for lab in labs):
        raise _RuleError("samples of saliva and of serum are mixed")
    flags = ["the waking time is as told: no device measured it"]
    assay = _one_assay(saliva, flags)
    woken = _woken(saliva)
    if woken is None and all(lab.minutes_after_waking is None for lab in saliva):
        raise _RuleError("the waking time is not known: give minutes_after_waking")
    samples = []
    for lab in saliva:
        minutes = _minutes_awake(lab, woken)
        if minutes is None:
            flags.append(
                f"the sample at {lab.time} is left out: its time after waking is not known"
            )
            continue
        samples.append(Sample(minutes, _value(lab)))
    return Day(date, _ordered(samples), assay, tuple(flags))


def _one_assay(saliva: list[LabResult], flags: list[str]) -> str | None:
    told = {lab.assay for lab in saliva}
    named = sorted(assay for assay in told if assay is not None)
    if len(named) > 1:
        raise _RuleError(f"the samples were measured by different assays ({', '.join(named)})")
    if None in told and named:
        flags.append(f"the assay is told for some samples alone ({named[0]})")
    return named[0] if len(told) == 1 and named else None


def _woken(saliva: list[LabResult]) -> float | None:
    """Return the clock time of waking that the samples with both times agree on."""
    told = [
        (clock_minutes(lab.time) - lab.minutes_after_waking) % rule("day_end")
        for lab in saliva
        if lab.time is not None and lab.minutes_after_waking is not None
    ]
    if not told:
        return None
    if max(told) - min(told) > rule("waking_agreement"):
        times = f"{as_clock(min(told))} and at {as_clock(max(told))}"
        raise _RuleError(f"the times of the samples contradict each other: waking at {times}")
    return min(told)


def _minutes_awake(lab: LabResult, woken: float | None) -> float | None:
    if lab.minutes_after_waking is not None:
        minutes = lab.minutes_after_waking
    elif lab.time is None:
        raise _RuleError("a sample has neither a clock time nor minutes after waking")
    elif woken is None:
        return None
    else:
        minutes = clock_minutes(lab.time) - woken
        if minutes < 0:
            raise _RuleError(f"the sample at {lab.time} lies before waking at {as_clock(woken)}")
    if minutes < 0:
        raise _RuleError("a sample lies before waking")
    if minutes > rule("day_end"):
        raise _RuleError("a sample lies more than a day after waking: several days are mixed")
    return minutes


def _value(lab: LabResult) -> float:
    if lab.comparator is not None:
        raise _RuleError(f"a sample is {reported(lab)}, no value")
    value, reason = in_nmol(lab)
    if reason:
        raise _RuleError(reason)
    return value


def _ordered(samples: list[Sample]) -> tuple[Sample, ...]:
    ordered = sorted(samples, key=lambda sample: sample.minutes)
    for before, after in pairwise(ordered):
        if before.minutes == after.minutes:
            at = f"{after.minutes:g} minutes after waking"
            raise _RuleError(f"two samples lie at the same time, {at}: several days may be mixed")
    return tuple(ordered)


def sample_errors(samples: Iterable[Sample]) -> tuple[float, ...]:
    """Return the standard error of each sample, in nmol/L: the person's own and the assay's."""
    share = math.hypot(rule("within_person"), rule("analytical"))
    return tuple(sample.value * share for sample in samples)


def not_measured(spec: AssaySpec, date: IsoDate, reason: str) -> tuple[NotMeasured, ...]:
    """Return the reason for every yield of an assay."""
    return tuple(NotMeasured(part.measure, reason, date) for part in spec.yields)


def result(
    timeline: Timeline,
    name: str,
    found: tuple[float, float] | str,
    day: Day,
    *,
    used: Sequence[Sample] = (),
    flags: tuple[str, ...] = (),
) -> Result:
    """Return a measurement of a day, or why there is none.

    Parameters
    ----------
    timeline : Timeline
        The record, for the digests of its files.
    name : str
        Measure id.
    found : tuple of float, or str
        Value and standard error; or the rule that is broken.
    day : Day
        The day.
    used : sequence of Sample, optional
        Samples that went in.
    flags : tuple of str, optional
        Flags besides those of the day.

    Returns
    -------
    Measurement or NotMeasured
        In the unit of `measures/measures`.
    """
    if isinstance(found, str):
        return NotMeasured(name, found, day.date)
    unit = load_table("measures/measures").row(id=name).text("unit")
    return Measurement(
        id=name,
        quantity=Quantity(found[0], unit, found[1]),
        date=day.date,
        coverage=1.0,
        flags=(*day.flags, *flags),
        provenance=Provenance(
            inputs=timeline.sources,
            software=f"equipoise {__version__}",
            parameters=(
                ("analytical", f"{rule('analytical'):g}"),
                ("minutes_after_waking", ", ".join(f"{sample.minutes:g}" for sample in used)),
                ("within_person", f"{rule('within_person'):g}"),
            ),
        ),
        assay=day.assay,
    )
