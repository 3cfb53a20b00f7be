"""What counts how much for a person."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.answers import Answer
from equipoise.core.errors import InputError
from equipoise.core.nouns import Preferences, Treatment
from equipoise.core.streams import stream
from equipoise.predict.preferences.attributes import SUM, Attribute, Weights, read_attributes
from equipoise.predict.preferences.levels import draw_levels
from equipoise.predict.preferences.said import weights_said
from equipoise.predict.preferences.worth import (
    Values,
    in_remission,
    time_gained,
    utilities,
    values_of,
)
from equipoise.predict.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = [
    "Values",
    "Weights",
    "choose_weights",
    "counted",
    "default_swings",
    "draw_levels",
    "draw_weights",
    "in_remission",
    "swings_of",
    "time_gained",
    "utilities",
    "values_of",
]

HUNDRED = 100.0
LEAST = 1.0


def choose_weights(preferences: Answer[Preferences], treatments: Sequence[Treatment]) -> Weights:
    """Return the weights to use.

    A swing weight says how much raising an attribute from its worst to its best level counts,
    the most important one 100. Attributes that the person left out keep their default swing, so
    weights that stand beside defaults must be on that scale: read as 0.6 of 100, a weight of 0.6
    would turn a wish into its opposite.

    Parameters
    ----------
    preferences : Answer of Preferences
        Swing weights that the person set, and side effects that they have had.
    treatments : sequence of Treatment
        The options that are ranked.

    Returns
    -------
    Weights
        `source` names the defaults used, the attributes that could not count, and the options
        whose level is not known.

    Raises
    ------
    InputError
        If a weight is negative, names no attribute, or is on another scale than the defaults that
        it stands beside, or too large.
    """
    rows = read_attributes()
    told = preferences.value or Preferences()
    own = swings_of(told.weights)
    known = counted(treatments)
    swings, moved = _stood_in(default_swings(rows) | own, rows, known)
    why = "asked, not known" if preferences.status == "unknown" else "none were set"
    if not any(swings[name] for name in known):
        swings, own, why = default_swings(rows), {}, "those set leave nothing to compare"
        moved = ()
    total = sum(swings[name] for name in known)
    if not math.isfinite(total):
        raise InputError(
            "these weights are too large to be added up",
            where="preferences, weights",
            got=f"{max(own.values()):g}",
            todo=f"give {HUNDRED:g} to what matters most and the others relative to it",
        )
    shares = tuple((name, swings[name] / total) for name in known if swings[name])
    missing = [name for name in swings if name not in known and swings[name]]
    weights = Weights(shares, "", told.experience)
    source = weights_said(weights, treatments, (own, why), missing, moved)
    return Weights(shares, source, told.experience)


def swings_of(weights: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Return the swings that a person set, by attribute.

    Parameters
    ----------
    weights : sequence of (str, float)
        As they stand in a record; a name for a whole group is spread over its attributes.

    Returns
    -------
    dict
        Of single attributes.

    Raises
    ------
    InputError
        If one is negative, no number, names no attribute, weighs a group and a part of it, or is
        on another scale than the defaults that it stands beside.
    """
    rows, own = read_attributes(), dict(weights)
    _check(own, rows)
    spread = _spread(own, rows)
    _check_scale(own, spread, rows)
    return spread


def counted(treatments: Sequence[Treatment]) -> tuple[str, ...]:
    """Return the attributes that can count among these options, in the order of the table.

    Parameters
    ----------
    treatments : sequence of Treatment
        The options that are ranked.

    Returns
    -------
    tuple of str
        Outcomes; speed where every option has its time; a level where every option has one, or
        where an unknown one may stand as the average and at least one is known.
    """
    return tuple(name for name, row in read_attributes().items() if _known(row, treatments))


def _known(row: Attribute, treatments: Sequence[Treatment]) -> bool:
    if row.kind == SUM:
        return False
    if row.id == "speed":
        return all(one.weeks_to_effect is not None for one in treatments)
    if row.kind == "outcome":
        return True
    held = [row.id in dict(one.attributes) for one in treatments]
    return all(held) if row.unknown is None else any(held)


