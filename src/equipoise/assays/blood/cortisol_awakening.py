"""Cortisol awakening response in saliva: rise in nmol/L, areas in nmol/L times minutes.

What it measures: how far cortisol rises in the first 30 to 45 minutes after waking.

Why in depression: reports go both ways (larger before an episode, smaller in severe illness); one
morning of one person has a reliability near 0.2. It is shown and moves nothing.

Method: rise = the higher of the samples at 30 and 45 minutes less the first one. Areas by
Pruessner's two formulas over the samples up to 60 minutes, with their true times in minutes: above
ground (AUCg) and above the first value (AUCi, which may be negative and is never cut off). Each
sample's error is that of the person from day to day and of the assay, as a share of its value; the
errors are taken as independent and propagated.

Limits: a first sample later than 5 minutes after waking, a gap, a missing peak, waking times that
contradict each other, several assays or specimens, or a glucocorticoid make it invalid: then the
rule is named and nothing is measured. Waking as told lies some minutes after true waking. Times in
minutes and in hours give areas that differ 60-fold: these are minutes.

References
----------
pruessner2003, stalder2016, stalder2022, smyth2013, norton2023, danese2024, saliva_night2011
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from equipoise.assays.blood.cortisol_kernels import combined, ground_weights, increase_weights
from equipoise.assays.blood.cortisol_samples import (
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

ASSAY: Final = "blood.cortisol_awakening"
DELTA: Final = f"{ASSAY}.delta"
GROUND: Final = f"{ASSAY}.auc_ground"
INCREASE: Final = f"{ASSAY}.auc_increase"
AREA: Final = "nmol.min/L"

SPEC: Final = AssaySpec(
    id=ASSAY,
    title="Cortisol awakening response",
    needs=(f"lab:{SALIVA}",),
    yields=(
        Yield(DELTA, "nmol/L", -500, 500),
        Yield(GROUND, AREA, 0, 40000),
        Yield(INCREASE, AREA, -40000, 40000),
    ),
    table="labs/cortisol",
    retest=DELTA,
    references=(
        "pruessner2003",
        "stalder2016",
        "stalder2022",
        "smyth2013",
        "norton2023",
        "danese2024",
        "saliva_night2011",
    ),
    expected=False,
)


def measure(timeline: Timeline) -> tuple[Result, ...]:
    """Measure the awakening response of every waking day with samples of saliva.

    Parameters
    ----------
    timeline : Timeline
        One person's records.

    Returns
    -------
    tuple of Measurement or NotMeasured
        Three results per day, oldest first; nothing where the record has no such sample. The rise
        is in nmol/L, the areas are in nmol/L times minutes.
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
    """Return why the first hour of a day cannot be measured, or None."""
    if isinstance(day, Unusable):
        return day.reason
    void = voided(timeline, ASSAY, day.date)
    if void is not None:
        return f"voided by {void}"
    if not day.samples:
        return "no sample whose time after waking is known"
    first, latest = day.samples[0].minutes, rule("first_awakening")
    if first > latest:
        return (
            f"the first sample was taken {first:g} minutes after waking, later than {latest:g}: "
            "the rise may have begun"
        )
    return None


def _of_day(day: Day, timeline: Timeline) -> tuple[Result, ...]:
    flags: tuple[str, ...] = ("one morning says little of the person: its reliability is near 0.2",)
    missing = unanswered(timeline, ASSAY)
    if missing:
        flags += (f"not recorded: {', '.join(missing)}; a glucocorticoid would void it",)
    first_hour = _first_hour(day)
    rise = _rise(day)
    used = rise if not isinstance(rise, str) else ()
    span = f"from {first_hour[0].minutes:g} to {first_hour[-1].minutes:g} minutes after waking"
    areas = (*flags, f"{len(first_hour)} samples {span}; the time is in minutes")
    return (
        result(timeline, DELTA, _difference(rise), day, used=used, flags=flags),
        result(timeline, GROUND, _area(first_hour, "ground"), day, used=first_hour, flags=areas),
        result(timeline, INCREASE, _area(first_hour, "rise"), day, used=first_hour, flags=areas),
    )


def _first_hour(day: Day) -> tuple[Sample, ...]:
    end = rule("awakening_end") + rule("tolerance")
    return tuple(sample for sample in day.samples if sample.minutes <= end)


def _near(day: Day, planned: float) -> Sample | None:
    near = [s for s in day.samples if abs(s.minutes - planned) <= rule("tolerance")]
    return min(near, key=lambda sample: abs(sample.minutes - planned), default=None)


def _rise(day: Day) -> tuple[Sample, ...] | str:
    """Return the first sample and the higher one of the peak, or which is missing."""
    peak = []
    for planned in (rule("peak_first"), rule("peak_second")):
        sample = _near(day, planned)
        if sample is None:
            off = rule("tolerance")
            return f"too few samples: none within {off:g} minutes of {planned:g} after waking"
        peak.append(sample)
    return day.samples[0], max(peak, key=lambda sample: sample.value)


def _difference(rise: tuple[Sample, ...] | str) -> tuple[float, float] | str:
    if isinstance(rise, str):
        return rise
    return combined((-1.0, 1.0), tuple(s.value for s in rise), sample_errors(rise))


def _area(samples: tuple[Sample, ...], above: str) -> tuple[float, float] | str:
    times = tuple(sample.minutes for sample in samples)
    needed = rule("peak_second") - rule("tolerance")
    if times[-1] < needed:
        return (
            f"too few samples: the last of the first hour lies {times[-1]:g} minutes after waking"
        )
    gap = max((b - a for a, b in pairwise(times)), default=math.inf)
    most = rule("awakening_gap")
    if gap > most:
        return f"a gap of {gap:g} minutes between samples of the first hour; at most {most:g}"
    weights = ground_weights(times) if above == "ground" else increase_weights(times)
    return combined(weights, tuple(s.value for s in samples), sample_errors(samples))
