"""Dangers that an answer brings up: the urgent pathway and whom to call, at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from equipoise.appraise.red_flags import emergencies_first, find_red_flags
from equipoise.core.nouns import RedFlag, Timeline
from equipoise.core.tables import load_table

__all__ = ["alarm_lines", "crisis_lines", "flag_lines", "new_flags"]

CRISIS: Final = "red_flags/crisis"
ANYWHERE: Final = "default"


def crisis_lines() -> tuple[str, ...]:
    """Return whom to call, a line for each place of the table in force, `default` last."""
    rows = sorted(load_table(CRISIS), key=lambda row: row.text("place") == ANYWHERE)
    lines = []
    for row in rows:
        place = "Anywhere else" if row.text("place") == ANYWHERE else row.text("place")
        hours = row.optional_text("hours")
        lines.append(f"{place}: {row.text('text')}{f' ({hours})' if hours else ''}")
    return tuple(lines)


def new_flags(before: Timeline | None, after: Timeline | None) -> tuple[RedFlag, ...]:
    """Return the red flags that `after` raises and `before` did not, emergencies first."""
    if after is None:
        return ()
    known = set() if before is None else {_shown(flag) for flag in find_red_flags(before)}
    return emergencies_first(flag for flag in find_red_flags(after) if _shown(flag) not in known)


def _shown(flag: RedFlag) -> tuple[str, str]:
    """Return what makes a flag new: one on watch that became an emergency is told again."""
    return flag.id, flag.grade


def flag_lines(timeline: Timeline) -> tuple[str, ...]:
    """Return the red flags of a record, a line each, emergencies first."""
    return tuple(_title(flag) for flag in find_red_flags(timeline))


def _title(flag: RedFlag) -> str:
    return f"{'EMERGENCY' if flag.grade == 'emergency' else 'WATCH'}: {flag.title}"


def alarm_lines(flags: Iterable[RedFlag]) -> tuple[str, ...]:
    """Return the pathways of red flags, whom to call first.

    Parameters
    ----------
    flags : iterable of RedFlag
        Emergencies first.

    Returns
    -------
    tuple of str
        Empty where there is no flag.
    """
    raised = tuple(flags)
    if not raised:
        return ()
    lines = ["*** SAFETY ***", *(f"  CALL  {line}" for line in crisis_lines())]
    for flag in raised:
        lines.append(f"  {_title(flag)}")
        lines += [
            f"    {number}. {step.action} [{step.who}; {step.when}]"
            for number, step in enumerate(flag.pathway, 1)
        ]
    return tuple(lines)
