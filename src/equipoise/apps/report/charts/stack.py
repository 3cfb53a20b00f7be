"""Slices to move through: a stack in each plane about a point, small enough to stand in a page."""

from __future__ import annotations

import base64
import io
from typing import Final

from equipoise.apps.report.charts.template_brain import (
    AXES,
    Grey,
    Plane,
    Point,
    Volume,
    Window,
    cut,
    frame,
)

__all__ = ["REACH", "STEP", "offsets", "stack_addresses"]

STEP: Final = 3
REACH: Final = 24
"""Slices lie this far apart, up to this far to either side of the point, in mm."""
GREYS: Final = 64


def offsets() -> tuple[int, ...]:
    """Return how far each slice of a stack lies from the point, in mm."""
    return tuple(range(-REACH, REACH + 1, STEP))


def stack_addresses(volume: Volume, plane: Plane, point: Point, window: Window) -> tuple[str, ...]:
    """Return the pictures of one stack, one for each of the offsets.

    Parameters
    ----------
    volume : Volume
        Template or person.
    plane : {"sagittal", "coronal", "axial"}
        Which stack.
    point : tuple of float
        x, y, z in mm.
    window : tuple of (low, high)
        What the pictures show, in mm.

    Returns
    -------
    tuple of str
        ``data:`` addresses of PNG files of few greys, one sample for a voxel: a browser smooths.
    """
    look, found = frame(plane, window), []
    for offset in offsets():
        place = list(point)
        place[AXES[plane][2]] += offset
        found.append(_address(cut(volume, look, (place[0], place[1], place[2]))))
    return tuple(found)


def _address(grey: Grey) -> str:
    from PIL import Image

    raw = io.BytesIO()
    Image.fromarray(grey).quantize(GREYS).save(raw, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(raw.getvalue()).decode("ascii")
