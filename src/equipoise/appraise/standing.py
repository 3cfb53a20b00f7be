"""Whether what raised an emergency still stands: stated lately, and not denied since.

An emergency stands until it is certain that it lies behind. Two things lower it to a flag on
watch, which asks for an answer today and never disappears:

- everything that raised it is older than a stated number of days, or was stated before the present
  episode began, and nobody has asked since;
- a scale raised it, and every finding that the rule names was certainly later stated absent.

A date that is missing or not exact counts on the side of danger.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final, Literal

from equipoise.appraise.counted import tables_of
from equipoise.appraise.questions import Question, questions_of
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import Timeline
from equipoise.core.tables import Row, setting

__all__ = ["Standing", "standing"]

Standing = Literal["now", "long_ago", "absent_since"]
_EPISODE: Final = "episode"


def standing(
    row: Row, question: Question, timeline: Timeline, today: IsoDate | None = None
) -> Standing:
    """Return whether an emergency that a rule raises still stands.

    Parameters
    ----------
    row : Row
        Row of `red_flags/red_flags`, whose answer is yes.
    question : Question
        Its question.
    timeline : Timeline
        The record.
    today : str, optional
        The day of the run; without it nothing is long ago.

    Returns
    -------
    {"now", "long_ago", "absent_since"}
        ``now`` wherever that is not certain.
    """
    asked = _asked(question)
    if _denied(row, asked, timeline):
        return "absent_since"
    border = _border(row, timeline, today)
    if border is None:
        return "now"
    days = tuple(_days(asked, timeline))
    old = all(day is not None and latest(day) < border for day in days)
    return "long_ago" if days and old else "now"


def _asked(question: Question) -> tuple[Question, ...]:
    """Return the question, and those of the signs that it counts."""
    if question.counted is None:
        return (question,)
    pairs = questions_of(tables_of(question.counted).members)
    return (question, *(q for row, q in pairs if row.cells["set"] == question.counted))


def _border(row: Row, timeline: Timeline, today: IsoDate | None) -> dt.date | None:
    """Return the day before which a statement is long ago; None where the rule names none."""
    rule = row.optional_text("stands")
    if rule is None or today is None:
        return None
    border = earliest(today) - dt.timedelta(days=setting("appraise_red_flag_days"))
    if rule != _EPISODE:
        return border
    onset = timeline.episode.onset.value
    return None if onset is None else min(border, earliest(onset))


def _days(asked: tuple[Question, ...], timeline: Timeline) -> Iterator[IsoDate | None]:
    """Yield the day of everything that may have raised the flag; None where it has no date."""
    findings = {name for question in asked for name in question.findings}
    tests = {question.limits.test for question in asked if question.limits is not None}
    scales = {question.scale for question in asked}
    for finding in timeline.findings.or_else(()):
        if finding.finding in findings and finding.status != "absent":
            yield finding.date.value
    for lab in timeline.labs.or_else(()):
        if lab.test in tests:
            yield lab.date
    for answers in timeline.scales.or_else(()):
        if answers.scale in scales:
            yield answers.date
    yield from _codes(asked, timeline)


def _codes(asked: tuple[Question, ...], timeline: Timeline) -> Iterator[IsoDate | None]:
    prefixes = tuple(prefix for question in asked for prefix in question.conditions)
    if not prefixes:
        return
    for condition in timeline.conditions.or_else(()):
        if condition.code.upper().startswith(prefixes) and condition.status != "resolved":
            yield condition.onset.value
    if (timeline.episode.diagnosis.value or "").upper().startswith(prefixes):
        yield None


def _denied(row: Row, asked: tuple[Question, ...], timeline: Timeline) -> bool:
    """Return whether every finding that the rule names was absent certainly after the scale."""
    names = row.items("absent_since")
    scales = {question.scale for question in asked if question.scale is not None}
    told = [s.date for s in timeline.scales.or_else(()) if s.scale in scales]
    if not names or not told:
        return False
    last = max(latest(day) for day in told)
    return all(_absent_after(name, last, timeline) for name in names)


def _absent_after(name: str, last: dt.date, timeline: Timeline) -> bool:
    """Return whether the last word on a finding is that it is absent, and came after a day."""
    stated = [f for f in timeline.findings.or_else(()) if f.finding == name]
    absent = [
        earliest(f.date.value) for f in stated if f.status == "absent" and f.date.value is not None
    ]
    if not absent or max(absent) <= last:
        return False
    others = [f.date.value for f in stated if f.status != "absent"]
    return all(day is not None and latest(day) < max(absent) for day in others)
