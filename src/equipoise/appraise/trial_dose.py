"""Whether the dose of a trial was enough: by blood level where there is one, else by dose.

The dose is judged against the minimum effective dose of `doses/doses`, against the lower dose for
older people, and against the lower limit of this person (kidney, liver, genotype, interaction),
which holds for what is taken now; whether it held in the past cannot be told. In a person whose
enzyme clears the drug very fast only a level tells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from equipoise.appraise.criterion import Criterion
from equipoise.appraise.dosing.circumstances import EXACT
from equipoise.appraise.lab_source import lab_value
from equipoise.appraise.names import printed
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.errors import UnitError
from equipoise.core.nouns import Dose, DoseLimit, LabResult, Timeline, TreatmentTrial
from equipoise.core.tables import Row, load_table
from equipoise.core.units import convert

__all__ = [
    "Setting",
    "dose_criterion",
    "dose_in_unit",
    "dose_row",
    "drug_parts",
    "highest_dose",
    "level_criterion",
    "listed",
    "phenotypes",
]

_CLOSE: Final = 1e-9
_ADDED: Final = "_augmentation"
BELOW: Final = "<"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a trial is judged with.

    Parameters
    ----------
    timeline : Timeline
        The record.
    today : str
        The day of the run.
    limits : Mapping of str to DoseLimit
        Lower doses of this person, by drug or treatment; empty where they are not worked out.
    phenotypes : Mapping of str to str
        Phenotypes by gene, such as ``ultrarapid_metabolizer``.
    """

    timeline: Timeline
    today: IsoDate
    limits: Mapping[str, DoseLimit] = field(default_factory=dict)
    phenotypes: Mapping[str, str] = field(default_factory=dict)


def phenotypes(timeline: Timeline) -> dict[str, str]:
    """Return the phenotypes that the record itself reports, by gene."""
    genes = timeline.genotypes.or_else(())
    return {gene.gene: gene.phenotype for gene in genes if gene.phenotype is not None}


def dose_row(treatment: str) -> Row | None:
    """Return the row of `doses/doses` of a treatment, its drug, or the add-on of that drug."""
    return listed("doses/doses", treatment)


def listed(table: str, treatment: str) -> Row | None:
    """Return the row of a treatment, of its drug, or of the add-on of that drug.

    Parameters
    ----------
    table : str
        Name of a table with the column `treatment`.
    treatment : str
        Id of a treatment or drug.

    Returns
    -------
    Row or None
        None where the table has none.
    """
    names, parts = [treatment], drug_parts(treatment)
    if len(parts) == 1:
        names += parts
    rows = load_table(table)
    both = [name for one in names for name in (one, f"{one}{_ADDED}")]
    found = (rows.find(treatment=name) for name in both)
    return next((row for row in found if row is not None), None)


def drug_parts(treatment: str) -> tuple[str, ...]:
    """Return the drugs that `treatments/treatments` lists for a treatment."""
    row = load_table("treatments/treatments").find(id=treatment)
    return () if row is None else row.items("drugs")


def dose_criterion(trial: TreatmentTrial, row: Row, setting: Setting) -> Criterion:
    """Judge the dose of a trial, or its level.

    Parameters
    ----------
    trial : TreatmentTrial
        The trial.
    row : Row
        Its row of `doses/doses`.
    setting : Setting
        What it is judged with.

    Returns
    -------
    Criterion
        With the value, the threshold and where the threshold comes from.
    """
    level = level_criterion(trial, row, setting)
    if level is not None:
        return level
    found = _by_dose(trial, row, setting)
    if found.met is not True:
        return found
    fast = _cleared_fast(trial, setting)
    return found if fast is None else Criterion(None, found.reason, fast)


