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
    for layer in ("tests", "exploratory_tests"):
        names = {one["test"] for one in after[layer]}
        # A test that was done is listed no more.
        gone = [one for one in before[layer] if one["test"] not in names]
        assert {one["test"] for one in gone} == {"hba1c", "glucose_lipids"}
        assert all(one["evsi"] == 0.0 for one in gone)
        before[layer] = [one for one in before[layer] if one["test"] in names]
    assert before == after


def test_the_other_mechanisms_stay(runs: tuple[Dossier, Dossier]) -> None:
    before, after = (
        [to_plain(state) for state in run.profile.mechanisms if state.id != "metabolic"]
        for run in runs
    )
    assert before == after
