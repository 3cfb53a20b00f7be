"""The measurement model against closed forms, and the rules that it must keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from equipoise.profile.kernels import (
    Errors,
    error_covariance,
    posterior,
    prior_covariance,
    true_scores,
)

Array = NDArray[np.float64]
JITTER = 1e-12
shares = st.floats(0.05, 0.95)


def _errors(reliability: list[float]) -> Errors:
    r = np.array(reliability)
    nothing = np.zeros(r.size)
    return Errors(r, nothing, nothing, np.ones(r.size), np.ones(r.size), np.zeros((r.size, r.size)))


def _score(row: Array, mean: Array, covariance: Array) -> tuple[float, float]:
    return float(row @ mean), float(row @ covariance @ row)


@given(shares, st.floats(-3, 3), shares)
def test_one_measure(r: float, y: float, loading: float) -> None:
    # Closed form: E[tau | y] = sqrt(r) y and Var = 1 - r, whatever the measure loads on.
    prior = prior_covariance(1, 1, 0.0)
    rows = true_scores(np.array([[loading]]), prior)
    mean, covariance, _ = posterior(prior, rows, _errors([r]), np.array([y]), JITTER)
    expected, variance = _score(rows[0], mean, covariance)
    assert expected == pytest.approx(np.sqrt(r) * y, abs=1e-9)
    assert variance == pytest.approx(1 - r, abs=1e-9)


@given(shares, st.floats(-3, 3), st.floats(-3, 3))
def test_two_parallel_measures_count_less_than_twice(r: float, first: float, second: float) -> None:
    # Closed form for two measures of one true score: sqrt(r) (y1 + y2) / (1 + r).
    prior = prior_covariance(1, 2, 0.0)
    rows = true_scores(np.array([[1.0], [1.0]]), prior)
    observed = np.array([first, second])
    mean, covariance, _ = posterior(prior, rows, _errors([r, r]), observed, JITTER)
    expected, variance = _score(rows[0], mean, covariance)
    assert expected == pytest.approx(np.sqrt(r) * (first + second) / (1 + r), abs=1e-9)
    assert variance == pytest.approx((1 - r) / (1 + r), abs=1e-9)


def test_a_second_copy_with_the_same_error_changes_nothing() -> None:
    # Two readings of one value whose whole error is shared: y = tau + e, Var(e) = 0.5.
    prior = prior_covariance(1, 2, 0.0)
    rows = true_scores(np.array([[1.0], [1.0]]), prior)
    one = replace(_errors([1.0]), together=np.full((1, 1), 0.5))
    two = replace(_errors([1.0, 1.0]), together=np.full((2, 2), 0.5))
    alone, narrow, _ = posterior(prior, rows[:1], one, np.array([1.2]), JITTER)
    both, same, _ = posterior(prior, rows, two, np.array([1.2, 1.2]), JITTER)
    assert both[0] == pytest.approx(alone[0], abs=1e-6)
    assert same[0, 0] == pytest.approx(narrow[0, 0], abs=1e-6)
    assert alone[0] == pytest.approx(1.2 / 1.5, abs=1e-9)


def _random_case(seed: int, measures: int) -> tuple[Array, Array, Errors, Array]:
    rng = np.random.default_rng(seed)
    prior = prior_covariance(3, measures, 0.2)
    loadings = rng.uniform(-0.5, 0.5, (measures, 3))
    shared = 0.1 * np.ones((measures, measures))
    errors = Errors(
        reliability=rng.uniform(0.2, 0.9, measures),
        measurement=rng.uniform(0, 1, measures),
        norm=rng.uniform(0, 0.3, measures),
        present=rng.uniform(0.2, 1, measures),
        coverage=rng.uniform(0.5, 1, measures),
        together=shared,
    )
    return prior, true_scores(loadings, prior), errors, rng.normal(size=measures)


@given(st.integers(0, 10_000))
def test_contributions_add_up(seed: int) -> None:
    prior, rows, errors, observed = _random_case(seed, 4)
    mean, covariance, parts = posterior(prior, rows, errors, observed, JITTER)
    np.testing.assert_array_equal(parts.sum(axis=1), mean)
    np.testing.assert_array_equal(covariance, covariance.T)
    assert np.linalg.eigvalsh(covariance).min() > -1e-12


@given(st.integers(0, 10_000))
def test_the_order_of_measures_does_not_matter(seed: int) -> None:
    prior, rows, errors, observed = _random_case(seed, 4)
    order = np.random.default_rng(seed + 1).permutation(4)
    turned = Errors(
        errors.reliability[order],
        errors.measurement[order],
        errors.norm[order],
        errors.present[order],
        errors.coverage[order],
        errors.together[np.ix_(order, order)],
    )
    mean, covariance, _ = posterior(prior, rows, errors, observed, JITTER)
    again, same, _ = posterior(prior, rows[order], turned, observed[order], JITTER)
    np.testing.assert_allclose(again, mean, atol=1e-12)
    np.testing.assert_allclose(same, covariance, atol=1e-12)


@given(st.integers(0, 10_000))
def test_a_missing_measure_widens_and_never_narrows(seed: int) -> None:
    prior, rows, errors, observed = _random_case(seed, 4)
    fewer = Errors(
        errors.reliability[:3],
        errors.measurement[:3],
        errors.norm[:3],
        errors.present[:3],
        errors.coverage[:3],
        errors.together[:3, :3],
    )
    _, all_four, _ = posterior(prior, rows, errors, observed, JITTER)
    _, three, _ = posterior(prior, rows[:3], fewer, observed[:3], JITTER)
    assert np.all(np.diag(three) >= np.diag(all_four) - 1e-12)
    assert np.all(np.diag(prior) >= np.diag(three) - 1e-12)


@given(
    shares,
    st.floats(0.1, 3),
    st.sampled_from(["measurement", "norm", "present", "coverage"]),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_more_error_is_never_a_larger_shift(
    r: float, y: float, what: str, one: float, other: float
) -> None:
    prior = prior_covariance(1, 1, 0.0)
    rows = true_scores(np.array([[0.8]]), prior)
    less, more = sorted((one, other))
    if what in {"present", "coverage"}:
        less, more = 1 - 0.9 * less, 1 - 0.9 * more
    shifts = []
    for value in (less, more):
        errors = replace(_errors([r]), **{what: np.array([value])})
        mean, covariance, _ = posterior(prior, rows, errors, np.array([y]), JITTER)
        shifts.append(_score(rows[0], mean, covariance))
    (shift, variance), (smaller, wider) = shifts
    assert abs(smaller) <= abs(shift) + 1e-12
    assert wider >= variance - 1e-12


def test_an_old_value_keeps_the_variance_of_what_is_observed() -> None:
    # y stays standardised among patients: rho^2 r + r (1 - rho^2) + 1 - r = 1.
    prior = prior_covariance(1, 1, 0.0)
    rows = true_scores(np.array([[0.8]]), prior)
    errors = replace(_errors([0.6]), present=np.array([0.5]))
    total = 0.25 * 0.6 * (rows @ prior @ rows.T) + error_covariance(errors)
    assert total[0, 0] == pytest.approx(1.0)


def test_two_thirds_coverage_divides_the_information() -> None:
    errors = replace(_errors([0.6]), coverage=np.array([2 / 3]))
    assert error_covariance(errors)[0, 0] == pytest.approx(0.4 * 1.5)


def test_the_larger_of_retest_and_own_error_counts() -> None:
    errors = replace(_errors([0.6, 0.6]), measurement=np.array([0.1, 0.9]))
    assert np.diag(error_covariance(errors)) == pytest.approx([0.4, 0.81])


def test_true_scores_have_unit_variance() -> None:
    prior = prior_covariance(3, 2, 0.3)
    rows = true_scores(np.array([[0.8, 0.0, 0.0], [0.3, 0.3, 0.0]]), prior)
    assert np.diag(rows @ prior @ rows.T) == pytest.approx([1.0, 1.0])


def test_loadings_cannot_explain_more_than_everything() -> None:
    with pytest.raises(ValueError, match="more than its variance"):
        true_scores(np.array([[0.8, 0.8]]), prior_covariance(2, 1, 0.0))


def test_nothing_measured_is_the_prior_to_the_last_bit() -> None:
    prior = prior_covariance(2, 2, 0.0)
    rows = true_scores(np.zeros((2, 2)), prior)[:0]
    mean, covariance, parts = posterior(prior, rows, _errors([]), np.array([]), JITTER)
    np.testing.assert_array_equal(mean, np.zeros(4))
    np.testing.assert_array_equal(covariance, prior)
    assert parts.shape == (4, 0)
