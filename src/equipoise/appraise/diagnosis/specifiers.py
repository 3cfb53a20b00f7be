"""The specifiers of the episode (DSM-5-TR) from structured symptoms and the record.

What counts, and how much of it, are rows of `checks/specifiers` and `checks/groups`; how marked a
specifier is, those of `checks/grades`. What the record itself states in ``episode.specifiers`` is
evidence too; where it and the symptoms contradict each other, both are named.
"""

from __future__ import annotations

from typing import Final, Literal

from equipoise.appraise.counted import SPECIFIERS, Count, count
from equipoise.appraise.diagnosis.episode import of_this_episode
from equipoise.appraise.questions import Question, Reply, questions_of
from equipoise.appraise.rules import answer
from equipoise.core.nouns import Specifier, Timeline
from equipoise.core.tables import Row, load_table

__all__ = ["check_specifiers"]

Status = Literal["present", "absent", "cannot_tell"]
_STATUS: Final[dict[str, Status]] = {"yes": "present", "no": "absent", "unknown": "cannot_tell"}


def check_specifiers(timeline: Timeline) -> tuple[Specifier, ...]:
    """Check every specifier of the episode.

    Parameters
    ----------
    timeline : Timeline
        The record. A list of specifiers that is empty was asked and holds none; one that names
        others says nothing about those that it does not name.

    Returns
    -------
    tuple of Specifier
        In table order.
    """
    now = of_this_episode(timeline)
    return tuple(_checked(row, ask, now) for row, ask in questions_of("checks/specifier_names"))


def _checked(row: Row, ask: Question, timeline: Timeline) -> Specifier:
    name = row.text("id")
    counted = count(name, SPECIFIERS, timeline, answer)
    stated, told = _stated(row, ask, timeline)
    status, evidence = _joined(counted, stated, told)
    grade = _grade(name, counted) if status == "present" and counted.truth == "yes" else ""
    conflict = _contradict(counted, stated)
    missing = counted.still_open() if status == "cannot_tell" else ()
    return Specifier(
        id=name,
        title=row.text("title"),
        status=status,
        evidence="; ".join(part for part in (grade, evidence, conflict) if part),
        missing=(row.text("settle"), *missing) if conflict else missing,
        reference=row.text("reference"),
    )


def _stated(row: Row, ask: Question, timeline: Timeline) -> tuple[bool | None, str]:
    """Return whether the record states the specifier as a whole, and where; None: not told."""
    reply = answer(ask, timeline) if ask.findings else Reply("unknown")
    given = timeline.episode.specifiers.value
    if given and set(given) & {row.text("id"), *row.items("also_called")}:
        return True, "stated in the record"
    if reply.truth != "unknown":
        return reply.truth == "yes", reply.evidence
    # A list that names others says nothing about this one.
    return (False, "the record states no specifier") if given == () else (None, "")


def _joined(counted: Count, stated: bool | None, told: str) -> tuple[Status, str]:
    """Join the symptoms with what the record states.

    Symptoms that are certainly enough are present whatever is stated; what is stated against
    symptoms that are certainly too few cannot be told.
    """
    signs = counted.evidence()
    if stated and counted.truth != "no":
        return "present", "; ".join(part for part in (told, signs) if part)
    if stated:
        return "cannot_tell", told
    if stated is False and counted.truth == "unknown":
        return "absent", told
    return _STATUS[counted.truth], signs or _denied(counted)


def _denied(counted: Count) -> str:
    """Return the groups that fail, for a set that is certainly not met."""
    if counted.truth != "no":
        return ""
    return "; ".join(
        f"{g.title}: {g.number('yes')} of {len(g.members)}, at least {g.at_least} needed"
        for g in counted.groups
        if g.truth == "no"
    )


def _contradict(counted: Count, stated: bool | None) -> str:
    if stated and counted.truth == "no":
        return "contradiction: the record states it, the symptoms are too few"
    if stated is False and counted.truth == "yes":
        return "contradiction: the symptoms are enough, the record says that it is not there"
    return ""


def _grade(name: str, counted: Count) -> str:
    """Return how marked it is: the last row of `checks/grades` that holds."""
    main = counted.groups[0]
    held = {member.id for member in counted.members if member.holds == "yes"}
    reached = [
        row
        for row in load_table("checks/grades")
        if row.text("set") == name
        and main.number("yes") >= row.number("lowest")
        and set(row.items("needs")) <= held
    ]
    if not reached:
        return ""
    least = "at least " if main.number("unknown") and reached[-1].flag("counted") else ""
    return f"{least}{reached[-1].text('title')}"
