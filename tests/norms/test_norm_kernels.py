"""z, its standard error and the centile curve against published centiles and closed forms."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.norms.kernels import centile, knots, z_score, z_standard_error

# PHQ-9 of US women aged 40 to 49, NHANES 2005-2016: 27.2 % have 0; p50, p75, p90, p95, p99.
WOMEN_40S = ((2.0, 0.5), (5.0, 0.75), (10.0, 0.9), (14.0, 0.95), (21.0, 0.99))


@pytest.mark.parametrize(("value", "share"), WOMEN_40S)
def test_a_published_quantile_is_its_own_centile(value: float, share: float) -> None:
    curve = knots(((0.0, 0.136), *WOMEN_40S))
    assert centile(value, curve) == pytest.approx(100 * share, abs=1e-9)


def test_two_points_of_a_normal_curve_give_the_normal_curve() -> None:
    curve = ((3.0, 0.0), (5.0, 1.0))
    for value in (-3.0, 1.5, 3.0, 7.5):
        expected = 100 * NormalDist(3.0, 2.0).cdf(value)
        assert centile(value, curve) == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=30))
def test_more_is_never_a_lower_centile(values: list[float]) -> None:
    curve = knots(((0.0, 0.136), *WOMEN_40S))
    found = [centile(value, curve) for value in sorted(values)]
    assert found == sorted(found)
    assert all(0 <= one <= 100 for one in found)


def test_of_two_shares_with_one_value_the_lower_one_stays() -> None:
    assert len(knots(((0.0, 0.2), (0.0, 0.5), (4.0, 0.9)))) == 2
    assert knots(((0.0, 0.5), (0.0, 0.2)))[0][1] == pytest.approx(NormalDist().inv_cdf(0.2))


@given(
    st.floats(-30, 30), st.floats(-30, 30), st.floats(0.1, 9), st.floats(0.01, 50), st.floats(-9, 9)
)
def test_another_unit_gives_the_same_z(
    value: float, mean: float, sd: float, factor: float, zero: float
) -> None:
    other = z_score(factor * value + zero, factor * mean + zero, factor * sd)
    assert other == pytest.approx(z_score(value, mean, sd), abs=1e-6)


def test_errors_join_as_the_sides_of_a_right_angle() -> None:
    # 3-4-5: a standard error of 6 points on a norm with sd 20 is 0.3, with a norm error of 0.4.
    assert z_standard_error(6.0, 20.0, 0.4) == pytest.approx(0.5)
    assert z_standard_error(0.0, 20.0, 0.1) == 0.1
    assert math.isclose(z_score(14.0, 3.82, 4.76), 2.13866, abs_tol=1e-5)
