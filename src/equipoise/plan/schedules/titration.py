"""How a drug is begun and raised: step by step to the dose of an adequate trial, never above."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from equipoise.core.nouns import Schedule
from equipoise.plan.schedules.doses import (
    Limits,
    find_by_drug,
    limits_of,
    present_dose,
    takeable,
)
from equipoise.plan.schedules.drawing import Entry, Head, draw, sources
from equipoise.plan.schedules.words import NoScheduleError, plain, say

if TYPE_CHECKING:
    from equipoise.core.nouns import TreatmentTrial
    from equipoise.core.tables import Row
    from equipoise.plan.schedules.ground import Ground, New

__all__ = [
    "Ladder",
    "age_rule",
    "climb",
    "ladder_of",
    "ladder_rules",
    "raise_dose",
    "titrate",
]

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Ladder:
    """The doses of one drug that are passed through.

    Parameters
    ----------
    doses : tuple of float
        First dose first; empty where nothing is left to raise.
    days : int
        Days from one to the next.
    adequate : float or None
        Dose of an adequate trial; None where none is known.
    """

    drug: str
    unit: str
    doses: tuple[float, ...]
    days: int
    adequate: float | None
    limits: Limits
    row: Row


def ladder_of(
    ground: Ground, treatment: str, drug: str, present: float | None = None, percent: float = _WHOLE
) -> Ladder:
    """Return the doses from the first one, or from the present one, to the adequate one.

    Parameters
    ----------
    ground : Ground
        The person.
    treatment, drug : str
        The treatment that the drug belongs to, and the drug.
    present : float, optional
        The dose that is taken now.
    percent : float, optional
        Share of the usual first dose that is begun with.

    Returns
    -------
    Ladder
        Empty where the present dose is adequate already.

    Raises
    ------
    NoScheduleError
        If a table lacks the drug, its first dose, or a form that holds it.
    """
    row = find_by_drug("schedules/titrations", treatment, drug)
    if row is None:
        raise NoScheduleError(say("no_ladder", drug=ground.name(drug)))
    limits, unit = limits_of(ground, treatment, drug), row.text("unit")
    if limits.unit != unit:
        raise NoScheduleError(say("no_unit", drug=ground.name(drug), unit=limits.unit, wanted=unit))
    target = limits.adequate if limits.adequate is not None else row.optional_number("target")
    listed = [float(text) for text in row.items("doses")]
    if present is None:
        first = _first(ground, row, limits, percent)
        target = first if target is None else target
        begun: tuple[float, ...] = (first,)
    else:
        first, begun = present, ()
        target = present if target is None else target
    doses = (*begun, *_above(listed, first, target, limits.maximum))
    slow = _is_slow(ground, limits)
    return Ladder(
        drug,
        unit,
        _completed(doses, first, limits, drug),
        int(row.number("days_older" if slow else "days")),
        limits.adequate,
        limits,
        row,
    )


def _is_slow(ground: Ground, limits: Limits) -> bool:
    """Whether the first dose and the steps are those of older people.

    So they are wherever something lowers this person's doses: a drug that is broken down or
    cleared slowly takes longer to its steady level.
    """
    return ground.careful or limits.lowered


def _first(ground: Ground, row: Row, limits: Limits, percent: float) -> float:
    """Return the first dose: the lowest of all that hold; lower shares do not multiply."""
    if limits.start is None:
        raise NoScheduleError(say("no_start", drug=ground.name(row.text("treatment"))))
    usual = limits.start if limits.usual is None else limits.usual
    held = [limits.start, limits.maximum, usual * percent / _WHOLE]
    if _is_slow(ground, limits):
        held.append(row.optional_number("start_older"))
    wanted = min(dose for dose in held if dose is not None)
    drug = row.text("treatment").removesuffix("_augmentation")
    forms = takeable(drug, limits.unit, max(wanted, limits.start))
    first = forms.solid_at_most(wanted) or forms.at_most(wanted)
    if not first:
        words = {"drug": ground.name(drug), "dose": plain(wanted), "unit": limits.unit}
        raise NoScheduleError(say("too_small", **words))
    return first


def _above(
    listed: list[float], first: float, target: float, maximum: float | None
) -> tuple[float, ...]:
    """Return the listed doses above the first one, to the first that is adequate."""
    found: list[float] = []
    for dose in listed:
        reached = (found or [first])[-1] >= target
        if dose > first and not reached and (maximum is None or dose <= maximum):
            found.append(dose)
    return tuple(found)


def _completed(
    doses: tuple[float, ...], first: float, limits: Limits, drug: str
) -> tuple[float, ...]:
    """Add the adequate dose of this person where the listed doses end below it.

    That is so where a highest dose lies between two listed ones; a dose that no form holds is
    left out.
    """
    goal, last = limits.adequate, (doses or (first,))[-1]
    if goal is None or last >= goal or (limits.maximum is not None and goal > limits.maximum):
        return doses
    return (*doses, goal) if takeable(drug, limits.unit, goal).at_most(goal) == goal else doses


def _next_dose(ladder: Ladder, present: float) -> tuple[float, ...]:
    """Return the next listed dose above the present one, within the highest; none if there is none.

    A highest dose that is not known is no room.
    """
    listed = [float(text) for text in ladder.row.items("doses")]
    maximum = ladder.limits.maximum
    return () if maximum is None else _above(listed, present, maximum, maximum)[:1]


def climb(
    ladder: Ladder, first_day: int, hold_until: int = 0, *, begun: bool = False
) -> list[Entry]:
    """Return the steps of a ladder by the day.

    Parameters
    ----------
    ladder : Ladder
        The doses.
    first_day : int
        Day of the first dose.
    hold_until : int, optional
        Day before which it is not raised.
    begun : bool, optional
        Whether the drug is taken already.

    Returns
    -------
    list of Entry
        One for each dose.
    """
    found = []
    day = first_day
    for place, dose in enumerate(ladder.doses):
        if place:
            day = max(day + ladder.days, hold_until)
        notes = [] if place or begun else [say("first_dose")]
        if _is_adequate(ladder, place):
            notes.append(say("adequate"))
        found.append(Entry(day, ladder.drug, dose, ladder.unit, "; ".join(notes)))
    return found


def _is_adequate(ladder: Ladder, place: int) -> bool:
    """Whether this is the first dose of the ladder that counts as an adequate trial."""
    goal = ladder.adequate
    reached = [dose >= goal for dose in ladder.doses] if goal is not None else []
    return bool(reached) and reached[place] and not any(reached[:place])


def ladder_rules(ladder: Ladder, entries: list[Entry], base: dt.date) -> list[str]:
    """Return when the dose is adequate, what bounds it, and what to mind."""
    found = [] if ladder.row.optional_text("rule") is None else [ladder.row.text("rule")]
    goal, limits = ladder.adequate, ladder.limits
    if limits.lowered:
        found.append(say("slow"))
    reached = [e for e in entries if goal is not None and e.drug == ladder.drug and e.dose >= goal]
    if reached and goal is not None:
        date = (base + dt.timedelta(days=reached[0].day)).isoformat()
        words = {"dose": plain(reached[0].dose), "unit": ladder.unit}
        found.append(say("adequate_on", day=reached[0].day, date=date, **words))
    elif goal is not None:
        found.append(say("adequate_not_reached"))
    if limits.maximum is not None:
        found.append(say("further", maximum=plain(limits.maximum), unit=limits.unit))
    return [*found, *limits.notes]


def age_rule(ground: Ground) -> str:
    """Return whether older people's steps were used, as a sentence; empty where not."""
    if ground.older is None:
        return say("older_unknown")
    return say("older") if ground.older else ""


