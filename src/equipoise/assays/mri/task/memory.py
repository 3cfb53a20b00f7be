"""The error of an effect where noise has a memory and the model has many regressors.

Residuals have less memory than the noise, because the regressors take part of it, the more of them
there are; an error that rests on the residuals' own correlation is then too small, with two dozen
motion terms by a tenth to a third. So the correlation of neighbouring residuals is compared with
what noise of each memory would leave after this very design, and the memory that fits is used.
Pure array kernels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["memory_of", "variance_of"]

_GRID: Final = 199
"""Candidates between -1 and 1."""


def memory_of(series: Array, matrix: Array) -> Array:
    """Return the correlation of neighbouring volumes of the noise, freed of the design's share.

    Parameters
    ----------
    series : ndarray, shape (volumes, n)
        As fitted.
    matrix : ndarray, shape (volumes, k)
        Design.

    Returns
    -------
    ndarray, shape (n,)
        Between -1 and 1.
    """
    left = _residual_maker(matrix)
    residuals = left @ series
    seen = (residuals[1:] * residuals[:-1]).sum(axis=0) / (residuals**2).sum(axis=0)
    candidates = np.linspace(-1, 1, _GRID)[1:-1]
    shifted = left[:, :-1] @ left[1:]  # left, one volume on, left again
    lags = np.arange(len(series))
    powers = candidates[:, None] ** lags
    expected = (powers @ _of_lags(shifted)) / (powers @ _of_lags(left))
    return np.asarray(np.interp(seen, np.maximum.accumulate(expected), candidates))


def variance_of(series: Array, matrix: Array, weights: Array) -> Array:
    """Return the variance of a contrast of each series.

    Parameters
    ----------
    series : ndarray, shape (volumes, n)
        As fitted.
    matrix : ndarray, shape (volumes, k)
        Design.
    weights : ndarray, shape (m,)
        Weights of the first m columns.

    Returns
    -------
    ndarray, shape (n,)
        Of generalised least squares with the memory of :func:`memory_of`.
    """
    whole = np.zeros(matrix.shape[1])
    whole[: len(weights)] = weights
    scaled = np.linalg.norm(matrix, axis=0)
    memories = memory_of(series, matrix)
    return np.array([
        _variance(_whitened(one, memory), _whitened(matrix / scaled, memory), whole / scaled)
        for one, memory in zip(series.T, memories, strict=True)
    ])


def _variance(series: Array, matrix: Array, weights: Array) -> float:
    inverse = np.linalg.pinv(matrix)
    left = series - matrix @ (inverse @ series)
    freedom = len(series) - np.linalg.matrix_rank(matrix)
    share = weights @ inverse
    return float(share @ share * (left @ left) / freedom)


def _whitened(columns: Array, memory: float) -> Array:
    found = columns.copy()
    found[1:] -= memory * columns[:-1]
    found[0] *= np.sqrt(1 - memory**2)
    return found


def _residual_maker(matrix: Array) -> Array:
    basis, singular, _ = np.linalg.svd(matrix / np.linalg.norm(matrix, axis=0), full_matrices=False)
    basis = basis[:, singular > np.sqrt(np.finfo(np.float64).eps) * singular.max()]
    return np.asarray(np.eye(len(matrix)) - basis @ basis.T)


def _of_lags(matrix: Array) -> Array:
    """Return the sums of the entries at each distance from the diagonal, both sides together."""
    size = len(matrix)
    rows = np.arange(size)
    distance = np.abs(rows[:, None] - rows).ravel()
    found = np.bincount(distance, weights=matrix.ravel(), minlength=size)
    return np.asarray(found, dtype=np.float64)
