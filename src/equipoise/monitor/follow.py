"""Change of each scale since the present treatment began, in numbers and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.nouns import Trajectory
from equipoise.core.tables import load_table
from equipoise.monitor.series import Series, number, read_series
from equipoise.monitor.triggers import find_triggers

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import Measurement, Timeline

__all__ = ["follow"]


def follow(
    measurements: tuple[Measurement, ...], timeline: Timeline, *, today: IsoDate
) -> tuple[Trajectory, ...]:
    """Follow every scale that was answered.

    Change is counted from the last value at or before the start of the treatment that is taken
    now; without one, from the first value. It is reliable when it reaches the published reliable
    change, or 1.96 standard errors of the difference where that is more.

    Parameters
    ----------
    measurements : tuple of Measurement
        Of all measures; only those of a row of `scales/scales` are used.
    timeline : Timeline
        For the present treatment and the answers themselves.
    today : str
        The day of the run.

    Returns
    -------
    tuple of Trajectory
        One for each scale, in the order of `scales/scales`, that has a reliable change, a rule of
        response, or an answer on thoughts of death.

    References
    ----------
    Jacobson and Truax 1991: reliable change index, 1.96 * sqrt(2) * sd * sqrt(1 - r).
    """
    found = []
    for scale in load_table("scales/scales"):
        series = read_series(scale, measurements, timeline)
        if series is not None and _is_followed(series):
            found.append(_trajectory(series, today))
    return tuple(found)


def _is_followed(series: Series) -> bool:
    """Return whether the course of the scale can be judged; a screen or a trait is not followed."""
    row = series.precision
    known = row is not None and row.optional_number("reliable_change") is not None
    return known or series.judges_treatment or bool(series.asked)


def _trajectory(series: Series, today: IsoDate) -> Trajectory:
    change = series.change
    reliable = None
    if series.points:
        reliable = series.reliable_change(series.points[series.baseline], series.points[-1])
    verdict = _verdict(change, reliable, series.worse)
    return Trajectory(
        measure=series.measure,
        points=series.points,
        change=change,
        percent_change=series.percent_change,
        reliable_change=reliable,
        verdict=verdict,
        words=_words(series, verdict, reliable),
        triggers=find_triggers(series, today),
        reference=_reference(series),
    )


def _reference(series: Series) -> str:
    """Return where the reliable change comes from; without one, where the scale does."""
    row = series.precision
    found = None if row is None else row.optional_text("reliable_change_reference")
    return found or series.scale.text("reference")


def _verdict(change: float | None, reliable: float | None, worse: int) -> str:
    if change is None or reliable is None:
        return "cannot_tell"
    if worse * change <= -reliable:
        return "reliable_improvement"
    return "reliable_worsening" if worse * change >= reliable else "no_reliable_change"


def _words(series: Series, verdict: str, reliable: float | None) -> str:
    change = series.change
    if change is None:
        return _why_not(series)
    first, last = series.points[series.baseline], series.points[-1]
    title = series.scale.text("title")
    percent = series.percent_change
    share = "" if percent is None else f", {number(abs(round(percent, 1)))} %"
    direction = "lower" if change < 0 else "higher"
    unit = "point" if abs(change) == 1 else "points"
    size = f"{number(abs(change))} {unit} {direction}{share}" if change else "no difference"
    return (
        f"{title} {_value(series, first.value)} on {first.date}, "
        f"{_value(series, last.value)} on {last.date}: {size}, "
        f"{_against_error(verdict, reliable)}. {_outcome(series, verdict)}"
    ).strip()


def _against_error(verdict: str, reliable: float | None) -> str:
    if reliable is None:
        return "and whether that is more than measurement error is not known for this scale"
    side = "more than" if verdict.startswith("reliable") else "within"
    return f"{side} measurement error ({number(reliable)} points)"


def _why_not(series: Series) -> str:
    title = series.scale.text("title")
    if not series.points:
        return f"No {title} could be scored: no change can be told."
    if len(series.points) == 1 or series.trial is None:
        return f"Only one {title}: no change can be told."
    began = series.trial.treatment.replace("_", " ")
    return f"No {title} since {began} began: no change can be told."


def _value(series: Series, value: float) -> str:
    """Return a value with the word for its band."""
    bands = [
        row
        for row in load_table("scales/bands")
        if row.text("scale") == series.scale.text("id") and row.number("lowest") <= value
    ]
    word = max(bands, key=lambda row: row.number("lowest")).text("title") if bands else ""
    return f"{number(value)} ({word})" if word else number(value)


def _outcome(series: Series, verdict: str) -> str:
    """Return response and remission in words, claimed only on reliable improvement."""
    limit = series.scale.optional_number("remission_below")
    low = limit is not None and series.points[-1].value < limit
    below = "" if limit is None else f"below {number(limit)}"
    if verdict != "reliable_improvement":
        return f"The last value lies {below}." if low else ""
    if low:
        return f"Remission ({below})."
    share = series.scale.optional_number("response_percent")
    if share is not None and -(series.percent_change or 0) >= share:
        return f"Response (at least halved), not remission ({below})."
    points = series.scale.optional_number("response_points")
    if points is not None and -series.worse * (series.change or 0) >= points:
        return f"Response (better by {number(points)} points or more), not remission ({below})."
    return "" if share is None else "Less than response (at least halved)."
