"""Order, tie group and the chance of being first."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from equipoise.predict.comparisons import Comparisons
from equipoise.predict.ranking import arrange, chance_of_first, in_order, reordered, tie_group

LIMITS = (2.0, 0.3, 0.15, 0.025)


def pair(*, direct: bool = False, joined: bool = False, disputed: bool = False) -> Comparisons:
    """Return what is known of two options."""
    same, other = np.eye(2, dtype=bool), ~np.eye(2, dtype=bool)
    return Comparisons(same | (other & direct), same | (other & joined), other & disputed)


def draws(above: float) -> np.ndarray:
    """Return draws of two options of which the second is above the first with this chance."""
    lead = np.array([-1.0, 1.0] * 50)
    return np.stack([np.zeros(100), lead + NormalDist().inv_cdf(above)], axis=1)


def test_equal_options_share_a_draw() -> None:
    utility = np.array([[3.0, 3.0, 1.0], [1.0, 1.0, 2.0]])
    assert chance_of_first(utility, 1e-9).tolist() == [0.25, 0.25, 0.5]


def test_a_duplicate_takes_nothing_from_the_others() -> None:
    utility = np.random.default_rng(0).normal(size=(500, 4))
    alone = chance_of_first(utility, 1e-9)
    doubled = chance_of_first(np.hstack([utility, utility[:, [0]]]), 1e-9)
    np.testing.assert_array_equal(doubled[1:4], alone[1:])
    assert doubled[0] == doubled[4] == alone[0] / 2


def test_two_normal_options_against_the_closed_form() -> None:
    # P(U1 > U2) for independent normals: Phi(delta / sqrt(s1^2 + s2^2)).
    rng = np.random.default_rng(1)
    utility = rng.normal([51.0, 50.0], [2.0, 1.5], size=(400_000, 2))
    exact = 0.5 * (1 + math.erf(1 / 2.5 / math.sqrt(2)))
    # Monte Carlo error 0.0008.
    assert chance_of_first(utility, 1e-9)[0] == pytest.approx(exact, abs=0.003)


@pytest.mark.parametrize(
    ("expected", "above", "tied"),
    [
        ([50.0, 48.1], 0.01, True),
        ([50.0, 47.9], 0.01, False),
        ([50.0, 40.0], 0.301, True),
        ([50.0, 40.0], 0.299, False),
    ],
)
def test_when_an_option_is_tied(expected: list[float], above: float, tied: bool) -> None:
    found = tie_group(
        np.array(expected), draws(above), ("a", "b"), pair(direct=True, joined=True), LIMITS
    )
    assert found.tolist() == [True, tied]


@pytest.mark.parametrize(
    ("above", "joined", "tied"),
    [(0.151, True, True), (0.149, True, False), (0.03, False, True), (0.02, False, False)],
)
def test_without_a_direct_comparison_less_doubt_is_enough(
    above: float, joined: bool, tied: bool
) -> None:
    found = tie_group(np.array([50.0, 40.0]), draws(above), ("a", "b"), pair(joined=joined), LIMITS)
    assert found.tolist() == [True, tied]


def test_contradicting_comparisons_put_none_above_the_other() -> None:
    disputed = pair(direct=True, joined=True, disputed=True)
    found = tie_group(np.array([50.0, 40.0]), np.zeros((100, 2)), ("a", "b"), disputed, LIMITS)
    assert found.tolist() == [True, True]


def test_ties_stand_first_by_id_then_the_rest_by_utility() -> None:
    names = ("d", "c", "b", "a")
    expected = np.array([50.0, 49.0, 30.0, 40.0])
    tied = np.array([True, True, False, False])
    assert [names[t] for t in arrange(expected, tied, names)] == ["c", "d", "a", "b"]
    assert [names[t] for t in in_order(np.zeros(4), names)] == ["a", "b", "c", "d"]


def test_a_change_of_places_counts_only_beyond_what_is_too_close_to_call() -> None:
    average = np.array([50.0, 49.0, 40.0])
    # A common loss that is larger for the first: the second passes it by half a point.
    assert not reordered(average, average - np.array([3.0, 1.5, 3.0]), 2.0)
    assert reordered(average, average - np.array([3.0, 0.0, 3.0]), 2.0)
    # A lead that grows is no change of places, nor are equal options.
    assert not reordered(average, np.array([60.0, 49.0, 30.0]), 2.0)
    assert not reordered(np.full(3, 50.0), np.array([60.0, 50.0, 40.0]), 2.0)
