"""Cortical surfaces: the space their coordinates are in, and where their vertices lie.

Where the coordinates of a mesh lie is told by its name, as fMRIPrep and TemplateFlow write it:
``sub-`` is the person's own anatomy (T1w), ``tpl-fsaverage`` is MNI305, ``tpl-fsLR`` lies in
MNI152NLin6Asym. A mesh of any other name is refused. MNI305 is brought into MNI152 by FreeSurfer's
published affine (`regions/affines`); the two agree to a few mm, which a note says. For
``space-fsaverage5`` the pial surface inside nilearn is taken where no mesh is given.

The sides are told by the files (:mod:`~equipoise.assays.mri.image.gifti`); besides, the meshes
have to lie left and right of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.image.gifti import SIDES, Mesh, read_mesh
from equipoise.assays.mri.image.places import touching
from equipoise.assays.mri.image.spaces import MNI_SPACES, T1W, Warp, warp_between
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import SpaceTransform
from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]
    Numbers = NDArray[np.int64]

__all__ = [
    "Cortex",
    "VertexPlaces",
    "edges",
    "read_cortex",
    "vertex_places",
    "voxel_pairs",
]

_MNI305: Final = "MNI305"
_TEMPLATES: Final = {"tpl-fsaverage": _MNI305, "tpl-fsLR": MNI_SPACES[0]}
_BUNDLED: Final = "fsaverage5"


@dataclass(frozen=True, slots=True, eq=False)
class Cortex:
    """Both hemispheres in one space.

    Parameters
    ----------
    left, right : Mesh
        Coordinates in `space`.
    space : str
        BIDS name.
    mni_space : str
        Where `warp` leads.
    warp : callable or None
        Maps points of `space` into `mni_space`; None where it is the same.
    notes : tuple of str
        What a reader should know.
    """

    left: Mesh
    right: Mesh
    space: str
    mni_space: str
    warp: Warp | None
    notes: tuple[str, ...]

    def to_mni(self, points: Points) -> Points:
        """Map points of the meshes into MNI, shape (n, 3)."""
        return points if self.warp is None else self.warp(points)


@dataclass(frozen=True, slots=True, eq=False)
class VertexPlaces:
    """Vertices of both hemispheres and, for CIFTI, voxels below the cortex.

    Parameters
    ----------
    space, mni_space : str
        See :class:`~equipoise.assays.mri.image.places.Places`.
    points, mni : ndarray, shape (count, 3)
        Places in the two spaces, mm, RAS+.
    is_left : ndarray of bool, shape (count,)
        Side: of the hemisphere for vertices, of the midline for voxels.
    is_deep : ndarray of bool, shape (count,)
        Which are voxels below the cortex.
    neighbours : ndarray of int, shape (k, 2)
        Pairs of elements that share an edge of a triangle, or of voxels that touch.
    warp : callable or None
        Maps points of `space` into `mni_space`.
    """

    space: str
    mni_space: str
    points: Points
    mni: Points
    is_left: NDArray[np.bool_]
    is_deep: NDArray[np.bool_]
    neighbours: Numbers
    warp: Warp | None = None

    @property
    def count(self) -> int:
        """Elements of one time point."""
        return len(self.points)

    @property
    def grid(self) -> None:
        """None: vertices have no grid."""
        return

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Which elements have a place in MNI, shape (count,)."""
        return np.asarray(np.isfinite(self.mni).all(axis=1))

    def positions(self, elements: Numbers) -> Points:
        """Return places in mm, RAS+, shape (n, 3)."""
        return np.asarray(self.points[elements])

    def to_mni(self, points: Points) -> Points:
        """Map points of `space` into `mni_space`, shape (n, 3)."""
        return points if self.warp is None else self.warp(points)

    def within(self, point: Points, radius: float, *, deep: bool = False) -> tuple[Numbers, int]:
        """Return vertices (`deep`: voxels) within `radius` mm of an MNI point, and how many."""
        apart = ((self.mni - np.asarray(point)) ** 2).sum(axis=1)
        found = np.flatnonzero((apart <= radius**2) & (self.is_deep == deep))
        return found.astype(np.int64), len(found)

    def pairs(self, elements: Numbers) -> Numbers:
        """Return pairs of neighbours among `elements`, as indices into them."""
        row = np.full(self.count, -1, dtype=np.int64)
        row[elements] = np.arange(len(elements))
        found = row[self.neighbours]
        return np.sort(found[(found >= 0).all(axis=1)], axis=1)

    def left(self, elements: Numbers) -> NDArray[np.bool_]:
        """Return which elements belong to the left half of the brain."""
        return np.asarray(self.is_left[elements])


def vertex_places(cortex: Cortex, left: int, right: int, name: str) -> VertexPlaces:
    """Return where the vertices of two hemispheres lie, the left ones first.

    Parameters
    ----------
    cortex : Cortex
        The meshes.
    left, right : int
        Vertices of the series.
    name : str
        File name for messages.

    Returns
    -------
    VertexPlaces
        Positions in the space of the meshes.

    Raises
    ------
    RecordingError
        If the meshes have other vertices than the series.
    """
    counts = (len(cortex.left.points), len(cortex.right.points))
    if counts != (left, right):
        raise RecordingError(
            "the surfaces have other numbers of vertices than the series",
            where=name,
            got=" and ".join(map(str, counts)),
            allowed=f"{left} and {right}",
            todo="give the surfaces of the same mesh",
        )
    points = np.concatenate([cortex.left.points, cortex.right.points])
    return VertexPlaces(
        space=cortex.space,
        mni_space=cortex.mni_space,
        points=points,
        mni=cortex.to_mni(points),
        is_left=np.arange(len(points)) < left,
        is_deep=np.zeros(len(points), dtype=bool),
        neighbours=np.concatenate([edges(cortex.left.faces), edges(cortex.right.faces) + left]),
        warp=cortex.warp,
    )


