"""Steps about the course: early checks, alliance, decision, and what prevents relapse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.tables import load_table
from equipoise.plan.case import title
from equipoise.plan.facts import evidence_for
from equipoise.plan.missing import last_total
from equipoise.plan.options import listed, may_be_said
from equipoise.plan.situations.fill import PLAIN, Fill, Situation
from equipoise.plan.states import (
    helped,
    in_treatment,
    is_daily,
    maintained,
    may_choose,
    ranked,
    stable,
    too_young,
    watched,
)

if TYPE_CHECKING:
    from equipoise.core.nouns import TreatmentTrial
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case

__all__ = ["FOLLOW", "relapse_risks"]

_NUMBER_OPEN = " The number of episodes is not recorded: ask, as it counts."
_USUAL_BLOCKED = "a drug that a specialist names, as the usual ones have a stop here"


def _needs_close_check(case: Case) -> bool:
    row = load_table("phases/steps").row(applies_when="early_check_close")
    age = case.timeline.demographics.age_years.value
    return bool(watched(case)[0]) or (age is not None and age <= row.number("age_to"))


def _early_check(case: Case, _: Row) -> tuple[Fill, ...]:
    applies = ranked(case) and not stable(case) and not _needs_close_check(case)
    return PLAIN if applies else ()


def _early_check_close(case: Case, row: Row) -> tuple[Fill, ...]:
    applies = ranked(case) and not stable(case) and _needs_close_check(case)
    return (Fill({"age": row.text("age_to")}),) if applies else ()


def _decide(case: Case, _: Row) -> tuple[Fill, ...]:
    if not may_choose(case):
        return ()
    words = {"exit": case.phase.text("exit_rule"), "phase": within(case.phase.text("title"))}
    return (Fill(words),)


def _alliance(case: Case, _: Row) -> tuple[Fill, ...]:
    return PLAIN if in_treatment(case) else ()


def _class_of(case: Case, trial: TreatmentTrial) -> str:
    option = case.treatments.get(trial.treatment)
    return option.drug_class if option else ""


def _after_course(case: Case, row: Row) -> tuple[Fill, ...]:
    """Plan what keeps the gain of a course of sessions, where one helped."""
    if too_young(case):
        return ()
    classes, weeks = row.items("classes"), row.optional_number("weeks")
    courses = [t for t in helped(case, weeks) if _class_of(case, t) in classes]
    if not courses:
        return ()
    wanted = row.items("names")
    said = tuple(within(title(case, name)) for name in wanted if may_be_said(case, name))
    words = {
        "trial": within(title(case, courses[-1].treatment)),
        "options": listed(said)
        or "a drug that a specialist names (the usual ones are blocked here)",
    }
    return (Fill(words),)


def relapse_risks(case: Case) -> tuple[tuple[Row, str], ...]:
    """Return what makes a relapse more likely in this person, each with its row.

    Parameters
    ----------
    case : Case
        One person.

    Returns
    -------
    tuple of (Row, str)
        Rows of `phases/relapse_risks` that apply, with the evidence.
    """
    found = []
    for row in load_table("phases/relapse_risks"):
        evidence = (*evidence_for(case, row), *_episodes(case, row), *_residual(case, row))
        if evidence:
            found.append((row, listed(tuple(dict.fromkeys(evidence)))))
    return tuple(found)


def _episodes(case: Case, row: Row) -> tuple[str, ...]:
    limit, number = row.optional_number("episodes_at_least"), case.timeline.episode.number.value
    known = limit is not None and number is not None and number >= limit
    return (f"episode number {number}",) if known else ()


def _residual(case: Case, row: Row) -> tuple[str, ...]:
    limit, score = row.optional_number("score_at_least"), last_total(case)
    left = limit is not None and score is not None and score >= limit
    return (f"a PHQ-9 of {score}",) if left else ()


def _maintain(case: Case, row: Row, *, long: bool) -> tuple[Fill, ...]:
    trials = [t for t in helped(case, None) if is_daily(case, t)]
    if not trials or too_young(case):
        return ()
    risks = relapse_risks(case)
    if bool(risks) != long:
        return ()
    number = case.timeline.episode.number
    words = {
        "trial": listed(tuple(within(title(case, t.treatment)) for t in trials)),
        "risks": "; ".join(f"{within(r.text('title'))}: {e}" for r, e in risks),
        "open": "" if number.known else _NUMBER_OPEN,
    }
    named = tuple(t.treatment for t in trials if maintained(case, t))
    return (Fill(words, named, sources=(row, *(r for r, _ in risks))),)


def _maintain_usual(case: Case, row: Row) -> tuple[Fill, ...]:
    return _maintain(case, row, long=False)


def _maintain_long(case: Case, row: Row) -> tuple[Fill, ...]:
    return _maintain(case, row, long=True)


def _relapse_therapy(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan a therapy against relapse where risks stand in the record and none is running."""
    if not helped(case, None) or too_young(case) or not relapse_risks(case):
        return ()
    groups = {
        case.treatments[r.trial.treatment].group
        for r in case.running
        if r.trial.treatment in case.treatments
    }
    return () if "psychotherapy" in groups else PLAIN


def _early_signs(case: Case, row: Row) -> tuple[Fill, ...]:
    return PLAIN if helped(case, row.optional_number("weeks")) and not too_young(case) else ()


FOLLOW: dict[str, Situation] = {
    "early_check": _early_check,
    "early_check_close": _early_check_close,
    "decide": _decide,
    "alliance": _alliance,
    "after_ect": _after_course,
    "after_tms": _after_course,
    "after_esketamine": _after_course,
    "maintain_usual": _maintain_usual,
    "maintain_long": _maintain_long,
    "relapse_therapy": _relapse_therapy,
    "early_signs": _early_signs,
}
"""Situations of the course."""
