"""Grey pictures of a brain: one slice in each plane through a point, as small PNG files.

The template image ships inside nilearn; it is read with nibabel, and nilearn itself is not
imported. A person's own T1w image is cut in the same way, in its own millimetres. Where nibabel
or Pillow is missing there are no pictures.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "AXES",
    "FRAME",
    "Frame",
    "Grey",
    "Plane",
    "Point",
    "Volume",
    "Window",
    "close_up",
    "cut",
    "frame",
    "person_volume",
    "png_address",
    "slice_pictures",
    "template_file",
    "template_volume",
]

Plane = Literal["sagittal", "coronal", "axial"]
Grey = NDArray[np.uint8]
Point = tuple[float, float, float]
Window = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]

FRAME: Final[Window] = ((-80.0, 80.0), (-114.0, 82.0), (-76.0, 90.0))
"""The window in mm (x, y, z) that pictures of the template show."""

WHOLE: Final = 516.0
"""Widths of the three views of the whole window together, in mm."""
REACH: Final = 50.0
"""Slices show this far about the point, in mm."""

AXES: Final[dict[Plane, tuple[int, int, int]]] = {
    "sagittal": (1, 2, 0),
    "coronal": (0, 2, 1),
    "axial": (0, 1, 2),
}
"""Axis to the right, axis upward, axis through the plane."""

TEMPLATE: Final = "mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
LARGEST_PNG: Final = 80_000
WIDTH: Final = 400
GREYS: Final = 64
WHITE: Final = 255
BRIGHT: Final = 99.5
"""Percentile of a person's slice that is drawn white."""
DIM: Final = 0.68
"""The anatomy is dimmed, so that marks stand out on it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The window of one plane in mm: axis to the right, axis upward, axis through it."""

    right: int
    up: int
    through: int
    window: Window = FRAME

    @property
    def width(self) -> float:
        """Width of the window in mm."""
        return self.window[self.right][1] - self.window[self.right][0]

    @property
    def unit(self) -> float:
        """Size of marks in mm, so that they are as large on paper as in the whole window."""
        (left, right), (back, front), _ = self.window
        return (front - back + 2 * (right - left)) / WHOLE

    @property
    def height(self) -> float:
        """Height of the window in mm."""
        return self.window[self.up][1] - self.window[self.up][0]

    def at(self, point: Point) -> tuple[float, float]:
        """Return where a point in mm lies in the picture, from its top left corner."""
        return point[self.right] - self.window[self.right][0], self.window[self.up][1] - point[
            self.up
        ]


@dataclass(frozen=True, slots=True)
class Volume:
    """Grey values of an image, shape (i, j, k), and how its voxels lie in mm."""

    grey: NDArray[Any]
    affine: NDArray[np.float64]


def close_up(point: Point, within: Window | None = FRAME) -> Window:
    """Return the window about a point; it stays inside of another where there is one."""
    found = []
    for axis, mm in enumerate(point):
        middle = float(round(mm))
        if within is not None:
            low, high = within[axis]
            middle = min(max(middle, low + REACH), high - REACH)
        found.append((middle - REACH, middle + REACH))
    x, y, z = found
    return (x, y, z)


def frame(plane: Plane, window: Window = FRAME) -> Frame:
    """Return the window of a plane."""
    return Frame(*AXES[plane], window)


def template_file() -> Path | None:
    """Return the template inside the installed nilearn, or None."""
    needed = [importlib.util.find_spec(name) for name in ("nilearn", "nibabel", "PIL")]
    if any(spec is None for spec in needed) or needed[0] is None:
        return None
    folders = needed[0].submodule_search_locations or []
    paths = [Path(folder) / "datasets" / "data" / TEMPLATE for folder in folders]
    return next((path for path in paths if path.is_file()), None)


def template_volume() -> Volume | None:
    """Return the template as grey values, or None where it is not installed."""
    path = template_file()
    return None if path is None else _template(path)


