"""The arithmetic of an early change, against closed forms and published sensitivities."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.core.gaussian import logistic, logit
from equipoise.core.tables import load_table
from equipoise.predict.early.course import line_at
from equipoise.predict.early.update import (
    after_answer,
    after_change,
    next_chance,
    shift_of_change,
)

LIMITS = (-20.0, 80.0)
NOWHERE = (-np.inf, np.inf)
LINES = [line_at(week, 8)[0] for week in (1, 2, 3, 4, 6)]
chances = st.floats(0.02, 0.9)


@given(st.floats(-200, 100), st.floats(0, 100), st.sampled_from(LINES), chances)
def test_better_change_never_lowers_the_chance(
    change: float, gain: float, line: tuple[float, float], chance: float
) -> None:
    pair = np.array([change, change + gain])
    worse, better = after_change(logit(np.array(chance)), shift_of_change(pair, line, LIMITS))
    assert better >= worse


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("chance", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("sd", [18.0, 22.0])
def test_the_mean_over_all_changes_is_the_chance_before(
    line: tuple[float, float], chance: float, sd: float
) -> None:
    """161 nodes in an unclipped change; responders and others normal with one spread."""
    slope, centre = line
    apart = slope * sd**2
    good, bad = NormalDist(centre + apart / 2, sd), NormalDist(centre - apart / 2, sd)
    nodes = np.linspace(bad.mean - 6 * sd, good.mean + 6 * sd, 161)
    density = np.array([chance * good.pdf(c) + (1 - chance) * bad.pdf(c) for c in nodes])
    after = after_change(logit(np.array(chance)), shift_of_change(nodes, line, NOWHERE))
    step = nodes[1] - nodes[0]
    # The tolerance is that of the model's oracle; the trapezoid rule is far closer.
    assert float(np.sum(after * density) * step) == pytest.approx(chance, abs=1e-3)


def test_week_two_gives_back_the_published_sensitivity_and_specificity() -> None:
    """Two normal curves with sd 22: 85 % of responders and 46 % of the others lie above 20 %."""
    row = load_table("baselines/early").row(id="week_2")
    slope, centre = line_at(2, 8)[0]
    apart, sd = slope * 22**2, 22.0
    good, bad = NormalDist(centre + apart / 2, sd), NormalDist(centre - apart / 2, sd)
    # The table keeps slope and centre (0.0517, 30.3) to two figures: up to one point is lost.
    assert 1 - good.cdf(20) == pytest.approx(row.number("sensitivity"), abs=0.01)
    assert bad.cdf(20) == pytest.approx(row.number("specificity"), abs=0.01)


def test_a_miss_at_week_two_leaves_a_fifth() -> None:
    row = load_table("baselines/early").row(id="week_2")
    told = row.number("sensitivity"), row.number("specificity")
    missed = after_answer(np.array(0.5), False, *told)
    # 0.15 / (0.15 + 0.54): the likelihood ratio of a miss is 0.28.
    assert float(missed) == pytest.approx(0.15 / 0.69)
    # Both answers together say nothing: (0.5 * (0.85 + 0.46)) people improved.
    gained = after_answer(np.array(0.5), True, *told)
    share = 0.5 * (0.85 + 0.46)
    assert share * float(gained) + (1 - share) * float(missed) == pytest.approx(0.5)


def test_a_change_beyond_the_limits_counts_as_the_limit() -> None:
    line = line_at(2, 8)[0]
    far = shift_of_change(np.array([-60.0, -20.0, 80.0, 100.0]), line, LIMITS)
    assert far[0] == far[1] == pytest.approx(0.052 * -50)
    assert far[2] == far[3] == pytest.approx(0.052 * 50)


@pytest.mark.parametrize(
    ("week", "course", "line"),
    [
        (0.7, 8, (0.034, 15)),
        (1, 8, (0.034, 15)),
        (1.5, 8, (0.043, 22.5)),
        (2, 8, (0.052, 30)),
        (3, 8, (0.0585, 34)),
        (4, 8, (0.065, 38)),
        (6, 8, (0.065, 44)),
        # Week 3 of 6 is week 4 of 8, week 3 of 12 is week 2 of 8.
        (3, 6, (0.065, 38)),
        (3, 12, (0.052, 30)),
    ],
)
def test_the_line_of_a_week(week: float, course: float, line: tuple[float, float]) -> None:
    assert line_at(week, course)[0] == pytest.approx(line)


@given(chances, chances, st.floats(0.05, 0.95))
def test_the_next_chance_without_news_and_after_a_failure(
    one: float, other: float, before: float
) -> None:
    now, later = np.array([max(one, other)]), np.array([min(one, other)])
    helped = (now - (1 - before) * later) / before
    failed = next_chance((now, later), before, 0.0, 0.95)
    assert failed == pytest.approx(later)
    same = next_chance((now, later), before, before, 0.95)
    if helped[0] <= 0.95:
        assert same == pytest.approx(now)
    else:
        assert same[0] <= now[0]


@given(chances, chances, st.floats(0.05, 0.95), st.floats(0, 1), st.floats(0, 1))
def test_better_news_of_the_present_never_lowers_the_next(
    one: float, other: float, before: float, first: float, second: float
) -> None:
    rates = np.array([max(one, other)]), np.array([min(one, other)])
    low, high = sorted((first, second))
    # Rounding alone: both are sums of the same two numbers.
    assert next_chance(rates, before, high, 0.95) >= next_chance(rates, before, low, 0.95) - 1e-12


def test_every_draw_moves_by_the_same_log_odds() -> None:
    draws = np.linspace(-3, 2, 50)
    assert logit(after_change(draws, 0.7)) - draws == pytest.approx(0.7)
    assert after_change(draws, 0.0) == pytest.approx(logistic(draws))
