"""Which schedules a plan needs: one for each named option, and one for each drug to be stopped."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from equipoise.core.dates import latest
from equipoise.core.nouns import Schedule, Step
from equipoise.core.tables import load_table
from equipoise.plan.doses import with_room
from equipoise.plan.schedules.course import course, course_rows
from equipoise.plan.schedules.drawing import Head, withhold
from equipoise.plan.schedules.ground import Ground, New, make_ground, parts_of
from equipoise.plan.schedules.switch import Old, switch
from equipoise.plan.schedules.taper import taper
from equipoise.plan.schedules.titration import raise_dose, titrate
from equipoise.plan.schedules.words import NoScheduleError, say
from equipoise.plan.states import waiting

if TYPE_CHECKING:
    from equipoise.plan.case import Case, Running

__all__ = ["make_schedules"]

_REPLACED = ("tried", "inadequate", "unknown", "blocked")


def make_schedules(case: Case, steps: tuple[Step, ...]) -> tuple[Schedule, ...]:
    """Make the schedules of what the steps name.

    A running drug without a fair chance is raised; a named drug is begun, added, or takes the
    place of the antidepressant that is taken; sessions get dates; an addition that did not help
    is stopped by steps; of a drug that works the steps of a later stop are laid out. Options are
    alternatives: each schedule stands for itself.

    Parameters
    ----------
    case : Case
        One person.
    steps : tuple of Step
        The steps of the plan.

    Returns
    -------
    tuple of Schedule
        In the order of the steps; without days, and with the reason, where a dose, a unit or a
        table row is missing.
    """
    if not any(step.treatments for step in steps):
        return ()
    ground = make_ground(case)
    running = {one.trial.treatment: one for one in case.running}
    found: dict[str, Schedule] = {}
    named: list[str] = []
    for step in steps:
        for treatment in step.treatments:
            if treatment in named:
                continue
            named.append(treatment)
            one = running.get(treatment)
            made = _running(ground, one) if one else _option(ground, treatment, step)
            if made is not None:
                found[made.id] = made
    if any(_is_drug(treatment) for treatment in named if treatment not in running):
        for made in _stopped(ground):
            found[made.id] = made
    return tuple(found.values())


def _kind(treatment: str) -> tuple[str, str]:
    row = load_table("treatments/treatments").find(id=treatment)
    return (row.text("kind"), row.text("group")) if row else ("", "")


def _is_drug(treatment: str) -> bool:
    return _kind(treatment)[1] in {"drug", "adjunct"}


def _running(ground: Ground, one: Running) -> Schedule | None:
    """Return what is done with the dose of a drug that runs: raised, or one day lowered."""
    if one.state == "working":
        return _stopped_one_day(ground, one)
    return _raised(ground, one)


def _stopped_one_day(ground: Ground, one: Running) -> Schedule | None:
    """Return how a drug that works would be stopped after the review on going on or stopping."""
    drugs = parts_of(one.trial.treatment)
    if len(drugs) != 1 or not _is_drug(one.trial.treatment):
        return None
    name = one.trial.treatment
    words = say("title_one_day", old=ground.name(drugs[0]))
    head = Head(f"taper_{name}", "taper", words, (name,))
    review = load_table("schedules/reviews").row(id="working_half_year")
    base = ground.today + dt.timedelta(days=int(review.items("days")[0]))
    try:
        return taper(ground, one.trial, drugs[0], head, base)
    except NoScheduleError as why:
        return withhold(head, str(why))


def _raised(ground: Ground, one: Running) -> Schedule | None:
    drugs = parts_of(one.trial.treatment)
    beyond = one in with_room(ground.case)
    if not drugs or not (beyond or one.state == "inadequate"):
        return None
    verb = "title_beyond" if beyond else "title_raise"
    head = Head(
        f"titration_{one.trial.treatment}",
        "titration",
        say(verb, new=ground.name(one.trial.treatment)),
        (one.trial.treatment,),
    )
    if len(drugs) > 1:
        return withhold(head, say("two_in_one", drug=ground.name(one.trial.treatment)))
    try:
        return raise_dose(ground, one.trial, drugs[0], head, beyond=beyond)
    except NoScheduleError as why:
        return withhold(head, str(why))


def _option(ground: Ground, treatment: str, step: Step) -> Schedule | None:
    """Return the schedule of something that is not taken yet."""
    base, later = _base(ground, step)
    if course_rows(treatment):
        new = ground.new(treatment, parts_of(treatment))
        words = say("title_course", new=ground.name(treatment))
        head = Head(f"course_{treatment}", "course", words, (treatment,))
        try:
            return course(ground, new, head, base, later)
        except NoScheduleError as why:
            return withhold(head, str(why), course_rows(treatment))
    drugs = parts_of(treatment)
    taken = {use.drug for use in ground.uses if use.last is None}
    if set(drugs) <= taken:
        return None
    return _drug(ground, treatment, drugs, base, later)


def _base(ground: Ground, step: Step) -> tuple[dt.date, str]:
    """Return the day before which an option does not begin: it waits for a pending treatment.

    An emergency waits for nothing.
    """
    if waiting(ground.case) and not ground.case.appraisal.emergency:
        return latest(step.review), say("later", date=step.review)
    return ground.today, ""


def _drug(
    ground: Ground, treatment: str, drugs: tuple[str, ...], base: dt.date, later: str
) -> Schedule:
    taken = {use.drug for use in ground.uses if use.last is None}
    new = ground.new(treatment, tuple(drug for drug in drugs if drug not in taken))
    old = _replaced(ground, treatment, drugs)
    adds = _kind(treatment)[1] == "adjunct" or new.drugs != drugs
    verb = "title_addition" if adds else "title_titration"
    head = Head(
        f"titration_{treatment}", "titration", say(verb, new=ground.label(new)), (treatment,)
    )
    try:
        _together(ground, new)
        if not old:
            return titrate(ground, new, head, base, later)
        head = _switch_head(ground, old, new)
        return switch(ground, _single(ground, old), new, base, later)
    except NoScheduleError as why:
        return withhold(head, str(why))


def _switch_head(ground: Ground, old: tuple[Running, ...], new: New) -> Head:
    names = " and ".join(ground.name(one.trial.treatment) for one in old)
    words = say("title_switch", old=names, new=ground.label(new))
    ids = (*(one.trial.treatment for one in old), new.treatment)
    return Head(f"switch_{'_'.join(ids)}", "switch", words, ids)


def _together(ground: Ground, new: New) -> None:
    """Refuse drugs of one treatment that must not be taken together."""
    names = ground.pairs.names
    for place, drug in enumerate(new.drugs):
        for other in new.drugs[:place]:
            if ground.pairs.clash(names.get(drug, frozenset()), names.get(other, frozenset())):
                raise NoScheduleError(say("apart", drug=ground.name(drug), new=ground.name(other)))


def _replaced(ground: Ground, treatment: str, drugs: tuple[str, ...]) -> tuple[Running, ...]:
    """Return the antidepressants in use whose place a named drug takes; an addition takes none."""
    if _kind(treatment) != ("drug", "drug"):
        return ()
    return tuple(
        one
        for one in ground.case.running
        if one.state in _REPLACED and _is_base(ground, one) and not _shared(one, drugs)
    )


def _is_base(ground: Ground, one: Running) -> bool:
    kind, group = _kind(one.trial.treatment)
    if kind:
        return (kind, group) == ("drug", "drug")
    return "antidepressant" in ground.pairs.names.get(one.trial.treatment, frozenset())


def _shared(one: Running, drugs: tuple[str, ...]) -> bool:
    return bool(set(parts_of(one.trial.treatment)) & set(drugs))


def _single(ground: Ground, old: tuple[Running, ...]) -> Old:
    """Return the one drug that is changed; where it cannot be told which, nothing is drawn."""
    if len(old) > 1:
        names = ", ".join(ground.name(one.trial.treatment) for one in old)
        raise NoScheduleError(say("several", drugs=names))
    (one,) = old
    drugs = parts_of(one.trial.treatment)
    if len(drugs) > 1:
        raise NoScheduleError(say("two_in_one", drug=ground.name(one.trial.treatment)))
    if one.state == "blocked":
        raise NoScheduleError(say("blocked", drug=ground.name(one.trial.treatment)))
    return Old(one.trial, drugs[0] if drugs else one.trial.treatment)


def _stopped(ground: Ground) -> list[Schedule]:
    """Return the tapers of additions that did not help."""
    found = []
    for one in ground.case.running:
        drugs = parts_of(one.trial.treatment)
        added = _kind(one.trial.treatment)[1] == "adjunct"
        if one.state != "tried" or not added or len(drugs) != 1:
            continue
        name = one.trial.treatment
        words = say("title_taper", old=ground.name(drugs[0]))
        head = Head(f"taper_{name}", "taper", words, (name,))
        try:
            found.append(taper(ground, one.trial, drugs[0], head))
        except NoScheduleError as why:
            found.append(withhold(head, str(why)))
    return found
