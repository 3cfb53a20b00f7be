"""How well the shape of a profile fits a pattern. Pure array kernels.

Only the shape counts, as in the clustering that the biotypes come from: what every measure has in
common, and how far the profile departs altogether, are taken out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["chances", "distance", "log_evidence"]


def distance(profile: Array, patterns: Array) -> Array:
    """Return 1 minus the Pearson correlation of a profile with each pattern.

    Parameters
    ----------
    profile : ndarray, shape (m,)
        Standard deviations from the healthy.
    patterns : ndarray, shape (b, m)
        Mean profiles, or members: the mean over the members of a cluster is its average linkage.

    Returns
    -------
    ndarray, shape (b,)
        0 to 2; exactly 1 where a profile or a pattern is flat and so has no shape.
    """
    return np.asarray(1.0 - _unit(patterns) @ _unit(profile))


def _unit(rows: Array) -> Array:
    """Return rows centred and of length 1; a flat row becomes 0."""
    centred = rows - rows.mean(axis=-1, keepdims=True)
    length = np.linalg.norm(centred, axis=-1, keepdims=True)
    # What rounding leaves of a flat row is no shape.
    flat = length <= np.sqrt(np.finfo(np.float64).eps) * np.abs(rows).max(axis=-1, keepdims=True)
    return np.asarray(np.where(flat, 0.0, centred / np.where(flat, 1.0, length)))


def log_evidence(profile: Array, expected: Array, together: Array) -> Array:
    """Return the log ratio of the chances of a shape: with a pattern, against without any.

    Parameters
    ----------
    profile : ndarray, shape (m,)
        Standard deviations from the healthy, one for each measure that is there.
    expected : ndarray, shape (b, m)
        What one scan of a member is expected to show, in the same unit.
    together : ndarray, shape (m, m)
        Correlation of the measures around any pattern.

    Returns
    -------
    ndarray, shape (b,)
        0 for a pattern that nothing would be seen of, and for a flat profile.

    Notes
    -----
    A profile is pattern plus noise of variance 1. The direction of such a sum has, for many
    measures, the density ``exp(size * score - size^2 / 2)`` relative to noise alone, with `size`
    the length of the centred pattern and `score` the correlation times the root of the degrees of
    freedom. Measures that hang together say less: both terms are divided by the variance of the
    score of noise.
    """
    centred = expected - expected.mean(axis=1, keepdims=True)
    size = np.linalg.norm(centred, axis=1)
    direction = _unit(expected)
    agreement = 1.0 - distance(profile, expected)
    if not np.any(_unit(profile)):
        return np.zeros(len(expected))
    score = agreement * np.sqrt(profile.size - 1)
    spread = np.einsum("bi,ij,bj->b", direction, together, direction)
    ratio = size * score - size**2 / 2
    return np.asarray(np.divide(ratio, spread, out=np.zeros_like(ratio), where=spread > 0))


def chances(shares: Array, evidence: Array) -> Array:
    """Return the chance of each pattern and, last, that none describes the profile.

    Parameters
    ----------
    shares : ndarray, shape (b + 1,)
        Before the profile is seen; the last is that of none. They add up to 1.
    evidence : ndarray, shape (b,)
        Of :func:`log_evidence`.

    Returns
    -------
    ndarray, shape (b + 1,)
        They add up to 1.
    """
    weight = np.log(shares) + np.append(evidence, 0.0)
    value = np.exp(weight - weight.max())
    return np.asarray(value / value.sum())
