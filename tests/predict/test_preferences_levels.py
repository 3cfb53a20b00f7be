"""Levels of side effects, burdens and cost: from words, unknown, and after own experience."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from equipoise import evidence
from equipoise.core.answers import given, not_asked
from equipoise.core.errors import InputError
from equipoise.core.nouns import PastEffect, Preferences, Treatment
from equipoise.core.tables import load_table
from equipoise.predict.preferences import (
    choose_weights,
    draw_levels,
    in_remission,
    swings_of,
    utilities,
    values_of,
    worth,
)
from equipoise.predict.preferences.attributes import Attribute, Weights, read_attributes
from equipoise.predict.preferences.levels import level_sd, levels_of
from equipoise.predict.settings import load_settings

SIDE_EFFECTS = (
    "weight_gain",
    "sexual_dysfunction",
    "sedation",
    "insomnia",
    "nausea",
    "cognition",
    "withdrawal",
)
SETTINGS = load_settings()


def _shipped() -> tuple[Treatment, ...]:
    return tuple(one for one in evidence.load().treatments if one.ranked)


@pytest.fixture(scope="module")
def shipped() -> tuple[Treatment, ...]:
    """Return the options of the tables that may be ranked."""
    return _shipped()


@pytest.fixture(scope="module")
def rows() -> dict[str, Attribute]:
    """Return the attributes in force."""
    return read_attributes()


def _level(treatments: tuple[Treatment, ...], name: str, effect: str) -> float | None:
    return dict(next(one for one in treatments if one.id == name).attributes).get(effect)


@pytest.mark.parametrize(
    ("option", "effect", "level"),
    [
        ("mirtazapine", "weight_gain", 0.45),
        ("bupropion", "sexual_dysfunction", 0.03),
        ("escitalopram", "nausea", 0.25),
        # The published rate where there is no word: 48.1 % complain after a course of ECT.
        ("ect", "cognition", 0.481),
        ("cbt", "weight_gain", 0.03),
        ("rtms", "cost", 0.6667),
    ],
)
def test_words_and_rates_become_levels(
    shipped: tuple[Treatment, ...], option: str, effect: str, level: float
) -> None:
    assert _level(shipped, option, effect) == pytest.approx(level)


@pytest.mark.parametrize(
    ("option", "effect"),
    [("ect", "weight_gain"), ("rtms", "insomnia"), ("esketamine", "cognition")],
)
def test_what_no_table_says_is_not_known(
    shipped: tuple[Treatment, ...], option: str, effect: str
) -> None:
    assert _level(shipped, option, effect) is None


@pytest.mark.parametrize("name", [*SIDE_EFFECTS, "cost"])
def test_an_unknown_level_is_the_average_with_the_spread_of_all(
    shipped: tuple[Treatment, ...], rows: dict[str, Attribute], name: str
) -> None:
    held = [dict(one.attributes)[name] for one in shipped if name in dict(one.attributes)]
    # Rounded to three places in the table.
    assert rows[name].unknown == pytest.approx(statistics.fmean(held), abs=6e-4)
    assert rows[name].unknown_sd == pytest.approx(statistics.pstdev(held), abs=6e-4)
    assert rows[name].unknown_sd > 0


def test_unknown_never_looks_like_none_and_is_named(shipped: tuple[Treatment, ...]) -> None:
    ect = next(one for one in shipped if one.id == "ect")
    cbt = next(one for one in shipped if one.id == "cbt")
    weights = choose_weights(not_asked(), (cbt, ect))
    zero = np.zeros(2)
    values = values_of(weights, (cbt, ect), (zero, zero, zero), SETTINGS)
    worth = dict(zip(values.attributes, values.columns, strict=True))
    # CBT: rated as none, 0.03; ECT: not known, the average of all, 0.098.
    assert worth["weight_gain"].tolist() == pytest.approx([0.97, 0.902])
    assert "weight gain, sexual problems, sleepiness, trouble sleeping: Electro" in weights.source


def test_an_option_without_any_rating_is_named_in_few_words(
    shipped: tuple[Treatment, ...],
) -> None:
    two = tuple(one for one in shipped if one.id in {"cbt", "buspirone_augmentation"})
    source = choose_weights(not_asked(), two).source
    assert "the average of all options: all side effects: Buspirone added to" in source


def test_points_of_utility_as_points_of_remission() -> None:
    # With a weight of 0.4, ten points of utility are worth 25 points of the chance of remission.
    weights = Weights((("remission", 0.4), ("stay", 0.6)), "")
    assert in_remission(10.0, weights) == pytest.approx(25)
    assert in_remission(10.0, Weights((("stay", 1.0),), "")) is None


def test_an_option_that_is_not_ranked_does_not_move_the_others(
    shipped: tuple[Treatment, ...],
) -> None:
    weights = choose_weights(not_asked(), shipped)
    zero = np.zeros(len(shipped))
    every = values_of(weights, shipped, (zero, zero, zero), SETTINGS)
    some = values_of(weights, shipped[5:20], (zero[5:20],) * 3, SETTINGS)
    for column, part in zip(every.columns, some.columns, strict=True):
        assert column[5:20].tolist() == part.tolist()


def test_experience_of_the_drug_and_of_its_class(
    shipped: tuple[Treatment, ...], rows: dict[str, Attribute]
) -> None:
    names = ("sertraline", "escitalopram", "venlafaxine", "cbt")
    four = tuple(next(one for one in shipped if one.id == name) for name in names)
    before = levels_of(rows["nausea"], four)
    after = levels_of(rows["nausea"], four, (PastEffect("sertraline", "nausea"),))
    gained = np.log(after / (1 - after)) - np.log(before / (1 - before))
    # +1 for the same drug, +0.5 for the other SSRI, nothing for the SNRI and for talking.
    np.testing.assert_allclose(gained, [1.0, 0.5, 0.0, 0.0], atol=1e-12)
    other = levels_of(rows["sedation"], four, (PastEffect("sertraline", "nausea"),))
    assert other.tolist() == levels_of(rows["sedation"], four).tolist()


def test_experience_with_a_drug_counts_for_what_contains_it(
    shipped: tuple[Treatment, ...], rows: dict[str, Attribute]
) -> None:
    both = next(one for one in shipped if one.id == "venlafaxine_mirtazapine")
    had = (PastEffect("mirtazapine", "sedation"), PastEffect("mirtazapine", "sedation"))
    before = levels_of(rows["sedation"], (both,))
    after = levels_of(rows["sedation"], (both,), had)
    # Once, however often it was told.
    assert math.log(after[0] / (1 - after[0])) == pytest.approx(
        math.log(before[0] / (1 - before[0])) + 1
    )


def test_memory_problems_are_reported_for_cognition(
    shipped: tuple[Treatment, ...], rows: dict[str, Attribute]
) -> None:
    ect = tuple(one for one in shipped if one.id == "ect")
    had = (PastEffect("ect", "memory_problems"),)
    assert levels_of(rows["cognition"], ect, had)[0] > levels_of(rows["cognition"], ect)[0]


def test_experience_is_said_and_counts_in_the_weights(shipped: tuple[Treatment, ...]) -> None:
    told = given(Preferences(experience=(PastEffect("sertraline", "nausea"),)))
    chosen = choose_weights(told, shipped)
    assert chosen.experience == (PastEffect("sertraline", "nausea"),)
    assert "The person had nausea on sertraline" in chosen.source
    assert chosen.source.startswith("Default weights (none were set).")


def test_the_old_name_of_all_side_effects_is_spread_as_the_defaults_are() -> None:
    swings = swings_of((("remission", 100.0), ("side_effects", 40.0)))
    assert set(swings) == {"remission", *SIDE_EFFECTS}
    assert sum(swings[name] for name in SIDE_EFFECTS) == pytest.approx(40)
    # .04 .04 .03 .02 .02 .03 .02 of .20
    assert [swings[name] for name in SIDE_EFFECTS] == pytest.approx([8, 8, 6, 4, 4, 6, 4])


def test_a_whole_and_its_part_are_refused() -> None:
    with pytest.raises(InputError, match="a weight for the whole and one for a part of it"):
        swings_of((("side_effects", 40.0), ("nausea", 10.0), ("remission", 100.0)))


def test_no_weight_for_the_whole_leaves_the_part_that_is_named() -> None:
    swings = swings_of((("side_effects", 0.0), ("nausea", 100.0)))
    assert swings == dict.fromkeys(SIDE_EFFECTS, 0.0) | {"nausea": 100.0}


def test_a_record_of_all_older_weights_still_stands(shipped: tuple[Treatment, ...]) -> None:
    # Every weight of the older table, on a scale of its own: percent that add up to 100.
    old = {
        "remission": 40.0,
        "response": 10.0,
        "stay": 10.0,
        "speed": 5.0,
        "side_effects": 20.0,
        "visits": 5.0,
        "anaesthesia": 3.0,
        "invasiveness": 3.0,
        "cost": 4.0,
    }
    shares = dict(choose_weights(given(Preferences(tuple(old.items()))), shipped).shares)
    assert shares["remission"] == pytest.approx(0.40)
    assert sum(shares[name] for name in SIDE_EFFECTS) == pytest.approx(0.20)


def test_what_a_payer_pays_counts_only_where_the_person_weighs_it(
    shipped: tuple[Treatment, ...],
) -> None:
    plain = choose_weights(not_asked(), shipped)
    assert "cost" not in dict(plain.shares)
    assert "gives it a weight: cost" in plain.source
    asked = choose_weights(given(Preferences((("remission", 100.0), ("cost", 50.0)))), shipped)
    assert dict(asked.shares)["cost"] == pytest.approx(dict(asked.shares)["remission"] / 2)
    assert "gives it a weight" not in asked.source


def test_what_no_option_has_gives_its_weight_to_what_stands_in(
    shipped: tuple[Treatment, ...],
) -> None:
    wish = given(Preferences((("function", 100.0), ("remission", 100.0))))
    chosen = choose_weights(wish, shipped)
    plain = dict(choose_weights(not_asked(), shipped).shares)
    shares = dict(chosen.shares)
    assert "function" not in shares
    # Twice the swing of remission against every other one.
    assert shares["remission"] / shares["stay"] == pytest.approx(
        2 * plain["remission"] / plain["stay"]
    )
    assert "the weight of managing work, home and people went to being well" in chosen.source


def test_the_source_says_what_a_point_is_worth(shipped: tuple[Treatment, ...]) -> None:
    # A default weight of 0.35 of the 0.96 without cost, for a chance from 0 to 1: 2.74 points.
    source = choose_weights(not_asked(), shipped).source
    assert source.endswith(
        "counts as much as 2.7 points of the chance of getting well or nearly well."
    )


@examples(st.dictionaries(st.sampled_from(SIDE_EFFECTS), st.floats(1, 100), max_size=7))
def test_weights_add_up_to_one(swings: dict[str, float]) -> None:
    treatment = Treatment(
        "x", "X", "drug", "c", "drug", "p", "", 4.0, tuple((n, 0.2) for n in SIDE_EFFECTS), "r"
    )
    chosen = choose_weights(given(Preferences(tuple(swings.items()))), (treatment,))
    assert sum(share for _, share in chosen.shares) == pytest.approx(1)
    assert min(share for _, share in chosen.shares) > 0


@examples(factor=st.floats(1e-3, 1e4))
def test_another_unit_leaves_the_utility_as_it_was(factor: float) -> None:
    """Burdens counted in other units, with the ends of their scales in those units."""
    rows, options = read_attributes(), _shipped()
    turned = dict(rows)
    for name in ("visits", "anaesthesia", "invasiveness"):
        row = rows[name]
        turned[name] = replace(row, worst=row.worst * factor, best=row.best * factor)
    scaled = tuple(
        replace(
            one,
            attributes=tuple(
                (n, v * (factor if turned[n] != rows[n] else 1.0)) for n, v in one.attributes
            ),
        )
        for one in options
    )
    weights = choose_weights(not_asked(), options)
    shares = np.array([share for _, share in weights.shares])
    rng = np.random.default_rng(5)
    response, remission, dropout = rng.uniform(0.1, 0.6, (3, len(options)))
    chances = (response, remission, dropout)
    here = utilities(values_of(weights, options, chances, SETTINGS), shares)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worth, "read_attributes", lambda: turned)
        there = utilities(values_of(weights, scaled, chances, SETTINGS), shares)
    assert np.ptp(here) > 1.0
    np.testing.assert_allclose(here, there, atol=1e-9)


def test_how_far_levels_may_be_off() -> None:
    sure = Treatment("a", "A", "d", "c", "g", "p", "", 4.0, (("nausea", 0.25),), "r")
    unsure = replace(sure, id="b", attributes=())
    weights = Weights((("remission", 0.9), ("nausea", 0.1)), "")
    # 100 * 0.1 * 0.08 and 100 * 0.1 * 0.149
    assert level_sd(weights, (sure, unsure)).tolist() == pytest.approx([0.8, 1.49])
    drawn = draw_levels(weights, (sure, unsure), 3, 4000)
    assert drawn.mean(axis=0).tolist() == pytest.approx([0, 0], abs=1e-12)
    # Standard error of a standard deviation of 2000 pairs: 1 / sqrt(4000) = 1.6 %.
    assert drawn.std(axis=0).tolist() == pytest.approx([0.8, 1.49], rel=0.06)
    assert draw_levels(weights, (unsure,), 3, 4000)[:, 0].tolist() == drawn[:, 1].tolist()


def test_every_rated_side_effect_belongs_to_an_attribute() -> None:
    named = {row.optional_text("effect") for row in load_table("hyperparameters/attributes")}
    assert set(SIDE_EFFECTS) == named - {None}
