"""When each step of `phases/steps` is planned, and with what facts its text is filled.

A situation is a function from the case and the row to its fills: none where the step does not
apply, one as a rule, several where it is planned for each of several treatments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.tables import load_table
from equipoise.plan.case import title
from equipoise.plan.course import NO_EFFECT, course_of
from equipoise.plan.missing import has_scale, last_total, open_facts
from equipoise.plan.options import Choice, choose, listed, shortened
from equipoise.plan.starts import start_rules

if TYPE_CHECKING:
    from equipoise.core.nouns import CheckItem, RedFlag
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case, Running

__all__ = ["SITUATIONS", "Fill"]


@dataclass(frozen=True, slots=True)
class Fill:
    """The facts for one template: words in braces, and what is added to the row or replaces it."""

    words: dict[str, str] = field(default_factory=dict)
    treatments: tuple[str, ...] = ()
    prerequisites: tuple[str, ...] = ()
    stop_rules: tuple[str, ...] = ()
    choice: Choice | None = None
    reference: str = ""
    review_days: float = 0


Situation = Callable[["Case", "Row"], tuple[Fill, ...]]
PLAIN = (Fill(),)


def _urgent(case: Case, _: Row) -> tuple[Fill, ...]:
    flags = [flag for flag in case.appraisal.red_flags if flag.grade == "emergency"]
    titles = tuple(within(flag.title) for flag in flags)
    return (Fill({"flags": listed(titles)}),) if titles else ()


def _acute_flags(case: Case) -> tuple[RedFlag, ...]:
    """Return the states in which no option is named by its rate; one urgent pathway treats them."""
    about = load_table("phases/steps").row(applies_when="acute").items("flags")
    flags = case.appraisal.red_flags
    return tuple(f for f in flags if f.id in about and f.grade == "emergency")


def _acute(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan what the guideline puts first in such a state, unless a rule stops it."""
    flags = _acute_flags(case)
    if not flags or _acute_choice(case):
        return ()
    first = tuple(
        verdict.treatment
        for verdict in case.appraisal.verdicts
        if verdict.verdict != "hard_stop" and _comes_first(case, verdict.treatment, flags)
    )
    words = {
        "flags": listed(tuple(within(flag.title) for flag in flags)),
        "options": listed(tuple(within(title(case, name)) for name in first))
        or "the treatment of this state",
    }
    return (Fill(words, first),)


def _acute_choice(case: Case) -> bool:
    """Whether the ranking itself begins with what the guideline puts first in such a state."""
    choice = choose(case) if _ranked(case) and not case.working else None
    return choice is not None and _comes_first(case, choice.named[0].treatment, _acute_flags(case))


def _comes_first(case: Case, treatment: str, flags: tuple[RedFlag, ...]) -> bool:
    option = case.treatments.get(treatment)
    row = load_table("phases/lines").find(drug_class=option.drug_class) if option else None
    return row is not None and bool({flag.id for flag in flags} & set(row.items("first_with")))


def _watched(case: Case) -> tuple[list[RedFlag], list[RedFlag]]:
    """Return the watch flags that are about thoughts of suicide, and the others."""
    about = load_table("phases/steps").row(applies_when="watch").items("flags")
    flags = [flag for flag in case.appraisal.red_flags if flag.grade == "watch"]
    return [f for f in flags if f.id in about], [f for f in flags if f.id not in about]


def _watch(case: Case, _: Row) -> tuple[Fill, ...]:
    flags, _others = _watched(case)
    if not flags:
        return ()
    first = {step.when for flag in flags for step in flag.pathway[:1]}
    when = "today" if "today" in first else "at this contact"
    titles = tuple(within(flag.title) for flag in flags)
    return (Fill({"flags": listed(titles), "when": when}),)


def _watch_other(case: Case, _: Row) -> tuple[Fill, ...]:
    _suicide, flags = _watched(case)
    return tuple(
        Fill(
            {
                "flag": flag.title,
                "evidence": flag.evidence,
                "actions": ". ".join(step.action for step in flag.pathway),
            },
            reference="; ".join(dict.fromkeys(step.reference for step in flag.pathway)),
        )
        for flag in flags
    )


def _no_history(case: Case, _: Row) -> tuple[Fill, ...]:
    return () if case.appraisal.stage.known else PLAIN


