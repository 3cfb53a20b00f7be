"""Funnel: estimates against their standard errors, the most exact at the top.

If small and large studies see the same effect, the dots fill the drawn triangle evenly to both
sides of the pooled estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.evidence.charts.frame import label, minus, picture
from equipoise.apps.evidence.shown import Shown
from equipoise.apps.report.charts import marks
from equipoise.apps.report.charts.scales import nice_ticks
from equipoise.apps.report.charts.svg import element, fill, paint, percent, plot, stroke

__all__ = ["ERROR_AXIS", "Funnel", "FunnelChart", "funnel_chart", "funnel_svg"]

ERROR_AXIS: Final = "standard error (large studies at the top)"
HEIGHT: Final = 320
MARGIN: Final = 12
WIDTH, LEFT, TOP = 760, 96, 64


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel: its words, its scale and its studies.

    Parameters
    ----------
    title, summary : str
        For the page and for who cannot see it.
    axis : str
        What stands to the right.
    shown : Shown
        How numbers are shown.
    points : sequence of (float, float)
        Estimate and standard error.
    middle : float
        Pooled estimate.
    reach : float
        Standard errors from the middle to the drawn lines.
    """

    title: str
    summary: str
    axis: str
    shown: Shown
    points: Sequence[tuple[float, float]]
    middle: float
    reach: float


@dataclass(frozen=True, slots=True)
class FunnelChart:
    """Marks, labels of the upright axis and labels of the other, for the grid of a page."""

    plot: Markup
    heights: Markup
    axis: Markup


@dataclass(frozen=True, slots=True)
class _Places:
    """Where estimates (percent) and standard errors (pixels) stand."""

    funnel: Funnel
    errors: tuple[float, ...]

    def height(self, error: float) -> float:
        """Return pixels from the top; no error stands at the top."""
        return MARGIN + (HEIGHT - 2 * MARGIN) * error / self.errors[-1]


def _places(funnel: Funnel) -> _Places:
    return _Places(funnel, nice_ticks(0.0, max(error for _, error in funnel.points)))


def funnel_chart(funnel: Funnel) -> FunnelChart:
    """Return a funnel as parts of a page.

    Parameters
    ----------
    funnel : Funnel
        What it shows.

    Returns
    -------
    FunnelChart
        Three drawings that stand in one grid.
    """
    places = _places(funnel)
    most = places.errors[-1]
    ends = [y for y, _ in funnel.points]
    ends += [funnel.middle - funnel.reach * most, funnel.middle + funnel.reach * most]
    scale, ticks = funnel.shown.axis(min(ends), max(ends))

    def place(value: float) -> str:
        """Return the place of a computed number."""
        return percent(scale.place(funnel.shown.of(value)))

    drawn = [marks.grid([scale.place(tick) for tick in ticks])]
    for side in (-1, 0, 1):
        drawn.append(
            element(
                "line",
                x1=place(funnel.middle),
                y1=places.height(0.0),
                x2=place(funnel.middle + side * funnel.reach * most),
                y2=places.height(most),
                stroke_width=2 if side == 0 else 1,
                stroke_dasharray=None if side == 0 else "5 4",
                **stroke("ink" if side == 0 else "axis"),
            )
        )
    look = paint("person", "page")
    drawn += [
        element("circle", cx=place(y), cy=places.height(se), r=5, stroke_width=1, **look)
        for y, se in funnel.points
    ]
    labels = [(scale.place(tick), minus(f"{tick:g}")) for tick in ticks]
    return FunnelChart(
        plot=plot(*drawn, height=HEIGHT), heights=_heights(places), axis=marks.axis(labels)
    )


def _heights(places: _Places) -> Markup:
    look = fill("muted")
    words = [
        element(
            *("text", f"{error:g}"),
            x=percent(100),
            dx=-8,
            y=places.height(error) + 5,
            text_anchor="end",
            fill=look["fill"],
            class_=f"{look['class_']} tick",
        )
        for error in places.errors
    ]
    return plot(*words, height=HEIGHT, css="plot axis")


def funnel_svg(funnel: Funnel) -> str:
    """Return a funnel as a file.

    Parameters
    ----------
    funnel : Funnel
        What it shows.

    Returns
    -------
    str
        An SVG document.
    """
    chart = funnel_chart(funnel)
    width = WIDTH - LEFT - 32
    drawn = [
        label(funnel.title, 16, 30),
        label(ERROR_AXIS, 16, TOP - 8, role="muted"),
        element("svg", chart.heights, x=16, y=TOP, width=LEFT - 16, height=HEIGHT),
        element("svg", chart.plot, x=LEFT, y=TOP, width=width, height=HEIGHT),
        element("svg", chart.axis, x=LEFT, y=TOP + HEIGHT, width=width, height=20),
        label(funnel.axis, LEFT + width / 2, TOP + HEIGHT + 44, anchor="middle", role="muted"),
    ]
    return picture(funnel.title, funnel.summary, (WIDTH, TOP + HEIGHT + 64), *drawn)
