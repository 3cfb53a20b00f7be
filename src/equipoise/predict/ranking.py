"""Order, ties and the chance of being first. Pure kernels."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from equipoise.predict.comparisons import Comparisons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["arrange", "chance_of_first", "in_order", "reordered", "tie_group"]


def chance_of_first(utility: Array, tolerance: float) -> Array:
    """Return the share of draws in which each option is first; equal options share a draw.

    Parameters
    ----------
    utility : ndarray, shape (n, t)
        In each draw.
    tolerance : float
        Utilities this close are equal.

    Returns
    -------
    ndarray, shape (t,)
        They add up to 1.
    """
    first = utility >= utility.max(axis=1, keepdims=True) - tolerance
    return np.asarray((first / first.sum(axis=1, keepdims=True)).mean(axis=0))


def tie_group(
    expected: Array,
    drawn: Array,
    names: Sequence[str],
    comparisons: Comparisons,
    limits: tuple[float, float, float, float],
) -> NDArray[np.bool_]:
    """Return which options are tied with the first.

    An option that was never compared directly with the first needs less to share its place: what a
    chain of other comparisons says cannot be checked. One that no chain ties to the first needs
    hardly anything, and where direct comparisons contradict each other none stands above the other.

    Parameters
    ----------
    expected : ndarray, shape (t,)
        Expected utility.
    drawn : ndarray, shape (n, t)
        Utility in each draw.
    names : sequence of str
        Ids; the first of equal options is the first by id.
    comparisons : Comparisons
        Which pairs were randomised against each other.
    limits : tuple of (points, direct, joined, apart)
        Closer than `points` to the first, or above it with at least this chance: after a direct
        comparison, by a chain of comparisons, without any.

    Returns
    -------
    ndarray, shape (t,)
        The first option itself is always among them.
    """
    points, direct, joined, apart = limits
    first = in_order(expected, names)[0]
    indirect = np.where(comparisons.joined[first], joined, apart)
    needed = np.where(comparisons.direct[first], direct, indirect)
    close = expected[first] - expected < points
    above = _chance_above(drawn - drawn[:, first, None]) >= needed
    return np.asarray(close | above | comparisons.disputed[first])


def _chance_above(lead: Array) -> Array:
    """Return the chance that each column is above 0, shape (t,), read as if it were normal.

    A share of draws would let the seed decide who is tied; mean and spread of the draws are ten
    times steadier in the tail.
    """
    mean, sd = lead.mean(axis=0), lead.std(axis=0)
    score = np.divide(mean, sd, out=np.where(mean > 0, np.inf, -np.inf), where=sd > 0)
    return np.array([NormalDist().cdf(one) for one in score])


def in_order(expected: Array, names: Sequence[str]) -> list[int]:
    """Return the positions of the options by utility, highest first, equal ones by id."""
    return sorted(range(len(names)), key=lambda t: (-expected[t], names[t]))


def arrange(expected: Array, tied: NDArray[np.bool_], names: Sequence[str]) -> list[int]:
    """Return the order of the options: the tie group by id, then the rest by utility.

    Parameters
    ----------
    expected : ndarray, shape (t,)
        Expected utility.
    tied : ndarray, shape (t,)
        The tie group.
    names : sequence of str
        Ids; they settle what is equal.

    Returns
    -------
    list of int
        Positions.
    """
    ranked = in_order(expected, names)
    group = sorted((t for t in ranked if tied[t]), key=lambda t: names[t])
    return group + [t for t in ranked if not tied[t]]


def reordered(average: Array, own: Array, points: float) -> bool:
    """Return whether any two options change places by more than is too close to call.

    Parameters
    ----------
    average, own : ndarray, shape (t,)
        Expected utility of the average person and of this one.
    points : float
        A lead below this is too close to call.

    Returns
    -------
    bool
        Whether some option that is ahead for the average person is behind by `points` here.
    """
    ahead = average[:, None] > average
    behind = own - own[:, None] >= points
    return bool((ahead & behind).any())
