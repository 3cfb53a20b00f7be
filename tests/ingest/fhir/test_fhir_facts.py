"""What is a fact, what is none, and what is not known: small bundles, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from equipoise.core.answers import given, not_asked, unknown
from equipoise.core.nouns import Allergy, Condition, Dose, FamilyCondition, Pregnancy
from tests.ingest.fhir.conftest import Read, coded, daily, observed, quantity, status

SERTRALINE = coded("rxnorm", "36437", "sertraline")


def condition(code: Any, clinical: str | None = "active", verified: str | None = None) -> Any:
    found: dict[str, Any] = {"resourceType": "Condition", "code": code}
    if clinical:
        found["clinicalStatus"] = status(clinical)
    if verified:
        found["verificationStatus"] = status(verified)
    return found


def request(medication: Any, state: str = "active", day: str = "2025-06-01", **more: Any) -> Any:
    return {
        "resourceType": "MedicationRequest",
        "status": state,
        "intent": "order",
        "medicationCodeableConcept": medication,
        "authoredOn": day,
        **more,
    }


def statement(medication: Any, state: str, start: str, end: str | None = None, **more: Any) -> Any:
    period = {"start": start} | ({"end": end} if end else {})
    return {
        "resourceType": "MedicationStatement",
        "status": state,
        "medicationCodeableConcept": medication,
        "effectivePeriod": period,
        **more,
    }


def why(timeline: Any) -> list[str]:
    return [one.why for one in timeline.unmapped]


# Patient.


def test_sex_and_age_and_nothing_else_of_the_patient(read: Read) -> None:
    timeline = read()
    # Born 17 May 1980, asked on 2 March 2026: 45 years.
    assert timeline.demographics.sex == given("female")
    assert timeline.demographics.age_years == given(45.0)
    assert timeline.label == "07"
    assert timeline.sources[0].name == "sub-07_fhir.json"


def test_an_empty_bundle_asks_nothing(read: Read) -> None:
    timeline = read()
    for section in ("treatments", "drugs", "conditions", "allergies", "family", "labs", "scales"):
        assert getattr(timeline, section) == not_asked()
    assert timeline.pregnancy == not_asked()


# Conditions.


@pytest.mark.parametrize(
    ("clinical", "meant"),
    [
        ("active", "active"),
        ("recurrence", "active"),
        ("relapse", "active"),
        ("resolved", "resolved"),
        # "inactive" may be remission, and a bipolar disorder in remission still matters.
        ("inactive", "unknown"),
        ("remission", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_status_of_a_condition(clinical: str | None, meant: str, read: Read) -> None:
    timeline = read(condition(coded("icd10", "F31.9"), clinical))
    assert timeline.conditions == given((Condition("F31.9", "icd10", meant),))


@pytest.mark.parametrize("verified", ["refuted", "entered-in-error"])
def test_what_is_refuted_is_no_diagnosis(verified: str, read: Read) -> None:
    timeline = read(condition(coded("icd10", "F31.9"), "active", verified))
    assert timeline.conditions == not_asked()
    assert len(timeline.unmapped) == 1


def test_a_code_that_no_table_maps_stays_so_that_it_is_no_absence(read: Read) -> None:
    timeline = read(condition(coded("snomed", "999999999", "Something rare")))
    assert timeline.conditions == given((Condition("999999999", "snomed", "active"),))
    assert "no table maps this code to ICD-10" in why(timeline)


def test_no_known_problem_is_an_answer(read: Read) -> None:
    assert read(condition(coded("snomed", "160245001"))).conditions == given(())


def test_the_one_active_depression_is_that_of_the_episode(read: Read) -> None:
    single = {**condition(coded("icd10", "F32.2")), "onsetDateTime": "2025-09"}
    timeline = read(single, condition(coded("icd10", "I10")))
    assert timeline.episode.diagnosis == given("F32.2")
    assert timeline.episode.onset == given("2025-09")
    assert [c.code for c in timeline.conditions.or_else(())] == ["I10"]


def test_the_onset_of_a_recurrent_disorder_is_not_that_of_the_episode(read: Read) -> None:
    recurrent = {**condition(coded("icd10", "F33.2")), "onsetDateTime": "2024-02"}
    assert read(recurrent).episode.onset == not_asked()
    earlier = {
        **condition(coded("icd10", "F32.1"), "resolved"),
        "onsetDateTime": "2011-05",
        "abatementDateTime": "2012-03",
    }
    # Each episode has a condition of its own here.
    assert read(earlier, recurrent).episode.onset == given("2024-02")


def test_two_depressions_are_not_chosen_between(read: Read) -> None:
    timeline = read(condition(coded("icd10", "F33.2")), condition(coded("icd10", "F32.9")))
    assert timeline.episode.diagnosis == not_asked()
    assert len(timeline.conditions.or_else(())) == 2
    assert any("not guessed" in text for text in why(timeline))


def test_suicidal_thoughts_are_a_finding(read: Read) -> None:
    thoughts = {**condition(coded("snomed", "6471006")), "recordedDate": "2026-02-20"}
    (finding,) = read(thoughts).findings.or_else(())
    assert (finding.finding, finding.status) == ("suicidal_ideation_active", "present")
    assert read(condition(coded("snomed", "6471006"), "resolved")).findings == not_asked()


# Medication.


def test_order_statement_and_administration_are_one_trial(read: Read) -> None:
    timeline = read(
        request(SERTRALINE, dosageInstruction=daily(50)),
        statement(SERTRALINE, "active", "2025-06-02", dosage=daily(100)),
        {
            "resourceType": "MedicationAdministration",
            "status": "completed",
            "medicationCodeableConcept": SERTRALINE,
            "effectiveDateTime": "2025-06-03",
        },
    )
    (trial,) = timeline.treatments.or_else(())
    assert trial.treatment == "sertraline"
    assert trial.start == given("2025-06-01")
    assert trial.ongoing == given(True)
    assert trial.dose == given(Dose(100.0, "mg/d"))
    assert trial.adherence == not_asked()
    assert timeline.unmapped == ()


def test_what_is_told_of_the_end_outranks_an_order_left_open(read: Read) -> None:
    timeline = read(
        request(SERTRALINE, "active", "2025-01-10"),
        statement(SERTRALINE, "stopped", "2025-01-10", "2025-04-01"),
    )
    (trial,) = timeline.treatments.or_else(())
    assert (trial.ongoing, trial.stop) == (given(False), given("2025-04-01"))


def test_a_stopped_order_and_a_later_one_are_two_trials(read: Read) -> None:
    timeline = read(
        request(SERTRALINE, "stopped", "2024-01-10"), request(SERTRALINE, "active", "2025-05-01")
    )
    first, second = timeline.treatments.or_else(())
    # That it was stopped is known, when is not: it is asked again, not guessed.
    assert (first.ongoing, first.stop) == (given(False), unknown())
    assert second.ongoing == given(True)


@pytest.mark.parametrize("state", ["cancelled", "draft", "entered-in-error"])
def test_an_order_that_never_held_is_no_intake(state: str, read: Read) -> None:
    timeline = read(request(SERTRALINE, state))
    assert timeline.treatments == not_asked()
    assert why(timeline) == [f"no intake: status {state}"]


@pytest.mark.parametrize("intent", ["proposal", "option"])
def test_a_proposal_is_no_intake(intent: str, read: Read) -> None:
    timeline = read(request(SERTRALINE, intent=intent))
    assert timeline.treatments == not_asked()
    assert why(timeline) == [f"no intake: intent {intent}"]


def test_a_drug_that_was_not_taken(read: Read) -> None:
    refused = statement(SERTRALINE, "not-taken", "2025-07-01")
    assert read(refused).treatments == not_asked()
    (trial,) = read(request(SERTRALINE), refused).treatments.or_else(())
    assert trial.adherence == given("poor")


@pytest.mark.parametrize(
    ("text", "adherence"),
    [
        ("Taken as prescribed.", given("good")),
        ("Sometimes misses doses", given("partial")),
        ("Not taken as prescribed", given("poor")),
        # Anything that can be read in two ways stays unread.
        ("Husband says taken as prescribed", not_asked()),
        ("Taken as prescribed?", not_asked()),
        ("Unclear if taken as prescribed", not_asked()),
        ("Good adherence at first, later poor adherence", not_asked()),
        ("Discussed sleep", not_asked()),
    ],
)
def test_adherence_is_read_from_plain_words_only(text: str, adherence: Any, read: Read) -> None:
    (trial,) = read(request(SERTRALINE, note=[{"text": text}])).treatments.or_else(())
    assert trial.adherence == adherence


@pytest.mark.parametrize(
    ("text", "adherence"),
    [
        ("Sertraline is taken as prescribed", given("good")),
        ("Tablets are taken as prescribed", not_asked()),
        ("Sertraline and lisinopril are taken as prescribed", not_asked()),
    ],
)
def test_a_text_observation_has_to_name_the_drug(text: str, adherence: Any, read: Read) -> None:
    note = {**observed("0-0", valueString=text), "code": {"text": "Adherence"}}
    timeline = read(request(SERTRALINE), note)
    (trial,) = timeline.treatments.or_else(())
    assert trial.adherence == adherence
    assert bool(timeline.unmapped) == (adherence == not_asked())


@pytest.mark.parametrize(
    ("more", "stopped_for"),
    [
        ({"statusReason": status("sintol")}, not_asked()),
        ({"statusReason": {"text": "Side effects"}}, given("side_effects")),
        ({"note": [{"text": "No side effects. No response."}]}, not_asked()),
        ({"note": [{"text": "Stopped: lack of efficacy"}]}, given("no_benefit")),
    ],
)
def test_why_it_was_stopped(more: Any, stopped_for: Any, read: Read) -> None:
    (trial,) = read(request(SERTRALINE, "stopped", **more)).treatments.or_else(())
    assert trial.stopped_for == stopped_for


TABLET = {"value": 2, "unit": "tablet"}
MG = {"value": 50, "system": "http://unitsofmeasure.org", "code": "mg"}


@pytest.mark.parametrize(
    ("dosage", "dose"),
    [
        (daily(50), given(Dose(50.0, "mg/d"))),
        (daily(50, frequency=2), given(Dose(100.0, "mg/d"))),
        (daily(0.1, "g"), given(Dose(100.0, "mg/d"))),
        # Every eight hours: three times a day; twice a week: two sevenths.
        ([{"timing": {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}},
           "doseAndRate": [{"doseQuantity": MG}]}], given(Dose(150.0, "mg/d"))),
        ([{"timing": {"code": coded(
            "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "BID")},
           "doseAndRate": [{"doseQuantity": MG}]}], given(Dose(100.0, "mg/d"))),
        (daily(1, "1"), not_asked()),
        ([*daily(50), *daily(25)], not_asked()),
        ([{**daily(50)[0], "asNeededBoolean": True}], not_asked()),
        ([{"text": "50 mg daily"}], not_asked()),
        ([{**daily(50)[0], "doseAndRate": [{"doseRange": {"low": MG}}]}], not_asked()),
        ([{**daily(50)[0], "doseAndRate": [{"doseQuantity": {"value": 50}}]}], not_asked()),
        ([{"doseAndRate": [{"doseQuantity": MG}]}], not_asked()),
    ],
)  # fmt: skip
def test_a_dose_is_worked_out_only_where_there_is_no_doubt(
    dosage: Any, dose: Any, read: Read
) -> None:
    timeline = read(request(SERTRALINE, dosageInstruction=dosage))
    (trial,) = timeline.treatments.or_else(())
    assert trial.dose == dose
    assert any("dose of sertraline" in one.what for one in timeline.unmapped) == (not dose.known)


def test_tablets_count_where_the_code_tells_their_strength(read: Read) -> None:
    # RxNorm 312938 is sertraline 100 MG Oral Tablet.
    tablets = [{**daily(1)[0], "doseAndRate": [{"doseQuantity": TABLET}]}]
    strong = coded("rxnorm", "312938", "sertraline 100 MG Oral Tablet")
    (trial,) = read(request(strong, dosageInstruction=tablets)).treatments.or_else(())
    assert trial.dose == given(Dose(200.0, "mg/d"))
    (trial,) = read(request(SERTRALINE, dosageInstruction=tablets)).treatments.or_else(())
    assert trial.dose == not_asked()


def test_other_drugs_and_other_reasons_are_no_trials(read: Read) -> None:
    sleep: dict[str, Any] = {"reasonCode": [coded("icd10", "G47.0")]}
    sad: dict[str, Any] = {"reasonCode": [coded("icd10", "F33.2")]}
    timeline = read(
        request(coded("atc", "N06AX05"), **sleep),  # trazodone
        request(coded("atc", "N05AX12"), **sad),  # aripiprazole
        request(coded("rxnorm", "29046")),  # lisinopril
    )
    assert [t.treatment for t in timeline.treatments.or_else(())] == ["aripiprazole"]
    assert {d.drug for d in timeline.drugs.or_else(())} == {"trazodone", "lisinopril"}


def test_a_contained_medication_and_one_in_the_bundle(read: Read) -> None:
    inside = request(None, medicationReference={"reference": "#m"})
    del inside["medicationCodeableConcept"]
    inside["contained"] = [{"resourceType": "Medication", "id": "m", "code": SERTRALINE}]
    apart = {**inside, "medicationReference": {"reference": "Medication/x"}}
    del apart["contained"]
    shelf = {"resourceType": "Medication", "id": "x", "code": coded("rxnorm", "29046")}
    lost = {**apart, "medicationReference": {"reference": "Medication/nowhere"}}
    timeline = read(inside, apart, shelf, lost)
    assert [t.treatment for t in timeline.treatments.or_else(())] == ["sertraline"]
    assert [d.drug for d in timeline.drugs.or_else(())] == ["lisinopril"]
    assert why(timeline) == ["the reference leads nowhere in the bundle"]


@pytest.mark.parametrize(
    ("display", "drugs", "listed"),
    [
        ("Lisinopril 10 MG Oral Tablet", ["lisinopril"], "read by name as lisinopril"),
        ("Lisinoprilum", [], "no drug of the tables"),
        ("Lisinopril 10 MG / Hydrochlorothiazide 12.5 MG Oral Tablet",
         ["lisinopril", "hydrochlorothiazide"], "without doses"),
        ("Lisinopril / Unheardofine", [], "more than one ingredient"),
    ],
)  # fmt: skip
def test_a_drug_by_its_name(display: str, drugs: list[str], listed: str, read: Read) -> None:
    timeline = read(request(coded("rxnorm", "1", display)))
    assert [d.drug for d in timeline.drugs.or_else(())] == drugs
    assert any(listed in text for text in why(timeline))


def test_no_known_medication_is_an_answer(read: Read) -> None:
    none = statement(coded("snomed", "787481004"), "active", "2026-01-10")
    assert read(none).drugs == given(())
    told = coded(
        "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "no-medication-info"
    )
    assert read(statement(told, "active", "2026-01-10")).drugs == unknown()


# Observations.


def test_a_pressure_panel_gives_both_pressures(read: Read) -> None:
    parts = [
        {"code": coded("loinc", "8480-6"), **quantity(128, "mm[Hg]")},
        {"code": coded("loinc", "8462-4"), **quantity(82, "mm[Hg]")},
    ]
    timeline = read(observed("85354-9", component=parts))
    found = [(lab.test, lab.value, lab.unit) for lab in timeline.labs.or_else(())]
    assert sorted(found) == [("diastolic_bp", 82.0, "mm[Hg]"), ("systolic_bp", 128.0, "mm[Hg]")]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (quantity(2.1, None), "never guessed"),
        (quantity(2.1, None, unit="units"), "never guessed"),
        (quantity(2.1, "mIU/L"), "does not convert"),
        (quantity(2.1, "kg"), "does not convert"),
        (quantity(2100, "m[IU]/L"), "not possible for tsh"),
        ({"valueString": "normal"}, "no quantity"),
        ({"dataAbsentReason": status("unknown")}, "no value"),
        ({}, "no value"),
    ],
)
def test_a_value_that_cannot_be_read_is_listed(value: Any, words: str, read: Read) -> None:
    timeline = read(observed("3016-3", **value))
    assert timeline.labs == not_asked()
    assert words in why(timeline)[0]


def test_printed_units_count_only_where_they_can_mean_one_thing(read: Read) -> None:
    (lab,) = read(
        observed("2951-2", valueQuantity={"value": 139, "unit": "mmol/L"})
    ).labs.or_else(())
    assert (lab.value, lab.unit) == (139.0, "mmol/L")
    foreign = {"value": 139, "unit": "mmol/L", "system": "urn:local", "code": "17"}
    assert read(observed("2951-2", valueQuantity=foreign)).labs == not_asked()


@pytest.mark.parametrize("state", ["preliminary", "cancelled", "entered-in-error", "registered"])
def test_what_is_not_final_is_no_value(state: str, read: Read) -> None:
    timeline = read({**observed("3016-3", **quantity(2, "m[IU]/L")), "status": state})
    assert timeline.labs == not_asked()
    assert why(timeline) == [f"not final: status {state}"]


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        (coded("snomed", "77386006"), given(Pregnancy("pregnant", given("2026-01-10")))),
        (coded("snomed", "60001007"), given(Pregnancy("not_pregnant", given("2026-01-10")))),
        (coded("snomed", "261665006"), unknown()),
        (coded("snomed", "1"), not_asked()),
    ],
)
def test_pregnancy(answer: Any, meant: Any, read: Read) -> None:
    assert read(observed("82810-3", valueCodeableConcept=answer)).pregnancy == meant


def test_a_diagnosis_of_pregnancy_counts_with_its_day(read: Read) -> None:
    pregnant = {**condition(coded("icd10", "Z33.1")), "recordedDate": "2026-02-01"}
    assert read(pregnant).pregnancy == given(Pregnancy("pregnant", given("2026-02-01")))


def test_a_total_alone_is_a_total(read: Read) -> None:
    (answers,) = read(observed("70274-6", **quantity(12, "{score}"))).scales.or_else(())
    assert (answers.scale, answers.items, answers.total) == ("gad7", (), 12.0)
    timeline = read(observed("70274-6", **quantity(40, "{score}")))
    assert timeline.scales == not_asked()
    assert "out of range" in why(timeline)[0]


def test_other_scales_by_the_number_of_their_items(read: Read) -> None:
    answers = [
        {"linkId": f"gad7.item{n}", "answer": [{"valueInteger": n % 4}]} for n in range(1, 8)
    ]
    form = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "authored": "2026-01-10",
        "item": [{"linkId": "group", "item": [*answers, {"linkId": "mood", "answer": [{}]}]}],
    }
    timeline = read(form)
    (told,) = timeline.scales.or_else(())
    assert (told.scale, told.items) == ("gad7", (1, 2, 3, 0, 1, 2, 3))
    assert [one.what for one in timeline.unmapped] == ["mood"]
    assert read({**form, "status": "in-progress"}).scales == not_asked()


def test_an_answer_out_of_range_leaves_the_item_open(read: Read) -> None:
    timeline = read(observed("44250-9", valueInteger=7), observed("44255-8", valueInteger=2))
    (answers,) = timeline.scales.or_else(())
    assert answers.items[:2] == (None, 2)
    assert "answer 1 of phq9 is out of range: 7; allowed 0 to 3" in why(timeline)[0]


# Procedures, allergies, family.


def session(day: str, code: Any, **more: Any) -> Any:
    return {
        "resourceType": "Procedure",
        "status": "completed",
        "code": code,
        "performedDateTime": day,
        **more,
    }


def test_sessions_are_put_together_into_courses(read: Read) -> None:
    ect = coded("snomed", "23835007", "Electroconvulsive therapy")
    first = [session(f"2015-02-{day:02}", ect) for day in (2, 4, 6, 9, 11, 13)]
    later = [session("2019-05-06", ect), session("2019-05-08", ect)]
    not_done = session("2019-05-10", ect, status="not-done")
    timeline = read(*first, *later, not_done)
    one, two = timeline.treatments.or_else(())
    assert (one.treatment, one.sessions, one.start, one.stop) == (
        "ect", given(6), given("2015-02-02"), given("2015-02-13"),
    )  # fmt: skip
    assert two.sessions == given(2)
    assert why(timeline) == ["no session: status not-done"]


def test_a_course_of_these_days_may_still_run(read: Read) -> None:
    tms = coded("http://www.ama-assn.org/go/cpt", "90868")
    (trial,) = read(session("2026-02-26", tms), session("2026-02-27", tms)).treatments.or_else(())
    assert (trial.treatment, trial.sessions) == ("rtms", given(2))
    assert (trial.ongoing, trial.stop) == (unknown(), not_asked())
    assert trial.running


@pytest.mark.parametrize(
    ("text", "treatment"),
    [
        ("Electroconvulsive therapy, right unilateral", "ect"),
        ("Consultation about ECT: patient declined", None),
        ("Referral for electroconvulsive therapy", None),
        ("Projection radiograph", None),
    ],
)
def test_a_procedure_by_its_name(text: str, treatment: str | None, read: Read) -> None:
    timeline = read(session("2015-02-02", {"text": text}))
    found = [t.treatment for t in timeline.treatments.or_else(())]
    assert found == ([] if treatment is None else [treatment])
    if treatment:
        assert timeline.treatments.or_else(())[0].placement == given("unilateral")


def allergy(code: Any, **more: Any) -> Any:
    return {"resourceType": "AllergyIntolerance", "code": code, **more}


def test_allergies(read: Read) -> None:
    codeine = coded("rxnorm", "2670", "codeine")
    found = read(allergy(codeine, reaction=[{"manifestation": [{"text": "rash"}]}])).allergies
    assert found == given((Allergy("codeine", "allergy", given("rash")),))
    kind = read(allergy(codeine, type="intolerance")).allergies.or_else(())[0].kind
    assert kind == "intolerance"
    assert read(allergy(coded("snomed", "716186003"))).allergies == given(())
    # One that cannot be read is not "none"; one that was refuted was not asked.
    assert read(allergy(coded("snomed", "1", "Peanut"))).allergies == unknown()
    refuted = allergy(codeine, verificationStatus=status("refuted"))
    assert read(refuted).allergies == not_asked()
    unsure = allergy(codeine, verificationStatus=status("unconfirmed"))
    assert len(read(unsure).allergies.or_else(())) == 1


def test_relatives(read: Read) -> None:
    mother = {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "relationship": coded("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "MTH"),
        "condition": [{"code": coded("icd10", "F31.9")}],
    }
    assert read(mother).family == given((FamilyCondition("F31.9", "icd10", given("mother")),))
    # A healthy mother says nothing of the others.
    assert read({**mother, "condition": []}).family == unknown()
    assert read({**mother, "status": "entered-in-error"}).family == not_asked()


def test_the_same_resource_twice_is_noted_once(read: Read) -> None:
    one = {**observed("3016-3", **quantity(2, "m[IU]/L")), "id": "tsh"}
    assert len(read(one, one).labs.or_else(())) == 1


def test_equal_lines_are_one_line_with_their_number(read: Read) -> None:
    heights = [{**observed("8302-2", **quantity(166, "cm")), "id": f"h{n}"} for n in range(4)]
    (line,) = read(*heights).unmapped
    assert line.resource == "Observation/h0 and 3 more"


@pytest.mark.parametrize(
    ("resource", "hides"),
    [
        (request(coded("rxnorm", "1", "Unheardofine")), "drug"),
        (request(coded("rxnorm", "1", "Unheardofine"), "on-hold"), "drug"),
        (request(coded("rxnorm", "1", "Unheardofine"), "stopped"), ""),
        (allergy(coded("snomed", "1", "Penicillium")), "allergy"),
        (allergy(coded("snomed", "1", "Peanut"), category=["food"]), ""),
        (observed("8302-2", **quantity(166, "cm")), ""),
    ],
)
def test_what_an_unread_resource_may_hide_is_said(resource: Any, hides: str, read: Read) -> None:
    (line,) = read(resource).unmapped
    assert line.hides == hides
