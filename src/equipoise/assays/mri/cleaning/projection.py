"""Detrending, band-pass and confound regression in one projection. Pure array kernels.

The series are written in an orthonormal cosine basis (DCT-II) of the frequencies in the band;
what the confounds and a linear trend leave in that basis is projected out of it. By the theorem
of Frisch, Waugh and Lovell this equals one regression on the frequencies outside the band, the
trend and the confounds together, so no step brings back what another removed. What is left has a
known number of degrees of freedom: frequencies in the band minus the rank of the confounds there.

A volume that is left out gets a regressor of its own, 1 there and 0 elsewhere, in the same
projection. That equals least squares on the other volumes alone, and the cleaned series is zero at
the volume itself, so it takes no part in any sum of products over time. Each such volume costs a
degree of freedom, as the filter must be fitted without it. Several in a row span directions that
hold next to nothing of the band; those below `bold_censor_leak` are not worth a degree and stay.

The band-pass is a set of cosines and not a Butterworth filter, because a recursive filter is no
projection: it leaves an unknown number of degrees of freedom, passes part of what the confounds
span unless they are filtered alike, rings at the ends of a run and needs values where volumes
were left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.tables import setting

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
        Orthonormal directions, in that basis, that the confounds, the trend and the volumes left
        out span.
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

    def kernel(self, spectrum: Array | None = None) -> Array:
        """Return the covariance over time of a cleaned series, shape (volumes, volumes).

        Parameters
        ----------
        spectrum : ndarray, shape (m,), optional
            Power of the signal at each cosine, in any unit; without it the signal is white, and
            the covariance is the projection itself.

        Returns
        -------
        ndarray, shape (volumes, volumes)
            Symmetric.
        """
        if spectrum is None:
            gone = self.basis @ self.removed
            return np.asarray(self.basis @ self.basis.T - gone @ gone.T)
        root = self.in_time(self.without_removed(np.diag(np.sqrt(spectrum))))
        return np.asarray(root @ root.T)


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


def projection(
    confounds: Array,
    seconds: float,
    band: tuple[float, float],
    censored: NDArray[np.bool_] | None = None,
) -> Projection:
    """Build the projection for one run.

    Parameters
    ----------
    confounds : ndarray, shape (volumes, n)
        Regressors; constant columns and repeats are harmless. A linear trend is added.
    seconds : float
        Time between volumes.
    band : tuple of float
        Lowest and highest frequency kept, Hz.
    censored : ndarray of bool, shape (volumes,), optional
        Volumes left out: cleaned series are zero there, and nothing in them counts.

    Returns
    -------
    Projection
        Basis and removed directions.
    """
    volumes = len(confounds)
    out = np.zeros(volumes, dtype=bool) if censored is None else censored
    basis = _cosines(volumes, in_band(volumes, seconds, *band))
    spikes = _spanned(basis[out].T, setting("bold_censor_leak"))
    trend = np.linspace(-1, 1, volumes)[:, None]
    design = _scaled(np.hstack([confounds, trend]), ~out)
    seen = basis.T @ design
    seen -= spikes @ (spikes.T @ seen)
    rounding = float(np.sqrt(np.finfo(np.float64).eps))
    seen = seen[:, np.linalg.norm(seen, axis=0) > rounding]
    return Projection(basis, np.hstack([spikes, _spanned(seen, rounding, relative=True)]))


def _scaled(raw: Array, kept: NDArray[np.bool_]) -> Array:
    """Return columns of mean zero and length one over the kept volumes, zero at the others.

    What a column holds at a volume that is left out lies in the span of that volume's regressor.
    Constant columns are dropped.
    """
    # Powers of two cost no digit, and keep the squares of huge regressors within range.
    raw = np.where(kept[:, None], raw, 0.0)
    raw = np.ldexp(raw, -np.frexp(np.abs(raw).max(axis=0, initial=0))[1])
    design = np.where(kept[:, None], raw - raw.sum(axis=0) / max(1, kept.sum()), 0.0)
    length = np.linalg.norm(design, axis=0)
    moves = length > np.sqrt(np.finfo(np.float64).eps) * np.linalg.norm(raw, axis=0)
    return np.asarray(design[:, moves] / length[moves])


def _spanned(columns: Array, least: float, *, relative: bool = False) -> Array:
    """Return orthonormal directions of columns, those of singular values above `least`."""
    left, singular, _ = np.linalg.svd(columns, full_matrices=False)
    limit = least * singular.max(initial=0) if relative else least
    return np.asarray(left[:, singular > limit])
