"""Calls of pharmacogenes and the advice of the guidelines as a FHIR R4 bundle.

It follows the HL7 Genomics Reporting guide (STU 3): a report, one genotype for each gene, what the
genotype means for the breakdown of drugs, and what a guideline says of each drug. What was not
called has no value, and does not claim the profile of a genotype, which demands one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from equipoise import __version__
from equipoise.apps.genes.fhir_parts import (
    BASE,
    LONGEST_ID,
    Json,
    cited,
    coded,
    component,
    drug_concept,
    gene_part,
    notes,
    observation,
    phenotype_concept,
    profile,
    reference,
    resource_id,
)
from equipoise.core.dates import IsoDate
from equipoise.core.errors import RecordError
from equipoise.core.nouns import GeneAdvice, GeneCall, GenePhenotype
from equipoise.core.star_alleles import INDETERMINATE_TERM

__all__ = ["genomics_report", "genomics_text"]

_NOT_REVIEWED: Final = "Research software; not clinically reviewed."
_OR: Final = " or "
_PHARMVAR: Final = "http://www.pharmvar.org"


@dataclass(frozen=True, slots=True)
class _Case:
    """Whose report it is, and of which day."""

    label: str
    date: IsoDate


def genomics_report(
    calls: tuple[GeneCall, ...],
    advice: tuple[GeneAdvice, ...],
    genes: tuple[GenePhenotype, ...],
    *,
    label: str,
    date: IsoDate,
) -> Json:
    """Return a bundle of type collection with the report and everything that it names.

    Parameters
    ----------
    calls : tuple of GeneCall
        From variants or from another test.
    advice : tuple of GeneAdvice
        Of the guidelines; that on genes of which nothing is known is left out.
    genes : tuple of GenePhenotype
        As they were reported and as they act under the drugs taken now.
    label : str
        BIDS label: the only name of the person.
    date : str
        Day of the run.

    Returns
    -------
    dict
        A FHIR R4 Bundle. The same input gives the same bundle: no clock time, no random id.

    Raises
    ------
    RecordError
        If the label is too long for an id of FHIR.
    """
    if len(label) > LONGEST_ID:
        raise RecordError(
            "this label is too long for FHIR", got=label, allowed=f"{LONGEST_ID} characters"
        )
    case = _Case(label, date)
    genotypes = dict(_genotypes(calls, genes, case))
    known = _known(calls, genes)
    acting = {one.gene: one for one in genes}
    implications = [
        _metabolism(gene, term, acting.get(gene), genotypes, case) for gene, term in known.items()
    ]
    usable = [one for one in advice if set(one.genes) & set(known)]
    names = _names(usable)
    implications += [
        _advised(one, name, genotypes, case) for one, name in zip(usable, names, strict=True)
    ]
    observations = [*_flat(genotypes), *implications]
    resources = [
        _report(calls, known, observations, case),
        {"resourceType": "Patient", "id": label},
        *observations,
    ]
    return {
        "resourceType": "Bundle",
        "id": resource_id(label, "genomics"),
        "type": "collection",
        "entry": [
            {"fullUrl": f"{BASE}{one['resourceType']}/{one['id']}", "resource": one}
            for one in resources
        ],
    }


def genomics_text(report: Json) -> str:
    """Return a bundle as the text of a file: the same bundle, the same bytes."""
    return json.dumps(report, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _genotypes(
    calls: Iterable[GeneCall], genes: Iterable[GenePhenotype], case: _Case
) -> Iterator[tuple[str, list[Json]]]:
    """Yield the genotypes of each gene: as called, and as reported where nothing was called."""
    found: dict[str, list[Json]] = {}
    for call in calls:
        found.setdefault(call.gene, []).append(_called(call, case))
    settled = {call.gene for call in calls if call.diplotypes}
    for gene in genes:
        if gene.gene not in settled and (gene.diplotype or _means(gene.phenotype)):
            found.setdefault(gene.gene, []).append(_reported(gene, case))
    yield from found.items()


def _flat(genotypes: dict[str, list[Json]]) -> list[Json]:
    return [one for held in genotypes.values() for one in held]


def _called(call: GeneCall, case: _Case) -> Json:
    """Return the genotype of a call; one that was not called has a reason in place of a value."""
    held = observation(f"genotype-{call.gene.lower()}", "genotype", case.label, case.date)
    held["code"] = {**held["code"], "text": f"{call.gene} genotype"}
    parts = [gene_part(call.gene), *_build(call)]
    if call.activity_score is not None and call.diplotypes:
        parts.append(component("score", valueString=call.activity_score))
    reason = call.no_call or "not called"
    held |= _value(call.gene, call.diplotypes, reason, parts)
    held["note"] = notes(_call_notes(call))
    return held


def _reported(gene: GenePhenotype, case: _Case) -> Json:
    """Return a genotype as it was reported."""
    held = observation(f"genotype-{gene.gene.lower()}-reported", "genotype", case.label, case.date)
    held["code"] = {**held["code"], "text": f"{gene.gene} genotype"}
    diplotypes = tuple(part for part in gene.diplotype.split(_OR) if part)
    parts = [gene_part(gene.gene)]
    held |= _value(gene.gene, diplotypes, "only the phenotype was reported", parts)
    held["note"] = notes(("As reported; not called from variants.", _NOT_REVIEWED))
    return held


def _value(gene: str, diplotypes: tuple[str, ...], reason: str, parts: list[Json]) -> Json:
    """Return value and components: one diplotype is a value, several or none are not."""
    if len(diplotypes) == 1:
        return {
            "meta": {"profile": [profile("genotype")]},
            "valueCodeableConcept": _diplotype(gene, diplotypes[0]),
            "component": parts,
        }
    several = "several diplotypes are consistent with what was read"
    parts += [
        component("consistent", valueCodeableConcept=_diplotype(gene, one)) for one in diplotypes
    ]
    absent = {**coded("absent", "unknown"), "text": several if diplotypes else reason}
    return {"dataAbsentReason": absent, "component": parts}


def _diplotype(gene: str, diplotype: str) -> Json:
    code, name = f"{gene}_{diplotype}", f"{gene} {diplotype}"
    return {"coding": [{"system": _PHARMVAR, "code": code, "display": name}], "text": name}


def _build(call: GeneCall) -> list[Json]:
    """Return the component that names the genome build that was read."""
    told = dict(call.provenance.parameters if call.provenance is not None else ())
    if call.source != "vcf" or told.get("build") not in {"GRCh37", "GRCh38"}:
        return []
    return [component("assembly", valueCodeableConcept=coded("assembly", told["build"]))]


def _call_notes(call: GeneCall) -> Iterator[str]:
    # What was read and what was not. No diplotype that is only possible may stand here.
    if call.source != "vcf":
        yield "Called by another test, not from variants read here."
    if call.version:
        yield f"Definitions: {call.version}."
    if call.missing:
        missing = "; ".join(f"{one.id} ({one.where}): {one.why}" for one in call.missing)
        yield f"Positions that were not read: {missing}."
    elif call.source == "vcf":
        yield "All positions of the definition were read."
    if call.deciding:
        yield f"Positions that could change the phenotype: {', '.join(call.deciding)}."
    if not call.diplotypes and call.phenotypes:
        yield f"Phenotypes that remain possible: {', '.join(call.phenotypes)}."
    if call.settled_by:
        yield f"What would settle it: {', '.join(call.settled_by)}."
    yield from call.flags
    yield f"Equipoise {__version__}. {_NOT_REVIEWED}"


def _means(term: str | None) -> bool:
    return term not in {None, "", INDETERMINATE_TERM}


def _known(calls: Iterable[GeneCall], genes: Iterable[GenePhenotype]) -> dict[str, str]:
    """Return the genetic phenotype of every gene that has one, before any drug acts on it."""
    calls = tuple(calls)
    settled = {call.gene for call in calls if call.diplotypes}
    found = {c.gene: c.phenotype for c in calls if c.diplotypes and _means(c.phenotype)}
    for one in genes:
        if one.gene not in settled and _means(one.phenotype):
            found.setdefault(one.gene, one.phenotype)
    return {gene: term for gene, term in found.items() if term is not None}


def _implication(name: str, sources: Iterable[Json], case: _Case) -> Json:
    held = observation(name, "implication", case.label, case.date)
    held["meta"] = {"profile": [profile("implication")]}
    held["derivedFrom"] = [reference("Observation", one["id"]) for one in sources]
    return held


def _metabolism(
    gene: str,
    term: str,
    acting: GenePhenotype | None,
    genotypes: dict[str, list[Json]],
    case: _Case,
) -> Json:
    """Return what a genotype means; that drugs change how it acts is a note, no other value."""
    held = _implication(f"metabolism-{gene.lower()}", genotypes[gene][-1:], case)
    held["component"] = [component("implication", valueCodeableConcept=phenotype_concept(term))]
    told = []
    if acting is not None and acting.acting is not None and acting.acting != term:
        told.append(
            f"Acts as {acting.acting} while these are taken: {', '.join(acting.because)}. "
            "The genotype is not changed by that."
        )
    held["note"] = notes((*told, _NOT_REVIEWED))
    return held


def _advised(one: GeneAdvice, name: str, genotypes: dict[str, list[Json]], case: _Case) -> Json:
    sources = [held for gene in one.genes for held in genotypes.get(gene, [])[-1:]]
    held = _implication(name, sources, case)
    held["component"] = [
        component("drug", valueCodeableConcept=drug_concept(one.drug)),
        component("conclusion", valueString=_conclusion(one)),
    ]
    read = ", ".join(
        f"{gene} {term}" for gene, term in zip(one.genes, one.phenotypes, strict=False)
    )
    strength = "" if one.strength in {"", "n/a"} else f", strength {one.strength}"
    because = f"As these genes act while {', '.join(one.because)} is taken." if one.because else ""
    held["note"] = notes((
        f"{one.guideline}, version {one.version}{strength}; read with {read}.",
        because,
        _NOT_REVIEWED,
    ))
    extensions = cited(one.reference)
    if extensions:
        held["extension"] = extensions
    return held


def _conclusion(one: GeneAdvice) -> str:
    """Return the action; whoever reads it alone reads first that the drug must not be given."""
    if not one.stopped_by:
        return one.action
    return f"Not to be given now ({'; '.join(one.stopped_by)}). By the genes alone: {one.action}"


def _names(advice: Iterable[GeneAdvice]) -> list[str]:
    """Return ids: guideline, drug and genes, with a number where two would be the same."""
    found: list[str] = []
    for one in advice:
        words = ("advice", one.guideline, one.drug, *one.genes)
        name = "-".join(words).lower().replace("_", "-")[: LONGEST_ID - len("-99")]
        twins = sum(other == name or other.startswith(f"{name}-no") for other in found)
        found.append(f"{name}-no{twins + 1}" if twins else name)
    return found


def _report(
    calls: Iterable[GeneCall], known: dict[str, str], observations: list[Json], case: _Case
) -> Json:
    calls = tuple(calls)
    lines = [_said(call) for call in calls]
    called = {call.gene for call in calls}
    lines += [f"{gene}: {term}, as reported." for gene, term in known.items() if gene not in called]
    results = [reference("Observation", one["id"]) for one in observations]
    return {
        "resourceType": "DiagnosticReport",
        "id": resource_id(case.label, "genomics"),
        "meta": {"profile": [profile("report")]},
        # In R4 a final or preliminary report was verified by somebody; this one by nobody.
        "status": "partial",
        "category": [coded("category", "genetics")],
        "code": coded("resource", "report"),
        "subject": reference("Patient", case.label),
        "effectiveDateTime": case.date,
        **({"result": results} if results else {}),
        "conclusion": " ".join((*lines, _NOT_REVIEWED)),
    }


def _said(call: GeneCall) -> str:
    if not call.diplotypes:
        why = (call.no_call or "no reason is known").rstrip(".")
        return f"{call.gene}: no call, which is not a normal result ({why})."
    told = _OR.join(call.diplotypes)
    term = call.phenotype or f"phenotype open ({', '.join(call.phenotypes)})"
    return f"{call.gene}: {told}, {term}."
