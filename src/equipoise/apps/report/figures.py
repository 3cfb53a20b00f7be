"""Numbers inside sentences, each tied to its row of the data sheet.

A figure is an HTML ``data`` element: the printed number as text, the exact one as ``value``, and
the row and column of the data sheet that hold it. A test compares them all, on every page.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.svg import element
from equipoise.core.nouns import Interval, Prediction

__all__ = [
    "average",
    "best_in",
    "between",
    "chance",
    "chance_range",
    "date",
    "figure",
    "rest_of_100",
]

ENDS: Final = {80: ("low80", "high80"), 95: ("low95", "high95")}


def figure(printed: str, row: str, exact: str, column: str = "value") -> Markup:
    """Return a number as printed, with where it stands exactly.

    Parameters
    ----------
    printed : str
        What the reader sees: ``35``.
    row : str
        Id of the line in the data sheet.
    exact : str
        The number as it stands there: ``0.3471``.
    column : str, optional
        Field of the line.

    Returns
    -------
    Markup
        A ``data`` element.
    """
    return element("data", printed, value=exact, data_row=row, data_column=column)


def chance(p: Prediction, outcome: str = "response") -> Markup:
    """Return how many of 100 people have an outcome under an option."""
    mean = _interval(p, outcome).mean
    return figure(n.of_100(mean), _row(p, outcome), n.exact_chance(mean))


def rest_of_100(p: Prediction, outcome: str = "response") -> Markup:
    """Return how many of 100 people do not: 100 less the printed number."""
    mean = _interval(p, outcome).mean
    return figure(str(100 - n.whole(mean)), _row(p, outcome), n.exact_chance(mean), "rest")


def chance_range(
    p: Prediction, outcome: str = "response", level: int = 80
) -> tuple[Markup, Markup]:
    """Return the ends of the interval of an outcome, of 100 people, rounded outward."""
    chance_of = _interval(p, outcome)
    ends = chance_of.ci80 if level == 80 else chance_of.ci95  # noqa: PLR2004
    low, high = n.outward(ends)
    shown = (str(max(low, 0)), str(min(high, 100)))
    return tuple(  # type: ignore[return-value]
        figure(text, _row(p, outcome), n.exact_chance(end), column)
        for text, end, column in zip(shown, ends, ENDS[level], strict=True)
    )


def between(p: Prediction, level: int = 80) -> Markup:
    """Return the interval of a response: ``28 to 43``."""
    return Markup("{} to {}").format(*chance_range(p, level=level))


def average(p: Prediction) -> Markup:
    """Return how many of 100 average people respond to the same option."""
    return figure(n.of_100(p.average), _row(p, "average"), n.exact_chance(p.average))


def best_in(p: Prediction) -> Markup:
    """Return in how many of 100 runs of the model an option comes first."""
    return figure(n.of_100(p.p_best), _row(p, "p_best"), n.exact_chance(p.p_best))


def date(day: str) -> Markup:
    """Return a day in words, with the ISO date behind it."""
    return element("time", n.day(day), datetime=day, dir="auto")


def _interval(p: Prediction, outcome: str) -> Interval:
    found: Interval = getattr(p, outcome)
    return found


def _row(p: Prediction, outcome: str) -> str:
    return f"{p.layer}.{p.treatment}.{outcome}"
