"""Late-night cortisol in saliva, in nmol/L: a screen for Cushing's syndrome.

What it measures: free cortisol when it should be lowest, from 23:00 to 24:00.

Why in depression: Cushing's syndrome looks like depression. In depression itself evening cortisol
is a little higher on average, which tells nothing of one person. It is shown and moves nothing.

Method: the sample's value by its clock time; above about 4 nmol/L is a positive screen. Standard
error: value times the root of the squared shares of the person (34 %) and of the assay (15 %), as
seen in late-night samples.

Limits: the limit depends on the assay, so that of the laboratory goes first. One evening is not
enough: guidelines ask for two. Late sleepers and shift workers have another midnight. Blood in the
mouth, smoking and liquorice raise it. A glucocorticoid voids it.

References
----------
nieman2008, saliva_night2011
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from equipoise import __version__
from equipoise.assays.blood.cortisol_samples import (
    SALIVA,
    clock_minutes,
    in_nmol,
    is_above,
    reported,
    rule,
)
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.cortisol_voids import unanswered, voided
from equipoise.core.nouns import Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from equipoise.core.nouns import LabResult, Result, Timeline

__all__ = ["SPEC", "measure"]

MEASURE: Final = "blood.cortisol_night"
UNIT: Final = "nmol/L"

SPEC: Final = AssaySpec(
    id=MEASURE,
    title="Late-night cortisol in saliva",
    needs=(f"lab:{SALIVA}",),
    yields=(Yield(MEASURE, UNIT, 0, 500),),
    table="labs/cortisol_criteria",
    retest=MEASURE,
    references=("nieman2008", "saliva_night2011"),
    expected=False,
)


def measure(timeline: Timeline) -> tuple[Result, ...]:
    """Read every late-night sample of saliva.

    Parameters
    ----------
    timeline : Timeline
        One person's records.

    Returns
    -------
    tuple of Measurement or NotMeasured
        One result per sample taken late at night, in nmol/L, oldest first; nothing where the
        record has none.
    """
    timed = [lab for lab in timeline.labs.or_else(()) if lab.test == SALIVA and lab.time]
    if not timed:
        return ()  # no table is read for a record without such a sample
    row = load_table(SPEC.table).row(id="night")
    low, high = row.number("time_from"), row.number("time_to")
    found = [lab for lab in timed if low <= clock_minutes(lab.time or "") <= high]
    return tuple(_result(lab, timeline) for lab in sorted(found, key=lambda lab: lab.date))


def _result(lab: LabResult, timeline: Timeline) -> Result:
    value, reason = in_nmol(lab)
    limit = load_table(SPEC.table).row(id="night").number("above")
    met = is_above(value, limit, lab)
    if reason is None and met is None:
        reason = f"{reported(lab)}: on which side of {limit:g} {UNIT} it lies is not told"
    void = voided(timeline, MEASURE, lab.date)
    if reason is None and void is not None:
        reason = f"voided by {void}"
    if reason is not None or met is None:
        return NotMeasured(MEASURE, reason or "", lab.date)
    share = math.hypot(rule("within_person_night"), rule("analytical"))
    return Measurement(
        id=MEASURE,
        # A bound is no value, so that it has no error.
        quantity=Quantity(value, UNIT, None if lab.comparator else value * share),
        date=lab.date,
        coverage=1.0,
        flags=_flags(lab, timeline, met=met),
        provenance=Provenance(
            inputs=timeline.sources,
            software=f"equipoise {__version__}",
            parameters=(
                ("analytical", f"{rule('analytical'):g}"),
                ("clock_time", lab.time or ""),
                ("reported_unit", lab.unit),
                ("within_person", f"{rule('within_person_night'):g}"),
            ),
        ),
        assay=lab.assay,
    )


def _flags(lab: LabResult, timeline: Timeline, *, met: bool) -> tuple[str, ...]:
    row = load_table(SPEC.table).row(id="night")
    flags = [reported(lab)] if lab.comparator else []
    flags.append(row.text("met" if met else "not_met"))
    if met:
        flags.append(row.text("action"))
    missing = unanswered(timeline, MEASURE)
    if missing:
        flags.append(f"not recorded: {', '.join(missing)}; a glucocorticoid would void it")
    return tuple(flags)
