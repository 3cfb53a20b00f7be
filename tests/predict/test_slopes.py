"""How a moderator is shared out between options, against exact conditioning."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from equipoise.core.gaussian import condition
from equipoise.core.nouns import Moderation
from equipoise.predict.settings import load_settings
from equipoise.predict.slopes import about_the_person, moments, slopes_of

SETTINGS = load_settings()
PAIR = ("escitalopram", "nortriptyline")
CRP = ("blood.crp_hs",)
ONE, UNIT = np.ones(1), np.eye(1)


def test_two_active_options_as_the_exact_posterior(
    make_moderation: Callable[..., Moderation],
) -> None:
    # Prior: each slope N(0, tau^2 / 2), tau = 0.06 at grade D. A contrast of 0.6243 (0.1578) on
    # observed scale with reliability 0.6, without selection: the difference is 0.0643 (0.058).
    tau, a = 0.06, np.sqrt(0.6)
    mean, covariance, _ = condition(
        np.eye(2) * tau**2 / 2, np.array([[-a, a]]), np.array([[0.1578**2]]), np.array([0.6243])
    )
    difference = np.array([-1.0, 1.0])
    estimate = float(difference @ mean)
    error = float(np.sqrt(difference @ covariance @ difference))
    assert estimate == pytest.approx(0.0643, abs=1e-4)
    row = make_moderation("D", estimate=estimate, standard_error=error)
    slopes = slopes_of((row,), PAIR, frozenset(PAIR), SETTINGS)
    # At a score of exactly 1 the shift is the slope itself.
    shift, variance = moments(slopes, CRP, ONE, 0 * UNIT, 2)
    np.testing.assert_allclose(shift, mean, atol=1e-12)
    np.testing.assert_allclose(variance, np.diag(covariance), atol=1e-12)


def test_an_inert_comparator_takes_nothing(make_moderation: Callable[..., Moderation]) -> None:
    row = make_moderation("C", estimate=0.06, standard_error=0.056, comparator="pill_placebo")
    slopes = slopes_of((row,), PAIR, frozenset(PAIR), SETTINGS)
    shift, variance = moments(slopes, CRP, ONE, 0 * UNIT, 2)
    np.testing.assert_allclose(shift, [0.0, 0.06])
    np.testing.assert_allclose(variance, [0.0, 0.056**2])


def test_an_active_option_that_is_not_ranked_still_takes_its_half(
    make_moderation: Callable[..., Moderation],
) -> None:
    slopes = slopes_of((make_moderation("D"),), ("escitalopram",), frozenset(PAIR), SETTINGS)
    shift, _ = moments(slopes, CRP, ONE, 0 * UNIT, 1)
    np.testing.assert_allclose(shift, [-0.0586 / 2])


def test_moments_of_a_product_against_draws(make_moderation: Callable[..., Moderation]) -> None:
    row = make_moderation("A", estimate=0.4, standard_error=0.2, comparator="pill_placebo")
    slopes = slopes_of((row,), PAIR, frozenset(PAIR), SETTINGS)
    shift, variance = moments(slopes, CRP, -0.8 * ONE, 0.4 * UNIT, 2)
    rng = np.random.default_rng(3)
    product = rng.normal(0.4, 0.2, 10**6) * rng.normal(-0.8, np.sqrt(0.4), 10**6)
    # Monte Carlo error 0.0003 and 0.0002 in a million draws.
    assert shift[1] == pytest.approx(product.mean(), abs=0.0015)
    assert variance[1] == pytest.approx(product.var(), abs=0.001)


def test_a_target_says_nothing_about_the_person(make_moderation: Callable[..., Moderation]) -> None:
    rows = (make_moderation("C", measure="mri.tms_target"), make_moderation("D"))
    assert [row.measure for row in about_the_person(rows)] == ["blood.crp_hs"]
