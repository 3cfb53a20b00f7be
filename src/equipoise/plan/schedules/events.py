"""From which days checks count: starts, changes and stops of the schedules, and what runs now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.dates import latest
from equipoise.core.tables import load_table
from equipoise.plan.schedules.ground import Ground, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from equipoise.core.nouns import DoseStep, Schedule
    from equipoise.plan.case import Running

__all__ = ["Event", "events_of"]

_STATES = {"working": "working", "inadequate": "pending", "unknown": "pending"}


@dataclass(frozen=True, slots=True)
class Event:
    """A day from which checks count.

    Parameters
    ----------
    on : str
        As in column ``on`` of `schedules/monitoring`.
    date : datetime.date
        The day; before today for a start that lies in the past.
    treatment : str
        What it is about.
    names : frozenset of str
        Its names in the rules, with ``group_`` and its group.
    next : datetime.date or None
        Day of the next change of the same drug, or from which it is not taken any more.
    """

    on: str
    date: dt.date
    treatment: str
    names: frozenset[str]
    next: dt.date | None = None


def events_of(ground: Ground, schedules: tuple[Schedule, ...]) -> tuple[Event, ...]:
    """Return every day from which checks count.

    Parameters
    ----------
    ground : Ground
        The person.
    schedules : tuple of Schedule
        Doses day by day; those that are withheld give none.

    Returns
    -------
    tuple of Event
        Of the schedules first, then of what is taken now.
    """
    found: list[Event] = []
    # How a drug that works would be stopped one day ends no check of today.
    works = {one.trial.treatment for one in ground.case.running if one.state == "working"}
    schedules = tuple(s for s in schedules if s.kind != "taper" or s.treatments[0] not in works)
    for schedule in schedules:
        if schedule.steps and schedule.kind == "course":
            found += _course(ground, schedule)
        elif schedule.steps:
            found += _drugs(ground, schedule)
    ends = {s.treatments[0]: _day(s.steps[-1]) for s in schedules if s.kind == "taper" and s.steps}
    for one in ground.case.running:
        if one.state != "blocked":
            found += _running(ground, one, ends.get(one.trial.treatment))
    trials = {drug for one in ground.case.running for drug in parts_of(one.trial.treatment)}
    for use in ground.uses:
        if use.last is None and use.drug not in trials:
            found.append(Event("running", ground.today, use.drug, _names(ground, use.drug)))
    return tuple(found)


def _names(ground: Ground, treatment: str, drug: str = "") -> frozenset[str]:
    drugs = (drug,) if drug else parts_of(treatment)
    row = load_table("treatments/treatments").find(id=treatment)
    group = {f"group_{row.text('group')}"} if row else set()
    return ground.pairs.of(drugs, treatment) | group


def _course(ground: Ground, schedule: Schedule) -> Iterator[Event]:
    treatment = schedule.treatments[-1]
    names = _names(ground, treatment)
    yield Event("start", _day(schedule.steps[0]), treatment, names)
    yield Event("end", _day(schedule.steps[-1]), treatment, names)


def _day(step: DoseStep) -> dt.date:
    return dt.date.fromisoformat(step.date)


def _drugs(ground: Ground, schedule: Schedule) -> Iterator[Event]:
    taken = {use.drug for use in ground.uses if use.last is None}
    for drug in dict.fromkeys(step.drug for step in schedule.steps):
        steps = [step for step in schedule.steps if step.drug == drug]
        old = drug in taken
        # What is changed for another stands first, what is begun last.
        treatment = schedule.treatments[0 if old else -1]
        yield from _one_drug(steps, treatment, _names(ground, treatment, drug), old=old)


def _one_drug(
    steps: list[DoseStep], treatment: str, names: frozenset[str], *, old: bool
) -> Iterator[Event]:
    before: float | None = None
    falling = old and steps[-1].dose == 0
    for place, step in enumerate(steps):
        date = _day(step)
        later = _day(steps[place + 1]) if place + 1 < len(steps) else None
        if not step.dose:
            yield Event("stop", date, treatment, names)
        elif before is None and not old:
            yield Event("start", date, treatment, names)
            yield Event("change", date, treatment, names, later)
        elif not falling:
            yield Event("change", date, treatment, names, later)
            if before is None or step.dose > before:
                yield Event("rise", date, treatment, names)
        before = step.dose


def _running(ground: Ground, one: Running, end: dt.date | None) -> Iterator[Event]:
    treatment = one.trial.treatment
    names = _names(ground, treatment)
    yield Event("running", ground.today, treatment, names, end)
    if one.state in _STATES:
        yield Event(_STATES[one.state], ground.today, treatment, names, end)
    start = one.trial.start.value
    if start is not None:
        yield Event("start", latest(start), treatment, names, end)
