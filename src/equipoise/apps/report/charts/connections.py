"""Rows of circuits: a place on a norm's curve, and a connection with the halves of its scan."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from equipoise.apps.report.charts import marks
from equipoise.apps.report.charts.scales import Linear
from equipoise.apps.report.charts.svg import element, group, paint, percent, plot, stroke

__all__ = ["edge_strip", "half_mark", "z_strip"]

MIDDLE = 16.0
"""Rows of connections are low: their marks stand level with one line of words."""
PEAK = 0.4
SIDE = 7.0
REFERENCES = (-2.0, -1.0, 0.0, 1.0, 2.0)


def z_strip(scale: Linear, estimate: marks.Estimate, *, hollow: bool) -> Markup:
    """Return a z value before the curve of the people of the norm."""
    curve = marks.normal_curve(0.0, 1.0, scale, PEAK)
    drawn = [marks.interval(scale, estimate), marks.dot(scale.place(estimate.mean), hollow=hollow)]
    grid = marks.grid([scale.place(z) for z in REFERENCES])
    return plot(marks.density(curve), grid, group(*drawn))


def half_mark(place: float) -> Markup:
    """Return the small open square of one half of a scan."""
    square = element(
        "rect",
        x=-SIDE / 2,
        y=-SIDE / 2,
        width=SIDE,
        height=SIDE,
        stroke_width=1.5,
        **paint("page", "ink"),
    )
    return element("svg", square, x=percent(place), y=0, width=1, height=1, overflow="visible")


def edge_strip(
    scale: Linear, ticks: Sequence[float], estimate: marks.Estimate, halves: Sequence[float]
) -> Markup:
    """Return one connection with its intervals and the halves of the scan below it.

    Parameters
    ----------
    scale : Linear
        Axis in Fisher z.
    ticks : sequence of float
        Where grid lines stand.
    estimate : Estimate
        The whole scan with its intervals.
    halves : sequence of float
        Fisher z of the halves; empty where one is too short.

    Returns
    -------
    Markup
        A low row.
    """
    zero = percent(scale.place(0))
    line = element("line", x1=zero, x2=zero, y1="0", y2="100%", stroke_width=1.25, **stroke("axis"))
    person = group(
        marks.interval(scale, estimate), marks.dot(scale.place(estimate.mean)), middle=MIDDLE
    )
    found = [half_mark(scale.place(half)) for half in halves]
    return plot(
        marks.grid([scale.place(t) for t in ticks]),
        line,
        person,
        group(*found, middle=MIDDLE + 11),
    )
