"""Forest: one row an estimate with its interval, diamonds for what was pooled.

Dot: estimate, the larger the more it weighs; line: 95 % interval, with an arrow where it leaves
the axis; diamond: pooled estimate from end to end of its interval; dashed line: where the true
effect of a new study would lie.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import Final

from markupsafe import Markup

from equipoise.apps.evidence.charts.frame import cut, label, minus, picture
from equipoise.apps.evidence.shown import P95, Shown
from equipoise.apps.report.charts import marks
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
from equipoise.apps.report.views import Legend, PlotGroup, PlotRow, RowChart

__all__ = ["Forest", "ForestGroup", "ForestRow", "forest_chart", "forest_svg"]

LEAST_DOT, MOST_DOT = 3, 9
DOTS: Final = ("study", "treatment")
DIAMOND: Final = 9
REACH: Final = 3
"""Typical half intervals that an axis shows on either side of an estimate."""

QUIET_MIDDLE: Final = 16
"""Half the height of a row without notes."""

WIDTH, LABELS, PLOT, ROW, HEAD = 880, 270, 370, 28, 100
LABEL_SIGNS: Final = 34
AXIS_SIGNS: Final = 52
LEFT, RIGHT = "\N{LEFTWARDS ARROW}", "\N{RIGHTWARDS ARROW}"
NBSP: Final = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One row, on the scale of the analysis.

    Parameters
    ----------
    label : str
        Words at the left.
    estimate, low, high : float
        With its interval.
    kind : {"study", "treatment", "group", "pooled", "prediction", "reference"}
        Which mark.
    share : float
        Weight between 0 and 1, for the size of a dot.
    under, note : str
        Small words below the label and below the value.
    """

    label: str
    estimate: float
    low: float
    high: float
    kind: str = "study"
    share: float = 0.5
    under: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ForestGroup:
    """Rows under one heading, or under none."""

    title: str | None
    rows: tuple[ForestRow, ...]


@dataclass(frozen=True, slots=True)
class Forest:
    """A forest: its words, its scale and its rows.

    Parameters
    ----------
    id, title, summary, caption : str
        For the page and for who cannot see it.
    heads : tuple of str
        Over the labels and over the values.
    axis : str
        What is drawn.
    shown : Shown
        How numbers are shown.
    groups : tuple of ForestGroup
        At least one row in all.
    better : {"", "left", "right"}
        The side of better numbers; empty where nobody said.
    """

    id: str
    title: str
    summary: str
    caption: str
    heads: tuple[str, str]
    axis: str
    shown: Shown
    groups: tuple[ForestGroup, ...]
    better: str = ""


