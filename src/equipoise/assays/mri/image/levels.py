"""Means and fluctuations of voxel series: which voxels hold a signal, and how clear it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import RecordingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Levels", "centre"]


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """What was taken out of the series.

    Parameters
    ----------
    tsnr : ndarray, shape (voxels,)
        Temporal signal-to-noise ratio; 0 for a voxel without signal.
    bad : int
        Voxels whose values are no numbers, or too large to be squared; their series became 0.
    """

    tsnr: NDArray[np.float64]
    bad: int


def centre(series: NDArray[np.float32], name: str) -> Levels:
    """Remove the means in place.

    Parameters
    ----------
    series : ndarray, shape (volumes, voxels)
        As read; afterwards without means.
    name : str
        File name for messages.

    Returns
    -------
    Levels
        Signal-to-noise ratios, and how many voxels were left out.

    Raises
    ------
    RecordingError
        If the means are no larger than the fluctuation about them: such an image was demeaned or
        filtered, and voxels of the brain cannot be told from others.
    """
    with np.errstate(invalid="ignore"):
        peak = np.maximum(series.max(axis=0), -series.min(axis=0))
        # Sums of squares over a run of such values still fit in single precision.
        bad = ~(peak < np.sqrt(np.finfo(np.float32).max) / len(series))
    series[:, bad] = 0
    mean = series.mean(axis=0, dtype=np.float64)
    series -= mean.astype(np.float32)
    spread = np.sqrt(np.einsum("tv,tv->v", series, series, dtype=np.float64) / len(series))
    moving = spread > 0
    if moving.any() and np.median(mean[moving]) <= np.median(spread[moving]):
        raise RecordingError(
            "the voxels have no level: their means are no larger than their fluctuation",
            where=name,
            todo="give the image as fMRIPrep wrote it, neither demeaned nor filtered",
        )
    tsnr = np.divide(mean, spread, out=np.zeros_like(mean), where=moving & (mean > 0))
    return Levels(tsnr, int(bad.sum()))
