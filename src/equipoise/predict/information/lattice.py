"""Normal points for the outer expectation over several results at once.

A rank-1 lattice of Korobov's form, moved by random shifts: light, without a table of directions,
and the spread over the shifts is an honest standard error. Every point comes with its mirror image,
so that what is linear in the results is exact.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["generator", "lattice_normals"]


@lru_cache(maxsize=8)
def generator(count: int, dimensions: int) -> tuple[int, ...]:
    """Return the generating vector (1, a, a^2, ...) modulo `count` with the least error.

    Parameters
    ----------
    count : int
        Points of the lattice, a power of two.
    dimensions : int
        Of a point.

    Returns
    -------
    tuple of int
        Of the a's that are odd, the first with the least worst-case error P2 of smooth periodic
        functions.

    References
    ----------
    Sloan and Joe 1994, Lattice Methods for Multiple Integration, chapter 4.
    """
    powers = np.arange(dimensions)
    steps = np.array([[pow(a, int(power), count) for power in powers] for a in range(1, count, 2)])
    points = (np.arange(count)[None, :, None] * steps[:, None, :] % count) / count
    # Bernoulli polynomial of degree 2: the kernel of P2.
    kernel = 1.0 + 2.0 * np.pi**2 * (points * (points - 1.0) + 1.0 / 6)
    error = kernel.prod(axis=2).mean(axis=1)
    # Mirrored vectors have the same error up to rounding; the first of them counts.
    best = int(np.flatnonzero(error <= error.min() * (1.0 + 1e-9))[0])
    return tuple(int(step) for step in steps[best])


@lru_cache(maxsize=8)
def lattice_normals(count: int, dimensions: int, shifts: int, seed: int) -> Array:
    """Return standard normal points.

    Parameters
    ----------
    count : int
        Points of the lattice, a power of two.
    dimensions : int
        Of a point.
    shifts : int
        Independent shifts of it.
    seed : int
        Of the run.

    Returns
    -------
    ndarray, shape (shifts, 2 * count, dimensions)
        The second half of each shift are the negatives of the first. Kept and read-only.
    """
    steps = np.array(generator(count, dimensions))
    lattice = np.arange(count)[:, None] * steps % count / count
    moved = np.stack([
        (lattice + stream(f"information/shift/{number}", seed).random(dimensions)) % 1.0
        for number in range(shifts)
    ])
    # Half a step of the finest grid keeps the point 0 away from minus infinity.
    least = np.finfo(np.float64).eps
    inverse = NormalDist().inv_cdf
    flat = [inverse(float(u)) for u in np.clip(moved, least, 1.0 - least).ravel()]
    normals = np.array(flat).reshape(moved.shape)
    both = np.concatenate([normals, -normals], axis=1)
    both.flags.writeable = False
    return both
