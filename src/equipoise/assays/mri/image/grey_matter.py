"""How much grey matter a voxel holds: the person's own map, or the template of nilearn.

A map is sampled by world coordinates, so its grid need not be the image's. A voxel larger than
those of the map gets the mean over several points inside it.

Notes: the template is the symmetric ICBM 152 average of 2009 (1 mm). It lies within a few mm of
both templates whose images are read; at the edge of the cortex of one person it is a guess, so a
person's own map is used wherever it is given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.image.header import Grid
from equipoise.assays.mri.image.places import Places
from equipoise.assays.mri.image.stream import check_length, read_header, read_volume
from equipoise.core.errors import RecordingError
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

__all__ = ["Grey", "VolumeMap", "grey_of", "read_map", "sample", "template_share"]

_TEMPLATE: Final = "mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz"
_BYTE_MAX: Final = 255
_ROUNDING: Final = 1 / 1024
"""Share of a voxel that counts as none."""
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class VolumeMap:
    """One value for each voxel of a grid.

    Parameters
    ----------
    grid : Grid
        Shape and affine.
    values : ndarray, shape (voxels,)
        In the order of the file (x fastest).
    scale : float
        By which the values are divided.
    sha256 : str or None
        Digest of the file; None for what is shipped with a library.
    """

    grid: Grid
    values: NDArray[np.generic]
    scale: float = 1.0
    sha256: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Grey:
    """Which elements of an image are grey matter.

    Parameters
    ----------
    places : Places
        Where the elements lie.
    map : VolumeMap or None
        Probabilities; None for surfaces, whose vertices are cortex by nature.
    own : bool
        Whether the map is the person's, in the space of the image; the template is in MNI.
    """

    places: Places
    map: VolumeMap | None
    own: bool

    def members(self, elements: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of some elements hold enough grey matter, shape (n,)."""
        grid = self.places.grid
        if self.map is None or grid is None:
            return np.ones(len(elements), dtype=bool)
        points = self.places.positions(elements)
        edge = float(np.cbrt(abs(np.linalg.det(grid.affine[:3, :3]))))
        found = sample(self.map, points if self.own else self.places.to_mni(points), edge)
        return np.asarray(found >= setting("grey_matter_min_share"))


def grey_of(places: Places, path: str | None, name: str) -> Grey:
    """Return which elements of an image are grey matter: by the person's map, or the template.

    Parameters
    ----------
    places : Places
        Where the elements of the image lie.
    path : str or None
        NIfTI file with probabilities in the space of the image; None for the template.
    name : str
        Its name in messages.

    Returns
    -------
    Grey
        To be asked for single elements.

    Raises
    ------
    RecordingError
        If the file is missing or damaged or holds no probabilities, or if nilearn, whose
        template is used, is not installed.
    """
    if places.grid is None:
        return Grey(places, None, own=False)
    if path is None:
        return Grey(places, _template(), own=False)
    found = read_map(path, name)
    low, high = float(found.values.min()), float(found.values.max())
    # Interpolation may carry a probability a little past 0 or 1; per cent and bytes go far.
    if low < -_HALF or high > 1 + _HALF:
        raise RecordingError(
            "the map of grey matter holds no probabilities",
            where=name,
            got=f"{low:g} to {high:g}",
            allowed="0 to 1",
            todo="give fMRIPrep's label-GM_probseg file",
        )
    return Grey(places, found, own=True)


def template_share(point: Points, radius: float) -> float:
    """Return which share of a sphere in MNI is grey matter by the template.

    Parameters
    ----------
    point : ndarray, shape (3,)
        Centre in mm.
    radius : float
        In mm.

    Returns
    -------
    float
        0 to 1, counted at points 1 mm apart.
    """
    reach = np.arange(-math.ceil(radius), math.ceil(radius) + 1, dtype=np.float64)
    steps = np.stack(np.meshgrid(reach, reach, reach, indexing="ij"), axis=-1).reshape(-1, 3)
    steps = steps[(steps**2).sum(axis=1) <= radius**2]
    found = sample(_template(), point + steps, 0.0)
    return float(np.mean(found >= setting("grey_matter_min_share")))


