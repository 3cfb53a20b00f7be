"""What may only look like resistance: dose, time, adherence, diagnosis, drugs, illness."""

from __future__ import annotations

from equipoise.core.nouns import CheckItem, Timeline, TrialAppraisal

__all__ = ["check_resistance"]


def check_resistance(
    timeline: Timeline, trials: tuple[TrialAppraisal, ...]
) -> tuple[CheckItem, ...]:
    """Look for what makes a treatable depression look resistant.

    Parameters
    ----------
    timeline : Timeline
        The record.
    trials : tuple of TrialAppraisal
        Its trials, appraised.

    Returns
    -------
    tuple of CheckItem
        In table order.
    """
    del timeline, trials
    return ()
