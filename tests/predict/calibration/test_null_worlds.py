"""Worlds in which nothing moderates anything: hardly anybody is told "better than average".

Eight options, each with a published slope on one of three measures against sham. In the first
world the true slopes are 0 and estimates are drawn again until they are reported, mostly when
significant. In the second a real trial is simulated, person by person with a strong moderator, then
the labels of its arms are shuffled and the slope is estimated from what is left. Invented people
are measured with error and go through profile and prediction as anyone does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from equipoise.core.answers import not_asked
from equipoise.core.gaussian import logistic
from equipoise.core.nouns import (
    Appraisal,
    EvidenceBase,
    Measurement,
    Moderation,
    NormedMeasurement,
    NormUsed,
    Profile,
    Provenance,
    Quantity,
)
from equipoise.core.streams import stream
from equipoise.core.tables import load_table, setting
from equipoise.evidence.slope_posterior import posterior
from equipoise.predict import predict
from equipoise.profile import infer

OPTIONS = tuple(f"option_{letter}" for letter in "abcdefgh")
MEASURES = ("blood.hba1c", "blood.hdl", "blood.triglycerides")
TODAY = "2026-03-10"
SHORT, LONG = 16, 250
# A finding that reached print because it was significant, of the widest prior: the hardest case.
KIND = "slope, grade A, post hoc"

Estimates = list[tuple[float, float]]
Literature = Callable[[np.random.Generator], Estimates]
Share = Callable[..., float]


@pytest.fixture
def share_called_better(
    make_evidence: Callable[..., EvidenceBase],
    make_moderation: Callable[..., Moderation],
    stage_one: Appraisal,
) -> Share:
    """Return a function: the share of options called better, over invented people."""

    def run(name: str, literature: Literature, count: int, *, sure: bool = False) -> float:
        draws, flagged = stream(f"test/null/{name}", 5), 0
        for _ in range(count):
            found = literature(draws)
            rows = []
            for place, (option, (mean, sd)) in enumerate(zip(OPTIONS, found, strict=True)):
                one = make_moderation(
                    "A",
                    estimate=mean,
                    standard_error=sd,
                    treatment=option,
                    comparator="sham",
                    measure=MEASURES[place % len(MEASURES)],
                )
                rows.append(one)
            evidence = make_evidence([(option, 0.4) for option in OPTIONS], tuple(rows))
            person = _person(draws)
            if sure:
                person = replace(person, covariance=_nothing(len(person.mean)))
            decision = predict(person, stage_one, evidence, preferences=not_asked(), seed=1)
            flagged += sum(one.better_than_average for one in decision.predictions)
        return flagged / (count * len(OPTIONS))

    return run


def _nothing(count: int) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(float, row)) for row in np.zeros((count, count)))


def _person(draws: np.random.Generator) -> Profile:
    return infer(tuple(_measured(one, draws) for one in MEASURES), today=TODAY)


def _measured(measure: str, draws: np.random.Generator) -> NormedMeasurement:
    row = load_table("measures/measures").row(id=measure)
    r, error = row.number("reliability"), setting("norms_error")
    noise = math.sqrt(1 - r + error**2 + setting("profile_no_centre_error") ** 2)
    z = math.sqrt(r) * draws.standard_normal() + noise * draws.standard_normal()
    quantity = Quantity(1.0, row.text("unit"))
    one = Measurement(measure, quantity, TODAY, 1.0, (), Provenance((), "invented"))
    norm = NormUsed("any", "", "", "n/a", "derived")
    return NormedMeasurement(one, norm, z, error, 50.0, False, None)


def _nothing_moderates(worlds: ModuleType) -> Literature:
    """Return a literature on slopes that are all 0."""

    def draw(draws: np.random.Generator) -> Estimates:
        finding = worlds.FINDINGS[KIND]
        found = []
        for _ in OPTIONS:
            estimates, misses = worlds.published(0.0, finding, draws)
            found.append(posterior(estimates, misses, finding.prior_sd, worlds.grid()))
        return found

    return draw


def _shuffled(worlds: ModuleType) -> Literature:
    """Return a literature of trials with a strong moderator whose labels were shuffled."""

    def draw(draws: np.random.Generator) -> Estimates:
        found = []
        finding = worlds.FINDINGS[KIND]
        for _ in OPTIONS:
            while True:
                slope, error = _interaction(*_trial(draws, shuffled=True))
                if abs(slope) > 1.96 * error or draws.random() < finding.reporting:
                    break
            one = worlds.Estimate(slope, error, finding.reliability, finding.reporting)
            found.append(posterior([one], [], finding.prior_sd, worlds.grid()))
        return found

    return draw


def _trial(
    draws: np.random.Generator, *, shuffled: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return arm, marker and response of 300 people with a slope of 1 in one arm."""
    marker, arm = draws.standard_normal(300), np.repeat([0.0, 1.0], 150)
    responded = draws.random(300) < logistic(-0.4 + 0.3 * arm + arm * marker)
    return (draws.permutation(arm) if shuffled else arm), marker, responded.astype(float)


def _interaction(arm: np.ndarray, marker: np.ndarray, responded: np.ndarray) -> tuple[float, float]:
    """Return slope and error of arm by marker in a logistic regression, by Newton's method."""
    design = np.stack([np.ones_like(arm), arm, marker, arm * marker], axis=1)
    beta = np.zeros(4)
    for _ in range(8):
        chance = logistic(design @ beta)
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        beta = beta + np.linalg.solve(information, design.T @ (responded - chance))
    return float(beta[3]), float(np.sqrt(np.linalg.inv(information)[3, 3]))


def test_where_nothing_moderates(worlds: ModuleType, share_called_better: Share) -> None:
    assert share_called_better("nothing", _nothing_moderates(worlds), SHORT) <= 0.025


def test_where_labels_were_shuffled(worlds: ModuleType, share_called_better: Share) -> None:
    assert share_called_better("shuffled", _shuffled(worlds), SHORT) <= 0.025


def test_a_strong_moderator_that_is_known_is_told(share_called_better: Share) -> None:
    """The count is not 0 whatever happens: half of the people lie on the good side of a slope."""
    share = share_called_better("strong", lambda _: [(0.6, 0.05)] * 8, SHORT, sure=True)
    assert 0.3 < share < 0.6


@pytest.mark.slow
def test_two_thousand_options_where_nothing_moderates(
    worlds: ModuleType, share_called_better: Share
) -> None:
    assert share_called_better("nothing", _nothing_moderates(worlds), LONG) <= 0.025


@pytest.mark.slow
def test_two_thousand_options_where_labels_were_shuffled(
    worlds: ModuleType, share_called_better: Share
) -> None:
    assert share_called_better("shuffled", _shuffled(worlds), LONG) <= 0.025


def test_the_trial_has_a_moderator_until_its_labels_are_shuffled() -> None:
    draws = stream("test/null/trial", 1)
    kept = [_interaction(*_trial(draws, shuffled=False)) for _ in range(60)]
    lost = [_interaction(*_trial(draws, shuffled=True)) for _ in range(60)]
    # The slope of 1 has an error of about 0.28 in one trial, 0.04 in the mean of 60.
    assert np.mean([slope for slope, _ in kept]) == pytest.approx(1.0, abs=0.2)
    assert np.mean([slope for slope, _ in lost]) == pytest.approx(0.0, abs=0.2)
    assert np.mean([abs(slope) > 1.96 * error for slope, error in lost]) < 0.2
