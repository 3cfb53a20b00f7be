"""A stimulation point in a brain: three slices, and three views of a glass brain.

Every drawing is in mm, one unit to a millimetre. Marks: cross for the point, soft shade for the
50 and 95 % regions, small shapes with letters for other points, a dashed ring for the seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final

from markupsafe import Markup

from equipoise.apps.report.charts.ellipsoid import Ellipse, Ellipsoid
from equipoise.apps.report.charts.glass_brain import outline
from equipoise.apps.report.charts.letters import Letter, arranged
from equipoise.apps.report.charts.svg import element, fill, stroke
from equipoise.apps.report.charts.template_brain import FRAME, Frame, Plane, Window, frame
from equipoise.apps.report.palette import BRAIN, light

__all__ = [
    "PLANES",
    "Scene",
    "Sphere",
    "Spot",
    "brain_slice",
    "glass_view",
    "spot_glyph",
    "stack_slice",
]

PLANES: Final[tuple[Plane, ...]] = ("sagittal", "coronal", "axial")
ENDS: Final = {"sagittal": ("back", "front"), "coronal": ("L", "R"), "axial": ("L", "R")}
BAR_MM: Final = 10
EDGE: Final = 7.0
LEAD: Final = 6.0
Point = tuple[float, float, float]
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """Another point: its letter, its shape (``ring``, ``triangle``, ``square`` ...), its words."""

    letter: str
    shape: str
    words: str
    point: Point


@dataclass(frozen=True, slots=True)
class Sphere:
    """A ball in mm, such as the seed."""

    centre: Point
    radius: float
    name: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that is marked, in mm of one space."""

    point: Point
    region50: Ellipsoid
    region95: Ellipsoid
    spots: tuple[Spot, ...] = ()
    seed: Sphere | None = None


@dataclass(frozen=True, slots=True)
class _Ink:
    """Paints of one kind of ground: lines, areas, letters, and what keeps them off the ground."""

    line: dict[str, str]
    area: dict[str, str]
    words: dict[str, str]
    halo: dict[str, str]
    unit: float = 1.0


ON_BLACK: Final = _Ink(
    {"fill": "none", "stroke": BRAIN["mark"]},
    {"fill": BRAIN["region"]},
    {"fill": BRAIN["words"], "stroke": BRAIN["ground"]},
    {"fill": "none", "stroke": BRAIN["ground"]},
)
ON_PAGE: Final = _Ink(
    stroke("ink"),
    fill("person"),
    {"fill": light("ink"), "stroke": light("page"), "class_": "f-ink s-page"},
    stroke("page"),
)


def brain_slice(plane: Plane, scene: Scene, picture: str | None, window: Window = FRAME) -> Markup:
    """Return one slice through the point with its marks.

    Parameters
    ----------
    plane : {"sagittal", "coronal", "axial"}
        Which slice.
    scene : Scene
        Point, regions and other points; those are projected into the slice.
    picture : str or None
        The slice as a ``data:`` address; None draws an outline instead.
    window : tuple of (low, high), optional
        What the picture shows, in mm.

    Returns
    -------
    Markup
        An SVG on black, in light and dark alike.
    """
    look = frame(plane, window)
    ink = replace(ON_BLACK, unit=look.unit)
    ground = element("rect", width=look.width, height=look.height, fill=BRAIN["ground"])
    regions = [region.cut(look.right, look.up) for region in (scene.region95, scene.region50)]
    seed = _cut_seed(scene.seed, scene.point, look)
    marks = _marks(scene, look, regions, seed, ink)
    return _drawing(
        look, "brain", ground, _picture(look, picture), *marks, *_frame(plane, look, ink)
    )


def stack_slice(
    plane: Plane, scene: Scene, picture: str | None, window: Window, place: float
) -> Markup:
    """Return one slice of a stack, off the point or through it.

    Parameters
    ----------
    plane : {"sagittal", "coronal", "axial"}
        Which stack.
    scene : Scene
        Point and regions.
    picture : str or None
        The slice as a ``data:`` address.
    window : tuple of (low, high)
        What the picture shows, in mm.
    place : float
        Where the slice lies, in mm.

    Returns
    -------
    Markup
        The part of the regions that the slice cuts, and thin lines through the place of the
        point; the cross only where the slice holds it.
    """
    look = frame(plane, window)
    ink = replace(ON_BLACK, unit=look.unit)
    away = place - scene.point[look.through]
    x, y = centre = look.at(scene.point)
    line = f"M0 {y:g}H{look.width:g}M{x:g} 0V{look.height:g}"
    marks = [element("path", d=line, stroke_width=0.3 * ink.unit, stroke_opacity=0.7, **ink.line)]
    for region, opacity in ((scene.region95, 0.34), (scene.region50, 0.55)):
        cut = region.slice(look.right, look.up, away)
        if cut is not None:
            ellipse, (right, up) = cut
            marks.append(_region((x + right, y - up), ellipse, opacity, ink))
    if not away:
        marks.append(_cross(centre, ink))
    ground = element("rect", width=look.width, height=look.height, fill=BRAIN["ground"])
    return _drawing(
        look, "brain", ground, _picture(look, picture), *marks, *_frame(plane, look, ink)
    )


