"""The strongest negative spot of a map within a patch of voxels or vertices. Pure array kernels.

A patch is a set of voxels, or of vertices of a surface, with neighbours. Many maps are treated at
once, so that resampled and surrogate maps cost one call.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.image.header import Grid
from equipoise.assays.mri.image.places import Places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Single = NDArray[np.float32]

__all__ = [
    "Patch",
    "Spots",
    "kept_strength",
    "patch_at",
    "patch_of",
    "patch_of_vertices",
    "reported_point",
    "smooth",
    "strongest",
]

_AT_ONCE: Final = 100
"""Maps labelled in one call: bounds the memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Voxels or vertices with neighbours.

    Parameters
    ----------
    positions : ndarray, shape (n, 3)
        Centres in mm.
    spacing : ndarray, shape (3,)
        Voxel size along the box's axes in mm; of vertices the mean distance of neighbours, thrice.
    inside : ndarray of bool, shape (nz, ny, nx), or None
        The smallest box about the voxels; those inside, in this order, are the voxels. None for
        vertices.
    pairs : ndarray of int, shape (k, 2), or None
        Neighbours; None for voxels, whose neighbours follow from the box.
    """

    positions: Array
    spacing: Array
    inside: NDArray[np.bool_] | None
    pairs: NDArray[np.int64] | None = None

    @property
    def volume(self) -> float:
        """Volume in mm3 that an element stands for."""
        return float(np.prod(self.spacing))


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """The strongest cluster of each map.

    Parameters
    ----------
    centres : ndarray, shape (maps, 3)
        Centre of gravity in mm, weighted by the strength.
    scores : ndarray, shape (maps,)
        Sum of the strength over the cluster.
    members : ndarray of bool, shape (maps, voxels)
        Voxels of the cluster.
    """

    centres: Array
    scores: Array
    members: NDArray[np.bool_]


def patch_of(grid: Grid, voxels: NDArray[np.int64]) -> Patch:
    """Return the patch of some voxels of a grid.

    Parameters
    ----------
    grid : Grid
        Of the image.
    voxels : ndarray of int, shape (n,)
        Indices in the order of the file (x fastest), rising.

    Returns
    -------
    Patch
        Its voxels are in the order of `voxels`.
    """
    nx, ny, _ = grid.shape
    index = np.stack([voxels % nx, voxels // nx % ny, voxels // (nx * ny)], axis=1)
    cell = (index - index.min(axis=0))[:, ::-1]
    inside = np.zeros(cell.max(axis=0) + 1, dtype=bool)
    inside[tuple(cell.T)] = True
    spacing = np.linalg.norm(grid.affine[:3, :3], axis=0)[::-1]
    return Patch(grid.to_mm(index), spacing, inside)


def patch_of_vertices(positions: Array, pairs: NDArray[np.int64]) -> Patch:
    """Return the patch of some vertices.

    Parameters
    ----------
    positions : ndarray, shape (n, 3)
        In mm.
    pairs : ndarray of int, shape (k, 2)
        Neighbours, as indices into `positions`.

    Returns
    -------
    Patch
        Its elements are in the order of `positions`.
    """
    apart = np.linalg.norm(positions[pairs[:, 0]] - positions[pairs[:, 1]], axis=1)
    spacing = float(apart.mean()) if len(apart) else 1.0
    return Patch(positions, np.full(3, spacing), None, pairs)


def patch_at(places: Places, elements: NDArray[np.int64]) -> Patch:
    """Return the patch of some elements of an image, voxels or vertices.

    Parameters
    ----------
    places : Places
        Where the elements of the image lie.
    elements : ndarray of int, shape (n,)
        Rising.

    Returns
    -------
    Patch
        Its elements are in the order of `elements`, its positions in the space of the image.
    """
    if places.grid is not None:
        return patch_of(places.grid, elements)
    return patch_of_vertices(places.positions(elements), places.pairs(elements))


def reported_point(patch: Patch, members: NDArray[np.int64], centre: Array) -> tuple[Array, int]:
    """Return the point that stands for a cluster, and its nearest member.

    Parameters
    ----------
    patch : Patch
        The elements.
    members : ndarray of int
        Those of the cluster.
    centre : ndarray, shape (3,)
        Centre of gravity of the cluster in mm.

    Returns
    -------
    point : ndarray, shape (3,)
        The centre itself where it lies in the cluster, within half a voxel of a member; of a bent
        or hollow cluster the nearest member.
    nearest : int
        That member.
    """
    apart = np.linalg.norm(patch.positions[members] - centre, axis=1)
    nearest = int(members[apart.argmin()])
    inside = apart.min() <= np.linalg.norm(patch.spacing) / 2
    return (np.asarray(centre) if inside else patch.positions[nearest]), nearest


def smooth(patch: Patch, series: Single, fwhm: float) -> Single:
    """Smooth within the patch by a Gaussian that nothing outside takes part in.

    Parameters
    ----------
    patch : Patch
        The voxels.
    series : ndarray, shape (n, voxels)
        One map per row.
    fwhm : float
        Full width at half maximum in mm; 0 leaves the maps as they are.

    Returns
    -------
    ndarray, shape (n, voxels)
        Weighted means; the weights of each voxel add up to 1.
    """
    if fwhm <= 0:
        return series
    if patch.inside is None:
        return _smooth_vertices(patch, series, fwhm)
    from scipy.ndimage import gaussian_filter

    inside = patch.inside
    sigma = fwhm / np.sqrt(8 * np.log(2)) / patch.spacing
    total = gaussian_filter(inside.astype(np.float32), sigma, mode="constant")[inside]

    def _some(maps: Single) -> Single:
        box = np.zeros((len(maps), *inside.shape), dtype=np.float32)
        box[:, inside] = maps
        spread = gaussian_filter(box, sigma, mode="constant", axes=(1, 2, 3))
        return np.asarray(spread[:, inside] / total)

    starts = range(0, len(series), _AT_ONCE)
    with ThreadPoolExecutor() as pool:  # the filter leaves the interpreter free
        parts = list(pool.map(_some, [series[start : start + _AT_ONCE] for start in starts]))
    return np.concatenate(parts)


def _smooth_vertices(patch: Patch, series: Single, fwhm: float) -> Single:
    """Smooth by the straight distance of vertices, cut off at three standard deviations."""
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    sigma = fwhm / np.sqrt(8 * np.log(2))
    tree = cKDTree(patch.positions)
    near = tree.sparse_distance_matrix(tree, 3 * sigma, output_type="coo_matrix").tocsr()
    near.data = np.exp(-(near.data**2) / (2 * sigma**2))
    near.setdiag(1)
    weights = csr_array(near)
    total: Array = np.asarray(weights.sum(axis=1))
    return np.asarray((weights @ series.T).T / total, dtype=np.float32)


def strongest(patch: Patch, maps: Single, share: float) -> Spots:
    """Keep the most negative voxels of each map, cluster them, take the strongest cluster.

    Parameters
    ----------
    patch : Patch
        The voxels.
    maps : ndarray, shape (maps, voxels)
        Values; the strength of a voxel is how far it lies below zero.
    share : float
        Share of the voxels that is kept.

    Returns
    -------
    Spots
        Clusters connect by faces, edges and corners; the strongest has the largest sum.
    """
    parts = [
        _strongest(patch, maps[start : start + _AT_ONCE], share)
        for start in range(0, len(maps), _AT_ONCE)
    ]
    return Spots(
        np.concatenate([part.centres for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.members for part in parts]),
    )


def kept_strength(maps: Single, share: float) -> Array:
    """Return the strength of all kept voxels of each map together, shape (maps,)."""
    kept = _kept(maps, share)
    lowest = np.partition(maps, kept - 1, axis=1)[:, :kept]
    return np.asarray(np.maximum(-lowest, 0).sum(axis=1, dtype=np.float64))


def _kept(maps: Single, share: float) -> int:
    return int(max(1, round(share * maps.shape[1])))


def _strongest(patch: Patch, maps: Single, share: float) -> Spots:
    kept = _kept(maps, share)
    limit = np.partition(maps, kept - 1, axis=1)[:, kept - 1 : kept]
    selected = maps <= limit
    strength = np.maximum(-maps[selected], np.finfo(np.float32).tiny).astype(np.float64)
    which, voxel = np.nonzero(selected)
    label = _labels(patch, selected)
    scores = np.bincount(label, weights=strength)
    owner = np.zeros(len(scores), dtype=np.int64)
    owner[label] = which
    # Sorted by map, then by score: the last label of each map is its strongest.
    order = np.lexsort((scores, owner))
    best = np.zeros(len(maps), dtype=np.int64)
    best[owner[order]] = order
    chosen = best[which] == label
    which, voxel, strength = which[chosen], voxel[chosen], strength[chosen]
    total = np.bincount(which, weights=strength, minlength=len(maps)).astype(np.float64)
    moment = [
        np.bincount(which, weights=strength * patch.positions[voxel, axis], minlength=len(maps))
        for axis in range(3)
    ]
    members = np.zeros(maps.shape, dtype=bool)
    members[which, voxel] = True
    return Spots(np.stack(moment, axis=1) / total[:, None], total, members)


def _labels(patch: Patch, selected: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return a cluster number for each selected voxel, counted over all maps from 0."""
    if patch.inside is None:
        return _graph_labels(patch, selected)
    from scipy.ndimage import label

    # All maps stand in one box, an empty slice between each and the next.
    deep, *plane = patch.inside.shape
    box = np.zeros((len(selected), deep + 1, *plane), dtype=bool)
    box[:, :deep][:, patch.inside] = selected
    one = box.reshape(-1, *plane)
    labels, _ = label(one, np.ones((3, 3, 3), dtype=bool))
    return np.asarray(labels[one], dtype=np.int64) - 1


def _graph_labels(patch: Patch, selected: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the same for vertices: the connected parts of the graph of the selected."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = np.zeros((0, 2), dtype=np.int64) if patch.pairs is None else patch.pairs
    number = np.cumsum(selected.ravel()).reshape(selected.shape) - 1
    count = int(selected.sum())
    both = selected[:, pairs[:, 0]] & selected[:, pairs[:, 1]]
    which, edge = np.nonzero(both)
    one, other = number[which, pairs[edge, 0]], number[which, pairs[edge, 1]]
    graph = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, dtype=np.int64)
