"""Whether unrelated seeds find a cluster as strong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.cleaning.resample import fisher
from equipoise.assays.mri.scan import Part
from equipoise.assays.mri.target.search import Ready, unit_columns
from equipoise.assays.mri.target.seeded import Spot
from equipoise.assays.mri.target.spot import kept_strength, strongest
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Single = NDArray[np.float32]

__all__ = ["chance_of_noise", "unrelated_seeds"]


def unrelated_seeds(part: Part, seed: Single, count: int, generator: np.random.Generator) -> Single:
    """Draw seeds with the spectrum of a seed that have nothing to do with the scan.

    Parameters
    ----------
    part : Part
        Of a scan.
    seed : ndarray, shape (m, 1)
        Coefficients of the seed.
    count : int
        Number of seeds.
    generator : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    ndarray, shape (m, count)
        Coefficients, of length 1, off what the cleaning removed.

    Notes
    -----
    The power of the seed is averaged over neighbouring frequencies and divided by the share that
    the cleaning left there, so that a Gaussian draw, cleaned once, has the spectrum of the seed
    and its degrees of freedom. Signs turned at random would keep the lumps of the one spectrum
    that was seen, and would be cleaned twice.
    """
    drawn: list[NDArray[np.float64]] = []
    ends = np.cumsum([cleaning.basis.shape[1] for cleaning in part.projections])[:-1]
    for cleaning, piece in zip(part.projections, np.split(seed[:, 0], ends), strict=True):
        left = _running(1 - (cleaning.removed**2).sum(axis=1))
        power = _running(piece.astype(np.float64) ** 2) / np.maximum(
            _running(left), np.finfo(float).eps
        )
        noise = generator.standard_normal((len(piece), count)) * np.sqrt(power)[:, None]
        cleaned = cleaning.without_removed(noise)
        length = np.linalg.norm(cleaned, axis=0)
        drawn.append(cleaned * np.sqrt(cleaning.freedom) / np.where(length > 0, length, 1))
    return unit_columns(np.concatenate(drawn).astype(np.float32))


def _running(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over neighbouring frequencies; at the ends over as many as there are."""
    width = max(1, round(setting("tms_spectrum_smoothing") * len(values)))
    kernel = np.ones(2 * width + 1)
    total = np.convolve(values, kernel, mode="full")[width:-width]
    return np.asarray(total / np.convolve(np.ones(len(values)), kernel, mode="full")[width:-width])


def chance_of_noise(
    ready: Ready,
    spot: Spot,
    sign: int,
    generator: np.random.Generator,
    through: Callable[[Single], Single] | None = None,
) -> float:
    """Return the share of unrelated seeds that find a cluster as strong as a spot.

    Parameters
    ----------
    ready : Ready
        The cleaned search.
    spot : Spot
        What the seed found.
    sign : int
        -1 for the most negative correlation, 1 for the most positive.
    generator : numpy.random.Generator
        Source of the draws.
    through : callable, optional
        What the method makes of the coefficients of seeds; by default nothing.

    Returns
    -------
    float
        Above 0: the spot itself counts as one.
    """
    count, share = int(setting("tms_surrogates")), setting("tms_extreme_share")
    seeds = unrelated_seeds(ready.part, ready.seed, count, generator)
    if through is not None:
        seeds = unit_columns(through(seeds))
    maps = fisher(seeds.T @ ready.region) * np.float32(-sign)
    # No cluster is stronger than all kept voxels together: most maps need no clustering.
    maps = maps[kept_strength(maps, share) >= spot.score]
    scores = strongest(ready.search.patch, maps, share).scores if len(maps) else np.zeros(0)
    return float((1 + np.count_nonzero(scores >= spot.score)) / (1 + count))
