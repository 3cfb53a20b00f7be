"""States of a person that several steps ask about: acute, watched, too young, to be chosen for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.dates import weeks_between
from equipoise.core.tables import load_table
from equipoise.plan.doses import with_room
from equipoise.plan.missing import last_total

if TYPE_CHECKING:
    from equipoise.core.nouns import RedFlag, TreatmentTrial
    from equipoise.plan.case import Case, Running

__all__ = [
    "acute_flags",
    "bipolar",
    "comes_first",
    "helped",
    "in_state",
    "in_treatment",
    "is_daily",
    "maintained",
    "may_choose",
    "minimal_score",
    "not_raised",
    "other_states",
    "ranked",
    "stable",
    "suicide_open",
    "too_young",
    "waiting",
    "watched",
]

HELPED = ("remission", "response")
DAILY = ("drug", "adjunct")
SCREEN = "cssrs_screen"


def acute_flags(case: Case) -> tuple[RedFlag, ...]:
    """Return the states in which no option is named by its rate; one urgent pathway treats them."""
    about = load_table("phases/steps").row(applies_when="acute").items("flags")
    flags = case.appraisal.red_flags
    return tuple(f for f in flags if f.id in about and f.grade == "emergency")


def other_states(case: Case) -> tuple[RedFlag, ...]:
    """Return the states that are treated before any treatment of depression is chosen."""
    about = load_table("phases/steps").row(applies_when="other_state").items("flags")
    return tuple(f for f in case.appraisal.red_flags if f.id in about and f.grade == "emergency")


def bipolar(case: Case) -> bool:
    """Whether the record says bipolar disorder or mania: no antidepressant alone is raised then."""
    items = case.appraisal.diagnosis_check
    return any(item.id == "bipolarity" and item.status == "abnormal" for item in items)


def not_raised(case: Case) -> bool:
    """Whether no antidepressant is raised by itself: bipolar disorder, or an acute state.

    Such a state, psychosis above all, is treated as a whole by its own pathway.
    """
    return bipolar(case) or bool(acute_flags(case)) or bool(other_states(case))


def comes_first(case: Case, treatment: str, flags: tuple[RedFlag, ...]) -> bool:
    """Whether the guideline puts an option first in every one of the states."""
    option, lines = case.treatments.get(treatment), load_table("phases/lines")
    by_class = lines.find(drug_class=option.drug_class) if option else None
    row = lines.find(drug_class=treatment) or by_class
    return row is not None and {flag.id for flag in flags} <= set(row.items("first_with"))


def watched(case: Case) -> tuple[list[RedFlag], list[RedFlag]]:
    """Return the watch flags that are about thoughts of suicide, and the others."""
    about = load_table("phases/steps").row(applies_when="watch").items("flags")
    flags = [flag for flag in case.appraisal.red_flags if flag.grade == "watch"]
    return [f for f in flags if f.id in about], [f for f in flags if f.id not in about]


def suicide_open(case: Case) -> bool:
    """Whether nobody asked in person about thoughts of suicide: no finding settles it."""
    items = case.appraisal.diagnosis_check
    scales = case.timeline.scales.or_else(())
    known = {f.finding for f in case.timeline.findings.or_else(()) if f.status != "unknown"}
    asked = load_table("phases/steps").row(applies_when="not_asked").items("names")
    screened = any(a.scale == SCREEN and any(i is not None for i in a.items) for a in scales)
    open_item = any(item.id == "suicidality" and item.status == "not_checked" for item in items)
    return open_item and not screened and not known & set(asked)


def too_young(case: Case) -> bool:
    """Whether the person is known to be younger than the people in the trials."""
    age = case.timeline.demographics.age_years.value
    adult = load_table("hyperparameters/hyperparameters").row(id="appraise_adult_from")
    return age is not None and age < adult.number("value")


def minimal_score(case: Case) -> int | None:
    """Return the last score where it asks for no treatment and none is running, or None."""
    return last_total(case) if _minimal(case) and not case.running else None


def _minimal(case: Case) -> bool:
    """Whether the last score is known and asks for no treatment."""
    score = last_total(case)
    limit = load_table("phases/steps").row(applies_when="low_score").number("score_below")
    return score is not None and score < limit


def ranked(case: Case) -> bool:
    """Whether a choice by the rates, and its follow-up, are asked for at all."""
    return case.appraisal.stage.known and not too_young(case) and minimal_score(case) is None


def may_choose(case: Case) -> bool:
    """Whether a step may name the next option by the rates."""
    named_elsewhere = acute_flags(case) or other_states(case)
    return ranked(case) and not case.working and not named_elsewhere


def waiting(case: Case) -> bool:
    """Whether the next choice waits for an answer, a fair chance or a higher dose."""
    return case.pending or (bool(with_room(case)) and not not_raised(case))


def in_treatment(case: Case) -> bool:
    """Whether a choice is asked for, or something that helps goes on."""
    return may_choose(case) or (case.working and not too_young(case))


def in_state(case: Case, state: str) -> tuple[Running, ...]:
    """Return what is taken now and is in this state."""
    return tuple(running for running in case.running if running.state == state)


def is_daily(case: Case, trial: TreatmentTrial) -> bool:
    """Whether a trial is of a drug that is taken every day; courses have steps of their own."""
    option = case.treatments.get(trial.treatment)
    return option is None or option.group in DAILY


def maintained(case: Case, trial: TreatmentTrial) -> bool:
    """Whether a trial is in remission, by the record and the last score: one step speaks of it."""
    remitted = trial.outcome.value == "remission" and _minimal(case)
    return remitted and is_daily(case, trial) and not too_young(case)


def stable(case: Case) -> bool:
    """Whether all that is taken now is a drug in remission, and nobody thinks of death."""
    maintains = [r.state == "working" and maintained(case, r.trial) for r in case.running]
    return bool(maintains) and all(maintains) and not watched(case)[0]


def helped(case: Case, weeks: float | None) -> tuple[TreatmentTrial, ...]:
    """Return what helps now, and the courses that ended in it at most so many weeks ago.

    Parameters
    ----------
    case : Case
        One person.
    weeks : float or None
        How far back a course of sessions may have ended; None: only what goes on.

    Returns
    -------
    tuple of TreatmentTrial
        In the order of the records.
    """
    running = [r.trial for r in case.running if r.state == "working"]
    trials = case.timeline.treatments.or_else(())
    return tuple(t for t in trials if t in running or _ended_well(case, t, weeks))


def _ended_well(case: Case, trial: TreatmentTrial, weeks: float | None) -> bool:
    stop = trial.stop.value
    if weeks is None or stop is None or trial.running or trial.outcome.value not in HELPED:
        return False
    return weeks_between(stop, case.today)[0] <= weeks
