"""Parts of FHIR resources about genes: codes of `codes/genomics`, notes, observations, drugs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from equipoise.core.dates import IsoDate
from equipoise.core.tables import Row, load_table

__all__ = [
    "BASE",
    "LONGEST_ID",
    "Json",
    "cited",
    "coded",
    "component",
    "drug_concept",
    "gene_part",
    "notes",
    "observation",
    "phenotype_concept",
    "profile",
    "reference",
    "resource_id",
]

BASE: Final = "https://equipoise.invalid/fhir/"
"""Where the entries of a bundle stand, so that references resolve; nobody serves it."""
LONGEST_ID: Final = len("sub-" + "x" * 60)
"""Most characters of an id in FHIR."""
_DIGEST: Final = len("0" * 12)
_DOI: Final = "https://doi.org/"

Json = dict[str, Any]


def _row(kind: str, name: str) -> Row | None:
    return load_table("codes/genomics").find(kind=kind, id=name)


def profile(name: str) -> str:
    """Return the address of a profile."""
    return load_table("codes/genomics").row(kind="profile", id=name).text("system")


def coded(kind: str, name: str) -> Json:
    """Return a CodeableConcept of `codes/genomics`; words alone where it has no code.

    Parameters
    ----------
    kind, name : str
        Columns ``kind`` and ``id``.

    Returns
    -------
    dict
        A CodeableConcept.
    """
    row = load_table("codes/genomics").row(kind=kind, id=name)
    system, code = row.optional_text("system"), row.optional_text("code")
    if system is None or code is None:
        return {"text": row.text("display")}
    return {"coding": [{"system": system, "code": code, "display": row.text("display")}]}


def component(name: str, **value: Any) -> Json:
    """Return a component of an observation."""
    return {"code": coded("component", name), **value}


def gene_part(gene: str) -> Json:
    """Return the component that names a gene, with its HGNC number where the table has it."""
    named = coded("gene", gene) if _row("gene", gene) is not None else {}
    return component("gene", valueCodeableConcept={**named, "text": gene})


def phenotype_concept(term: str) -> Json:
    """Return a metaboliser phenotype: the answer of LOINC where there is one, and the CPIC term."""
    for row in load_table("codes/genomics"):
        if row.text("kind") == "phenotype" and row.text("display").casefold() == term.casefold():
            return {**coded("phenotype", row.text("id")), "text": term}
    return {"text": term}


def drug_concept(drug: str) -> Json:
    """Return a drug by RxNorm ingredient and ATC, as far as the tables list them, and its name.

    Parameters
    ----------
    drug : str
        Id of `drugs/drugs`.

    Returns
    -------
    dict
        A CodeableConcept.
    """
    row = load_table("drugs/drugs").find(id=drug)
    codes = [
        ("rxnorm", one.text("code"), one.text("title"))
        for one in load_table("codes/medications")
        if one.text("drug") == drug
        and one.text("system") == "rxnorm"
        and one.optional_text("strength") is None
    ]
    title = drug if row is None else row.text("title")
    atc = None if row is None else row.optional_text("atc")
    if atc is not None:
        codes.append(("atc", atc, title))
    addresses = _addresses()
    coding = [
        {"system": addresses[system], "code": code, "display": name} for system, code, name in codes
    ]
    return {"coding": coding, "text": title} if coding else {"text": title}


def _addresses() -> dict[str, str]:
    """Return the first address of each code system."""
    found: dict[str, str] = {}
    for row in load_table("codes/systems"):
        found.setdefault(row.text("system"), row.text("uri"))
    return found


def cited(keys: str) -> list[Json]:
    """Return extensions that cite the papers behind a row."""
    found = []
    for key in filter(None, (key.strip() for key in keys.split(";"))):
        row = load_table("references/references").find(key=key)
        doi = None if row is None else row.optional_text("doi")
        if row is None or doi is None:
            continue
        artifact = {"type": "citation", "citation": row.text("title"), "url": f"{_DOI}{doi}"}
        found.append({"url": profile("citation"), "valueRelatedArtifact": artifact})
    return found


def notes(texts: Iterable[str]) -> list[Json]:
    """Return annotations, one for each text."""
    return [{"text": text} for text in texts if text]


def reference(kind: str, name: str) -> Json:
    """Return a Reference to an entry of the bundle."""
    return {"reference": f"{kind}/{name}"}


def resource_id(label: str, name: str) -> str:
    """Return an id that no resource of another person has, however the bundles are loaded.

    Parameters
    ----------
    label : str
        BIDS label of the person.
    name : str
        What the resource is.

    Returns
    -------
    str
        Both; with a digest in place of the end where FHIR allows no more characters.
    """
    whole = f"{label}-{name}"
    if len(whole) <= LONGEST_ID:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST]
    return f"{whole[: LONGEST_ID - _DIGEST - 1]}-{digest}"


def observation(name: str, code: str, label: str, date: IsoDate) -> Json:
    """Return a final laboratory observation about genes, without a value.

    Parameters
    ----------
    name : str
        What its id says after the label.
    code : str
        What it is: id of `codes/genomics` of kind ``resource``.
    label : str
        BIDS label of the person.
    date : str
        Day of the run.

    Returns
    -------
    dict
        An Observation.
    """
    return {
        "resourceType": "Observation",
        "id": resource_id(label, name),
        "status": "final",
        "category": [coded("category", "laboratory"), coded("category", "genetics")],
        "code": coded("resource", code),
        "subject": reference("Patient", label),
        "effectiveDateTime": date,
    }
