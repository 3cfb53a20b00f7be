"""Three slices through the target: cross, 50 and 95 % region, group target, sides, 10 mm bar."""

from __future__ import annotations

import math
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.charts.template_brain import Frame, Plane, frame
from equipoise.apps.report.palette import BRAIN
from equipoise.core.nouns import Target

__all__ = ["GROUP_LETTER", "PLANES", "brain_slice"]

PLANES: Final[tuple[Plane, ...]] = ("sagittal", "coronal", "axial")
ENDS: Final = {"sagittal": ("back", "front"), "coronal": ("L", "R"), "axial": ("L", "R")}
GROUP_LETTER: Final = "G"
BAR_MM: Final = 10
EDGE: Final = 7.0
LETTER_MM: Final = 10.0
Point = tuple[float, float, float]
Spot = tuple[float, float]


def brain_slice(
    plane: Plane, target: Target, picture: str | None, group_point: Point | None
) -> Markup:
    """Return one slice with its marks; the drawing is in mm, one unit to a millimetre.

    Parameters
    ----------
    plane : {"sagittal", "coronal", "axial"}
        Which slice.
    target : Target
        Point and regions in mm.
    picture : str or None
        The slice as a ``data:`` address; None draws an outline instead.
    group_point : tuple of float or None
        The published group target, projected into the slice.

    Returns
    -------
    Markup
        An SVG on black, in light and dark alike.
    """
    look = frame(plane)
    x, y = look.at(target.point)
    marks = [
        element("rect", width=look.width, height=look.height, fill=BRAIN["ground"]),
        _picture(look, picture),
        _region(x, y, target.radius95, 0.38),
        _region(x, y, target.radius50, 0.6),
        _cross(x, y),
    ]
    if group_point is not None:
        marks.append(_group_mark((x, y), look.at(group_point)))
    marks += [*_ends(plane, look), _bar(look)]
    return element(
        "svg",
        *marks,
        class_="brain",
        viewBox=f"0 0 {look.width:g} {look.height:g}",
        aria_hidden="true",
        focusable="false",
    )


def _picture(look: Frame, picture: str | None) -> Markup:
    if picture is not None:
        return element("image", href=picture, width=look.width, height=look.height)
    return element(
        "ellipse",
        cx=look.width / 2,
        cy=look.height / 2,
        rx=look.width / 2 - 3 * EDGE,
        ry=look.height / 2 - 3 * EDGE,
        fill="none",
        stroke=BRAIN["words"],
        stroke_width=0.8,
        stroke_dasharray="4 3",
    )


def _region(x: float, y: float, radius: float, opacity: float) -> Markup:
    look = {"fill": BRAIN["region"], "stroke": BRAIN["mark"], "stroke_dasharray": "0.1 2.2"}
    return element(
        "circle",
        cx=x,
        cy=y,
        r=radius,
        fill_opacity=opacity,
        stroke_width=0.8,
        stroke_linecap="round",
        **look,
    )


def _cross(x: float, y: float) -> Markup:
    path = f"M{x - 5:g} {y:g}H{x + 5:g}M{x:g} {y - 5:g}V{y + 5:g}"
    halo = element("path", d=path, stroke=BRAIN["ground"], stroke_width=2.6)
    return halo + element("path", d=path, stroke=BRAIN["mark"], stroke_width=1.1)


def _words(text: str, x: float, y: float, anchor: str, size: float = 8.5) -> Markup:
    return element(
        "text",
        text,
        x=x,
        y=y,
        text_anchor=anchor,
        font_size=size,
        fill=BRAIN["words"],
        stroke=BRAIN["ground"],
        stroke_width=2,
        paint_order="stroke",
    )


def _group_mark(target: Spot, group: Spot) -> Markup:
    """Mark the group target with a ring; its letter stands on the side away from the cross."""
    dx, dy = group[0] - target[0], group[1] - target[1]
    length = math.hypot(dx, dy)
    dx, dy = (dx / length, dy / length) if length else (1.0, 0.0)
    x, y = group[0] + LETTER_MM * dx, group[1] + LETTER_MM * dy
    ring = element(
        "circle",
        cx=group[0],
        cy=group[1],
        r=2,
        fill="none",
        stroke=BRAIN["mark"],
        stroke_width=0.9,
    )
    lead = element(
        "path",
        d=f"M{group[0] + 2 * dx:.1f} {group[1] + 2 * dy:.1f}L{x:.1f} {y:.1f}",
        stroke=BRAIN["mark"],
        stroke_width=0.6,
    )
    out = (x + LETTER_MM / 2 * dx, y + LETTER_MM / 2 * dy)
    return ring + lead + _words(GROUP_LETTER, out[0], out[1] + 3.2, "middle", 9.5)


def _ends(plane: Plane, look: Frame) -> tuple[Markup, Markup]:
    left, right = ENDS[plane]
    return _words(left, EDGE, 12, "start", 10), _words(right, look.width - EDGE, 12, "end", 10)


def _bar(look: Frame) -> Markup:
    x, y = look.width - EDGE, look.height - EDGE
    line = element(
        "path",
        d=f"M{x - BAR_MM:g} {y:g}H{x:g}",
        stroke=BRAIN["mark"],
        stroke_width=1.6,
    )
    return line + _words(f"{BAR_MM} mm", x - BAR_MM - 3, y + 2.8, "end")
