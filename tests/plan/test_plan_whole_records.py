"""Plans from whole records, through every stage: what the parts agree on between them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.core.nouns import Dossier, NotMeasured
from equipoise.core.steps import NoStore
from equipoise.ingest import read_person
from equipoise.pipeline import RunSettings, run_person

TODAY = "2026-03-05"
BARE = 'schema_version: "1.0"\nlabel: "07"\n'
TRIED = (
    BARE
    + """
notice: invented person
demographics: {sex: male, age_years: 34}
episode: {diagnosis: F32.1, onset: 2025-09, number: 1}
treatments:
  - {treatment: sertraline, dose: DOSE, unit: mg/d, start: 2025-11-03, ongoing: true,
     adherence: good, outcome: no_response}
drugs: []
conditions: []
scales:
  - {scale: phq9, date: 2025-11-03, items: [2, 2, 2, 3, 1, 2, 2, 1, 0]}
  - {scale: phq9, date: 2026-03-02, items: [2, 2, 2, 2, 1, 2, 2, 1, 0]}
"""
)

Run = Callable[[str], Dossier]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function from the text of a record to everything that is said about it."""

    def go(text: str) -> Dossier:
        path = tmp_path / "person.yaml"
        path.write_text(text, encoding="utf-8")
        timeline = read_person(path, today=TODAY)
        return run_person(timeline, RunSettings(TODAY, 1), store=NoStore())

    return go


def _actions(dossier: Dossier) -> str:
    return "\n".join(step.action for step in dossier.plan.steps)


def test_a_drug_that_was_tried_stays_as_a_base(run: Run) -> None:
    # It is blocked as an option because it was tried, but it is no danger to what is taken.
    dossier = run(TRIED.replace("DOSE", "100"))
    assert "sertraline" in {option.treatment for option in dossier.plan.blocked}
    assert "Review sertraline" not in _actions(dossier)
    named = {key for step in dossier.plan.steps for key in step.treatments}
    assert named
    assert "sertraline" not in named
    assert "1 adequate drug trial" in dossier.plan.phase_reason
    (course,) = dossier.trajectories
    assert {"no_response"} <= {trigger.id for trigger in course.triggers}


def test_too_low_a_dose_is_raised_before_a_change(run: Run) -> None:
    dossier = run(TRIED.replace("DOSE", "25"))
    assert "Bring sertraline to an adequate dose" in _actions(dossier)
    assert "If that does not help enough" in _actions(dossier)
    assert dossier.plan.phase_reason.startswith("No adequate drug trials of this episode")


def test_a_bare_record_is_asked_first(run: Run) -> None:
    dossier = run(BARE)
    plan = dossier.plan
    assert not any(step.treatments for step in plan.steps)
    assert plan.steps[0].action.startswith("Ask in person about thoughts of suicide")
    assert plan.steps[1].action.startswith("Record every treatment")
    assert "present and past treatments of the depression" in plan.still_missing
    assert {type(result) for result in dossier.not_measured} == {NotMeasured}
    assert dossier.measurements == ()
    assert dossier.decision.predictions
    assert dossier.trajectories == ()
