"""A stimulation point in a brain: three slices, and three views of a glass brain.

Every drawing is in mm, one unit to a millimetre. Marks: cross for the point, soft shade for the
50 and 95 % regions, small shapes with letters for other points, a dashed ring for the seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.ellipsoid import Ellipse, Ellipsoid
from equipoise.apps.report.charts.glass_brain import outline
from equipoise.apps.report.charts.letters import Letter, arranged
from equipoise.apps.report.charts.svg import element, fill, stroke
from equipoise.apps.report.charts.template_brain import FRAME, Frame, Plane, Window, frame
from equipoise.apps.report.palette import BRAIN, light

__all__ = ["PLANES", "Scene", "Sphere", "Spot", "brain_slice", "glass_view", "spot_glyph"]

PLANES: Final[tuple[Plane, ...]] = ("sagittal", "coronal", "axial")
ENDS: Final = {"sagittal": ("back", "front"), "coronal": ("L", "R"), "axial": ("L", "R")}
BAR_MM: Final = 10
EDGE: Final = 7.0
SCHEMA_GAP: Final = 21.0
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
    ground = element("rect", width=look.width, height=look.height, fill=BRAIN["ground"])
    regions = [region.cut(look.right, look.up) for region in (scene.region95, scene.region50)]
    seed = _cut_seed(scene.seed, scene.point, look)
    marks = _marks(scene, look, regions, seed, ON_BLACK)
    return _drawing(look, "brain", ground, _picture(look, picture), *marks, *_frame(plane, look))


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
    )
    for spot, letter in zip(scene.spots, letters, strict=True):
        drawn.append(_spot(spot.shape, letter, ink))
    return drawn


def _picture(look: Frame, picture: str | None) -> Markup:
    if picture is not None:
        return element("image", href=picture, width=look.width, height=look.height)
    return element(
        "ellipse",
        cx=look.width / 2,
        cy=look.height / 2,
        rx=look.width / 2 - SCHEMA_GAP,
        ry=look.height / 2 - SCHEMA_GAP,
        fill="none",
        stroke=BRAIN["words"],
        stroke_width=0.8,
        stroke_dasharray="4 3",
    )


def _region(centre: Place, ellipse: Ellipse, opacity: float, ink: _Ink) -> Markup:
    size: dict[str, float] = {"cx": centre[0], "cy": centre[1]}
    size |= {"rx": ellipse.long, "ry": ellipse.short}
    turn = {"transform": f"rotate({ellipse.degrees:g} {centre[0]:g} {centre[1]:g})"}
    edge = {"stroke_width": 0.8, "stroke_linecap": "round", "stroke_dasharray": "0.1 2.2"}
    shade = element("ellipse", fill_opacity=opacity, **size, **turn, **ink.area)
    return shade + element("ellipse", **size, **turn, **edge, **ink.line)


def _cross(place: Place, ink: _Ink) -> Markup:
    x, y = place
    path = f"M{x - 5:g} {y:g}H{x + 5:g}M{x:g} {y - 5:g}V{y + 5:g}"
    halo = element("path", d=path, stroke_width=2.6, **ink.halo)
    return halo + element("path", d=path, stroke_width=1.2, **ink.line)


def _words(text: str, place: Place, anchor: str, size: float, ink: _Ink) -> Markup:
    return element(
        "text",
        text,
        x=place[0],
        y=place[1],
        text_anchor=anchor,
        font_size=size,
        stroke_width=2.2,
        paint_order="stroke",
        **ink.words,
    )


def _shape(kind: str, place: Place, ink: _Ink, size: float = 2.2) -> Markup:
    x, y, r = *place, size
    paths = {
        "triangle": f"M{x:.1f} {y - r:.1f}l{r:g} {1.8 * r:g}h{-2 * r:g}z",
        "square": f"M{x - r:.1f} {y - r:.1f}h{2 * r:g}v{2 * r:g}h{-2 * r:g}z",
        "diamond": f"M{x:.1f} {y - 1.3 * r:.1f}l{1.3 * r:g} {1.3 * r:g}l{-1.3 * r:g} {1.3 * r:g}"
        f"l{-1.3 * r:g} {-1.3 * r:g}z",
    }
    both = []
    for paint, width in ((ink.halo, 2.2), (ink.line, 0.9)):
        if kind in paths:
            both.append(element("path", d=paths[kind], stroke_width=width, **paint))
        else:
            dash = "1.2 1" if kind == "dashed" else None
            both.append(
                element(
                    "circle", cx=x, cy=y, r=r, stroke_width=width, stroke_dasharray=dash, **paint
                )
            )
    return both[0] + both[1]


def _spot(kind: str, letter: Letter, ink: _Ink) -> Markup:
    (x, y), (u, v) = letter.place, letter.words
    length = math.hypot(u - x, v - y)
    lead = Markup("")
    if length > LEAD:
        near, far = 2.6 / length, (length - LEAD) / length
        path = (
            f"M{x + near * (u - x):.1f} {y + near * (v - y):.1f}"
            f"L{x + far * (u - x):.1f} {y + far * (v - y):.1f}"
        )
        lead = element("path", d=path, stroke_width=2, **ink.halo)
        lead += element("path", d=path, stroke_width=0.6, **ink.line)
    return (
        lead
        + _shape(kind, letter.place, ink)
        + _words(letter.text, (u, v + 3.2), "middle", 9.5, ink)
    )


def _cut_seed(seed: Sphere | None, point: Point, look: Frame) -> tuple[Sphere, float] | None:
    """Return the seed with the radius of its cut, or None where the slice misses it."""
    if seed is None:
        return None
    away = seed.centre[look.through] - point[look.through]
    left = seed.radius**2 - away**2
    return (seed, math.sqrt(left)) if left > 1 else None


def _seed(seed: Sphere, radius: float, look: Frame, ink: _Ink) -> Markup:
    x, y = look.at(seed.centre)
    ring = {"cx": x, "cy": y, "r": radius, "stroke_dasharray": "2.4 1.8"}
    drawn = element("circle", stroke_width=2, **ring, **ink.halo)
    drawn += element("circle", stroke_width=0.9, **ring, **ink.line)
    return drawn + _words(seed.name, (x, y + radius + 9), "middle", 8.5, ink)


def _frame(plane: Plane, look: Frame, ink: _Ink = ON_BLACK) -> tuple[Markup, ...]:
    left, right = ENDS[plane]
    x, y = look.width - EDGE, look.height - EDGE
    bar = element("path", d=f"M{x - BAR_MM:g} {y:g}H{x:g}", stroke_width=1.6, **ink.line)
    return (
        _words(left, (EDGE, 12), "start", 10, ink),
        _words(right, (look.width - EDGE, 12), "end", 10, ink),
        bar,
        _words(f"{BAR_MM} mm", (x - BAR_MM - 3, y + 2.8), "end", 8.5, ink),
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
        ring = {"cx": 11, "cy": 11, "r": 8.5, "stroke_dasharray": "2.4 1.8"}
        drawn = element("circle", stroke_width=0.9, **ring, **ON_PAGE.line)
    else:
        drawn = _shape(shape, middle, ON_PAGE, 4.5)
    return element(
        "svg", drawn, class_="glyph", width=22, height=22, aria_hidden="true", focusable="false"
    )
