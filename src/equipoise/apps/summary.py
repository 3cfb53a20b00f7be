"""A run in a few lines of text, safety first."""

from __future__ import annotations

import math
from collections import Counter

from equipoise.apps.choice_lines import choice_lines
from equipoise.apps.report import numbers
from equipoise.apps.report.listing import foremost, never_compared
from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.plain import plain
from equipoise.apps.report.sections.answer import (
    close_headline,
    research_line,
    safety_mark,
    weighed,
)
from equipoise.apps.report.sections.compared import compared
from equipoise.apps.report.sections.crisis import crisis_lines, shown_flags, suicide_record
from equipoise.apps.report.sections.gaps import gaps_by_reason
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.sections.target import FALL_BACK
from equipoise.apps.report.wording import joined, say
from equipoise.core.avoided import avoided_options
from equipoise.core.casing import within
from equipoise.core.nouns import Dossier, Interval, OptionVerdict, Prediction, Target
from equipoise.core.nouns.appraisal import ALREADY_FAILED

__all__ = ["summary"]

SHOWN = 7
GROUPED = 5
NAMED = 3
HUNDRED = 100


def summary(dossier: Dossier) -> str:
    """Return the safety findings, the answer, the options and the next steps as text.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.

    Returns
    -------
    str
        Plain lines for a terminal.
    """
    lines = [
        f"Equipoise {dossier.version}: sub-{dossier.label}, {dossier.date}. Research software."
    ]
    lines += [f"Note: {notice}." for notice in dossier.notices]
    lines += ["", "SAFETY", *_safety(dossier), "", "ANSWER", *_answer(dossier)]
    lines += ["", "ASSESSMENT", *_assessment(dossier)]
    if dossier.decision.predictions and not withheld(dossier):
        lines += ["", _options_head(dossier.decision.stage), *_options(dossier)]
    if (pairs := compared(dossier)) is not None:
        lines += ["", "COMPARED HEAD TO HEAD"]
        lines += [f"  {words}" for words in (f"{pairs.title}.", *pairs.contradictions)]
    lines += choice_lines(dossier)
    lines += ["", "NEXT", *_steps(dossier), "", "MEASURED", *_measured(dossier)]
    return "\n".join(lines)


def _safety(dossier: Dossier) -> list[str]:
    lines = [f"  CRISIS {line}" for line in crisis_lines(dossier)]
    for flag in shown_flags(dossier):
        lines.append(f"  {flag.grade.upper()}: {flag.title} ({plain(flag.evidence)})")
        lines += [f"    - {step.action} ({step.who}, {step.when})" for step in flag.pathway]
    if lines:
        lines.append("  On record about suicide:")
        lines += [f"    - {line}" for line in suicide_record(dossier.timeline)]
    for word, tried in (("HARD STOP", False), ("NOT RANKED", True)):
        lines += _stop_lines(dossier, word, tried=tried)
    if not dossier.appraisal.red_flags:
        asked = dossier.timeline.findings.status == "given"
        unasked = "" if asked else " What was not asked is not known."
        lines.insert(0, f"  No red flag in the data given.{unasked}")
    return lines


def _stop_lines(dossier: Dossier, word: str, *, tried: bool) -> list[str]:
    shared: dict[str, list[str]] = {}
    for verdict in dossier.appraisal.verdicts:
        if texts := _stops(verdict, tried):
            name = within(treatment_title(verdict.treatment))
            shared.setdefault("; ".join(texts), []).append(name)
    return [
        f"  {word} {name}: {reason}"
        for reason, names in shared.items()
        for name in ([joined(names)] if len(names) > GROUPED else names)
    ]


def _stops(verdict: OptionVerdict, tried: bool) -> list[str]:
    """Return the hard stops of one option: dangers, or that it was tried without benefit."""
    return [
        plain(reason.text)
        for reason in verdict.reasons
        if reason.verdict == "hard_stop" and (reason.rule == ALREADY_FAILED) is tried
    ]


def _assessment(dossier: Dossier) -> list[str]:
    """Return criteria, stage by every system, and how much of the work-up is open."""
    appraisal = dossier.appraisal
    lines = []
    if appraisal.episode_criteria is not None:
        status = appraisal.episode_criteria.status.replace("_", " ")
        lines.append(f"  Criteria of a major depressive episode: {status}")
    for one in appraisal.staging:
        most = "" if one.at_most == one.value else f" (at most {one.at_most.replace('_', ' ')})"
        lines.append(f"  {one.title}: {one.value.replace('_', ' ')}{most}")
    found = Counter(item.status for item in appraisal.diagnosis_check)
    lines.append(
        f"  Work-up: {found['abnormal']} to look into, {found['not_checked']} not checked, "
        f"{found['clear']} clear"
    )
    return lines


