"""Option forest: of 100 people like this, how many respond; always from 0 to 100."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts import marks
from equipoise.apps.report.charts.scales import HUNDRED
from equipoise.core.nouns import Interval, Prediction

__all__ = ["FOREST_AXIS", "chance_plot", "established_plot", "research_plot"]

TICKS: Final = (0, 25, 50, 75, 100)
FOREST_AXIS: Final = marks.axis([(t, str(t)) for t in TICKS])


def _estimate(chance: Interval) -> marks.Estimate:
    low80, high80 = chance.ci80
    low95, high95 = chance.ci95
    return marks.Estimate(
        100 * chance.mean, (100 * low80, 100 * high80), (100 * low95, 100 * high95)
    )


def established_plot(prediction: Prediction) -> Markup:
    """Return the marks of one option: lines, its own average as a tick, dot."""
    estimate = _estimate(prediction.response)
    return marks.row(
        TICKS,
        marks.interval(HUNDRED, estimate),
        marks.tick(HUNDRED.place(100 * prediction.average)),
        marks.dot(HUNDRED.place(estimate.mean)),
    )


def research_plot(prediction: Prediction) -> Markup:
    """Return the marks of the same option in the research layer: dashed, hollow diamond."""
    estimate = _estimate(prediction.response)
    return marks.row(
        TICKS,
        marks.interval(HUNDRED, estimate, role="research"),
        marks.diamond(HUNDRED.place(estimate.mean)),
    )


def chance_plot(chance: Interval | None, *, research: bool = False) -> Markup:
    """Return lines and dot of one chance; the bare grid where it is not known."""
    if chance is None:
        return marks.row(TICKS)
    estimate = _estimate(chance)
    if research:
        lines = marks.interval(HUNDRED, estimate, role="research")
        return marks.row(TICKS, lines, marks.diamond(HUNDRED.place(estimate.mean)))
    return marks.row(
        TICKS, marks.interval(HUNDRED, estimate), marks.dot(HUNDRED.place(estimate.mean))
    )
