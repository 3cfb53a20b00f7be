"""Metabolism changes the profile and no prediction: no moderator hangs on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from equipoise import ingest, pipeline
from equipoise.core.answers import given
from equipoise.core.documents import to_plain
from equipoise.core.nouns import Dossier, LabResult
from equipoise.core.steps import NoStore

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "person.yaml"
TODAY = "2026-03-02"
METABOLIC = (
    LabResult("hba1c", 7.9, "%", "2026-02-16"),
    LabResult("glucose", 8.2, "mmol/L", "2026-02-16", fasting=given(True)),
    LabResult("triglycerides", 3.4, "mmol/L", "2026-02-16", fasting=given(True)),
    LabResult("hdl", 0.8, "mmol/L", "2026-02-16"),
)


def _run(extra: tuple[LabResult, ...]) -> Dossier:
    timeline = ingest.read_person(EXAMPLE, today=TODAY)
    timeline = replace(timeline, labs=given((*timeline.labs.or_else(()), *extra)))
    settings = pipeline.RunSettings(TODAY, pipeline.default_seed())
    return pipeline.run_person(timeline, settings, store=NoStore())


@pytest.fixture(scope="module")
def runs() -> tuple[Dossier, Dossier]:
    """Return the example without and with raised sugar and fats."""
    return _run(()), _run(METABOLIC)


def test_the_profile_moves(runs: tuple[Dossier, Dossier]) -> None:
    before, after = (
        next(state for state in run.profile.mechanisms if state.id == "metabolic") for run in runs
    )
    assert (before.mean, before.sd, before.informed) == (0.0, 1.0, False)
    assert after.mean > 1.0
    assert after.sd < 0.8


def test_no_prediction_moves(runs: tuple[Dossier, Dossier]) -> None:
    before, after = (to_plain(run.decision) for run in runs)
    # What was measured is no test to do any more, alone or among all.
    worth = [[one.pop(name) for name in ("tests", "exploratory_tests")] for one in (before, after)]
    assert before == after
    for then, now in zip(*worth, strict=True):
        values = {one["test"]: one["evsi"] for one in then}
        assert values.keys() - {one["test"] for one in now} == {"hba1c", "glucose_lipids"}
        assert values["hba1c"] == values["glucose_lipids"] == 0.0
        assert {one["test"]: one["evsi"] for one in now}.items() <= values.items()


def test_the_other_mechanisms_stay(runs: tuple[Dossier, Dossier]) -> None:
    before, after = (
        [to_plain(state) for state in run.profile.mechanisms if state.id != "metabolic"]
        for run in runs
    )
    assert before == after
