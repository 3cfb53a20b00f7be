"""League tables and P-scores."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.network import NetworkFit, fit_network
from equipoise.evidence.synthesis.network_data import from_contrasts
from equipoise.evidence.synthesis.ranking import league, p_scores


def chain() -> NetworkFit:
    """Return a and b against c: a - c = 1 (3), b - c = 0.25 (4)."""
    data = from_contrasts(["s", "t"], ["a", "b"], ["c", "c"], [1, 0.25], [3, 4])
    return fit_network(data, reference="c")


def test_every_ordered_pair_by_hand() -> None:
    table = league(chain())
    assert (table.treatments, table.level) == (("c", "a", "b"), 0.95)
    assert table.estimate == pytest.approx(
        np.array([[0, -1, -0.25], [1, 0, 0.75], [0.25, -0.75, 0]])
    )
    assert table.se == pytest.approx(np.array([[0, 3, 4], [3, 0, 5], [4, 5, 0]]))
    reach = NormalDist().inv_cdf(0.975)  # 1.959964
    assert table.low[1, 2] == pytest.approx(0.75 - 5 * reach)
    assert table.high[1, 2] == pytest.approx(0.75 + 5 * reach)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, -0.5])
def test_a_level_lies_between_0_and_1(level: float) -> None:
    with pytest.raises(InputError, match="level"):
        league(chain(), level)


def test_p_scores_by_hand() -> None:
    below = NormalDist().cdf
    c, a, b = p_scores(chain())
    assert c == pytest.approx((below(-1 / 3) + below(-0.25 / 4)) / 2)
    assert a == pytest.approx((below(1 / 3) + below(0.75 / 5)) / 2)
    assert b == pytest.approx((below(0.25 / 4) + below(-0.75 / 5)) / 2)


def test_smaller_may_be_better() -> None:
    fit = chain()
    turned = p_scores(fit, larger_is_better=False)
    assert turned == pytest.approx([1 - score for score in p_scores(fit)])


def test_equal_treatments_have_one_half() -> None:
    pairs = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")]
    one, two = zip(*pairs, strict=True)
    fit = fit_network(from_contrasts("stuv", one, two, [0] * 4, [1, 2, 3, 4]))
    assert p_scores(fit) == pytest.approx([0.5] * 4)


def test_certain_differences_give_the_order() -> None:
    data = from_contrasts("stu", "abc", "bcd", [1, 1, 1], [1e-3] * 3)
    assert p_scores(fit_network(data)) == pytest.approx([1, 2 / 3, 1 / 3, 0])


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=9), st.integers(0, 2**32 - 1))
def test_p_scores_add_up_to_half_the_treatments(estimates: list[float], seed: int) -> None:
    size = len(estimates)
    root = np.random.default_rng(seed).normal(size=(size, size))
    covariance = root @ root.T + np.eye(size)
    names = tuple(map(str, range(size)))
    fit = replace(chain(), treatments=names, estimates=np.array(estimates), covariance=covariance)
    scores = p_scores(fit)
    assert sum(scores) == pytest.approx(size / 2)
    assert all(0 <= score <= 1 for score in scores)


def test_p_scores_leave_the_fit_as_it_was() -> None:
    fit = chain()
    before = fit.estimates.copy(), fit.covariance.copy()
    assert p_scores(fit) == p_scores(fit)
    league(fit)
    assert (fit.estimates == before[0]).all()
    assert (fit.covariance == before[1]).all()
