"""What one outcome teaches: against integrals on a grid and the figures of the decision model."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.predict.history.learning import Beliefs, Outcome, learn, tilted

NODES = 21


def _grid(mean: float, variance: float, weight: float, *, happened: bool) -> tuple[float, float]:
    """Return the tilted moments by the trapezoidal rule on 20,001 points."""
    logits = mean + np.sqrt(variance) * np.linspace(-12, 12, 20_001)
    chance = 1 / (1 + np.exp(-logits))
    density = np.exp(-((logits - mean) ** 2) / (2 * variance))
    density *= (chance if happened else 1 - chance) ** weight
    density /= density.sum()
    centre = float(density @ logits)
    return centre, float(density @ (logits - centre) ** 2)


@given(
    mean=st.floats(-2.5, 1.5),
    variance=st.floats(0.02, 1.2),
    weight=st.floats(0.0, 1.0),
    happened=st.booleans(),
)
def test_the_tilted_moments_are_those_of_the_integral(
    mean: float, variance: float, weight: float, happened: bool
) -> None:
    found = tilted(mean, variance, weight, NODES, happened=happened)
    # 21 nodes; the trapezoidal rule is exact to about 1e-12 here.
    assert found == pytest.approx(_grid(mean, variance, weight, happened=happened), abs=1e-6)


def _failures(class_sd: float, option_sd: float, count: int) -> float:
    """Return what `count` failed drugs of a class say of another, at a chance of one half."""
    # The state: the class, then one deviation for each drug tried.
    variances = np.array([class_sd**2] + [option_sd**2] * count)
    beliefs = Beliefs(np.zeros(count + 1), np.diag(variances))
    for place in range(count):
        row = np.zeros(count + 1)
        row[[0, place + 1]] = 1.0
        outcome = Outcome(row, 0.0, 0.0, np.zeros(count + 1), 1.0, happened=False)
        beliefs = learn(beliefs, outcome, NODES)
    return float(beliefs.mean[0])


def test_another_drug_of_the_class_falls_as_measured_before() -> None:
    # Decision model, section 6: 0.07, 0.14 and 0.21 before recentring.
    falls = [-_failures(0.4, 0.3, count) for count in (1, 2, 3)]
    assert falls == pytest.approx([0.07, 0.14, 0.21], abs=0.0075)
    assert falls[0] == pytest.approx(0.073, abs=0.004)


def test_two_failures_of_a_class_against_brute_force() -> None:
    rng = np.random.default_rng(5)
    people = 1_000_000
    own = 0.4 * rng.standard_normal(people)
    weight = np.ones(people)
    for _ in range(2):
        weight /= 1 + np.exp(own + 0.3 * rng.standard_normal(people))
    exact = float(weight @ own / weight.sum())
    # Weighted mean of a million people: standard error about 0.0005; the Gaussian adds less.
    assert _failures(0.4, 0.3, 2) == pytest.approx(exact, abs=0.002)


def test_a_weight_of_0_and_no_spread_teach_nothing() -> None:
    before = Beliefs(np.array([0.2, -0.1]), np.diag([0.3, 0.2]))
    row = np.array([1.0, 0.0])
    same = learn(before, Outcome(row, -0.5, 0.1, np.zeros(2), 0.0, happened=False), NODES)
    # The moments of a normal density by 21 nodes, exact but for rounding.
    np.testing.assert_allclose(same.mean, before.mean, atol=1e-12)
    np.testing.assert_allclose(same.covariance, before.covariance, atol=1e-12)
    sure = Beliefs(np.zeros(2), np.zeros((2, 2)))
    assert learn(sure, Outcome(row, 0.0, 0.0, np.zeros(2), 1.0, happened=False), NODES) is sure


@given(level=st.floats(-2, 1), noise=st.floats(0, 1), weight=st.floats(0.05, 1))
def test_a_failure_lowers_and_more_error_of_the_evidence_lowers_less(
    level: float, noise: float, weight: float
) -> None:
    before = Beliefs(np.zeros(2), np.diag([0.16, 0.04]))
    falls = []
    for error in (noise, noise + 0.5):
        row = np.ones(2)
        outcome = Outcome(row, level, error, np.zeros(2), weight, happened=False)
        after = learn(before, outcome, NODES)
        assert (after.mean < 0).all()
        assert np.linalg.eigvalsh(after.covariance).min() > 0
        falls.append(-after.mean[0])
    # The wider the logit, the more of a failure is put down to the drug; only where the drug was
    # unlikely to work at all does a wider logit bring in chances that would have been missed.
    if level >= 0:
        assert falls[1] < falls[0]
