"""The target by a reference map: the seed replaced by the whole brain's weighted mean (Cash 2021).

Method: a map of correlations with the subgenual seed weighs the series of the grey matter outside
the search region; their sum, one series with far less noise than the seed, takes the seed's place.
The map is the person's own, or given as a file. With the person's own map the series is K s, where
s are the coefficients of the seed and K the mean of c c' over the voxels' coefficients c of
length 1: sum over voxels of c (c's). In a replicate of the bootstrap with counts D the map is
c' B' D B s, so the series is K B' D B s; the length of single voxels there, which varies little
about that of all, is left as it is.

Limits: with the person's own map the series leans towards whatever dominates the person's grey
matter and goes with the seed. The published retest (about 2 mm between days, 1,000 healthy adults)
is of the map of a group; of the person's own map none was seen.

References: cash2021, contarg.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.scan import Part
from equipoise.assays.mri.target.search import Ready, unit_columns
from equipoise.assays.mri.target.seeded import Course

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Single = NDArray[np.float32]

__all__ = ["course", "weighted"]


def course(ready: Ready) -> Course | str:
    """Return the reference series, or why there is none."""
    part = ready.part
    if part.mapped is not None:
        given = unit_columns(_levelled(part, [one.astype(np.float32) for one in part.mapped]))
        if not given.any():
            return "the reference map has no voxel with a signal in this image"
        in_time = part.in_time(given).T
        return Course(given, lambda _: in_time)
    if part.grams is None:
        return "no grey matter outside the search region was read"
    own = unit_columns(weighted(part, ready.seed))
    if not own.any():
        return "nothing in the grey matter outside the search region goes with the seed"
    seed = part.in_time(ready.seed)[:, 0]
    return Course(own, lambda counts: _resampled(part, seed, counts))


def weighted(part: Part, seeds: Single) -> Single:
    """Return the reference series of seeds, by the person's own map.

    Parameters
    ----------
    part : Part
        Of a scan.
    seeds : ndarray, shape (m, n)
        Coefficients of seeds.

    Returns
    -------
    ndarray, shape (m, n)
        K s for each seed s, run by run; the seeds themselves where the map was given as a file.
    """
    if part.grams is None or part.mapped is not None:
        return seeds
    pieces = np.split(seeds, np.cumsum(_widths(part))[:-1])
    found = [
        (gram.astype(np.float32) @ piece) for gram, piece in zip(part.grams, pieces, strict=True)
    ]
    return _levelled(part, found)


def _levelled(part: Part, pieces: list[Single]) -> Single:
    """Give each run the weight of its degrees of freedom, and put the runs one below the other."""
    return np.concatenate([
        unit_columns(piece) * np.float32(np.sqrt(cleaning.freedom))
        for piece, cleaning in zip(pieces, part.projections, strict=True)
    ])


def _resampled(part: Part, seed: Single, counts: Single) -> Single:
    """Return the reference series in time in each replicate, shape (replicates, volumes)."""
    drawn = np.split(counts * seed, np.cumsum(part.lengths)[:-1], axis=1)
    coefficients = np.concatenate([
        cleaning.basis.astype(np.float32).T @ one.T
        for cleaning, one in zip(part.projections, drawn, strict=True)
    ])
    return part.in_time(weighted(part, coefficients)).T


def _widths(part: Part) -> list[int]:
    return [cleaning.basis.shape[1] for cleaning in part.projections]
