"""The monitoring calendar: reviews, levels, blood tests, ECG, with the rule that each triggers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.nouns import CalendarEntry, Schedule, Step

if TYPE_CHECKING:
    from equipoise.plan.case import Case

__all__ = ["make_calendar"]


def make_calendar(
    case: Case, steps: tuple[Step, ...], schedules: tuple[Schedule, ...]
) -> tuple[CalendarEntry, ...]:
    """Lay out the checks of what is taken and what the steps name.

    Parameters
    ----------
    case : Case
        One person.
    steps : tuple of Step
        The steps of the plan.
    schedules : tuple of Schedule
        Doses day by day.

    Returns
    -------
    tuple of CalendarEntry
        By date.
    """
    del case, steps, schedules
    return ()
