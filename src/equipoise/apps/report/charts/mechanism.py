"""Mechanism rows: the density before the measurements as an outline, after them filled."""

from __future__ import annotations

import math
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts import marks
from equipoise.apps.report.charts.scales import Linear
from equipoise.apps.report.charts.svg import group, plot
from equipoise.apps.report.numbers import signed
from equipoise.core.nouns import MechanismState

__all__ = ["AXIS", "informed_plot", "prior_plot"]

SCALE: Final = Linear(-3, 3)
TICKS: Final = (-2, -1, 0, 1, 2)
QUIET: Final = 32.0
PRIOR_PEAK: Final = 1 / math.sqrt(2 * math.pi)
AXIS: Final = marks.axis([(SCALE.place(t), signed(t)) for t in TICKS])
PLACES: Final = [SCALE.place(t) for t in TICKS]


def prior_plot() -> Markup:
    """Return a row that no measurement informs: the outline alone."""
    prior = marks.normal_curve(0, 1, SCALE, 1.6 * PRIOR_PEAK)
    return plot(marks.grid(PLACES), marks.density(prior, outline=True, height=QUIET))


def informed_plot(state: MechanismState, drawn: marks.Estimate) -> Markup:
    """Return a row with both densities on one height scale, lines and dot."""
    tallest = max(PRIOR_PEAK, PRIOR_PEAK / state.sd)
    after = marks.normal_curve(state.mean, state.sd, SCALE, tallest)
    before = marks.normal_curve(0, 1, SCALE, tallest)
    return plot(
        marks.density(after),
        marks.grid(PLACES),
        marks.density(before, outline=True),
        group(marks.interval(SCALE, drawn), marks.dot(SCALE.place(state.mean))),
    )
