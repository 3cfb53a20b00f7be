"""Cortisol over the day in saliva: slopes per hour, areas in nmol/L times hours.

What it measures: how cortisol falls from waking to bedtime, and how much there is in a day.

Why in depression: flatter slopes go with poor health (correlation near 0.15 in a meta-analysis) and
are no sign of depression alone. Ten days are needed for a steady slope, four to eight for an area.
It is shown and moves nothing.

Method: slope = (bedtime - waking) / hours between them; slope of ln = least squares of ln cortisol
on hours since waking without the samples of the awakening response. Areas by Pruessner's two
formulas with the true times in hours: above ground (AUCg) and above the first value (AUCi, which
may be negative and is never cut off). Errors of the samples are independent shares of their values
and are propagated; on the ln scale each is sqrt(ln(1 + share^2)).

Limits: the same rules on waking time, order, assays, specimens and glucocorticoids as for the
awakening response; the first sample at most 10 minutes after waking, the last at least 10 hours
after it. Times in minutes and in hours give areas that differ 60-fold: these are hours.

References
----------
pruessner2003, smyth2015, segerstrom2014, golden2014, norton2023, danese2024, saliva_night2011
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from equipoise.assays.blood.cortisol_kernels import (
    combined,
    ground_weights,
    increase_weights,
    slope_weights,
)
from equipoise.assays.blood.cortisol_samples import (
    HOUR,
    SALIVA,
    Day,
    Sample,
    Unusable,
    not_measured,
    person_days,
    result,
    rule,
    sample_errors,
)
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.cortisol_voids import unanswered, voided

if TYPE_CHECKING:
    from equipoise.core.nouns import Result, Timeline

__all__ = ["SPEC", "measure"]

ASSAY: Final = "blood.cortisol_day"
SLOPE: Final = f"{ASSAY}.slope"
SLOPE_LN: Final = f"{ASSAY}.slope_ln"
GROUND: Final = f"{ASSAY}.auc_ground"
INCREASE: Final = f"{ASSAY}.auc_increase"
AREA: Final = "nmol.h/L"

SPEC: Final = AssaySpec(
    id=ASSAY,
    title="Cortisol over the day",
    needs=(f"lab:{SALIVA}",),
    yields=(
        Yield(SLOPE, "nmol/L/h", -50, 50),
        Yield(SLOPE_LN, "/h", -1, 1),
        Yield(GROUND, AREA, 0, 15000),
        Yield(INCREASE, AREA, -15000, 15000),
    ),
    table="labs/cortisol",
    retest=SLOPE,
    references=(
        "pruessner2003",
        "smyth2015",
        "segerstrom2014",
        "golden2014",
        "norton2023",
        "danese2024",
        "saliva_night2011",
    ),
    expected=False,
)


def measure(timeline: Timeline) -> tuple[Result, ...]:
    """Measure slopes and areas of every waking day with samples of saliva.

    Parameters
    ----------
    timeline : Timeline
        One person's records.

    Returns
    -------
    tuple of Measurement or NotMeasured
        Four results per day, oldest first; nothing where the record has no such sample. Slopes
        are per hour, areas in nmol/L times hours.
    """
    found: list[Result] = []
    for day in person_days(timeline):
        reason = _refusal(day, timeline)
        if reason is not None or isinstance(day, Unusable):
            found += not_measured(SPEC, day.date, reason or "")
            continue
        found += _of_day(day, timeline)
    return tuple(found)


def _refusal(day: Day | Unusable, timeline: Timeline) -> str | None:
    """Return why a day cannot be measured, or None."""
    if isinstance(day, Unusable):
        return day.reason
    void = voided(timeline, ASSAY, day.date)
    if void is not None:
        return f"voided by {void}"
    if not day.samples:
        return "no sample whose time after waking is known"
    first, latest = day.samples[0].minutes, rule("first_day")
    if first > latest:
        return (
            f"no sample at waking: the first was taken {first:g} minutes after it, later than "
            f"{latest:g}"
        )
    last, bed = day.samples[-1].minutes, rule("bed_from")
    if last < bed:
        return (
            f"no sample at bedtime: the last was taken {last / HOUR:.3g} hours after waking, "
            f"sooner than {bed / HOUR:g}"
        )
    return None


def _of_day(day: Day, timeline: Timeline) -> tuple[Result, ...]:
    flags: tuple[str, ...] = ("one day says little of the person: a steady slope needs about ten",)
    missing = unanswered(timeline, ASSAY)
    if missing:
        flags += (f"not recorded: {', '.join(missing)}; a glucocorticoid would void it",)
    ends, fall = (day.samples[0], day.samples[-1]), _without_rise(day)
    areas = (*flags, f"{len(day.samples)} samples; the time is in hours")
    return (
        result(timeline, SLOPE, _slope(ends), day, used=ends, flags=flags),
        result(timeline, SLOPE_LN, _slope_ln(fall), day, used=fall, flags=flags),
        result(timeline, GROUND, _area(day, "ground"), day, used=day.samples, flags=areas),
        result(timeline, INCREASE, _area(day, "rise"), day, used=day.samples, flags=areas),
    )


def _without_rise(day: Day) -> tuple[Sample, ...]:
    """Return the first sample and those after the awakening response."""
    end = rule("awakening_end") + rule("tolerance")
    first, *rest = day.samples
    return (first, *(sample for sample in rest if sample.minutes > end))


def _hours(samples: tuple[Sample, ...]) -> tuple[float, ...]:
    return tuple(sample.minutes / HOUR for sample in samples)


def _slope(ends: tuple[Sample, ...]) -> tuple[float, float]:
    return combined(slope_weights(_hours(ends)), [s.value for s in ends], sample_errors(ends))


def _slope_ln(samples: tuple[Sample, ...]) -> tuple[float, float] | str:
    fewest = rule("slope_samples")
    if len(samples) < fewest:
        return f"too few samples outside the first hour: {len(samples)} of {fewest:g}"
    share = math.hypot(rule("within_person"), rule("analytical"))
    error = math.sqrt(math.log1p(share**2))
    values = [math.log(sample.value) for sample in samples]
    return combined(slope_weights(_hours(samples)), values, [error] * len(samples))


def _area(day: Day, above: str) -> tuple[float, float] | str:
    times, fewest = _hours(day.samples), rule("day_samples")
    if len(times) < fewest:
        return f"too few samples for an area: {len(times)} of {fewest:g}"
    gap, most = max(b - a for a, b in pairwise(times)), rule("day_gap") / HOUR
    if gap > most:
        return f"a gap of {gap:.3g} hours between samples; at most {most:g}"
    weights = ground_weights(times) if above == "ground" else increase_weights(times)
    return combined(weights, [s.value for s in day.samples], sample_errors(day.samples))
