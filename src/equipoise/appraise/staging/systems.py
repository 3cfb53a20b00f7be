"""Every staging system and definition of treatment resistance, from the appraised trials."""

from __future__ import annotations

from equipoise.core.dates import IsoDate
from equipoise.core.nouns import StagingResult, Timeline, TrialAppraisal

__all__ = ["staging"]


def staging(
    timeline: Timeline, trials: tuple[TrialAppraisal, ...], *, today: IsoDate
) -> tuple[StagingResult, ...]:
    """Stage a person by every system of `tables/staging`.

    Parameters
    ----------
    timeline : Timeline
        The record.
    trials : tuple of TrialAppraisal
        Its trials, appraised, in the order of the record.
    today : str
        The day of the run.

    Returns
    -------
    tuple of StagingResult
        In table order.
    """
    del timeline, trials, today
    return ()
