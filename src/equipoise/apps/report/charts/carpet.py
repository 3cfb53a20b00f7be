"""A carpet plot: every voxel bin over time in grey, motion above, moved volumes marked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from equipoise.apps.report.charts.svg import element, fill, percent, plot, stroke
from equipoise.apps.report.charts.template_brain import png_address

__all__ = ["carpet_picture", "motion_trace", "moved"]

HIGH = 84
MARK = 8


def moved(displacement: Sequence[float], limit: float) -> list[int]:
    """Return the volumes whose framewise displacement lies above `limit` mm."""
    return [k for k, value in enumerate(displacement) if value > limit]


def motion_trace(displacement: Sequence[float], limit: float, top: float) -> Markup:
    """Return framewise displacement over time, with the limit and a mark for what passes it.

    Parameters
    ----------
    displacement : sequence of float
        mm, one for each volume.
    limit : float
        Above it a volume counts as moved, in mm.
    top : float
        Upper end of the axis in mm; what lies above stays at the edge.

    Returns
    -------
    Markup
        A chart area as wide as its place.
    """
    number = max(len(displacement) - 1, 1)
    line = " ".join(
        f"{100 * k / number:.2f},{100 - 100 * min(value, top) / top:.1f}"
        for k, value in enumerate(displacement)
    )
    look = {**stroke("person"), "vector_effect": "non-scaling-stroke"}
    trace = element("polyline", points=line, stroke_width=1.25, **look)
    curve = element(
        "svg",
        trace,
        x="0",
        y=MARK + 2,
        width="100%",
        height=HIGH - MARK - 2,
        viewBox="0 0 100 100",
        preserveAspectRatio="none",
    )
    level = MARK + 2 + (HIGH - MARK - 2) * (1 - min(limit, top) / top)
    dashed = element(
        "line",
        x1="0",
        x2="100%",
        y1=level,
        y2=level,
        stroke_width=1.25,
        stroke_dasharray="4 3",
        **stroke("caution"),
    )
    marks = [_mark(100 * k / number) for k in moved(displacement, limit)]
    return plot(curve, dashed, *marks, height=HIGH)


def _mark(place: float) -> Markup:
    triangle = element("path", d=f"M-3.5 0h7l-3.5 {MARK}z", **fill("caution"))
    return element("svg", triangle, x=percent(place), y=0, width=1, height=1, overflow="visible")


def carpet_picture(cells: str, shape: tuple[int, int], bands: Sequence[int]) -> Markup | None:
    """Return the carpet with lines between its bands.

    Parameters
    ----------
    cells : str
        Base64, one byte for a cell, row after row.
    shape : tuple of int
        Rows, columns.
    bands : sequence of int
        How many rows each band has, from top to bottom.

    Returns
    -------
    Markup or None
        An SVG as wide as its place; None where the cells do not fill the shape or no picture
        can be written here.
    """
    try:
        raw = np.frombuffer(base64.b64decode(cells, validate=True), dtype=np.uint8)
    except (binascii.Error, ValueError):
        return None
    rows, columns = shape
    if rows * columns == 0 or raw.size != rows * columns:
        return None
    address = png_address(raw.reshape(rows, columns))
    if address is None:
        return None
    lines, down = [], 0
    for number in bands[:-1]:
        down += number
        y = percent(100 * down / rows)
        lines.append(
            element("line", x1="0", x2="100%", y1=y, y2=y, stroke="#FFFFFF", stroke_width=2)
        )
    image = element("image", href=address, width="100%", height="100%", preserveAspectRatio="none")
    return element(
        "svg",
        image,
        *lines,
        class_="carpet",
        width="100%",
        height="100%",
        aria_hidden="true",
        focusable="false",
    )
