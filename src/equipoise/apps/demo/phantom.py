"""Lay real cortical time series into a volume.

Each grey-matter voxel of a coarse MNI grid gets the series of the nearest vertex (left
dorsolateral prefrontal and subgenual cortex) or of the nearest parcel. Nothing is simulated and
no noise is added; what is synthetic is the geometry. Where no series is near (amygdala,
cerebellum) the phantom has no voxel.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equipoise.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Phantom", "image_bytes", "load_phantom", "mask_bytes"]

VOXEL: Final = 4.0
"""Edge of a voxel in mm."""
NEAR_VERTEX: Final = 6.0
"""Farthest vertex in mm that lends a voxel its series."""
NEAR_PARCEL: Final = 12.0
"""Farthest parcel centre in mm that lends a voxel its series."""
GREY: Final = 0.3
"""Least grey-matter share of a voxel."""
BASE, GAIN, SLOPE = 1000.0, 50.0, 0.1
"""Mean of the written signal, its scale, and the step of the stored integers."""
BYTE_MAX: Final = 255.0


@dataclass(frozen=True, slots=True)
class Phantom:
    """Series and where they lie.

    Parameters
    ----------
    affine : ndarray, shape (4, 4)
        Voxel index to mm, RAS+.
    mask : ndarray of bool, shape (x, y, z)
        Voxels that hold a series.
    source : ndarray of int, shape (n_voxels,)
        Column of `series` for each voxel of the mask, in C order.
    series : ndarray, shape (n_volumes, n_series)
        Real time series, in units of their own.
    confounds : ndarray, shape (n_volumes, n_confounds)
        As the source gives them.
    global_signal : ndarray, shape (n_volumes,)
        Mean of the cortex.
    repetition_time : float
        Seconds between volumes.
    """

    affine: Floats
    mask: NDArray[np.bool_]
    source: NDArray[np.intp]
    series: Floats
    confounds: Floats
    global_signal: Floats
    repetition_time: float


def load_phantom(data: Path) -> Phantom:
    """Read the series of the package and assign them to voxels.

    Parameters
    ----------
    data : Path
        Folder with ``rest_timeseries.npz`` and ``parcel_centroids.tsv``.

    Returns
    -------
    Phantom
        Series, mask and assignment.

    Raises
    ------
    InputError
        If the extra ``imaging`` (nilearn's template) is not installed.
    """
    with np.load(data / "rest_timeseries.npz") as kept:
        arrays = {name: kept[name].astype(np.float64) for name in kept.files}
    centroids = np.loadtxt(data / "parcel_centroids.tsv", skiprows=1)[:, 1:]
    places = np.concatenate([arrays["ldlpfc_xyz"], arrays["sgacc_xyz"], centroids])
    series = np.hstack([arrays["ldlpfc_vertex_ts"], arrays["sgacc_vertex_ts"], arrays["parcel_ts"]])
    grey, affine = _grey_matter()
    mask, source = _assign(grey, affine, places, len(places) - len(centroids))
    return Phantom(
        affine=affine,
        mask=mask,
        source=source,
        series=series,
        confounds=arrays["confounds"],
        global_signal=arrays["global_signal"],
        repetition_time=float(arrays["tr"]),
    )


def _grey_matter() -> tuple[Floats, Floats]:
    """Average nilearn's 1 mm grey-matter template into coarse voxels."""
    spec = find_spec("nilearn")
    if spec is None or spec.origin is None:
        raise InputError(
            "the worked example needs the extra imaging",
            todo="install it with: pip install 'equipoise[imaging]'",
        )
    import nibabel as nib

    folder = Path(spec.origin).parent / "datasets" / "data"
    image: Any = nib.load(folder / "mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz")
    fine = np.asanyarray(image.dataobj).astype(np.float32) / BYTE_MAX
    step = int(VOXEL)
    shape = [size // step for size in fine.shape]
    trimmed = fine[tuple(slice(0, n * step) for n in shape)]
    coarse = trimmed.reshape(shape[0], step, shape[1], step, shape[2], step).mean(axis=(1, 3, 5))
    affine = np.diag([VOXEL, VOXEL, VOXEL, 1.0])
    # The centre of a coarse voxel lies between its fine voxels.
    affine[:3, 3] = np.asarray(image.affine)[:3, 3] + (step - 1) / 2
    return coarse.astype(np.float64), affine


def _assign(
    grey: Floats, affine: Floats, places: Floats, n_vertices: int
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    from scipy.spatial import cKDTree

    index = np.argwhere(grey >= GREY)
    points = index @ affine[:3, :3].T + affine[:3, 3]
    near, vertex = cKDTree(places[:n_vertices]).query(points)
    far, parcel = cKDTree(places[n_vertices:]).query(points)
    by_vertex = near <= NEAR_VERTEX
    kept = by_vertex | (far <= NEAR_PARCEL)
    mask = np.zeros(grey.shape, dtype=bool)
    mask[tuple(index[kept].T)] = True
    source = np.where(by_vertex, vertex, parcel + n_vertices)[kept]
    return mask, source


def image_bytes(phantom: Phantom) -> Iterator[bytes]:
    """Yield an uncompressed NIfTI-1 file: the header, then one volume at a time.

    Parameters
    ----------
    phantom : Phantom
        Series and voxels.

    Yields
    ------
    bytes
        int16, scaled by the header's slope.
    """
    import nibabel as nib

    volumes = len(phantom.series)
    header = nib.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_data_shape((*phantom.mask.shape, volumes))
    header.set_zooms((VOXEL, VOXEL, VOXEL, phantom.repetition_time))
    header.set_xyzt_units("mm", "sec")
    header.set_slope_inter(SLOPE, 0.0)
    yield _with_affine(header, phantom.affine)
    volume = np.zeros(phantom.mask.shape, dtype=np.int16, order="F")
    for row in phantom.series:
        signal = (BASE + GAIN * row[phantom.source]) / SLOPE
        volume[phantom.mask] = np.rint(signal).astype(np.int16)
        yield volume.tobytes(order="F")


def mask_bytes(phantom: Phantom) -> bytes:
    """Return the brain mask as an uncompressed NIfTI-1 file."""
    import nibabel as nib

    header = nib.Nifti1Header()
    header.set_data_dtype(np.uint8)
    header.set_data_shape(phantom.mask.shape)
    header.set_zooms((VOXEL, VOXEL, VOXEL))
    header.set_xyzt_units("mm", "sec")
    body = phantom.mask.astype(np.uint8).tobytes(order="F")
    return _with_affine(header, phantom.affine) + body


def _with_affine(header: Any, affine: Floats) -> bytes:
    header.set_sform(affine, code="mni")
    header.set_qform(affine, code="mni")
    header["magic"] = b"n+1"
    header["vox_offset"] = header.single_vox_offset
    stream = io.BytesIO()
    header.write_to(stream)
    head: bytes = stream.getvalue()
    return head.ljust(int(header.single_vox_offset), b"\0")
