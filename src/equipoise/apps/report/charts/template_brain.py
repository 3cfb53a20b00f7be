"""Grey pictures of the MNI152 template: one slice in each plane, as small PNG files.

The template image ships inside nilearn; it is read with nibabel, and nilearn itself is not
imported. Where nilearn, nibabel or Pillow is missing there are no pictures.
"""

from __future__ import annotations

import base64
import importlib.util
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["FRAME", "Frame", "Plane", "frame", "slice_pictures", "template_file"]

Plane = Literal["sagittal", "coronal", "axial"]
Grey = NDArray[np.uint8]

FRAME: Final = ((-80.0, 80.0), (-114.0, 82.0), (-76.0, 90.0))
"""The window in mm (x, y, z) that the pictures show."""

AXES: Final[dict[Plane, tuple[int, int, int]]] = {
    "sagittal": (1, 2, 0),
    "coronal": (0, 2, 1),
    "axial": (0, 1, 2),
}
"""Axis to the right, axis upward, axis through the plane."""

TEMPLATE: Final = "mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
LARGEST_PNG: Final = 80_000
ENLARGE: Final = 2
DIM: Final = 0.68
"""The anatomy is dimmed, so that marks stand out on it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The window of one plane in mm: axis to the right, axis upward, axis through it."""

    right: int
    up: int
    through: int

    @property
    def width(self) -> float:
        """Width of the window in mm."""
        return FRAME[self.right][1] - FRAME[self.right][0]

    @property
    def height(self) -> float:
        """Height of the window in mm."""
        return FRAME[self.up][1] - FRAME[self.up][0]

    def at(self, point: tuple[float, float, float]) -> tuple[float, float]:
        """Return where a point in mm lies in the picture, from its top left corner."""
        return point[self.right] - FRAME[self.right][0], FRAME[self.up][1] - point[self.up]


def frame(plane: Plane) -> Frame:
    """Return the window of a plane."""
    return Frame(*AXES[plane])


def template_file() -> Path | None:
    """Return the template inside the installed nilearn, or None."""
    needed = [importlib.util.find_spec(name) for name in ("nilearn", "nibabel", "PIL")]
    if any(spec is None for spec in needed) or needed[0] is None:
        return None
    folders = needed[0].submodule_search_locations or []
    paths = [Path(folder) / "datasets" / "data" / TEMPLATE for folder in folders]
    return next((path for path in paths if path.is_file()), None)


def slice_pictures(point: tuple[float, float, float]) -> dict[Plane, str] | None:
    """Return the three slices through `point` as ``data:`` addresses.

    Parameters
    ----------
    point : tuple of float
        x, y, z in mm, MNI152.

    Returns
    -------
    dict or None
        By plane, each at most 80 kB as PNG; None where the template is not installed.
    """
    path = template_file()
    if path is None:
        return None
    import nibabel as nib

    image: Any = nib.load(path)
    grey = np.asanyarray(image.dataobj)
    return {plane: _address(_cut(grey, image.affine, plane, point)) for plane in AXES}


def _cut(grey: NDArray[Any], affine: NDArray[Any], plane: Plane, point: tuple[float, ...]) -> Grey:
    """Return the slice nearest `point`, cropped to the window, top row first."""
    look = frame(plane)
    index = [np.empty(0, dtype=np.intp)] * 3
    for axis in range(3):
        low, high = FRAME[axis]
        mm = np.array([point[axis]]) if axis == look.through else np.arange(low + 0.5, high)
        index[axis] = np.rint((mm - affine[axis, 3]) / affine[axis, axis]).astype(np.intp)
    inside = [(i >= 0) & (i < size) for i, size in zip(index, grey.shape, strict=True)]
    clipped = [np.clip(i, 0, size - 1) for i, size in zip(index, grey.shape, strict=True)]
    held = inside[0][:, None, None] & inside[1][None, :, None] & inside[2]
    flat = np.where(held, grey[np.ix_(*clipped)], 0).take(0, axis=look.through)
    # In every plane the axis to the right comes before the axis upward.
    return np.ascontiguousarray(DIM * flat.T[::-1]).astype(np.uint8)


def _address(cut: Grey) -> str:
    from PIL import Image

    full = Image.fromarray(cut)
    size = (full.width * ENLARGE, full.height * ENLARGE)
    for picture in (full.resize(size, Image.Resampling.LANCZOS), full):
        raw = io.BytesIO()
        picture.quantize(64).save(raw, format="PNG", optimize=True)
        if raw.tell() <= LARGEST_PNG:
            break
    return "data:image/png;base64," + base64.b64encode(raw.getvalue()).decode("ascii")
