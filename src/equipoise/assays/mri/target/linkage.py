"""Average linkage without the matrix of all pairs. Pure array kernels.

The mean similarity of the pairs between two clusters is the product of their mean vectors, so a
cluster needs no more than its mean vector and its size. Average linkage is reducible: joining two
clusters never brings the union nearer to a third than the nearer of both was. So all pairs that
are each other's nearest may be joined at once, in any order, and the tree is that of joining the
nearest pair again and again; and a cluster without a neighbour within the limit is finished.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Single = NDArray[np.float32]
    Index = NDArray[np.int64]

__all__ = ["average_linkage", "joined_by_similarity", "unit_ranks"]

_ROWS: Final = 512
"""Rows of the similarity matrix held at a time: bounds the memory."""


def unit_ranks(series: NDArray[np.floating]) -> Single:
    """Return the ranks of each column over time, mean removed, of length 1.

    Parameters
    ----------
    series : ndarray, shape (volumes, n)
        Cleaned series in time; ties, which cleaned series do not have, are broken by order.

    Returns
    -------
    ndarray, shape (n, volumes), float32
        The product of two rows is the Spearman correlation of the two series.
    """
    volumes = len(series)
    order = np.argsort(np.ascontiguousarray(series.T), axis=1)
    values = np.arange(volumes, dtype=np.float32) - np.float32((volumes - 1) / 2)
    values /= np.linalg.norm(values)
    ranks = np.empty(order.shape, dtype=np.float32)
    np.put_along_axis(ranks, order, np.broadcast_to(values, order.shape), axis=1)
    return ranks


@dataclass(slots=True, eq=False)
class _Forest:
    """The clusters that may still be joined, with the nearest neighbour of each.

    `vectors` (n, m) are means, `sizes` (n,), `ids` (n,) the label each carries, `nearest` (n,)
    rows and `similarity` (n,) the mean similarity to it.
    """

    vectors: Single
    sizes: NDArray[np.float32]
    ids: Index
    nearest: Index
    similarity: Single


def average_linkage(vectors: Single, distance: float) -> Index:
    """Cluster by average linkage on 1 minus the product of vectors, cut at a distance.

    Parameters
    ----------
    vectors : ndarray, shape (n, m)
        Vectors of length 1.
    distance : float
        Clusters further apart than this are not joined.

    Returns
    -------
    ndarray of int, shape (n,)
        Labels from 0, in the order in which they first appear.
    """
    count = len(vectors)
    parent = np.arange(count)
    least = np.float32(1 - distance)
    forest = _Forest(
        np.array(vectors, dtype=np.float32),  # a copy: joined in place
        np.ones(count, dtype=np.float32),
        np.arange(count),
        np.full(count, -1),
        np.zeros(count, dtype=np.float32),
    )
    stale = np.arange(count)
    while len(forest.ids) > 1:
        _look_again(forest, stale)
        first, second = _pairs(forest, least)
        if not len(first):
            break
        parent[forest.ids[second]] = forest.ids[first]
        stale = _join(forest, first, second, least)
    return _labels(parent)


def joined_by_similarity(similarity: NDArray[np.floating], distance: float) -> Index:
    """Cluster by average linkage from a small matrix of similarities, cut at a distance.

    Parameters
    ----------
    similarity : ndarray, shape (n, n)
        Symmetric; all things count alike.
    distance : float
        Clusters further apart than this are not joined.

    Returns
    -------
    ndarray of int, shape (n,)
        Labels from 0, in the order in which they first appear.
    """
    from scipy.cluster.hierarchy import linkage

    count = len(similarity)
    if count == 1:
        return np.zeros(count, dtype=np.int64)
    apart = 1 - similarity[np.triu_indices(count, 1)].astype(np.float64)
    tree = linkage(np.maximum(apart, 0, out=apart), "average")
    parent = np.arange(2 * count - 1)
    joined = np.flatnonzero(tree[:, 2] <= distance)
    for side in (0, 1):
        parent[tree[joined, side].astype(np.int64)] = count + joined
    return _labels(parent)[:count]


def _look_again(forest: _Forest, rows: Index) -> None:
    """Find the nearest neighbour of some rows anew."""
    for start in range(0, len(rows), _ROWS):
        these = rows[start : start + _ROWS]
        product = forest.vectors[these] @ forest.vectors.T
        own = np.arange(len(these))
        product[own, these] = -np.inf
        nearest = product.argmax(axis=1)
        forest.nearest[these] = nearest
        forest.similarity[these] = product[own, nearest]


def _pairs(forest: _Forest, least: np.float32) -> tuple[Index, Index]:
    """Return the pairs that are each other's nearest and near enough."""
    rows = np.arange(len(forest.ids))
    near = forest.similarity >= least
    mutual = near & (forest.nearest[forest.nearest] == rows) & (rows < forest.nearest)
    if near.any() and not mutual.any():  # only equal similarities can run in a circle
        best = int(forest.similarity.argmax())
        pair = sorted((best, int(forest.nearest[best])))
        return np.array(pair[:1]), np.array(pair[1:])
    first = np.flatnonzero(mutual)
    return first, forest.nearest[first]


def _join(forest: _Forest, first: Index, second: Index, least: np.float32) -> Index:
    """Join pairs in place, drop what is finished, and return the rows to look at again."""
    one, other = forest.sizes[first, None], forest.sizes[second, None]
    both = one * forest.vectors[first] + other * forest.vectors[second]
    forest.vectors[first] = both / (one + other)
    forest.sizes[first] += forest.sizes[second]
    joined = np.zeros(len(forest.ids), dtype=bool)
    joined[first] = joined[second] = True
    stale = joined | joined[forest.nearest]
    kept = stale | (forest.similarity >= least)
    kept[second] = False
    place = np.cumsum(kept) - 1
    forest.nearest = place[forest.nearest][kept]  # wrong in stale rows, which are looked at again
    forest.vectors, forest.sizes = forest.vectors[kept], forest.sizes[kept]
    forest.ids, forest.similarity = forest.ids[kept], forest.similarity[kept]
    return np.flatnonzero(stale[kept])


def _labels(parent: Index) -> Index:
    """Return consecutive labels; each points to the cluster that took it in, itself at the end."""
    while not np.array_equal(found := parent[parent], parent):
        parent = found
    _, start, label = np.unique(parent, return_index=True, return_inverse=True)
    place = np.empty(len(start), dtype=np.int64)
    place[np.argsort(start)] = np.arange(len(start))
    return np.asarray(place[label], dtype=np.int64)
