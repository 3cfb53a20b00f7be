"""Where a circuit lies: its regions and the connections that were scored, in a glass brain.

The picture names the place only: no mark is coloured or sized by a value.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.glass_brain import outline
from equipoise.apps.report.charts.svg import element, fill, paint, stroke
from equipoise.apps.report.charts.template_brain import Plane, Point, frame

__all__ = ["circuit_view"]

ENDS: Final[dict[Plane, tuple[str, str]]] = {
    "sagittal": ("back", "front"),
    "coronal": ("L", "R"),
    "axial": ("L", "R"),
}
DOT: Final = 5.0
EDGE: Final = 6.0
LETTERS: Final = 15.0


def circuit_view(
    plane: Plane, points: tuple[Point, ...], links: tuple[tuple[Point, Point], ...]
) -> Markup:
    """Return one view of a circuit.

    Parameters
    ----------
    plane : {"sagittal", "coronal", "axial"}
        Seen from the left, from behind, from above.
    points : tuple of (x, y, z)
        Centres of the regions, mm in MNI152.
    links : tuple of (point, point)
        Connections that were scored.

    Returns
    -------
    Markup
        An SVG; its words stand in the caption and in the table.
    """
    look = frame(plane)
    lines = [
        element("path", d=_line(look.at(a), look.at(b)), stroke_width=1.6, **stroke("person"))
        for a, b in links
    ]
    dots = [
        element("circle", cx=x, cy=y, r=DOT, stroke_width=1.6, **paint("person", "page"))
        for x, y in (look.at(point) for point in points)
    ]
    left, right = ENDS[plane]
    words = (
        _word(left, EDGE, "start"),
        _word(right, look.width - EDGE, "end"),
    )
    return element(
        "svg",
        outline(plane),
        *lines,
        *dots,
        *words,
        class_="brain glass",
        viewBox=f"0 0 {look.width:g} {look.height:g}",
        aria_hidden="true",
        focusable="false",
    )


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    return f"M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}"


def _word(text: str, x: float, anchor: str) -> Markup:
    return element("text", text, x=x, y=LETTERS, text_anchor=anchor, font_size=13, **fill("muted"))
