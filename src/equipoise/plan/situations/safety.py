"""Steps about danger: urgent pathways, thoughts of suicide, stops on what is taken now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.plan.case import title
from equipoise.plan.options import listed, may_be_said
from equipoise.plan.situations.fill import PLAIN, Fill, Situation
from equipoise.plan.states import (
    acute_flags,
    bipolar,
    comes_first,
    other_states,
    suicide_open,
    too_young,
    watched,
)

if TYPE_CHECKING:
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case

__all__ = ["SAFETY"]


def _urgent(case: Case, _: Row) -> tuple[Fill, ...]:
    flags = [flag for flag in case.appraisal.red_flags if flag.grade == "emergency"]
    titles = tuple(within(flag.title) for flag in flags)
    return (Fill({"flags": listed(titles)}),) if titles else ()


def _acute(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan what the guideline puts first in such a state, unless a rule stops or avoids it."""
    flags = acute_flags(case)
    if not flags:
        return ()
    first = tuple(
        verdict.treatment
        for verdict in case.appraisal.verdicts
        if may_be_said(case, verdict.treatment) and comes_first(case, verdict.treatment, flags)
    )
    words = {
        "flags": listed(tuple(within(flag.title) for flag in flags)),
        "options": listed(tuple(within(title(case, name)) for name in first))
        or "the treatment of this state",
    }
    return (Fill(words, first),)


def _other_state(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan nothing by the rates in a state that has a treatment of its own."""
    titles = tuple(within(flag.title) for flag in other_states(case))
    return (Fill({"flags": listed(titles)}),) if titles else ()


def _watch(case: Case, row: Row) -> tuple[Fill, ...]:
    """Plan the questions on suicide, unless an urgent pathway on it asks for more already."""
    flags, _others = watched(case)
    about = row.items("flags")
    urgent = any(f.id in about and f.grade == "emergency" for f in case.appraisal.red_flags)
    if not flags or urgent:
        return ()
    first = {step.when for flag in flags for step in flag.pathway[:1]}
    when = "today" if "today" in first else "at this contact"
    titles = tuple(within(flag.title) for flag in flags)
    return (Fill({"flags": listed(titles), "when": when}),)


def _watch_other(case: Case, _: Row) -> tuple[Fill, ...]:
    _suicide, flags = watched(case)
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


def _not_asked(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan the question on suicide first where nobody asked it."""
    return PLAIN if suicide_open(case) and not watched(case)[0] else ()


def _below_adult(case: Case, _: Row) -> tuple[Fill, ...]:
    age = case.timeline.demographics.age_years.value
    return (Fill({"age": f"{age:g}"}),) if age is not None and too_young(case) else ()


def _bipolar(case: Case, _: Row) -> tuple[Fill, ...]:
    return tuple(
        Fill({"evidence": item.evidence or within(item.title)})
        for item in case.appraisal.diagnosis_check
        if bipolar(case) and item.id == "bipolarity"
    )


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


SAFETY: dict[str, Situation] = {
    "urgent": _urgent,
    "acute": _acute,
    "other_state": _other_state,
    "watch": _watch,
    "not_asked": _not_asked,
    "watch_other": _watch_other,
    "below_adult": _below_adult,
    "bipolar": _bipolar,
    "current_blocked": _current_blocked,
}
"""Situations of danger."""
