"""What a source holds and no table could read: it may be dangerous, so nothing is clear of it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from equipoise.appraise import appraise, option_verdict
from equipoise.appraise.drug_use import read_catalogue
from equipoise.core import answers
from equipoise.core.nouns import Timeline, Unmapped
from equipoise.ingest import read_person

TODAY = "2026-03-02"
DRUG = Unmapped("MedicationRequest/1", "rxnorm 1 Unheardofine", "no table lists it", "drug")
ALLERGY = Unmapped("AllergyIntolerance/1", "snomed 1 Penicillium", "no table lists it", "allergy")
OLD = Unmapped("MedicationRequest/2", "rxnorm 2 Formerine", "no table lists it", "")


def _known(*unmapped: Unmapped) -> Timeline:
    return Timeline(
        label="1",
        drugs=answers.given(()),
        treatments=answers.given(()),
        allergies=answers.given(()),
        unmapped=unmapped,
    )


def _of_rule(option: str, timeline: Timeline, rule: str) -> list[tuple[str, str | None]]:
    verdict = option_verdict(timeline, option, today=TODAY)
    if any(r.rule == rule for r in verdict.reasons):
        assert verdict.verdict in ("cannot_tell", "hard_stop")
    return [(r.verdict, r.missing) for r in verdict.reasons if r.rule == rule]


@pytest.mark.parametrize("option", ["sertraline", "phenelzine", "lithium_augmentation", "rtms"])
def test_a_drug_that_could_not_be_read_leaves_no_interaction_clear(option: str) -> None:
    ((verdict, missing),) = _of_rule(option, _known(DRUG, DRUG, OLD), "drug_not_read")
    assert (verdict, "Unheardofine" in str(missing)) == ("cannot_tell", True)
    assert _of_rule(option, _known(OLD, ALLERGY), "drug_not_read") == []


def test_an_allergy_that_could_not_be_read_leaves_no_drug_clear() -> None:
    ((verdict, missing),) = _of_rule("sertraline", _known(ALLERGY), "allergy_not_read")
    assert (verdict, "Penicillium" in str(missing)) == ("cannot_tell", True)
    assert _of_rule("rtms", _known(ALLERGY), "allergy_not_read") == []
    assert _of_rule("sertraline", _known(DRUG), "allergy_not_read") == []


def test_every_drug_option_waits_for_what_could_not_be_read() -> None:
    parts = read_catalogue().parts
    for verdict in appraise(_known(DRUG, ALLERGY), today=TODAY).verdicts:
        if parts.get(verdict.treatment):
            assert verdict.verdict in ("cannot_tell", "hard_stop"), verdict.treatment


def test_an_unread_drug_may_be_the_antidepressant_to_add_to() -> None:
    def says_none_is_taken(timeline: Timeline) -> bool:
        found = option_verdict(timeline, "lithium_augmentation", today=TODAY).reasons
        return any("no antidepressant is taken" in reason.text for reason in found)

    assert says_none_is_taken(_known())
    assert not says_none_is_taken(_known(DRUG))


def test_a_bundle_with_an_unknown_drug_clears_no_drug(tmp_path: Path) -> None:
    def code(system: str, number: str, name: str) -> dict[str, Any]:
        return {"coding": [{"system": system, "code": number, "display": name}]}

    rxnorm, whose = "http://www.nlm.nih.gov/research/umls/rxnorm", {"reference": "Patient/p"}
    resources: list[dict[str, Any]] = [
        {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1980-05-17"},
        {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "subject": whose,
            "medicationCodeableConcept": code(rxnorm, "1", "Unheardofine"),
        },
    ]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in resources],
    }
    path = tmp_path / "sub-07_fhir.json"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    timeline = read_person(path, today=TODAY)
    assert [one.hides for one in timeline.unmapped] == ["drug"]
    known = dataclasses.replace(
        timeline,
        drugs=answers.given(()),
        treatments=answers.given(()),
        conditions=answers.given(()),
    )
    ((verdict, missing),) = _of_rule("sertraline", known, "drug_not_read")
    assert (verdict, "Unheardofine" in str(missing)) == ("cannot_tell", True)