def person_volume(path: Path, point: Point) -> Volume | None:
    """Return a person's image as grey values.

    Parameters
    ----------
    path : Path
        A T1w image, NIfTI.
    point : tuple of float
        x, y, z in mm in the space of the image.

    Returns
    -------
    Volume or None
        None where the image cannot be read, a library is missing, or the point lies outside the
        image.
    """
    if any(importlib.util.find_spec(name) is None for name in ("nibabel", "PIL")):
        return None
    import nibabel as nib

    try:
        image: Any = nib.load(path)
        values = np.asanyarray(image.dataobj, dtype=np.float32)
    except (OSError, EOFError, ValueError, zlib.error, nib.filebasedimages.ImageFileError):
        return None
    top = float(np.percentile(values, BRIGHT))
    if values.ndim != 3 or top <= 0:  # noqa: PLR2004
        return None
    grey = np.clip(values * (WHITE / top), 0, WHITE).astype(np.uint8)
    voxel = np.linalg.inv(image.affine) @ np.array([*point, 1.0])
    if not ((voxel[:3] >= 0) & (voxel[:3] < grey.shape)).all():
        return None
    return Volume(grey, image.affine)


def slice_pictures(volume: Volume, point: Point, window: Window) -> dict[Plane, str]:
    """Return the three slices through `point` as ``data:`` addresses.

    Parameters
    ----------
    volume : Volume
        Template or person.
    point : tuple of float
        x, y, z in mm.
    window : tuple of (low, high)
        What the pictures show, in mm.

    Returns
    -------
    dict
        By plane, each at most 80 kB as PNG.
    """
    return {plane: _address(cut(volume, frame(plane, window), point)) for plane in AXES}


@lru_cache(maxsize=1)
def _template(path: Path) -> Volume:
    import nibabel as nib

    image: Any = nib.load(path)
    return Volume(np.asanyarray(image.dataobj), image.affine)


def cut(volume: Volume, look: Frame, point: Point) -> Grey:
    """Return the slice nearest `point`, cropped to the window, top row first."""
    grey, affine = volume.grey, volume.affine
    # One sample for a voxel: smoothing comes when the picture is enlarged.
    step = max(abs(float(np.linalg.det(affine[:3, :3]))) ** (1 / 3), 0.5)
    across = np.arange(look.window[look.right][0] + step / 2, look.window[look.right][1], step)
    down = np.arange(look.window[look.up][0] + step / 2, look.window[look.up][1], step)[::-1]
    places = np.empty((len(down), len(across), 3))
    places[..., look.right] = across
    places[..., look.up] = down[:, None]
    places[..., look.through] = point[look.through]
    inverse = np.linalg.inv(affine)
    index = np.rint(places @ inverse[:3, :3].T + inverse[:3, 3]).astype(np.intp)
    inside = ((index >= 0) & (index < grey.shape)).all(axis=-1)
    i, j, k = np.moveaxis(np.clip(index, 0, np.array(grey.shape) - 1), -1, 0)
    return np.ascontiguousarray(DIM * np.where(inside, grey[i, j, k], 0)).astype(np.uint8)


def _address(cut: Grey) -> str:
    from PIL import Image

    full = Image.fromarray(cut)
    raw = b""
    for width in (WIDTH, WIDTH // 2):
        size = (width, round(width * full.height / full.width))
        picture = full.resize(size, Image.Resampling.LANCZOS)
        raw = _png(picture.quantize(GREYS))
        if len(raw) <= LARGEST_PNG:
            break
    return _data(raw)


def png_address(grey: Grey) -> str | None:
    """Return a grey picture as an address that a page can hold.

    Parameters
    ----------
    grey : ndarray of uint8, shape (rows, columns)
        0 is black.

    Returns
    -------
    str or None
        A ``data:`` address; None where Pillow is missing.
    """
    if importlib.util.find_spec("PIL") is None:
        return None
    from PIL import Image

    return _data(_png(Image.fromarray(grey)))


def _png(picture: Any) -> bytes:
    raw = io.BytesIO()
    picture.save(raw, format="PNG", optimize=True)
    return raw.getvalue()


def _data(raw: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(raw).decode("ascii")
