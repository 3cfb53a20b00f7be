"""Network plot: treatments on a circle, a line for every pair that was compared directly.

A larger circle holds more people (or studies, where people are not known), a thicker line more
studies. Names stand in two columns beside the circle, so that they never cover each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.evidence.charts.frame import cut, label, picture
from equipoise.apps.report.charts.svg import element, paint, stroke

__all__ = ["Net", "NetNode", "net_drawing", "net_numbers", "net_svg"]

WIDTH, CENTRE, RADIUS, TOP = 1000, 500, 190, 60
GAP: Final = 24
COLUMN: Final = 48
SIGNS: Final = 23
LEAST, MOST = 7, 20
THIN, THICK = 1, 10
NARROW, NARROW_RADIUS = 360, 140


@dataclass(frozen=True, slots=True)
class NetNode:
    """A treatment: its name, its size (people or studies) and whether it is the reference."""

    name: str
    size: float
    reference: bool


@dataclass(frozen=True, slots=True)
class Net:
    """A network: its words, treatments and pairs.

    Parameters
    ----------
    title, summary : str
        For the file and for who cannot see it.
    nodes : tuple of NetNode
        Treatments.
    edges : tuple of (int, int, int)
        Two treatments by their places in `nodes`, and studies that compare them.
    """

    title: str
    summary: str
    nodes: tuple[NetNode, ...]
    edges: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Circle:
    """Where nodes stand."""

    x: float
    y: float
    radius: float
    count: int

    def at(self, k: int) -> tuple[float, float]:
        """Return the place of a node; the first stands at the top, the others clockwise."""
        angle = 2 * math.pi * (k / self.count) - math.pi / 2
        return self.x + self.radius * math.cos(angle), self.y + self.radius * math.sin(angle)


def _height(count: int) -> float:
    """Return the height of the drawing: the circle, or the longer column of names."""
    return max(2 * RADIUS + 2 * MOST, GAP * (count // 2 + 1)) + 2 * GAP


def net_drawing(net: Net) -> Markup:
    """Return a network with the names of its treatments, for a wide page.

    Parameters
    ----------
    net : Net
        At least two treatments.

    Returns
    -------
    Markup
        One SVG that scales with its place.
    """
    height = _height(len(net.nodes))
    return _scaled(WIDTH, height, "net wide-only", _named(net, height, 0))


def net_numbers(net: Net) -> Markup:
    """Return a network with numbers for names, for a narrow page; the table tells the names."""
    circle = _Circle(NARROW / 2, NARROW / 2, NARROW_RADIUS, len(net.nodes))
    drawn = [*_edges(net, circle), *_nodes(net, circle)]
    for k in range(len(net.nodes)):
        x, y = _Circle(circle.x, circle.y, NARROW_RADIUS + 28, circle.count).at(k)
        drawn.append(label(str(k + 1), x, y + 5, anchor="middle"))
    return _scaled(NARROW, NARROW, "net narrow-only", drawn)


def net_svg(net: Net) -> str:
    """Return a network as a file.

    Parameters
    ----------
    net : Net
        At least two treatments.

    Returns
    -------
    str
        An SVG document; names longer than their column are cut.
    """
    height = _height(len(net.nodes))
    drawn = [label(net.title, 16, 30), *_named(net, height, TOP - GAP)]
    return picture(net.title, net.summary, (WIDTH, height + TOP - GAP), *drawn)


def _scaled(width: float, height: float, css: str, drawn: Sequence[str]) -> Markup:
    return element(
        *("svg", *drawn),
        class_=css,
        viewBox=f"0 0 {width:g} {height:g}",
        width="100%",
        aria_hidden="true",
        focusable="false",
    )


def _named(net: Net, height: float, top: float) -> list[Markup]:
    circle = _Circle(CENTRE, top + height / 2, RADIUS, len(net.nodes))
    drawn = [*_edges(net, circle)]
    sides: dict[int, list[int]] = {-1: [], 1: []}
    for k in range(len(net.nodes)):
        sides[1 if circle.at(k)[0] >= CENTRE - 1 else -1].append(k)
    for side, members in sides.items():
        drawn += _column(net, circle, side, members)
    return [*drawn, *_nodes(net, circle)]


def _column(net: Net, circle: _Circle, side: int, members: list[int]) -> list[Markup]:
    """Return names beside the circle, each joined to its node by a thin line."""
    x = circle.x + side * (circle.radius + COLUMN)
    drawn = []
    ordered = sorted(members, key=lambda k: circle.at(k)[1])
    for k, y in zip(ordered, _spread([circle.at(k)[1] for k in ordered], circle.y), strict=True):
        node, (node_x, node_y) = net.nodes[k], circle.at(k)
        name = cut(node.name, SIGNS) + (" (ref.)" if node.reference else "")
        line = {"x1": node_x, "y1": node_y, "x2": x - side * 6, "y2": y}
        drawn.append(
            element("line", stroke_width=1, stroke_dasharray="2 3", **line, **stroke("axis"))
        )
        drawn.append(label(f"{k + 1} {name}", x, y + 5, anchor="start" if side > 0 else "end"))
    return drawn


def _spread(heights: list[float], middle: float) -> list[float]:
    """Return heights at least a gap apart, as near to those given as their order allows."""
    spread: list[float] = []
    for height in heights:
        spread.append(max(height, spread[-1] + GAP) if spread else height)
    if not spread:
        return spread
    # What was pushed down beyond the lower end moves back about the middle.
    shift = (spread[0] + spread[-1]) / 2 - middle
    return [height - shift for height in spread]


def _edges(net: Net, circle: _Circle) -> list[Markup]:
    most = max((studies for _, _, studies in net.edges), default=1)
    drawn = []
    for one, other, studies in net.edges:
        (x1, y1), (x2, y2) = circle.at(one), circle.at(other)
        width = THIN if most == 1 else THIN + (THICK - THIN) * (studies - 1) / (most - 1)
        ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
        drawn.append(element("line", stroke_width=width, **ends, **stroke("axis")))
    return drawn


def _nodes(net: Net, circle: _Circle) -> list[Markup]:
    most = max(node.size for node in net.nodes)
    drawn = []
    for k, node in enumerate(net.nodes):
        x, y = circle.at(k)
        radius = LEAST + (MOST - LEAST) * math.sqrt(node.size / most)
        look = paint("page", "person") if node.reference else paint("person", "page")
        width = 4 if node.reference else 2
        drawn.append(element("circle", cx=x, cy=y, r=radius, stroke_width=width, **look))
    return drawn
