"""A scale over time: its points, where the present trial began, and what counts as a change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from equipoise.core.dates import earliest, latest, weeks_between
from equipoise.core.nouns import SeriesPoint
from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import Measurement, Timeline, TreatmentTrial
    from equipoise.core.tables import Row

__all__ = ["Series", "number", "read_series"]


@dataclass(frozen=True, slots=True)
class Series:
    """The dated values of one scale.

    Parameters
    ----------
    scale : Row
        Row of `scales/scales`.
    points : tuple of SeriesPoint
        Oldest first.
    asked : tuple of tuple
        (date, answer) of the item on suicidal thoughts, oldest first.
    trial : TreatmentTrial or None
        The treatment that is taken now; of several the one begun last.
    baseline : int
        Index of the point from which change is counted: the last one at or before the start of
        `trial`, or the first of all.
    before_start : bool
        Whether that point lies at or before the start of `trial`.
    """

    scale: Row
    points: tuple[SeriesPoint, ...]
    asked: tuple[tuple[IsoDate, int], ...]
    trial: TreatmentTrial | None
    baseline: int
    before_start: bool

    @property
    def measure(self) -> str:
        """The measure id."""
        return f"scales.{self.scale.text('id')}"

    @property
    def change(self) -> float | None:
        """Last value less the baseline; None where they are the same point."""
        if self.baseline >= len(self.points) - 1:
            return None
        return self.points[-1].value - self.points[self.baseline].value

    @property
    def percent_change(self) -> float | None:
        """The change in percent of the baseline; None where there is none."""
        if self.change is None or self.points[self.baseline].value == 0:
            return None
        return 100 * self.change / self.points[self.baseline].value

    @property
    def weeks_in_trial(self) -> float | None:
        """Fewest weeks from the start of the trial to the last point that the dates allow."""
        if self.trial is None or self.trial.start.value is None or not self.points:
            return None
        return weeks_between(self.trial.start.value, self.points[-1].date)[0]

    @property
    def worse(self) -> int:
        """The sign of a turn for the worse: 1 for symptoms, -1 for well-being."""
        return 1 if self.scale.text("direction") == "symptoms" else -1

    @property
    def judges_treatment(self) -> bool:
        """Whether a treatment of depression is judged by the percent by which the scale falls."""
        return (
            self.scale.text("domain") == "depression"
            and self.scale.optional_number("response_percent") is not None
        )

    @property
    def precision(self) -> Row | None:
        """Row of `scales/precision`; None where no source is known."""
        return load_table("scales/precision").find(scale=self.scale.text("id"))

    def reliable_change(self, first: SeriesPoint, last: SeriesPoint) -> float | None:
        """Return the smallest difference of two points that exceeds measurement error.

        Notes
        -----
        The published value, or 1.96 times the standard error of the difference where that is
        larger, as it is when answers were missing. None where no source gives one.
        """
        row = self.precision
        published = None if row is None else row.optional_number("reliable_change")
        if published is None:
            return None
        level = load_table("hyperparameters/hyperparameters").row(id="monitor_confidence")
        width = NormalDist().inv_cdf((1 + level.number("value")) / 2)
        own = width * math.hypot(first.standard_error or 0, last.standard_error or 0)
        return max(published, own)


def read_series(
    scale: Row, measurements: tuple[Measurement, ...], timeline: Timeline
) -> Series | None:
    """Gather one scale from the measurements; None where it was never answered.

    Parameters
    ----------
    scale : Row
        Row of `scales/scales`.
    measurements : tuple of Measurement
        Of all measures.
    timeline : Timeline
        For the present trial and the item on suicidal thoughts.

    Returns
    -------
    Series or None
        Points in the unit of the scale.
    """
    own = [
        SeriesPoint(m.date, m.quantity.value, m.quantity.standard_error)
        for m in measurements
        if m.id == f"scales.{scale.text('id')}" and m.date is not None
    ]
    points = tuple(sorted(own, key=lambda point: point.date))
    asked = _asked(scale, timeline)
    if not points and not asked:
        return None
    trial = _present_trial(timeline)
    baseline = _baseline(points, trial)
    return Series(scale, points, asked, trial, max(baseline, 0), baseline >= 0)


def number(value: float) -> str:
    """Return `value` as it is printed: whole where it is whole, else three figures."""
    return f"{value:.3g}"


def _asked(scale: Row, timeline: Timeline) -> tuple[tuple[IsoDate, int], ...]:
    item = scale.optional_number("suicide_item")
    if item is None or timeline.scales.value is None:
        return ()
    found = [
        (answers.date, answer)
        for answers in timeline.scales.value
        if answers.scale == scale.text("id") and len(answers.items) == scale.number("items")
        if (answer := answers.items[int(item) - 1]) is not None
    ]
    return tuple(sorted(found))


def _present_trial(timeline: Timeline) -> TreatmentTrial | None:
    running = [trial for trial in timeline.treatments.or_else(()) if trial.running]
    dated = [trial for trial in running if trial.start.value is not None]
    if dated:
        return max(dated, key=lambda trial: earliest(trial.start.or_else("")))
    return running[-1] if running else None


def _baseline(points: tuple[SeriesPoint, ...], trial: TreatmentTrial | None) -> int:
    """Return the index of the last point at or before the start of `trial`, or -1."""
    if trial is None or trial.start.value is None:
        return -1
    start = latest(trial.start.value)
    before = [i for i, point in enumerate(points) if latest(point.date) <= start]
    return before[-1] if before else -1
