"""Closed forms of the Gaussian update and of the logistic mean."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, special, stats

from equipoise.core.gaussian import condition, expected_logistic, logistic, logit


def test_one_measure_of_reliability_r() -> None:
    r, y = 0.6, 1.5
    mean, covariance, gain = condition(
        np.eye(1), np.array([[r**0.5]]), np.array([[1 - r]]), np.array([y])
    )
    assert mean[0] == pytest.approx(r**0.5 * y, rel=1e-14)
    assert covariance[0, 0] == pytest.approx(1 - r, rel=1e-14)
    assert gain[0, 0] * y == pytest.approx(mean[0], rel=1e-14)


def test_two_parallel_measures_bring_less_than_twice_one() -> None:
    r, y = 0.6, np.array([1.0, 0.4])
    design = np.full((2, 1), r**0.5)
    mean, _, _ = condition(np.eye(1), design, np.eye(2) * (1 - r), y)
    assert mean[0] == pytest.approx(r**0.5 * y.sum() / (1 + r), rel=1e-14)


def test_the_logistic_mean_agrees_with_numerical_integration() -> None:
    for mean, variance in ((0.3, 0.5), (-2.0, 1.5), (0.0, 0.0)):
        if variance == 0:
            truth = float(special.expit(mean))
        else:
            truth, _ = integrate.quad(
                lambda x, m=mean, s=variance**0.5: special.expit(x) * stats.norm.pdf(x, m, s),
                mean - 12,
                mean + 12,
                epsabs=1e-12,
            )
        # 61 nodes integrate a logistic of this width to far better than 1e-9.
        got = expected_logistic(np.array(mean), np.array(variance), 61)
        assert float(got) == pytest.approx(truth, abs=1e-9)


def test_logistic_and_logit_are_inverse_and_do_not_overflow() -> None:
    p = np.array([1e-6, 0.3, 0.5, 0.999])
    np.testing.assert_allclose(logistic(logit(p)), p, rtol=1e-9)
    assert logistic(np.array([-1e4, 1e4])).tolist() == [0.0, 1.0]
