"""Steps about what is not known or stands out: history, facts, diagnosis, resistance, imaging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.tables import load_table
from equipoise.plan.facts import evidence_for
from equipoise.plan.missing import has_scale, open_facts
from equipoise.plan.options import listed, shortened
from equipoise.plan.situations.fill import PLAIN, Fill, Situation
from equipoise.plan.states import bipolar, ranked, suicide_open

if TYPE_CHECKING:
    from equipoise.core.nouns import CheckItem
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case

__all__ = ["DIAGNOSIS"]

MET = "yes"
EPISODE = "the symptoms of the episode"


def _no_history(case: Case, _: Row) -> tuple[Fill, ...]:
    return () if case.appraisal.stage.known else PLAIN


def _facts_missing(case: Case, _: Row) -> tuple[Fill, ...]:
    options = [v for v in case.appraisal.verdicts if case.within_phase(v.treatment)]
    facts = open_facts(options)
    return (Fill({"missing": shortened(facts)}),) if facts else ()


def _no_scale(case: Case, _: Row) -> tuple[Fill, ...]:
    return () if has_scale(case) else PLAIN


def _criteria(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan a second look where the recorded symptoms speak against an episode."""
    criteria = case.appraisal.episode_criteria
    if criteria is None or criteria.status != "not_met":
        return ()
    told = [reason.rstrip(".") for reason in criteria.reasons]
    # What is met or not known is left to the diagnosis check: a step that holds all is not read.
    against = [r for r in told if "not known" not in r and not r.partition(": ")[2].startswith(MET)]
    reasons = against or told
    words = {"reasons": "; ".join(reasons) or "see the diagnosis check"}
    return (Fill(words, reference=criteria.reference),)


def _diagnosis_open(case: Case, _: Row) -> tuple[Fill, ...]:
    """Name what nobody looked for; the criteria of the episode are one of it."""
    told = {"suicidality"} if suicide_open(case) else set()
    items = [
        item
        for item in case.appraisal.diagnosis_check
        if item.status == "not_checked" and item.id not in told
    ]
    titles = tuple(within(item.title) for item in items)
    criteria = case.appraisal.episode_criteria
    if criteria is not None and criteria.status == "cannot_tell":
        titles = (EPISODE, *titles)
    return (Fill({"missing": shortened(titles)}),) if titles else ()


def _diagnosis_abnormal(case: Case, _: Row) -> tuple[Fill, ...]:
    """Name what was found with its value, but for what another step is about."""
    flagged = {part for f in case.appraisal.red_flags for part in f.evidence.split("; ")}
    beside = {
        check
        for row in load_table("phases/comorbidities")
        if evidence_for(case, row)
        for check in (row.text("id"), *row.items("checks"))
    }
    if bipolar(case):
        beside.add("bipolarity")
    told = tuple(
        _finding(item)
        for item in case.appraisal.diagnosis_check
        if item.status == "abnormal"
        and item.id not in beside
        and not set(item.evidence.split("; ")) & flagged
    )
    return (Fill({"missing": listed(told)}),) if told else ()


def _finding(item: CheckItem) -> str:
    if not item.evidence:
        return within(item.title)
    if item.evidence.startswith(item.title):
        return within(item.evidence)
    return f"{within(item.title)}: {item.evidence}"


def _pseudo(case: Case, _: Row) -> tuple[Fill, ...]:
    """Name what may only look like resistance, where a trial is counted or could be."""
    if not case.appraisal.stage.at_most or not ranked(case):
        return ()
    said = {item.id for item in case.appraisal.diagnosis_check if item.status != "clear"}
    told = {i.evidence for i in case.appraisal.diagnosis_check if i.evidence}
    items = [
        i for i in case.appraisal.pseudo_resistance if i.id not in said and i.evidence not in told
    ]
    found = tuple(f"{_finding(i)}" for i in items if i.status == "abnormal")
    asked = tuple(within(i.title) for i in items if i.status == "not_checked")
    if not found and not asked:
        return ()
    parts = []
    if found:
        parts.append(f"found: {listed(found)}")
    if asked:
        parts.append(f"not looked at: {shortened(asked)}")
    keys = dict.fromkeys(i.reference for i in items if i.status != "clear")
    return (Fill({"items": "; ".join(parts)}, reference="; ".join(keys)),)


def _imaging(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan the examinations that are worth doing; the appraisal says which are not."""
    works = [w for w in case.appraisal.imaging_workup if w.advice == "indicated"]
    if not works:
        return ()
    told = "; ".join(
        f"{within(w.title)} ({'; '.join(r.rstrip('.') for r in w.reasons)})" for w in works
    )
    keys = dict.fromkeys(w.reference for w in works)
    return (Fill({"works": told}, reference="; ".join(keys)),)


DIAGNOSIS: dict[str, Situation] = {
    "no_history": _no_history,
    "facts_missing": _facts_missing,
    "no_scale": _no_scale,
    "criteria": _criteria,
    "diagnosis_open": _diagnosis_open,
    "diagnosis_abnormal": _diagnosis_abnormal,
    "pseudo": _pseudo,
    "imaging": _imaging,
}
"""Situations of what is to be found out."""
