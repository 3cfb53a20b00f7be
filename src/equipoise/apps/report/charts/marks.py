"""Marks that charts share: intervals, densities, grid lines, axis labels, legend glyphs.

Thick line: 80 %, thin line: 95 %, dot: best estimate. No caps, no bars.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.scales import Linear, Logarithmic
from equipoise.apps.report.charts.svg import (
    ROW_MIDDLE,
    element,
    fill,
    group,
    paint,
    percent,
    plot,
    stroke,
)

__all__ = [
    "Estimate",
    "axis",
    "density",
    "diamond",
    "dot",
    "glyph",
    "grid",
    "interval",
    "normal_curve",
    "row",
    "tick",
]

DOT: Final = 7.0
DIAMOND: Final = 8.5
CURVE_POINTS: Final = 81
GLYPH: Final = 22.0
SHORT_LABEL: Final = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """A best estimate with its intervals, in units of the axis; None where no error is known."""

    mean: float
    ci80: tuple[float, float] | None = None
    ci95: tuple[float, float] | None = None


def _span(
    scale: Linear | Logarithmic, ends: tuple[float, float], width: float, **style: str
) -> Markup:
    left, right = (percent(scale.place(end)) for end in ends)
    return element("line", x1=left, x2=right, y1=0, y2=0, stroke_width=width, **style)


def interval(scale: Linear | Logarithmic, estimate: Estimate, *, role: str = "person") -> Markup:
    """Return the thin 95 % and the thick 80 % line of an estimate; dashed for research."""
    thin, thick = stroke(role), stroke(role)
    if role == "research":
        thin["stroke_dasharray"], thick["stroke_dasharray"] = "2 3", "5 3"
    marks = Markup("")
    if estimate.ci95 is not None:
        marks += _span(scale, estimate.ci95, 2, **thin)
    if estimate.ci80 is not None:
        marks += _span(scale, estimate.ci80, 4 if role == "research" else 7, **thick)
    return marks


def dot(place: float, *, hollow: bool = False) -> Markup:
    """Return the round mark of the established layer; hollow where a norm was extrapolated."""
    look = paint("page", "person") if hollow else paint("person", "page")
    width = 2.5 if hollow else 2
    return element("circle", cx=percent(place), cy=0, r=DOT, stroke_width=width, **look)


def diamond(place: float) -> Markup:
    """Return the hollow diamond of the research layer."""
    r = DIAMOND
    shape = element(
        "path",
        d=f"M0 {-r}L{r} 0L0 {r}L{-r} 0Z",
        stroke_width=2,
        stroke_dasharray="3 2",
        **paint("page", "research"),
    )
    return element("svg", shape, x=percent(place), y=0, width=1, height=1, overflow="visible")


def tick(place: float, reach: float = 13) -> Markup:
    """Return the short upright line that marks this option's own average."""
    x = percent(place)
    return element("line", x1=x, x2=x, y1=-reach, y2=reach, stroke_width=2, **stroke("ink"))


def grid(places: Sequence[float]) -> Markup:
    """Return upright lines over the whole height of a chart area."""
    lines = [
        element(
            "line",
            x1=percent(p),
            x2=percent(p),
            y1="0",
            y2="100%",
            stroke_width=1,
            **stroke("grid"),
        )
        for p in places
    ]
    return Markup("").join(lines)


def row(places: Sequence[float], *marks: str) -> Markup:
    """Return a chart area with grid lines and marks on its middle line."""
    return plot(grid(places), group(*marks))


def axis(labels: Sequence[tuple[float, str]]) -> Markup:
    """Return tick labels, each at its place in percent."""
    words = [
        element("text", text, x=percent(place), y=15, text_anchor=_anchor(place, text), **_words())
        for place, text in labels
    ]
    return plot(*words, height=20, css="plot axis")


def _anchor(place: float, text: str) -> str:
    """Keep long labels inside the chart at its ends."""
    if len(text) <= SHORT_LABEL:
        return "middle"
    return "start" if place < 10 else "end" if place > 90 else "middle"  # noqa: PLR2004


def _words() -> dict[str, str]:
    look = fill("muted")
    return {**look, "class_": f"{look['class_']} tick"}


def normal_curve(
    mean: float, sd: float, scale: Linear, unit_peak: float
) -> list[tuple[float, float]]:
    """Return a normal density over a scale.

    Parameters
    ----------
    mean, sd : float
        Of the normal law.
    scale : Linear
        Where it is drawn.
    unit_peak : float
        The density that gets height 1.

    Returns
    -------
    list of (percent, height)
        Left to right, heights from 0 to 1.
    """
    step = (scale.high - scale.low) / (CURVE_POINTS - 1)
    xs = [scale.low + step * k for k in range(CURVE_POINTS)]
    peak = 1 / (sd * math.sqrt(2 * math.pi))
    return [
        (scale.place(x), min(peak * math.exp(-(((x - mean) / sd) ** 2) / 2) / unit_peak, 1.0))
        for x in xs
    ]


def density(
    curve: Sequence[tuple[float, float]],
    *,
    outline: bool = False,
    height: float = 2 * ROW_MIDDLE,
) -> Markup:
    """Return a density from the top of its row: a soft area, or a thin outline."""
    path = "M" + "L".join(f"{x:.1f} {100 - 92 * y:.1f}" for x, y in curve)
    if outline:
        look = {**stroke("axis"), "vector_effect": "non-scaling-stroke"}
        shape = element("path", d=path, stroke_width=1.25, **look)
    else:
        shape = element("path", d=f"{path}L100 100L0 100Z", **fill("density"))
    return element(
        "svg",
        shape,
        x="0",
        y="0",
        width="100%",
        height=height,
        viewBox="0 0 100 100",
        preserveAspectRatio="none",
    )


def _zones() -> Markup:
    zones = [
        element("rect", x=x, y=3, width=11, height=16, opacity=opacity, **fill("zone"))
        for x, opacity in ((0, 0.5), (11, 1.0), (22, 0.6), (33, 0.25))
    ]
    return Markup("").join(zones)


def _halves() -> Markup:
    squares = [
        element("rect", x=x, y=7.5, width=7, height=7, stroke_width=1.5, **paint("page", "ink"))
        for x in (9, 27)
    ]
    return Markup("").join(squares)


def glyph(kind: str) -> Markup:
    """Return a small picture for a legend.

    Parameters
    ----------
    kind : {"estimate", "hollow", "research", "average", "action", "zones", "after", "prior",
        "halves"}
        Which mark.

    Returns
    -------
    Markup
        An SVG of 44 by 22 pixels.
    """
    scale, example = Linear(0, 100), Estimate(50, (22, 78), (2, 98))
    curve, middle = normal_curve(0, 1, Linear(-3, 3), 0.4), GLYPH / 2
    kinds: dict[str, Callable[[], Markup]] = {
        "estimate": lambda: group(interval(scale, example), dot(50), middle=middle),
        "hollow": lambda: group(interval(scale, example), dot(50, hollow=True), middle=middle),
        "research": lambda: group(
            interval(scale, example, role="research"), diamond(50), middle=middle
        ),
        "average": lambda: group(tick(50, 9), middle=middle),
        "action": lambda: element("path", d="M15 6H29L22 17Z", **fill("caution")),
        "zones": _zones,
        "after": lambda: density(curve, height=GLYPH),
        "prior": lambda: density(curve, outline=True, height=GLYPH),
        "halves": _halves,
    }
    return element(
        "svg",
        kinds[kind](),
        class_="glyph",
        width=44,
        height=GLYPH,
        aria_hidden="true",
        focusable="false",
    )
