"""Steps about the next treatment: what is chosen, what it waits for, what goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.tables import load_table, setting
from equipoise.plan.case import title
from equipoise.plan.course import NO_EFFECT, course_of
from equipoise.plan.missing import last_total
from equipoise.plan.options import choose, listed, open_options
from equipoise.plan.situations.fill import PLAIN, Fill, Situation, name_of
from equipoise.plan.starts import start_rules
from equipoise.plan.states import (
    acute_flags,
    bipolar,
    helped,
    in_treatment,
    may_choose,
    minimal_score,
    other_states,
    waiting,
)

if TYPE_CHECKING:
    from equipoise.core.nouns import Prediction
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case, Running

__all__ = ["CHOICE"]

THERAPY = "psychotherapy"
STIMULATION = ("stimulation", "ect", "rapid")
_TOGETHER = (
    "No trial tested drug, psychotherapy and stimulation together against two of them: the chances "
    "of the parts are not added up, and the gain of the whole is not known."
)
_UNSELECTED = (
    "Few of these people had tried several treatments before, so the gain may be smaller here."
)


def _less_severe(case: Case, row: Row) -> tuple[Fill, ...]:
    stage = case.appraisal.stage
    score = last_total(case)
    untreated = stage.known and stage.at_most == 0 and not case.running
    if (
        not untreated
        or acute_flags(case)
        or other_states(case)
        or score is None
        or minimal_score(case) is not None
        or score >= row.number("score_below")
    ):
        return ()
    return (Fill({"score": str(score), "limit": row.text("score_below")}),)


def _low_score(case: Case, row: Row) -> tuple[Fill, ...]:
    score = minimal_score(case)
    if helped(case, load_table("phases/steps").row(id="early_signs").optional_number("weeks")):
        return ()
    return () if score is None else (Fill({"score": str(score), "limit": row.text("score_below")}),)


def _next(case: Case, condition: str = "") -> tuple[Fill, ...]:
    choice = choose(case)
    if choice is None:
        return ()
    rules = start_rules(case, choice.named)
    words = {"choice": choice.words, "reason": choice.reason, "evidence": choice.evidence}
    words["condition"] = condition
    named = tuple(prediction.treatment for prediction in choice.named)
    return (Fill(words, named, rules.prerequisites, rules.stop_rules, choice),)


def _choose(case: Case, _: Row) -> tuple[Fill, ...]:
    return _next(case) if may_choose(case) and not waiting(case) else ()


def _choose_later(case: Case, _: Row) -> tuple[Fill, ...]:
    return _next(case, _condition(case)) if may_choose(case) and waiting(case) else ()


def _condition(case: Case) -> str:
    """Return on what the next choice waits: a single answer that is to be confirmed, or effect."""
    pending = [r for r in case.running if r.state in {"unknown", "inadequate"}]
    course = course_of(case, pending[0]) if len(pending) == 1 else None
    if course is not None and course["question"] == NO_EFFECT:
        return f"If it is confirmed that {name_of(case, pending[0])} did not help enough"
    return "When that is settled" if bipolar(case) else "If that does not help enough"


def _none_left(case: Case, _: Row) -> tuple[Fill, ...]:
    return PLAIN if may_choose(case) and choose(case) is None else ()


def _combine(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan what goes together: drug, weekly psychotherapy, stimulation where it belongs."""
    less_severe = load_table("phases/steps").row(applies_when="less_severe")
    if not in_treatment(case) or _less_severe(case, less_severe):
        return ()
    options = [] if case.working else open_options(case)
    drug, therapy = _drug_part(case, options), _therapy_part(case, options)
    if not drug or not therapy[0]:
        return ()
    stimulation = [p for p in options if case.treatments[p.treatment].group in STIMULATION]
    parts = [drug, therapy[0]]
    three = bool(stimulation) and case.order > 1
    if three:
        parts.append("brain stimulation or rapid treatment as the step on the choice names it")
    gap = _TOGETHER if three else _UNSELECTED
    words = {"parts": listed(tuple(parts)), "gap": gap}
    return (Fill(words, alternatives=therapy[1]),)


def _running_of(case: Case, group: str, kind: str) -> list[Running]:
    return [
        r
        for r in case.running
        if r.state != "blocked"
        and r.trial.treatment in case.treatments
        and case.treatments[r.trial.treatment].group == group
        and case.treatments[r.trial.treatment].kind == kind
    ]


def _drug_part(case: Case, options: list[Prediction]) -> str:
    taken = _running_of(case, "drug", "drug")
    if taken:
        return listed(tuple(name_of(case, r) for r in taken)) + " or what takes its place"
    open_drugs = any(case.treatments[p.treatment].group == "drug" for p in options)
    return "a drug where the person wants one" if open_drugs else ""


def _therapy_part(case: Case, options: list[Prediction]) -> tuple[str, tuple[str, ...]]:
    """Return the weekly therapy of the plan and the titles of others."""
    taken = _running_of(case, THERAPY, "therapy")
    if taken:
        return f"{listed(tuple(name_of(case, r) for r in taken))} every week", ()
    therapies = [p for p in options if case.treatments[p.treatment].drug_class == THERAPY]
    if not therapies:
        return "", ()
    most = int(setting("plan_named_options"))
    names = tuple(title(case, p.treatment) for p in therapies[: most + 1])
    return f"psychotherapy every week, such as {within(names[0])}", names[1:]


CHOICE: dict[str, Situation] = {
    "low_score": _low_score,
    "less_severe": _less_severe,
    "choose": _choose,
    "choose_later": _choose_later,
    "none_left": _none_left,
    "combine": _combine,
}
"""Situations of the next treatment."""
