"""The smallest change of one weight that puts another option first, against brute force."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import settings as profile
from hypothesis import strategies as st

from equipoise.core.answers import given, not_asked
from equipoise.core.nouns import Appraisal, EvidenceBase, Preferences, Profile
from equipoise.predict import predict
from equipoise.predict.preferences.changes import first_from

GRID = 5_001


def _utilities(worths: np.ndarray, shares: np.ndarray, place: int, weight: float) -> np.ndarray:
    others = shares * (1 - weight) / (1 - shares[place])
    others[place] = weight
    return np.asarray(others @ worths)


@examples(st.integers(0, 10_000), st.integers(2, 5), st.integers(2, 6))
@profile(max_examples=40, deadline=None)
def test_against_a_fine_grid(seed: int, attributes: int, options: int) -> None:
    rng = np.random.default_rng(seed)
    worths = rng.random((attributes, options))
    shares = rng.dirichlet(np.ones(attributes))
    place = int(rng.integers(attributes))
    needed = first_from(worths, shares, place)
    grid = np.linspace(0, 1, GRID)
    rest = (np.delete(shares, place) / (1 - shares[place])) @ np.delete(worths, place, axis=0)
    lines = grid[:, None] * worths[place] + (1 - grid[:, None]) * rest
    for option in range(options):
        wins = grid[lines[:, option] >= lines.max(axis=1) - 1e-12]
        if wins.size == 0:
            # A stretch narrower than the grid may be missed by it.
            if not np.isnan(needed[option]):
                found = _utilities(worths, shares, place, float(needed[option]))
                assert found[option] >= found.max() - 1e-9
            continue
        nearest = wins[np.abs(wins - shares[place]).argmin()]
        # One step of the grid, and that of the end where the stretch begins.
        assert needed[option] == pytest.approx(nearest, abs=1.5 / (GRID - 1))


@examples(st.integers(0, 10_000))
@profile(max_examples=40, deadline=None)
def test_at_the_weight_needed_the_option_is_first(seed: int) -> None:
    rng = np.random.default_rng(seed)
    worths, shares = rng.random((4, 5)), rng.dirichlet(np.ones(4))
    for place in range(4):
        needed = first_from(worths, shares, place)
        now = int((shares @ worths).argmax())
        assert needed[now] == shares[place]
        for option in np.flatnonzero(~np.isnan(needed)):
            found = _utilities(worths, shares, place, float(needed[option]))
            assert found[option] >= found.max() - 1e-9


def test_two_options_by_hand() -> None:
    # The others: 0.6 against 0.4; this attribute: 0 against 1. Equal at 0.6 (1 - w) = 0.4 + 0.6 w.
    worths = np.array([[0.6, 0.4], [0.0, 1.0]])
    needed = first_from(worths, np.array([0.9, 0.1]), 1)
    assert needed.tolist() == pytest.approx([0.1, 1 / 6])
    # Dominated: never first. Alone: nothing can change.
    assert np.isnan(first_from(np.array([[0.6, 0.4], [0.7, 0.1]]), np.array([0.5, 0.5]), 0)[1])
    assert np.isnan(first_from(np.array([[0.6, 0.4]]), np.array([1.0]), 0)).all()


@pytest.mark.parametrize("reverse", [False, True])
def test_the_change_that_is_told_changes_the_first_choice(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
    reverse: bool,
) -> None:
    rates = [("escitalopram", 0.44), ("nortriptyline", 0.40), ("rtms", 0.445)]
    evidence = make_evidence(tuple(reversed(rates)) if reverse else tuple(rates))
    visits = {"escitalopram": 3.0, "nortriptyline": 0.0, "rtms": 30.0}
    evidence = _with_visits(evidence, visits)
    decision = predict(make_person(), stage_one, evidence, preferences=not_asked(), seed=1)
    told = [one for one in decision.preference_changes if one.attribute == "visits"]
    assert [one.option for one in told]
    assert all(abs(one.needed - one.weight) < 0.15 for one in decision.preference_changes)
    lead = max(decision.predictions, key=lambda one: one.utility).treatment
    for one in told:
        assert one.option != lead
        over = 1.0 if one.needed > one.weight else -1.0
        wished = _weights(dict(decision.weights), one.attribute, one.needed + over * 1e-3)
        again = predict(
            make_person(),
            stage_one,
            evidence,
            preferences=given(Preferences(tuple(wished.items()))),
            seed=1,
        )
        assert max(again.predictions, key=lambda p: p.utility).treatment == one.option


def _with_visits(evidence: EvidenceBase, visits: dict[str, float]) -> EvidenceBase:
    from dataclasses import replace

    treatments = tuple(
        replace(one, attributes=(("visits", visits[one.id]), *one.attributes[1:]))
        for one in evidence.treatments
    )
    return replace(evidence, treatments=treatments)


def _weights(shares: dict[str, float], name: str, weight: float) -> dict[str, float]:
    """Return every weight of the table, so that the scale is free."""
    from equipoise.predict.preferences.attributes import read_attributes

    scale = (1 - weight) / (1 - shares[name])
    moved = {key: share * scale for key, share in shares.items()} | {name: weight}
    every = {key: 0.0 for key, row in read_attributes().items() if row.kind != "sum"}
    return every | moved