def _by_dose(trial: TreatmentTrial, row: Row, setting: Setting) -> Criterion:
    threshold, name = row.optional_number("adequacy"), printed(trial.treatment)
    if threshold is None:
        return Criterion(None, "", f"an adequate dose of {name}: the tables hold none")
    if trial.dose.value is None:
        return Criterion(None, "", f"the dose of {name}")
    unit = row.text("unit")
    dose = dose_in_unit(trial.dose.value, row)
    if dose is None:
        given = f"{trial.dose.value.value:g} {trial.dose.value.unit}"
        return Criterion(None, "", f"the dose of {name} in {unit} (recorded: {given})")
    age = setting.timeline.demographics.age_years.value
    found = _compared(
        dose,
        threshold,
        _older(row, "adequacy_older", age),
        age,
        said=f"dose {dose:g} {unit}",
        note=f" ({row.text('adequacy_source')}){_above_maximum(dose, row, age)}",
    )
    return found if found.met else _within_own_limit(found, trial, row, dose, setting)


def _within_own_limit(
    found: Criterion, trial: TreatmentTrial, row: Row, dose: float, setting: Setting
) -> Criterion:
    """Let the lower limit of this person count: for what is taken now, surely; else maybe."""
    names = (row.text("treatment"), trial.treatment, *drug_parts(trial.treatment))
    limit = next((setting.limits[name] for name in names if name in setting.limits), None)
    if limit is None or limit.adequate is None or limit.unit != row.text("unit"):
        return found
    if dose < limit.adequate and not math.isclose(dose, limit.adequate, rel_tol=_CLOSE):
        return found
    # The source in brackets stands with the limit itself.
    why = "; ".join(text.split(" (")[0] for text in limit.because) or "own limit"
    reason = f"dose {dose:g} {limit.unit}, enough under the person's own limit ({why})"
    if EXACT in limit.missing:
        return Criterion(None, reason, EXACT)
    if trial.running:
        return Criterion(True, reason)
    name = printed(trial.treatment)
    return Criterion(None, reason, f"whether the lower limit of {name} held at the time ({why})")


def _cleared_fast(trial: TreatmentTrial, setting: Setting) -> str | None:
    """Return what is missing where a known phenotype makes the dose say little."""
    names = {trial.treatment, *drug_parts(trial.treatment)}
    for row in load_table("staging/metabolism"):
        told = setting.phenotypes.get(row.text("gene"), "").lower().replace(" ", "_")
        if row.text("drug") in names and told.startswith(row.text("phenotype")):
            name, gene = printed(trial.treatment), row.text("gene")
            return f"a blood level of {name}: {gene} is {row.text('phenotype')}"
    return None


def _older(row: Row, column: str, age: float | None) -> float | None:
    """Return the value for older people, unless the person is surely younger."""
    value = row.optional_number(column)
    return value if value is None or age is None or age >= row.number("older_from") else None


def _compared(
    found: float, needed: float, older: float | None, age: float | None, *, said: str, note: str
) -> Criterion:
    """Compare a dose or level with the limit, or with that for older people."""
    if older is not None and age is None and older <= found < needed:
        return Criterion(None, f"{said}, enough for older people only", "the age")
    limit = needed if older is None or age is None else older
    met = found >= limit or math.isclose(found, limit, rel_tol=_CLOSE)
    return Criterion(met, f"{said}, needed {limit:g}{note}")


def dose_in_unit(dose: Dose, row: Row) -> float | None:
    """Return a dose in the unit of its row of `doses/doses`; None where its unit does not allow it.

    Parameters
    ----------
    dose : Dose
        As recorded.
    row : Row
        Row of `doses/doses`.

    Returns
    -------
    float or None
        In the unit of the row.
    """
    try:
        return convert(dose.value, dose.unit, row.text("unit"), quantity=row.text("treatment"))
    except UnitError:
        return None


def highest_dose(row: Row, age: float | None) -> float | None:
    """Return the maximum of a row of `doses/doses`: the lower one for older people.

    Parameters
    ----------
    row : Row
        Row of `doses/doses`.
    age : float or None
        Age in years; where it is not known the general maximum holds.

    Returns
    -------
    float or None
        In the unit of the row; None where the row gives none.
    """
    older = None if age is None else _older(row, "maximum_older", age)
    return row.optional_number("maximum") if older is None else older