def _check(weights: Mapping[str, float], rows: Mapping[str, Attribute]) -> None:
    for name, swing in weights.items():
        where = f"preferences, weight {name}"
        if name not in rows:
            raise InputError("no such attribute", where=where, allowed=", ".join(rows))
        if not (math.isfinite(swing) and swing >= 0):
            raise InputError("a weight is a number from 0", where=where, got=str(swing))


def _spread(own: Mapping[str, float], rows: Mapping[str, Attribute]) -> dict[str, float]:
    """Spread the weight of a whole group over its attributes, as their defaults are."""
    spread = {name: swing for name, swing in own.items() if rows[name].kind != SUM}
    for name in (name for name in own if rows[name].kind == SUM):
        parts = [row for row in rows.values() if row.group == rows[name].group and row.share]
        both = [row.id for row in parts if row.id in own]
        if both and not own[name]:
            # Nothing for the whole but for what is named: the other parts count nothing.
            spread |= {row.id: 0.0 for row in parts if row.id not in own}
            continue
        if both:
            raise InputError(
                "a weight for the whole and one for a part of it",
                where=f"preferences, weight {name}",
                got=", ".join(both),
                todo=f"leave out {name}, or leave out its parts",
            )
        whole = sum(row.share for row in parts)
        spread |= {row.id: own[name] * row.share / whole for row in parts}
    return spread


def _check_scale(
    own: Mapping[str, float], spread: Mapping[str, float], rows: Mapping[str, Attribute]
) -> None:
    """Refuse weights that cannot be told to be on the scale of the defaults beside them."""
    raised = {name: swing for name, swing in own.items() if swing}
    usuals = default_swings(rows)
    if not raised or all(name in spread for name, usual in usuals.items() if usual):
        return
    most = max((usuals | dict(own)).values())
    if math.isclose(most, HUNDRED) and min(raised.values()) >= LEAST:
        return
    raise InputError(
        "weights beside the defaults are not on their scale",
        where="preferences, weights",
        got=", ".join(f"{name} {swing:g}" for name, swing in raised.items()),
        allowed=f"0, or {LEAST:g} to {HUNDRED:g}, with {HUNDRED:g} for what matters most",
        todo="give 100 to what matters most and the others relative to it, or set every weight",
    )


def default_swings(rows: Mapping[str, Attribute]) -> dict[str, float]:
    """Return the default weight of each attribute, the largest one 100."""
    shares = {
        name: 0.0 if row.if_weighed else row.share for name, row in rows.items() if row.kind != SUM
    }
    return {name: HUNDRED * share / max(shares.values()) for name, share in shares.items()}


def _stood_in(
    swings: Mapping[str, float], rows: Mapping[str, Attribute], known: Sequence[str]
) -> tuple[dict[str, float], tuple[tuple[str, str], ...]]:
    """Move the weight of what no option has a level of to what stands in for it."""
    after, moved = dict(swings), []
    for name, swing in swings.items():
        instead = rows[name].stands_in
        if swing and name not in known and instead is not None:
            after[instead] += swing
            after[name] = 0.0
            moved.append((name, instead))
    return after, tuple(moved)


def draw_weights(weights: Weights, seed: int, settings: Settings) -> Array:
    """Draw weights about those given, because nobody knows their own wishes exactly.

    Parameters
    ----------
    weights : Weights
        Their mean.
    seed : int
        Of the run.
    settings : Settings
        Concentration, draws.

    Returns
    -------
    ndarray, shape (n, a)
        Dirichlet draws, one stream for each attribute.
    """
    parts = np.stack(
        [
            stream(f"weight/{name}", seed).standard_gamma(
                settings.concentration * share, settings.numerics.draws
            )
            for name, share in weights.shares
        ],
        axis=1,
    )
    return np.asarray(parts / parts.sum(axis=1, keepdims=True))
