"""Swing weights, what an attribute is worth, and utilities."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from equipoise.core.answers import given, not_asked, unknown
from equipoise.core.errors import InputError
from equipoise.core.nouns import EvidenceBase, Preferences, Treatment
from equipoise.core.tables import load_table
from equipoise.evidence import load
from equipoise.predict.preferences import (
    Values,
    Weights,
    choose_weights,
    draw_weights,
    time_gained,
    utilities,
    values_of,
)
from equipoise.predict.settings import load_settings
from equipoise.predict.timing import weeks_to_response

SETTINGS = load_settings()
Evidence = Callable[..., EvidenceBase]


@pytest.fixture
def treatments(make_evidence: Evidence) -> tuple[Treatment, ...]:
    """Return four options without levels for side effects and cost."""
    return make_evidence().treatments


def test_the_default_weights_add_up_to_one() -> None:
    # .35 .15 .10 .08, side effects .20 together, burdens .08 together, cost .04.
    rows = list(load_table("hyperparameters/attributes"))
    groups: dict[str, float] = {}
    for row in rows:
        groups[row.text("group")] = groups.get(row.text("group"), 0.0) + row.number("weight")
    assert groups == pytest.approx({
        "outcome": 0.68,
        "side_effects": 0.20,
        "burden": 0.08,
        "cost": 0.04,
    })
    outcomes = [row.number("weight") for row in rows if row.text("group") == "outcome"]
    assert outcomes == pytest.approx([0.35, 0.15, 0.10, 0.08, 0.0, 0.0])


def test_what_is_not_known_for_all_is_shared_out_and_said(
    treatments: tuple[Treatment, ...],
) -> None:
    chosen = choose_weights(not_asked(), treatments)
    shares = dict(chosen.shares)
    # 0.20 of side effects falls to the other 0.76; cost counts only where it is given a weight.
    assert shares["remission"] == pytest.approx(0.35 / 0.76)
    assert sum(shares.values()) == pytest.approx(1)
    assert {"weight_gain", "withdrawal", "cost"}.isdisjoint(shares)
    assert chosen.source.startswith("Default weights (none were set).")
    assert "Not counted" in chosen.source
    assert "weight gain, sexual problems, sleepiness" in chosen.source
    assert "gives it a weight: cost of the first eight weeks." in chosen.source


def test_one_option_without_a_level_takes_the_attribute_from_all(
    treatments: tuple[Treatment, ...],
) -> None:
    first = replace(treatments[0], attributes=(("visits", 3.0),), weeks_to_effect=None)
    chosen = choose_weights(not_asked(), (first, *treatments[1:]))
    assert {"anaesthesia", "invasiveness", "speed"}.isdisjoint(dict(chosen.shares))
    assert "visits" in dict(chosen.shares)


def test_own_weights_stand_beside_the_default_swings(treatments: tuple[Treatment, ...]) -> None:
    chosen = choose_weights(given(Preferences((("stay", 100.0), ("speed", 0.0)))), treatments)
    shares = dict(chosen.shares)
    # The most important default, remission, has a swing of 100 as well.
    assert shares["stay"] == pytest.approx(shares["remission"])
    assert "speed" not in shares
    assert chosen.source.startswith("Weights set by the person: not having to stop before week 8")
    assert "Default weights for the rest." in chosen.source


def test_asked_and_not_known_are_defaults(treatments: tuple[Treatment, ...]) -> None:
    for answer, words in ((unknown(), "asked, not known"), (given(Preferences()), "none were set")):
        assert words in choose_weights(answer, treatments).source


def test_weights_that_leave_nothing_fall_back(treatments: tuple[Treatment, ...]) -> None:
    nothing = tuple((row.text("id"), 0.0) for row in load_table("hyperparameters/attributes"))
    chosen = choose_weights(given(Preferences(nothing)), treatments)
    assert chosen.shares == choose_weights(not_asked(), treatments).shares
    assert "leave nothing to compare" in chosen.source


@pytest.mark.parametrize(
    ("weights", "part"),
    [
        ((("beauty", 3.0),), "weight beauty: no such attribute"),
        ((("speed", -1.0),), "a weight is a number from 0"),
        ((("speed", math.nan),), "a weight is a number from 0"),
        # Shares of 1, percentages that add up to 100, points of 10: none is the swing scale.
        ((("remission", 0.6), ("side_effects", 0.4)), "not on their scale"),
        ((("remission", 60.0), ("side_effects", 40.0)), "not on their scale"),
        ((("remission", 10.0),), "not on their scale"),
        ((("visits", 0.5),), "not on their scale"),
        ((("visits", 250.0),), "not on their scale"),
    ],
)
def test_a_weight_that_cannot_be_is_refused(
    weights: tuple[tuple[str, float], ...], part: str, treatments: tuple[Treatment, ...]
) -> None:
    with pytest.raises(InputError, match=part):
        choose_weights(given(Preferences(weights)), treatments)


@pytest.mark.parametrize(
    "weights",
    [
        (("visits", 20.0),),
        (("remission", 80.0), ("side_effects", 100.0)),
        (("remission", 0.0),),
    ],
)
def test_weights_on_the_scale_of_the_defaults_stand_beside_them(
    weights: tuple[tuple[str, float], ...], treatments: tuple[Treatment, ...]
) -> None:
    chosen = dict(choose_weights(given(Preferences(weights)), treatments).shares)
    # Response and drop-out keep their default swings, 15 to 10.
    assert chosen["response"] / chosen["stay"] == pytest.approx(1.5)


@examples(st.floats(0.2, 16), st.floats(0.3, 0.7))
def test_weeks_gained_against_integration(median: float, log_sd: float) -> None:
    # E[8 - T | T < 8] of a log-normal time, by the trapezoidal rule on the log scale.
    log_time = np.linspace(math.log(median) - 12 * log_sd, math.log(8), 20_001)
    density = np.exp(-(((log_time - math.log(median)) / log_sd) ** 2) / 2)
    gained = np.trapezoid((8 - np.exp(log_time)) * density, log_time)
    exact = gained / np.trapezoid(density, log_time)
    assert time_gained(median, 8.0, log_sd) == pytest.approx(exact, abs=1e-5)


def test_speed_is_by_the_time_that_is_shown() -> None:
    """A course that is decided before week 8 brings no response after it, here as on the page."""
    settings = load_settings()
    shown = [(one, weeks_to_response(one, settings)) for one in load().treatments]
    timed = [(one, time) for one, time in shown if time and one.weeks_to_effect]
    chances = (np.full(len(timed), 1.0),) * 3
    weights = Weights((("speed", 1.0),), "")
    values = values_of(weights, [one for one, _ in timed], chances, settings)
    np.testing.assert_allclose(values.columns[0], [1 - time.mean / 8 for _, time in timed])


def test_utility_by_hand(treatments: tuple[Treatment, ...]) -> None:
    weights = Weights((("remission", 0.5), ("stay", 0.3), ("visits", 0.2)), "")
    chances = (np.full(4, 0.5), np.full(4, 0.3), np.full(4, 0.2))
    values = values_of(weights, treatments, chances, SETTINGS)
    # 100 (0.5 * 0.3 + 0.3 * 0.8 + 0.2 * (30 - 3) / 30)
    found = utilities(values, np.array([0.5, 0.3, 0.2]))
    np.testing.assert_allclose(found, np.full(4, 57.0))


def test_levels_beyond_the_ends_count_as_the_end(treatments: tuple[Treatment, ...]) -> None:
    many = replace(treatments[0], attributes=(("visits", 80.0),))
    chances = (np.zeros(1), np.zeros(1), np.zeros(1))
    values = values_of(Weights((("visits", 1.0),), ""), (many,), chances, SETTINGS)
    assert values.columns[0].tolist() == [0.0]


@examples(st.floats(0.01, 100))
def test_a_utility_does_not_depend_on_the_scale_of_the_swings(factor: float) -> None:
    one = choose_weights(given(Preferences(_swings(1.0))), ())
    other = choose_weights(given(Preferences(_swings(factor))), ())
    assert [name for name, _ in one.shares] == [name for name, _ in other.shares]
    np.testing.assert_allclose([w for _, w in one.shares], [w for _, w in other.shares])


def _swings(factor: float) -> tuple[tuple[str, float], ...]:
    rows = [one for one in load_table("hyperparameters/attributes") if one.text("kind") != "sum"]
    return tuple((row.text("id"), factor * (n + 1)) for n, row in enumerate(rows))


def test_drawn_weights_scatter_about_those_given() -> None:
    weights = Weights((("remission", 0.7), ("stay", 0.3)), "")
    drawn = draw_weights(weights, 5, SETTINGS)
    assert drawn.shape == (SETTINGS.numerics.draws, 2)
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0)
    # Dirichlet with concentration 40: sd of a share is sqrt(w (1 - w) / 41) = 0.0716.
    assert drawn[:, 0].mean() == pytest.approx(0.7, abs=0.005)
    assert drawn[:, 0].std() == pytest.approx(math.sqrt(0.21 / 41), rel=0.05)


def test_what_has_no_weight_is_not_said_to_count(treatments: tuple[Treatment, ...]) -> None:
    chosen = choose_weights(given(Preferences(weights=(("cost", 0.0),))), treatments)
    assert chosen.source.startswith(
        "The person gives no weight to: cost of the first eight weeks. Default weights for the"
    )
    assert dict(chosen.shares) == dict(choose_weights(not_asked(), treatments).shares)
    both = choose_weights(
        given(Preferences(weights=(("stay", 0.0), ("remission", 100.0)))), treatments
    )
    assert "Weights set by the person: being well or nearly well by week 8. The" in both.source
    assert "gives no weight to: not having to stop before week 8." in both.source


def test_weights_beyond_all_numbers_are_refused(treatments: tuple[Treatment, ...]) -> None:
    names = [row.text("id") for row in load_table("hyperparameters/attributes")]
    huge = tuple((name, 1e308) for name in names if name != "side_effects")
    with pytest.raises(InputError, match="too large to be added up; got 1e\\+308; give 100 to"):
        choose_weights(given(Preferences(weights=huge)), treatments)


@pytest.mark.parametrize("name", ["nausea", "visits", "cost"])
def test_somebody_may_weigh_no_outcome_at_all(name: str) -> None:
    evidence = load()
    options = [one for one in evidence.treatments if one.ranked]
    weights = Weights(((name, 1.0),), "")
    chances = np.full((7, len(options)), 0.5)
    values = values_of(weights, options, (chances, chances, chances), SETTINGS)
    worth = utilities(values, np.ones(1))
    # One row for each draw, all alike: a level does not hang on the chances.
    assert worth.shape == utilities(values, np.ones((7, 1))).shape == (7, len(options))
    assert np.array_equal(worth, np.broadcast_to(worth[0], worth.shape))
    assert np.ptp(worth[0]) > 0


def test_one_set_of_weights_or_one_for_each_draw() -> None:
    rng = np.random.default_rng(0)
    values = Values(("a", "b"), (rng.random((5, 3)), rng.random(3)))
    each = np.tile([0.4, 0.6], (5, 1))
    np.testing.assert_allclose(utilities(values, each), utilities(values, np.array([0.4, 0.6])))
