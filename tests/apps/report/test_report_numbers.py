"""The number formatter against hand-worked cases and its rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.apps.report import numbers as n

chances = st.floats(0, 1, allow_nan=False)


@pytest.mark.parametrize(
    ("chance", "text"),
    [
        (0.35, "35"),
        (0.345, "35"),
        (0.34496, "35"),  # the JSON file says 0.345
        (0.3449, "34"),
        (0.0, "fewer than 1"),
        (0.0099, "fewer than 1"),
        (0.01, "1"),
        (0.99, "99"),
        (0.9901, "more than 99"),
    ],
)
def test_of_100(chance: float, text: str) -> None:
    assert n.of_100(chance) == text


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ((0.281, 0.429), "28 to 43"),
        ((0.28, 0.43), "28 to 43"),
        ((0.28000001, 0.42999999), "28 to 43"),  # equal to 0.28 and 0.43 in the file
        ((0.0, 1.0), "0 to 100"),
    ],
)
def test_range_of_100_goes_outward(ends: tuple[float, float], text: str) -> None:
    assert n.range_of_100(ends) == text


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ((-0.055, 0.102), f"{n.MINUS}6 to +11"),
        ((-0.0000001, 0.0), "0 to 0"),
        ((0.021, 0.079), "+2 to +8"),
    ],
)
def test_range_points(ends: tuple[float, float], text: str) -> None:
    assert n.range_points(ends) == text


@given(chances, chances)
def test_an_interval_never_shrinks(one: float, other: float) -> None:
    ends = min(one, other), max(one, other)
    low, high = n.outward(ends)
    assert low <= 100 * round(ends[0], 4) + 1e-9
    assert high >= 100 * round(ends[1], 4) - 1e-9
    assert high - low <= 100 * (ends[1] - ends[0]) + 2.02


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (13.0, 2.16, "13"),
        (3.4, 0.9, "3.4"),
        (-0.3456, 0.081, f"{n.MINUS}0.346"),
        (0.041, 0.0071, "0.041"),
        (150.0, None, "150"),
        (0.04567, None, "0.0457"),
        (12345.0, 50.0, "12345"),
        (0.0, None, "0"),
        (-0.0001, 0.5, "0"),
    ],
)
def test_measured(value: float, error: float | None, text: str) -> None:
    assert n.measured(value, error) == text


def test_eighty_percent_of_a_normal_error() -> None:
    """z tables: 80 % within 1.2816, 95 % within 1.9600 standard errors."""
    assert n.around(0, 1, 0.80) == pytest.approx((-1.2816, 1.2816), abs=1e-4)
    assert n.around(10, 2, 0.95) == pytest.approx((6.0801, 13.9199), abs=1e-4)


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2024", "2024"),
        ("2024-03", "March 2024"),
        ("2024-03-09", "9 March 2024"),
        (None, "no date"),
    ],
)
def test_day_is_no_more_exact_than_given(date: str | None, words: str) -> None:
    assert n.day(date) == words


def test_count() -> None:
    assert n.count(1, "option") == "1 option"
    assert n.count(3, "option", spelled=True) == "three options"
    assert n.count(13, "option", spelled=True) == "13 options"
    assert n.count(0, "option", spelled=True) == "no options"


def test_an_end_near_zero_stays_short_where_zero_may_be_crossed() -> None:
    """On a straight scale it is 0, rounded outward to one digit of the error."""
    assert n.range_measured((0.00001, 0.58801), 0.15) == "0 to 0.6"
    assert n.range_measured((0.00001, 0.58801), 0.15, fine=True) == "0.00001 to 0.58801"
