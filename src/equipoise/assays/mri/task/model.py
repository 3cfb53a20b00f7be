"""The first-level model: fit, contrast, join of runs. Kernels of arrays, nilearn's arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Estimate", "Fit", "fit_model", "joined", "percent"]


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Effects of a contrast and their variances, one for each series."""

    effect: Array
    variance: Array

    @property
    def t(self) -> Array:
        """Effect over its standard error."""
        return self.effect / np.sqrt(self.variance)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model of several series: nilearn's labels and results by kind of noise."""

    labels: NDArray[Any]
    results: dict[Any, Any]
    columns: int

    def contrast(self, weights: Array) -> Estimate:
        """Return effect and variance of a weighted sum of columns.

        Parameters
        ----------
        weights : ndarray, shape (n,)
            Weights of the first n columns of the design; the others count 0.

        Returns
        -------
        Estimate
            Of every series.
        """
        from nilearn.glm import compute_contrast

        whole = np.zeros(self.columns)
        whole[: len(weights)] = weights
        found = compute_contrast(self.labels, self.results, whole, stat_type="t")
        return Estimate(
            np.asarray(found.effect_size(), dtype=np.float64).ravel(),
            np.asarray(found.effect_variance(), dtype=np.float64).ravel(),
        )


def percent(series: NDArray[np.floating], mean: NDArray[np.floating]) -> Array:
    """Return series without their means in percent of these means, shape (volumes, n)."""
    return np.asarray(series / mean * 100.0, dtype=np.float64)


def fit_model(series: Array, matrix: Array, noise: str) -> Fit:
    """Fit a design to series.

    Parameters
    ----------
    series : ndarray, shape (volumes, n)
        Of voxels or regions.
    matrix : ndarray, shape (volumes, k)
        Design.
    noise : {"ar1", "ols"}
        Noise model of nilearn.

    Returns
    -------
    Fit
        Ask it for contrasts.
    """
    from nilearn.glm.first_level import run_glm

    labels, results = run_glm(series, matrix, noise_model=noise)
    return Fit(np.asarray(labels), results, matrix.shape[1])


def joined(estimates: Sequence[Estimate]) -> Estimate:
    """Return the fixed effect of several runs: the mean, and the variance of a mean."""
    count = len(estimates)
    return Estimate(
        np.mean([one.effect for one in estimates], axis=0),
        np.sum([one.variance for one in estimates], axis=0) / count**2,
    )
