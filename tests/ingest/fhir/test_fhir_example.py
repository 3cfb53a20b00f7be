"""The invented bundle of the examples, worked out by hand, from the file to the plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from equipoise.apps.cli import main
from equipoise.core.answers import given, not_asked
from equipoise.core.nouns import Condition, Dose, DrugUse, Timeline
from equipoise.core.tables import load_table
from equipoise.ingest import check_path, read_person

TODAY = "2026-03-02"
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "sub-03_fhir.json"


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    return read_person(EXAMPLE, today=TODAY)


def test_person_and_episode(timeline: Timeline) -> None:
    assert (timeline.label, timeline.notice) == ("03", "invented person")
    assert timeline.demographics.age_years == given(42.0)
    assert timeline.episode.diagnosis == given("F33.2")
    assert timeline.episode.onset == given("2024-02")
    assert timeline.conditions == given((
        Condition("I10", "icd10", "active", given("2021-02-11")),
        Condition("F53.0", "icd10", "resolved", given("2011-06")),
        Condition("F43.1", "icd10", "suspected"),
    ))
    assert timeline.implants == not_asked()
    assert timeline.genotypes == not_asked()


# treatment, highest dose, start, stop, adherence, outcome, why it was stopped, sessions
TRIALS = [
    ("sertraline", 150, "2024-04-10", "2024-09-20", "good", "no_response", "no_benefit", None),
    ("venlafaxine", 225, "2024-10-01", "2025-03-10", "good", "no_response", "no_benefit", None),
    ("cbt", None, "2025-01-14", "2025-04-01", None, None, None, 12),
    ("bupropion", 150, "2025-03-20", "2025-04-15", None, None, "side_effects", None),
    ("escitalopram", 20, "2025-05-02", None, "good", None, None, None),
    ("aripiprazole", 5, "2025-10-15", "2026-01-20", None, "no_response", "no_benefit", None),
]


def test_trials_and_drugs(timeline: Timeline) -> None:
    found = [
        (
            t.treatment,
            None if t.dose.value is None else t.dose.value.value,
            t.start.value,
            t.stop.value,
            t.adherence.value,
            t.outcome.value,
            t.stopped_for.value,
            t.sessions.value,
        )
        for t in timeline.treatments.or_else(())
    ]
    assert found == TRIALS
    assert [t.treatment for t in timeline.treatments.or_else(()) if t.running] == ["escitalopram"]
    lisinopril = DrugUse("lisinopril", given(Dose(10.0, "mg/d")), given("2021-02-11"))
    assert timeline.drugs == given((lisinopril,))


def test_what_was_measured(timeline: Timeline) -> None:
    assert {(lab.test, lab.value) for lab in timeline.labs.or_else(())} == {
        ("tsh", 2.1), ("sodium", 139.0), ("creatinine", 0.8), ("haemoglobin", 13.4),
        ("b12", 410.0), ("crp_hs", 4.2), ("weight", 81.0), ("bmi", 29.4),
        ("systolic_bp", 128.0), ("diastolic_bp", 82.0),
    }  # fmt: skip
    told = {(s.scale, s.date, sum(i or 0 for i in s.items), s.total) for s in
            timeline.scales.or_else(())}  # fmt: skip
    assert told == {
        ("phq9", "2025-05-02", 18, None),
        ("phq9", "2026-02-20", 17, None),
        ("gad7", "2026-02-20", 0, 12.0),
    }


def test_what_could_not_be_mapped_is_listed_and_checked(timeline: Timeline) -> None:
    assert [one.resource for one in timeline.unmapped] == [
        "Condition/trauma",
        "Observation/height",
        "Immunization",
    ]
    told = check_path(EXAMPLE, today=TODAY)
    listed = {f.where: f.what for f in told if f.what.startswith("unmapped: ")}
    assert listed["Observation/height"] == "unmapped: loinc 8302-2 Body height"
    assert {f.detail for f in told if f.what == "implants"} == {"not asked"}
    assert not [f for f in told if f.kind == "wrong"]


def test_it_plans_from_end_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["plan", str(EXAMPLE), "--date", TODAY, "--json"])
    assert stopped.value.code == 0
    document = json.loads(capsys.readouterr().out)
    assert {"red_flags", "diagnosis_check", "staging", "options", "steps"} <= set(document)
    assert document["steps"]
    assert len(document["unmapped"]) == 3


@pytest.mark.parametrize(
    ("table", "kind", "column", "known"),
    [
        ("codes/observations", "lab", "target", "labs/labs"),
        ("codes/observations", "scale_item", "target", "scales/scales"),
        ("codes/observations", "scale_total", "target", "scales/scales"),
        ("codes/observations", "scale_extra", "target", "scales/scales"),
        ("codes/concepts", "procedure", "target", "treatments/treatments"),
    ],
)
def test_codes_lead_to_what_the_tables_know(table: str, kind: str, column: str, known: str) -> None:
    ids = {row.text("id") for row in load_table(known)}
    targets = {row.text(column) for row in load_table(table) if row.text("kind") == kind}
    assert targets
    assert targets <= ids
