"""What comes first: the urgent pathway, the banner, whom to call; and what must not be printed.

Emergency: patient and family get the urgent page alone, once a named clinician hands it over; the
other readers get it before a page without any ranking. Watch: a banner, the ranking stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from equipoise.apps.report.document import Block, Box, Bullets, Document, Section, Text
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers.consent import shared_topics
from equipoise.apps.report.readers.plain_flags import plain_of, watches, words_at
from equipoise.apps.report.readers.urgent_page import urgent_page
from equipoise.apps.report.sections.safety import Flag, safety
from equipoise.apps.report.whom_to_call import crisis_numbers
from equipoise.apps.report.wording import tell
from equipoise.core.errors import InputError
from equipoise.core.nouns import Decision, Dossier

__all__ = ["check", "first", "instead", "released", "without_ranking"]

OWN: Final = ("patient", "family")
"""Readers whose page stays with the person or those close to them."""
NAME_LENGTH: Final = 100
BY_KIND: Final = ("asked", "earlier")
"""Flags on watch that have words of their own; others are told by what they are about."""
BY_GROUP: Final = {"life": "suicide", "mind": "mind", "body": "body"}


def check(reader: str, dossier: Dossier, edition: Edition) -> None:
    """Refuse a page that must not be made.

    Raises
    ------
    InputError
        If patient or family would get the page of an emergency unseen, or no crisis number is
        known.
    """
    if reader not in OWN:
        return
    where = f"sub-{dossier.label} --for {reader}"
    if not crisis_numbers(dossier):
        raise InputError(
            "there is no crisis number to print",
            where=where,
            got="an empty table red_flags/crisis",
            allowed="at least one row",
            todo="fill in red_flags/crisis of the site, or leave it out for the one that ships",
        )
    if not dossier.appraisal.emergency:
        return
    name = edition.released_by
    if name is None:
        raise InputError(
            "an emergency flag stands: this page is handed over by a clinician, never unseen",
            where=where,
            todo="speak with the person, then give the clinician's name with --released-by NAME",
        )
    if not name.strip() or not name.isprintable() or len(name) > NAME_LENGTH:
        raise InputError(
            "this is not the name of a clinician",
            where="--released-by",
            got=repr(name),
            allowed=f"one line of up to {NAME_LENGTH} characters",
        )


def released(reader: str, dossier: Dossier) -> bool:
    """Return whether a page of this reader leaves the clinic by the name of a clinician."""
    return reader in OWN and dossier.appraisal.emergency


def instead(reader: str, dossier: Dossier, edition: Edition) -> Document | None:
    """Return the page that stands in place of the ordinary one in an emergency, or None."""
    if not released(reader, dossier):
        return None
    return urgent_page(reader, dossier, (edition.released_by or "").strip())


def without_ranking(dossier: Dossier) -> Dossier:
    """Return the results without options, chances and steps while an emergency flag stands.

    The clinician may have released the plan; no other reader gets it on the day of an emergency.
    """
    if not dossier.appraisal.emergency:
        return dossier
    why = tell("urgent.no_ranking")
    old = dossier.decision
    decision = Decision(
        stage=old.stage,
        predictions=(),
        exploratory=(),
        unranked=old.unranked,
        sentence=why,
        weights=old.weights,
        weights_source=old.weights_source,
        withheld=why,
        safety_tests=old.safety_tests,
    )
    plan = replace(
        dossier.plan,
        steps=(),
        withheld=why,
        phases=(),
        schedules=(),
        calendar=(),
        guidelines=(),
    )
    return replace(dossier, decision=decision, plan=plan)


def first(reader: str, dossier: Dossier, edition: Edition) -> tuple[Section, ...]:
    """Return what comes before every section of a reader's page."""
    del edition
    if not dossier.appraisal.red_flags or released(reader, dossier):
        return ()
    if reader not in OWN:
        return (_for_colleagues(dossier),)
    if reader == "family" and "warning_signs" not in shared_topics(dossier):
        return ()
    return (_banner(reader, dossier),)


def _banner(reader: str, dossier: Dossier) -> Section:
    kinds = plain_of(watches(dossier))
    names = dict.fromkeys(one.kind if one.kind in BY_KIND else BY_GROUP[one.group] for one in kinds)
    blocks: list[Block] = [
        Text(words) for name in names for words in words_at(f"{reader}.watch.{name}")
    ]
    title = "watch_title"
    if reader == "family":
        title = "family_watch_title"
    else:
        blocks.append(Text(tell("urgent.watch_after")))
    box = Box("watch", "", tuple(blocks))
    return Section("first-of-all", tell(f"urgent.{title}"), (box,))


def _for_colleagues(dossier: Dossier) -> Section:
    strip = safety(dossier)
    emergency = dossier.appraisal.emergency
    steps = tuple(block for flag in strip.flags for block in _flag(flag, steps=emergency))
    title = tell("urgent.colleague_title")
    if not emergency:
        return Section("urgent", title, (Box("watch", strip.headline, steps),))
    banner = Box("stop", strip.headline, tuple(Text(note) for note in strip.notes))
    return Section("urgent", title, (banner, Box("plain", "", steps)))


def _flag(flag: Flag, *, steps: bool) -> list[Block]:
    found = tell("urgent.colleague_flag", title=flag.title, evidence=flag.evidence)
    if not steps or not flag.steps:
        return [Text(found)]
    told = tuple(
        tell("urgent.step", action=step.action, who=step.who, when=step.when) for step in flag.steps
    )
    return [Text(found), Bullets(told, ordered=True)]
