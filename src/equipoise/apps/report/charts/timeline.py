"""Treatment timeline: one bar for each trial, a score line below on the same dates."""

from __future__ import annotations

import datetime as dt
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.marks import axis, grid
from equipoise.apps.report.charts.scales import Linear, TimeScale
from equipoise.apps.report.charts.svg import element, fill, group, paint, percent, plot
from equipoise.apps.report.charts.visits import Heights, visits
from equipoise.apps.report.numbers import MONTHS
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import SeriesPoint, TreatmentTrial

__all__ = ["bar", "legend_bar", "score_line", "time_axis", "time_scale"]

RECENT_YEARS: Final = 2
COMPRESS_BEYOND_DAYS: Final = 3 * 365
EARLIER_SHARE: Final = 28.0
BAR: Final = 16
SCORE_HEIGHT: Final = 110
NEAR_EDGE: Final = 92
MOST_TICKS: Final = 5
LABEL_ROOM: Final = 28
"""Least distance of two labels in percent: enough for a phone."""


def time_scale(dates: list[dt.date], today: dt.date) -> TimeScale:
    """Return the scale over all `dates`; what is older than two years is pressed together.

    Only a history of more than three years is pressed.
    """
    start = min([*dates, today - dt.timedelta(days=90)]).replace(day=1)
    if (today - start).days <= COMPRESS_BEYOND_DAYS:
        return TimeScale(start, today)
    split = dt.date(today.year - RECENT_YEARS, today.month, 1)
    return TimeScale(start, today, split, EARLIER_SHARE)


def _months(scale: TimeScale) -> list[dt.date]:
    first = scale.split or scale.start
    span = (scale.end.year - first.year) * 12 + scale.end.month - first.month
    step = next(s for s in (1, 2, 3, 6, 12) if span <= s * MOST_TICKS or s == 12)  # noqa: PLR2004
    index = first.year * 12 + first.month - 1
    index = -(-index // step) * step
    found = []
    while (date := dt.date(index // 12, index % 12 + 1, 1)) <= scale.end:
        found.append(date)
        index += step
    return found


def _ticks(scale: TimeScale) -> list[dt.date]:
    months = _months(scale)
    return months if scale.split is None else [scale.start, *months]


def time_axis(scale: TimeScale) -> Markup:
    """Return month and year labels; the pressed part is labelled by its first year."""
    labels: list[tuple[float, str]] = []
    for date in _ticks(scale):
        place = scale.place(date)
        if labels and place - labels[-1][0] < LABEL_ROOM:
            continue
        old = scale.split is not None and date < scale.split
        labels.append((place, f"{date.year}" if old else _month(date)))
    return axis(labels)


def _month(date: dt.date) -> str:
    return f"{MONTHS[date.month - 1][:3]} {date.year}"


def _backdrop(scale: TimeScale) -> Markup:
    marks = grid([scale.place(date) for date in _ticks(scale)])
    if scale.split is not None:
        width = percent(scale.place(scale.split))
        marks = element("rect", x="0", y="0", width=width, height="100%", **fill("panel")) + marks
    return marks


def bar(scale: TimeScale, trial: TreatmentTrial, look: str, letter: str) -> Markup:
    """Return the bar of one trial.

    Parameters
    ----------
    scale : TimeScale
        Dates to places.
    trial : TreatmentTrial
        Its dates, in their own precision; ends known by month fade.
    look : {"yes", "no", "cannot_tell"}
        Adequate: solid; not adequate: diagonal lines; not known: outline.
    letter : str
        How it ended, printed at the end of the bar.

    Returns
    -------
    Markup
        A chart area; without a start date it holds no bar.
    """
    if trial.start.value is None:
        return plot(_backdrop(scale))
    begin = (earliest(trial.start.value), latest(trial.start.value))
    end = _end(trial.stop.value, scale.end)
    sure = (scale.place(min(begin[1], end[0])), scale.place(max(begin[1], end[0])))
    marks = [
        _piece(scale.place(begin[0]), sure[0], look, faded=True),
        _piece(sure[1], scale.place(end[1]), look, faded=True),
        _piece(sure[0], sure[1], look, faded=False),
        _letter(scale.place(begin[0]), scale.place(end[1]), letter),
    ]
    return plot(_backdrop(scale), group(*marks))


def _end(stop: IsoDate | None, today: dt.date) -> tuple[dt.date, dt.date]:
    return (today, today) if stop is None else (earliest(stop), min(latest(stop), today))


def _piece(left: float, right: float, look: str, *, faded: bool) -> Markup:
    if right - left <= 0 and faded:
        return Markup("")
    styles = {
        "yes": fill("person"),
        "no": {"fill": "url(#hatch)"},
        "cannot_tell": paint("page", "axis"),
    }
    return element(
        "rect",
        x=percent(left),
        y=-BAR / 2,
        width=percent(max(right - left, 0.6)),
        height=BAR,
        opacity=0.4 if faded else None,
        **styles[look],
    )


def _letter(left: float, right: float, letter: str) -> Markup:
    """Write the letter behind its bar; before it where the bar ends at the edge."""
    before = right > NEAR_EDGE
    look = fill("ink")
    word = element(
        "text",
        letter,
        x=-6 if before else 6,
        y=5,
        text_anchor="end" if before else "start",
        fill=look["fill"],
        class_=f"{look['class_']} letter",
    )
    place = percent(left if before else right)
    return element("svg", word, x=place, y=0, width=1, height=1, overflow="visible")


def legend_bar(look: str) -> Markup:
    """Return the legend picture of one kind of bar."""
    piece = _piece(4, 96, look, faded=False)
    return element(
        "svg",
        group(piece, middle=11),
        class_="glyph",
        width=44,
        height=22,
        aria_hidden="true",
        focusable="false",
    )


def score_line(scale: TimeScale, points: tuple[SeriesPoint, ...], limits: Linear) -> Markup:
    """Return dots with their 80 and 95 % error; a higher score stands higher."""
    heights = Heights(limits, SCORE_HEIGHT)
    places = [(scale.place(earliest(p.date)), p) for p in points]
    return plot(_backdrop(scale), visits(heights, places, dot=4.5), height=SCORE_HEIGHT)
