"""Where the point could lie as well: ellipsoids and a probability map from resampled centres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.target.spot import Patch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Region", "ball_radius", "probability_map", "region_about", "settled"]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """The confidence region of a point.

    Parameters
    ----------
    covariance : ndarray, shape (3, 3)
        Mean square about the point in mm2: scatter and bias together.
    axes50, axes95 : ndarray, shape (3,)
        Semi-axes in mm, longest first, of the ellipsoids that hold 50 and 95 %.
    directions : ndarray, shape (3, 3)
        Their unit vectors, one per row, in the same order.
    radius50, radius95 : float
        Radius in mm of the ball about the point that holds 50 and 95 % of the centres.
    """

    covariance: Array
    axes50: Array
    axes95: Array
    directions: Array
    radius50: float
    radius95: float


def ball_radius(spread: float) -> float:
    """Return the radius of the ball whose points lie as far from its middle, root mean square."""
    return float(np.sqrt(5 / 3)) * spread


def settled(whole: Array, short: Array, centre: Array, reach: float, step: float) -> Array:
    """Return where the centre lies in resampled scans, from whole and from short steps.

    A resampled map holds the noise of the scan and that of the drawing, twice what the scan had.
    That blurs where within its cluster the centre lies; there a short step, lengthened, says how
    far it moves. Which of two clusters is the stronger takes the whole step, and a jump to
    another one is no longer than it is.

    Parameters
    ----------
    whole, short : ndarray, shape (replicates, 3)
        Centres where all, and where a part, of the deviation was added; NaN where there is none.
    centre : ndarray, shape (3,)
        Of the scan.
    reach : float
        Radius of its cluster in mm: steps that end within it have stayed.
    step : float
        The part.

    Returns
    -------
    ndarray, shape (replicates, 3)
        In mm.
    """
    ways = [np.linalg.norm(ends - centre, axis=1, keepdims=True) for ends in (whole, short)]
    stayed = np.maximum(*ways) <= reach
    return np.asarray(np.where(stayed, centre + (short - centre) / step, whole))


def region_about(point: Array, centres: Array, spacing: Array, factor: float = 1.0) -> Region:
    """Return the region of a point from the centres of resampled scans.

    Parameters
    ----------
    point : ndarray, shape (3,)
        In mm.
    centres : ndarray, shape (replicates, 3)
        Of resampled scans; those without a centre hold NaN.
    spacing : ndarray, shape (3,)
        Voxel size in mm: a place within a voxel cannot be told, which adds the variance of an
        even spread, and no region is smaller than half a voxel (that of 50 %, a quarter).
    factor : float, optional
        What distances are multiplied by: the method's own, from phantoms.

    Returns
    -------
    Region
        The size of the ellipsoids is that of the centres' own distances in units of the
        covariance, so heavy tails count.
    """
    away = factor * (centres[np.isfinite(centres).all(axis=1)] - point)
    grain, least = float(np.mean(spacing**2)) / (3 * 4), float(np.mean(spacing)) / 2
    covariance = away.T @ away / max(1, len(away)) + grain * np.eye(3)
    values, vectors = np.linalg.eigh(covariance)
    order = np.argsort(values)[::-1]
    values, vectors = values[order], vectors[:, order]
    squared = ((away @ vectors) ** 2 / values).sum(axis=1)
    apart = np.linalg.norm(away, axis=1)
    half, most = (np.percentile(squared, share) for share in (50, 95))
    radius50, radius95 = (float(np.percentile(apart, share)) for share in (50, 95))
    vectors = vectors * np.where(vectors[np.abs(vectors).argmax(axis=0), range(3)] < 0, -1, 1)
    return Region(
        covariance,
        np.maximum(np.sqrt(values * half), least / 2),
        np.maximum(np.sqrt(values * most), least),
        vectors.T,
        max(radius50, least / 2),
        max(radius95, least),
    )


def probability_map(patch: Patch, centres: Array, covariance: Array) -> NDArray[np.float32]:
    """Return for each voxel of a patch the chance that the centre lies in it.

    Parameters
    ----------
    patch : Patch
        The voxels.
    centres : ndarray, shape (replicates, 3)
        Of resampled scans; those without a centre hold NaN.
    covariance : ndarray, shape (3, 3)
        Of the centres in mm2.

    Returns
    -------
    ndarray, shape (voxels,)
        Adds up to 1: a density estimate with Gaussian kernels of Scott's width, at least a voxel.
    """
    known = centres[np.isfinite(centres).all(axis=1)]
    scott = max(1, len(known)) ** (-2 / (3 + 4))
    kernel = covariance * scott + np.diag(patch.spacing**2)
    root = np.linalg.cholesky(np.linalg.inv(kernel))
    here, there = patch.positions @ root, known @ root
    density = np.zeros(len(here))
    for one in there:
        density += np.exp(-((here - one) ** 2).sum(axis=1) / 2)
    total = density.sum()
    return np.asarray(density / total if total > 0 else density, dtype=np.float32)
