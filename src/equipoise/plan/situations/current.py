"""Steps about what is taken now: ask, optimise, continue, add or change, side effects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.tables import load_table
from equipoise.plan.case import title
from equipoise.plan.course import change_in, course_of
from equipoise.plan.doses import (
    MARKED,
    PARTIAL,
    dose_limit,
    dose_words,
    last_effects,
    marked_effects,
    with_room,
)
from equipoise.plan.options import listed, open_options
from equipoise.plan.situations.fill import Fill, Situation, name_of
from equipoise.plan.states import in_state, maintained, may_choose, not_raised, waiting

if TYPE_CHECKING:
    from equipoise.core.nouns import Prediction
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case, Running

__all__ = ["CURRENT"]

ADDED = ("adjunct",)


def _current_unknown(case: Case, _: Row) -> tuple[Fill, ...]:
    found = []
    for running in in_state(case, "unknown"):
        if course_of(case, running) is not None:
            continue
        facts = running.appraised.missing if running.appraised else ()
        asked = listed(facts) or "dose, dates, adherence and effect so far"
        words = {"trial": name_of(case, running), "missing": asked}
        found.append(Fill(words, (running.trial.treatment,)))
    return tuple(found)


def _current_unrecorded(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan the question on what a scale already shows of an adequate trial without an outcome."""
    found = []
    for running in in_state(case, "unknown"):
        course = course_of(case, running)
        if course is not None:
            words = {"trial": name_of(case, running), **course}
            found.append(Fill(words, (running.trial.treatment,)))
    return tuple(found)


def _current_inadequate(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan a fair chance; not in a state in which no antidepressant is raised alone."""
    if not_raised(case):
        return ()
    found = []
    for running in in_state(case, "inadequate"):
        reasons = running.appraised.reasons if running.appraised else ()
        texts = "; ".join(reason.rstrip(".") for reason in reasons)
        words = {
            "trial": name_of(case, running),
            "reasons": texts or "not adequate so far",
            "limits": dose_words(dose_limit(case, running)),
        }
        found.append(Fill(words, (running.trial.treatment,)))
    return tuple(found)


def _room_in_dose(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan a higher dose of what helped in part, where the dose of this person may still rise."""
    if not_raised(case):
        return ()
    found = []
    for running in with_room(case):
        dose = running.trial.dose.value
        words = {
            "trial": name_of(case, running),
            "dose": f"{dose.value:g} {dose.unit}" if dose else "",
            "limits": dose_words(dose_limit(case, running)),
        }
        found.append(Fill(words))
    return tuple(found)


def _current_working(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan to go on with what helps; how long a drug goes on in remission is a step of its own."""
    found = []
    for running in in_state(case, "working"):
        if maintained(case, running.trial):
            continue
        words = {"trial": name_of(case, running), "outcome": str(running.trial.outcome.value)}
        words["outcome"] = words["outcome"].replace("_", " ")
        found.append(Fill(words, (running.trial.treatment,)))
    return tuple(found)


def _add_or_change(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan the decision between an addition and another treatment, by what the trial did."""
    tried = in_state(case, "tried")
    if not tried or waiting(case) or not may_choose(case):
        return ()
    options = open_options(case)
    added = [p for p in options if case.treatments[p.treatment].group in ADDED]
    others = [p for p in options if case.treatments[p.treatment].group not in ADDED]
    if not added and not others:
        return ()
    adds = any(r.trial.outcome.value == PARTIAL for r in tried) and not marked_effects(case)
    words = {
        "trial": listed(tuple(name_of(case, r) for r in tried)),
        "towards": _towards(case, adds, bool(added)),
        "shown": _shown(case, tried),
        "facts": "it helped in part" if adds else "it did not help enough, or is hard to bear",
        "count": _count(case, len(added), len(others)),
    }
    return (Fill(words, alternatives=_examples(case, others if adds else added)),)


def _count(case: Case, added: int, others: int) -> str:
    """Return how many options are open; additions are not counted before the drugs are known."""
    rest = f"{others} other option{'' if others == 1 else 's'}"
    if not added and not case.timeline.drugs.known:
        return f"{rest} {'is' if others == 1 else 'are'} open"
    return f"{added} addition{'' if added == 1 else 's'} and {rest} are open"


def _towards(case: Case, adds: bool, open_addition: bool) -> str:
    if not open_addition and not case.timeline.drugs.known:
        return (
            "another treatment in its place; whether an addition is open cannot be told before "
            "the drugs taken now are known"
        )
    if not open_addition:
        return "another treatment in its place; no addition is open"
    if adds:
        return "adding to it, as what was gained would be lost with a change"
    return "changing it, unless the person gained something that is worth keeping"


def _shown(case: Case, tried: tuple[Running, ...]) -> str:
    """Return what the PHQ-9 shows of each trial, as a clause, or what the record says."""
    told = []
    for running in tried:
        change = change_in(case, running.trial)
        outcome = (running.trial.outcome.value or "not recorded").replace("_", " ")
        if change is None:
            told.append(f"{name_of(case, running)}: outcome {outcome}")
        else:
            weeks = math.floor(change.weeks)
            told.append(
                f"{name_of(case, running)}: outcome {outcome}; the PHQ-9 {change.words} "
                f"in {weeks} weeks ({change.first} to {change.last})"
            )
    return "; ".join(told)


def _examples(case: Case, options: list[Prediction]) -> tuple[str, ...]:
    from equipoise.core.tables import setting

    most = int(setting("plan_named_options"))
    return tuple(title(case, p.treatment) for p in options[:most])


def _side_effects(case: Case, _: Row) -> tuple[Fill, ...]:
    """Answer every side effect that was reported; the most troublesome first."""
    order = (*reversed(MARKED), "mild")
    reports = sorted(last_effects(case), key=lambda e: order.index(e.severity))
    told, rows = [], []
    for effect in reports:
        row = load_table("phases/side_effects").find(id=effect.effect)
        named = load_table("checks/effects").find(id=effect.effect)
        name = within(named.text("title")) if named else effect.effect.replace("_", " ")
        if row is None:
            told.append(f"{name} ({effect.severity}): ask what it does to the person")
            continue
        rows.append(row)
        what = row.text("if_marked" if effect.severity in MARKED else "if_mild")
        told.append(f"{name} ({effect.severity}, {effect.date}): {what}")
    if not told:
        return ()
    days = min((r.number("review_days") for r in rows), default=0.0)
    stops = tuple(dict.fromkeys(r.text("urgent") for r in rows if r.optional_text("urgent")))
    words = {"effects": "; ".join(told)}
    return (Fill(words, stop_rules=stops, review_days=days, sources=tuple(rows)),)


CURRENT: dict[str, Situation] = {
    "current_unknown": _current_unknown,
    "current_unrecorded": _current_unrecorded,
    "current_inadequate": _current_inadequate,
    "room_in_dose": _room_in_dose,
    "current_working": _current_working,
    "add_or_change": _add_or_change,
    "side_effects": _side_effects,
}
"""Situations of what is taken now."""