def _above_maximum(dose: float, row: Row, age: float | None) -> str:
    highest = highest_dose(row, age)
    if highest is None or dose <= highest:
        return ""
    return f"; above the maximum of {highest:g}"


def level_criterion(trial: TreatmentTrial, row: Row, setting: Setting) -> Criterion | None:
    """Judge by the blood level among levels of the trial's time.

    Parameters
    ----------
    trial : TreatmentTrial
        The trial.
    row : Row
        Its row of `doses/doses`.
    setting : Setting
        What it is judged with.

    Returns
    -------
    Criterion or None
        None where the dose decides: no level is asked for, or none was taken and none is needed.
    """
    if row.optional_text("level_test") is not None:
        rule, columns = row, ("level_test", "level_unit", "level_adequate", "level_adequate_older")
    else:
        found = listed("labs/levels", trial.treatment)
        if found is None or not found.flag("counts_for_adequacy"):
            return None
        rule, columns = found, ("test", "unit", "lowest", "n/a")
    test, unit, needed, older = columns
    labs = _during(trial, setting.timeline)
    age = setting.timeline.demographics.age_years.value
    lower = None if older not in rule.cells else _older(rule, older, age)
    both = (None if lower is not None and age is not None else rule.number(needed), lower)
    ends = [end for end in both if end is not None]
    levels = _levels(labs, rule.text(test), rule.text(unit), ends)
    if rule is not row and not levels:
        levels = [level for level in _sums(labs, rule) if level.tells(ends)]
    if not levels:
        missing = f"the level of {printed(trial.treatment)} during the trial"
        return Criterion(None, "", missing) if rule is row else None
    # An exact value before a limit: at equal numbers it is the higher one.
    best = max(levels, key=lambda level: (level.value, level.sign != BELOW))
    said = f"level {best.sign}{best.value:g} {rule.text(unit)}"
    if best.sign == BELOW:
        return Criterion(False, f"{said}, needed {min(ends):g}")
    return _compared(best.value, rule.number(needed), lower, age, said=said, note="")


@dataclass(frozen=True, slots=True)
class _Level:
    """A level, or with a sign the limit above or below which it lies."""

    value: float
    sign: str = ""

    def tells(self, ends: list[float]) -> bool:
        """Return whether it decides against every limit that may hold."""
        if not self.sign:
            return True
        return self.value <= min(ends) if self.sign == BELOW else self.value >= max(ends)


def _during(trial: TreatmentTrial, timeline: Timeline) -> list[LabResult]:
    """Return the laboratory values that were surely taken during a trial."""
    start, stop = trial.start.value, trial.stop.value
    return [
        lab
        for lab in timeline.labs.or_else(())
        if start is not None
        and earliest(lab.date) >= earliest(start)
        and (stop is None or latest(lab.date) <= latest(stop))
    ]


def _levels(labs: list[LabResult], test: str, unit: str, ends: list[float]) -> list[_Level]:
    """Return the levels; of those below or above a limit only what the limit tells for sure."""
    levels = (_level(lab, unit) for lab in labs if lab.test == test)
    return [level for level in levels if level is not None and level.tells(ends)]


def _level(lab: LabResult, unit: str) -> _Level | None:
    value = lab_value(lab, unit)
    return None if value is None else _Level(value, (lab.comparator or "")[:1])


def _sums(labs: list[LabResult], rule: Row) -> list[_Level]:
    """Add drug and metabolite where both, and each once, were measured on one day.

    A limit makes the sum a limit; a lower and an upper one together tell nothing.
    """
    parts, unit = rule.items("sum_of"), rule.text("unit")
    found = []
    for date in {lab.date for lab in labs if lab.test in parts}:
        told = [lab for lab in labs if lab.date == date and lab.test in parts]
        known = [level for lab in told if (level := _level(lab, unit)) is not None]
        signs = {level.sign for level in known if level.sign}
        once = sorted(lab.test for lab in told) == sorted(parts) and len(known) == len(parts)
        if once and len(signs) <= 1:
            found.append(_Level(sum(level.value for level in known), "".join(signs)))
    return found
