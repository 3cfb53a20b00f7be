"""What a plan brings, and why one beats another, in numbers and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.casing import within
from equipoise.core.nouns import Interval, YearComparison, YearPlan
from equipoise.core.tables import setting
from equipoise.predict.sequences.ground import Ground
from equipoise.predict.sequences.simulate import Course, Steps, pairs, simulate_plan
from equipoise.predict.sequences.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Asked", "compare_all", "compare_two", "report"]

# Ends of the 80 % and the 95 % interval, in thousandths.
LEVELS: Final = (100, 900, 25, 975)
PEOPLE: Final = 100
SPECIALIST: Final = "After these steps a specialist opinion is the next one."
FULL: Final = "These are as many steps as fit into the time that is followed."


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan that was simulated: what it brings, its steps in words and everybody's year."""

    plan: YearPlan
    steps: Steps
    titles: tuple[str, ...]
    added: str
    course: Course


def report(
    world: World,
    plans: Sequence[tuple[str, str, tuple[int, ...]]],
    weeks: float,
    ground: Ground,
    augment: dict[str, int] | None = None,
) -> list[Asked]:
    """Return what some plans bring to the same people.

    Parameters
    ----------
    world : World
        Simulated people.
    plans : sequence of (id, title, steps)
        Steps as places among the options of the world.
    weeks : float
        How long they are followed.
    ground : Ground
        For what is left at the end.
    augment : dict of str to int, optional
        The add-on of a plan, by id.

    Returns
    -------
    list of Asked
        In the order of `plans`.
    """
    found = []
    treatments = world.rules.treatments
    for name, title, options in plans:
        steps = Steps(options, (augment or {}).get(name), weeks)
        course = simulate_plan(world, steps)
        titles = tuple(treatments[t].title for t in options)
        ids = tuple(treatments[t].id for t in options)
        mean, error = pairs(course.well)
        low80, high80, low95, high95 = np.quantile(course.well, np.array(LEVELS) / 1000)
        plan = YearPlan(
            id=name,
            title=title,
            steps=ids,
            weeks_well=Interval(mean, (float(low80), float(high80)), (float(low95), float(high95))),
            ever_well=float(course.ever.mean()),
            dropouts=float(course.dropouts.mean()),
            visits=float(course.visits.mean()),
            ends=FULL if len(options) >= int(setting("predict_year_steps")) else SPECIALIST,
            notes=_notes(world, steps, ground),
            weeks_error=error,
        )
        found.append(Asked(plan, steps, titles, _added(world, steps), course))
    return found


def _added(world: World, steps: Steps) -> str:
    if steps.augment is None:
        return "nothing added after a response alone"
    return f"{world.rules.treatments[steps.augment].title} after a response alone"


def _notes(world: World, steps: Steps, ground: Ground) -> tuple[str, ...]:
    """Return what a reader must know of this plan."""
    treatments = world.rules.treatments
    guessed = [
        treatments[t].title
        for place, t in enumerate(steps.options)
        if _carried(ground, treatments[t].id, place)
    ]
    silent = [
        treatments[t].title for t in steps.options if "visits" not in dict(treatments[t].attributes)
    ]
    notes = []
    if guessed:
        notes.append(
            "Some people come to a step at a stage that was not studied with it: "
            + ", ".join(dict.fromkeys(guessed))
            + "."
        )
    if silent:
        notes.append("Visits are not known of " + ", ".join(silent) + " and count as none.")
    return tuple(notes)


def _carried(ground: Ground, treatment: str, place: int) -> bool:
    """Return whether a step may meet people of a stage that was not studied with it."""
    last = min(ground.stage + place, ground.highest)
    first = min(max(ground.stage, ground.floors[treatment]), last)
    rows = (ground.rates.get((treatment, stage)) for stage in range(first, last + 1))
    return any(row is not None and row.extrapolated for row in rows)


def compare_all(plans: Sequence[Asked]) -> tuple[YearComparison, ...]:
    """Return the first plan against each of the others."""
    return tuple(compare_two(plans[0], other) for other in plans[1:])


def compare_two(one: Asked, other: Asked) -> YearComparison:
    """Return the paired difference of two plans, and why.

    Parameters
    ----------
    one, other : Asked
        Simulated on the same people.

    Returns
    -------
    YearComparison
        ``equal`` where the lead is below notice or within the error of the simulation.
    """
    lead, error = pairs(one.course.well - other.course.well)
    least, errors = setting("predict_year_lead"), setting("predict_year_lead_errors")
    verdict = "equal"
    if abs(lead) >= max(least, errors * error):
        verdict = "a" if lead > 0 else "b"
    return YearComparison(
        a=one.plan.id,
        b=other.plan.id,
        lead=lead,
        lead_error=error,
        verdict=verdict,
        why=_why(one, other, verdict),
    )


def _why(one: Asked, other: Asked, verdict: str) -> str:
    """Name the first step that differs, and by how little."""
    place = _first_difference(one, other)
    if place is None:
        return "The steps are the same."
    said, gap = _met(one, other, place)
    if verdict == "equal":
        return f"{said} Over the whole time the two plans are equal as far as can be told."
    # Equal shares are no reason for a lead.
    return said if gap else f"{said} The lead comes from the steps after it."


def _first_difference(one: Asked, other: Asked) -> int | None:
    if one.steps.augment != other.steps.augment:
        return 0
    left, right = one.steps.options, other.steps.options
    if left == right:
        return None
    same = (a == b for a, b in zip(left, right, strict=False))
    return next(
        (place for place, equal in enumerate(same) if not equal), min(len(left), len(right))
    )


def _met(one: Asked, other: Asked, place: int) -> tuple[str, int]:
    """Say how many of those who come to the step get well by it in either plan, and the gap."""
    shares = [_reached(asked, place) for asked in (one, other)]
    names = [
        asked.titles[place] if place < len(asked.titles) else "no further step"
        for asked in (one, other)
    ]
    if one.steps.augment != other.steps.augment:
        names = [
            f"{name} and {within(asked.added)}"
            for name, asked in zip(names, (one, other), strict=True)
        ]
    begun = max(float(_at(asked.course.begun, place).mean()) for asked in (one, other))
    gained = _at(one.course.remitted, place) - _at(other.course.remitted, place)
    error = PEOPLE * pairs(gained)[1] / begun if begun else 0.0
    gap = abs(round(PEOPLE * shares[0]) - round(PEOPLE * shares[1]))
    counts = [
        f"{round(PEOPLE * share)} on {within(name)}"
        for share, name in zip(shares, names, strict=True)
    ]
    said = (
        f"They differ first at step {place + 1}: of {PEOPLE} people who begin it,"
        f" {counts[0]} and {counts[1]} get well by it, a difference of {gap}"
        f" (simulation error {error:.1f})."
    )
    return said, gap


def _reached(asked: Asked, place: int) -> float:
    begun = _at(asked.course.begun, place)
    return float(_at(asked.course.remitted, place).sum() / max(begun.sum(), 1))


def _at(flags: Sequence[Flags], place: int) -> Array:
    """Return whom a step concerned as 0 and 1; nobody where a plan has no such step."""
    return flags[place].astype(np.float64) if place < len(flags) else np.zeros(len(flags[0]))
