"""Builders of small bundles about one invented person."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise.core.errors import InputError
from equipoise.core.nouns import Timeline
from equipoise.ingest import examine_person

TODAY = "2026-03-02"

Json = dict[str, Any]
Examine = Callable[[Json], tuple[Timeline | None, tuple[InputError, ...]]]
Read = Callable[..., Timeline]


@pytest.fixture
def examine(tmp_path: Path) -> Examine:
    """Return a function that writes a bundle and examines it."""

    def examiner(bundle: Json) -> tuple[Timeline | None, tuple[InputError, ...]]:
        path = tmp_path / "sub-07_fhir.json"
        path.write_text(json.dumps(bundle), encoding="utf-8")
        return examine_person(path, today=TODAY)

    return examiner


@pytest.fixture
def read(examine: Examine) -> Read:
    """Return a function that reads the resources of one person, which must be without fault."""

    def reader(*resources: Json) -> Timeline:
        timeline, faults = examine(bundle_of(*resources))
        assert faults == ()
        assert timeline is not None
        return timeline

    return reader


def bundle_of(*resources: Json, born: str = "1980-05-17", gender: str = "female") -> Json:
    """Return a bundle: a patient, and resources that name this patient as their subject."""
    patient: Json = {"resourceType": "Patient", "id": "p", "gender": gender, "birthDate": born}
    whose = dict.fromkeys(("AllergyIntolerance", "Device", "FamilyMemberHistory"), "patient")
    entries: list[Json] = [{"resource": patient}]
    for resource in resources:
        key = whose.get(resource["resourceType"], "subject")
        entries.append({"resource": {key: {"reference": "Patient/p"}, **resource}})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def coded(system: str, code: str, display: str = "") -> Json:
    """Return a CodeableConcept with one code."""
    uri = {
        "snomed": "http://snomed.info/sct",
        "loinc": "http://loinc.org",
        "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
        "atc": "http://www.whocc.no/atc",
        "icd10": "http://hl7.org/fhir/sid/icd-10-cm",
    }.get(system, system)
    return {"coding": [{"system": uri, "code": code, "display": display}]}


def status(code: str) -> Json:
    """Return a status that is a CodeableConcept."""
    return {"coding": [{"code": code}]}


def daily(value: float, unit: str = "mg", frequency: int = 1) -> list[Json]:
    """Return a dosage of so much, so many times a day."""
    amount = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    repeat = {"frequency": frequency, "period": 1, "periodUnit": "d"}
    return [{"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": amount}]}]


def observed(code: str, **value: Any) -> Json:
    """Return a final observation of 2026-01-10."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": coded("loinc", code),
        "effectiveDateTime": "2026-01-10",
        **value,
    }


def quantity(value: float, ucum: str | None, **more: Any) -> Json:
    """Return a value with a UCUM unit."""
    code: Json = {} if ucum is None else {"system": "http://unitsofmeasure.org", "code": ucum}
    return {"valueQuantity": {"value": value, **code, **more}}
