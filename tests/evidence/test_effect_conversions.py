"""Conversions to log odds ratios, against hand-worked and published cases."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.evidence.conversions import (
    LOGISTIC,
    from_counts,
    from_hazard_ratio,
    from_mean_difference,
    from_odds_ratio,
    from_risk_ratio,
    from_smd,
    limit_width,
)

counts = st.tuples(st.integers(0, 200), st.integers(1, 200)).map(lambda p: (p[0], p[0] + p[1]))
levels = st.sampled_from([80.0, 90.0, 95.0, 99.0])


def test_counts_of_the_first_bcg_trial() -> None:
    # Aronson 1948, 4 of 123 against 11 of 139: R metafor, escalc(measure="OR", data=dat.bcg),
    # row 1. Four decimals are printed.
    estimate, error = from_counts(4, 123, 11, 139)
    assert estimate == pytest.approx(-0.9387, abs=5e-5)
    assert error**2 == pytest.approx(0.3571, abs=5e-5)


def test_transform_2_by_hand() -> None:
    # 70 of 114 against 52 of 109: odds 70/44 and 52/57, ratio 1.744.
    estimate, error = from_counts(70, 114, 52, 109)
    assert math.exp(estimate) == pytest.approx(1.744, abs=5e-4)
    assert error == pytest.approx(math.sqrt(1 / 70 + 1 / 44 + 1 / 52 + 1 / 57), abs=1e-12)


def test_one_half_is_added_only_for_an_empty_cell() -> None:
    estimate, error = from_counts(0, 10, 5, 10)
    assert estimate == pytest.approx(math.log(0.5 * 5.5 / (10.5 * 5.5)), abs=1e-12)
    assert error == pytest.approx(math.sqrt(1 / 0.5 + 1 / 10.5 + 2 / 5.5), abs=1e-12)


@given(counts, counts)
def test_swapping_the_arms_turns_the_sign(arm: tuple[int, int], other: tuple[int, int]) -> None:
    estimate, error = from_counts(*arm, *other)
    back, same = from_counts(*other, *arm)
    assert back == pytest.approx(-estimate, abs=1e-9)
    assert same == pytest.approx(error, abs=1e-9)


def test_more_events_than_people_are_refused() -> None:
    with pytest.raises(ValueError, match="more events"):
        from_counts(11, 10, 5, 10)


@given(st.floats(-2, 2), st.floats(0.01, 1), levels)
def test_limits_give_back_the_standard_error(centre: float, error: float, level: float) -> None:
    half = error * limit_width(level) / 2
    ends = math.exp(centre), math.exp(centre - half), math.exp(centre + half)
    assert from_odds_ratio(*ends, level) == pytest.approx((centre, error), abs=1e-9)
    assert from_hazard_ratio(*ends, level) == pytest.approx((centre, error), abs=1e-9)


def test_width_of_a_95_per_cent_interval() -> None:
    # 2 x 1.959964, any table of the normal distribution.
    assert limit_width(95) == pytest.approx(3.919928, abs=1e-6)


def test_smd_is_multiplied_by_1_81() -> None:
    # Chinn 2000: log odds ratio = 1.81 x standardised difference; UK ECT Review Group 2003: 0.91
    # (0.54 to 1.27) against sham. 1.81 is rounded, so half a per cent.
    estimate, error = from_smd((0.91, 0.54, 1.27), 95, 0.0)
    assert estimate == pytest.approx(0.91 * 1.81, rel=0.005)
    assert error == pytest.approx((1.27 - 0.54) / 3.92 * 1.81, rel=0.005)
    assert from_smd((0.91, 0.54, 1.27), 95, 0.15)[1] == pytest.approx(1.15 * error, rel=1e-12)


def test_mean_difference_of_comp005_by_hand() -> None:
    # 3.6 points (1.5 to 5.7) over 9.5: 0.3789 sd, times 1.8138 is 0.6873; error 4.2 / 3.91993 /
    # 9.5 = 0.11279 sd, times 1.8138 times 1.15 is 0.23526. Four decimals by hand.
    estimate, error = from_mean_difference((3.6, 1.5, 5.7), 95, 9.5, 0.15)
    assert estimate == pytest.approx(0.6873, abs=5e-5)
    assert error == pytest.approx(0.2353, abs=5e-5)


@pytest.mark.parametrize("spread", [0.0, -1.0, math.nan])
def test_no_mean_difference_without_a_spread(spread: float) -> None:
    with pytest.raises(ValueError, match="standard deviation"):
        from_mean_difference((3.6, 1.5, 5.7), 95, spread, 0.15)


def test_risk_ratio_by_hand() -> None:
    # Cuijpers 2020, 1.25 (1.14 to 1.37) at one half: 0.625 against 0.5, odds 5/3. The log risk
    # ratio has error (ln 1.37 - ln 1.14) / 3.91993 = 0.046880, over 1 - 0.625 is 0.12501.
    estimate, error = from_risk_ratio((1.25, 1.14, 1.37), 95, 0.5)
    assert estimate == pytest.approx(math.log(5 / 3), abs=1e-12)
    assert error == pytest.approx(0.1250, abs=5e-5)


@given(
    st.integers(20, 400),
    st.integers(20, 400),
    st.floats(0.05, 0.9),
    st.floats(0.05, 0.9),
)
def test_risk_ratio_of_counts_is_their_odds_ratio(m: int, n: int, p: float, q: float) -> None:
    a, c = max(1, round(p * m)), max(1, round(q * n))
    ratio = (a / m) / (c / n)
    error = math.sqrt(1 / a - 1 / m + 1 / c - 1 / n)
    half = error * limit_width(95) / 2
    limits = ratio, ratio * math.exp(-half), ratio * math.exp(half)
    found, spread = from_risk_ratio(limits, 95, c / n)
    assert found == pytest.approx(from_counts(a, m, c, n)[0], abs=1e-9)
    assert spread == pytest.approx(error / (1 - a / m), rel=1e-9)


@pytest.mark.parametrize(("ratio", "rate"), [(1.25, 0.0), (1.25, 1.0), (1.25, 0.8), (2.1, 0.5)])
def test_risk_ratio_past_certainty_is_refused(ratio: float, rate: float) -> None:
    with pytest.raises(ValueError, match="no odds ratio"):
        from_risk_ratio((ratio, 0.9 * ratio, 1.1 * ratio), 95, rate)


def test_logistic_factor() -> None:
    # pi over the root of 3: standard deviation of the logistic distribution.
    assert pytest.approx(1.8137994, abs=1e-7) == LOGISTIC
