"""Ratios of two blood values of one sample: one assay for each row of `labs/ratios`.

What it measures: kynurenine per tryptophan, which says how fast tryptophan is broken down.

Why in depression: research only (grade D); no limit, and no drug is chosen by it.

Method: both values as `analyte` brings them in, from the same day (and the same clock time, where
both have one). The relative errors are joined as independent.

Limits: values of two days are never joined. A value that is set aside, or is only a bound, makes
no ratio.

References
----------
marx2021
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from equipoise import __version__
from equipoise.assays.blood import analyte
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.tables import Row, load_table
from equipoise.core.units import convert

if TYPE_CHECKING:
    from equipoise.core.nouns import Result, Timeline

__all__ = ["SPECS", "measure"]

TABLE: Final = "labs/ratios"
PARTS: Final = ("numerator", "denominator")
FULL_DATE: Final = len("2025-01-10")


def _spec(row: Row) -> AssaySpec:
    name = row.text("measure")
    listed = load_table("measures/measures").row(id=name)
    low, high = listed.number("minimum"), listed.number("maximum")
    return AssaySpec(
        id=name,
        title=row.text("title"),
        needs=tuple(f"lab:{row.text(part)}" for part in PARTS),
        yields=(Yield(name, row.text("unit"), low, high),),
        table=TABLE,
        retest=name,
        references=row.items("reference"),
        expected=False,
    )


SPECS: Final = tuple(_spec(row) for row in load_table(TABLE))
"""One for each ratio, in table order."""


def measure(timeline: Timeline, spec: AssaySpec) -> tuple[Result, ...]:
    """Divide the two values of every sample that has both.

    Parameters
    ----------
    timeline : Timeline
        One person's records.
    spec : AssaySpec
        One of `SPECS`.

    Returns
    -------
    tuple of Measurement or NotMeasured
        One result per day with both values, oldest first; one `NotMeasured` where both are there
        but never on one day; nothing where one of them is missing.
    """
    row = load_table(TABLE).row(measure=spec.id)
    above, below = (_values(row.text(part), timeline) for part in PARTS)
    if not above or not below:
        return ()
    days = sorted({one.date or "" for one in above} & {one.date or "" for one in below})
    days = [day for day in days if len(day) == FULL_DATE]
    if not days:
        return (NotMeasured(spec.id, "the two values are not of one day, so not of one sample"),)
    return tuple(
        _of_day(day, [x for x in above if x.date == day], [x for x in below if x.date == day], row)
        for day in days
    )


def _values(test: str, timeline: Timeline) -> tuple[Measurement | NotMeasured, ...]:
    """Return what the assay of one test makes of the record."""
    spec = next(spec for spec in analyte.SPECS if spec.needs == (f"lab:{test}",))
    found = analyte.measure(timeline, spec)
    return tuple(one for one in found if isinstance(one, Measurement | NotMeasured))


def _of_day(
    day: str,
    above: list[Measurement | NotMeasured],
    below: list[Measurement | NotMeasured],
    row: Row,
) -> Result:
    name = row.text("measure")
    if len(above) + len(below) > len(PARTS):
        return NotMeasured(name, "several values of one day: which two are of one sample?", day)
    top, bottom = above[0], below[0]
    for one in (top, bottom):
        if isinstance(one, NotMeasured):
            return NotMeasured(name, one.reason, day)
        if not one.coverage:
            return NotMeasured(name, "one of the two values is only a bound", day)
    assert isinstance(top, Measurement)
    assert isinstance(bottom, Measurement)
    return _divided(top, bottom, row)


def _divided(top: Measurement, bottom: Measurement, row: Row) -> Measurement:
    values = [
        convert(one.quantity.value, one.quantity.unit, row.text(f"{part}_unit"))
        for one, part in zip((top, bottom), PARTS, strict=True)
    ]
    ratio = values[0] / values[1]
    shares = [
        None if x.quantity.standard_error is None else x.quantity.standard_error / x.quantity.value
        for x in (top, bottom)
    ]
    known = [share for share in shares if share is not None]
    error = ratio * math.hypot(*known) if len(known) == len(shares) else None
    flags = tuple(dict.fromkeys((*top.flags, *bottom.flags)))
    return Measurement(
        id=row.text("measure"),
        quantity=Quantity(ratio, row.text("unit"), error),
        date=top.date,
        coverage=min(top.coverage, bottom.coverage),
        flags=flags,
        provenance=Provenance(
            inputs=top.provenance.inputs,
            software=f"equipoise {__version__}",
            parameters=tuple((part, row.text(part)) for part in sorted(PARTS)),
        ),
        assay=top.assay if top.assay == bottom.assay else None,
    )
