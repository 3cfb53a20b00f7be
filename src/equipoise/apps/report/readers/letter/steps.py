"""Recommendation: what we ask, by when, what we do meanwhile."""

from __future__ import annotations

from markupsafe import Markup

from equipoise.apps.report.document import Facts, Section
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
    pairs = (
        ("letter.ask_head", _by_when(dossier)),
        ("letter.meanwhile_head", Markup("<br>").join(_meanwhile(dossier))),
        ("letter.back_head", tell("letter.back")),
        ("urgent.crisis_title_letter", Markup(" ").join(_numbers(dossier))),
    )
    facts = Facts(tuple((tell(head), words) for head, words in pairs), kind="lines")
    return Section("recommendation", tell("letter.recommendation"), (facts,))


def _numbers(dossier: Dossier) -> tuple[str, ...]:
    """Return whom the person can call; one sentence where a number was not checked of late."""
    plain_lines = call_lines(dossier, "patient")
    if plain_lines == call_lines(dossier, "letter"):
        return plain_lines
    return (*plain_lines, tell("letter.numbers_unchecked"))


def _by_when(dossier: Dossier) -> Markup:
    if withheld(dossier):
        return tell("letter.ask_today")
    step = refer_step(dossier)
    return tell("letter.ask_when", date=date(step.review)) if step else tell("letter.ask_open")


def _meanwhile(dossier: Dossier) -> tuple[Markup, ...]:
    if withheld(dossier):
        return (tell("letter.meanwhile_urgent"),)
    by_id = {step.id: step for step in dossier.plan.steps}
    found = [by_id[name] for name in MEANWHILE if name in by_id][:SHOWN]
    found.sort(key=lambda step: step.order)
    return tuple(_step(step) for step in found) or (tell("letter.meanwhile_none"),)


def _step(step: Step) -> Markup:
    """Return the first sentence of a step with the day on which it is looked at."""
    first = plain(step.action).partition(". ")[0].rstrip(".")
    return tell("letter.meanwhile", action=f"{first}.", date=date(step.review))