@dataclass(frozen=True, slots=True)
class _Axis:
    """A scale in shown numbers with its ticks."""

    shown: Shown
    scale: Linear | Logarithmic
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Return the place of a computed number in percent."""
        return self.scale.place(self.shown.of(value))

    def leaves(self, value: float) -> bool:
        """Return whether a computed number lies outside."""
        return not self.scale.low <= self.shown.of(value) <= self.scale.high

    def labels(self) -> list[tuple[float, str]]:
        """Return the ticks with their words."""
        return [(self.scale.place(tick), minus(f"{tick:g}")) for tick in self.ticks]


def _axis(forest: Forest) -> _Axis:
    rows = [row for group in forest.groups for row in group.rows]
    reach = REACH * median((row.high - row.low) / 2 for row in rows if row.kind != "reference")
    low = min(max(row.low, row.estimate - reach) for row in rows)
    high = max(min(row.high, row.estimate + reach) for row in rows)
    if forest.shown.kind != "logit":
        low, high = min(low, 0.0), max(high, 0.0)
    return _Axis(forest.shown, *forest.shown.axis(low, high))


def _marks(axis: _Axis, row: ForestRow) -> Markup:
    """Return the marks of a row about y = 0."""
    if row.kind == "reference":
        x = percent(axis.place(row.estimate))
        return element("circle", cx=x, cy=0, r=6, stroke_width=2, **paint("page", "ink"))
    line = _line(axis, row)
    if row.kind == "prediction":
        return line
    if row.kind not in DOTS:
        return line + _diamond(axis, row)
    radius = LEAST_DOT + (MOST_DOT - LEAST_DOT) * math.sqrt(min(max(row.share, 0.0), 1.0))
    look = paint("person", "page")
    x = percent(axis.place(row.estimate))
    return line + element("circle", cx=x, cy=0, r=radius, stroke_width=1, **look)


def _line(axis: _Axis, row: ForestRow) -> Markup:
    role = "person" if row.kind in DOTS else "ink"
    look = stroke(role)
    if row.kind == "prediction":
        look["stroke_dasharray"] = "6 4"
    left, right = axis.place(row.low), axis.place(row.high)
    drawn = element(
        *("line",), x1=percent(left), x2=percent(right), y1=0, y2=0, stroke_width=2, **look
    )
    if axis.leaves(row.low):
        drawn += _arrow(left, -1, role)
    if axis.leaves(row.high):
        drawn += _arrow(right, 1, role)
    return drawn


def _arrow(place: float, way: int, role: str) -> Markup:
    head = element("path", d=f"M{9 * way} 0L0 -5L0 5Z", **fill(role))
    return element("svg", head, x=percent(place), y=0, width=1, height=1, overflow="visible")


def _diamond(axis: _Axis, row: ForestRow) -> Markup:
    left, right = axis.place(row.low), axis.place(row.high)
    width = max(right - left, 0.5)
    tip = 100 * (axis.place(row.estimate) - left) / width
    high = 2 * DIAMOND
    shape = element(
        "path",
        d=f"M0 {DIAMOND}L{tip:.1f} 0L100 {DIAMOND}L{tip:.1f} {high}Z",
        stroke_width=2,
        vector_effect="non-scaling-stroke",
        **paint("ink" if row.kind == "pooled" else "page", "ink"),
    )
    return element(
        *("svg", shape),
        x=percent(left),
        y=-DIAMOND,
        width=percent(width),
        height=high,
        viewBox=f"0 0 100 {high}",
        preserveAspectRatio="none",
        overflow="visible",
    )


def _row(axis: _Axis, row: ForestRow, middle: float) -> Markup:
    """Return the chart area of a row: grid, line of no difference, marks."""
    nothing = []
    if axis.shown.nothing is not None:
        x = percent(axis.scale.place(axis.shown.nothing))
        nothing = [element("line", x1=x, x2=x, y1="0", y2="100%", stroke_width=1, **stroke("axis"))]
    places = [place for place, _ in axis.labels()]
    return plot(marks.grid(places), *nothing, group(_marks(axis, row), middle=middle))


def _value(forest: Forest, row: ForestRow) -> str:
    if row.kind == "reference":
        return "reference"
    shown = forest.shown
    ends = f"{shown.text(row.low)} to {shown.text(row.high)}"
    return minus(ends if row.kind == "prediction" else f"{shown.text(row.estimate)} ({ends})")


def forest_chart(forest: Forest) -> RowChart:
    """Return a forest as a chart of rows for a page.

    Parameters
    ----------
    forest : Forest
        What it shows.

    Returns
    -------
    RowChart
        Each row carries its numbers in words.
    """
    axis = _axis(forest)
    groups = tuple(
        PlotGroup(group.title, tuple(_plot_row(forest, axis, row) for row in group.rows))
        for group in forest.groups
    )
    kinds = {row.kind for group in forest.groups for row in group.rows}
    return RowChart(
        id=forest.id,
        title=forest.title,
        summary=forest.summary,
        label_head=forest.heads[0],
        axis_title=_axis_title(forest),
        value_head=forest.heads[1],
        axis=marks.axis(axis.labels()),
        groups=groups,
        legend=_legend(kinds),
        caption=forest.caption,
    )


def _scale_title(forest: Forest) -> str:
    return f"{forest.axis}, log scale" if forest.shown.kind == "log" else forest.axis


def _axis_title(forest: Forest) -> str:
    """Return what is drawn, on which scale, and which side is better."""
    return "; ".join(part for part in (_scale_title(forest), _better(forest)) if part)


def _better(forest: Forest) -> str:
    words = {
        "left": f"{LEFT}{NBSP}better to the left",
        "right": f"better to the right{NBSP}{RIGHT}",
    }
    return words.get(forest.better, "")


def _plot_row(forest: Forest, axis: _Axis, row: ForestRow) -> PlotRow:
    value = _value(forest, row)
    if row.kind == "study":
        return PlotRow(row.label, _row(axis, row, QUIET_MIDDLE), value, kind="quiet")
    estimate, _, ends = value.partition(" (")
    notes = (ends.removesuffix(")"), row.note) if ends else (row.note,)
    drawn = _row(axis, row, ROW_MIDDLE)
    return PlotRow(row.label, drawn, estimate, notes=(row.under,), value_notes=notes)


def _legend(kinds: set[str]) -> tuple[Legend, ...]:
    words = {
        "study": f"estimate with its {P95} interval; a larger dot weighs more",
        "treatment": f"estimate with its {P95} interval",
        "group": f"pooled in a group, with its {P95} interval",
        "pooled": f"pooled, with its {P95} interval",
        "prediction": f"where the true effect of a new study would lie ({P95})",
        "reference": "what the others are compared with",
    }
    return tuple(Legend(_glyph(kind), text) for kind, text in words.items() if kind in kinds)


def _glyph(kind: str) -> Markup:
    axis = _Axis(Shown("plain", ""), Linear(0, 100), ())
    row = ForestRow("", 50, 10, 90, kind)
    return element(
        *("svg", group(_marks(axis, row), middle=11)),
        class_="glyph",
        width=44,
        height=22,
        aria_hidden="true",
        focusable="false",
    )


def forest_svg(forest: Forest) -> str:
    """Return a forest as a file.

    Parameters
    ----------
    forest : Forest
        What it shows.

    Returns
    -------
    str
        An SVG document; labels longer than its column are cut.
    """
    axis = _axis(forest)
    drawn = [
        label(forest.title, 16, 30),
        label(forest.heads[0], 16, HEAD - 24, role="muted"),
        label(cut(_scale_title(forest), AXIS_SIGNS), LABELS, HEAD - 42, role="muted"),
        label(forest.heads[1], LABELS + PLOT + 24, HEAD - 24, role="muted"),
        element("svg", marks.axis(axis.labels()), x=LABELS, y=HEAD - 22, width=PLOT, height=20),
    ]
    y = HEAD
    for part in forest.groups:
        if part.title is not None:
            drawn.append(label(cut(part.title, LABEL_SIGNS), 16, y + 20, role="muted"))
            y += ROW
        for row in part.rows:
            drawn += _svg_row(forest, axis, row, y)
            y += ROW
    if forest.better:
        side = forest.better
        place = (LABELS, "start") if side == "left" else (LABELS + PLOT, "end")
        drawn.append(label(_better(forest), place[0], y + 20, anchor=place[1], role="muted"))
        y += ROW
    return picture(forest.title, forest.summary, (WIDTH, y + 16), *drawn)


def _svg_row(forest: Forest, axis: _Axis, row: ForestRow, y: int) -> list[Markup]:
    place = _row(axis, row, ROW / 2)
    area = element("svg", place, x=LABELS, y=y, width=PLOT, height=ROW, overflow="visible")
    return [
        label(cut(row.label, LABEL_SIGNS), 16, y + 19),
        area,
        label(_value(forest, row), LABELS + PLOT + 24, y + 19),
    ]