def read_map(path: str, name: str) -> VolumeMap:
    """Read a 3-D image.

    Parameters
    ----------
    path : str
        Where the file lies.
    name : str
        Its name in messages.

    Returns
    -------
    VolumeMap
        Its values; 0 where the file holds no number.

    Raises
    ------
    RecordingError
        If the file is missing, damaged or not 3-D.
    """
    header = read_header(path, name)
    if header.volumes > 1:
        raise RecordingError(
            "this map has to have three dimensions", where=name, got=f"{header.volumes} volumes"
        )
    check_length(path, header, name)  # before memory is taken for what a damaged header promises
    read = read_volume(path, header, name)
    return VolumeMap(header.grid, np.nan_to_num(read.values), sha256=read.sha256)


@cache
def _template() -> VolumeMap:
    spec = find_spec("nilearn")
    if spec is None or spec.origin is None:
        raise RecordingError(
            "no map of grey matter was given, and the template that stands in is not installed",
            where="grey matter",
            todo="install it with: pip install 'equipoise[imaging]'",
        )
    path = str(Path(spec.origin).parent / "datasets" / "data" / _TEMPLATE)
    header = read_header(path, _TEMPLATE)
    return VolumeMap(header.grid, read_volume(path, header, _TEMPLATE).values, scale=_BYTE_MAX)


def sample(volume: VolumeMap, points: Points, edge: float) -> NDArray[np.float32]:
    """Return the mean of a map over small cubes.

    Parameters
    ----------
    volume : VolumeMap
        What is sampled.
    points : ndarray, shape (n, 3)
        Centres of the cubes in mm.
    edge : float
        Edge of the cubes in mm, along the axes of the map; 0 for points.

    Returns
    -------
    ndarray, shape (n,), float32
        Means of the nearest voxels at points that fill the cube as densely as the map; 0 where
        the centre lies outside the map.
    """
    back = np.linalg.inv(volume.grid.affine)
    middle = (points @ back[:3, :3].T + back[:3, 3]).astype(np.float32)
    shape = np.array(volume.grid.shape)
    outside = ~((middle >= -_HALF) & (middle <= shape - _HALF)).all(axis=1)
    middle[outside] = 0  # a point that no transform reaches is no number
    lines = []
    stride = 1
    for axis, spacing in enumerate(np.linalg.norm(volume.grid.affine[:3, :3], axis=0)):
        lines.append(_line(middle[:, axis], float(edge / spacing), int(shape[axis]), stride))
        stride *= int(shape[axis])
    total = np.zeros(len(points), dtype=np.float32)
    for first, some in lines[0]:
        for second, more in lines[1]:
            plane, weight = first + second, some * more
            for third, last in lines[2]:
                found = np.take(volume.values, plane + third, mode="clip")
                total += np.float32(weight * last / volume.scale) * found
    total[outside] = 0
    return total


def _line(
    middle: NDArray[np.float32], edge: float, size: int, stride: int
) -> list[tuple[NDArray[np.int64], float]]:
    """Return which voxels along one axis the points of each cube meet, and their weights.

    Points half-way between two voxels belong to the inner one: the cube stays symmetrical.
    """
    count = max(1, math.floor(edge + _ROUNDING))
    found: list[tuple[NDArray[np.int64], float]] = []
    for number in range(count):
        shift = ((number + _HALF) / count - _HALF) * edge * (1 - _ROUNDING)
        index = np.floor(middle + np.float32(shift + _HALF)).astype(np.int64)
        index = np.clip(index, 0, size - 1) * stride
        if found and np.array_equal(found[-1][0], index):
            found[-1] = index, found[-1][1] + 1 / count
        else:
            found.append((index, 1 / count))
    return found
