"""Simulate a plan: every person takes its steps in turn until the weeks are over.

The kernel knows arrays alone: chances, times, rules. Literature and person are drawn once for each
path, so those who still need treatment after a failure are those whom it suits less.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.predict.sequences.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Places = NDArray[np.intp]
    Ends = tuple[tuple[int, Array], ...]

__all__ = ["Course", "Steps", "allowed", "begin", "pairs", "simulate_plan", "take"]

NONE: Final = -1
BEFORE: Final = -2
"""The antidepressant of the start, which is no step of the plan."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A plan: options in order, the add-on for a response without remission, weeks to follow."""

    options: tuple[int, ...]
    augment: int | None
    weeks: float


@dataclass(frozen=True, slots=True)
class Course:
    """Where every person stands, arrays of shape (n,).

    Parameters
    ----------
    week, well, dropouts, visits : ndarray
        Weeks gone; weeks in remission, courses left early and visits so far.
    stage, trials, base : ndarray of int
        Failed steps; failed drug trials; the antidepressant taken.
    ever : ndarray of bool
        Whether a remission came.
    ends : tuple of (option, ndarray)
        The week in which each option given was last taken; -inf where it never was.
    begun, remitted : tuple of ndarray of bool
        By step: who began it, and whom it brought into remission.
    waits : tuple of ndarray
        By step: weeks waited.
    """

    week: Array
    well: Array
    dropouts: Array
    visits: Array
    stage: Places
    trials: Places
    base: Places
    ever: Flags
    ends: tuple[tuple[int, Array], ...] = ()
    begun: tuple[Flags, ...] = ()
    remitted: tuple[Flags, ...] = ()
    waits: tuple[Array, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cells:
    """What a course brought: who began, left, responded, remitted; when it started and ended."""

    begun: Flags
    left: Flags
    responded: Flags
    remitted: Flags
    start: Array
    stop: Array


def begin(world: World) -> Course:
    """Return everybody at the start of the year, with what is going on then."""
    people, rules = world.people, world.rules
    zeros = np.zeros(people)
    going = [world.place(one.id) for one in rules.under_way]
    bases = [place for place in going if rules.base[place]]
    first = bases[0] if bases else (BEFORE if rules.taking else NONE)
    return Course(
        week=zeros,
        well=zeros,
        dropouts=zeros,
        visits=zeros,
        stage=np.zeros(people, dtype=np.intp),
        trials=np.full(people, rules.start, dtype=np.intp),
        base=np.full(people, first, dtype=np.intp),
        ever=np.zeros(people, dtype=bool),
        ends=tuple((place, np.full(people, np.inf)) for place in going),
    )


def simulate_plan(world: World, steps: Steps) -> Course:
    """Return how a plan goes for every person.

    Parameters
    ----------
    world : World
        People, rules and luck.
    steps : Steps
        The plan.

    Returns
    -------
    Course
        At the end of the plan or of the weeks, whichever comes first.
    """
    course = begin(world)
    for option in steps.options:
        course = take(world, steps, course, option)
    return course


def allowed(world: World, course: Course, option: int, credit: int = 0) -> Flags:
    """Return who may begin an option now.

    Parameters
    ----------
    world : World
        People and rules.
    course : Course
        Where they stand.
    option : int
        What would begin.
    credit : int, optional
        Added to the failed drug trials: an add-on to a drug that helped in part needs no failure.

    Returns
    -------
    ndarray of bool, shape (n,)
        Nothing is given twice, and an add-on only beside an antidepressant that it may meet.
    """
    rules = world.rules
    may = world.chances.rated[course.stage, option]
    may = may & (course.trials + credit >= rules.floors[option])
    for place, end in course.ends:
        if place == option:
            may = may & np.isneginf(end)
    if not rules.adjunct[option]:
        return np.asarray(may)
    may = may & (course.base != NONE)
    for base in {place for place, _ in course.ends if rules.base[place]}:
        if rules.between.apart(rules.treatments[base], rules.treatments[option]):
            may = may & (course.base != base)
    return np.asarray(may)


def take(world: World, steps: Steps, course: Course, option: int) -> Course:
    """Return everybody after one step, and after the add-on of those who only responded.

    Parameters
    ----------
    world : World
        People, rules and luck.
    steps : Steps
        For the add-on and the weeks.
    course : Course
        Before the step.
    option : int
        Of the step.

    Returns
    -------
    Course
        Who may not take the step, or is well to the end, is as before.
    """
    everybody = np.ones(world.people, dtype=bool)
    after, cells = _step(world, steps, course, (option, everybody, 0))
    remitted, waits = cells.remitted, cells.start - course.week
    if steps.augment is not None and steps.augment != option:
        partly = cells.responded & ~cells.remitted
        after, more = _step(world, steps, after, (steps.augment, partly, 1))
        remitted = remitted | more.remitted
    return replace(
        after,
        begun=(*course.begun, cells.begun),
        remitted=(*course.remitted, remitted),
        waits=(*course.waits, np.where(cells.begun, waits, 0.0)),
    )


def _step(
    world: World, steps: Steps, course: Course, asked: tuple[int, Flags, int]
) -> tuple[Course, _Cells]:
    """Return everybody after one course of one option."""
    option, who, credit = asked
    may = who & (course.week < steps.weeks) & allowed(world, course, option, credit)
    stopped = _stopped(world, course, option)
    start = course.week + _waiting(world, course.week, option, stopped)
    cells = _cells(world, course.stage, option, (may & (start < steps.weeks), start))
    ends = tuple(
        (place, np.where(cells.begun, now, end))
        for (place, end), (_, now) in zip(course.ends, stopped, strict=True)
    )
    after = _counted(world, steps, course, (option, cells))
    return replace(
        after, ends=_ended(ends, option, cells), base=_base(world, course, option, cells)
    ), cells


def _stopped(world: World, course: Course, option: int) -> Ends:
    """Return when what was given ended, for those with whom an option begins.

    An antidepressant goes on beside other treatments, unless they must not meet; another
    antidepressant takes its place.
    """
    return tuple(
        (
            place,
            end if _goes_on(world, place, option) else np.where(np.isposinf(end), course.week, end),
        )
        for place, end in course.ends
    )


def _goes_on(world: World, place: int, option: int) -> bool:
    rules = world.rules
    if not rules.base[place] or rules.base[option]:
        return False
    return not rules.between.apart(rules.treatments[place], rules.treatments[option])


def _waiting(world: World, week: Array, option: int, ends: Ends) -> Array:
    """Return the weeks that must pass before an option may begin, shape (n,)."""
    rules = world.rules
    wait = np.zeros(world.people)
    for place, end in ends:
        weeks = rules.between.weeks(rules.treatments[place], rules.treatments[option])
        if weeks:
            gone = np.where(np.isposinf(end), np.inf, week - end)
            wait = np.maximum(wait, weeks - gone)
    return wait


def _cells(world: World, stage: Places, option: int, asked: tuple[Flags, Array]) -> _Cells:
    """Draw what the course brings, then when."""
    begun, start = asked
    luck, clock = world.luck, world.rules.clocks[option]
    response, dropout = world.times(option)
    left = begun & (luck["drop"][:, option] < world.chances.dropout[:, option])
    stayed = begun & ~left
    responded = stayed & (luck["respond"][:, option] < world.chances.staying(option, stage))
    remitted = responded & (luck["remit"][:, option] < world.chances.remission[:, option])
    time = np.where(left, dropout, np.where(remitted, response, clock.decided))
    stop = start + time
    return _Cells(begun, left, responded, remitted, start, stop)


def _counted(world: World, steps: Steps, course: Course, asked: tuple[int, _Cells]) -> Course:
    """Add up weeks, visits and failures."""
    option, cells = asked
    rules, last = world.rules, world.chances.rated.shape[0] - 1
    came = cells.remitted & (cells.stop < steps.weeks)
    until = cells.stop + world.relapses(option, np.minimum(course.stage, last))
    well = np.where(came, np.minimum(until, steps.weeks) - cells.stop, 0.0)
    week = np.where(cells.remitted, until, np.where(cells.begun, cells.stop, course.week))
    end = np.where(cells.left, cells.stop, cells.start + rules.clocks[option].decided)
    part = (np.minimum(end, steps.weeks) - cells.start) / rules.clocks[option].decided
    failed = cells.begun & ~cells.left & ~cells.remitted
    trial = failed & ~cells.responded & rules.counted[option]
    return replace(
        course,
        week=np.minimum(week, steps.weeks),
        well=course.well + well,
        dropouts=course.dropouts + (cells.left & (cells.stop < steps.weeks)),
        visits=course.visits + np.where(cells.begun, rules.visits[option] * part, 0.0),
        stage=np.minimum(course.stage + failed, last),
        trials=course.trials + trial,
        ever=course.ever | came,
    )


def _ended(ends: Ends, option: int, cells: _Cells) -> Ends:
    """Return when each option given was last taken; those who did not begin keep what was."""
    before = dict(ends).get(option, np.full(len(cells.begun), -np.inf))
    last = np.where(cells.left, cells.stop, np.inf)
    mine = np.where(cells.begun, last, before)
    return (*((place, end) for place, end in ends if place != option), (option, mine))


def _base(world: World, course: Course, option: int, cells: _Cells) -> Places:
    """Return the antidepressant that is taken after a course."""
    base = course.base
    if world.rules.base[option]:
        return np.where(cells.begun, np.where(cells.left, NONE, option), base)
    for place, _ in course.ends:
        if world.rules.base[place] and not _goes_on(world, place, option):
            base = np.where(cells.begun & (base == place), NONE, base)
    return np.asarray(base)


def pairs(values: Array) -> tuple[float, float]:
    """Return mean and standard error; the second half of the people mirrors the first."""
    half = len(values) // 2
    both = (values[:half] + values[half:]) / 2
    return float(both.mean()), float(both.std(ddof=1) / np.sqrt(half))
