"""Red flags: dangers in the record, graded, each with the steps of its urgent pathway."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, cast

from equipoise.appraise.questions import Reply, questions_of
from equipoise.appraise.rules import answer
from equipoise.appraise.standing import standing
from equipoise.core.dates import IsoDate
from equipoise.core.nouns import PathwayStep, RedFlag, Timeline
from equipoise.core.nouns.appraisal import ASKED_NOT_KNOWN
from equipoise.core.tables import Row, load_table

__all__ = ["Level", "emergencies_first", "find_red_flags", "pathway"]

Level = Literal["emergency", "watch"]


@dataclass(slots=True)
class _Raised:
    """One flag while its rules are gathered."""

    title: str
    level: Level
    evidence: list[str] = field(default_factory=list)


def find_red_flags(timeline: Timeline, *, today: IsoDate | None = None) -> tuple[RedFlag, ...]:
    """Return the red flags of a record, emergencies first.

    Parameters
    ----------
    timeline : Timeline
        The record.
    today : str, optional
        The day of the run. With it an emergency of long ago that nobody has asked about since
        becomes a flag on watch that asks for it.

    Returns
    -------
    tuple of RedFlag
        Empty where nothing was found, which does not exclude a danger that was not asked for.

    Notes
    -----
    PHQ-9 item 9 asks how often thoughts come, not what is intended; any answer above 0 opens a
    conversation (Posner 2011) and is a watch flag. From "more than half the days" on the first
    step is to ask today. Plan or intent, stated by a finding, is an emergency.
    """
    raised: dict[str, _Raised] = {}
    for row, question in questions_of("red_flags/red_flags"):
        reply = answer(question, timeline)
        level = _level(row, reply)
        if level is None:
            continue
        doubt = "" if reply.truth == "yes" else ASKED_NOT_KNOWN
        name, title = row.text("flag"), row.text("title") + doubt
        if level == "emergency":
            stands = standing(row, question, timeline, today)
            if stands != "now":
                lowered = load_table("red_flags/lowered").row(id=stands)
                level = cast(Level, lowered.text("level"))
                name, title = lowered.text("flag"), lowered.text("title")
        flag = raised.setdefault(name, _Raised(title, level))
        if level == "emergency":
            flag.title, flag.level = title, level
        flag.evidence += reply.evidence.split("; ")
    flags = [
        RedFlag(name, flag.title, flag.level, _told(flag), pathway(name))
        for name, flag in raised.items()
    ]
    return emergencies_first(flags)


def _told(flag: _Raised) -> str:
    """Return the evidence, what several rules rest on once."""
    return "; ".join(dict.fromkeys(flag.evidence))


def emergencies_first(flags: Iterable[RedFlag]) -> tuple[RedFlag, ...]:
    """Return the flags with the emergencies in front, else in their order."""
    return tuple(sorted(flags, key=lambda flag: flag.grade != "emergency"))


def _level(row: Row, reply: Reply) -> Level | None:
    if reply.truth == "yes":
        return cast(Level, row.text("level"))
    if reply.truth == "unknown" and reply.asked:
        return cast("Level | None", row.optional_text("if_unknown"))
    return None


def pathway(flag: str) -> tuple[PathwayStep, ...]:
    """Return the steps of the urgent pathway of a flag, in order."""
    rows = [row for row in load_table("red_flags/pathways") if row.text("flag") == flag]
    rows.sort(key=lambda row: row.number("step"))
    return tuple(
        PathwayStep(
            action=row.text("action"),
            who=row.text("who"),
            when=row.text("when"),
            reference=row.text("reference"),
            grade=row.cells["grade"],
        )
        for row in rows
    )
