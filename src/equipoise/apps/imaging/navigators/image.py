"""NIfTI label map of a target: the ellipsoid of the 95 % region (2) and a ball at the point (1).

The header's description holds the stamp and the space. The reader uses nothing of the writer: it
takes the bytes of the header apart by the standard's offsets.
"""

from __future__ import annotations

import gzip
import io
import math
import struct
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equipoise.apps.imaging.navigators.marker import STAMP, Marker, ReadBack
from equipoise.core.errors import EquipoiseError
from equipoise.core.nouns.target import TargetEstimate
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BALL", "ELLIPSOID", "box_about", "label_map", "packed", "read_label_map"]

BALL, ELLIPSOID = 1, 2
SCANNER, MNI = 1, 4
_MARK: Final = "; space-"
# Offsets of the NIfTI-1 header, from the standard.
_DIM, _TYPE, _SIZES, _START, _TEXT, _CODE, _ROWS = 40, 70, 76, 108, 148, 254, 280
_UNITS, _QCODE, _TURN = 123, 252, 256
_MM, _SPACE_BITS = 2, 7
_BYTE: Final = 2
_LONG: Final = 80


def label_map(marker: Marker, estimate: TargetEstimate) -> bytes:
    """Return the compressed image.

    Parameters
    ----------
    marker : Marker
        The point.
    estimate : TargetEstimate
        Of the method that the point is of, for its ellipsoid; without one there is a ball only.

    Returns
    -------
    bytes
        ``.nii.gz``, the same bytes for the same target.
    """
    centres, shape, affine = box_about(marker.point, estimate)
    apart = centres - np.array(marker.point)
    labels = np.zeros(shape, dtype=np.uint8)
    if estimate.axes95 is not None and estimate.directions:
        along = apart @ np.array(estimate.directions).T / np.array(estimate.axes95)
        labels[(along**2).sum(axis=-1) <= 1] = ELLIPSOID
    radius = setting("export_sphere_radius")
    labels[(apart**2).sum(axis=-1) <= radius**2] = BALL
    return packed(labels, affine, marker.space)


def box_about(
    point: tuple[float, float, float], estimate: TargetEstimate
) -> tuple[NDArray[np.float64], tuple[int, int, int], NDArray[np.float64]]:
    """Return a box that holds the 95 % region with a margin, with the point at its centre.

    Parameters
    ----------
    point : tuple of float
        Its centre in mm.
    estimate : TargetEstimate
        With the region.

    Returns
    -------
    centres : ndarray, shape (n, n, n, 3)
        Centres of the voxels in mm.
    shape : tuple of int
        Voxels along each axis, odd.
    affine : ndarray, shape (4, 4)
        Voxel index to mm, RAS+.
    """
    edge = setting("export_voxel")
    reach = setting("export_margin") + (0.0 if estimate.axes95 is None else max(estimate.axes95))
    half = int(np.ceil(reach / edge))
    affine = np.diag([edge, edge, edge, 1.0])
    affine[:3, 3] = np.array(point) - half * edge
    count = 2 * half + 1
    index = np.stack(np.meshgrid(*(np.arange(count),) * 3, indexing="ij"), axis=-1)
    centres = np.asarray(index * edge + affine[:3, 3], dtype=np.float64)
    return centres, (count, count, count), np.asarray(affine)


def packed(values: NDArray[Any], affine: NDArray[np.float64], space: str) -> bytes:
    """Return an image as ``.nii.gz`` with the stamp and the space in its header."""
    import nibabel as nib

    image = nib.Nifti1Image(values, affine)
    code = MNI if space.startswith("MNI") else SCANNER
    image.set_sform(affine, code)
    image.set_qform(affine, code)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = f"{STAMP}{_MARK}{space}".encode()
    packed_bytes = io.BytesIO()
    # No time stamp and no name: the same image gives the same bytes.
    with gzip.GzipFile(fileobj=packed_bytes, mode="wb", mtime=0, filename="") as stream:
        stream.write(image.to_bytes())
    return packed_bytes.getvalue()


def read_label_map(data: bytes) -> ReadBack:
    """Return the centre of the ball and the space of a label map.

    Parameters
    ----------
    data : bytes
        ``.nii.gz``.

    Returns
    -------
    ReadBack
        Centre of gravity of the voxels of the ball.

    Raises
    ------
    EquipoiseError
        If there is no ball or no space in it.
    """
    raw = gzip.decompress(data)
    nx, ny, nz = struct.unpack_from("<3h", raw, _DIM + 2)
    (kind,) = struct.unpack_from("<h", raw, _TYPE)
    start = int(struct.unpack_from("<f", raw, _START)[0])
    text = raw[_TEXT : _TEXT + _LONG].rstrip(b"\0").decode("ascii")
    (code,) = struct.unpack_from("<h", raw, _CODE)
    rows = [struct.unpack_from("<4f", raw, _ROWS + 16 * row) for row in range(3)]
    labels = raw[start : start + nx * ny * nz]
    ball = [place for place, label in enumerate(labels) if label == BALL]
    space = text.partition(_MARK)[2]
    fits = (code == MNI) == space.startswith("MNI") and _forms_agree(raw, rows)
    fits = fits and raw[_UNITS] & _SPACE_BITS == _MM
    if kind != _BYTE or not ball or STAMP not in text or not fits:
        raise EquipoiseError("the image that was written does not hold the target")
    middle = (
        sum(place % nx for place in ball) / len(ball),
        sum(place // nx % ny for place in ball) / len(ball),
        sum(place // (nx * ny) for place in ball) / len(ball),
    )
    x, y, z = (
        sum(factor * n for factor, n in zip(row, (*middle, 1.0), strict=True)) for row in rows
    )
    return ReadBack((x, y, z), space)


def _forms_agree(raw: bytes, rows: list[tuple[float, ...]]) -> bool:
    """Whether the second form of the header says the same: a navigator may read either.

    The map is written without rotation: its quaternion is (0, 0, 0) and no axis is turned round.
    """
    codes = struct.unpack_from("<2h", raw, _QCODE)
    turn, *sizes = struct.unpack_from("<4f", raw, _SIZES)
    vector_and_origin = struct.unpack_from("<6f", raw, _TURN)
    expected = [[float(r == c) * sizes[r] for c in range(3)] for r in range(3)]
    # A fault of the axes grows with the distance from the first voxel.
    allowed = setting("export_tolerance") / max(struct.unpack_from("<3h", raw, _DIM + 2))
    straight = turn > 0 and not any(vector_and_origin[:3]) and codes[0] == codes[1]
    origin = [row[3] for row in rows]
    return (
        straight
        and all(
            math.isclose(one, other, abs_tol=allowed)
            for row, other_row in zip(rows, expected, strict=True)
            for one, other in zip(row[:3], other_row, strict=True)
        )
        and all(
            math.isclose(one, other, abs_tol=allowed)
            for one, other in zip(origin, vector_and_origin[3:], strict=True)
        )
    )
