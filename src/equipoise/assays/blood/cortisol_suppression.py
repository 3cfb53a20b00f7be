"""Cortisol after 1 mg dexamethasone: two questions, two criteria, in nmol/L.

What it measures: whether 1 mg dexamethasone at 23:00 holds cortisol down the next day.

Why in depression: two tests share a name. The screen for Cushing's syndrome (above 50 nmol/L at
08:00 to 09:00) finds an illness that looks like depression; a positive one is work for a clinician.
The criterion of 1981 (above 138 nmol/L at 16:00 or 23:00) was once proposed for melancholia; it is
not a diagnostic test (grade D) and moves nothing.

Method: each criterion takes only samples taken at its own clock time (`labs/cortisol_criteria`),
never one of the other. Of several samples the highest counts. No source at hand gives the error.

Limits: total cortisol in serum. Oestrogen by mouth and pregnancy, enzyme inducers, strong CYP3A4
inhibitors and any glucocorticoid void it; where the drugs are not recorded it cannot be told.
Whether the dose was taken, illness, alcohol, shift work and weight loss are not known here.

References
----------
carroll1981, nieman2008, vastbinder2016, liebl1986
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from equipoise import __version__
from equipoise.assays.blood.cortisol_samples import as_clock, clock_minutes, in_nmol, is_above
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.cortisol_voids import unanswered, voided
from equipoise.core.nouns import Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import LabResult, Result, Timeline

__all__ = ["SPEC", "measure"]

ASSAY: Final = "blood.cortisol_suppression"
CUSHING: Final = f"{ASSAY}.cushing"
HISTORICAL: Final = f"{ASSAY}.historical"
TEST: Final = "cortisol_dst"
UNIT: Final = "nmol/L"

SPEC: Final = AssaySpec(
    id=ASSAY,
    title="Cortisol after 1 mg dexamethasone",
    needs=(f"lab:{TEST}",),
    yields=(Yield(CUSHING, UNIT, 0, 5000), Yield(HISTORICAL, UNIT, 0, 5000)),
    table="labs/cortisol_criteria",
    retest=CUSHING,
    references=("carroll1981", "nieman2008", "vastbinder2016", "liebl1986"),
    expected=False,
)


def measure(timeline: Timeline) -> tuple[Result, ...]:
    """Read every dexamethasone test by the criterion that its clock times allow.

    Parameters
    ----------
    timeline : Timeline
        One person's records.

    Returns
    -------
    tuple of Measurement or NotMeasured
        Two results per day with a sample, in nmol/L, oldest first; nothing where the record has
        no such sample.
    """
    days: dict[IsoDate, list[LabResult]] = {}
    for lab in timeline.labs.or_else(()):
        if lab.test == TEST:
            days.setdefault(lab.date, []).append(lab)
    return tuple(
        _result(name, labs, timeline)
        for _, labs in sorted(days.items())
        for name in (CUSHING, HISTORICAL)
    )


def _result(name: str, labs: list[LabResult], timeline: Timeline) -> Result:
    date, rows = labs[0].date, [r for r in load_table(SPEC.table) if r.text("measure") == name]
    timed = [(row, lab) for row in rows for lab in labs if _fits(row, lab)]
    if not timed:
        return NotMeasured(name, _no_sample(rows, labs), date)
    read = []
    for row, lab in timed:
        value, reason = in_nmol(lab)
        if reason is not None:
            return NotMeasured(name, reason, date)
        read.append((value, row, lab))
    value, row, lab = max(read, key=lambda found: found[0])
    met = is_above(value, row.number("above"), lab)
    said = f"{lab.comparator or ''}{value:.4g} {UNIT} at {lab.time}, criterion above"
    said = f"{said} {row.number('above'):g}"
    if met is None:
        return NotMeasured(name, f"{said}: on which side of it the value lies is not told", date)
    hindered = _hindered(timeline, date)
    if hindered is not None:
        return NotMeasured(
            name, f"{hindered} ({said}){_unless(row, timeline, date, met=met)}", date
        )
    flags = (said, *_verdict(row, met=met), *_missing_sample(rows, timed, met=met))
    return _measurement(name, value, lab, flags, timeline)


def _fits(row: Row, lab: LabResult) -> bool:
    if lab.time is None:
        return False
    return row.number("time_from") <= clock_minutes(lab.time) <= row.number("time_to")


def _no_sample(rows: list[Row], labs: list[LabResult]) -> str:
    wanted = " or ".join(
        f"{as_clock(row.number('time_from'))} to {as_clock(row.number('time_to'))}" for row in rows
    )
    times = [lab.time for lab in labs if lab.time is not None]
    taken = f"taken at {', '.join(times)}" if times else "no clock time is recorded"
    return (
        f"no sample at {wanted} ({taken}): the criterion for {rows[0].text('question')} is "
        "not read from another hour"
    )


def _hindered(timeline: Timeline, date: IsoDate) -> str | None:
    """Return what voids the test, or which facts are missing to say that nothing does."""
    void = voided(timeline, ASSAY, date)
    if void is not None:
        return f"voided by {void}"
    missing = unanswered(timeline, ASSAY)
    if missing:
        return f"cannot tell whether anything voids it; not recorded: {', '.join(missing)}"
    return None


def _unless(row: Row, timeline: Timeline, date: IsoDate, *, met: bool) -> str:
    """Return what a value above the criterion would say, where nothing is known to void it."""
    action = row.optional_text("action")
    if not met or action is None or voided(timeline, ASSAY, date) is not None:
        return ""
    return f"; if nothing voids it: {row.text('met')}; {action}"


def _verdict(row: Row, *, met: bool) -> tuple[str, ...]:
    flags = [row.text("met" if met else "not_met")]
    shares = [row.optional_number(column) for column in ("sensitivity", "specificity")]
    if None not in shares:
        sensitivity, specificity = (f"{share:.0%}" for share in shares if share is not None)
        grade = row.optional_text("grade")
        graded = f", grade {grade}" if grade else ""
        flags.append(
            f"for {row.text('question')}: sensitivity {sensitivity}, specificity {specificity}"
            f"{graded}; {row.text('note')}"
        )
    action = row.optional_text("action")
    if met and action is not None:
        flags.append(action)
    return (*flags, "the standard error is not known; the value moves nothing")


def _missing_sample(
    rows: list[Row], timed: list[tuple[Row, LabResult]], *, met: bool
) -> tuple[str, ...]:
    """Return that the other sample of a criterion with two is missing, where that matters."""
    used = {row.text("id") for row, _ in timed}
    left = [row for row in rows if row.text("id") not in used]
    if met or not left:
        return ()
    hour = f"{as_clock(left[0].number('time_from'))} to {as_clock(left[0].number('time_to'))}"
    return (f"no sample from {hour}: that one might have been above",)


def _measurement(
    name: str, value: float, lab: LabResult, flags: tuple[str, ...], timeline: Timeline
) -> Measurement:
    return Measurement(
        id=name,
        quantity=Quantity(value, UNIT, None),
        date=lab.date,
        coverage=1.0,
        flags=flags,
        provenance=Provenance(
            inputs=timeline.sources,
            software=f"equipoise {__version__}",
            parameters=(("clock_time", lab.time or ""), ("reported_unit", lab.unit)),
        ),
        assay=lab.assay,
    )
