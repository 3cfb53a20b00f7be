"""Levels of drugs in blood: lithium, antidepressants, antipsychotics; one for each row of a table.

What it measures: the concentration of a drug, with its active metabolite where the range is made
for both, at steady state before the next dose.

Why in depression: a level tells of missed doses, of fast or slow metabolism, of interactions and
of toxicity. For lithium and tricyclics the range rests on response and harm; for most other drugs
it is what usual doses give. A level is shown with what is known of its sampling and moves nothing;
whether it makes a trial adequate is judged elsewhere by the same table.

Method: the reported value in the one unit of `labs/levels`. Where a range is made for the sum of a
drug and its metabolite and they are reported one by one, they are added if both are of one day. A
range is read only if the hours since the dose, the days since the start and the drugs taken allow
it; a red flag (`red_flags/red_flags`) and an alert level are told in any case.

Limits: no source at hand gives the error of one person's level. A record tells the start of a
drug, not each change of its dose. Amount per volume is converted for single substances alone:
a sum has no one molar mass.

References
----------
hiemke2018, nhs_sps; for each drug the column `reference`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from equipoise import __version__
from equipoise.assays.blood.level_reading import Level, readings
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.errors import UnitError
from equipoise.core.nouns import Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.tables import Row, load_table
from equipoise.core.units import convert

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import LabResult, Result, Timeline

__all__ = ["SPECS", "measure"]

TABLE: Final = "labs/levels"
ABOVE, BELOW = ">", "<"


def _spec(row: Row) -> AssaySpec:
    test = row.text("test")
    known = load_table("measures/measures").row(id=f"blood.{test}")
    low, high = known.number("minimum"), known.number("maximum")
    return AssaySpec(
        id=f"blood.{test}",
        title=known.text("title"),
        needs=(f"lab:{test}",),
        yields=(Yield(f"blood.{test}", row.text("unit"), low, high),),
        table=TABLE,
        retest=f"blood.{test}",
        references=row.items("reference"),
        expected=False,
    )


SPECS: Final = tuple(_spec(row) for row in load_table(TABLE))
"""One for each level with a range, in table order."""


def measure(timeline: Timeline, spec: AssaySpec) -> tuple[Result, ...]:
    """Read every dated level of one drug.

    Parameters
    ----------
    timeline : Timeline
        One person's records.
    spec : AssaySpec
        One of `SPECS`.

    Returns
    -------
    tuple of Measurement or NotMeasured
        One result per reported level, and one per day on which a drug and its metabolite are
        reported one by one, oldest first; nothing where the record has none. Lithium is in
        mmol/L, the other drugs are in ng/mL.
    """
    row = load_table(TABLE).row(test=spec.id.partition(".")[2])
    labs = [lab for lab in timeline.labs.or_else(()) if lab.test == row.text("test")]
    found: list[Measurement | NotMeasured] = [_single(lab, row, timeline) for lab in labs]
    found += _sums(row, timeline, {lab.date for lab in labs})
    return tuple(sorted(found, key=lambda result: result.date or ""))


def _single(lab: LabResult, row: Row, timeline: Timeline) -> Measurement | NotMeasured:
    name = f"blood.{lab.test}"
    value = _value(lab, row.text("unit"))
    if isinstance(value, str):
        return NotMeasured(name, value, lab.date)
    level = Level(value, lab.date, lab.hours_since_dose, lab.comparator)
    return _measurement(level, row, timeline, ((lab.test, f"{lab.value:g} {lab.unit}"),))


def _value(lab: LabResult, unit: str) -> float | str:
    """Return a level in its unit, or why it cannot be used."""
    known = load_table("labs/labs").row(id=lab.test)
    where = f"{known.text('title')} of {lab.date}"
    try:
        value = convert(lab.value, lab.unit, unit, quantity=lab.test, where=where)
    except UnitError as error:
        return error.line()
    most = known.number("plausible_maximum")
    if not 0 <= value <= most:
        return f"a level of {value:g} {unit} is not possible; allowed is up to {most:g} {unit}"
    return value


def _sums(row: Row, timeline: Timeline, told: set[IsoDate]) -> list[Measurement | NotMeasured]:
    """Add drug and metabolite on days on which the laboratory did not."""
    parts = row.items("sum_of")
    days: dict[IsoDate, list[LabResult]] = defaultdict(list)
    for lab in timeline.labs.or_else(()):
        if lab.test in parts:
            days[lab.date].append(lab)
    found: list[Measurement | NotMeasured] = []
    for date, labs in days.items():
        if date in told:
            continue
        total = _sum(row, labs, timeline)
        alone = _alone_in_danger(row, labs, timeline) if isinstance(total, NotMeasured) else None
        # A metabolite alone may be a drug of its own right; then there is nothing to add to.
        if alone is not None or any(lab.test == parts[0] for lab in labs):
            found.append(alone or total)
    return found


def _alone_in_danger(row: Row, labs: list[LabResult], timeline: Timeline) -> Measurement | None:
    """Return the highest part where it reaches the alert level of the sum, which is higher still.

    A part with an own row of `labs/levels` is told there, unless it is the drug itself.
    """
    alert, own = row.optional_number("alert"), {other.text("test") for other in load_table(TABLE)}
    if alert is None:
        return None
    read = [
        (value, lab)
        for lab in labs
        if not (lab.comparator or "").startswith(BELOW)
        and lab.test not in own
        and not isinstance(value := _value(lab, row.text("unit")), str)
    ]
    value, lab = max(read, key=lambda pair: pair[0], default=(-math.inf, labs[0]))
    if value < alert:
        return None
    title = load_table("labs/labs").row(id=lab.test).text("title")
    level = Level(value, lab.date, lab.hours_since_dose, ABOVE, title)
    return _measurement(level, row, timeline, ((lab.test, f"{lab.value:g} {lab.unit}"),))


def _sum(row: Row, labs: list[LabResult], timeline: Timeline) -> Measurement | NotMeasured:
    name, parts, date = f"blood.{row.text('test')}", row.items("sum_of"), labs[0].date
    titles = [load_table("labs/labs").row(id=part).text("title") for part in parts]
    if {lab.test for lab in labs} != set(parts):
        return NotMeasured(name, f"the range holds for the sum of {' and '.join(titles)}", date)
    if len(labs) != len(parts) or any(lab.comparator for lab in labs):
        reason = "several samples of one day, or a limit in place of a value, cannot be added"
        return NotMeasured(name, reason, date)
    values = [_value(lab, row.text("unit")) for lab in labs]
    wrong = next((value for value in values if isinstance(value, str)), None)
    if wrong is not None:
        return NotMeasured(name, wrong, date)
    hours = {lab.hours_since_dose for lab in labs}
    total = sum(value for value in values if not isinstance(value, str))
    level = Level(total, date, hours.pop() if len(hours) == 1 else None, None)
    told = sorted((lab.test, f"{lab.value:g} {lab.unit}") for lab in labs)
    return _measurement(level, row, timeline, tuple(told))


def _measurement(
    level: Level, row: Row, timeline: Timeline, told: tuple[tuple[str, str], ...]
) -> Measurement:
    return Measurement(
        id=f"blood.{row.text('test')}",
        quantity=Quantity(level.value, row.text("unit"), None),
        date=level.date,
        coverage=1.0,
        flags=readings(level, row, timeline),
        provenance=Provenance(
            inputs=timeline.sources,
            software=f"equipoise {__version__}",
            parameters=(*told, ("table", TABLE)),
        ),
    )
