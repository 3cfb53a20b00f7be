"""The header of a NIfTI file: grid, orientation, volumes and time between them.

Orientation is what the header says; nothing in one image can prove it. A grid whose x axis runs
to the left (a negative x in the affine) is legal and gives the same world coordinates. If the
data of a file were mirrored without its affine, no check on that file alone would see it: the
brain is too symmetrical. What can be seen is a file that contradicts itself, so sform and qform
must agree where both are coded; where only one is, a note says that the side could not be checked
twice.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from equipoise.core.errors import RecordingError
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["HEAD_BYTES", "Grid", "ImageHeader", "Timed", "parse_header", "repetition_time"]

HEAD_BYTES: Final = 540
"""Bytes that hold a NIfTI-1 or NIfTI-2 header."""
_NIFTI1, _NIFTI2 = 348, 540
_SPATIAL: Final = 3
_SINGLE_FILE: Final = (b"n+1", b"n+2")
_SECONDS: Final = {"sec": 1, "msec": 1000, "usec": 1_000_000}


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Shape of a volume and its affine: voxel indices to mm, RAS+."""

    shape: tuple[int, int, int]
    affine: NDArray[np.float64]

    def corners(self) -> NDArray[np.float64]:
        """Return the centres of the eight corner voxels in mm, shape (8, 3)."""
        last = np.array(self.shape) - 1
        ends = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * last
        return self.to_mm(ends)

    def to_mm(self, voxels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the centres in mm of voxels given by index, both of shape (n, 3)."""
        return np.asarray(voxels @ self.affine[:3, :3].T + self.affine[:3, 3])

    def distance(self, other: Grid) -> float:
        """Return the largest distance in mm between corresponding corners."""
        return float(np.linalg.norm(self.corners() - other.corners(), axis=1).max())


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What is needed to read an image.

    Parameters
    ----------
    grid : Grid
        Shape and affine.
    volumes : int
        Number of volumes; 1 for a 3-D image.
    dimensions : int
        3 or 4.
    dtype : numpy.dtype
        Type of a voxel on disk, byte order included.
    offset : int
        First byte of the voxels.
    slope, inter : float
        Stored value to value.
    repetition_time : float or None
        Seconds; None where the header has none.
    notes : tuple of str
        What a reader should know, one sentence each.
    """

    grid: Grid
    volumes: int
    dimensions: int
    dtype: np.dtype[Any]
    offset: int
    slope: float
    inter: float
    repetition_time: float | None
    notes: tuple[str, ...]

    @property
    def has_time(self) -> bool:
        """Whether the image has a fourth dimension."""
        return self.dimensions > _SPATIAL

    @property
    def scaled(self) -> bool:
        """Whether stored values differ from values."""
        return (self.slope, self.inter) != (1.0, 0.0)

    @property
    def voxels(self) -> int:
        """Number of voxels of one volume."""
        return math.prod(self.grid.shape)


def parse_header(head: bytes, name: str) -> ImageHeader:
    """Read the first bytes of a NIfTI-1 or NIfTI-2 file.

    Parameters
    ----------
    head : bytes
        At least the header, :data:`HEAD_BYTES` where the file is that long.
    name : str
        File name for messages.

    Returns
    -------
    ImageHeader
        Grid, volumes and how the voxels are stored.

    Raises
    ------
    RecordingError
        If this is no single-file NIfTI image of 3 or 4 dimensions with a sound affine.
    """
    header = _raw(head, name)
    with _damage_told(name):
        shape = tuple(int(n) for n in header.get_data_shape())
        dtype = header.get_data_dtype()
        slope, inter = header.get_slope_inter()
        offset = int(header["vox_offset"])
    _check_layout(shape, dtype, offset, header, name)
    affine, notes = _orientation(header, shape, name)
    return ImageHeader(
        grid=Grid((shape[0], shape[1], shape[2]), affine),
        volumes=shape[_SPATIAL] if len(shape) > _SPATIAL else 1,
        dimensions=len(shape),
        dtype=dtype,
        offset=offset,
        slope=1.0 if slope is None else float(slope),
        inter=0.0 if inter is None else float(inter),
        repetition_time=_header_time(header, name),
        notes=notes,
    )


@contextlib.contextmanager
def _damage_told(name: str) -> Iterator[None]:
    """Turn what nibabel says of impossible fields into one line."""
    from nibabel.spatialimages import HeaderDataError

    try:
        with np.errstate(all="ignore"):
            yield
    except KeyError as error:
        raise RecordingError(f"the header holds an unknown code: {error}", where=name) from error
    except (HeaderDataError, ValueError, OverflowError) as error:
        raise RecordingError(f"the header is damaged: {error}", where=name) from error


def _raw(head: bytes, name: str) -> Any:
    from nibabel.nifti1 import Nifti1Header
    from nibabel.nifti2 import Nifti2Header

    size = {int.from_bytes(head[:4], order) for order in ("little", "big")}
    kind, length = (Nifti2Header, _NIFTI2) if _NIFTI2 in size else (Nifti1Header, _NIFTI1)
    if length not in size or len(head) < length:
        raise RecordingError(
            "this is not a NIfTI image", where=name, allowed=".nii or .nii.gz, NIfTI-1 or NIfTI-2"
        )
    header: Any = kind(head[:length], check=False)  # type: ignore[no-untyped-call]
    if bytes(header["magic"])[:3] not in _SINGLE_FILE:
        raise RecordingError(
            "header and image in two files are not read", where=name, allowed=".nii or .nii.gz"
        )
    if header["pixdim"][0] == 0:  # the standard reads a zero as 1
        header["pixdim"][0] = 1
    return header


def _check_layout(
    shape: tuple[int, ...], dtype: np.dtype[Any], offset: int, header: Any, name: str
) -> None:
    if len(shape) not in (_SPATIAL, _SPATIAL + 1) or min(shape) < 1:
        raise RecordingError(
            "the image has other dimensions than 3 or 4",
            where=name,
            got=" x ".join(str(n) for n in shape),
            allowed="x, y, z and time",
        )
    if dtype.kind not in "iuf":
        raise RecordingError(
            "voxels of this type are not read", where=name, got=str(dtype), allowed="real numbers"
        )
    if offset < int(header["sizeof_hdr"]):
        raise RecordingError("the voxels begin inside the header", where=name, got=str(offset))
    if _units(header)[0] not in ("mm", "unknown"):
        raise RecordingError(
            "the grid is not in mm", where=name, got=_units(header)[0], allowed="mm"
        )


def _units(header: Any) -> tuple[str, str]:
    try:
        space, time = header.get_xyzt_units()
    except KeyError:
        return "unknown", "unknown"
    return space, time


def _orientation(
    header: Any, shape: tuple[int, ...], name: str
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return the affine that both forms agree on."""
    forms = {"sform": _form(header.get_sform, name), "qform": _form(header.get_qform, name)}
    known = {form: affine for form, affine in forms.items() if affine is not None}
    if not known:
        raise RecordingError(
            "the header does not say where the image lies: sform and qform are both uncoded",
            where=name,
            todo="never guess a side: write the image again with its affine",
        )
    for form, affine in known.items():
        if not _is_affine(affine):
            raise RecordingError(f"the {form} is no affine in space", where=name)
    if len(known) == 1:
        (form, affine), *_ = known.items()
        return affine, (f"only the {form} is set: the left and right sides were not checked twice",)
    extent = (shape[0], shape[1], shape[2])
    apart = Grid(extent, known["sform"]).distance(Grid(extent, known["qform"]))
    if apart > setting("bold_orientation_tolerance"):
        raise RecordingError(
            "sform and qform contradict each other: the sides of the head are not sure",
            where=name,
            got=f"corners {apart:.1f} mm apart",
            allowed=f"{setting('bold_orientation_tolerance'):g} mm",
            todo="find out which one is right and write it into both",
        )
    return known["sform"], ()


def _is_affine(affine: NDArray[np.float64]) -> bool:
    """Whether the axes are finite and span space."""
    if not np.isfinite(affine).all():
        return False
    with np.errstate(all="ignore"):
        size = float(np.linalg.det(affine[:3, :3]))
    return math.isfinite(size) and abs(size) > float(np.finfo(np.float32).eps)


def _form(get: Any, name: str) -> NDArray[np.float64] | None:
    with _damage_told(name):
        affine, _ = get(coded=True)
    return None if affine is None else np.asarray(affine, dtype=np.float64)


def _header_time(header: Any, name: str) -> float | None:
    """Return the time between volumes in seconds; a time without a unit is taken as seconds."""
    if int(header["dim"][0]) <= _SPATIAL:
        return None
    value = float(header["pixdim"][_SPATIAL + 1])
    if not math.isfinite(value) or value < 0:
        raise RecordingError("the header's repetition time is no time", where=name, got=str(value))
    unit = _units(header)[1]
    # The standard's own rounding is single precision; seven digits remove it.
    return float(f"{value / _SECONDS.get(unit, 1):.7g}") if value > 0 else None


class Timed(Protocol):
    """What has a time between volumes in seconds, or None where it does not say so."""

    @property
    def repetition_time(self) -> float | None:
        """Seconds."""


def repetition_time(
    header: Timed, sidecar: float | None, name: str
) -> tuple[float, tuple[str, ...]]:
    """Return the time between volumes in seconds, from the sidecar checked against the header.

    Parameters
    ----------
    header : ImageHeader or Source
        Of the image.
    sidecar : float or None
        ``RepetitionTime`` of the JSON sidecar, seconds.
    name : str
        File name for messages.

    Returns
    -------
    seconds : float
        Repetition time.
    notes : tuple of str
        Where one of the two was missing.

    Raises
    ------
    RecordingError
        If there is none, if the two differ, or if the band cannot be seen at this rate.
    """
    where = f"{name} field RepetitionTime"
    if sidecar is None and header.repetition_time is None:
        raise RecordingError(
            "no repetition time in sidecar or header",
            where=where,
            todo="add it to the JSON sidecar",
        )
    if sidecar is not None and not (math.isfinite(sidecar) and sidecar > 0):
        raise RecordingError(
            "this is no repetition time", where=where, got=f"{sidecar:g}", allowed="seconds above 0"
        )
    seconds = sidecar or header.repetition_time or 0.0
    notes = _compared(header.repetition_time, sidecar, where)
    slowest = 0.5 / setting("bold_band_high")
    if seconds > slowest:
        raise RecordingError(
            "at this repetition time the band cannot be seen",
            where=where,
            got=f"{seconds:g} s",
            allowed=f"up to {slowest:g} s",
            todo="check that the value is in seconds",
        )
    return seconds, notes


def _compared(in_header: float | None, sidecar: float | None, where: str) -> tuple[str, ...]:
    if sidecar is None:
        return ("the repetition time is the header's alone",)
    if in_header is None:
        return ("the repetition time is the sidecar's alone",)
    if abs(in_header - sidecar) > setting("bold_tr_tolerance") * sidecar:
        raise RecordingError(
            "header and sidecar give different repetition times",
            where=where,
            got=f"header {in_header:g} s, sidecar {sidecar:g} s",
            allowed="the same time, in seconds",
            todo="find out which one is right and mend the other",
        )
    return ()