def edges(faces: Numbers) -> Numbers:
    """Return the edges of triangles, each once, shape (k, 2), the smaller vertex first."""
    sides = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    return np.unique(np.sort(sides, axis=1), axis=0)


def voxel_pairs(index: Numbers, first: int) -> Numbers:
    """Return pairs of touching voxels, numbered from `first` on."""
    return touching(index) + first


def read_cortex(
    paths: tuple[str, ...], space: str | None, transforms: tuple[SpaceTransform, ...], name: str
) -> Cortex:
    """Read the meshes of both hemispheres.

    Parameters
    ----------
    paths : tuple of str
        Left and right (``.surf.gii``); empty to take what nilearn has for fsaverage5.
    space : str or None
        BIDS name of the space of the series.
    transforms : tuple of SpaceTransform
        Of the person; needed where the meshes are the person's own.
    name : str
        Name of the series for messages.

    Returns
    -------
    Cortex
        Meshes of one space, with the way into MNI.

    Raises
    ------
    RecordingError
        If a mesh is missing or damaged, its side or space is not told, the two contradict each
        other, or no transform leads from T1w to an MNI space.
    """
    known = _space_of(paths, name) if paths else _MNI305
    paths = paths or _bundled(space, name)
    if len(paths) != len(SIDES):
        raise RecordingError(
            "the surfaces of both hemispheres are needed",
            where=name,
            got=f"{len(paths)} files",
            allowed="left and right midthickness or pial .surf.gii",
        )
    meshes = [read_mesh(path, side) for path, side in zip(paths, SIDES, strict=True)]
    cortex = _placed(meshes[0], meshes[1], known, transforms, name)
    middle = [float(np.nanmean(cortex.to_mni(mesh.points)[:, 0])) for mesh in meshes]
    if not middle[0] < middle[1]:
        raise RecordingError(
            "the left surface does not lie left of the right one",
            where=name,
            todo="never guess a side: find out which file is which",
        )
    return cortex


def _bundled(space: str | None, name: str) -> tuple[str, ...]:
    """Return the pial surfaces inside nilearn; nothing of nilearn is imported but its place."""
    found = find_spec("nilearn") if space == _BUNDLED else None
    if found is None or found.origin is None:
        raise RecordingError(
            f"the coordinates of the vertices are missing: space {space}",
            where=name,
            allowed="left and right midthickness or pial .surf.gii of this mesh",
            todo="give the surfaces, or the series as space-fsaverage5 with nilearn installed",
        )
    folder = Path(found.origin).parent / "datasets" / "data" / _BUNDLED
    return tuple(str(folder / f"pial_{side}.gii.gz") for side in ("left", "right"))


def _space_of(paths: tuple[str, ...], name: str) -> str:
    """Return the space that the names of meshes tell."""
    spaces = set()
    for path in paths:
        file = Path(path).name
        told = T1W if file.startswith("sub-") else _TEMPLATES.get(file.partition("_")[0])
        if told is None:
            raise RecordingError(
                "the name of the surface does not tell the space of its coordinates",
                where=name,
                got=file,
                allowed="sub-... (the person's T1w), tpl-fsaverage_... or tpl-fsLR_...",
                todo="never guess a space: name it as fMRIPrep or TemplateFlow do",
            )
        spaces.add(told)
    if len(spaces) > 1:
        raise RecordingError(
            "the surfaces are in different spaces", where=name, got=", ".join(sorted(spaces))
        )
    return spaces.pop()


def _placed(
    left: Mesh, right: Mesh, space: str, transforms: tuple[SpaceTransform, ...], name: str
) -> Cortex:
    """Return the meshes in a space that people use, with the way into MNI."""
    if space == _MNI305:
        target, matrix = _published(_MNI305)
        moved = [
            Mesh(mesh.points @ matrix[:3, :3].T + matrix[:3, 3], mesh.faces)
            for mesh in (left, right)
        ]
        note = (
            "vertices of fsaverage were brought from MNI305 to MNI152 by a published affine, "
            "which is right to a few mm"
        )
        return Cortex(moved[0], moved[1], target, target, None, (note,))
    if space in MNI_SPACES:
        return Cortex(left, right, space, space, None, ())
    for target in MNI_SPACES:
        warp = warp_between(transforms, space, target)
        if warp is not None:
            return Cortex(left, right, space, target, warp, ())
    raise RecordingError(
        f"the surfaces are in {space} and no transform leads from there to an MNI space",
        where=name,
        allowed=f"from-{MNI_SPACES[0]}_to-{space}_mode-image_xfm.h5, or the like",
        todo="give the transforms of fMRIPrep's anat folder",
    )


def _published(source: str) -> tuple[str, Points]:
    """Return the affine of `regions/affines` that leads from a space, and where to."""
    rows = [row for row in load_table("regions/affines") if row.text("source") == source]
    matrix = np.eye(4)
    for row in rows:
        line = "xyz".index(row.text("axis"))
        matrix[line] = [row.number(column) for column in ("by_x", "by_y", "by_z", "shift")]
    return rows[0].text("target"), matrix
