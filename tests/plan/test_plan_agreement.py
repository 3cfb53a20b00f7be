"""What plan and course say of the same record, and whom the rates do not mean.

The numbers are worked by hand: a PHQ-9 of 19 that is 17 later fell by 2 / 19 = 10.5 %, or 11 %,
over the 112 days (16 weeks) from 2025-11-10 to 2026-03-02.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.core.nouns import Dossier, Step
from equipoise.core.steps import NoStore
from equipoise.ingest import read_person
from equipoise.pipeline import RunSettings, run_person

TODAY = "2026-03-02"
SEVENTEEN = "[2, 2, 2, 3, 2, 2, 2, 1, 1]"
TRIAL = """  - {treatment: escitalopram, dose: 10, unit: mg/d, start: 2025-11-10, ongoing: true,
     adherence: good}
"""
RECORD = f"""schema_version: "1.0"
label: "07"
notice: invented person
demographics: {{sex: male, age_years: 43}}
episode: {{diagnosis: F33.2, onset: 2024-11}}
treatments:
{TRIAL}drugs: []
conditions: []
labs:
  - {{test: crp_hs, value: 3.4, unit: mg/L, date: 2026-02-23}}
scales:
  - {{scale: phq9, date: 2025-11-10, items: [3, 3, 2, 3, 2, 2, 2, 1, 1]}}
  - {{scale: phq9, date: 2026-03-02, items: {SEVENTEEN}}}
"""
Run = Callable[[str], Dossier]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function from the text of a record to everything that is said about it."""

    def go(text: str) -> Dossier:
        path = tmp_path / "person.yaml"
        path.write_text(text, encoding="utf-8")
        return run_person(read_person(path, today=TODAY), RunSettings(TODAY, 1), store=NoStore())

    return go


def _step(dossier: Dossier, words: str) -> Step | None:
    return next((step for step in dossier.plan.steps if words in step.action), None)


def _triggers(dossier: Dossier) -> dict[str, str]:
    return {t.id: t.action for course in dossier.trajectories for t in course.triggers}


def test_plan_and_course_ask_to_record_the_outcome(run: Run) -> None:
    dossier = run(RECORD)
    step = _step(dossier, "Confirm with the person that it did not help enough")
    assert step is not None
    assert "fell by 11 % in 16 weeks of escitalopram" in step.action
    assert "count the trial" in step.action
    assert _step(dossier, "If it is confirmed that escitalopram did not help enough:") is not None
    assert "stage and phase stay as they are" in step.stop_rule
    assert _step(dossier, "Ask about escitalopram") is None
    asked = "confirm with the person that it did not help enough and record the outcome"
    assert asked in _triggers(dossier)["no_response"]
    assert dossier.appraisal.stage.count == 0


def test_a_recorded_outcome_is_not_asked_again(run: Run) -> None:
    dossier = run(RECORD.replace("good}", "good, outcome: no_response}"))
    assert _step(dossier, "Confirm with the person") is None
    assert _triggers(dossier)["no_response"].endswith("go to the next step of the plan.")


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ("[1, 1, 1, 1, 1, 1, 1, 1, 0]", "that it helps enough: the PHQ-9 fell by 58 %"),
        ("[3, 3, 2, 3, 2, 2, 2, 1, 1]", "did not help enough: the PHQ-9 did not change"),
        ("[3, 3, 3, 3, 2, 2, 2, 1, 1]", "did not help enough: the PHQ-9 rose by 5 %"),
    ],
)
def test_the_question_follows_the_score(run: Run, items: str, words: str) -> None:
    assert _step(run(RECORD.replace(SEVENTEEN, items)), words) is not None


def test_without_a_score_before_the_start_the_outcome_is_asked_openly(run: Run) -> None:
    dossier = run(RECORD.replace("date: 2025-11-10, items", "date: 2025-12-10, items"))
    assert _step(dossier, "Confirm with the person") is None
    assert _step(dossier, "Ask about escitalopram") is not None


def test_what_stands_out_names_the_value_and_no_red_flag(run: Run) -> None:
    step = _step(run(RECORD), "Look into what stands out")
    assert step is not None
    assert "3.4 mg/L, above 3" in step.action
    assert "suicide" not in step.action


def test_below_18_years_nothing_is_chosen_by_the_rates_of_adults(run: Run) -> None:
    dossier = run(RECORD.replace("age_years: 43", "age_years: 15"))
    assert _step(dossier, "specialist child and adolescent service") is not None
    assert not any(step.action.lower().startswith("choose") for step in dossier.plan.steps)
    assert "rates of response at this age" in dossier.plan.still_missing
    for verdict in dossier.appraisal.verdicts:
        assert "adult_rates" in {reason.rule for reason in verdict.reasons}
        assert verdict.verdict in {"hard_stop", "cannot_tell"}


@pytest.mark.parametrize("age", ["18", "43"])
def test_adults_are_not_sent_to_a_service_for_children(run: Run, age: str) -> None:
    dossier = run(RECORD.replace("age_years: 43", f"age_years: {age}"))
    assert _step(dossier, "child and adolescent") is None


def test_bipolar_disorder_is_not_ranked_without_a_word(run: Run) -> None:
    found = _step(run(RECORD.replace("F33.2", "F31.9")), "the rates here are of unipolar")
    assert found is not None
    assert _step(run(RECORD), "unipolar") is None


@pytest.mark.parametrize(
    ("items", "none"), [("[1,1,1,1,0,0,0,0,0]", True), ("[1,1,1,1,1,0,0,0,0]", False)]
)
def test_no_choice_below_a_score_of_five(run: Run, items: str, none: bool) -> None:
    text = RECORD.replace(f"treatments:\n{TRIAL}", "treatments: []\n").replace(SEVENTEEN, items)
    dossier = run(text)
    assert (_step(dossier, "No treatment is asked for by this score") is not None) == none
    chosen = any("choose" in step.action.lower() for step in dossier.plan.steps)
    assert chosen != none


def test_evidence_is_in_plain_words(run: Run) -> None:
    text = RECORD + "findings: [{finding: psychosis, status: absent, date: 2026-03-02}]\n"
    dossier = run(text)
    told = " ".join(item.evidence for item in dossier.appraisal.diagnosis_check)
    told += " ".join(flag.evidence for flag in dossier.appraisal.red_flags)
    told += " ".join(dossier.plan.still_missing)
    for word in ("crp_hs", "phq9", "finding psychosis", "for vns"):
        assert word not in told
    assert "PHQ-9 item 9 = 1" in told