def glass_view(plane: Plane, scene: Scene) -> Markup:
    """Return one view through a glass brain in MNI152: everything is seen, at any depth."""
    look = frame(plane)
    regions = [region.shadow(look.right, look.up) for region in (scene.region95, scene.region50)]
    seed = None if scene.seed is None else (scene.seed, scene.seed.radius)
    marks = _marks(scene, look, regions, seed, ON_PAGE)
    return _drawing(look, "brain glass", outline(plane), *marks, *_frame(plane, look, ON_PAGE))


def _drawing(look: Frame, css: str, *children: Markup) -> Markup:
    return element(
        "svg",
        *children,
        class_=css,
        viewBox=f"0 0 {look.width:g} {look.height:g}",
        aria_hidden="true",
        focusable="false",
    )


def _marks(
    scene: Scene,
    look: Frame,
    regions: list[Ellipse],
    seed: tuple[Sphere, float] | None,
    ink: _Ink,
) -> list[Markup]:
    """Return seed, regions, cross and other points, what matters most on top."""
    centre = look.at(scene.point)
    drawn = [] if seed is None else [_seed(*seed, look, ink)]
    drawn += [_region(centre, regions[0], 0.34, ink), _region(centre, regions[1], 0.55, ink)]
    drawn.append(_cross(centre, ink))
    letters = arranged(
        [(spot.letter, look.at(spot.point)) for spot in scene.spots],
        centre,
        regions[0].long,
        (look.width, look.height),
        ink.unit,
    )
    for spot, letter in zip(scene.spots, letters, strict=True):
        drawn.append(_spot(spot.shape, letter, ink))
    return drawn


def _picture(look: Frame, picture: str | None) -> Markup:
    if picture is not None:
        return element("image", href=picture, width=look.width, height=look.height)
    words = "outline not drawn: no template"
    return _words(words, (look.width / 2, look.height - 12), "middle", 6, ON_BLACK)


def _region(centre: Place, ellipse: Ellipse, opacity: float, ink: _Ink) -> Markup:
    size: dict[str, float] = {"cx": centre[0], "cy": centre[1]}
    size |= {"rx": ellipse.long, "ry": ellipse.short}
    turn = {"transform": f"rotate({ellipse.degrees:g} {centre[0]:g} {centre[1]:g})"}
    dots = f"0.05 {2.2 * ink.unit:.2f}"
    edge = {"stroke_linecap": "round", "stroke_dasharray": dots}
    shade = element("ellipse", fill_opacity=opacity, **size, **turn, **ink.area)
    width = {"stroke_width": 0.8 * ink.unit}
    return shade + element("ellipse", **size, **turn, **edge, **width, **ink.line)


def _stroked(path: str, width: float, ink: _Ink, halo: float = 1.4) -> Markup:
    """Return a line with a rim that keeps it off the ground; widths in units of the marks."""
    rim = element("path", d=path, stroke_width=(width + halo) * ink.unit, **ink.halo)
    return rim + element("path", d=path, stroke_width=width * ink.unit, **ink.line)


def _cross(place: Place, ink: _Ink) -> Markup:
    (x, y), r = place, 5 * ink.unit
    return _stroked(f"M{x - r:.2f} {y:g}h{2 * r:.2f}M{x:g} {y - r:.2f}v{2 * r:.2f}", 1.2, ink)


def _words(text: str, place: Place, anchor: str, size: float, ink: _Ink) -> Markup:
    return element(
        "text",
        text,
        x=place[0],
        y=place[1],
        text_anchor=anchor,
        font_size=size * ink.unit,
        stroke_width=2.2 * ink.unit,
        paint_order="stroke",
        **ink.words,
    )


