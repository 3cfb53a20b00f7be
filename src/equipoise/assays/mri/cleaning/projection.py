"""Detrending, band-pass and confound regression in one projection. Pure array kernels.

The series are written in an orthonormal cosine basis (DCT-II) of the frequencies in the band;
what the confounds and a linear trend leave in that basis is projected out of it. By the theorem
of Frisch, Waugh and Lovell this equals one regression on the frequencies outside the band, the
trend and the confounds together, so no step brings back what another removed. What is left has a
known number of degrees of freedom: frequencies in the band minus the rank of the confounds there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Projection", "in_band", "out_of_band", "projection"]


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A cleaning of series of one length.

    Parameters
    ----------
    basis : ndarray, shape (volumes, m)
        Orthonormal cosines in the band.
    removed : ndarray, shape (m, k)
        Orthonormal directions, in that basis, that the confounds and the trend span.
    """

    basis: Array
    removed: Array

    @property
    def freedom(self) -> int:
        """Degrees of freedom left in a cleaned series."""
        return int(self.basis.shape[1] - self.removed.shape[1])

    def coefficients(self, series: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return what is left of series of shape (volumes, n) in the basis, shape (m, n)."""
        dtype = series.dtype
        found = self.basis.T.astype(dtype) @ series
        found -= self.removed.astype(dtype) @ (self.removed.T.astype(dtype) @ found)
        return np.asarray(found)

    def without_removed(self, coefficients: Array) -> Array:
        """Project coefficients of shape (m, n) off what was removed."""
        return coefficients - self.removed @ (self.removed.T @ coefficients)

    def in_time(self, coefficients: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return series in time, shape (volumes, n), from coefficients of shape (m, n)."""
        return np.asarray(self.basis.astype(coefficients.dtype) @ coefficients)

    def kernel(self) -> Array:
        """Return the projection as a matrix over time, shape (volumes, volumes)."""
        gone = self.basis @ self.removed
        return np.asarray(self.basis @ self.basis.T - gone @ gone.T)


def in_band(volumes: int, seconds: float, low: float, high: float) -> NDArray[np.int64]:
    """Return the numbers k of the cosines whose frequency k / (2 T) lies within the band.

    Parameters
    ----------
    volumes : int
        Length of the run.
    seconds : float
        Time between volumes; T is their product.
    low, high : float
        The band in Hz, ends included.

    Returns
    -------
    ndarray of int
        Rising; 0 would be the constant.
    """
    numbers = np.arange(1, volumes)
    frequency = numbers / (2 * volumes * seconds)
    return numbers[(frequency >= low) & (frequency <= high)]


def out_of_band(volumes: int, kept: NDArray[np.int64]) -> Array:
    """Return the cosines, the constant included, that are not `kept`: what a filter removes."""
    others = np.setdiff1d(np.arange(volumes), kept)
    return _cosines(volumes, others)


def _cosines(volumes: int, numbers: NDArray[np.int64]) -> Array:
    time = (np.arange(volumes) + 0.5) / volumes
    basis = np.cos(np.pi * np.outer(time, numbers)) * np.sqrt(2 / volumes)
    basis[:, numbers == 0] /= np.sqrt(2)
    return np.asarray(basis)


def projection(confounds: Array, seconds: float, band: tuple[float, float]) -> Projection:
    """Build the projection for one run.

    Parameters
    ----------
    confounds : ndarray, shape (volumes, n)
        Regressors; constant columns and repeats are harmless. A linear trend is added.
    seconds : float
        Time between volumes.
    band : tuple of float
        Lowest and highest frequency kept, Hz.

    Returns
    -------
    Projection
        Basis and removed directions.
    """
    volumes = len(confounds)
    basis = _cosines(volumes, in_band(volumes, seconds, *band))
    trend = np.linspace(-1, 1, volumes)[:, None]
    raw = np.hstack([confounds, trend])
    # Powers of two cost no digit, and keep the squares of huge regressors within range.
    raw = np.ldexp(raw, -np.frexp(np.abs(raw).max(axis=0))[1])
    design = raw - raw.mean(axis=0)
    length = np.linalg.norm(design, axis=0)
    rounding = np.sqrt(np.finfo(np.float64).eps)
    design = design[:, length > rounding * np.linalg.norm(raw, axis=0)]
    seen = basis.T @ (design / np.linalg.norm(design, axis=0))
    seen = seen[:, np.linalg.norm(seen, axis=0) > rounding]
    left, singular, _ = np.linalg.svd(seen, full_matrices=False)
    return Projection(basis, left[:, singular > rounding * singular.max(initial=0)])