def _answer(dossier: Dossier) -> list[str]:
    close = close_headline(dossier.decision.predictions)
    lines = [f"{close}.", dossier.decision.sentence] if close else [dossier.decision.sentence]
    return [f"  {line}" for line in (*lines, weighed(dossier)) if line]


def _options(dossier: Dossier) -> list[str]:
    ranked = dossier.decision.predictions
    shown = foremost(ranked, SHOWN, behind=avoided_options(dossier.appraisal.verdicts))
    lines = [_option(dossier, prediction) for prediction in shown]
    rest = len(ranked) - len(shown)
    tied = sum(p.tied for p in ranked)
    if tied > len(shown):
        lines.append(f"  {say('forest_cut', n=str(tied), shown=str(len(shown)))}")
    lines += [f"  and {rest} more in the report"] if rest > 0 else []
    research = research_line(dossier)
    return [*lines, f"  {research}"] if research else lines


def _options_head(stage: int) -> str:
    trials = numbers.count(stage, "failed adequate drug trial") if stage else "no failed drug trial"
    return f"OPTIONS (of 100 people like this, {trials}, by week 8)"


def _option(dossier: Dossier, prediction: Prediction) -> str:
    words = {
        "not_estimated": "no better than average: no established sign bears on it",
        "the_same": "no better than average: the same",
        "cannot_tell": "cannot be told apart from average",
        "better": "better than average",
        "worse": "worse than average",
    }[prediction.shift.words]
    tie = "tied" if prediction.tied else "    "
    never = prediction.treatment in never_compared(dossier.decision)
    marks = [safety_mark(dossier, prediction.treatment).lower(), say("never_short") * never]
    marked = "; ".join(mark for mark in marks if mark)
    title = f"{prediction.title} [{marked}]" if marked else prediction.title
    return f"  {tie} {title}: {_of_100(prediction.response)} respond; {words}"


def _of_100(interval: Interval) -> str:
    low, high = interval.ci80
    # Intervals are rounded outward, so that they never claim more than the JSON.
    low, high = math.floor(HUNDRED * low), math.ceil(HUNDRED * high)
    return f"{round(HUNDRED * interval.mean)} (80 %: {low} to {high})"


def _steps(dossier: Dossier) -> list[str]:
    if dossier.plan.withheld:
        return [f"  Withheld: {dossier.plan.withheld}"]
    return [
        f"  {s.order}. {plain(s.action)} (review {numbers.day(s.review)})"
        for s in dossier.plan.steps
    ]


def _measured(dossier: Dossier) -> list[str]:
    lines = []
    for item in dossier.measurements:
        taken = item.measurement
        place = f"centile {item.centile:.0f}" if item.centile is not None else "no norm"
        quantity = taken.quantity
        error = f" +/- {quantity.standard_error:.3g}" if quantity.standard_error else ""
        date = numbers.day(taken.date)
        value = f"{quantity.value:.4g}{error} {numbers.unit_words(quantity.unit)}".strip()
        lines.append(f"  {taken.id} {value} ({date}), {place}")
    for target in dossier.targets:
        lines += _target(target)
        if dossier.notices:
            lines.append(f"    {say('target_no_use')}")
    lines += _missing(dossier)
    return lines or ["  Nothing was measured: all numbers are population averages."]


def _target(target: Target) -> list[str]:
    """Return the verdict and what speaks against the point; one not to aim at is not printed."""
    told = target.reasons[: target.against] or target.reasons
    reasons = [f"    {numbers.mm_in(reason)}" for reason in told]
    if target.verdict == FALL_BACK:
        return [f"  {target.id} fall_back: {say('target_fall_back')}", *reasons]
    side = "left" if target.side == "L" else "right"
    return [
        f"  {target.id} {target.verdict}: {side} ({numbers.point_mm(target.point)}) "
        f"{target.space}, 95 % within {numbers.reach_mm(target.radius95)}",
        *reasons,
    ]


def _missing(dossier: Dossier) -> list[str]:
    """Return what was not measured, a reason that many measures share once."""
    lines = []
    for reason, gaps in gaps_by_reason(dossier.not_measured).items():
        names = [gap.id for gap in gaps]
        if len(names) > NAMED:
            names = [*names[:2], f"{len(names) - 2} more"]
        lines.append(f"  {joined(names)} not measured: {plain(reason)}")
    return lines
