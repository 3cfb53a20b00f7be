"""Schedules and calendar of whole records, through every stage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.core.nouns import Dossier
from equipoise.core.steps import NoStore
from equipoise.ingest import read_person
from equipoise.pipeline import RunSettings, run_person

TODAY = "2026-03-05"
RECORD = """
schema_version: "1.0"
label: "07"
notice: invented person
demographics: {sex: male, age_years: AGE}
episode: {diagnosis: F32.1, onset: 2025-09, number: 1}
treatments:
  - {treatment: sertraline, dose: DOSE, unit: mg/d, start: 2025-11-03, ongoing: true,
     adherence: good, outcome: no_response}
drugs: []
conditions: []
scales:
  - {scale: phq9, date: 2026-03-02, items: [2, 2, 2, 2, 1, 2, 2, 1, 0]}
findings: [{finding: suicidal_intent, status: INTENT, date: 2026-03-02}]
"""

Run = Callable[..., Dossier]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function from the words of the record to everything that is said about it."""

    def go(age: str = "34", dose: str = "100", intent: str = "absent") -> Dossier:
        words = {"AGE": age, "DOSE": dose, "INTENT": intent}
        text = RECORD
        for word, value in words.items():
            text = text.replace(word, value)
        path = tmp_path / "person.yaml"
        path.write_text(text, encoding="utf-8")
        return run_person(read_person(path, today=TODAY), RunSettings(TODAY, 1), store=NoStore())

    return go


def test_what_the_steps_name_is_laid_out_within_the_persons_limits(run: Run) -> None:
    dossier = run()
    plan, judged = dossier.plan, dossier.appraisal
    named = {key for step in plan.steps for key in step.treatments}
    assert plan.schedules
    assert {schedule.treatments[-1] for schedule in plan.schedules} <= named
    highest = {limit.drug: limit.maximum for limit in judged.dose_limits}
    for schedule in plan.schedules:
        for step in schedule.steps:
            key = step.drug if step.drug in highest else f"{step.drug}_augmentation"
            bound = highest.get(key)
            assert bound is None or step.dose <= bound
            assert step.date >= TODAY
    assert plan.calendar
    assert all(entry.date >= TODAY for entry in plan.calendar)


def test_a_low_dose_is_raised_before_anything_else_begins(run: Run) -> None:
    plan = run(dose="25").plan
    raised = next(s for s in plan.schedules if s.id == "titration_sertraline")
    assert [(step.date, step.dose) for step in raised.steps] == [(TODAY, 50)]
    later = [s for s in plan.schedules if s is not raised and s.steps]
    assert later
    waits = dt.date.fromisoformat(TODAY) + dt.timedelta(days=28)
    assert all(s.steps[0].date >= waits.isoformat() for s in later)
    assert all(any("does not help enough" in rule for rule in s.rules) for s in later)


def test_nothing_is_laid_out_while_an_emergency_withholds_the_plan(run: Run) -> None:
    plan = run(intent="present").plan
    assert plan.withheld
    assert (plan.schedules, plan.calendar) == ((), ())
