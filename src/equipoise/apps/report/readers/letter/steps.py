"""Recommendation: what we ask, by when, what we do meanwhile."""

from __future__ import annotations

from markupsafe import Markup, escape

from equipoise.apps.report.document import Block, Bullets, Facts, Section, Text
from equipoise.apps.report.figures import date
from equipoise.apps.report.plain import plain
from equipoise.apps.report.readers.crisis import call_lines
from equipoise.apps.report.readers.letter.request import refer_step
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.wording import tell
from equipoise.core.nouns import Dossier, Step

__all__ = ["recommendation"]

MEANWHILE = (
    "safety_watch",
    "ask_suicide",
    "optimise_current",
    "ask_about_current",
    "choose_next",
    "choose_later",
    "early_check_close",
    "early_check",
)
"""Steps that a colleague has to know, in this order."""
SHOWN = 4


def recommendation(dossier: Dossier) -> Section:
    """Return what we ask and what we do meanwhile."""
    facts = (
        (tell("letter.ask_head"), _by_when(dossier)),
        (tell("letter.back_head"), tell("letter.back")),
        (tell("urgent.crisis_title_letter"), Markup(" ").join(_numbers(dossier))),
    )
    blocks: tuple[Block, ...] = (
        Facts(facts, kind="lines"),
        Text(tell("letter.meanwhile_head")),
        _meanwhile(dossier),
    )
    return Section("recommendation", tell("letter.recommendation"), blocks)


def _numbers(dossier: Dossier) -> tuple[Markup, ...]:
    return tuple(escape(line) for line in call_lines(dossier, "letter"))


def _by_when(dossier: Dossier) -> str:
    if withheld(dossier):
        return tell("letter.ask_today")
    step = refer_step(dossier)
    return tell("letter.ask_when", date=date(step.review)) if step else tell("letter.ask_open")


def _meanwhile(dossier: Dossier) -> Block:
    if withheld(dossier):
        return Bullets((tell("letter.meanwhile_urgent"),))
    by_id = {step.id: step for step in dossier.plan.steps}
    found = [by_id[name] for name in MEANWHILE if name in by_id][:SHOWN]
    if not found:
        return Bullets((tell("letter.meanwhile_none"),))
    found.sort(key=lambda step: step.order)
    return Bullets(tuple(_step(step) for step in found))


def _step(step: Step) -> str:
    """Return the first sentence of a step with the day on which it is looked at."""
    first = plain(step.action).partition(". ")[0].rstrip(".")
    return tell("letter.meanwhile", action=f"{first}.", date=date(step.review))
