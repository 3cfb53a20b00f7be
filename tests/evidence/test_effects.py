"""Conversions to log odds ratios, against hand-worked and published cases."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.evidence.effects import (
    from_counts,
    from_odds_ratio,
    from_smd,
    limit_width,
    read_effects,
)

counts = st.tuples(st.integers(0, 200), st.integers(1, 200)).map(lambda p: (p[0], p[0] + p[1]))


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


@given(
    st.floats(-2, 2, allow_nan=False),
    st.floats(0.01, 1, allow_nan=False),
    st.sampled_from([80.0, 90.0, 95.0, 99.0]),
)
def test_limits_give_back_the_standard_error(centre: float, error: float, level: float) -> None:
    half = error * limit_width(level) / 2
    found = from_odds_ratio(
        math.exp(centre), math.exp(centre - half), math.exp(centre + half), level
    )
    assert found == pytest.approx((centre, error), abs=1e-9)


def test_width_of_a_95_per_cent_interval() -> None:
    # 2 x 1.959964, any table of the normal distribution.
    assert limit_width(95) == pytest.approx(3.919928, abs=1e-6)


def test_smd_is_multiplied_by_1_81() -> None:
    # Chinn 2000: log odds ratio = 1.81 x standardised difference; UK ECT Review Group 2003: 0.91
    # (0.54 to 1.27) against sham.
    estimate, error = from_smd((0.91, 0.54, 1.27), 95, 0.0)
    assert estimate == pytest.approx(0.91 * 1.81, rel=0.005)
    assert error == pytest.approx((1.27 - 0.54) / 3.92 * 1.81, rel=0.005)


def test_every_published_effect_is_usable() -> None:
    effects = read_effects()
    assert list(effects) == sorted(effects)
    for effect in effects.values():
        assert math.isfinite(effect.estimate)
        assert 0 < effect.standard_error < 1
        assert effect.references
        assert not effect.anchor


def test_vast_d_says_more_response_with_aripiprazole_than_with_a_switch() -> None:
    # Mohamed 2017: 74.3 against 62.4 %; odds ratio 1.74 by hand (375 x 192 / (130 x 319)).
    effect = read_effects()["aripiprazole_vastd_response"]
    assert math.exp(effect.estimate) == pytest.approx(375 * 192 / (130 * 319), abs=1e-9)
