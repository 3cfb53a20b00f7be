"""Expected chances and the calibrated intercept: an average person gets the rate of the evidence.

Pure array kernels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.gaussian import gauss_hermite, logistic, logit
from equipoise.predict.settings import Numerics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["calibrate_draws", "calibrate_intercept", "expect", "widened"]


def expect(mean: Array, variance: Array, nodes: int) -> tuple[Array, Array]:
    """Return the expected chance and its slope in the logit.

    Parameters
    ----------
    mean, variance : ndarray
        Of a normal logit, broadcast together.
    nodes : int
        Gauss-Hermite nodes.

    Returns
    -------
    chance, slope : ndarray
        E[p] and E[p (1 - p)] with p = logistic(z).
    """
    points, weights = gauss_hermite(nodes)
    value = logistic(mean[..., None] + np.sqrt(variance)[..., None] * points)
    return np.asarray(value @ weights), np.asarray((value * (1.0 - value)) @ weights)


def calibrate_intercept(chance: Array, variance: Array, numerics: Numerics) -> Array:
    """Solve ``E[logistic(a + z)] = chance`` for a, with z normal of mean 0.

    Parameters
    ----------
    chance : ndarray
        Between 0 and 1, both excluded.
    variance : ndarray
        Of z, broadcast against `chance`.
    numerics : Numerics
        Nodes and steps.

    Returns
    -------
    ndarray
        a, of the shape of both broadcast.

    Notes
    -----
    Newton's method on Gauss-Hermite nodes, started at the probit approximation
    ``logit(chance) * sqrt(1 + probit_scale * variance)``.
    """
    intercept = logit(chance) * np.sqrt(widened(variance, numerics))
    for _ in range(numerics.newton_steps):
        value, slope = expect(intercept, variance, numerics.nodes)
        intercept = intercept - (value - chance) / slope
    return np.asarray(intercept)


def widened(variance: Array, numerics: Numerics) -> Array:
    """Return the factor by which a variance of the logit grows in the intercept."""
    return np.asarray(1.0 + numerics.probit_scale * variance)


def calibrate_draws(theta: Array, variance: Array, numerics: Numerics) -> Array:
    """Solve ``E[logistic(a + z)] = logistic(theta)`` for every draw.

    Solved exactly on a grid for each option and interpolated in between; the curve is so close to
    a line that the error stays far below that of the draws.

    Parameters
    ----------
    theta : ndarray, shape (n, t)
        Draws of the log-odds of an average person.
    variance : ndarray, shape (t,)
        Of z.
    numerics : Numerics
        Nodes, steps and points of the grid.

    Returns
    -------
    ndarray, shape (n, t)
        a.
    """
    low, high = theta.min(axis=0), theta.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    grid = low + width * np.linspace(0.0, 1.0, numerics.grid)[:, None]
    solved = calibrate_intercept(logistic(grid), np.broadcast_to(variance, grid.shape), numerics)
    position = (theta - low) / width * (numerics.grid - 1)
    left = np.clip(position.astype(np.intp), 0, numerics.grid - 2)
    part = position - left
    below = np.take_along_axis(solved, left, axis=0)
    above = np.take_along_axis(solved, left + 1, axis=0)
    return np.asarray(below + part * (above - below))
