"""Which options were randomised against each other, and what that lets a ranking say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import Effect, HeadToHead
from equipoise.predict.choices import Option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

__all__ = ["Comparisons", "compare", "head_to_head"]

OUTCOMES: Final = ("response", "remission")


@dataclass(frozen=True, slots=True)
class Comparisons:
    """What is known of each pair of options, shape (t, t).

    Parameters
    ----------
    direct : ndarray of bool
        Whether a randomised trial compared the two; an option is compared with itself.
    joined : ndarray of bool
        Whether a chain of randomised comparisons leads from one to the other.
    disputed : ndarray of bool
        Whether direct comparisons of the pair point in opposite directions.
    """

    direct: Flags
    joined: Flags
    disputed: Flags


def compare(options: Sequence[Option], effects: Iterable[Effect]) -> Comparisons:
    """Return what is known of each pair of options.

    Parameters
    ----------
    options : sequence of Option
        Shape (t,).
    effects : iterable of Effect
        Published and from trials; only those between two options count.

    Returns
    -------
    Comparisons
        Symmetric.
    """
    parts = np.array([one.baseline.component for one in options])
    direct = np.eye(len(options), dtype=bool)
    score = np.zeros((2, len(options), len(options)))
    places = {one.treatment.id: place for place, one in enumerate(options)}
    for effect in _between(effects, places):
        a, b = places[effect.treatment], places[effect.comparator]
        direct[a, b] = direct[b, a] = True
        signal = effect.estimate / effect.standard_error
        for row, column, sign in ((a, b, 1), (b, a, -1)):
            score[0, row, column] = max(score[0, row, column], sign * signal)
            score[1, row, column] = max(score[1, row, column], -sign * signal)
    # Each side is favoured by more than one standard error somewhere.
    joined = np.asarray(parts[:, None] == parts) | direct
    return Comparisons(direct, joined, np.asarray((score > 1).all(axis=0)))


def head_to_head(options: Sequence[Option], effects: Iterable[Effect]) -> tuple[HeadToHead, ...]:
    """Return the direct randomised comparisons of the ranked options.

    Parameters
    ----------
    options : sequence of Option
        Those that are ranked.
    effects : iterable of Effect
        Published and from trials.

    Returns
    -------
    tuple of HeadToHead
        Sorted by the pair, then as in the tables.
    """
    places = {one.treatment.id: place for place, one in enumerate(options)}
    found = [
        HeadToHead(
            source=one.id,
            treatment=one.treatment,
            comparator=one.comparator,
            outcome=one.outcome,
            estimate=one.estimate,
            standard_error=one.standard_error,
            population=one.population,
            weeks=one.weeks,
            pooled=one.use == "joint",
            grade=one.grade,
            checked=one.checked,
            references=one.references,
        )
        for one in _between(effects, places)
    ]
    return tuple(sorted(found, key=lambda one: (one.treatment, one.comparator, one.source)))


def _between(effects: Iterable[Effect], places: dict[str, int]) -> Iterator[Effect]:
    for effect in effects:
        known = effect.treatment in places and effect.comparator in places
        if known and effect.outcome in OUTCOMES:
            yield effect
