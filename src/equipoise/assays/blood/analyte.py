"""Blood values (and stool, and methylation): one assay for each row of `labs/analytes`.

What it measures: the reported value of one laboratory test, in the one unit of that test.

Why in depression: most of them find a bodily cause or companion of low mood, or tell whether a
drug is safe. None picks an antidepressant. What each can say, and what it cannot, stands in
`labs/meanings`, with the size of its effect. Only hs-CRP rests on a mechanism from the start, and
what it moves is exploratory.

Method: the unit is converted by the UCUM rows, never guessed: a number that is unusual in its
unit and ordinary in another one is a question (`core.lab_values`). Impossible values are refused.
The standard error is that of one sample of one person: on the ln scale sd * sqrt(1 - reliability),
or sqrt(ln(1 + cvi^2 + cva^2)) with the variation within a person and of the assay
(`labs/precision`); without a source there is none, and the value moves nothing. What is known of
the sample widens it or sets the value aside (`labs/conditions`): an infection, a meal, the clock
time, drugs, pregnancy. A value reported as a bound (``<0.3``) stays at the bound with an error as
large as itself and a coverage of 0, so that no number is made of it.

Limits: one value is one day. C-reactive protein rises with body mass, smoking, age, oestrogen,
infection and injury; above 10 mg/L an acute illness is likelier than a lasting state. Cytokines,
BDNF, vitamin D, testosterone and free thyroxine differ by method, so the method is carried along.

References
----------
osimo2019, degoma2012, eflm_bv, ricos2020; for each test the column `reference`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from equipoise import __version__
from equipoise.assays.blood.circumstances import Held, what_holds
from equipoise.assays.blood.limits import limits_crossed
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.errors import UnitError
from equipoise.core.lab_values import doubt_of
from equipoise.core.nouns import Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.tables import Row, load_table
from equipoise.core.units import convert

if TYPE_CHECKING:
    from equipoise.core.nouns import LabResult, Result, Timeline

__all__ = ["SPECS", "measure", "relative_error"]

TABLE: Final = "labs/analytes"
LABS: Final = "labs/labs"
BELOW: Final = "<"
HUNDRED: Final = 100.0
NO_ERROR: Final = "the standard error is not known: no source says how far one value varies"


def _spec(row: Row) -> AssaySpec:
    lab = load_table(LABS).row(id=row.text("test"))
    name = row.text("measure")
    low, high = lab.number("plausible_minimum"), lab.number("plausible_maximum")
    return AssaySpec(
        id=name,
        title=row.optional_text("short") or lab.text("title"),
        needs=(f"lab:{row.text('test')}",),
        yields=(Yield(name, lab.text("unit"), low, high),),
        table=TABLE,
        retest=name,
        references=row.items("reference"),
        expected=row.flag("asked_of_all"),
    )


SPECS: Final = tuple(_spec(row) for row in load_table(TABLE))
"""One for each blood value, in table order."""


def measure(timeline: Timeline, spec: AssaySpec) -> tuple[Result, ...]:
    """Bring every dated value of one test into its unit.

    Parameters
    ----------
    timeline : Timeline
        One person's records.
    spec : AssaySpec
        One of `SPECS`.

    Returns
    -------
    tuple of Measurement or NotMeasured
        One result per reported value, oldest first. Where there is none: one `NotMeasured` for a
        test that everybody is asked, or another one that cannot stand for it; else nothing.
    """
    reported = timeline.labs.or_else(())
    rule = load_table(TABLE).row(measure=spec.id)
    values = [lab for lab in reported if lab.test == rule.text("test")]
    if values:
        ordered = sorted(values, key=lambda lab: (lab.date, lab.time or ""))
        return tuple(_result(lab, rule, spec, timeline) for lab in ordered)
    instead = max((lab.date for lab in reported if lab.test == rule.cells["instead"]), default=None)
    if instead is not None:
        return (NotMeasured(spec.id, f"{instead}: {rule.text('instead_says')}", instead),)
    if not spec.expected:
        return ()
    if timeline.labs.status == "unknown":
        return (NotMeasured(spec.id, "asked, but the laboratory values are not known"),)
    if timeline.labs.value is None:
        return (NotMeasured(spec.id, "not asked"),)
    return (NotMeasured(spec.id, f"no {spec.title} in the record"),)


def _result(lab: LabResult, rule: Row, spec: AssaySpec, timeline: Timeline) -> Result:
    part = spec.yields[0]
    try:
        where = f"{spec.title} of {lab.date}"
        value = convert(lab.value, lab.unit, part.unit, quantity=lab.test, where=where)
    except UnitError as error:
        return NotMeasured(spec.id, error.line(), lab.date)
    reason = _refusal(value, part, rule) or doubt_of(lab, timeline.demographics.sex.value)
    reason = reason or _impossible(value, part)
    if reason:
        return NotMeasured(spec.id, reason, lab.date)
    crossed = limits_crossed(lab, value, part.unit, timeline)
    held = what_holds(lab, value, part.unit, timeline)
    if held.aside:
        said = "; ".join((*held.aside, *crossed))
        return NotMeasured(spec.id, f"{_told(lab, value, part.unit)}: {said}", lab.date)
    return _measurement(lab, (value, part.unit), (crossed, held), rule, timeline)


def _measurement(
    lab: LabResult,
    inside: tuple[float, str],
    context: tuple[tuple[str, ...], Held],
    rule: Row,
    timeline: Timeline,
) -> Measurement:
    value, unit = inside
    crossed, held = context
    relative = relative_error(lab.test)
    error = None if relative is None else abs(value) * relative * held.factor
    if lab.comparator:
        error = math.hypot(error or 0.0, value)
    # 0 cells have no error that is a share of them.
    error = error or None
    flags = (*_bound(lab, value, unit), *crossed, *_method(lab, rule), *held.flags)
    return Measurement(
        id=rule.text("measure"),
        quantity=Quantity(value, unit, error),
        date=lab.date,
        coverage=0.0 if lab.comparator else 1.0,
        flags=flags if error is not None else (*flags, NO_ERROR),
        provenance=Provenance(
            inputs=timeline.sources,
            software=f"equipoise {__version__}",
            parameters=_parameters(lab, held.factor),
        ),
        assay=lab.assay,
        fasting=lab.fasting.value,
    )


def relative_error(test: str) -> float | None:
    """Return the standard error of one value of a test on the ln scale; None without a source."""
    row = load_table("labs/precision").find(test=test)
    if row is None:
        return None
    spread = row.optional_number("sd")
    if spread is not None:
        return spread * math.sqrt(1 - row.number("reliability"))
    within, assay = row.number("cvi") / HUNDRED, row.number("cva") / HUNDRED
    return math.sqrt(math.log1p(within**2 + assay**2))


def _refusal(value: float, part: Yield, rule: Row) -> str | None:
    """Return why a value can be no value at all, or None."""
    if value == 0 and not rule.flag("zero"):
        return (
            "reported as 0: give the smallest value that the laboratory can tell apart from 0, "
            "as a bound (comparator <)"
        )
    lacking = not math.isfinite(value) or (value < 0 <= part.minimum)
    return _impossible(value, part) if lacking else None


def _impossible(value: float, part: Yield) -> str | None:
    """Return why a value in its unit lies outside what a living person can have, or None."""
    if part.minimum <= value <= part.maximum:
        return None
    return (
        f"a value of {value:g} {part.unit} is not possible; allowed is {part.minimum:g} to "
        f"{part.maximum:g} {part.unit}"
    )


def _told(lab: LabResult, value: float, unit: str) -> str:
    return f"{lab.comparator or ''}{value:g} {unit}"


def _bound(lab: LabResult, value: float, unit: str) -> tuple[str, ...]:
    if not lab.comparator:
        return ()
    side = "below" if lab.comparator == BELOW else "above"
    return (f"reported as {side} {value:g} {unit}: a bound, not used as a number",)


def _method(lab: LabResult, rule: Row) -> tuple[str, ...]:
    if lab.assay or not rule.flag("by_assay"):
        return ()
    return ("the assay is not recorded: values of different assays cannot be compared",)


def _parameters(lab: LabResult, factor: float) -> tuple[tuple[str, str], ...]:
    """Return what the value and its error rest on, sorted by name."""
    used = [("reported_unit", lab.unit), ("error_factor", f"{factor:g}")]
    if lab.comparator:
        used.append(("comparator", lab.comparator))
    row = load_table("labs/precision").find(test=lab.test)
    if row is not None:
        named = {"sd": "sd_ln", "reliability": "reliability", "cvi": "cvi", "cva": "cva"}
        used += [(name, row.cells[c]) for c, name in named.items() if row.cells[c] != "n/a"]
    return tuple(sorted(used))
