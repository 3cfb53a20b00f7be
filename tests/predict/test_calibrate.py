"""The calibrated intercept against integration by another rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from equipoise.core.gaussian import logistic, logit
from equipoise.predict.calibrate import calibrate_draws, calibrate_intercept, expect
from equipoise.predict.settings import load_settings

Array = NDArray[np.float64]
NUMERICS = load_settings().numerics


def _integral(mean: float, variance: float) -> float:
    """Return E[logistic(z)] by the trapezoidal rule on 40,001 points."""
    z = np.linspace(-10, 10, 40_001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.trapezoid(density * logistic(mean + np.sqrt(variance) * z), z))


@given(st.floats(0.02, 0.98), st.floats(0.0, 1.5))
def test_average_in_is_average_out(chance: float, variance: float) -> None:
    a = calibrate_intercept(np.array([chance]), np.array([variance]), NUMERICS)
    # 1e-8 is what the decision model asks for; both rules are exact to about 1e-12 here.
    assert _integral(float(a[0]), variance) == pytest.approx(chance, abs=1e-8)


def test_without_variance_it_is_the_logit() -> None:
    chance = np.array([0.1, 0.5, 0.83])
    a = calibrate_intercept(chance, np.zeros(3), NUMERICS)
    np.testing.assert_allclose(a, logit(chance), atol=1e-12)


def test_the_start_alone_is_close_and_two_steps_are_enough() -> None:
    # Figures of the decision model: start 0.004 at variance 0.5 (one digit), below 1e-8
    # after two steps.
    chance, variance = np.linspace(0.1, 0.9, 33), np.full(33, 0.5)
    for steps, error in ((0, 0.0045), (2, 1e-8)):
        a = calibrate_intercept(chance, variance, replace(NUMERICS, newton_steps=steps))
        found, _ = expect(a, variance, NUMERICS.nodes)
        assert np.abs(found - chance).max() < error


def test_the_slope_is_that_of_the_chance() -> None:
    mean, variance, step = np.array([-1.0, 0.3]), np.array([0.4, 1.0]), 1e-5
    up, _ = expect(mean + step, variance, NUMERICS.nodes)
    down, _ = expect(mean - step, variance, NUMERICS.nodes)
    _, slope = expect(mean, variance, NUMERICS.nodes)
    # Central difference: error of the order of step squared.
    np.testing.assert_allclose((up - down) / (2 * step), slope, atol=1e-9)


def test_every_draw_is_calibrated() -> None:
    theta = np.random.default_rng(1).normal(-0.5, 0.6, (400, 3))
    theta[:, 2] = -0.2
    variance = np.array([0.29, 0.6, 0.3])
    a = calibrate_draws(theta, variance, NUMERICS)
    found, _ = expect(a, np.broadcast_to(variance, a.shape), NUMERICS.nodes)
    # Straight lines between 257 points over about 4 units of logit.
    np.testing.assert_allclose(found, logistic(theta), atol=2e-6)


def test_without_calibration_an_average_is_not_returned() -> None:
    # What the intercept is for: leaving the logit as it is moves 20 % by more than a point.
    found, _ = expect(logit(np.array([0.2])), np.array([0.5]), NUMERICS.nodes)
    assert found[0] - 0.2 > 0.01
