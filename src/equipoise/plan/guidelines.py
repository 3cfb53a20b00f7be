"""Where the plan agrees with the guidelines, and where it departs from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.nouns import GuidelineView, Step

if TYPE_CHECKING:
    from equipoise.plan.case import Case

__all__ = ["compare_guidelines"]


def compare_guidelines(case: Case, steps: tuple[Step, ...]) -> tuple[GuidelineView, ...]:
    """Compare the steps with every statement of `tables/guidelines` that is about this person.

    Parameters
    ----------
    case : Case
        One person.
    steps : tuple of Step
        The steps of the plan.

    Returns
    -------
    tuple of GuidelineView
        By guideline.
    """
    del case, steps
    return ()
