"""A record with every key, read by hand and by the reader; three-valued answers; dates."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.core.answers import given, not_asked, unknown
from equipoise.core.errors import RecordError
from equipoise.core.nouns import (
    Allergy,
    Condition,
    Consent,
    Demographics,
    Dose,
    DrugUse,
    Episode,
    FamilyCondition,
    Finding,
    Genotype,
    Implant,
    InputDigest,
    LabResult,
    PastEffect,
    Preferences,
    Pregnancy,
    ReportedEffect,
    ScaleAnswers,
    Timeline,
    TreatmentTrial,
    VisitNote,
)
from equipoise.ingest import examine_person, read_person

TODAY = "2025-01-10"
HEAD = 'schema_version: "1.0"\nlabel: "01"\n'

Write = Callable[[str], Path]

# Worked out by hand from tests/fixtures/person_full.yaml.
TRIALS = (
    TreatmentTrial(
        treatment="sertraline",
        dose=given(Dose(150.0, "mg/d")),
        start=given("2024-04-10"),
        stop=given("2024-07"),
        adherence=given("good"),
        outcome=given("no_response"),
        stopped_for=given("no_benefit"),
        line=8,
    ),
    TreatmentTrial(
        treatment="escitalopram",
        dose=given(Dose(10.0, "mg/d")),
        start=given("2024-08-01"),
        ongoing=given(True),
        adherence=unknown(),
        line=10,
    ),
    TreatmentTrial(
        treatment="cbt",
        start=given("2019"),
        stop=unknown(),
        ongoing=given(False),
        outcome=given("partial_response"),
        stopped_for=unknown(),
        sessions=given(12),
        line=11,
    ),
    TreatmentTrial(
        treatment="ect",
        start=given("2015-02"),
        stop=given("2015-03"),
        outcome=given("remission"),
        stopped_for=given("remission"),
        sessions=given(10),
        line=13,
        placement=given("bilateral"),
    ),
)


@pytest.fixture
def read(write: Write) -> Callable[[str], Timeline]:
    def reader(body: str) -> Timeline:
        return read_person(write(HEAD + body), today=TODAY)

    return reader


Read = Callable[[str], Timeline]


def test_the_full_record_by_hand(write: Write, full_text: str) -> None:
    timeline = read_person(write(full_text), today=TODAY)
    assert timeline == Timeline(
        label="01",
        notice="invented person",
        demographics=Demographics(given("female"), given(43.0)),
        episode=Episode(given("F33.2"), given("2024-03"), given(3), given(("anxious_distress",))),
        treatments=given(TRIALS),
        drugs=given((
            DrugUse(
                "ibuprofen", given(Dose(400.0, "mg/d")), given("2024-11"), given("2024-12"), 15
            ),
        )),
        conditions=given((Condition("I10", "icd10", "active", given("2015"), 17),)),
        implants=given((Implant("vagus_nerve_stimulator", given("neck"), 19),)),
        pregnancy=given(Pregnancy("not_pregnant", given("2025-01-10"))),
        labs=given((
            LabResult("crp_hs", 3.4, "mg/L", "2025-01-10", 22),
            LabResult("tsh", 2.1, "m[IU]/L", "2025-01", 23, unit_confirmed=True),
            LabResult("glucose", 5.1, "mmol/L", "2025-01-10", 24, None, None, given(True), "07:45"),
            LabResult("alt", 7.0, "U/L", "2025-01-10", 25, comparator="<", hours_since_dose=12.0),
            LabResult(
                "ferritin",
                60.0,
                "ug/L",
                "2025-01-10",
                26,
                assay="immunoassay",
                minutes_after_waking=90.0,
            ),
        )),
        scales=given((
            ScaleAnswers(
                "phq9", "2025-01-10", (2, 2, 1, 2, 1, 2, 1, 0, 0), 28, (("difficulty", 2),)
            ),
            ScaleAnswers("phq9", "2024-12-13", (2, 2, 2, 2, None, 2, 1, 1, 0), 29),
            ScaleAnswers("phq9", "2024-11-01", (), 30, total=17.0),
        )),
        genotypes=given((
            Genotype("CYP2C19", "*1/*2", 32),
            Genotype("CYP2D6", "", 33, "intermediate_metabolizer"),
        )),
        findings=given((Finding("suicidal_plan", "absent", given("2025-01-10"), 35),)),
        preferences=given(
            Preferences(
                (("remission", 100.0), ("side_effects", 40.0)),
                "2025-01-10",
                (PastEffect("sertraline", "insomnia"), PastEffect("sertraline", "nausea")),
            )
        ),
        consents=given((
            Consent("family", True, "2025-01-10", topics=("diagnosis", "plan_dates")),
            Consent("research", True, "2024-04-10", given("2024-09")),
        )),
        allergies=given((Allergy("codeine", "allergy", given("rash"), 40),)),
        family=given((FamilyCondition("F33.1", "icd10", given("mother"), 41),)),
        side_effects=given((
            ReportedEffect("nausea", "mild", "2025-01-10", 42),
            ReportedEffect("tremor", "none", "2025-01-10", 42),
        )),
        visit_notes=given((VisitNote("Will I be able to stop it again?", "2025-01-10", 43),)),
        sources=(
            InputDigest("sub-01_person.yaml", hashlib.sha256(full_text.encode()).hexdigest()),
        ),
    )


def test_nothing_but_the_head_is_enough(read: Read) -> None:
    timeline = read("")
    assert timeline == Timeline("01", sources=timeline.sources)


LISTS = ("treatments", "drugs", "conditions", "implants", "labs", "scales", "genotypes")
SECTIONS = (*LISTS, "findings", "consents", "allergies", "family", "side_effects", "visit_notes")


@pytest.mark.parametrize("section", SECTIONS)
def test_left_out_empty_and_unknown_never_mix(section: str, read: Read) -> None:
    assert getattr(read(""), section) == not_asked()
    assert getattr(read(f"{section}: []\n"), section) == given(())
    assert getattr(read(f"{section}: unknown\n"), section) == unknown()


@pytest.mark.parametrize("section", ["pregnancy", "preferences"])
def test_sections_of_one_entry_may_be_unknown(section: str, read: Read) -> None:
    assert getattr(read(""), section) == not_asked()
    assert getattr(read(f"{section}: unknown\n"), section) == unknown()


def test_parts_of_a_section_have_three_values_too(read: Read) -> None:
    assert read("demographics: {sex: unknown}\n").demographics == Demographics(
        unknown(), not_asked()
    )
    assert read("demographics: unknown\n").demographics == Demographics(unknown(), unknown())
    everything = Episode(unknown(), unknown(), unknown(), unknown())
    assert read("episode: unknown\n").episode == everything
    assert read("episode: {specifiers: []}\n").episode == Episode(specifiers=given(()))
    assert read("preferences: {weights: unknown}\n").preferences == unknown()
    assert read("preferences: {weights: {}}\n").preferences == given(Preferences())


@pytest.mark.parametrize("name", ["cost", "remission", "side_effects"])
def test_a_weight_of_zero_leaves_one_thing_out(read: Read, name: str) -> None:
    # What is not named keeps its usual weight, so something is left to compare.
    read_back = read(f"preferences: {{weights: {{{name}: 0}}}}\n").preferences
    assert read_back == given(Preferences(weights=((name, 0.0),)))


def test_no_and_yes_are_words_and_years_are_dates(read: Read) -> None:
    body = (
        "notice: no\n"
        "treatments:\n"
        "  - {treatment: cbt, start: 2019, ongoing: no}\n"
        "  - {treatment: cbt, start: 2024-03, ongoing: yes}\n"
        "  - {treatment: cbt, start: 2024-03-10, ongoing: false}\n"
    )
    timeline = read(body)
    assert timeline.notice == "no"
    trials = timeline.treatments.or_else(())
    assert [t.start.value for t in trials] == ["2019", "2024-03", "2024-03-10"]
    assert [t.ongoing.value for t in trials] == [False, True, False]


def test_numbers_with_an_exponent_are_numbers(read: Read) -> None:
    labs = read("labs: [{test: crp_hs, value: 1e1, unit: mg/L, date: 2024}]\n").labs
    assert [lab.value for lab in labs.or_else(())] == [10.0]


@pytest.mark.parametrize(
    ("written", "meant"),
    # Trade names as the labels print them: Zoloft and Lustral are sertraline.
    [("Zoloft", "sertraline"), ("zoloft", "sertraline"), ("Sertraline", "sertraline")],
)
def test_a_listed_name_becomes_the_international_one(written: str, meant: str, read: Read) -> None:
    trials = read(f"treatments: [{{treatment: {written}}}]\n").treatments.or_else(())
    assert [trial.treatment for trial in trials] == [meant]


@pytest.mark.parametrize(
    ("test", "value", "unit"),
    [
        # By hand: 90 mg/dL of glucose (180.156 g/mol) is 5.0 mmol/L; 1 mg/dL of creatinine
        # (113.12 g/mol) is 88.4 umol/L; 0.34 mg/dL of CRP is 3.4 mg/L.
        ("glucose", "90", "mg/dL"),
        ("creatinine", "1.0", "mg/dL"),
        ("crp_hs", "0.34", "mg/dL"),
        ("weight", "150", "'[lb_av]'"),
    ],
)
def test_a_lab_keeps_its_own_unit(test: str, value: str, unit: str, read: Read) -> None:
    lab = f"labs: [{{test: {test}, value: {value}, unit: {unit}, date: 2024}}]\n"
    (result,) = read(lab).labs.or_else(())
    assert (result.value, result.unit) == (float(value), unit.strip("'"))


@pytest.mark.parametrize(
    ("drug", "dose", "unit"),
    [
        ("ibuprofen", "1.2", "g/d"),
        ("levothyroxine", "100", "ug/d"),
        ("insulin", "30", "'[IU]/d'"),
        ("ketamine", "0.5", "mg/kg"),
    ],
)
def test_doses_in_the_units_of_their_drugs(drug: str, dose: str, unit: str, read: Read) -> None:
    (use,) = read(f"drugs: [{{drug: {drug}, dose: {dose}, unit: {unit}}}]\n").drugs.or_else(())
    assert use.dose == given(Dose(float(dose), unit.strip("'")))


def test_a_dose_may_be_unknown(read: Read) -> None:
    uses = read("drugs: [{drug: ibuprofen, dose: unknown}, {drug: ibuprofen}]\n").drugs.or_else(())
    assert [use.dose for use in uses] == [unknown(), not_asked()]


@pytest.mark.parametrize(
    ("gene", "written", "diplotype"),
    [
        ("CYP2D6", "*36+*10/*1x2", "*36+*10/*1x2"),
        ("CYP2D6", "*36 + *10/*1", "*36+*10/*1"),
        ("CYP2D6", "*4x≥3/*5", "*4x≥3/*5"),
        ("HLA-B", "*15:02/*57:01", "*15:02/*57:01"),
    ],
)
def test_diplotypes_as_laboratories_print_them(
    gene: str, written: str, diplotype: str, read: Read
) -> None:
    genes = read(f'genotypes: [{{gene: {gene}, diplotype: "{written}"}}]\n').genotypes
    assert genes == given((Genotype(gene, diplotype, 3),))


@pytest.mark.parametrize("said", ["likely_poor_metabolizer", "indeterminate"])
def test_phenotypes_of_a_report(said: str, read: Read) -> None:
    genes = read(f"genotypes: [{{gene: CYP2C19, phenotype: {said}}}]\n").genotypes
    assert genes == given((Genotype("CYP2C19", "", 3, said),))


def test_how_a_sample_was_taken(read: Read) -> None:
    lab = "labs: [{test: glucose, value: 5, unit: mmol/L, date: 2024, fasting: %s}]\n"
    for written, answer in (("no", given(False)), ("unknown", unknown())):
        (result,) = read(lab % written).labs.or_else(())
        assert result.fasting == answer
    # A sexagesimal number of YAML 1.1 would be 465.
    (result,) = read(lab.replace("fasting: %s", "time: 07:45")).labs.or_else(())
    assert (result.time, result.fasting) == ("07:45", not_asked())


def test_a_label_of_a_folder_has_to_fit(write: Write) -> None:
    path = write(HEAD)
    assert read_person(path, today=TODAY, expected_label="01").label == "01"
    with pytest.raises(RecordError, match=r"line 2, field label: .*got 01; allowed: 02"):
        read_person(path, today=TODAY, expected_label="02")


def test_ten_thousand_labs_are_read_in_time(write: Write) -> None:
    lab = "  - {test: crp_hs, value: 3.4, unit: mg/dL, date: 2024-12-01}\n"
    path = write(HEAD + "labs:\n" + lab * 10_000)
    began = time.process_time()
    timeline, faults = examine_person(path, today=TODAY)
    assert not faults
    assert timeline is not None
    assert len(timeline.labs.or_else(())) == 10_000
    # Time of the process, not of the clock: 0.8 s on one core of a small machine; the limit is the
    # one that was asked for.
    assert time.process_time() - began < 3
