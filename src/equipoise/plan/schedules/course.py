"""A course of sessions: the dates of stimulation, ECT, esketamine and psychotherapy."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from equipoise.core.nouns import Schedule
from equipoise.core.tables import load_table
from equipoise.plan.schedules.doses import Limits, find_by_drug, limits_of
from equipoise.plan.schedules.drawing import Entry, Head, draw, sources
from equipoise.plan.schedules.words import NoScheduleError, plain, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from equipoise.core.tables import Row
    from equipoise.plan.schedules.ground import Ground, New

__all__ = ["course", "course_rows"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = len(_DAYS)
_FIRST = "first"
_SESSION = "{session}/d"


def course_rows(treatment: str) -> tuple[Row, ...]:
    """Return the parts of a course in their order; none for what is no course."""
    rows = [r for r in load_table("schedules/courses") if r.cells["treatment"] == treatment]
    return tuple(sorted(rows, key=lambda row: row.number("part")))


def course(ground: Ground, new: New, head: Head, base: dt.date, later: str) -> Schedule:
    """Lay out the sessions of a treatment by date.

    Parameters
    ----------
    ground : Ground
        The person.
    new : New
        The treatment.
    head : Head
        Id, kind and title.
    base : datetime.date
        The day before which it does not begin.
    later : str
        Sentence on what it waits for; empty where it does not.

    Returns
    -------
    Schedule
        One step for each day with sessions; the dose is that of a session where it has one.

    Raises
    ------
    NoScheduleError
        If something taken must not meet it, or its first dose is not in the tables.
    """
    rows = course_rows(new.treatment)
    allowed, why = ground.first_day(new, frozenset(), base)
    first = _first_date(rows[0], allowed)
    limits = limits_of(ground, new.treatment, new.drugs[0]) if new.drugs else None
    days = [(date, row) for row, date in _sessions(rows, first)]
    total = sum(int(row.number("per_day")) for _, row in days)
    entries, done = [], 0
    for date, row in days:
        per_day = int(row.number("per_day"))
        note = _numbered(done, per_day, total)
        extra = row.optional_text("note")
        dose, unit = _dose(ground, new, limits, per_day)
        text = f"{note}; {extra}" if extra else note
        entries.append(Entry((date - first).days, new.treatment, dose, unit, text))
        done += per_day
    rules = [later, why, *(row.optional_text("rule") or "" for row in rows), *_bounds(limits)]
    more = [limits.reference] if limits else []
    return draw(head, entries, first, [*rules, *ground.cautions()], sources(rows, more))


def _numbered(done: int, per_day: int, total: int) -> str:
    if per_day == 1:
        return say("session", number=done + 1, count=total)
    return say("sessions", number=done + 1, last=done + per_day, count=total)


def _dose(ground: Ground, new: New, limits: Limits | None, per_day: int) -> tuple[float, str]:
    """Return the dose of a session; sessions by the day where it has none."""
    if limits is None:
        return float(per_day), _SESSION
    if limits.start is None:
        raise NoScheduleError(say("no_start", drug=ground.name(new.treatment)))
    held = [limits.start, limits.maximum]
    row = find_by_drug("schedules/titrations", new.treatment, new.drugs[0])
    if row is not None and ground.careful:
        held.append(row.optional_number("start_older"))
    return min(dose for dose in held if dose is not None), limits.unit


def _bounds(limits: Limits | None) -> list[str]:
    if limits is None or limits.maximum is None or limits.start is None:
        return []
    words = {"maximum": plain(limits.maximum), "unit": limits.unit}
    rise = [say("may_rise", **words)] if limits.maximum > limits.start else []
    return [*rise, *limits.notes]


def _first_date(row: Row, allowed: dt.date) -> dt.date:
    """Return the first day of a course: a weekday, and the one on which it must begin."""
    listed = row.items("weekdays")
    begins = row.optional_text("begins")
    days = {begins} if begins else set(_DAYS[:-2] if listed == (_FIRST,) else listed)
    date = allowed
    while _DAYS[date.weekday()] not in days:
        date += dt.timedelta(days=1)
    return date


def _sessions(rows: tuple[Row, ...], first: dt.date) -> Iterator[tuple[Row, dt.date]]:
    """Give the days with sessions, part by part and week by week."""
    begin = first
    for row in rows:
        weeks, every = int(row.number("weeks")), int(row.number("every"))
        listed = row.items("weekdays")
        days = {_DAYS[first.weekday()]} if listed == (_FIRST,) else set(listed)
        for week in range(0, weeks, every):
            for place in range(_WEEK):
                date = begin + dt.timedelta(days=week * _WEEK + place)
                if _DAYS[date.weekday()] in days:
                    yield row, date
        begin += dt.timedelta(days=weeks * _WEEK)