def _facts_missing(case: Case, _: Row) -> tuple[Fill, ...]:
    options = [v for v in case.appraisal.verdicts if case.within_phase(v.treatment)]
    facts = open_facts(options)
    return (Fill({"missing": shortened(facts)}),) if facts else ()


def _no_scale(case: Case, _: Row) -> tuple[Fill, ...]:
    return () if has_scale(case) else PLAIN


def _diagnosis_open(case: Case, _: Row) -> tuple[Fill, ...]:
    items = [item for item in case.appraisal.diagnosis_check if item.status == "not_checked"]
    titles = tuple(within(item.title) for item in items)
    return (Fill({"missing": shortened(titles)}),) if titles else ()


def _diagnosis_abnormal(case: Case, _: Row) -> tuple[Fill, ...]:
    """Name what was found with its value, but for what a red flag has a step of its own for."""
    flagged = {part for f in case.appraisal.red_flags for part in f.evidence.split("; ")}
    told = tuple(
        _finding(item)
        for item in case.appraisal.diagnosis_check
        if item.status == "abnormal" and not set(item.evidence.split("; ")) & flagged
    )
    return (Fill({"missing": listed(told)}),) if told else ()


def _finding(item: CheckItem) -> str:
    if not item.evidence:
        return within(item.title)
    if item.evidence.startswith(item.title):
        return within(item.evidence)
    return f"{within(item.title)}: {item.evidence}"


def _too_young(case: Case) -> bool:
    age = case.timeline.demographics.age_years.value
    adult = load_table("hyperparameters/hyperparameters").row(id="appraise_adult_from")
    return age is not None and age < adult.number("value")


def _below_adult(case: Case, _: Row) -> tuple[Fill, ...]:
    age = case.timeline.demographics.age_years.value
    return (Fill({"age": f"{age:g}"}),) if age is not None and _too_young(case) else ()


def _bipolar(case: Case, _: Row) -> tuple[Fill, ...]:
    return tuple(
        Fill({"evidence": item.evidence or within(item.title)})
        for item in case.appraisal.diagnosis_check
        if item.id == "bipolarity" and item.status == "abnormal"
    )


def _in_state(case: Case, state: str) -> tuple[Running, ...]:
    return tuple(running for running in case.running if running.state == state)


def _name(case: Case, running: Running) -> str:
    return within(title(case, running.trial.treatment))


def _current_blocked(case: Case, _: Row) -> tuple[Fill, ...]:
    found = []
    for treatment, stops in case.stops.items():
        texts = dict.fromkeys(reason.text.rstrip(".") for reason in stops)
        actions = dict.fromkeys(reason.action for reason in stops if reason.action)
        found.append(
            Fill(
                {"trial": within(title(case, treatment)), "reasons": f"{'; '.join(texts)}."},
                prerequisites=tuple(f"The rule asks: {action}" for action in actions),
                reference="; ".join(dict.fromkeys(reason.reference for reason in stops)),
            )
        )
    return tuple(found)


def _current_unknown(case: Case, _: Row) -> tuple[Fill, ...]:
    found = []
    for running in _in_state(case, "unknown"):
        if course_of(case, running) is not None:
            continue
        facts = running.appraised.missing if running.appraised else ()
        asked = listed(facts) or "dose, dates, adherence and effect so far"
        words = {"trial": _name(case, running), "missing": asked}
        found.append(Fill(words, (running.trial.treatment,)))
    return tuple(found)


