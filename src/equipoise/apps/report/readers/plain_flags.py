"""Red flags and their pathways in plain words, for the person and for the family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.wording import tell
from equipoise.core.nouns import Dossier, PathwayStep, RedFlag
from equipoise.core.nouns.appraisal import ASKED_NOT_KNOWN
from equipoise.core.tables import load_table

__all__ = ["Plain", "emergencies", "plain_of", "steps_of", "watches", "words_at"]

WHEN: Final = {"now": "now", "today": "today", "the same day": "today"}
ORDER: Final = ("now", "today", "then")


@dataclass(frozen=True, slots=True)
class Plain:
    """How a flag is told: `kind` names it, `act` says what to do, `group` is life, mind or body."""

    kind: str
    act: str
    group: str


OPEN: Final = Plain("asked", "suicide", "life")
"""A question that has no answer yet."""


def emergencies(dossier: Dossier) -> tuple[RedFlag, ...]:
    """Return the flags that ask for action now."""
    return tuple(f for f in dossier.appraisal.red_flags if f.grade == "emergency")


def watches(dossier: Dossier) -> tuple[RedFlag, ...]:
    """Return the flags on watch."""
    return tuple(f for f in dossier.appraisal.red_flags if f.grade == "watch")


def plain_of(flags: tuple[RedFlag, ...]) -> tuple[Plain, ...]:
    """Return how flags are told, each kind once; a flag that no row knows is told in general.

    What was asked and is not known is told as an open question: nobody is thanked for what they
    never said.
    """
    found = []
    for flag in flags:
        if flag.grade == "watch" and flag.title.endswith(ASKED_NOT_KNOWN):
            found.append(OPEN)
            continue
        row = load_table("red_flags/plain_flags").find(flag=flag.id)
        cells = ("other", "other", "body")
        if row is not None:
            cells = (row.text("kind"), row.text("act"), row.text("group"))
        found.append(Plain(*cells))
    return tuple(dict.fromkeys(found))


def words_at(place: str) -> tuple[Markup, ...]:
    """Return the sentences of `wording/urgent` at a place, in the order of the table."""
    rows = (row for row in load_table("wording/urgent") if row.text("place") == place)
    return tuple(tell(f"urgent.{row.text('id')}") for row in rows)


def steps_of(flags: tuple[RedFlag, ...], reader: str) -> tuple[Markup, ...]:
    """Return the steps of the pathways in plain words, the most pressing first, none twice.

    Parameters
    ----------
    flags : tuple of RedFlag
        Emergencies.
    reader : str
        ``patient`` or ``family``.

    Returns
    -------
    tuple of Markup
        A step is told where a row has words for exactly this action; treatments are spoken of face
        to face and left out.
    """
    told: dict[str, str] = {}
    for flag in flags:
        for step in flag.pathway:
            words = _words(step, reader)
            if words is not None:
                when = WHEN.get(step.when, "then")
                told[words] = min(told.get(words, when), when, key=ORDER.index)
    ranked = sorted(told.items(), key=lambda pair: ORDER.index(pair[1]))
    return tuple(
        Markup("{} {}").format(element("strong", tell(f"urgent.{when}")), words)
        for words, when in ranked
    )


def _words(step: PathwayStep, reader: str) -> str | None:
    row = load_table("red_flags/plain_steps").find(action=step.action)
    return None if row is None else row.optional_text(reader)
