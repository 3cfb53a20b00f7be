"""Course of a scale: weeks since the first visit, the band of measurement error, the visits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.marks import axis
from equipoise.apps.report.charts.scales import Linear, nice_scale, nice_ticks
from equipoise.apps.report.charts.svg import element, fill, percent, plot, stroke
from equipoise.apps.report.charts.visits import Heights, visits
from equipoise.apps.report.numbers import measured
from equipoise.core.dates import earliest
from equipoise.core.nouns import SeriesPoint

__all__ = ["CourseChart", "course_chart"]

HEIGHT: Final = 230
DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class CourseChart:
    """Marks, labels of the upright axis and labels of the weeks."""

    plot: Markup
    heights: Markup
    weeks: Markup


def course_chart(
    points: tuple[SeriesPoint, ...], limits: tuple[float, float], band: tuple[float, float] | None
) -> CourseChart:
    """Return the course of one scale.

    Parameters
    ----------
    points : tuple of SeriesPoint
        Visits in order of date, at least one.
    limits : tuple of float
        Lowest and highest possible score.
    band : tuple of float or None
        Scores that are not told apart from the one that the last is compared with.

    Returns
    -------
    CourseChart
        Three drawings that stand in one grid.
    """
    scale, heights = Linear(*limits), Heights(Linear(*limits), HEIGHT)
    first = earliest(points[0].date)
    days = [_days(first, point) for point in points]
    weeks, ticks = nice_scale(0.0, max(days[-1] / DAYS, 8.0))
    inner = Linear(-0.04 * weeks.high, 1.04 * weeks.high)
    places = [(inner.place(d / DAYS), p) for d, p in zip(days, points, strict=True)]
    scores = [t for t in nice_ticks(*limits) if scale.holds(t)]
    marks = [_lines(heights, scores), _band(heights, band)]
    marks.append(visits(heights, places))
    return CourseChart(
        plot=plot(*marks, height=HEIGHT),
        heights=_scores(heights, scores),
        weeks=axis([(inner.place(t), measured(t)) for t in ticks]),
    )


def _days(first: dt.date, point: SeriesPoint) -> float:
    return float((earliest(point.date) - first).days)


def _lines(heights: Heights, scores: list[float]) -> Markup:
    lines = [
        element(
            "line",
            x1="0",
            x2="100%",
            y1=heights.of(s),
            y2=heights.of(s),
            stroke_width=1,
            **stroke("grid"),
        )
        for s in scores
    ]
    return Markup("").join(lines)


def _band(heights: Heights, band: tuple[float, float] | None) -> Markup:
    if band is None:
        return Markup("")
    low, top = heights.of(band[0]), heights.of(band[1])
    return element(
        "rect", x="0", y=top, width="100%", height=low - top, opacity=0.55, **fill("density")
    )


def _scores(heights: Heights, scores: list[float]) -> Markup:
    look = fill("muted")
    words = [
        element(
            "text",
            measured(s),
            x=percent(100),
            dx=-8,
            y=heights.of(s) + 5,
            text_anchor="end",
            fill=look["fill"],
            class_=f"{look['class_']} tick",
        )
        for s in scores
    ]
    return plot(*words, height=HEIGHT, css="plot axis")