def _current_unrecorded(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan the question on what a scale already shows of an adequate trial without an outcome."""
    found = []
    for running in _in_state(case, "unknown"):
        course = course_of(case, running)
        if course is not None:
            words = {"trial": _name(case, running), **course}
            found.append(Fill(words, (running.trial.treatment,)))
    return tuple(found)


def _current_inadequate(case: Case, _: Row) -> tuple[Fill, ...]:
    found = []
    for running in _in_state(case, "inadequate"):
        reasons = running.appraised.reasons if running.appraised else ()
        texts = "; ".join(reason.rstrip(".") for reason in reasons)
        words = {"trial": _name(case, running), "reasons": texts or "not adequate so far"}
        found.append(Fill(words, (running.trial.treatment,)))
    return tuple(found)


def _current_working(case: Case, _: Row) -> tuple[Fill, ...]:
    found = []
    for running in _in_state(case, "working"):
        words = {"trial": _name(case, running), "outcome": str(running.trial.outcome.value)}
        found.append(Fill(words, (running.trial.treatment,)))
    return tuple(found)


def _less_severe(case: Case, row: Row) -> tuple[Fill, ...]:
    stage = case.appraisal.stage
    score = last_total(case)
    untreated = stage.known and stage.at_most == 0 and not case.running
    if (
        not untreated
        or _acute_flags(case)
        or score is None
        or _minimal(case) is not None
        or score >= row.number("score_below")
    ):
        return ()
    return (Fill({"score": str(score), "limit": row.text("score_below")}),)


def _minimal(case: Case) -> int | None:
    """Return the last score where it asks for no treatment and none is running, or None."""
    score = last_total(case)
    limit = load_table("phases/steps").row(applies_when="low_score").number("score_below")
    return score if score is not None and score < limit and not case.running else None


def _low_score(case: Case, row: Row) -> tuple[Fill, ...]:
    score = _minimal(case)
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


def _may_choose(case: Case) -> bool:
    named_elsewhere = _acute_flags(case) and not _acute_choice(case)
    return _ranked(case) and not case.working and not named_elsewhere


def _ranked(case: Case) -> bool:
    """Whether a choice by the rates, and its follow-up, are asked for at all."""
    adult = not _too_young(case)
    return case.appraisal.stage.known and adult and _minimal(case) is None


def _choose(case: Case, _: Row) -> tuple[Fill, ...]:
    return _next(case) if _may_choose(case) and not case.pending else ()


def _choose_later(case: Case, _: Row) -> tuple[Fill, ...]:
    return _next(case, _condition(case)) if _may_choose(case) and case.pending else ()


def _condition(case: Case) -> str:
    """Return on what the next choice waits: a single answer that is to be confirmed, or effect."""
    pending = [r for r in case.running if r.state in {"unknown", "inadequate"}]
    course = course_of(case, pending[0]) if len(pending) == 1 else None
    if course is not None and course["question"] == NO_EFFECT:
        return f"If it is confirmed that {_name(case, pending[0])} did not help enough"
    return "If that does not help enough"


def _none_left(case: Case, _: Row) -> tuple[Fill, ...]:
    return PLAIN if _may_choose(case) and choose(case) is None else ()


def _needs_close_check(case: Case) -> bool:
    row = load_table("phases/steps").row(applies_when="early_check_close")
    age = case.timeline.demographics.age_years.value
    return bool(_watched(case)[0]) or (age is not None and age <= row.number("age_to"))


def _early_check(case: Case, _: Row) -> tuple[Fill, ...]:
    return PLAIN if _ranked(case) and not _needs_close_check(case) else ()


def _early_check_close(case: Case, row: Row) -> tuple[Fill, ...]:
    applies = _ranked(case) and _needs_close_check(case)
    return (Fill({"age": row.text("age_to")}),) if applies else ()


def _decide(case: Case, _: Row) -> tuple[Fill, ...]:
    if not _may_choose(case):
        return ()
    content = case.phase.text("content")
    words = {"exit": case.phase.text("exit_rule"), "content": content[0].upper() + content[1:]}
    return (Fill(words),)


SITUATIONS: dict[str, Situation] = {
    "urgent": _urgent,
    "acute": _acute,
    "watch": _watch,
    "watch_other": _watch_other,
    "no_history": _no_history,
    "facts_missing": _facts_missing,
    "no_scale": _no_scale,
    "diagnosis_open": _diagnosis_open,
    "diagnosis_abnormal": _diagnosis_abnormal,
    "current_blocked": _current_blocked,
    "below_adult": _below_adult,
    "bipolar": _bipolar,
    "low_score": _low_score,
    "current_unknown": _current_unknown,
    "current_unrecorded": _current_unrecorded,
    "current_inadequate": _current_inadequate,
    "current_working": _current_working,
    "less_severe": _less_severe,
    "choose": _choose,
    "choose_later": _choose_later,
    "none_left": _none_left,
    "early_check": _early_check,
    "early_check_close": _early_check_close,
    "decide": _decide,
}
"""Every situation that a row of `phases/steps` may name."""
