"""What a resource must not hide: facts half told, told of somebody else, or told twice."""

from __future__ import annotations

from typing import Any

import pytest

from equipoise.core.answers import given, unknown
from equipoise.core.nouns import Pregnancy
from tests.ingest.fhir.conftest import (
    Examine,
    Read,
    bundle_of,
    coded,
    daily,
    observed,
    quantity,
    status,
)
from tests.ingest.fhir.test_fhir_facts import SERTRALINE, condition, request, statement

WORT = coded("rxnorm", "1", "St. John's wort extract")
SODIUM = observed("2951-2", **quantity(139, "mmol/L"))


def hidden(timeline: Any) -> list[str]:
    return [one.hides for one in timeline.unmapped]


def test_a_drug_without_status_may_be_taken(read: Read) -> None:
    order = request(SERTRALINE)
    del order["status"]
    assert hidden(read(order)) == ["drug"]


def test_what_the_person_takes_of_their_own_may_be_told_as_a_plan(read: Read) -> None:
    # US Core: a self-prescribed drug has the intent `plan`.
    told = read(request(SERTRALINE, intent="plan", reportedBoolean=True))
    assert [trial.treatment for trial in told.treatments.or_else(())] == ["sertraline"]
    assert hidden(read(request(SERTRALINE, intent="plan"))) == ["drug"]
    assert hidden(read(request(SERTRALINE, "stopped", intent="plan"))) == [""]


def test_an_allergy_without_a_code_is_not_lost(read: Read) -> None:
    nameless = {"resourceType": "AllergyIntolerance", "clinicalStatus": status("active")}
    timeline = read(nameless)
    assert hidden(timeline) == ["allergy"]
    assert timeline.allergies == unknown()


def test_a_value_of_somebody_else_is_no_value(read: Read) -> None:
    timeline = read({**SODIUM, "focus": [{"reference": "#newborn"}]})
    assert not timeline.labs.known
    assert "somebody or something else" in timeline.unmapped[0].why


@pytest.mark.parametrize(
    ("resource", "hides"),
    [
        (SODIUM, ""),
        (request(SERTRALINE, dosageInstruction=daily(50)), "drug"),
        ({"resourceType": "AllergyIntolerance", "code": SERTRALINE}, "allergy"),
        (condition(coded("icd10", "I10")), ""),
    ],
)
def test_an_unread_modifier_leaves_the_resource_unread(
    resource: Any, hides: str, read: Read
) -> None:
    # R4: an application that does not know a modifier must not process what it stands in.
    not_so = [{"url": "https://clinic.example/negated", "valueBoolean": True}]
    inner = {**resource, "note": [{"text": "as told", "modifierExtension": not_so}]}
    for changed in ({**resource, "modifierExtension": not_so}, inner):
        timeline = read(changed)
        assert hidden(timeline) == [hides]
        assert "modifierExtension" in timeline.unmapped[0].why
        assert not (timeline.labs.known)
        assert not (timeline.treatments.known)
        assert not (timeline.allergies.value)


@pytest.mark.parametrize("verified", ["unconfirmed", "provisional", "differential"])
def test_a_suspected_diagnosis_is_neither_there_nor_absent(verified: str, read: Read) -> None:
    timeline = read(
        condition(coded("icd10", "I10")),
        condition(coded("icd10", "F31.9"), "active", verified),
        condition(coded("icd10", "G40.9"), "active", "refuted"),
    )
    found = {(c.code, c.status) for c in timeline.conditions.or_else(())}
    assert found == {("I10", "active"), ("F31.9", "suspected")}
    assert len(timeline.unmapped) == 2


def test_an_undated_pregnancy_is_not_outvoted_by_an_old_answer(read: Read) -> None:
    pregnant = {
        **observed("82810-3", valueCodeableConcept=coded("snomed", "77386006")),
    }
    undated = {key: value for key, value in pregnant.items() if key != "effectiveDateTime"}
    not_pregnant = observed("82810-3", valueCodeableConcept=coded("snomed", "60001007"))
    assert read(pregnant).pregnancy == given(Pregnancy("pregnant", given("2026-01-10")))
    timeline = read(undated, not_pregnant)
    assert timeline.pregnancy == unknown()
    assert any("without a day" in one.why for one in timeline.unmapped)


def test_a_text_about_a_drug_that_is_no_trial_is_listed(read: Read) -> None:
    text = observed("48767-8", valueString="Lithium: taken as prescribed.")
    timeline = read(text)
    assert timeline.unmapped, "the text is in no trial"


