"""Scores over time: a dot for each visit with its measurement error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.scales import Linear
from equipoise.apps.report.charts.svg import element, paint, percent, stroke
from equipoise.apps.report.numbers import around
from equipoise.core.nouns import SeriesPoint

__all__ = ["Heights", "visits"]

MARGIN: Final = 10
LEVELS: Final = ((0.95, 2.0), (0.80, 5.0))


@dataclass(frozen=True, slots=True)
class Heights:
    """Scores to pixels from the top of a chart of `height`; the highest score stands highest."""

    limits: Linear
    height: float

    def of(self, score: float) -> float:
        """Return the distance of `score` from the top."""
        room = self.height - 2 * MARGIN
        return self.height - MARGIN - room * self.limits.place(score) / 100


def visits(
    heights: Heights, places: Sequence[tuple[float, SeriesPoint]], *, dot: float = 6.0
) -> Markup:
    """Return the visits at their places (percent): thin thread, 95 and 80 % lines, dots."""
    marks = []
    for (x1, one), (x2, two) in pairwise(places):
        ends = {"x1": percent(x1), "x2": percent(x2)}
        marks.append(
            element(
                "line",
                y1=heights.of(one.value),
                y2=heights.of(two.value),
                stroke_width=1.25,
                **ends,
                **stroke("axis"),
            )
        )
    for x, point in places:
        marks += [_error(heights, x, point, level, width) for level, width in LEVELS]
    for x, point in places:
        look = paint("person", "page")
        y = heights.of(point.value)
        marks.append(element("circle", cx=percent(x), cy=y, r=dot, stroke_width=dot / 3, **look))
    return Markup("").join(marks)


def _error(heights: Heights, x: float, point: SeriesPoint, level: float, width: float) -> Markup:
    if point.standard_error is None:
        return Markup("")
    low, high = around(point.value, point.standard_error, level)
    return element(
        "line",
        x1=percent(x),
        x2=percent(x),
        y1=heights.of(high),
        y2=heights.of(low),
        stroke_width=width,
        **stroke("person"),
    )
