"""Circular block bootstrap over time, calibrated for cleaned series. Pure array kernels.

Blocks of neighbouring volumes are drawn with replacement and laid end to end, the run closed to a
circle (Politis and Romano). A replicate is a count per volume, so sums over resampled volumes are
one matrix product of counts with products per volume.

Cleaning leaves dependence between far volumes that a block cannot see. For two unrelated series
whose power over the band is known, the bootstrap's expected variance and the true one both follow
from their covariance over time; :func:`inflation` is the square root of their ratio and widens the
deviation of every replicate. :func:`calibration` takes it with the power that the run's own
series show (:mod:`equipoise.assays.mri.cleaning.spectrum`), and never below that of an even power.

Volumes left out for motion are zero in cleaned series, so whatever a replicate draws there counts
nothing, in products and in lengths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.cleaning.spectrum import spectrum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.assays.mri.cleaning.projection import Projection

    Array = NDArray[np.float64]
    Single = NDArray[np.float32]

__all__ = [
    "block_counts",
    "calibration",
    "correlations",
    "effective_freedom",
    "fisher",
    "inflation",
    "resampled_correlations",
]


def block_counts(
    lengths: tuple[int, ...], block: int, replicates: int, generator: np.random.Generator
) -> Single:
    """Draw how often each volume stands in each replicate.

    Parameters
    ----------
    lengths : tuple of int
        Volumes of each run; a block never crosses from one run to another, and each run is
        closed to a circle.
    block : int
        Volumes in a block; a run shorter than that is a block of its own.
    replicates : int
        Number of replicates.
    generator : numpy.random.Generator
        Source of the starts.

    Returns
    -------
    ndarray, shape (replicates, sum of lengths)
        Counts; each row adds up to the sum of lengths.
    """
    drawn = [_of_one(length, block, replicates, generator) for length in lengths]
    return np.concatenate(drawn, axis=1)


def _of_one(volumes: int, length: int, replicates: int, generator: np.random.Generator) -> Single:
    length = min(length, volumes)
    blocks = -(-volumes // length)
    starts = generator.integers(0, volumes, size=(replicates, blocks, 1))
    drawn = (starts + np.arange(length)) % volumes
    drawn = drawn.reshape(replicates, -1)[:, :volumes]
    offset = np.arange(replicates)[:, None] * volumes
    counts = np.bincount((drawn + offset).ravel(), minlength=replicates * volumes)
    return counts.reshape(replicates, volumes).astype(np.float32)


def inflation(kernel: Array, length: int) -> float:
    """Return by how much bootstrap deviations of a correlation are too small.

    Parameters
    ----------
    kernel : ndarray, shape (volumes, volumes)
        Covariance of a cleaned series over time, in any unit: see
        :meth:`~equipoise.assays.mri.cleaning.projection.Projection.kernel`.
    length : int
        Volumes in a block.

    Returns
    -------
    float
        At least 1.

    Notes
    -----
    The products of two unrelated series with covariance A have the covariance A * A, element by
    element; the variance of their sum is its total. Blocks of length L keep lag d with weight
    1 - d / L, and replicates vary about the mean over the run, which takes a share of L / volumes
    of the total.
    """
    volumes = len(kernel)
    length = min(length, volumes)
    total = float(np.vdot(kernel, kernel))
    if total == 0:  # nothing is left after cleaning
        return 1.0
    seen = sum(
        (1 - lag / length) * _at_lag(kernel, lag) for lag in range(min(length, volumes // 2 + 1))
    )
    mean = min(length / volumes, 0.5)
    share = seen / total
    return max(1.0, float(max(share - mean, share * mean) ** -0.5))


def _at_lag(kernel: Array, lag: int) -> float:
    """Return the sum of the squares of a symmetric matrix at a distance on the circle."""
    volumes = len(kernel)
    near, far = np.diagonal(kernel, lag), np.diagonal(kernel, lag - volumes)
    once = float(near @ near) + (float(far @ far) if lag else 0.0)
    return once if lag in (0, volumes / 2) else 2 * once


def calibration(
    cleaning: Projection, length: int, series: NDArray[np.floating] | None = None
) -> float:
    """Return by how much bootstrap deviations of a correlation are too small in a run.

    Parameters
    ----------
    cleaning : Projection
        Of the run.
    length : int
        Volumes in a block.
    series : ndarray, shape (volumes, n), optional
        Series of the run before cleaning, such as the means of its regions: their power over the
        band is counted in. Without them it is taken as even, and errors of slow signals come out
        too small.

    Returns
    -------
    float
        At least 1.
    """
    even = cleaning.kernel()
    found = inflation(even, length) * _curvature(even)
    if series is None:
        return found
    seen = cleaning.kernel(spectrum(cleaning, series))
    return max(found, inflation(seen, length) * _curvature(seen))


def effective_freedom(kernel: Array) -> float:
    """Return how many independent values series with a covariance over time are worth.

    Parameters
    ----------
    kernel : ndarray, shape (volumes, volumes)
        Covariance of a cleaned series over time, in any unit.

    Returns
    -------
    float
        The degrees of freedom of the cleaning where the power is even, fewer where it is not.
    """
    squares = float(np.vdot(kernel, kernel))
    return float(np.trace(kernel)) ** 2 / squares if squares > 0 else 0.0


def _curvature(kernel: Array) -> float:
    """Return by how much a Fisher z spreads more than its tangent does.

    About a known mean its variance is 1 / (n - 2) for n independent values, not 1 / n.
    """
    freedom = effective_freedom(kernel)
    return float(np.sqrt(freedom / max(1.0, freedom - 2)))


def correlations(first: NDArray[np.floating], second: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the correlation of each column of `first` with that of `second` (means are zero).

    Parameters
    ----------
    first, second : ndarray, shapes (m, n) that broadcast
        Cleaned series or their coefficients.

    Returns
    -------
    ndarray, shape (n,)
        From -1 to 1; 0 where a column is constant.
    """
    length = np.sqrt((first**2).sum(axis=0) * (second**2).sum(axis=0))
    product = (first * second).sum(axis=0)
    safe = np.where(length > 0, length, 1)
    return np.clip(np.where(length > 0, product / safe, 0), -1, 1)


def fisher(r: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the Fisher z of correlations; 1 and -1 become the largest finite value."""
    edge = 1 - np.finfo(r.dtype).eps
    return np.asarray(np.arctanh(np.clip(r, -edge, edge)))


def resampled_correlations(first: Single, second: Single, counts: Single) -> Single:
    """Return correlations in each replicate.

    Parameters
    ----------
    first, second : ndarray, shape (volumes, n) and (volumes, n) or (volumes, 1)
        Cleaned series in time.
    counts : ndarray, shape (replicates, volumes)
        From :func:`block_counts`.

    Returns
    -------
    ndarray, shape (replicates, n)
        Correlations over the resampled volumes, about the known mean of zero.
    """
    product = counts @ (first * second)
    length = np.sqrt((counts @ first**2) * (counts @ second**2))
    np.divide(product, length, out=product, where=length > 0)
    return np.clip(product, -1, 1, out=product)
