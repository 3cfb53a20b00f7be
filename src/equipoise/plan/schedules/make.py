"""Which schedules a plan needs: one for each named option, and one for each drug to be stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.nouns import Schedule, Step

if TYPE_CHECKING:
    from equipoise.plan.case import Case

__all__ = ["make_schedules"]


def make_schedules(case: Case, steps: tuple[Step, ...]) -> tuple[Schedule, ...]:
    """Make the schedules of what the steps name.

    Parameters
    ----------
    case : Case
        One person.
    steps : tuple of Step
        The steps of the plan.

    Returns
    -------
    tuple of Schedule
        In the order of the steps.
    """
    del case, steps
    return ()
