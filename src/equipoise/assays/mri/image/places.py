"""Where the elements of a run lie: voxels of a volume, vertices of surfaces, or both.

Everything that needs a place asks one object, whatever the image is:

==================  ========================================================================
``positions``       mm in the space of the image (``space``), for points that people use
``to_mni``          the same points in the MNI space of the regions (``mni_space``)
``within``          the elements inside a sphere given in MNI, and how many a full image has
``pairs``           which elements touch each other, to connect clusters
``left``            which elements belong to the left half of the brain
``count``           how many elements one time point has
==================  ========================================================================

Elements are numbers from 0 to ``count`` - 1: for volumes the voxel in the order of the file (x
fastest), for surfaces the vertices of the left, then of the right hemisphere, for CIFTI the
grayordinate. Never take the sign of x of a position for the side: only MNI has its midline at 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from equipoise.assays.mri.image.header import Grid
from equipoise.assays.mri.image.spaces import MNI_SPACES, Warp, warp_between
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import SpaceTransform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]
    Numbers = NDArray[np.int64]

__all__ = ["Places", "VoxelPlaces", "touching", "volume_places"]

_SAMPLE: Final = 4000
"""Voxels that the affine part of a warp is fitted to."""
_LITRE: Final = 1_000_000
"""Cubic millimetres."""
_HALF: Final = tuple(step for step in product((-1, 0, 1), repeat=3) if step > (0, 0, 0))
"""One of each two opposite steps to the 26 neighbours of a voxel."""


class Places(Protocol):
    """Where elements lie; see the module."""

    @property
    def space(self) -> str:
        """BIDS name of the space of the positions."""

    @property
    def mni_space(self) -> str:
        """MNI space that :meth:`to_mni` leads to."""

    @property
    def count(self) -> int:
        """Elements of one time point."""

    @property
    def grid(self) -> Grid | None:
        """Grid of a volume; None where there are vertices."""

    def positions(self, elements: Numbers) -> Points:
        """Return the places of elements in mm, RAS+, in `space`, shape (n, 3)."""

    def to_mni(self, points: Points) -> Points:
        """Map points of `space` into `mni_space`, shape (n, 3); NaN where there is no place."""

    def within(self, point: Points, radius: float, *, deep: bool = False) -> tuple[Numbers, int]:
        """Return the elements within `radius` mm of an MNI point, rising.

        The number tells how many there are in all, those outside the field of view included. For
        surfaces, `deep` asks for voxels below the cortex instead of vertices.
        """

    def pairs(self, elements: Numbers) -> Numbers:
        """Return pairs of neighbours among `elements`, shape (k, 2), as indices into them."""

    def left(self, elements: Numbers) -> NDArray[np.bool_]:
        """Return which elements belong to the left half of the brain, shape (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class VoxelPlaces:
    """The voxels of a volume.

    Parameters
    ----------
    grid : Grid
        Of the image.
    space : str
        BIDS name of its space.
    mni_space : str
        MNI space of the regions.
    warp : callable or None
        Maps points of the image into `mni_space`; None where the image is there already.
    fit : ndarray, shape (4, 4)
        The affine nearest to `warp`.
    margin : float
        How far the two differ at most, mm.
    """

    grid: Grid
    space: str
    mni_space: str
    warp: Warp | None
    fit: Points
    margin: float

    @property
    def count(self) -> int:
        """Voxels of one time point."""
        return int(np.prod(self.grid.shape))

    def positions(self, elements: Numbers) -> Points:
        """Return the centres of voxels in mm, RAS+, shape (n, 3)."""
        return self.grid.to_mm(self._index(elements))

    def to_mni(self, points: Points) -> Points:
        """Map points of the image into MNI, shape (n, 3)."""
        return points if self.warp is None else self.warp(points)

    def within(self, point: Points, radius: float, *, deep: bool = False) -> tuple[Numbers, int]:
        """Return the voxels within `radius` mm of an MNI point, and how many it has in all."""
        del deep  # a volume holds cortex and what lies below alike
        point = np.asarray(point, dtype=np.float64)
        back = np.linalg.inv(self.fit @ self.grid.affine)
        middle = back[:3, :3] @ point + back[:3, 3]
        reach = (radius + self.margin) * np.linalg.norm(back[:3, :3], axis=1)
        axes = [
            np.arange(int(np.ceil(low)), int(np.floor(high)) + 1)
            for low, high in zip(middle - reach, middle + reach, strict=True)
        ]
        box = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        mm = self.to_mni(self.grid.to_mm(box))
        near = box[((mm - point) ** 2).sum(axis=1) <= radius**2]
        seen = near[((near >= 0) & (near < self.grid.shape)).all(axis=1)]
        nx, ny, _ = self.grid.shape
        flat = seen[:, 0] + nx * (seen[:, 1] + ny * seen[:, 2])
        return np.sort(flat.astype(np.int64)), len(near)

    def litres(self, elements: Numbers) -> float:
        """Return the volume of voxels after the transform into MNI."""
        cube = abs(float(np.linalg.det((self.fit @ self.grid.affine)[:3, :3])))
        return len(elements) * cube / _LITRE

    def pairs(self, elements: Numbers) -> Numbers:
        """Return pairs of voxels that share a face, an edge or a corner."""
        return touching(self._index(elements))

    def left(self, elements: Numbers) -> NDArray[np.bool_]:
        """Return which voxels lie left of the midline of MNI."""
        return np.asarray(self.to_mni(self.positions(elements))[:, 0] < 0)

    def _index(self, elements: Numbers) -> Numbers:
        nx, ny, _ = self.grid.shape
        return np.stack([elements % nx, elements // nx % ny, elements // (nx * ny)], axis=1)


def touching(index: Numbers) -> Numbers:
    """Return pairs of voxels that share a face, an edge or a corner.

    Parameters
    ----------
    index : ndarray of int, shape (n, 3)
        Voxel indices, all different.

    Returns
    -------
    ndarray of int, shape (k, 2)
        Rows of `index`; each pair once, the smaller row first.
    """
    if len(index) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    cell = index - index.min(axis=0) + 1
    rows = np.full(cell.max(axis=0) + 2, -1, dtype=np.int64)
    rows[tuple(cell.T)] = np.arange(len(index))
    found = []
    for step in _HALF:
        other = rows[tuple((cell + step).T)]
        here = np.flatnonzero(other >= 0)
        found.append(np.stack([here, other[here]], axis=1))
    return np.sort(np.concatenate(found), axis=1)


def volume_places(
    grid: Grid,
    space: str,
    inside: NDArray[np.bool_],
    transforms: tuple[SpaceTransform, ...],
    name: str,
) -> VoxelPlaces:
    """Return where the voxels of a volume lie.

    Parameters
    ----------
    grid : Grid
        Of the image.
    space : str
        BIDS name of its space: an MNI space, or T1w with a transform to one.
    inside : ndarray of bool, shape (voxels,)
        The brain mask in the order of the file.
    transforms : tuple of SpaceTransform
        Of the person.
    name : str
        File name for messages.

    Returns
    -------
    VoxelPlaces
        With the warp into MNI where the image is native.

    Raises
    ------
    RecordingError
        If no transform leads to an MNI space, or it does not reach the brain or turns its sides.
    """
    if space in MNI_SPACES:
        return VoxelPlaces(grid, space, space, None, np.eye(4), 0.0)
    for target in MNI_SPACES:
        warp = warp_between(transforms, space, target)
        if warp is not None:
            fit, margin = _fitted(grid, inside, warp, name)
            return VoxelPlaces(grid, space, target, warp, fit, margin)
    raise RecordingError(
        f"the image is in {space} and no transform leads from there to an MNI space",
        where=name,
        allowed=f"from-{MNI_SPACES[0]}_to-{space}_mode-image_xfm.h5, or the like",
        todo="give the transforms of fMRIPrep's anat folder",
    )


def _fitted(grid: Grid, inside: NDArray[np.bool_], warp: Warp, name: str) -> tuple[Points, float]:
    """Return the affine nearest to a warp over the brain, and how far they differ in mm."""
    brain = np.flatnonzero(inside)
    nx, ny, _ = grid.shape
    some = brain[:: max(1, len(brain) // _SAMPLE)]
    here = grid.to_mm(np.stack([some % nx, some // nx % ny, some // (nx * ny)], axis=1))
    there = warp(here)
    known = np.isfinite(there).all(axis=1)
    if 2 * np.count_nonzero(known) < len(some):
        raise RecordingError(
            "the transform into MNI does not reach the brain of this image",
            where=name,
            got=f"{np.mean(known):.0%} of the brain mask",
            todo="give the transforms of this person and this session",
        )
    ones = np.ones((np.count_nonzero(known), 1))
    solved, *_ = np.linalg.lstsq(np.hstack([here[known], ones]), there[known], rcond=None)
    fit = np.eye(4)
    fit[:3] = solved.T
    if fit[0, 0] <= 0 or np.linalg.det(fit[:3, :3]) <= 0:
        raise RecordingError(
            "the transform into MNI exchanges left and right",
            where=name,
            todo="never guess a side: find out which of image and transform is wrong",
        )
    apart = np.linalg.norm(here[known] @ fit[:3, :3].T + fit[:3, 3] - there[known], axis=1)
    voxel = np.linalg.norm(grid.affine[:3, :3], axis=0).max()
    return fit, float(apart.max() + voxel)