def _shape(kind: str, place: Place, ink: _Ink, size: float = 2.2) -> Markup:
    (x, y), r = place, size * ink.unit
    d = 1.3 * r
    paths = {
        "triangle": f"M{x:.2f} {y - r:.2f}l{r:.2f} {1.8 * r:.2f}h{-2 * r:.2f}z",
        "square": f"M{x - r:.2f} {y - r:.2f}h{2 * r:.2f}v{2 * r:.2f}h{-2 * r:.2f}z",
        "diamond": f"M{x:.2f} {y - d:.2f}l{d:.2f} {d:.2f}l{-d:.2f} {d:.2f}l{-d:.2f} {-d:.2f}z",
    }
    if kind in paths:
        return _stroked(paths[kind], 0.9, ink)
    dash = f"{1.2 * ink.unit:.2f} {ink.unit:.2f}" if kind == "dashed" else None
    ring = {"cx": x, "cy": y, "r": r}
    rim = element("circle", stroke_width=2.2 * ink.unit, **ring, **ink.halo)
    line: dict[str, Any] = {"stroke_width": 0.9 * ink.unit, "stroke_dasharray": dash}
    return rim + element("circle", **line, **ring, **ink.line)


def _spot(kind: str, letter: Letter, ink: _Ink) -> Markup:
    (x, y), (u, v) = letter.place, letter.words
    length, near = math.hypot(u - x, v - y), 2.6 * ink.unit
    lead, free = Markup(""), length - LEAD * ink.unit
    if free > near:
        dx, dy = (u - x) / length, (v - y) / length
        start = f"M{x + near * dx:.2f} {y + near * dy:.2f}"
        lead = _stroked(f"{start}L{x + free * dx:.2f} {y + free * dy:.2f}", 0.6, ink)
    place = (u, v + 3.2 * ink.unit)
    shape = _shape(kind, letter.place, ink)
    return lead + shape + _words(letter.text, place, "middle", 9.5, ink)


def _cut_seed(seed: Sphere | None, point: Point, look: Frame) -> tuple[Sphere, float] | None:
    """Return the seed with the radius of its cut, or None where the slice misses it."""
    if seed is None:
        return None
    away = seed.centre[look.through] - point[look.through]
    left = seed.radius**2 - away**2
    return (seed, math.sqrt(left)) if left > 1 else None


def _seed(seed: Sphere, radius: float, look: Frame, ink: _Ink) -> Markup:
    x, y = look.at(seed.centre)
    ring = {"cx": x, "cy": y, "r": radius}
    dash = f"{2.4 * ink.unit:.2f} {1.8 * ink.unit:.2f}"
    drawn = element("circle", stroke_width=2 * ink.unit, **ring, **ink.halo)
    line: dict[str, Any] = {"stroke_width": 0.9 * ink.unit, "stroke_dasharray": dash}
    drawn += element("circle", **line, **ring, **ink.line)
    return drawn + _words(seed.name, (x, y + radius + 9 * ink.unit), "middle", 8.5, ink)


def _frame(plane: Plane, look: Frame, ink: _Ink) -> tuple[Markup, ...]:
    (left, right), unit = ENDS[plane], ink.unit
    edge = EDGE * unit
    x, y = look.width - edge, look.height - edge
    bar = f"M{x - BAR_MM:g} {y:g}H{x:g}"
    return (
        _words(left, (edge, 12 * unit), "start", 10, ink),
        _words(right, (look.width - edge, 12 * unit), "end", 10, ink),
        _stroked(bar, 1.6, ink),
        _words(f"{BAR_MM} mm", (x - BAR_MM - 3 * unit, y + 2.8 * unit), "end", 8.5, ink),
    )


def spot_glyph(shape: str) -> Markup:
    """Return the mark of a legend entry; ``cross``, ``region``, ``seed`` or the shape of a spot."""
    middle = (11.0, 11.0)
    if shape == "cross":
        drawn = _cross(middle, ON_PAGE)
    elif shape == "region":
        drawn = _region(middle, Ellipse(9.5, 6.5, 0.0), 0.34, ON_PAGE)
        drawn += _region(middle, Ellipse(5.0, 3.5, 0.0), 0.55, ON_PAGE)
    elif shape == "seed":
        ring: dict[str, Any] = {"cx": 11, "cy": 11, "r": 8.5, "stroke_dasharray": "2.4 1.8"}
        drawn = element("circle", stroke_width=0.9, **ring, **ON_PAGE.line)
    else:
        drawn = _shape(shape, middle, ON_PAGE, 4.5)
    return element(
        "svg", drawn, class_="glyph", width=22, height=22, aria_hidden="true", focusable="false"
    )
