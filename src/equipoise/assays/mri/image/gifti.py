"""GIFTI files of one hemisphere: meshes and series.

The side of a file is told by ``hemi-`` in its name or by the structure that it names inside; where
both are there they have to agree, and where neither is the file is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equipoise.core.errors import RecordingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]
    Numbers = NDArray[np.int64]

__all__ = ["SIDES", "Mesh", "read_mesh", "read_series"]

SIDES: Final = ("L", "R")
"""Hemispheres, in the order in which they are always given."""
_STRUCTURES: Final = {"L": "CortexLeft", "R": "CortexRight"}
_TRIANGLE: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Vertices in mm, shape (n, 3), and triangles of them, shape (k, 3)."""

    points: Points
    faces: Numbers


def read_mesh(path: str, side: str) -> Mesh:
    """Read the mesh of one hemisphere.

    Parameters
    ----------
    path : str
        ``.surf.gii``, compressed or not.
    side : {"L", "R"}
        Which hemisphere it has to be.

    Returns
    -------
    Mesh
        In the coordinates of the file.

    Raises
    ------
    RecordingError
        If the file is missing, damaged, no surface, or of the other or an untold hemisphere.
    """
    image = _gifti(path)
    _check_side(image, path, side)
    points = image.get_arrays_from_intent("NIFTI_INTENT_POINTSET")
    faces = image.get_arrays_from_intent("NIFTI_INTENT_TRIANGLE")
    if len(points) != 1 or len(faces) != 1:
        raise RecordingError("this is no surface: points or triangles are missing", where=_of(path))
    mesh = Mesh(
        np.asarray(points[0].data, dtype=np.float64), np.asarray(faces[0].data, dtype=np.int64)
    )
    sound = mesh.points.shape[1:] == mesh.faces.shape[1:] == (_TRIANGLE,)
    if not (sound and np.isfinite(mesh.points).all() and mesh.faces.max() < len(mesh.points)):
        raise RecordingError("the surface is damaged", where=_of(path))
    return mesh


def read_series(path: str, side: str) -> NDArray[np.float32]:
    """Read the series of one hemisphere.

    Parameters
    ----------
    path : str
        ``.func.gii``: one array for each time point, or one for all.
    side : {"L", "R"}
        Which hemisphere it has to be.

    Returns
    -------
    ndarray, shape (volumes, vertices), float32
        The values.

    Raises
    ------
    RecordingError
        If the file is missing, damaged, of the other or an untold hemisphere, or has no time.
    """
    image = _gifti(path)
    _check_side(image, path, side)
    arrays = [np.asarray(array.data, dtype=np.float32) for array in image.darrays]
    if len(arrays) == 1 and arrays[0].ndim > 1:
        return np.ascontiguousarray(arrays[0].T)
    if len(arrays) <= 1 or len({array.shape for array in arrays}) != 1 or arrays[0].ndim != 1:
        raise RecordingError("this is no series on a surface", where=_of(path))
    return np.stack(arrays)


def _gifti(path: str) -> Any:
    from xml.parsers.expat import ExpatError

    import nibabel as nib
    from nibabel.filebasedimages import ImageFileError
    from nibabel.gifti.gifti import GiftiImage

    try:
        image = nib.load(path)
    except FileNotFoundError as error:
        raise RecordingError("the file is missing", where=_of(path)) from error
    except (OSError, EOFError, ValueError, ExpatError, ImageFileError) as error:
        raise RecordingError(f"the file cannot be read: {error}", where=_of(path)) from error
    if not isinstance(image, GiftiImage):
        raise RecordingError("this is not a GIFTI file", where=_of(path), allowed=".gii")
    return image


def _of(path: str) -> str:
    return Path(path).name


def _check_side(image: Any, path: str, side: str) -> None:
    """Refuse a file whose name or content tells the other side, or tells none."""
    named = {
        other for other in _STRUCTURES if f"hemi-{other}_" in f"{_of(path).partition('.')[0]}_"
    }
    metas = (image.meta, *(array.meta for array in image.darrays))
    written = {meta.get("AnatomicalStructurePrimary") for meta in metas} & set(_STRUCTURES.values())
    told = named | {other for other in _STRUCTURES if _STRUCTURES[other] in written}
    if told == {side}:
        return
    raise RecordingError(
        "the file does not tell which hemisphere it is"
        if not told
        else "the file is not the hemisphere that it was given as",
        where=_of(path),
        got=" and ".join(sorted(told)) or "neither hemi- in the name nor a structure inside",
        allowed=f"hemi-{side} and {_STRUCTURES[side]}",
        todo="never guess a side: name it as fMRIPrep does",
    )
