"""How much a value asks of its reader, which decides its place on the page.

The words of flags come from tables; which of them ask for an act stands beside them there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from equipoise.assays.blood.limits import is_urgent
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.prepared import prepared
from equipoise.core.tables import Table, load_table

__all__ = ["ORDER", "attention", "earlier_than", "is_first"]

URGENT, ACT, OUTSIDE, NOTE, NONE = "urgent", "act", "outside", "note", "none"
ORDER: Final = (URGENT, ACT, OUTSIDE, NOTE, NONE)
EMERGENCY: Final = "(emergency)"
"""How the red flag of a level ends where it is one (`labs/level_flags`)."""


def attention(told: Iterable[str], emergencies: frozenset[str], newer: str | None) -> str:
    """Return how much a value asks for, one of `ORDER`.

    Parameters
    ----------
    told : iterable of str
        Its flags, or why it is no measurement.
    emergencies : frozenset of str
        Titles of the emergencies that the appraisal raises now.
    newer : str or None
        Sentence on a newer value of the same test, which then decides.

    Returns
    -------
    str
        ``urgent``, ``act``, ``outside`` (of its range), ``note`` or ``none``.
    """
    said = tuple(told)
    actions = prepared(load_table("labs/cortisol_criteria"), _actions)
    screened = any(action in flag for flag in said for action in actions)
    if newer is not None:
        # A newer level replaces one; a second sample below its limit does not undo a screen.
        return OUTSIDE if screened else NOTE
    if any(is_urgent(flag) or _stands(flag, emergencies) for flag in said):
        return URGENT
    level = prepared(load_table("labs/level_flags"), _patterns)
    found = {asked for flag in said for asked, pattern in level if pattern.fullmatch(flag)}
    if ACT in found or screened:
        return ACT
    if OUTSIDE in found:
        return OUTSIDE
    return NOTE if said else NONE


def earlier_than(date: IsoDate, dates: Iterable[IsoDate]) -> str | None:
    """Return that a value is not the newest of its test, or None where it may be.

    Parameters
    ----------
    date : str
        Its day.
    dates : iterable of str
        The days of all values of the test.

    Returns
    -------
    str or None
        One clause that names the newest day.
    """
    newest = max(dates, key=earliest)
    if latest(date) >= earliest(newest):
        return None
    return f"an earlier value: the newest is of {newest}"


def is_first(asked: str) -> bool:
    """Return whether a value that was worked out is told among the first."""
    return asked in (URGENT, ACT, OUTSIDE)


def _stands(flag: str, emergencies: frozenset[str]) -> bool:
    return flag.endswith(EMERGENCY) and any(title in flag for title in emergencies)


def _patterns(table: Table) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return what each flag of a level asks for, with the pattern of its filled-in words."""
    return tuple(
        (asked, re.compile(".+".join(map(re.escape, re.split(r"\{\w+\}", row.text("text"))))))
        for row in table
        if (asked := row.optional_text("attention")) is not None
    )


def _actions(table: Table) -> tuple[str, ...]:
    cells = (row.optional_text(column) for row in table for column in ("action", "action_low"))
    return tuple(filter(None, cells))
