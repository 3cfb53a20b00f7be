"""Severity moves remission among those who respond, and nothing else."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from equipoise.core.answers import not_asked
from equipoise.core.nouns import Appraisal, Covariate, Decision, EvidenceBase, Profile
from equipoise.core.tables import load_table
from equipoise.predict import predict
from equipoise.predict.remission import lean_of, leaning
from equipoise.predict.sequences.ground import ground_of
from equipoise.predict.settings import load_settings

FACT = "clinical.severity"
# Remission among responders of the invented options: a logit of 0.49 (0.3).
RATE = (0.49, 0.3)

Decide = Callable[[float | None], Decision]


def _told(stage: Appraisal, y: float | None) -> Appraisal:
    status = "not_asked" if y is None else "known"
    return replace(stage, covariates=(Covariate(FACT, "Severity", y, y, status, "invented"),))


@pytest.fixture
def decide(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> Decide:
    """Return a function: severity in standard deviations, or None, to the decision."""

    def go(y: float | None) -> Decision:
        return predict(
            make_person(), _told(stage_one, y), make_evidence(), preferences=not_asked(), seed=1
        )

    return go


def _chance(mean: float, variance: float) -> float:
    """Return the expected chance of a normal logit, on a fine grid."""
    z = np.linspace(-8, 8, 4001)
    weights = np.exp(-(z**2) / 2)
    return float(weights @ (1 / (1 + np.exp(-(mean + math.sqrt(variance) * z)))) / weights.sum())


def test_the_slope_is_the_published_one_drawn_towards_nothing(stage_one: Appraisal) -> None:
    lean = lean_of(_told(stage_one, 1.0))
    assert lean is not None
    # Precisions 1 / 0.249^2 = 16.13 and 1 / 0.2^2 = 25: -0.946 * 16.13 / 41.13 and 41.13^-0.5.
    assert lean.shift == pytest.approx(-0.371, abs=5e-4)
    assert math.sqrt(lean.variance) == pytest.approx(0.156, abs=5e-4)


def test_people_of_every_severity_together_keep_the_published_rate(
    stage_one: Appraisal, make_evidence: Callable[..., EvidenceBase]
) -> None:
    rates, numerics = make_evidence().baselines, load_settings().numerics
    places = np.linspace(-6, 6, 241)
    weights = np.exp(-(places**2) / 2)
    chances = []
    for y in places:
        one = leaning(rates, lean_of(_told(stage_one, float(y))), numerics)[0]
        found = one.remission_given_response
        chances.append(_chance(found.mean, found.sd**2))
    mean = float(weights @ np.array(chances) / weights.sum())
    # The error of a slope and the severity are not quite a normal sum: below a tenth of a point.
    assert mean == pytest.approx(_chance(RATE[0], RATE[1] ** 2), abs=1e-3)


def test_without_a_known_severity_nothing_is_moved(decide: Decide) -> None:
    for one in decide(None).predictions:
        assert one.remission_outlook == 0.0
        share = one.remission.mean / one.response.mean
        assert share == pytest.approx(_chance(RATE[0], RATE[1] ** 2), abs=1e-6)


def test_severe_people_are_less_often_well_and_respond_alike(decide: Decide) -> None:
    mild, average, severe = (
        {one.treatment: one for one in decide(y).predictions} for y in (-1.0, 0.0, 2.0)
    )
    for name, one in average.items():
        assert severe[name].response == one.response == mild[name].response
        assert severe[name].dropout == one.dropout
        assert severe[name].remission.mean < one.remission.mean < mild[name].remission.mean
        assert severe[name].remission.ci95[1] < one.remission.ci95[1]
        assert severe[name].remission_outlook < 0.0 < mild[name].remission_outlook
        moved = one.remission.mean - one.remission_outlook
        assert severe[name].remission.mean - severe[name].remission_outlook == pytest.approx(moved)
        assert "buckman2021" in severe[name].references


def test_a_year_of_steps_knows_the_severity_too(
    stage_one: Appraisal, make_evidence: Callable[..., EvidenceBase]
) -> None:
    evidence = make_evidence()
    usual = ground_of(evidence, _told(stage_one, None)).rates
    severe = ground_of(evidence, _told(stage_one, 2.0)).rates
    assert usual.keys() == severe.keys()
    assert usual
    for key, rate in usual.items():
        assert severe[key].remission_given_response.mean < rate.remission_given_response.mean
        assert severe[key].response == rate.response


def _pairs(path: Path, columns: tuple[str, str, str], first: str, last: str) -> list[list[float]]:
    person, time, total = columns
    seen: dict[str, dict[str, float]] = {}
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row[total] not in {"", "NA", "."}:
                week = f"{float(row[time]):g}"
                seen.setdefault(row[person], {})[week] = float(row[total])
    return [[one[first], one[last]] for one in seen.values() if first in one and last in one]


def _fit(pairs: list[list[float]]) -> tuple[float, float, int]:
    """Return the slope of remission among responders per 3.8 points, its error, how many."""
    before, after = np.array(pairs).T
    kept = (after <= before / 2) | (after <= 7)
    scores = ((before - 19.8) / 3.8)[kept]
    design = np.column_stack([np.ones_like(scores), scores])
    well, found = (after[kept] <= 7).astype(float), np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ found))
        information = (design * (chance * (1 - chance))[:, None]).T @ design
        found = found + np.linalg.solve(information, design.T @ (well - chance))
    return float(found[1]), float(np.linalg.inv(information)[1, 1] ** 0.5), int(kept.sum())


@pytest.mark.shared
def test_the_slope_of_the_table_is_that_of_the_open_data(shared_data: Path) -> None:
    root = shared_data / "clinical" / "ipd"
    with (root / "rbmi_antidepressant_hamd17.csv").open(encoding="utf-8") as stream:
        trial = [
            [float(row["BASVAL"]), float(row["HAMDTL17"])]
            for row in csv.DictReader(stream)
            if row["VISIT"] == "7" and row["HAMDTL17"] not in {"", "NA"}
        ]
    inpatients = root / "riesby_imipramine_hdrs.csv"
    therapy = root / "claus2020_inpatient_bdi_hamd_who_shaps.csv"
    parts = [
        _fit(trial),
        _fit(_pairs(inpatients, ("id", "week", "hdrs"), "0", "5")),
        _fit(_pairs(therapy, ("id", "time", "hamd"), "1", "4")),
    ]
    weights = np.array([1 / error**2 for _, error, _ in parts])
    row = load_table("baselines/remission_facts").row(covariate=FACT)
    slope = float(weights @ [one for one, _, _ in parts] / weights.sum())
    assert slope == pytest.approx(row.number("published"), abs=5e-4)
    error = float(weights.sum() ** -0.5)
    assert error == pytest.approx(row.number("published_standard_error"), abs=5e-4)
    assert sum(people for _, _, people in parts) == row.number("people")
    # The scale of the slope is that of the trials the total is placed among.
    scale = load_table("baselines/covariate_scales").row(scale="hamd17")
    assert (scale.number("mean"), scale.number("sd")) == (19.8, 3.8)
