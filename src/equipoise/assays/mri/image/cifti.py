"""CIFTI series (``.dtseries.nii``): vertices of both hemispheres and voxels below the cortex.

The voxels of the 91k layout lie in MNI152NLin6Asym. Vertices take the coordinates of the surfaces
that are given; where these are the person's own, in T1w, they are brought into the same MNI space,
so that all positions of a CIFTI run are in one space.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equipoise.assays.mri.image.gifti import Mesh
from equipoise.assays.mri.image.spaces import MNI_SPACES
from equipoise.assays.mri.image.stream import Streamed
from equipoise.assays.mri.image.surface import Cortex, VertexPlaces, edges, voxel_pairs
from equipoise.core.errors import RecordingError
from equipoise.core.steps import Watcher, file_digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

__all__ = ["Dense", "dense_places", "open_dense", "read_dense"]

_LEFT: Final = "CIFTI_STRUCTURE_CORTEX_LEFT"
_RIGHT: Final = "CIFTI_STRUCTURE_CORTEX_RIGHT"
_VOXEL_SPACE: Final = MNI_SPACES[0]
_AT_ONCE: Final = 4096
"""Grayordinates read in one piece: bounds the memory."""
_TO_SECONDS: Final = {"SECOND": 1}


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """A CIFTI file that was opened: volumes, seconds between them or None, and nibabel's image."""

    volumes: int
    repetition_time: float | None
    brain: Any
    image: Any


def open_dense(path: str, name: str) -> Dense:
    """Open a dense series and read its axes.

    Parameters
    ----------
    path : str
        ``.dtseries.nii``.
    name : str
        Its name in messages.

    Returns
    -------
    Dense
        No values are read.

    Raises
    ------
    RecordingError
        If the file is missing, damaged or no dense series.
    """
    import nibabel as nib
    from nibabel.cifti2.cifti2_axes import BrainModelAxis, SeriesAxis
    from nibabel.filebasedimages import ImageFileError

    try:
        image: Any = nib.load(path)
        axes = [image.header.get_axis(number) for number in (0, 1)]
    except FileNotFoundError as error:
        raise RecordingError("the file is missing", where=name) from error
    except (OSError, EOFError, ValueError, KeyError, AttributeError, ImageFileError) as error:
        raise RecordingError(f"the file cannot be read: {error}", where=name) from error
    time, brain = axes
    if not (isinstance(time, SeriesAxis) and isinstance(brain, BrainModelAxis)):
        raise RecordingError(
            "this is no dense series", where=name, allowed="time by grayordinates (.dtseries.nii)"
        )
    seconds = float(time.step) if time.unit in _TO_SECONDS and time.step > 0 else None
    return Dense(len(time), seconds, brain, image)


def dense_places(dense: Dense, cortex: Cortex, name: str) -> VertexPlaces:
    """Return where the grayordinates lie, all in one MNI space.

    Parameters
    ----------
    dense : Dense
        The file.
    cortex : Cortex
        Meshes that its vertices belong to.
    name : str
        File name for messages.

    Returns
    -------
    VertexPlaces
        Positions in ``MNI152NLin6Asym``.

    Raises
    ------
    RecordingError
        If the meshes have other vertices, or do not lead to that space.
    """
    if cortex.mni_space != _VOXEL_SPACE:
        raise RecordingError(
            f"the voxels of this file are in {_VOXEL_SPACE}, the surfaces lead elsewhere",
            where=name,
            got=cortex.mni_space,
            todo=f"give the transform between T1w and {_VOXEL_SPACE}",
        )
    count = len(dense.brain)
    points = np.full((count, 3), np.nan)
    left, deep = np.zeros((2, count), dtype=bool)
    pairs: list[NDArray[np.int64]] = []
    for structure, where, model in dense.brain.iter_structures():
        first = int(where.start or 0)
        rows = slice(first, first + len(model))
        if structure in (_LEFT, _RIGHT):
            mesh = cortex.left if structure == _LEFT else cortex.right
            _check_vertices(mesh, int(model.nvertices[structure]), name)
            points[rows] = cortex.to_mni(mesh.points)[model.vertex]
            left[rows] = structure == _LEFT
            pairs.append(_edges_of(mesh, model.vertex, first))
        else:
            affine = np.asarray(model.affine, dtype=np.float64)
            points[rows] = model.voxel @ affine[:3, :3].T + affine[:3, 3]
            left[rows] = points[rows, 0] < 0
            deep[rows] = True
            pairs.append(voxel_pairs(np.asarray(model.voxel, dtype=np.int64), first))
    joined = np.concatenate(pairs) if pairs else np.zeros((0, 2), dtype=np.int64)
    return VertexPlaces(_VOXEL_SPACE, _VOXEL_SPACE, points, points, left, deep, joined)


def _check_vertices(mesh: Mesh, count: int, name: str) -> None:
    if len(mesh.points) != count:
        raise RecordingError(
            "the surface has another number of vertices than the series",
            where=name,
            got=str(len(mesh.points)),
            allowed=str(count),
            todo="give the surfaces of the same mesh (fsLR, 32k for the 91k layout)",
        )


def _edges_of(mesh: Mesh, vertex: NDArray[np.int64], first: int) -> NDArray[np.int64]:
    """Return the edges between vertices that the file holds, as grayordinates."""
    row = np.full(len(mesh.points), -1, dtype=np.int64)
    row[vertex] = first + np.arange(len(vertex))
    found = row[edges(mesh.faces)]
    return np.asarray(found[(found >= 0).all(axis=1)])


def read_dense(
    path: str, dense: Dense, elements: NDArray[np.int64], name: str, watch: Watcher
) -> Streamed:
    """Read the series of some grayordinates, piece by piece.

    Parameters
    ----------
    path : str
        The file that `dense` was opened from.
    dense : Dense
        The file.
    elements : ndarray of int, shape (n,)
        Grayordinates, rising.
    name : str
        Its name in messages.
    watch : Watcher
        Told how many grayordinates are read.

    Returns
    -------
    Streamed
        Series, shape (volumes, n), and the digest.

    Raises
    ------
    RecordingError
        If the file is cut short or damaged.
    """
    series = np.empty((dense.volumes, len(elements)), dtype=np.float32)
    count = len(dense.brain)
    try:
        for start in range(0, count, _AT_ONCE):
            chosen = slice(*np.searchsorted(elements, (start, start + _AT_ONCE)))
            if chosen.start < chosen.stop:
                piece = np.asarray(dense.image.dataobj[:, start : start + _AT_ONCE])
                series[:, chosen] = piece[:, elements[chosen] - start]
            watch(f"reading {name}", min(start + _AT_ONCE, count), count)
        return Streamed(series, file_digest(Path(path)))
    except (OSError, EOFError, ValueError) as error:
        raise RecordingError(
            "the file is cut short or cannot be read",
            where=name,
            todo="copy it again, or run the preprocessing again",
        ) from error
