"""A record and a bundle of one person: joined, or refused with both places."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise.core.answers import given
from equipoise.core.errors import InputError
from equipoise.core.nouns import Dose, Timeline
from equipoise.ingest import check_path, examine_person, person_file
from tests.ingest.fhir.conftest import bundle_of, coded, daily, observed, quantity, status

TODAY = "2026-03-02"
HEAD = 'schema_version: "1.0"\nlabel: "07"\n'
SERTRALINE = coded("rxnorm", "36437", "sertraline")
IBUPROFEN = coded("rxnorm", "5640", "ibuprofen")

Found = tuple[Timeline | None, tuple[InputError, ...]]
Both = Callable[..., Found]


@pytest.fixture
def both(tmp_path: Path) -> Both:
    def reader(body: str, *resources: Any, named: str = "person.yaml", **person: Any) -> Found:
        (tmp_path / "sub-07_person.yaml").write_text(HEAD + body, encoding="utf-8")
        bundle = json.dumps(bundle_of(*resources, **person))
        (tmp_path / "sub-07_fhir.json").write_text(bundle, encoding="utf-8")
        return examine_person(tmp_path / f"sub-07_{named}", today=TODAY)

    return reader


def statement(start: str, end: str | None = None, dose: float = 100) -> Any:
    return {
        "resourceType": "MedicationStatement",
        "status": "stopped" if end else "active",
        "medicationCodeableConcept": SERTRALINE,
        "effectivePeriod": {"start": start} | ({"end": end} if end else {}),
        "dosage": daily(dose),
    }


def condition(code: str, clinical: str) -> Any:
    return {
        "resourceType": "Condition",
        "code": coded("icd10", code),
        "clinicalStatus": status(clinical),
    }


@pytest.mark.parametrize("named", ["person.yaml", "fhir.json"])
def test_the_two_fill_each_other(named: str, both: Both) -> None:
    body = (
        "demographics: {sex: female}\n"
        "treatments: [{treatment: sertraline, start: 2025-01-10, adherence: good}]\n"
        "implants: []\n"
        "conditions: [{code: I10, system: icd10, status: active}]\n"
    )
    timeline, faults = both(
        body,
        statement("2025-01-20", dose=100),
        condition("E03.9", "active"),
        observed("2951-2", **quantity(139, "mmol/L")),
        named=named,
    )
    assert faults == ()
    assert timeline is not None
    assert timeline.demographics.age_years == given(45.0)
    (trial,) = timeline.treatments.or_else(())
    # The record has the first day and the adherence, the bundle the dose and that it goes on.
    assert (trial.start, trial.adherence) == (given("2025-01-10"), given("good"))
    assert trial.dose == given(Dose(100.0, "mg/d"))
    assert trial.ongoing == given(True)
    assert [c.code for c in timeline.conditions.or_else(())] == ["I10", "E03.9"]
    assert timeline.implants == given(())
    assert len(timeline.labs.or_else(())) == 1
    assert {source.name for source in timeline.sources} == {
        "sub-07_person.yaml",
        "sub-07_fhir.json",
    }
    assert min(trial.line, *(c.line for c in timeline.conditions.or_else(()))) >= 0


@pytest.mark.parametrize(
    ("body", "resources", "words"),
    [
        ("demographics: {sex: male}\n", (), "male, and female"),
        ("demographics: {age_years: 30}\n", (), "30, and 45"),
        ("drugs: []\n", (statement("2025-01-10"),), None),
        ("treatments: []\n", (statement("2025-01-10"),), "treatments: [] in the record"),
        (
            "treatments: [{treatment: sertraline, start: 2025-01-10, dose: 50, unit: mg/d}]\n",
            (statement("2025-01-10", dose=200),),
            "50 mg/d, and 200 mg/d",
        ),
        (
            "treatments: [{treatment: sertraline, start: 2025-01-10, ongoing: yes}]\n",
            (statement("2025-01-10", "2025-08-01"),),
            "still taken, and stopped",
        ),
        (
            "treatments: [{treatment: sertraline, start: 2025-01-10, stop: 2025-03-01}]\n",
            (statement("2025-01-10", "2025-08-01"),),
            "2025-03-01, and 2025-08-01",
        ),
        (
            "conditions: [{code: G40.9, system: icd10, status: resolved}]\n",
            (condition("G40.9", "active"),),
            "resolved, and active",
        ),
        ("episode: {diagnosis: F33.2}\n", (condition("F33.1", "active"),), "F33.2, and F33.1"),
        (
            "pregnancy: {status: not_pregnant, date: 2026-01-10}\n",
            (observed("82810-3", valueCodeableConcept=coded("snomed", "77386006")),),
            "not_pregnant, and pregnant",
        ),
        (
            "labs: [{test: sodium, value: 121, unit: mmol/L, date: 2026-01-10}]\n",
            (observed("2951-2", **quantity(139, "mmol/L")),),
            "121 mmol/L, and 139 mmol/L",
        ),
        (
            "scales: [{scale: gad7, total: 4, date: 2026-01-10}]\n",
            (observed("70274-6", **quantity(12, "{score}")),),
            "answers or totals differ",
        ),
    ],
)
def test_a_contradiction_names_both_places(
    body: str, resources: tuple[Any, ...], words: str | None, both: Both
) -> None:
    timeline, faults = both(body, *resources)
    if words is None:
        # Sertraline is a trial there, so the list of other drugs may well be empty.
        assert faults == ()
        return
    assert timeline is None
    (text,) = map(str, faults)
    assert words in text
    assert "sub-07_person.yaml" in text
    assert "sub-07_fhir.json" in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("body", "resources"),
    [
        ("demographics: {age_years: 45.8}\n", ()),
        ("episode: {diagnosis: F33.2}\n", (condition("F32.9", "active"),)),
        (
            "labs: [{test: creatinine, value: 1.0, unit: mg/dL, date: 2026-01-10}]\n",
            (observed("14682-9", **quantity(88.4, "umol/L")),),
        ),
        ("pregnancy: {status: pregnant, date: 2025-05}\n",
         (observed("82810-3", valueCodeableConcept=coded("snomed", "60001007")),)),
    ],
)  # fmt: skip
def test_other_words_for_the_same_are_no_contradiction(
    body: str, resources: tuple[Any, ...], both: Both
) -> None:
    assert both(body, *resources)[1] == ()


PREGNANT = observed("82810-3", valueCodeableConcept=coded("snomed", "77386006"))


@pytest.mark.parametrize(
    ("body", "resources", "gender"),
    [
        ("demographics: {sex: male}\n", (PREGNANT,), "unknown"),
        ("pregnancy: {status: breastfeeding}\n", (), "male"),
    ],
)
def test_a_man_of_one_source_is_not_pregnant_in_the_other(
    body: str, resources: tuple[Any, ...], gender: str, both: Both
) -> None:
    timeline, (fault,) = both(body, *resources, gender=gender)
    assert timeline is None
    assert "field pregnancy" in str(fault)
    assert "male, and " in str(fault)


@pytest.mark.parametrize(("start", "clashes"), [("2025-01-11", True), ("2025-02-11", False)])
def test_doses_that_begin_together_and_differ_tenfold(
    start: str, clashes: bool, both: Both
) -> None:
    body = "treatments: [{treatment: sertraline, dose: 500, unit: mg/d, start: 2025-01-10}]\n"
    _, faults = both(body, statement(start, dose=50))
    assert any("500 mg/d, and 50 mg/d" in str(one) for one in faults) == clashes


@pytest.mark.parametrize(("end", "clashes"), [("2015-02-01", False), (None, True)])
def test_no_drugs_now_and_one_stopped_long_ago(end: str | None, clashes: bool, both: Both) -> None:
    ibuprofen = {**statement("2015-01-01", end), "medicationCodeableConcept": IBUPROFEN}
    timeline, faults = both("drugs: []\n", ibuprofen)
    assert bool(faults) == clashes
    if timeline is not None:
        assert [use.drug for use in timeline.drugs.or_else(())] == ["ibuprofen"]


def test_two_trials_of_one_drug_stay_two(both: Both) -> None:
    body = "treatments: [{treatment: sertraline, start: 2020-01, stop: 2020-06}]\n"
    timeline, _ = both(body, statement("2025-01-10"))
    assert timeline is not None
    assert len(timeline.treatments.or_else(())) == 2


def test_a_dataset_with_a_bundle_only(tmp_path: Path) -> None:
    (tmp_path / "dataset_description.json").write_text("{}", encoding="utf-8")
    folder = tmp_path / "sub-07" / "clinical"
    folder.mkdir(parents=True)
    bundle = folder / "sub-07_fhir.json"
    bundle.write_text(json.dumps(bundle_of()), encoding="utf-8")
    assert person_file(tmp_path, "07") == bundle
    told = {f.what: f.kind for f in check_path(tmp_path, today=TODAY)}
    assert told["FHIR bundle"] == told["clinical record"] == "present"
    bundle.rename(folder / "sub-08_fhir.json")
    with pytest.raises(InputError, match="another name than expected"):
        person_file(tmp_path, "07")


def sample(value: float, time: str = "") -> Any:
    when = f"2026-01-10T{time}:00+01:00" if time else "2026-01-10"
    return observed("1558-6", effectiveDateTime=when, **quantity(value, "mmol/L"))


def glucose(more: str = "", value: float = 5.1) -> str:
    return f"labs: [{{test: glucose, value: {value}, unit: mmol/L, date: 2026-01-10{more}}}]\n"


@pytest.mark.parametrize(
    ("body", "samples", "found"),
    [
        # The record has no time: of several samples it is that of the same value.
        (glucose(), [sample(9, "10:00"), sample(5.1, "07:00")], [(5.1, "07:00"), (9.0, "10:00")]),
        (glucose(", time: 07:00"), [sample(9, "10:00")], [(5.1, "07:00"), (9.0, "10:00")]),
        (glucose(", time: 07:00"), [sample(5.1, "07:00")], [(5.1, "07:00")]),
        (glucose(", time: 07:00"), [sample(5.1)], [(5.1, "07:00")]),
        (glucose(", time: 07:00"), [sample(9, "07:00")], None),
        (glucose(), [sample(9, "07:00")], None),
        (glucose(', comparator: ">"'), [sample(5.1)], None),
    ],
)
def test_samples_of_one_day(body: str, samples: Any, found: Any, both: Both) -> None:
    timeline, faults = both(body, *samples)
    if found is None:
        assert timeline is None
        assert "glucose of labs" in str(faults[0])
        return
    assert timeline is not None
    assert [(lab.value, lab.time) for lab in timeline.labs.or_else(())] == found


def test_the_bundle_fills_how_a_sample_was_taken(both: Both) -> None:
    method = {"method": {"text": "Immunoassay, kind not said"}}
    fasted = observed("49541-6", valueBoolean=True)
    timeline, faults = both(glucose(), {**sample(5.1), **method}, fasted)
    assert faults == ()
    assert timeline is not None
    (lab,) = timeline.labs.or_else(())
    assert (lab.assay, lab.fasting) == ("immunoassay", given(True))
    timeline, faults = both(glucose(", fasting: no"), sample(5.1), fasted)
    assert timeline is None
    assert "fasting of glucose of labs" in str(faults[0])


def genotype(text: str | None) -> Any:
    gene = {"code": coded("loinc", "48018-6"), "valueCodeableConcept": {"text": "CYP2C19"}}
    value = {"dataAbsentReason": {"text": "not read"}}
    if text is not None:
        value = {"valueCodeableConcept": {"text": text}}
    return observed("84413-4", component=[gene], **value)


REPORTED = 'genotypes: [{gene: CYP2C19, diplotype: "*1/*2"}]\n'


@pytest.mark.parametrize(
    ("body", "told", "found"),
    [
        (REPORTED, "*2/*1", ["*1/*2"]),
        (REPORTED, None, ["*1/*2"]),
        ("", "*1/*2", ["*1/*2"]),
        ("genotypes: [{gene: CYP2D6, diplotype: '*4/*5'}]\n", "*1/*2", ["*4/*5", "*1/*2"]),
        ("genotypes: [{gene: CYP2C19, phenotype: indeterminate}]\n", "*1/*2", ["*1/*2"]),
        (
            "genotypes: [{gene: CYP2C19, phenotype: poor_metabolizer}]\n",
            "*1/*2",
            ["poor_metabolizer", "*1/*2"],
        ),
        ("genotypes: unknown\n", "*1/*2", ["*1/*2"]),
        (REPORTED, "*1/*1", None),
        (REPORTED, "*2/*2", None),
    ],
)
def test_genotypes_of_both(body: str, told: str | None, found: Any, both: Both) -> None:
    timeline, faults = both(body, genotype(told))
    if found is None:
        assert timeline is None
        assert "CYP2C19 of genotypes" in str(faults[0])
        return
    assert timeline is not None
    entries = timeline.genotypes.or_else(())
    assert [one.diplotype or one.phenotype for one in entries] == found
    assert all(one.line >= 0 for one in entries)


PACEMAKER: Any = {
    "resourceType": "Device",
    "type": coded("snomed", "14106009"),
}


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("", ["pacemaker", "others_not_asked"]),
        ("implants: unknown\n", ["pacemaker", "others_not_asked"]),
        # The record lists what there is: nothing is left open.
        ("implants: [{kind: pacemaker, site: chest}]\n", ["pacemaker"]),
        ("implants: [{kind: hearing_aid}]\n", ["hearing_aid", "pacemaker"]),
        ("implants: []\n", None),
    ],
)
def test_implants_of_both(body: str, kinds: Any, both: Both) -> None:
    timeline, faults = both(body, PACEMAKER)
    if kinds is None:
        assert timeline is None
        assert "implants: [] in the record" in str(faults[0])
        return
    assert timeline is not None
    assert [one.kind for one in timeline.implants.or_else(())] == kinds
