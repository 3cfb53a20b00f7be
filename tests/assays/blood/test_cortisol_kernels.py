"""Areas and slopes against hand-worked cases, numpy and scipy, and by their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from equipoise.assays.blood.cortisol_kernels import (
    combined,
    ground_weights,
    increase_weights,
    slope_weights,
)

MINUTES = (0.0, 15.0, 30.0, 45.0, 60.0)
RISING = (10.0, 14.0, 18.0, 16.0, 13.0)


def _sum(weights: tuple[float, ...], values: tuple[float, ...]) -> float:
    return combined(weights, values, [0.0] * len(values))[0]


def test_hand_worked_areas_of_a_rising_morning() -> None:
    """Trapezoids by hand, five samples 15 minutes apart.

    (10 + 14) / 2 x 15 = 180; (14 + 18) / 2 x 15 = 240; (18 + 16) / 2 x 15 = 255;
    (16 + 13) / 2 x 15 = 217.5; together 892.5 nmol/L x min above ground.
    The rectangle of the first value: 10 x 60 = 600; above it 892.5 - 600 = 292.5.
    """
    assert _sum(ground_weights(MINUTES), RISING) == pytest.approx(892.5)
    assert _sum(increase_weights(MINUTES), RISING) == pytest.approx(292.5)


def test_hand_worked_areas_with_uneven_times() -> None:
    """Three trapezoids of a falling day, by hand, times in hours.

    (12 + 8) / 2 x 0.5 = 5; (8 + 4) / 2 x 7.5 = 45; (4 + 2) / 2 x 6 = 18; together 68.
    The rectangle of the first value: 12 x 14 = 168; above it 68 - 168 = -100, which stays negative.
    """
    hours, values = (0.0, 0.5, 8.0, 14.0), (12.0, 8.0, 4.0, 2.0)
    assert _sum(ground_weights(hours), values) == pytest.approx(68)
    assert _sum(increase_weights(hours), values) == pytest.approx(-100)


def test_hand_worked_slope() -> None:
    """From 12 nmol/L at waking to 2 nmol/L 16 hours later: (2 - 12) / 16 = -0.625 per hour."""
    assert _sum(slope_weights((0.0, 16.0)), (12.0, 2.0)) == pytest.approx(-0.625)


def test_hand_worked_error() -> None:
    """Rise of 8 between samples with errors of 3 and 4: sqrt(9 + 16) = 5."""
    assert combined((-1, 1), (10, 18), (3, 4)) == (8, 5)


TIMES = st.lists(st.integers(0, 2000), min_size=2, max_size=12, unique=True).map(sorted)
VALUE = st.floats(0.1, 200)


@st.composite
def _curves(draw: st.DrawFn) -> tuple[tuple[float, ...], tuple[float, ...]]:
    times = tuple(float(time) for time in draw(TIMES))
    return times, tuple(draw(VALUE) for _ in times)


@given(_curves())
def test_areas_are_those_of_numpy_and_scipy(
    curve: tuple[tuple[float, ...], tuple[float, ...]],
) -> None:
    times, values = curve
    ground = float(integrate.trapezoid(values, times))
    above = float(integrate.trapezoid(np.asarray(values) - values[0], times))
    assert _sum(ground_weights(times), values) == pytest.approx(ground, rel=1e-9)
    assert _sum(increase_weights(times), values) == pytest.approx(above, rel=1e-9, abs=1e-6)


@given(_curves())
def test_the_slope_is_that_of_scipy(curve: tuple[tuple[float, ...], tuple[float, ...]]) -> None:
    times, values = curve
    wanted = stats.linregress(times, values).slope
    assert _sum(slope_weights(times), values) == pytest.approx(wanted, rel=1e-6, abs=1e-9)


@given(_curves(), st.floats(0, 50), st.floats(0, 500))
def test_laws_of_the_areas(
    curve: tuple[tuple[float, ...], tuple[float, ...]], more: float, later: float
) -> None:
    """Above ground is positive; above the first value a constant and the clock do not matter."""
    times, values = curve
    assert _sum(ground_weights(times), values) > 0
    own = _sum(increase_weights(times), values)
    raised = tuple(value + more for value in values)
    moved = tuple(time + later for time in times)
    assert _sum(increase_weights(times), raised) == pytest.approx(own, rel=1e-6, abs=1e-4)
    assert _sum(increase_weights(moved), values) == pytest.approx(own, rel=1e-6, abs=1e-4)


@given(_curves())
def test_minutes_are_sixty_times_hours(
    curve: tuple[tuple[float, ...], tuple[float, ...]],
) -> None:
    times, values = curve
    hours = tuple(time / 60 for time in times)
    for weights in (ground_weights, increase_weights):
        inside = _sum(weights(hours), values)
        assert _sum(weights(times), values) == pytest.approx(60 * inside, rel=1e-9, abs=1e-6)
    assert _sum(slope_weights(times), values) == pytest.approx(
        _sum(slope_weights(hours), values) / 60, rel=1e-9, abs=1e-12
    )


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_error_is_the_spread_of_the_repeated_area(seed: int) -> None:
    """Against 20,000 drawn mornings: the propagated error is their standard deviation."""
    errors = np.array([2.0, 3.0, 4.0, 3.0, 2.0])
    drawn = np.random.default_rng(seed).normal(RISING, errors, size=(20_000, 5))
    areas = integrate.trapezoid(drawn - drawn[:, :1], MINUTES, axis=1)
    _, error = combined(increase_weights(MINUTES), RISING, tuple(errors))
    assert error == pytest.approx(float(np.std(areas)), rel=0.03)
    assert math.isfinite(error)
