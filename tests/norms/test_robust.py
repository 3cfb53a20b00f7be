"""The robust model against R: MASS 7.3-58.2 under R 4.2.2, and its errors by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.core.streams import stream
from equipoise.norms.robust import robust_fit

# Brownlee's stack loss, as in R's data set `stackloss`: loss, air flow, water, acid.
STACKLOSS = np.array([
    *((42, 80, 27, 89), (37, 80, 27, 88), (37, 75, 25, 90), (28, 62, 24, 87), (18, 62, 22, 87)),
    *((18, 62, 23, 87), (19, 62, 24, 93), (20, 62, 24, 93), (15, 58, 23, 87), (14, 58, 18, 80)),
    *((14, 58, 18, 89), (13, 58, 17, 88), (11, 58, 18, 82), (12, 58, 19, 93), (8, 50, 18, 89)),
    *((7, 50, 18, 86), (8, 50, 19, 72), (8, 50, 19, 79), (9, 50, 20, 80), (15, 56, 20, 82)),
    (15, 70, 20, 91),
]).astype(float)
# rlm(stack.loss ~ ., stackloss, scale.est = "proposal 2", acc = 1e-12, maxit = 500)
COEFFICIENTS = (-41.140878413077, 0.816732448344, 0.983794408114, -0.131433292638)
ERRORS = (10.638935686870, 0.120607594206, 0.329134795394, 0.139778304857)
SCALE = 2.85513271975
WEIGHTS = {2: 0.932057787441, 3: 0.606937642622, 20: 0.439082861929}
# Both iterate to convergence in double precision.
CLOSE = 1e-7


def _with_intercept(columns: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(columns)), columns])


def test_equals_rlm() -> None:
    found = robust_fit(_with_intercept(STACKLOSS[:, 1:]), STACKLOSS[:, 0], 1.345)
    np.testing.assert_allclose(found.coefficients, COEFFICIENTS, rtol=CLOSE)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), ERRORS, rtol=CLOSE)
    assert found.sd == pytest.approx(SCALE, rel=CLOSE)
    expected = np.ones(len(STACKLOSS))
    expected[list(WEIGHTS)] = list(WEIGHTS.values())
    np.testing.assert_allclose(found.weights, expected, rtol=CLOSE)


def test_without_far_values_it_is_least_squares() -> None:
    generator = stream("test/robust", 1)
    design = _with_intercept(generator.uniform(-1, 1, (30, 2)))
    values = design @ [1.0, 2.0, 3.0] + generator.uniform(-1, 1, 30)
    found = robust_fit(design, values, 10.0)
    best = np.linalg.lstsq(design, values, rcond=None)[0]
    np.testing.assert_allclose(found.coefficients, best, atol=1e-8)
    residuals = values - design @ best
    # With a constant that no residual reaches the scale is the usual one, and so is its error.
    assert found.sd == pytest.approx(np.sqrt((residuals**2).sum() / 27), rel=1e-6)
    assert found.sd_error == pytest.approx(found.sd / np.sqrt(2 * 27), rel=1e-6)


def test_one_far_person_does_not_carry_it_away() -> None:
    generator = stream("test/robust", 2)
    design = _with_intercept(generator.standard_normal((40, 1)))
    values = design @ [4000.0, 100.0] + 300 * generator.standard_normal(40)
    clean = robust_fit(design, values, 1.345)
    values[3] += 1e5
    spoilt = robust_fit(design, values, 1.345)
    assert abs(spoilt.coefficients[0] - clean.coefficients[0]) < 0.2 * clean.sd
    assert spoilt.sd < 1.3 * clean.sd
    assert spoilt.weights[3] < 0.01
    mean_moved = 1e5 / 40
    assert mean_moved > 5 * clean.sd  # what least squares would have done


def test_errors_hold_in_simulated_controls() -> None:
    generator = stream("test/robust", 3)
    sds, sd_errors, scores = [], [], []
    for _ in range(600):
        design = _with_intercept(generator.standard_normal((40, 3)))
        found = robust_fit(design, generator.standard_normal(40), 1.345)
        sds.append(found.sd)
        sd_errors.append(found.sd_error)
        scores.append(found.coefficients[0] / np.sqrt(found.covariance[0, 0]))
    # 600 draws: standard errors of these figures are 0.006, 0.004 and 0.03.
    assert np.mean(sds) == pytest.approx(1.0, abs=0.06)
    assert np.mean(sd_errors) == pytest.approx(np.std(sds), rel=0.15)
    assert np.std(scores) == pytest.approx(1.0, abs=0.1)


def test_no_residual_at_all() -> None:
    design = _with_intercept(np.arange(10.0)[:, None])
    found = robust_fit(design, design @ [1.0, 2.0], 1.345)
    assert found.sd == 0.0
