"""Gaussian arithmetic that several stages share. Pure array kernels."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["condition", "expected_logistic", "gauss_hermite", "logistic", "logit"]


def condition(
    prior_covariance: Array, design: Array, noise: Array, observed: Array
) -> tuple[Array, Array, Array]:
    """Condition a zero-mean Gaussian state on linear observations.

    Parameters
    ----------
    prior_covariance : ndarray, shape (n, n)
        Covariance of the state x.
    design : ndarray, shape (m, n)
        Rows H with y = H x + e.
    noise : ndarray, shape (m, m)
        Covariance of e.
    observed : ndarray, shape (m,)
        y.

    Returns
    -------
    mean : ndarray, shape (n,)
        K y.
    covariance : ndarray, shape (n, n)
        Posterior covariance, symmetrised.
    gain : ndarray, shape (n, m)
        K; ``gain[i, j] * observed[j]`` is what observation j adds to component i.

    References
    ----------
    Bishop 2006, Pattern Recognition and Machine Learning, section 2.3.
    """
    total = design @ prior_covariance @ design.T + noise
    gain = np.asarray(np.linalg.solve(total, design @ prior_covariance), dtype=np.float64).T
    covariance = prior_covariance - gain @ design @ prior_covariance
    return gain @ observed, (covariance + covariance.T) / 2, gain


def logistic(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(x, dtype=np.float64))))


def logit(p: Array) -> Array:
    """Return log(p / (1 - p)) of chances strictly between 0 and 1."""
    p = np.asarray(p, dtype=np.float64)
    return np.asarray(np.log(p) - np.log1p(-p))


@lru_cache(maxsize=8)
def gauss_hermite(nodes: int) -> tuple[Array, Array]:
    """Return points and weights such that ``weights @ f(points)`` is E[f(Z)], Z standard normal.

    Parameters
    ----------
    nodes : int
        Number of nodes.

    Returns
    -------
    points, weights : ndarray, shape (nodes,)
        The weights add up to 1. Kept and read-only.
    """
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    weights = weights / weights.sum()
    points.flags.writeable = weights.flags.writeable = False
    return points, weights


def expected_logistic(mean: Array, variance: Array, nodes: int) -> Array:
    """Return E[logistic(x)] for Gaussian x by Gauss-Hermite quadrature.

    Parameters
    ----------
    mean, variance : ndarray, broadcast together
        Of x.
    nodes : int
        Number of nodes.

    Returns
    -------
    ndarray
        Of the shape of `mean` and `variance` broadcast.
    """
    points, weights = gauss_hermite(nodes)
    mean, variance = np.asarray(mean), np.asarray(variance)
    return np.asarray(logistic(mean[..., None] + np.sqrt(variance)[..., None] * points) @ weights)
