"""Bundles from outside: Synthea and US Core are read, and nothing of them is dropped."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from equipoise.core.scoring import score
from equipoise.core.tables import load_table
from equipoise.ingest.fhir.bundle import open_bundle
from equipoise.ingest.fhir.read import timeline_of
from tests.ingest.fhir.conftest import Examine, Read, bundle_of

pytestmark = pytest.mark.shared
TODAY = "2026-03-02"
NOT_READ = {
    "CarePlan",
    "Claim",
    "DiagnosticReport",
    "Encounter",
    "ExplanationOfBenefit",
    "Goal",
    "ImagingStudy",
    "Immunization",
    "Organization",
    "Practitioner",
}
# Counted by hand in the three files: trials and drugs in use, whose last one is a mixture; fewer
# conditions than the file holds where one is the episode's.
PEOPLE = {
    "Gilberto": {
        "treatments": ["sertraline"],
        "drugs": ["paracetamol", "hydrocodone"],
        "conditions": 7,
        "weight": 9,
        "systolic_bp": 9,
    },
    "Milan": {
        "treatments": ["fluoxetine", "fluoxetine"],
        "drugs": ["paracetamol"],
        "conditions": 4,
        "weight": 6,
        "systolic_bp": 6,
    },
}


def synthea(shared_data: Path, name: str) -> dict[str, Any]:
    (path,) = (shared_data / "clinical" / "fhir" / "synthea").glob(f"{name}_*.json.gz")
    with gzip.open(path) as stream:
        found: dict[str, Any] = json.load(stream)
    return found


@pytest.mark.parametrize("name", ["Gilberto", "Milan", "Roberto"])
def test_every_resource_of_a_synthea_bundle_is_read_or_listed(name: str, shared_data: Path) -> None:
    bundle = synthea(shared_data, name)
    chart = open_bundle(bundle, "b.json", TODAY)
    timeline = timeline_of(chart, "01")
    assert chart.faults == []
    traced = chart.used | {one.number for one, *_ in chart.left}
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    untraced = {kind for number, kind in enumerate(kinds, 1) if number not in traced}
    assert untraced <= NOT_READ
    # Types that are not read are counted, so the numbers add up to the whole bundle.
    counted = {
        u.resource: int(u.what.split()[0]) for u in timeline.unmapped if "/" not in u.resource
    }
    assert counted == {kind: kinds.count(kind) for kind in NOT_READ if kind in kinds}
    assert len(traced) + sum(counted.values()) == len(kinds)
    assert all(u.what and u.why for u in timeline.unmapped)


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_synthea_people_by_hand(name: str, shared_data: Path) -> None:
    chart = open_bundle(synthea(shared_data, name), "b.json", TODAY)
    timeline = timeline_of(chart, "01")
    told = PEOPLE[name]
    assert [t.treatment for t in timeline.treatments.or_else(())] == told["treatments"]
    assert [d.drug for d in timeline.drugs.or_else(())] == told["drugs"]
    assert len(timeline.conditions.or_else(())) == told["conditions"]
    for test in ("weight", "systolic_bp"):
        assert sum(lab.test == test for lab in timeline.labs.or_else(())) == told[test]
    # No allergy and no relative stands in these bundles: nobody asked.
    assert timeline.allergies.status == timeline.family.status == "not_asked"


def test_a_drug_for_another_illness_is_no_trial_for_the_depression(shared_data: Path) -> None:
    # Sertraline of this person is given for posttraumatic stress disorder, says reasonReference.
    chart = open_bundle(synthea(shared_data, "Roberto"), "b.json", TODAY)
    timeline = timeline_of(chart, "01")
    assert "sertraline" in [d.drug for d in timeline.drugs.or_else(())]
    assert not timeline.treatments.known
    assert {"oxycodone", "hydrocodone"} <= {d.drug for d in timeline.drugs.or_else(())}


def test_no_name_or_number_of_a_person_is_kept(shared_data: Path) -> None:
    chart = open_bundle(synthea(shared_data, "Milan"), "sub-01_fhir.json", TODAY)
    kept = repr(timeline_of(chart, "01"))
    patient = next(chart.each("Patient")).part.value
    private = [patient["birthDate"], patient["name"][0]["family"]]
    private += [number["value"] for number in patient["identifier"]]
    assert not [text for text in private if text in kept]


def us_core(shared_data: Path, *parts: str) -> list[dict[str, Any]]:
    folder = shared_data / "clinical" / "fhir" / "us-core"
    names = sorted(path for path in folder.glob("*.json") if any(p in path.name for p in parts))
    found = [json.loads(path.read_text(encoding="utf-8")) for path in names]
    for resource in found:
        resource["subject"] = {"reference": "Patient/p"}
    return found


@pytest.mark.parametrize(
    "parts", [("Observation-PHQ9",), ("QuestionnaireResponse",), ("Observation-PHQ9", "Response")]
)
def test_the_phq9_of_us_core(parts: tuple[str, ...], shared_data: Path, read: Read) -> None:
    """Items, panel and total, or the questionnaire, or both: the same answers, noted once."""
    timeline = read(*us_core(shared_data, *parts))
    (answers,) = timeline.scales.or_else(())
    # Read from the published resources; their own total is 12.
    assert answers.items == (2, 2, 2, 2, 1, 1, 2, 0, 0)
    assert score(answers).total == 12
    assert answers.extras == (("difficulty", 1),)
    assert answers.date == "2022-11-29"
    assert timeline.unmapped == ()


def test_answers_have_the_order_of_the_published_form(shared_data: Path) -> None:
    """The codes of answers do not rise with the answer: very difficult is LA6575-0."""
    path = shared_data / "clinical" / "fhir" / "us-core" / "Questionnaire-phq-9-example.json"
    concepts = load_table("codes/concepts")
    orders = set()
    for item in json.loads(path.read_text(encoding="utf-8"))["item"]:
        codes = [option["valueCoding"]["code"] for option in item.get("answerOption", ())]
        if codes:
            found = [concepts.row(system="loinc", code=code).number("target") for code in codes]
            orders.add((concepts.row(system="loinc", code=codes[0]).text("kind"), *found))
    assert orders == {("answer", 0, 1, 2, 3), ("difficulty", 0, 1, 2, 3)}


def test_a_wrong_total_beside_its_items_is_refused(shared_data: Path, examine: Examine) -> None:
    resources = us_core(shared_data, "Observation-PHQ9")
    total = next(r for r in resources if "44261-6" in json.dumps(r["code"]))
    total["valueString"] = "21"
    timeline, (fault,) = examine(bundle_of(*resources))
    assert timeline is None
    assert "two answers to phq9 at one time; got total 21, answers make 12" in str(fault)
    assert str(fault).count("Bundle.entry[") == 2
