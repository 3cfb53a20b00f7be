"""Levels of side effects, burdens and cost: known, unknown, and moved by what a person has had."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.nouns import PastEffect, Treatment
from equipoise.core.streams import stream
from equipoise.core.tables import load_table, setting
from equipoise.predict.preferences.attributes import Attribute, Weights, read_attributes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["draw_levels", "level_sd", "levels_of", "unknown_levels"]


def levels_of(
    attribute: Attribute, treatments: Sequence[Treatment], experience: Sequence[PastEffect] = ()
) -> Array:
    """Return the expected level of each option.

    Parameters
    ----------
    attribute : Attribute
        One with levels.
    treatments : sequence of Treatment
        Options, t of them.
    experience : sequence of PastEffect
        Side effects that the person has had.

    Returns
    -------
    ndarray, shape (t,)
        An unknown level is the average of all options, never none; a side effect that the person
        had before on the same drug, or on one of its class, is likelier; levels beyond the ends
        count as the end.
    """
    low, high = sorted((attribute.worst, attribute.best))
    levels = [dict(one.attributes).get(attribute.id, attribute.unknown) for one in treatments]
    known = np.array([math.nan if level is None else level for level in levels])
    had = [one.treatment for one in experience if one.effect == attribute.reported_as]
    moved = known
    if had:
        shifts = np.array([_shift(one, had) for one in treatments])
        odds = known / (1.0 - known) * np.exp(shifts)
        moved = np.where(shifts > 0, odds / (1.0 + odds), known)
    return np.asarray(np.clip(moved, low, high))


def _shift(treatment: Treatment, had: Sequence[str]) -> float:
    """Return what is added to the log-odds; the strongest tie counts, once."""
    if any(name == treatment.id or name in treatment.drugs for name in had):
        return setting("predict_experience_same")
    if any(treatment.drug_class in _classes(name) for name in had):
        return setting("predict_experience_class")
    return 0.0


def _classes(name: str) -> set[str]:
    """Return the classes of an option, or of the options that consist of a drug alone."""
    row = load_table("treatments/treatments").find(id=name)
    if row is not None:
        return {row.text("drug_class")}
    rows = load_table("treatments/treatments")
    return {one.text("drug_class") for one in rows if one.items("drugs") == (name,)}


def unknown_levels(attribute: Attribute, treatments: Sequence[Treatment]) -> tuple[str, ...]:
    """Return the titles of the options whose level is not known.

    Parameters
    ----------
    attribute : Attribute
        One with levels.
    treatments : sequence of Treatment
        Options.

    Returns
    -------
    tuple of str
        In the order of the options.
    """
    return tuple(t.title for t in treatments if attribute.id not in dict(t.attributes))


def level_sd(weights: Weights, treatments: Sequence[Treatment]) -> Array:
    """Return how far the utility of each option may be off because of its levels.

    Parameters
    ----------
    weights : Weights
        What counts how much.
    treatments : sequence of Treatment
        Options, t of them.

    Returns
    -------
    ndarray, shape (t,)
        Standard deviation in points; errors of different attributes are independent.
    """
    rows, total = read_attributes(), np.zeros(len(treatments))
    held = [{name for name, _ in one.attributes} for one in treatments]
    for name, share in weights.shares:
        row = rows[name]
        span = abs(row.best - row.worst)
        sd = np.array([row.known_sd if name in own else row.unknown_sd for own in held])
        total += (share * sd / span) ** 2
    return np.asarray(100 * np.sqrt(total))


def draw_levels(weights: Weights, treatments: Sequence[Treatment], seed: int, draws: int) -> Array:
    """Draw what uncertain levels add to the utility of each option.

    Parameters
    ----------
    weights : Weights
        What counts how much.
    treatments : sequence of Treatment
        Options, t of them.
    seed : int
        Of the run.
    draws : int
        Number of draws, even.

    Returns
    -------
    ndarray, shape (draws, t)
        Points to add; half of the draws are the negatives of the others. One stream for each
        option by its id. For the chance of being first alone.
    """
    half = np.array([
        stream(f"levels/{one.id}", seed).standard_normal(draws // 2) for one in treatments
    ])
    drawn = half.T * level_sd(weights, treatments)
    return np.concatenate((drawn, -drawn))
