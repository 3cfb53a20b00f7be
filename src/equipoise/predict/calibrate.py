"""Expected chances and the calibrated intercept: an average person gets the rate of the evidence.

Pure array kernels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.gaussian import gauss_hermite, logistic, logit
from equipoise.predict.settings import Numerics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["calibrate_draws", "calibrate_intercept", "expect", "expect_draws", "widened"]


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

    Parameters
    ----------
    theta : ndarray, shape (n, t)
        Draws of the log-odds of an average person.
    variance : ndarray, shape (t,)
        Of z.
    numerics : Numerics
        Nodes, steps, degree of the curves.

    Returns
    -------
    ndarray, shape (n, t)
        a.
    """

    def _solved(points: Array) -> Array:
        spread = np.broadcast_to(variance, points.shape)
        return calibrate_intercept(logistic(points), spread, numerics)

    return _along(theta, _solved, numerics)


def expect_draws(logits: Array, variance: Array, numerics: Numerics) -> Array:
    """Return ``E[logistic(l + z)]`` for every draw l, with z normal of mean 0.

    Parameters
    ----------
    logits : ndarray, shape (n, t)
        Draws.
    variance : ndarray, shape (t,)
        Of z.
    numerics : Numerics
        Nodes, degree of the curves.

    Returns
    -------
    ndarray, shape (n, t)
        Chances.
    """

    def _integrated(points: Array) -> Array:
        spread = np.broadcast_to(variance, points.shape)
        return logit(expect(points, spread, numerics.nodes)[0])

    return logistic(_along(logits, _integrated, numerics))


def _along(draws: Array, curve: Callable[[Array], Array], numerics: Numerics) -> Array:
    """Return a smooth curve of each column at every draw.

    The curve is worked out at Chebyshev points between the lowest and the highest draw, and a
    polynomial is put through them. Both curves here are so close to a line that its error stays far
    below that of the draws.
    """
    low, high = draws.min(axis=0), draws.max(axis=0)
    half = np.where(high > low, (high - low) / 2, 1.0)
    middle = (high + low) / 2
    points = np.cos(np.pi * (np.arange(numerics.grid) + 0.5) / numerics.grid)
    values = curve(middle + half * points[:, None])
    powers = np.linalg.solve(np.vander(points, increasing=True), values)
    scaled = (draws - middle) / half
    total = scaled * powers[-1]
    for power in powers[-2:0:-1]:
        total += power
        total *= scaled
    total += powers[0]
    return np.asarray(total)
