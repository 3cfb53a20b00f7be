"""Dose limits of every drug for this person: age, kidney, liver, genotype, interaction.

Of several limits the strictest holds; limits do not multiply, and nothing ever raises a dose.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from equipoise.appraise.dosing.circumstances import (
    EXACT,
    Circumstances,
    OrganState,
    circumstances,
)
from equipoise.appraise.dosing.genes import acting_gene
from equipoise.appraise.drug_use import drugs_in_use, drugs_of, read_catalogue
from equipoise.appraise.pairs import acting
from equipoise.core.dates import IsoDate
from equipoise.core.nouns import DoseLimit, GenePhenotype, Timeline
from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from equipoise.appraise.safety import Ground

__all__ = ["dose_limits", "limit_of", "limits_by_treatment"]

_DOSES: Final = ("start", "adequate", "maximum")
_GENE: Final = "gene"
_INTERACTION: Final = "interaction"


@dataclass(frozen=True, slots=True)
class _Held:
    """Whether a limit holds (None where nobody knows), on what, and what is missing."""

    holds: bool | None
    told: str = ""
    missing: str = ""


def dose_limits(shared: Ground, genes: tuple[GenePhenotype, ...]) -> tuple[DoseLimit, ...]:
    """Return the doses of every drug that may be offered; the strictest limit holds.

    Parameters
    ----------
    shared : Ground
        The record with the drugs in use.
    genes : tuple of GenePhenotype
        From `gene_phenotypes`; each drug's own effect on a gene is left out when it is judged,
        so the limits read the genes of the record again.

    Returns
    -------
    tuple of DoseLimit
        In the order of `doses/doses`.
    """
    del genes
    return _all(shared.facts)


def limits_by_treatment(timeline: Timeline, *, today: IsoDate) -> dict[str, DoseLimit]:
    """Return the dose limits of a person by row of `doses/doses`, from the record alone.

    Parameters
    ----------
    timeline : Timeline
        The record.
    today : str
        The day of the run.

    Returns
    -------
    dict of str to DoseLimit
        As `dose_limits` gives them.
    """
    catalogue = read_catalogue()
    uses = drugs_in_use(timeline, catalogue, today=today)
    facts = circumstances(timeline, uses, catalogue, today=today)
    return {limit.drug: limit for limit in _all(facts)}


def _all(facts: Circumstances) -> tuple[DoseLimit, ...]:
    by_treatment: dict[str, list[Row]] = {}
    for row in load_table("doses/limits"):
        by_treatment.setdefault(row.text("treatment"), []).append(row)
    return tuple(
        _limit(row, by_treatment.get(row.text("treatment"), ()), facts)
        for row in load_table("doses/doses")
    )


def limit_of(dose: Row, facts: Circumstances) -> DoseLimit:
    """Return the dose limit of one drug.

    Parameters
    ----------
    dose : Row
        Row of `doses/doses`.
    facts : Circumstances
        What lowers doses in this person.

    Returns
    -------
    DoseLimit
        The strictest of all limits that hold.
    """
    treatment = dose.text("treatment")
    rows = [row for row in load_table("doses/limits") if row.text("treatment") == treatment]
    return _limit(dose, rows, facts)


def _limit(dose: Row, rows: Iterable[Row], facts: Circumstances) -> DoseLimit:
    base = DoseLimit(
        drug=dose.text("treatment"),
        unit=dose.text("unit"),
        start=dose.optional_number("start"),
        adequate=dose.optional_number("adequacy"),
        maximum=dose.optional_number("maximum"),
        because=(),
        missing=(),
        reference=dose.text("reference"),
    )
    found = _older(base, dose, facts.age)
    for row in rows:
        held = _held(row, facts, base.drug)
        if held.missing:
            found = replace(found, missing=(*found.missing, held.missing))
        if held.holds:
            found = _lowered(found, base, row, held.told)
    kept = found.maximum
    return replace(
        found,
        start=_lower(found.start, kept),
        adequate=_lower(found.adequate, kept),
        missing=tuple(dict.fromkeys(found.missing)),
    )


def _lower(one: float | None, other: float | None) -> float | None:
    """Return the lower of two doses; one that no table gives does not count."""
    known = [dose for dose in (one, other) if dose is not None]
    return None if one is None else min(known)


def _older(base: DoseLimit, dose: Row, age: float | None) -> DoseLimit:
    """Return the doses with those for older people, which stand in `doses/doses`."""
    years = dose.optional_number("older_from")
    older = {
        "adequate": dose.optional_number("adequacy_older"),
        "maximum": dose.optional_number("maximum_older"),
    }
    told = {name: value for name, value in older.items() if value is not None}
    if years is None or not told:
        return base
    if age is None:
        return replace(base, missing=("the age",))
    if age < years:
        return base
    words = ", ".join(f"{name} dose {value:g} {base.unit}" for name, value in told.items())
    because = f"From {years:g} years: {words} (age {age:g}; {base.reference})"
    return replace(
        base,
        adequate=_lowest(base.adequate, older["adequate"]),
        maximum=_lowest(base.maximum, older["maximum"]),
        because=(because,),
    )


def _lowest(one: float | None, other: float | None) -> float | None:
    known = [dose for dose in (one, other) if dose is not None]
    return min(known) if known else None


def _lowered(found: DoseLimit, base: DoseLimit, row: Row, told: str) -> DoseLimit:
    """Return the doses under one more limit, named where it lowers or warns."""
    doses = {name: row.optional_number(name) for name in _DOSES}
    lowered = {name: _lowest(getattr(found, name), value) for name, value in doses.items()}
    numbers = {name: value for name, value in doses.items() if value is not None}
    works = any(
        getattr(base, name) is None or value < getattr(base, name)
        for name, value in numbers.items()
    )
    if numbers and not works:
        return found
    source = row.text("reference")
    because = f"{row.text('text')} ({'; '.join(part for part in (told, source) if part)})"
    reference = "; ".join(dict.fromkeys((*found.reference.split("; "), *source.split("; "))))
    return replace(
        found,
        start=lowered["start"],
        adequate=lowered["adequate"],
        maximum=lowered["maximum"],
        because=(*found.because, because),
        reference=reference,
    )


def _held(row: Row, facts: Circumstances, treatment: str) -> _Held:
    factor = row.text("factor")
    if factor == "age":
        return _by_age(row, facts.age)
    if factor == "liver":
        return _by_liver(row, facts.liver)
    if factor == "kidney":
        return _by_kidney(row, facts.kidney)
    own = drugs_of(treatment, facts.catalogue)
    gene = _by_gene(row, facts, own) if factor == _GENE else _Held(True)
    partner = _by_partner(row, facts, own) if row.items("with") else _Held(True)
    if gene.holds is not True:
        return gene
    if partner.holds is not True:
        return partner
    return _Held(True, "; ".join(told for told in (gene.told, partner.told) if told))


def _by_age(row: Row, age: float | None) -> _Held:
    if age is None:
        return _Held(None, missing="the age")
    return _Held(age >= row.number("age_from"), f"age {age:g}")


def _by_liver(row: Row, liver: OrganState) -> _Held:
    if liver.value is None:
        return _Held(None, missing=liver.missing)
    least = row.number("liver_from")
    holds = liver.value >= least
    return _Held(holds, liver.told, _open(holds, liver, surely=(liver.at_best or 0) >= least))


def _by_kidney(row: Row, kidney: OrganState) -> _Held:
    if kidney.value is None:
        return _Held(None, missing=kidney.missing)
    holds = _lowered_by(row, kidney.value)
    if not holds:
        return _Held(False, kidney.told, kidney.missing)
    surely = kidney.at_best is not None and _lowered_by(row, kidney.at_best)
    return _Held(True, kidney.told, _open(holds, kidney, surely=surely))


def _lowered_by(row: Row, kidney: float) -> bool:
    below, most = row.optional_number("kidney_below"), row.optional_number("kidney_to")
    return (below is not None and kidney < below) or (most is not None and kidney <= most)


def _open(holds: bool, organ: OrganState, *, surely: bool) -> str:
    """Return what is missing where the lower dose holds only because it may have to."""
    return EXACT if holds and organ.at_best is not None and not surely else ""


def _by_gene(row: Row, facts: Circumstances, own: tuple[str, ...]) -> _Held:
    """Answer by the gene; one that was not tested lowers nothing, and is not asked for."""
    for gene in facts.genes:
        if gene.gene != row.text("gene"):
            continue
        act = acting_gene(gene, facts.uses, facts.catalogue, without=own)
        inherited = row.cells["by_genes_alone"] == "true"
        found = gene.phenotypes if inherited else act.phenotypes
        told = gene.diplotype or "phenotype as reported"
        if act.changed and not inherited:
            told += f", under {' and '.join(act.converted_by)}"
        return _Held(bool(found & set(row.items("phenotypes"))), told)
    return _Held(False)


def _by_partner(row: Row, facts: Circumstances, own: tuple[str, ...]) -> _Held:
    named = frozenset(row.items("with"))
    catalogue = facts.catalogue
    told = [
        f"{catalogue.title(use.drug)}, {status}"
        for use in facts.uses
        if use.drug not in own
        and named & catalogue.names.get(use.drug, frozenset())
        and (status := acting(use, catalogue)) is not None
    ]
    if told:
        return _Held(True, "; ".join(told))
    return _Held(False) if facts.drugs_known else _Held(None, missing="the drugs taken now")