def test_the_first_dosage_begins_the_trial(read: Read) -> None:
    steps = []
    for dose, start, end in ((50, "2025-06-01", "2025-06-30"), (100, "2025-07-01", "2025-12-01")):
        (step,) = daily(dose)
        step["timing"]["repeat"]["boundsPeriod"] = {"start": start, "end": end}
        steps.append(step)
    (trial,) = read(
        request(SERTRALINE, "completed", "2025-05-30", dosageInstruction=steps)
    ).treatments.or_else(())
    assert trial.start == given("2025-06-01")
    assert trial.stop == given("2025-12-01")


def test_an_active_order_past_its_planned_end_is_not_stopped(read: Read) -> None:
    (step,) = daily(50)
    step["timing"]["repeat"]["boundsPeriod"] = {"start": "2025-06-01", "end": "2025-09-01"}
    (trial,) = read(request(SERTRALINE, dosageInstruction=[step])).treatments.or_else(())
    assert trial.ongoing == unknown()
    assert not trial.stop.known


def test_an_entry_without_id_that_stands_twice_is_one(examine: Examine) -> None:
    bundle = bundle_of(condition(coded("icd10", "I10")), condition(coded("icd10", "I10")))
    for entry in bundle["entry"][1:]:
        entry["fullUrl"] = "urn:uuid:1"
    timeline, faults = examine(bundle)
    assert faults == ()
    assert timeline is not None
    assert [c.code for c in timeline.conditions.or_else(())] == ["I10"]
    bundle["entry"][2]["resource"]["code"] = coded("icd10", "I11.9")
    assert "different content" in str(examine(bundle)[1][0])


def test_a_person_of_another_server_is_another_person(examine: Examine) -> None:
    bundle = bundle_of({**SODIUM, "subject": {"reference": "https://b.example/fhir/Patient/p"}})
    bundle["entry"][0]["fullUrl"] = "https://a.example/fhir/Patient/p"
    assert "another person" in str(examine(bundle)[1][0])


def test_a_reference_to_one_version_is_followed(examine: Examine) -> None:
    bundle = bundle_of({**SODIUM, "subject": {"reference": "Patient/p/_history/3"}})
    assert examine(bundle)[1] == ()


@pytest.mark.parametrize("born", ["1980-05-17", "1980-05-32", "2031-05-17"])
def test_no_message_tells_the_birth_date(born: str, examine: Examine) -> None:
    bundle = bundle_of({**SODIUM, "effectiveDateTime": "1979-01-01"}, born=born)
    _, faults = examine(bundle)
    assert faults
    assert not any(born in str(one) for one in faults)


def test_a_contained_resource_that_nothing_reads_is_listed(read: Read) -> None:
    inner = {**SODIUM, "id": "inner"}
    timeline = read({**observed("3016-3", **quantity(2, "m[IU]/L")), "contained": [inner]})
    assert [one.what for one in timeline.unmapped] == ["contained Observation"]


def test_times_that_contradict_each_other_give_no_dose(read: Read) -> None:
    (step,) = daily(50)
    system = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
    step["timing"]["code"] = coded(system, "BID")
    timeline = read(request(SERTRALINE, dosageInstruction=[step]))
    assert not timeline.treatments.or_else(())[0].dose.known
    assert "contradict" in timeline.unmapped[0].why


@pytest.mark.parametrize("code", ["O09.90", "Z34.90", "Z3A.20"])
def test_care_for_a_pregnancy_tells_of_the_pregnancy(code: str, read: Read) -> None:
    timeline = read({**condition(coded("icd10", code)), "recordedDate": "2026-01-10"})
    assert timeline.pregnancy == given(Pregnancy("pregnant", given("2026-01-10")))


PHENELZINE = coded("rxnorm", "8123", "phenelzine")
TOLD = statement(PHENELZINE, "completed", "2025-06-01", "2025-07-01")
GIVEN = {
    "resourceType": "MedicationAdministration",
    "status": "completed",
    "medicationCodeableConcept": PHENELZINE,
    "effectiveDateTime": "2025-07-20",
}


@pytest.mark.parametrize(
    ("later", "ongoing", "stop"),
    [
        (request(PHENELZINE, "active", "2025-06-15"), given(False), given("2025-07-01")),
        (request(PHENELZINE, "active", "2025-08-01"), given(True), None),
        (request(PHENELZINE, "on-hold", "2025-08-01"), unknown(), None),
        (request(PHENELZINE, "completed", "2025-08-01"), given(False), None),
        (GIVEN, unknown(), None),
    ],
)
def test_what_was_ordered_or_given_after_an_end_is_not_over(
    later: Any, ongoing: Any, stop: Any, read: Read
) -> None:
    """An inhibitor of MAO that was ordered anew must not seem washed out."""
    (trial,) = read(TOLD, later).treatments.or_else(())
    assert trial.ongoing == ongoing
    assert (trial.stop if trial.stop.known else None) == stop
