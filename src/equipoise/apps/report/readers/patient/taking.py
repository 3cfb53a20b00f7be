"""What the person takes now: what to keep on with, and what to ask about first.

"Keep on with it" must never stand against a safety rule: an allergy, an implant near the coil, a
disease that came later.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from equipoise.apps.report.readers.patient.naming import called
from equipoise.apps.report.wording import tell
from equipoise.core.nouns import Dossier, OptionVerdict
from equipoise.core.nouns.appraisal import ALREADY_FAILED, ALREADY_TAKEN
from equipoise.plan.case import drugs_of

__all__ = ["how_to_go_on", "speaks_against"]


def how_to_go_on(dossier: Dossier) -> Iterator[Markup]:
    """Yield what to do with the treatments under way: to ask first, then to keep on.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.

    Yields
    ------
    Markup
        At most two sentences; none where nothing is under way.
    """
    running = [one.treatment for one in dossier.appraisal.under_way]
    doubtful = [one for one in running if speaks_against(dossier, one)]
    kept = [one for one in running if one not in doubtful]
    if doubtful:
        yield tell("urgent.ask_before_going_on", treatments=called(doubtful))
    if kept:
        yield tell("patient.do_keep", treatments=called(kept))


def speaks_against(dossier: Dossier, treatment: str) -> bool:
    """Return whether a hard stop stands against a treatment that is under way."""
    names = {treatment, *drugs_of(treatment)}
    found = (*dossier.appraisal.verdicts, *dossier.appraisal.current)
    return any(_stopped(verdict) for verdict in found if verdict.treatment in names)


def _stopped(verdict: OptionVerdict) -> bool:
    rules = {reason.rule for reason in verdict.reasons if reason.verdict == "hard_stop"}
    return bool(rules - {ALREADY_FAILED, ALREADY_TAKEN})
