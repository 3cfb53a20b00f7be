"""A robust linear model: Huber's M-estimate with his proposal 2 for the scale. Pure kernels.

The same choices as ``rlm(..., scale.est = "proposal 2")`` of the R package MASS: coefficients and
scale are found together by iteratively reweighted least squares, and the covariance of the
coefficients is the one that its summary prints.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["RobustFit", "robust_fit"]

_NORMAL = NormalDist()
_ROUNDS = 200
_CLOSE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class RobustFit:
    """What a robust fit found.

    Parameters
    ----------
    coefficients : ndarray, shape (p,)
        One for each column of the design.
    covariance : ndarray, shape (p, p)
        Of the coefficients.
    sd : float
        Robust residual standard deviation, corrected for the p coefficients.
    sd_error : float
        Its standard error where the residuals are normal.
    weights : ndarray, shape (n,)
        1 for people near the model, less the further they are away.
    """

    coefficients: Array
    covariance: Array
    sd: float
    sd_error: float
    weights: Array


def robust_fit(design: Array, values: Array, constant: float) -> RobustFit:
    """Fit a linear model that single far values cannot carry away.

    Parameters
    ----------
    design : ndarray, shape (n, p)
        One row for each person; of full rank, n > p.
    values : ndarray, shape (n,)
        What is modelled.
    constant : float
        Huber's constant: residuals beyond this many standard deviations lose weight.

    Returns
    -------
    RobustFit
        `sd` is 0 where the model fits without any residual.

    Notes
    -----
    A value that is far in the design and in the values at once still has leverage: Huber's
    estimate guards against outlying values, not against outlying covariates.

    References
    ----------
    Huber 1981, Robust Statistics, sections 7.6 and 7.7.
    """
    freedom = len(values) - design.shape[1]
    weights = np.ones(len(values))
    scale = 0.0
    for _ in range(_ROUNDS):
        coefficients = _weighted(design, values, weights)
        residuals = values - design @ coefficients
        if scale == 0.0:
            scale = float(np.median(np.abs(residuals))) / _NORMAL.inv_cdf(3 / 4)
        before = scale
        scale = _proposal_two(residuals, scale, constant, freedom)
        if scale <= _CLOSE * max(1.0, float(np.abs(values).max())):
            p = design.shape[1]
            return RobustFit(coefficients, np.zeros((p, p)), 0.0, 0.0, np.ones(len(values)))
        fresh = _huber_weights(residuals / scale, constant)
        moved = float(np.abs(fresh - weights).max()) + abs(scale - before) / scale
        weights = fresh
        if moved < _CLOSE:
            break
    covariance = _covariance(design, residuals / scale, scale, constant)
    error = scale * _scale_error(constant) / math.sqrt(freedom)
    return RobustFit(coefficients, covariance, scale, error, weights)


def _weighted(design: Array, values: Array, weights: Array) -> Array:
    root = np.sqrt(weights)
    found = np.linalg.lstsq(design * root[:, None], values * root, rcond=None)[0]
    return np.asarray(found, dtype=np.float64)


def _huber_weights(standardised: Array, constant: float) -> Array:
    away = np.maximum(np.abs(standardised), constant)
    return constant / away


def _moments(constant: float) -> tuple[float, float, float]:
    """Return E[min(u^2, k^2)], E[min(u^4, k^4)] and E[u^2; |u| < k] of a standard normal u."""
    inside = 2 * _NORMAL.cdf(constant) - 1
    edge = 2 * constant * _NORMAL.pdf(constant)
    second = inside - edge
    fourth = 3 * inside - edge * (constant**2 + 3)
    outside = 1 - inside
    return second + constant**2 * outside, fourth + constant**4 * outside, second


def _proposal_two(residuals: Array, scale: float, constant: float, freedom: int) -> float:
    capped = np.minimum(residuals**2, (constant * scale) ** 2)
    return math.sqrt(float(capped.sum()) / (freedom * _moments(constant)[0]))


def _scale_error(constant: float) -> float:
    """Return the asymptotic standard error of the scale, for sd 1 and one degree of freedom."""
    capped, squared, inside = _moments(constant)
    return math.sqrt(squared - capped**2) / (2 * inside)


def _covariance(design: Array, standardised: Array, scale: float, constant: float) -> Array:
    """Return the covariance of the coefficients as Huber 1981 corrects it for small samples."""
    people, terms = design.shape
    psi = np.clip(standardised, -constant, constant)
    slope = (np.abs(standardised) <= constant).astype(float)
    mean = float(slope.mean())
    variance = float(slope.var(ddof=1))
    correction = 1 + terms * variance / (people * mean**2)
    spread = scale**2 * float((psi**2).sum()) / (people - terms)
    inverse = np.asarray(np.linalg.inv(design.T @ design), dtype=np.float64)
    return np.asarray(inverse * (spread * (correction / mean) ** 2))
