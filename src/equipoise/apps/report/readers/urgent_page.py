"""The page that patient and family get in an emergency, in place of every other.

No options, no chances, no ranking: thanks, plain words, what to do, whom to call, who does what
next, and a page to fill in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from equipoise.apps.report.document import Block, Bullets, Document, Form, FormLine, Section
from equipoise.apps.report.document import Text as Words
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.readers.consent import for_family, shared_topics
from equipoise.apps.report.readers.crisis import urgent_box
from equipoise.apps.report.readers.plain_flags import (
    Plain,
    emergencies,
    plain_of,
    steps_of,
    words_at,
)
from equipoise.apps.report.readers.shared import document
from equipoise.apps.report.wording import sentence, tell
from equipoise.core.nouns import Dossier

__all__ = ["plan_to_fill_in", "urgent_page"]

TOLD: Final = ("suicide", "attempt", "baby", "others")
"""Kinds that the person told somebody, so that the page begins with thanks."""
UNSHARED: Final = Plain("unshared", "unshared", "mind")
GROUPS: Final = ("life", "mind", "body")
BEFORE_ALL: Final = ("overdose", "medicine", "blood")
"""What to do that comes first among several dangers: the emergency department, now."""


def urgent_page(reader: str, dossier: Dossier, released_by: str) -> Document:
    """Return the page of an emergency.

    Parameters
    ----------
    reader : str
        ``patient`` or ``family``.
    dossier : Dossier
        The results of one run.
    released_by : str
        The clinician who hands it over.

    Returns
    -------
    Document
        For the family it names the danger only where the person allowed them to know of warning
        signs; else it speaks of every danger alike.
    """
    flags = emergencies(dossier)
    named = reader == "patient" or "warning_signs" in shared_topics(dossier)
    kinds = plain_of(flags) if named else (UNSHARED,)
    steps = steps_of(flags, reader) if named else words_at("family.next.unshared")
    sections = (
        _found(reader, kinds, released_by),
        _calls(dossier, reader, kinds),
        _do(reader, kinds),
        _next(reader, steps),
        plan_to_fill_in("family" if reader == "family" else _groups(kinds)[0]),
    )
    kind = _("For you") if reader == "patient" else _("For family and friends")
    page = document(dossier, reader, (kind, tell(f"urgent.title_{reader}")), sections)
    if reader == "family":
        return for_family(page, dossier)
    # "Run it again before anyone acts" is for the clinic: here somebody has to act at once.
    own = sentence(dossier.timeline.notice or "")
    return replace(page, notices=tuple(one for one in page.notices if one == own))


def plan_to_fill_in(kind: str) -> Section:
    """Return a page to fill in with a pen: ``life`` is the safety plan."""
    lines = tuple(FormLine(words, lines=2) for words in words_at(f"plan.{kind}.line"))
    lead = tuple(Words(words) for words in words_at(f"plan.{kind}.lead"))
    title = tell(f"urgent.plan_{kind}_title")
    return Section("my-plan", title, (*lead, Form("", lines)), new_page=True)


def _found(reader: str, kinds: tuple[Plain, ...], released_by: str) -> Section:
    blocks: list[Block] = [
        Words(words, "lead") for kind in kinds for words in words_at(f"{reader}.found.{kind.kind}")
    ]
    blocks.append(Words(tell("urgent.handed_over", name=released_by), "small"))
    title = "why" if reader == "family" else "found"
    if reader == "patient" and any(kind.kind in TOLD for kind in kinds):
        title = "thanks"
    return Section("found", tell(f"urgent.{title}_title"), tuple(blocks))


def _do(reader: str, kinds: tuple[Plain, ...]) -> Section:
    acts = dict.fromkeys(kind.act for kind in kinds)
    if len(acts) > 1:
        acts.pop("other", None)
    ranked = sorted(acts, key=lambda act: act not in BEFORE_ALL)
    lines = dict.fromkeys(words for act in ranked for words in words_at(f"{reader}.act.{act}"))
    return Section("do", tell("urgent.do_title"), (Bullets(tuple(lines), ordered=True),))


def _calls(dossier: Dossier, reader: str, kinds: tuple[Plain, ...]) -> Section:
    box = urgent_box(dossier, reader, _groups(kinds))
    return Section("call", tell("urgent.call_title"), (box,))


def _next(reader: str, steps: tuple[str, ...]) -> Section:
    last = "others_wait" if reader == "patient" else "others_wait_family"
    blocks: list[Block] = [Bullets(steps)] if steps else []
    blocks.append(Words(tell(f"urgent.{last}")))
    return Section("next", tell("urgent.next_title"), tuple(blocks))


def _groups(kinds: tuple[Plain, ...]) -> tuple[str, ...]:
    """Return what the dangers are about, thoughts of ending life first."""
    return tuple(group for group in GROUPS if any(kind.group == group for kind in kinds))
