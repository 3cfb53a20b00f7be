"""Where the plan agrees with the guidelines, and where it departs from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from equipoise.core.casing import within
from equipoise.core.nouns import GuidelineView, Step
from equipoise.core.tables import Row, load_table
from equipoise.plan.case import title
from equipoise.plan.facts import evidence_for
from equipoise.plan.missing import last_total
from equipoise.plan.options import choose, left_out, left_out_words, listed
from equipoise.plan.situations.follow import relapse_risks
from equipoise.plan.states import bipolar, in_state, in_treatment, may_choose, stable

if TYPE_CHECKING:
    from collections.abc import Callable

    from equipoise.core.nouns import Prediction
    from equipoise.plan.case import Case

__all__ = ["compare_guidelines"]

Truth = bool | None
Stance = Literal["agrees", "departs", "silent", "cannot_tell"]
Found = tuple[Stance, str, list[str]]
ABOUT = ("conditions", "specifiers", "pregnancy", "months_at_least", "flags")


def compare_guidelines(case: Case, steps: tuple[Step, ...]) -> tuple[GuidelineView, ...]:
    """Compare the steps with every statement of `guidelines/statements` that is about this person.

    Parameters
    ----------
    case : Case
        One person.
    steps : tuple of Step
        The steps of the plan.

    Returns
    -------
    tuple of GuidelineView
        In the order of the table; none while the plan is withheld.
    """
    if not steps:
        return ()
    states = _states(case)
    views = (_view(case, row, steps, states) for row in load_table("guidelines/statements"))
    return tuple(view for view in views if view is not None)


def _view(
    case: Case, row: Row, steps: tuple[Step, ...], states: frozenset[str]
) -> GuidelineView | None:
    asked = _asked(case, row, states)
    if any(truth is False for truth, _ in asked):
        return None
    missing = tuple(dict.fromkeys(fact for truth, fact in asked if truth is None))
    if missing:
        return _made(case, row, ("cannot_tell", f"Not known: {listed(missing)}.", []))
    found = _against(case, row, steps) if row.items("not_named") else _for(case, row, steps)
    return None if found is None else _made(case, row, found)


def _against(case: Case, row: Row, steps: tuple[Step, ...]) -> Found:
    """Compare with a statement that speaks against some options."""
    against = _options(case, row.items("not_named"))
    wrong = [key for step in steps for key in step.treatments if key in against]
    return ("departs", _departure(case, row, wrong), wrong) if wrong else ("agrees", "", [])


def _for(case: Case, row: Row, steps: tuple[Step, ...]) -> Found | None:
    """Compare with a statement that speaks for some options or for something to be done."""
    wanted = _options(case, row.items("named"))
    named = [key for step in steps for key in step.treatments if key in wanted]
    if row.flag("silent"):
        return ("silent", "", named) if named else None
    if {step.id for step in steps} & set(row.items("steps")) or named:
        return "agrees", "", named
    tied = [p.treatment for p in _group(case) if p.treatment in wanted]
    if tied:
        return "agrees", "Among the options of the choice that the data do not separate.", tied
    return "departs", _departure(case, row, wanted), wanted


def _made(case: Case, row: Row, found: Found) -> GuidelineView:
    stance, why, about = found
    guideline = load_table("guidelines/guidelines").row(id=row.text("guideline"))
    blocked = {v.treatment for v in case.appraisal.verdicts if v.verdict == "hard_stop"}
    return GuidelineView(
        guideline=row.text("guideline"),
        title=guideline.text("title"),
        subject=row.text("subject"),
        says=f"{row.text('section')}: {row.text('says')}",
        stance=stance,
        why=why,
        treatments=tuple(key for key in dict.fromkeys(about) if key not in blocked),
        reference=row.text("reference"),
        as_of=row.text("as_of"),
        checked=row.text("checked"),
    )


def _group(case: Case) -> tuple[Prediction, ...]:
    choice = choose(case) if may_choose(case) else None
    return choice.group if choice else ()


def _options(case: Case, tokens: tuple[str, ...]) -> list[str]:
    """Return the ids of what a cell names by id, class or group, and that may be ranked."""
    judged = case.verdicts
    return [
        key
        for key, option in case.treatments.items()
        if key in judged and {key, option.drug_class, option.group} & set(tokens)
    ]


def _departure(case: Case, row: Row, about: list[str]) -> str:
    """Return why the plan departs: stops, what was tried, the phase, the ranking, the table."""
    told = row.optional_text("why_departs")
    if told is not None:
        return f"{told[0].upper()}{told[1:]}."
    if not about:
        return "The plan has no such step for this person, or no such option is ranked."
    reasons: dict[str, list[str]] = {}
    for key in about:
        reasons.setdefault(left_out(case, key) or "ranking", []).append(key)
    parts = [_reason(case, why, keys) for why, keys in reasons.items()]
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}."


def _reason(case: Case, why: str, keys: list[str]) -> str:
    names = listed(tuple(within(title(case, key)) for key in keys))
    if why != "ranking":
        return f"{names}: {left_out_words(why, several=len(keys) > 1)}"
    ranked = {p.treatment for p in case.decision.predictions}
    if not ranked & set(keys):
        return f"{names}: not ranked here"
    wishes = case.timeline.preferences.value
    whose = " by the weights that the person set" if wishes and wishes.weights else ""
    return f"{names}: others stand before by weighted benefit{whose}"


def _asked(case: Case, row: Row, states: frozenset[str]) -> list[tuple[Truth, str]]:
    """Return whether each column that is filled holds, with the fact that would settle it."""
    found = [ask(case, row) for column, ask in _COLUMNS if row.optional_text(column) is not None]
    if wanted := row.items("states"):
        found.append((bool(states & set(wanted)), ""))
    if any(row.optional_text(column) is not None for column in ABOUT):
        found.append((bool(evidence_for(case, _only_about(row))), ""))
    return found


def _only_about(row: Row) -> Row:
    """Return the row without the columns that are asked apart."""
    return Row({key: row.cells[key] for key in ABOUT}, row.where)


def _severity(case: Case, row: Row) -> tuple[Truth, str]:
    score = last_total(case)
    if score is None:
        return None, "a PHQ-9"
    limit = load_table("phases/steps").row(applies_when="less_severe").number("score_below")
    return (score < limit) == (row.text("severity") == "less"), ""


def _at_least(case: Case, row: Row) -> tuple[Truth, str]:
    stage, limit = case.appraisal.stage, row.number("failed_at_least")
    if stage.known and (stage.count >= limit or stage.at_most < limit):
        return stage.count >= limit, ""
    return None, "how many adequate trials did not help enough"


def _at_most(case: Case, row: Row) -> tuple[Truth, str]:
    stage, limit = case.appraisal.stage, row.number("failed_at_most")
    if stage.known and (stage.count > limit or stage.at_most <= limit):
        return stage.at_most <= limit, ""
    return None, "how many adequate trials did not help enough"


def _age_to(case: Case, row: Row) -> tuple[Truth, str]:
    age = case.timeline.demographics.age_years.value
    return (None, "the age") if age is None else (age <= row.number("age_to"), "")


def _without_flags(case: Case, row: Row) -> tuple[Truth, str]:
    return not {f.id for f in case.appraisal.red_flags} & set(row.items("without_flags")), ""


_COLUMNS: tuple[tuple[str, Callable[[Case, Row], tuple[Truth, str]]], ...] = (
    ("severity", _severity),
    ("failed_at_least", _at_least),
    ("failed_at_most", _at_most),
    ("age_to", _age_to),
    ("without_flags", _without_flags),
)


def _states(case: Case) -> frozenset[str]:
    """Return the states of the present treatment that statements may name."""
    stage, choosing = case.appraisal.stage, may_choose(case)
    held = {
        "untreated": choosing and stage.at_most == 0 and not case.running,
        "treated": in_treatment(case),
        "treated_unsettled": in_treatment(case) and not stable(case),
        "treated_unhelped": choosing,
        "inadequate": bool(in_state(case, "inadequate")) and not bipolar(case),
        "unrecorded": bool(in_state(case, "unknown")),
        "tried": choosing and bool(in_state(case, "tried")),
        "resting": choosing and not case.running,
        "working": case.working,
        "working_at_risk": case.working and bool(relapse_risks(case)),
    }
    return frozenset(name for name, holds in held.items() if holds)
