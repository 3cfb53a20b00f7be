"""Cortisol in serum in the early morning, in nmol/L.

What it measures: total cortisol, bound and free, when it is near its daily height.

Why in depression: on average a little higher, which tells nothing of one person and picks no drug.
A low one may be a disease of the adrenal glands that looks like depression. It is shown and moves
nothing.

Method: the value of a sample from 07:30 to 09:00 against the usual range of 08:00 (5 to 25 ug/dL).
A sample of another hour is not read: cortisol falls by half within the morning. No source at hand
gives the error.

Limits: each laboratory has its own range. Oestrogen by mouth and pregnancy raise the binding
globulin; a glucocorticoid lowers it or is measured with it: then it says nothing. High values
are no screen for Cushing's syndrome.

References
----------
nieman2008, vastbinder2016
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from equipoise import __version__
from equipoise.assays.blood.cortisol_samples import (
    SERUM,
    as_clock,
    clock_minutes,
    in_nmol,
    is_above,
    reported,
)
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.cortisol_voids import unanswered, voided
from equipoise.core.nouns import Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from equipoise.core.nouns import LabResult, Result, Timeline

__all__ = ["SPEC", "measure"]

MEASURE: Final = "blood.cortisol_serum"
UNIT: Final = "nmol/L"
LOW, WITHIN, HIGH = "low", "within", "high"

SPEC: Final = AssaySpec(
    id=MEASURE,
    title="Cortisol in serum in the early morning",
    needs=(f"lab:{SERUM}",),
    yields=(Yield(MEASURE, UNIT, 0, 5000),),
    table="labs/cortisol_criteria",
    retest=MEASURE,
    references=("nieman2008", "vastbinder2016"),
    expected=False,
)


def measure(timeline: Timeline) -> tuple[Result, ...]:
    """Read every early-morning sample of serum.

    Parameters
    ----------
    timeline : Timeline
        One person's records.

    Returns
    -------
    tuple of Measurement or NotMeasured
        One result per sample, in nmol/L, oldest first; nothing where the record has none.
    """
    labs = [lab for lab in timeline.labs.or_else(()) if lab.test == SERUM]
    return tuple(_result(lab, timeline) for lab in sorted(labs, key=lambda lab: lab.date))


def _result(lab: LabResult, timeline: Timeline) -> Result:
    value, wrong = in_nmol(lab)
    reason = _other_hour(lab) or wrong
    side = _side(value, lab)
    if reason is None and side is None:
        reason = f"{reported(lab)}: on which side of the usual range it lies is not told"
    void = voided(timeline, MEASURE, lab.date)
    if reason is None and void is not None:
        reason = f"voided by {void} ({value:.4g} {UNIT} at {lab.time})"
    if reason is not None or side is None:
        return NotMeasured(MEASURE, reason or "", lab.date)
    return Measurement(
        id=MEASURE,
        quantity=Quantity(value, UNIT, None),
        date=lab.date,
        coverage=1.0,
        flags=_flags(side, lab, timeline),
        provenance=Provenance(
            inputs=timeline.sources,
            software=f"equipoise {__version__}",
            parameters=(("clock_time", lab.time or ""), ("reported_unit", lab.unit)),
        ),
        assay=lab.assay,
    )


def _other_hour(lab: LabResult) -> str | None:
    row = load_table(SPEC.table).row(id="morning")
    low, high = row.number("time_from"), row.number("time_to")
    if lab.time is not None and low <= clock_minutes(lab.time) <= high:
        return None
    taken = "no clock time is recorded" if lab.time is None else f"taken at {lab.time}"
    return f"no sample at {as_clock(low)} to {as_clock(high)} ({taken}): other hours have no range"


def _side(value: float, lab: LabResult) -> str | None:
    """Return on which side of the usual range a value lies; None where a bound leaves it open."""
    row = load_table(SPEC.table).row(id="morning")
    high, least = is_above(value, row.number("above"), lab), row.number("below")
    if high:
        return HIGH
    if lab.comparator is None:
        return LOW if value < least else WITHIN
    # A bound below the lower end tells; every other one may lie within the range or beyond it.
    return LOW if high is False and value <= least else None


def _flags(side: str, lab: LabResult, timeline: Timeline) -> tuple[str, ...]:
    row = load_table(SPEC.table).row(id="morning")
    span = f"{row.number('below'):g} to {row.number('above'):g} {UNIT}"
    missing = unanswered(timeline, MEASURE)
    flags = [reported(lab)] if lab.comparator else []
    if side == HIGH:
        flags += [f"{row.text('met')} ({span})", row.text("action")]
    elif side == LOW:
        flags += [f"{row.text('low')} ({span})", row.text("action_low")]
    elif not missing:
        flags.append(f"{row.text('not_met')} ({span})")
    if missing:
        flags.append(f"not recorded: {', '.join(missing)}; they may falsify it")
    return (*flags, "the standard error is not known; the value moves nothing")
