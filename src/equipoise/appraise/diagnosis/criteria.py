"""The criteria of a major depressive episode (DSM-5-TR) against structured symptoms.

Symptoms are findings of `red_flags/findings` with the kind ``symptom``; which of them make a
criterion, and how many are needed, are rows of `checks/criteria` and `checks/groups`. Answers to a
questionnaire are shown as a hint and never counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from equipoise.appraise.counted import Count, GroupCount, Member, Sources, count
from equipoise.appraise.diagnosis.episode import of_this_episode
from equipoise.appraise.rules import answer
from equipoise.core.nouns import EpisodeCriteria, Timeline
from equipoise.core.tables import load_table

__all__ = ["CRITERIA", "check_criteria"]

CRITERIA: Final = Sources("checks/groups", "checks/criteria")
EPISODE: Final = "episode"
QUESTIONNAIRE: Final = "phq9_algorithm"

Status = Literal["met", "not_met", "cannot_tell"]
_STATUS: Final[dict[str, Status]] = {"yes": "met", "no": "not_met", "unknown": "cannot_tell"}


def check_criteria(timeline: Timeline) -> EpisodeCriteria | None:
    """Count the criteria of a major depressive episode.

    Parameters
    ----------
    timeline : Timeline
        The record. Symptoms that were last stated before the episode began are left aside.

    Returns
    -------
    EpisodeCriteria or None
        ``met`` only where that is certain, ``not_met`` only where what is not known could not
        change it. None where neither symptoms nor the PHQ-9 were asked.
    """
    now = of_this_episode(timeline)
    counted = count(EPISODE, CRITERIA, now, answer)
    if not counted.members:
        return None
    hint = _hint(count(QUESTIONNAIRE, CRITERIA, now, answer))
    asked = any(_is_symptom(m) and m.reply.evidence for m in counted.members)
    if not (asked or hint):
        return None
    open_groups = counted.truth == "unknown"
    return EpisodeCriteria(
        status=_STATUS[counted.truth],
        present=_titles(counted.members, "yes"),
        absent=_titles(counted.members, "no"),
        unknown=_titles(counted.members, "unknown"),
        reasons=(*(_reason(group) for group in counted.groups), *hint),
        missing=counted.still_open() if open_groups else (),
        reference=_reference(),
    )


def _is_symptom(member: Member) -> bool:
    return "symptoms" in member.groups


def _titles(members: Iterable[Member], truth: str) -> tuple[str, ...]:
    return tuple(member.title for member in members if member.holds == truth)


def _reason(group: GroupCount) -> str:
    """Return what was counted in one group, what is needed, and what is open."""
    if len(group.members) == 1:
        words = {"yes": "yes", "no": "no", "unknown": "not known"}[group.truth]
        reply = group.members[0].reply
        evidence = reply.evidence if group.truth != "unknown" or reply.asked else ""
        return f"{group.title}: {words}{f' ({evidence})' if evidence else ''}"
    present, open_ones = group.number("yes"), group.number("unknown")
    told = f"{group.title}: {present} of {len(group.members)}, at least {group.at_least} needed"
    return f"{told}; {open_ones} not known" if open_ones else told


def _hint(counted: Count) -> tuple[str, ...]:
    """Return what the questionnaire suggests, where it was answered."""
    items = next(group for group in counted.groups if group.id == "phq9_items")
    if not any(member.reply.evidence for member in items.members):
        return ()
    words = {
        "yes": "suggests a major depressive syndrome",
        "no": "does not suggest a major depressive syndrome",
        "unknown": "cannot tell, answers are missing",
    }[counted.truth]
    day = next(m.reply.evidence for m in items.members if m.reply.evidence).rpartition("(")[2]
    number = f"{items.number('yes')} of {len(items.members)} answers high enough"
    return (
        f"PHQ-9 ({day}: its algorithm {words} ({number}, {items.at_least} needed); a questionnaire "
        "is a hint, not a criterion",
    )


def _reference() -> str:
    rows = (row for row in load_table(CRITERIA.groups) if row.text("set") == EPISODE)
    keys = (key for row in rows for key in row.items("reference"))
    return "; ".join(dict.fromkeys(keys))
