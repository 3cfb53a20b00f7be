"""C-reactive protein in blood by a high-sensitivity assay (hs-CRP), in mg/L.

What it measures: the concentration of an acute-phase protein, a coarse sign of inflammation.

Why in depression: more people with depression than without have a raised value (odds ratio about
1.5). That it tells which drug helps is unproven: post hoc findings, no prospective trial (grade C
at most).

Method: the reported value, converted into mg/L. The standard error is that of repeat visits,
constant on the ln scale: value * sd * sqrt(1 - reliability). It holds the person's own ups and
downs as well as the assay's error.

Limits: it rises with body mass, smoking, age, oestrogen, infection and injury. Above 10 mg/L an
acute illness is likelier than a lasting state. An ordinary CRP is not taken for hs-CRP: it cannot
tell low values apart.

References
----------
osimo2019, degoma2012, uher2014
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from equipoise import __version__
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.errors import UnitError
from equipoise.core.nouns import Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.tables import load_table
from equipoise.core.units import convert

if TYPE_CHECKING:
    from equipoise.core.nouns import LabResult, Result, Timeline

__all__ = ["SPEC", "measure"]

MEASURE: Final = "blood.crp_hs"
TEST: Final = "crp_hs"
ORDINARY: Final = "crp"

SPEC: Final = AssaySpec(
    id=MEASURE,
    title="hs-CRP",
    needs=("lab:crp_hs",),
    yields=(Yield(MEASURE, "mg/L", 0, 1000),),
    table="labs/labs",
    retest=MEASURE,
    references=("osimo2019", "degoma2012", "uher2014"),
)


def measure(timeline: Timeline) -> tuple[Result, ...]:
    """Bring every dated hs-CRP into mg/L.

    Parameters
    ----------
    timeline : Timeline
        One person's records.

    Returns
    -------
    tuple of Measurement or NotMeasured
        One result per reported value, oldest first; one `NotMeasured` where there is none.
        Values are in mg/L.
    """
    if timeline.labs.status == "unknown":
        return (NotMeasured(MEASURE, "asked, but the laboratory values are not known"),)
    if timeline.labs.value is None:
        return (NotMeasured(MEASURE, "not asked"),)
    reported = sorted(timeline.labs.value, key=lambda lab: lab.date)
    values = [lab for lab in reported if lab.test == TEST]
    if values:
        return tuple(_result(lab, timeline) for lab in values)
    ordinary = [lab.date for lab in reported if lab.test == ORDINARY]
    if ordinary:
        reason = (
            f"the CRP of {ordinary[-1]} was not done by a high-sensitivity assay and is not taken "
            "for hs-CRP: order hs-CRP"
        )
        return (NotMeasured(MEASURE, reason, ordinary[-1]),)
    return (NotMeasured(MEASURE, "no hs-CRP in the record"),)


def _result(lab: LabResult, timeline: Timeline) -> Result:
    known = load_table(SPEC.table).row(id=TEST)
    unit = known.text("unit")
    try:
        value = convert(lab.value, lab.unit, unit, quantity=TEST, where=f"hs-CRP of {lab.date}")
    except UnitError as error:
        return NotMeasured(MEASURE, error.line(), lab.date)
    reason = _refusal(value, unit, known.number("plausible_maximum"))
    if reason:
        return NotMeasured(MEASURE, reason, lab.date)
    precision = load_table("labs/precision").row(test=TEST)
    error_ln = precision.number("sd") * math.sqrt(1 - precision.number("reliability"))
    return Measurement(
        id=MEASURE,
        quantity=Quantity(value, unit, value * error_ln),
        date=lab.date,
        coverage=1.0,
        flags=_flags(value),
        provenance=Provenance(
            inputs=timeline.sources,
            software=f"equipoise {__version__}",
            parameters=(
                ("reliability", precision.text("reliability")),
                ("reported_unit", lab.unit),
                ("sd_ln", precision.text("sd")),
            ),
        ),
    )


def _refusal(value: float, unit: str, most: float) -> str | None:
    """Return why a value in `unit` cannot be used, or None."""
    if value == 0:
        return "reported as 0: give the smallest value that the laboratory can tell apart from 0"
    if not 0 < value <= most:
        return f"a value of {value:g} {unit} is not possible; allowed is up to {most:g} {unit}"
    return None


def _flags(value: float) -> tuple[str, ...]:
    rows = [row for row in load_table("labs/thresholds") if row.text("test") == TEST]
    return tuple(row.text("flag") for row in rows if value > row.number("above"))
