"""What the whole grey matter says about a run, in one small matrix. Array kernels.

The reference map of a target is the correlation of every grey-matter voxel with a seed, and the
reference series the sum of the voxels' series weighted by that map. With c the cleaned series of
a voxel, of length 1, in the basis of the cleaning, and s that of the seed, the sum is
``sum_v c_v (c_v . s) = (sum_v c_v c_v') s``. So the m x m matrix K, the mean of ``c_v c_v'``, is
all that is needed: the voxels are met once while the file passes, and then forgotten.

The coefficients of all voxels are gathered block by block of volumes, in the directions that the
cleaning leaves; neither the run nor its cleaned series is ever held whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.cleaning.projection import Projection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Single = NDArray[np.float32]

__all__ = ["Gather", "Moments"]

_CHUNK: Final = 16384
"""Voxels taken at once: their coefficients stay in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """The grey matter of one stretch of a run.

    Parameters
    ----------
    gram : ndarray, shape (m, m), float32
        Mean of c c' over the voxels, in the basis of the stretch's projection.
    mapped : ndarray, shape (m, 1), float32, or None
        Mean of w c over the voxels, w the weights of a given map.
    voxels : int
        How many were counted.
    """

    gram: Single
    mapped: Single | None
    voxels: int


class Gather:
    """Coefficients of many voxels over one stretch of a run, gathered while the run passes.

    Parameters
    ----------
    cleaning : Projection
        Of the stretch.
    start : int
        First volume of the stretch.
    voxels : int
        How many voxels a row holds.
    """

    def __init__(self, cleaning: Projection, start: int, voxels: int) -> None:
        self._kept = _complement(cleaning.removed).astype(np.float32)
        self._onto = (cleaning.basis @ self._kept).astype(np.float32)
        self._start = start
        self._found = np.zeros((self._kept.shape[1], voxels), dtype=np.float32)

    def add(self, block: Single, first: int) -> None:
        """Take some volumes.

        Parameters
        ----------
        block : ndarray, shape (volumes, voxels)
            Consecutive volumes; a constant may have been taken off each voxel, since the basis
            holds none. Those outside the stretch are passed over.
        first : int
            Number of the first of them in the run.
        """
        low = max(first, self._start)
        high = min(first + len(block), self._start + len(self._onto))
        if low >= high:
            return
        onto = np.ascontiguousarray(self._onto[low - self._start : high - self._start].T)
        rows = block[low - first : high - first]
        for begin in range(0, rows.shape[1], _CHUNK):
            part = slice(begin, begin + _CHUNK)
            self._found[:, part] += onto @ rows[:, part]

    def moments(self, counted: NDArray[np.bool_], weights: Single | None) -> Moments:
        """Return what was gathered.

        Parameters
        ----------
        counted : ndarray of bool, shape (voxels,)
            Which voxels belong to the map.
        weights : ndarray, shape (voxels,), or None
            Of a given map.

        Returns
        -------
        Moments
            Over the counted voxels that hold a signal.
        """
        left = self._kept.shape[1]
        total, summed, used = np.zeros((left, left)), np.zeros((left, 1)), 0
        for begin in range(0, len(counted), _CHUNK):
            part = slice(begin, begin + _CHUNK)
            columns = self._found[:, part]
            length = np.sqrt(np.einsum("mv,mv->v", columns, columns))
            held = counted[part] & np.isfinite(length) & (length > 0)
            unit = columns[:, held] / length[held]
            total += unit @ unit.T
            used += unit.shape[1]
            if weights is not None:
                summed += unit @ weights[part][held][:, None]
        return Moments(
            self._back(total / max(1, used)) @ self._kept.T,
            None if weights is None else self._back(summed / max(1, used)),
            used,
        )

    def _back(self, inner: NDArray[np.float64]) -> Single:
        """Return columns over the kept directions in the whole basis."""
        return np.asarray(self._kept @ inner.astype(np.float32))


def _complement(removed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return orthonormal directions that stand upright on some others, shape (m, m - k)."""
    m, k = removed.shape
    return np.asarray(np.linalg.qr(removed, mode="complete")[0][:, k:] if k else np.eye(m))
