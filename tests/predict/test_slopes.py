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


CLASSES = {
    "escitalopram": 0,
    "sertraline": 0,
    "fluoxetine": 0,
    "nortriptyline": 1,
    "clomipramine": 1,
}


def _exact(
    names: tuple[str, ...], weights: np.ndarray, mean: float, sd: float, tau: float
) -> tuple[np.ndarray, np.ndarray]:
    """Condition the prior of correlated classes on a normal belief about one combination.

    Prior: variance tau^2 / 2 each, correlation 0.5 inside a class, none across. The belief replaces
    mean and variance of the combination; the rest follows by regression on it.
    """
    kinds = np.array([CLASSES.get(name, 9 + place) for place, name in enumerate(names)])
    prior = tau**2 / 2 * (0.5 * (kinds[:, None] == kinds) + 0.5 * np.eye(len(names)))
    # Exactly 0 for options that no finding and no classmate names.
    silent = ~np.isin(kinds, kinds[weights != 0])
    prior[silent], prior[:, silent] = 0, 0
    variance = weights @ prior @ weights
    gain = prior @ weights / variance
    return gain * mean, prior - np.outer(gain, gain) * (variance - sd**2)


@pytest.mark.parametrize(
    ("comparator", "weights"),
    [
        ("escitalopram", [-1.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
        ("pill_placebo", [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
        # Of one class.
        ("clomipramine", [0.0, 0.0, 0.0, 1.0, -1.0, 0.0]),
    ],
)
def test_classmates_as_the_exact_posterior(
    comparator: str, weights: list[float], make_moderation: Callable[..., Moderation]
) -> None:
    names = (*CLASSES, "rtms")
    row = make_moderation("D", comparator=comparator)
    slopes = slopes_of((row,), names, frozenset(names), SETTINGS)
    mean = np.sum([slope.mean * slope.shares for slope in slopes], axis=0)
    squares = [slope.sd**2 * np.outer(slope.shares, slope.shares) for slope in slopes]
    covariance = np.sum(squares, axis=0)
    expected = _exact(names, np.array(weights), row.estimate, row.standard_error, 0.06)
    np.testing.assert_allclose(mean, expected[0], atol=1e-12)
    np.testing.assert_allclose(covariance, expected[1], atol=1e-12)
    # An option of another class is exactly where it was.
    assert mean[-1] == 0
    assert covariance[-1, -1] == 0


def test_an_option_that_is_left_out_changes_no_other(
    make_moderation: Callable[..., Moderation],
) -> None:
    names = (*CLASSES, "rtms")
    whole = slopes_of((make_moderation("D"),), names, frozenset(names), SETTINGS)
    part = slopes_of((make_moderation("D"),), names[1:], frozenset(names), SETTINGS)
    by_name = {slope.name: slope for slope in whole}
    for slope in part:
        np.testing.assert_array_equal(slope.shares, by_name[slope.name].shares[1:])
        assert (slope.mean, slope.sd) == (by_name[slope.name].mean, by_name[slope.name].sd)


def test_a_prognostic_slope_moves_every_option_alike(
    make_moderation: Callable[..., Moderation],
) -> None:
    row = make_moderation("B", row_type="prognostic", measure="clinical.anxious_distress")
    (slope,) = slopes_of((row,), PAIR, frozenset(PAIR), SETTINGS)
    assert slope.prognostic
    np.testing.assert_array_equal(slope.shares, np.ones(2))


def test_a_finding_within_one_arm_moves_its_option(
    make_moderation: Callable[..., Moderation],
) -> None:
    row = make_moderation("C", row_type="one_arm", comparator="none")
    slopes = slopes_of((row,), ("escitalopram", "nortriptyline", "rtms"), frozenset(PAIR), SETTINGS)
    shift, _ = moments(slopes, CRP, ONE, 0 * UNIT, 3)
    np.testing.assert_allclose(shift, [0.0, row.estimate, 0.0])


def test_clinical_facts_that_nobody_looked_for_are_left_out(
    make_moderation: Callable[..., Moderation],
) -> None:
    rows = (
        make_moderation("B", row_type="prognostic", measure="clinical.anxious_distress"),
        make_moderation("D"),
    )
    assert [row.measure for row in about_the_person(rows)] == ["blood.crp_hs"]
    looked_for = about_the_person(rows, ["clinical.anxious_distress"])
    assert [row.measure for row in looked_for] == ["blood.crp_hs", "clinical.anxious_distress"]
