"""Situation: what is asked in one line, how urgent it is, what is unsafe."""

from __future__ import annotations

from markupsafe import Markup, escape

from equipoise.apps.report.document import Block, Facts, Section, Text
from equipoise.apps.report.figures import date
from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.plain import plain
from equipoise.apps.report.readers.packets import needs_packet
from equipoise.apps.report.readers.record import named
from equipoise.apps.report.sections.crisis import shown_flags, suicide_record
from equipoise.apps.report.sections.safety import tried_options, withheld
from equipoise.apps.report.wording import joined, tell
from equipoise.core.nouns import Dossier, Step

__all__ = ["refer_step", "situation"]

REFER = "refer"
CHOICES = frozenset({"choose_next", "choose_later"})
NAMED = 6


def situation(dossier: Dossier) -> Section:
    """Return request, urgency and safety."""
    pairs = (
        (tell("letter.urgency"), _urgency(dossier)),
        (tell("letter.safety"), _safety(dossier)),
        (tell("letter.suicide_asked"), _asked(dossier)),
    )
    blocks: tuple[Block, ...] = (
        Text(_request(dossier), kind="lead"),
        Facts(pairs, kind="lines"),
    )
    return Section("situation", tell("letter.situation"), blocks)


def _asked(dossier: Dossier) -> Markup:
    """Return what was asked about suicide, questions with the same answer and day together."""
    by_answer: dict[str, list[str]] = {}
    for line in suicide_record(dossier.timeline):
        question, _, answer = line.rpartition(": ")
        by_answer.setdefault(answer, []).append(question)
    return Markup(" ").join(
        escape(f"{'; '.join(questions)}: {answer}.") for answer, questions in by_answer.items()
    )


def refer_step(dossier: Dossier) -> Step | None:
    """Return the step of the plan that asks somebody else, or None."""
    return next((step for step in dossier.plan.steps if step.id == REFER), None)


def _request(dossier: Dossier) -> Markup:
    if withheld(dossier):
        titles = [flag.title for flag in shown_flags(dossier) if flag.grade == "emergency"]
        return tell("letter.request_emergency", flags=joined(titles))
    step = refer_step(dossier)
    if step is None:
        parts = [tell("letter.request_advice")]
    else:
        service = step.action.partition(": ")[2] or step.action
        parts = [tell("letter.request_refer", service=plain(service).rstrip("."))]
    options = _options(dossier)
    if options:
        parts.append(tell("letter.request_options", options=options))
    return Markup(" ").join(parts)


def _options(dossier: Dossier) -> Markup:
    """Return the options of the plan that a clinic cannot give by itself."""
    found = [
        treatment
        for step in dossier.plan.steps
        if step.id in CHOICES
        for treatment in step.treatments
        if needs_packet(treatment)
    ]
    names = sorted(treatment_title(one) for one in dict.fromkeys(found))
    return Markup(", ").join(named(name) for name in names)


def _urgency(dossier: Dossier) -> Markup:
    appraisal = dossier.appraisal
    if withheld(dossier):
        return tell("letter.urgent_today")
    if appraisal.emergency:
        return tell("letter.urgent_released", who=named(dossier.acknowledged_by or ""))
    if appraisal.red_flags and dossier.plan.steps:
        soonest = min(step.review for step in dossier.plan.steps)
        return tell("letter.urgent_soon", date=date(soonest))
    if dossier.timeline.findings.status != "given":
        return tell("letter.urgent_unasked")
    return tell("letter.urgent_ordinary")


def _safety(dossier: Dossier) -> Markup:
    flags = Markup("; ").join(escape(plain(flag.evidence)) for flag in shown_flags(dossier))
    lines = [flags + "." if flags else tell("letter.no_flag")]
    tried = tried_options(dossier)
    stops = [b.title for b in dossier.plan.blocked if b.treatment not in tried]
    if stops and not withheld(dossier):
        options = joined(sorted(stops), most=NAMED)
        lines.append(tell("letter.stops", options=options))
    return Markup(" ").join(lines)
