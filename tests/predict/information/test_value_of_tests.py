"""The value of a test against closed forms and brute force."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from equipoise.core.gaussian import expected_logistic, logistic
from equipoise.predict.information.kernels import (
    Beliefs,
    directions,
    trapezoid,
    utilities_given,
    value_of,
)
from equipoise.predict.information.numerics import load_fineness
from equipoise.predict.information.value import (
    contenders,
    evppi,
    perfect_information,
    value_of_test,
)

Array = NDArray[np.float64]
FINE = load_fineness()
NORMAL = NormalDist()
SEED = 1


def closed_form(delta: float, spread: float) -> float:
    """Return the value of learning a difference N(delta, spread^2) of two options (Raiffa 1961)."""
    ratio = delta / spread
    return spread * NORMAL.pdf(ratio) - abs(delta) * NORMAL.cdf(-abs(ratio))


def beliefs_of(
    weights: Array,
    spread: Array | None = None,
    *,
    covariance: Array | None = None,
    intercept: Array | None = None,
    literature: float = 0.2,
    nodes: int = 61,
) -> Beliefs:
    """Return beliefs whose utility is 100 times the chance of response."""
    options, parts = weights.shape
    intercept = np.zeros(options) if intercept is None else intercept
    spread = np.zeros_like(weights) if spread is None else spread
    covariance = np.eye(parts) if covariance is None else covariance
    own = np.einsum("tn,nk,tk->t", weights, covariance, weights)
    variance = literature + own + spread @ np.diag(covariance)
    return Beliefs(
        intercept=intercept,
        weights=weights,
        spread=spread,
        literature=np.full(options, literature),
        mean=np.zeros(parts),
        covariance=covariance,
        utility=100 * expected_logistic(intercept, variance, nodes),
        gain=np.full(options, 100.0),
        eligible=np.ones(options, dtype=bool),
    )


@pytest.fixture
def two_drugs() -> Beliefs:
    """Return two options that one score moves apart, and eighteen that it does not move."""
    weights = np.zeros((20, 2))
    weights[0, 0], weights[1, 0] = 0.3, -0.3
    spread = np.zeros((20, 2))
    spread[:2, 0] = 0.01
    intercept = np.full(20, -0.5)
    intercept[0] = -0.45
    return beliefs_of(weights, spread, intercept=intercept)


def worth(beliefs: Beliefs, error: float, part: int = 0) -> float:
    """Return the value of a test of one part of the state with an error variance."""
    design = np.zeros((1, beliefs.mean.size))
    design[0, part] = 1.0
    return value_of_test(beliefs, design, np.array([[error]]), FINE, SEED).evsi


@pytest.mark.parametrize("delta", [-2.0, -0.3, 0.0, 0.7])
@pytest.mark.parametrize("spread", [0.4, 3.0])
def test_two_options_follow_the_closed_form(delta: float, spread: float) -> None:
    normals, weights = trapezoid(FINE.points, FINE.reach)
    utility = np.stack([np.zeros_like(normals), delta + spread * normals], axis=1)
    value = value_of(utility, weights, int(delta > 0), 0.0, normals)
    # The kink falls between two points: the error of the trapezoid is of the order of its step
    # (5 / 64) squared, 6e-3 of the spread at most.
    assert value.evsi == pytest.approx(closed_form(delta, spread), abs=2e-3 * spread)
    assert value.changes == pytest.approx(NORMAL.cdf(-abs(delta) / spread), abs=1e-6)


def test_small_moves_on_the_logit_scale_follow_the_closed_form() -> None:
    # So small a move that the curve is a straight line: 100 * 0.25 * slope.
    beliefs = beliefs_of(np.array([[0.004], [0.0]]), literature=0.0)
    assert worth(beliefs, 0.0) == pytest.approx(closed_form(0.0, 0.1), rel=2e-3)


def test_a_test_of_nothing_that_moderates_is_worth_exactly_nothing(two_drugs: Beliefs) -> None:
    assert worth(two_drugs, 0.0, part=1) == 0.0
    assert worth(two_drugs, math.inf) == 0.0
    plain = replace(two_drugs, weights=np.zeros((20, 2)), spread=np.zeros((20, 2)))
    assert worth(plain, 0.0) == 0.0


def test_a_choice_that_always_leads_makes_every_test_worth_exactly_nothing(
    two_drugs: Beliefs,
) -> None:
    utility = two_drugs.utility + 50.0 * (np.arange(20) == 7)
    value = value_of_test(
        replace(two_drugs, utility=utility), np.eye(2)[:1], np.zeros((1, 1)), FINE, SEED
    )
    assert (value.evsi, value.changes, value.leads) == (0.0, 0.0, ())


def test_what_is_to_be_avoided_neither_leads_nor_has_to_be_overtaken() -> None:
    # Three options, the best of which may not come first: as if it were not there.
    weights = np.array([[0.3, 0.0], [-0.3, 0.0], [0.5, 0.0]])
    three = beliefs_of(weights, intercept=np.array([-0.45, -0.5, 0.4]))
    kept = replace(three, eligible=np.array([True, True, False]))
    design, noise, fine = np.eye(2)[:1], np.ones((1, 1)), load_fineness()
    found = value_of_test(kept, design, noise, fine, 1)
    alone = value_of_test(three.of(np.array([0, 1])), design, noise, fine, 1)
    assert found.evsi == pytest.approx(alone.evsi, rel=1e-12)
    assert found.leads == alone.leads
    assert found.evsi > 0


def test_more_error_is_never_worth_more(two_drugs: Beliefs) -> None:
    values = [worth(two_drugs, error) for error in (0.0, 0.25, 1.0, 4.0, math.inf)]
    assert all(more > less for more, less in itertools.pairwise(values))
    assert values[4] == 0.0


def test_a_perfect_test_is_worth_what_is_known_of_the_part(two_drugs: Beliefs) -> None:
    rng = np.random.default_rng(3)
    score = rng.standard_normal(400_000)
    given_score = np.full((2, score.size), -1.0)
    for option in range(2):
        mean = two_drugs.intercept[option] + two_drugs.weights[option, 0] * score
        variance = 0.2 + 0.01 * score**2
        given_score[option] = 100 * expected_logistic(mean, variance, 21)
    best = np.maximum(given_score.max(axis=0), two_drugs.utility[2:].max())
    brute = best - given_score[0]
    value = evppi(two_drugs, np.eye(2)[0], FINE, SEED)
    assert value.evsi == pytest.approx(brute.mean(), abs=4 * brute.std() / math.sqrt(score.size))


def _inner(draws: int) -> tuple[float, float]:
    """Return the greatest difference of the inner expectation from draws, and its error."""
    covariance = np.array([[0.8, 0.3, 0.1], [0.3, 0.7, 0.0], [0.1, 0.0, 0.4]])
    weights = np.array([[0.3, 0.0, 1.0], [-0.2, 0.25, 0.0]])
    spread = np.array([[0.01, 0.0, 0.0], [0.0036, 0.0064, 0.0]])
    start = beliefs_of(weights, spread, covariance=covariance, intercept=np.array([0.2, -0.7]))
    beliefs = replace(start, mean=np.array([0.4, -0.2, 0.1]))
    design, noise = np.array([[0.7, 0.2, 0.0]]), np.array([[0.5]])
    paths = directions(beliefs, design, noise)
    after = utilities_given(beliefs, paths, np.array([[-1.5], [0.0], [1.0]]), FINE.nodes)
    rng = np.random.default_rng(11)
    total = float((design @ covariance @ design.T + noise)[0, 0])
    worst = error = 0.0
    for place, normal in enumerate((-1.5, 0.0, 1.0)):
        # Bayes by the textbook, not through the kernel's directions.
        gain = covariance @ design[0] / total
        result = math.sqrt(total) * normal * np.sign(paths[0, 0] * gain[0])
        left = covariance - np.outer(gain, gain) * total
        state = rng.multivariate_normal(beliefs.mean + gain * result, left, draws)
        for option in range(2):
            slope = weights[option] + np.sqrt(spread[option]) * rng.standard_normal((draws, 3))
            logit = beliefs.intercept[option] + math.sqrt(0.2) * rng.standard_normal(draws)
            chance = logistic(logit + (slope * state).sum(axis=1))
            # What the kernel adds to today's utility counts from the same quadrature now.
            now = expected_logistic(
                np.array(beliefs.intercept[option] + weights[option] @ beliefs.mean),
                np.array(
                    0.2
                    + weights[option] @ covariance @ weights[option]
                    + spread[option] @ (beliefs.mean**2 + np.diag(covariance))
                ),
                FINE.nodes,
            )
            kernel = (after[place, option] - beliefs.utility[option]) / 100 + float(now)
            worst = max(worst, abs(kernel - chance.mean()))
            error = max(error, chance.std() / math.sqrt(draws))
    return worst, error


def test_the_inner_expectation_equals_draws() -> None:
    worst, error = _inner(40_000)
    assert worst < 4 * error


@pytest.mark.slow
def test_the_inner_expectation_equals_many_draws() -> None:
    worst, error = _inner(400_000)
    assert worst < 4 * error
    assert worst < 2e-3


def test_what_is_expected_of_an_option_does_not_change_by_looking(two_drugs: Beliefs) -> None:
    design, noise = np.array([[0.8, 0.0]]), np.array([[0.4]])
    paths = directions(two_drugs, design, noise)
    normals, weights = trapezoid(FINE.points, FINE.reach)
    after = utilities_given(two_drugs, paths, normals[:, None], FINE.nodes)
    assert np.abs(weights @ after - two_drugs.utility).max() / 100 < 2e-5


def test_a_hundred_and_twenty_nine_points_are_enough(two_drugs: Beliefs) -> None:
    for intercept in (-0.45, -0.48, -0.3):
        utility = two_drugs.utility.copy()
        utility[0] = 100 * float(expected_logistic(np.array(intercept), np.array(0.3), 61))
        beliefs = replace(two_drugs, utility=utility)
        design = np.eye(2)[:1]
        coarse = value_of_test(beliefs, design, np.array([[0.5]]), FINE, SEED)
        many = replace(FINE, points=4097)
        fine = value_of_test(beliefs, design, np.array([[0.5]]), many, SEED)
        assert coarse.evsi == pytest.approx(fine.evsi, rel=3e-3)
        assert coarse.changes == pytest.approx(fine.changes, abs=1e-3)


def test_results_with_few_values_are_added_up_exactly() -> None:
    # A gene in three forms; today option 1 leads by 0.5.
    chances = np.array([0.7, 0.25, 0.05])
    utility = np.array([[40.0, 41.0], [41.0, 40.5], [44.0, 30.0]])
    value = value_of(utility, chances, 1, 0.6)
    assert value.evsi == pytest.approx(0.25 * 0.5 + 0.05 * 14.0)
    assert value.changes == pytest.approx(0.05)
    assert [option for option, _ in value.leads] == [0]
    assert value.leads[0][1] == pytest.approx(0.05)


@pytest.fixture
def two_scores() -> Beliefs:
    """Return three options that two scores move, so that two results matter apart."""
    weights = np.array([[0.3, 0.0], [0.0, 0.3], [-0.1, -0.2]])
    return beliefs_of(weights, intercept=np.array([-0.5, -0.5, -0.4]))


def test_two_results_agree_with_brute_force(two_scores: Beliefs) -> None:
    noise = np.diag([0.3, 0.6])
    value = value_of_test(two_scores, np.eye(2), noise, FINE, SEED)
    rng = np.random.default_rng(5)
    paths = directions(two_scores, np.eye(2), noise)
    utility = utilities_given(two_scores, paths, rng.standard_normal((200_000, 2)), 21)
    gain = utility.max(axis=1) - utility[:, int(two_scores.utility.argmax())]
    slack = 4 * math.hypot(value.error, gain.std() / math.sqrt(gain.size))
    assert 0 < value.error < 0.03 * value.evsi
    assert value.evsi == pytest.approx(gain.mean(), abs=slack)


def test_a_set_is_worth_at_least_its_parts(two_scores: Beliefs) -> None:
    noise = np.diag([0.3, 0.6])
    whole = value_of_test(two_scores, np.eye(2), noise, FINE, SEED)
    for part in range(2):
        alone = value_of_test(two_scores, np.eye(2)[[part]], noise[[part]][:, [part]], FINE, SEED)
        assert whole.evsi >= alone.evsi - 2 * whole.error


def test_two_results_about_one_score_are_added_up_without_error(two_drugs: Beliefs) -> None:
    design = np.array([[0.8, 0.0], [0.5, 0.0]])
    both = value_of_test(two_drugs, design, np.diag([0.36, 0.75]), FINE, SEED)
    # Precisions of independent errors add up: 0.64 / 0.36 + 0.25 / 0.75.
    precision = 0.64 / 0.36 + 0.25 / 0.75
    assert both.error == 0.0
    assert both.evsi == pytest.approx(worth(two_drugs, 1 / precision), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(4)), seed=st.integers(0, 9))
def test_the_order_of_options_and_results_changes_nothing(order: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = 0.3 * rng.standard_normal((4, 2))
    beliefs = beliefs_of(weights, intercept=0.1 * rng.standard_normal(4))
    design, noise = np.array([[0.9, 0.0], [0.5, 0.4]]), np.diag([0.2, 0.8])
    one = value_of_test(beliefs, design[:1], noise[:1, :1], FINE, SEED)
    turned = value_of_test(beliefs.of(np.array(order)), design[:1], noise[:1, :1], FINE, SEED)
    assert turned.evsi == pytest.approx(one.evsi, abs=1e-12)
    assert [order[t] for t, _ in turned.leads] == [t for t, _ in one.leads]
    both = value_of_test(beliefs, design, noise, FINE, SEED)
    other = value_of_test(beliefs, design[::-1], noise[::-1, ::-1], FINE, SEED)
    assert other.evsi == pytest.approx(both.evsi, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 99), error=st.floats(0.01, 50.0))
def test_no_test_is_worth_less_than_nothing_or_more_than_knowing_all(
    seed: int, error: float
) -> None:
    rng = np.random.default_rng(seed)
    beliefs = beliefs_of(0.4 * rng.standard_normal((5, 1)), intercept=0.2 * rng.standard_normal(5))
    value = worth(beliefs, error)
    assert 0.0 <= value <= evppi(beliefs, np.ones(1), FINE, SEED).evsi + 1e-6


def _any_beliefs(seed: int) -> Beliefs:
    """Return five options with slopes, doubt and rates of chance."""
    rng = np.random.default_rng(seed)
    weights, spread = 0.5 * rng.standard_normal((5, 1)), 0.05 * rng.random((5, 1))
    return beliefs_of(weights, spread, intercept=0.3 * rng.standard_normal(5))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 99), errors=st.tuples(st.floats(0, 20), st.floats(0, 20)))
def test_a_more_reliable_test_is_never_worth_less(seed: int, errors: tuple[float, float]) -> None:
    beliefs = _any_beliefs(seed)
    sure, unsure = (worth(beliefs, error) for error in sorted(errors))
    # Both are sums over 129 points; where the value is small their errors differ by this much.
    assert sure >= unsure - 2e-3


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 99), error=st.floats(0, 20))
def test_whatever_the_options_a_test_of_no_moderator_is_worth_nothing(
    seed: int, error: float
) -> None:
    beliefs = _any_beliefs(seed)
    silent = replace(
        beliefs, weights=np.zeros_like(beliefs.weights), spread=np.zeros_like(beliefs.spread)
    )
    assert worth(silent, error) == 0.0


def test_knowing_everything_is_worth_the_mean_regret() -> None:
    utility = np.array([[1.0, 2.0], [5.0, 3.0], [2.0, 2.0]])
    assert perfect_information(utility, 1) == pytest.approx(2.0 / 3)


def test_general_prognosis_moves_no_order_of_equal_treatments() -> None:
    """Options of equal worth and burden never cross: one slope common to all is worth nothing."""
    beliefs = beliefs_of(np.full((3, 1), 0.4), intercept=np.array([-0.5, -0.2, 0.1]))
    assert worth(beliefs, 0.0) == 0.0


def test_general_prognosis_can_matter_through_unequal_burdens() -> None:
    """A weak option without burden leads where hardly anybody responds, a strong one elsewhere."""
    beliefs = beliefs_of(np.full((2, 1), 1.0), intercept=np.array([-0.3, 0.3]), literature=0.0)
    burden = float(beliefs.utility[1] - beliefs.utility[0]) - 0.01
    even = replace(beliefs, utility=beliefs.utility - np.array([0.0, burden]))
    assert worth(even, 0.0) > 0.05


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 99))
def test_options_that_are_passed_over_never_lead(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights, spread = 0.5 * rng.standard_normal((30, 2)), 0.05 * rng.random((30, 2))
    beliefs = beliefs_of(weights, spread, intercept=rng.standard_normal(30), nodes=FINE.nodes)
    paths = directions(beliefs, np.array([[0.9, 0.2]]), np.array([[0.3]]))
    normals = np.linspace(-5.0, 5.0, 401)[:, None]
    utility = utilities_given(beliefs, paths, normals, FINE.nodes)
    leaders = set(utility.argmax(axis=1))
    kept = set(contenders(beliefs, paths, np.arange(30), 5.0))
    assert leaders <= kept
    assert len(kept) < 30


def test_a_second_name_of_an_option_changes_no_value(two_drugs: Beliefs) -> None:
    twice = two_drugs.of(np.array([0, 0, *range(1, 20)]))
    assert worth(twice, 0.5) == pytest.approx(worth(two_drugs, 0.5), rel=1e-12)
    assert worth(twice, 0.5, part=1) == 0.0
