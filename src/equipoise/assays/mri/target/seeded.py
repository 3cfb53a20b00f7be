"""What the methods share that compare the search region with one series.

A *course* is the series that every voxel is correlated with: the seed itself, or one that stands
for it. A *spot* is where a method points to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.cleaning.resample import fisher
from equipoise.assays.mri.target.region import ball_radius, settled
from equipoise.assays.mri.target.search import Ready
from equipoise.assays.mri.target.spot import reported_point, strongest
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Single = NDArray[np.float32]

__all__ = ["Course", "Resampled", "Spot", "resample_spot", "spot_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A series to compare with.

    Parameters
    ----------
    coefficients : ndarray, shape (m, 1)
        Of length 1.
    resampled : callable
        Takes counts, shape (replicates, volumes), and returns the series in time in each
        replicate, shape (replicates or 1, volumes).
    """

    coefficients: Single
    resampled: Callable[[Single], Single]


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """Where a method points to.

    Parameters
    ----------
    point : ndarray, shape (3,)
        In mm.
    centre : ndarray, shape (3,)
        Centre of gravity of the cluster; the point, but for bent clusters.
    voxel : int
        Voxel of the patch nearest to the point.
    members : ndarray of int
        Voxels of the cluster.
    map : ndarray, shape (voxels,)
        Fisher z with the course.
    score : float
        Strength of the cluster.
    """

    point: Array
    centre: Array
    voxel: int
    members: NDArray[np.int64]
    map: Single
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """Centres in resampled scans, shape (replicates, 3), and the standard error of z there."""

    centres: Array
    error: float


def spot_of(ready: Ready, course: Course, sign: int) -> Spot:
    """Find the spot that runs most against the course.

    Parameters
    ----------
    ready : Ready
        The cleaned search.
    course : Course
        What to compare with.
    sign : int
        -1 for the most negative correlation, 1 for the most positive.

    Returns
    -------
    Spot
        The strongest cluster of the most extreme tenth of the voxels.
    """
    observed = fisher(course.coefficients.T @ ready.region)
    patch = ready.search.patch
    found = strongest(patch, observed * np.float32(-sign), setting("tms_extreme_share"))
    members = np.flatnonzero(found.members[0])
    centre = np.asarray(found.centres[0])
    point, voxel = reported_point(patch, members, centre)
    return Spot(point, centre, voxel, members, observed[0], float(found.scores[0]))


def resample_spot(ready: Ready, course: Course, spot: Spot, counts: Single, sign: int) -> Resampled:
    """Find the spot again in each replicate of the block bootstrap.

    Parameters
    ----------
    ready : Ready
        The cleaned search.
    course : Course
        What the spot was found with.
    spot : Spot
        The spot.
    counts : ndarray, shape (replicates, volumes)
        How often each volume stands in each replicate.
    sign : int
        As for :func:`spot_of`.

    Returns
    -------
    Resampled
        Deviations of the maps are widened by the inflation of the cleaning.
    """
    share, patch = setting("tms_extreme_share"), ready.search.patch
    maps = fisher(_correlations(ready, course.resampled(counts), counts))
    maps -= spot.map
    maps *= np.float32(ready.part.inflation)
    error = float(maps[:, spot.voxel].std(ddof=1, dtype=np.float64))
    step = setting("tms_bootstrap_step")
    whole, short = (
        strongest(patch, (spot.map + np.float32(part) * maps) * np.float32(-sign), share).centres
        for part in (1, step)
    )
    spread = patch.positions[spot.members].std(axis=0)
    reach = ball_radius(float(np.linalg.norm(spread)))
    return Resampled(settled(whole, short, spot.centre, reach, step), error)


def _correlations(ready: Ready, course: Single, counts: Single) -> Single:
    """Return correlations of the region with the course in each replicate."""
    region = ready.part.in_time(ready.region)
    product = (counts * course) @ region
    length = (
        np.einsum("bt,bt->b", counts, course**2) if len(course) > 1 else counts @ course[0] ** 2
    )
    np.square(region, out=region)
    scale = np.sqrt((counts @ region) * length[:, None]).astype(np.float32)
    np.divide(product, scale, out=product, where=scale > 0)
    return np.asarray(np.clip(product, -1, 1), dtype=np.float32)
