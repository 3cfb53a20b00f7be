"""The value of one test given what is believed now, and of knowing everything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.predict.information.kernels import (
    Beliefs,
    Value,
    directions,
    moved,
    trapezoid,
    utilities_given,
    value_of,
)
from equipoise.predict.information.lattice import lattice_normals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from equipoise.predict.information.numerics import Fineness

    Array = NDArray[np.float64]

__all__ = ["NOTHING", "contenders", "evppi", "perfect_information", "value_of_test"]

NOTHING: Final = Value(0.0, 0.0, 0.0, ())


def value_of_test(
    beliefs: Beliefs, design: Array, noise: Array, fineness: Fineness, seed: int
) -> Value:
    """Return what a test is worth.

    Parameters
    ----------
    beliefs : Beliefs
        Of all ranked options, sorted by id.
    design, noise : ndarray, shape (m, n) and (m, m)
        What the test reads of the state, and with which errors.
    fineness : Fineness
        Points and nodes.
    seed : int
        Of the shifts, where several results matter apart from each other.

    Returns
    -------
    Value
        Exactly 0 for a test that reaches no option.
    """
    paths = directions(beliefs, design, noise, fineness.least)
    active = moved(beliefs, paths, fineness.least)
    if not active.size:
        return NOTHING
    moves = tuple(int(option) for option in active)
    normals, weights = _results(paths.shape[1], fineness, seed)
    flat = normals.reshape(-1, paths.shape[1])
    columns = contenders(beliefs, paths, active, float(np.linalg.norm(flat, axis=1).max()))
    if columns.size == 1:
        return replace(NOTHING, moves=moves)
    today = np.argmax(np.where(beliefs.eligible, beliefs.utility, -np.inf))
    first = int(np.searchsorted(columns, today))
    acting = np.isin(columns, active)
    utility = np.tile(beliefs.utility[columns], (len(flat), 1))
    own = beliefs.of(columns[acting])
    utility[:, acting] = utilities_given(own, paths, flat, fineness.nodes)
    line = flat[:, 0] if paths.shape[1] == 1 else None
    groups = utility.reshape(*normals.shape[:2], -1)
    found = [value_of(group, weights, first, fineness.floor, line) for group in groups]
    return replace(_mean(found, columns), moves=moves)


def _results(dimensions: int, fineness: Fineness, seed: int) -> tuple[Array, Array]:
    """Return results as standard normals in groups, (g, q, r), and the weights in a group."""
    if dimensions == 1:
        normals, weights = trapezoid(fineness.points, fineness.reach)
        return normals[None, :, None], weights
    sets = lattice_normals(fineness.lattice, dimensions, fineness.shifts, seed)
    return sets, np.full(sets.shape[1], 1.0 / sets.shape[1])


def contenders(
    beliefs: Beliefs, paths: Array, active: NDArray[np.intp], far: float
) -> NDArray[np.intp]:
    """Return the options that some result could bring to the top, today's choice among them.

    Parameters
    ----------
    beliefs : Beliefs
        Of all options.
    paths : ndarray, shape (n, r)
        How the state moves.
    active : ndarray
        Options that the result moves.
    far : float
        Length of the furthest result that counts.

    Returns
    -------
    ndarray
        By position. The others stay below the lowest that the best can fall to, whatever the
        result is, or may not come first at all.

    Notes
    -----
    The logistic curve rises by at most 1/4 for one unit of the mean of its argument, and by at most
    1/20 for one unit of its variance.
    """
    own = beliefs.of(active)
    reach = np.linalg.norm(own.weights @ paths, axis=1)
    step = far * np.linalg.norm(paths, axis=1)
    widened = reach**2 + own.spread @ (step**2 + 2.0 * np.abs(own.mean) * step)
    bound = np.zeros_like(beliefs.utility)
    bound[active] = np.abs(own.gain) * (far * reach / 4 + widened / 20)
    lowest = (beliefs.utility - bound)[beliefs.eligible].max()
    return np.flatnonzero(beliefs.eligible & (beliefs.utility + bound >= lowest))


def _mean(found: Sequence[Value], columns: NDArray[np.intp]) -> Value:
    shares = np.zeros(columns.size)
    for one in found:
        for column, chance in one.leads:
            shares[column] += chance / len(found)
    order = sorted(np.flatnonzero(shares), key=lambda column: (-shares[column], column))
    worth = np.array([one.evsi for one in found])
    error = float(worth.std(ddof=1) / np.sqrt(worth.size)) if worth.size > 1 else 0.0
    return Value(
        evsi=float(worth.mean()),
        error=error,
        changes=float(np.mean([one.changes for one in found])),
        leads=tuple((int(columns[column]), float(shares[column])) for column in order),
    )


def evppi(beliefs: Beliefs, row: Array, fineness: Fineness, seed: int) -> Value:
    """Return what a test would be worth that read one part of the state without error.

    Parameters
    ----------
    beliefs : Beliefs
        What is believed now.
    row : ndarray, shape (n,)
        The part of the state, such as one mechanism.
    fineness : Fineness
        Points and nodes.
    seed : int
        Of the shifts.

    Returns
    -------
    Value
        No test of that part is worth more.
    """
    return value_of_test(beliefs, row[None, :], np.zeros((1, 1)), fineness, seed)


def perfect_information(utility: Array, first: int) -> float:
    """Return what knowing everything would be worth, E[max_t U_t - U_t*].

    Parameters
    ----------
    utility : ndarray, shape (n, t)
        Draws of literature and person.
    first : int
        Today's choice.

    Returns
    -------
    float
        In the unit of the utility.
    """
    return float((utility.max(axis=1) - utility[:, first]).mean())