def titrate(ground: Ground, new: New, head: Head, base: dt.date, later: str) -> Schedule:
    """Begin the drugs of a treatment, one after the other, beside what is taken.

    Parameters
    ----------
    ground : Ground
        The person.
    new : New
        What is begun: only drugs that are not taken yet.
    head : Head
        Id, kind and title.
    base : datetime.date
        The day before which it does not begin.
    later : str
        Sentence on what it waits for; empty where it does not.

    Returns
    -------
    Schedule
        Day 0 is that of the first dose.

    Raises
    ------
    NoScheduleError
        If a dose or a table row is missing, or something taken must not meet it.
    """
    first, why = ground.first_day(new, frozenset(), base)
    entries, rules, rows, day = [], [later, why, age_rule(ground)], [], 0
    keys = []
    for drug in new.drugs:
        ladder = ladder_of(ground, new.treatment, drug)
        steps = climb(ladder, day)
        entries += steps
        rules += ladder_rules(ladder, steps, first)
        rows.append(ladder.row)
        keys.append(ladder.limits.reference)
        day = steps[-1].day + ladder.days
    rules += ground.cautions()
    return draw(head, entries, first, rules, sources(rows, keys))


def raise_dose(
    ground: Ground, trial: TreatmentTrial, drug: str, head: Head, *, beyond: bool = False
) -> Schedule | None:
    """Bring a drug that is taken to the dose of an adequate trial, or one step beyond the present.

    Parameters
    ----------
    ground : Ground
        The person.
    trial : TreatmentTrial
        The record of the drug.
    drug : str
        The drug.
    head : Head
        Id, kind and title.
    beyond : bool, optional
        Whether it helped in part: then the next dose, up to the highest, and a review.

    Returns
    -------
    Schedule or None
        None where the present dose is adequate already: time or adherence is what it lacks.

    Raises
    ------
    NoScheduleError
        If the present dose is not known, or lies above the highest for this person.
    """
    row = find_by_drug("schedules/titrations", trial.treatment, drug)
    if row is None:
        raise NoScheduleError(say("no_ladder", drug=ground.name(drug)))
    present = present_dose(ground, trial, drug, row.text("unit"))
    ladder = ladder_of(ground, trial.treatment, drug, present)
    if beyond:
        ladder = replace(ladder, doses=_next_dose(ladder, present), adequate=None)
    maximum = ladder.limits.maximum
    words = {"drug": ground.name(drug), "dose": plain(present), "unit": ladder.unit}
    if maximum is not None and present > maximum:
        raise NoScheduleError(say("above_maximum", maximum=plain(maximum), **words))
    if not ladder.doses:
        return None
    entries = climb(ladder, 0, begun=True)
    rules = [
        say("present_dose", **words),
        age_rule(ground),
        *ladder_rules(ladder, entries, ground.today),
        *ground.cautions(),
    ]
    origin = sources([ladder.row], [ladder.limits.reference])
    return draw(head, entries, ground.today, rules, origin)
