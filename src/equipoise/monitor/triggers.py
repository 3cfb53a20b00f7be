"""What in the course of a scale asks for an action: rows of `phases/triggers`, looked for here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from equipoise.core.dates import weeks_between
from equipoise.core.nouns import Trigger
from equipoise.core.tables import load_table
from equipoise.monitor.series import Series, number

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate
    from equipoise.core.tables import Row

__all__ = ["find_triggers"]


def find_triggers(series: Series, today: IsoDate) -> tuple[Trigger, ...]:
    """Return every trigger that the course raises.

    Parameters
    ----------
    series : Series
        One scale over time.
    today : str
        The day of the run.

    Returns
    -------
    tuple of Trigger
        Danger first, then worsening, little change, and a score that is old.
    """
    found = [_item(series), _worsening(series), _little_change(series), _stale(series, today)]
    return tuple(trigger for trigger in found if trigger is not None)


def _row(key: str) -> Row:
    return load_table("phases/triggers").row(id=key)


def _trigger(row: Row, *, recorded: bool = True, **facts: str) -> Trigger:
    """Fill a row; while the outcome of the trial is not recorded it may ask for that first."""
    unrecorded = None if recorded else row.optional_text("action_unrecorded")
    return Trigger(
        id=row.text("id"),
        title=row.text("title"),
        why=row.text("why").format(**facts),
        action=(unrecorded or row.text("action")).format(**facts),
        reference=row.text("reference"),
    )


def _item(series: Series) -> Trigger | None:
    """Look for an item on suicidal thoughts that is new or higher than the time before."""
    if not series.asked:
        return None
    date, now = series.asked[-1]
    before = series.asked[-2][1] if len(series.asked) > 1 else None
    opens = series.scale.number("suicide_from")
    if now < opens or (before is not None and before >= now):
        return None
    return _trigger(
        _row("item9"),
        item=series.scale.text("suicide_item"),
        scale=series.scale.text("title"),
        now=str(now),
        date=date,
        before="not asked" if before is None else str(before),
    )


def _worsening(series: Series) -> Trigger | None:
    """Look for a reliable turn for the worse: from the baseline, or from the value before."""
    if not series.points[1:]:
        return None
    last = series.points[-1]
    for earlier in (series.points[series.baseline], series.points[-2]):
        reliable = series.reliable_change(earlier, last)
        worse = series.worse * (last.value - earlier.value)
        if reliable is not None and worse >= reliable:
            return _trigger(
                _row("worsening"),
                moved="rose" if series.worse > 0 else "fell",
                change=number(worse),
                baseline=number(earlier.value),
                last=number(last.value),
                reliable=number(reliable),
            )
    return None


def _little_change(series: Series) -> Trigger | None:
    """Look for too little improvement for the weeks that the present trial has lasted."""
    weeks, percent = series.weeks_in_trial, series.percent_change
    if series.trial is None or weeks is None or percent is None or not series.before_start:
        return None
    if not series.judges_treatment:
        return None
    for row in load_table("phases/triggers"):
        limit = row.optional_number("below_percent")
        if limit is None or not _within(row, weeks):
            continue
        if -percent < limit:
            return _trigger(
                row,
                recorded=series.trial.outcome.known,
                percent=number(max(0.0, round(-percent, 1))),
                weeks=str(math.floor(weeks)),
                trial=series.trial.treatment.replace("_", " "),
                limit=number(limit),
            )
    return None


def _within(row: Row, weeks: float) -> bool:
    last = row.optional_number("before_weeks")
    return row.number("from_weeks") <= weeks and (last is None or weeks < last)


def _stale(series: Series, today: IsoDate) -> Trigger | None:
    if series.trial is None or not series.points or not series.scale.flag("asked_of_all"):
        return None
    row = _row("stale")
    weeks = weeks_between(series.points[-1].date, today)[0]
    if weeks < row.number("from_weeks"):
        return None
    trial = series.trial.treatment.replace("_", " ")
    title = series.scale.text("title")
    return _trigger(row, weeks=str(math.floor(weeks)), trial=trial, scale=title)
