"""Facts that are there or not: their answers are added up, not taken as normal."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from equipoise.core.tables import load_table
from equipoise.predict.information.facts import value_of_reading
from equipoise.predict.information.kernels import Beliefs
from equipoise.predict.information.numerics import load_fineness
from equipoise.predict.information.reading import Reading

FACTS = ("clinical.anxious_distress", "clinical.chronic_episode")
MEASURE = "blood.crp_hs"


def _chance(logit: float, variance: float) -> float:
    z = np.linspace(-10, 10, 2_001)
    density = np.exp(-(z**2) / 2)
    return float((density / (1 + np.exp(-logit - np.sqrt(variance) * z))).sum() / density.sum())


def _beliefs() -> Beliefs:
    """Return two options; the two facts move the first one only, a measure neither."""
    weights = np.array([[-0.4, -0.5, 0.0], [0.0, 0.0, 0.0]])
    gain = np.array([60.0, 40.0])
    now = [_chance(-0.2, 0.4**2 + 0.5**2 + 0.1), _chance(0.1, 0.2)]
    return Beliefs(
        intercept=np.array([-0.2, 0.1]),
        weights=weights,
        spread=np.zeros((2, 3)),
        literature=np.array([0.1, 0.2]),
        mean=np.zeros(3),
        covariance=np.eye(3),
        utility=np.array([4.0, 8.0]) + gain * now,
        gain=gain,
        eligible=np.ones(2, dtype=bool),
    )


def _reading(names: Sequence[str]) -> Reading:
    places = [(*FACTS, MEASURE).index(name) for name in names]
    noise = np.diag([0.5 if name == MEASURE else 0.0 for name in names])
    return Reading(tuple(names), np.eye(3)[places], noise)


def _by_hand(beliefs: Beliefs, asked: Sequence[str]) -> tuple[float, float]:
    """Return gain and chance of another choice: one answer after the other."""
    rows = [load_table("baselines/covariates").row(id=name) for name in asked]
    first = int(np.argmax(beliefs.utility))
    gained = changed = 0.0
    for answer in itertools.product((1.0, 0.0), repeat=len(asked)):
        chance, level, open_part = 1.0, -0.2, 0.4**2 + 0.5**2
        for row, there in zip(rows, answer, strict=True):
            share = row.number("mean")
            chance *= share if there else 1 - share
            slope = -0.4 if row.text("id") == FACTS[0] else -0.5
            level += slope * (there - share) / row.number("sd")
            open_part -= slope**2
        moved = beliefs.utility.copy()
        before = _chance(-0.2, 0.4**2 + 0.5**2 + 0.1)
        moved[0] += 60.0 * (_chance(level, open_part + 0.1) - before)
        gain = float(moved.max() - moved[first])
        gained += chance * gain
        changed += chance * (gain >= load_fineness().floor)
    return gained, changed


@pytest.mark.parametrize(
    "asked", [FACTS[:1], FACTS[1:], FACTS, (*FACTS, MEASURE), (MEASURE, FACTS[0])]
)
def test_answers_are_added_up(asked: tuple[str, ...]) -> None:
    beliefs = _beliefs()
    value = value_of_reading(beliefs, _reading(asked), load_fineness(), 1)
    gained, changed = _by_hand(beliefs, [name for name in asked if name != MEASURE])
    # Nine nodes against two thousand: 1e-4 of 60 points.
    assert gained > 0.1
    assert value.evsi == pytest.approx(gained, abs=6e-3)
    assert value.changes == pytest.approx(changed, abs=1e-12)
    assert value.error == 0
    assert value.moves == (0,)


def test_a_fact_believed_likelier_has_its_chance_moved() -> None:
    """What is believed on average is the mean of the two values, whatever the belief rests on."""
    beliefs = _beliefs()
    row = load_table("baselines/covariates").row(id=FACTS[0])
    sure = np.array([(1 - row.number("mean")) / row.number("sd"), 0.0, 0.0])
    known = Beliefs(
        *(beliefs.intercept, beliefs.weights, beliefs.spread, beliefs.literature, sure),
        *(beliefs.covariance, beliefs.utility, beliefs.gain, beliefs.eligible),
    )
    value = value_of_reading(known, _reading(FACTS[:1]), load_fineness(), 1)
    # It is surely there: the only answer that has a chance is "yes".
    assert value.changes in {0.0, 1.0}
