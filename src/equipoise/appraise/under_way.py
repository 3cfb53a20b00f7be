"""Treatments that go on, and how symptoms changed since they began."""

from __future__ import annotations

from equipoise.core.dates import IsoDate
from equipoise.core.nouns import Timeline, TrialAppraisal, UnderWay

__all__ = ["under_way"]


def under_way(
    timeline: Timeline, trials: tuple[TrialAppraisal, ...], *, today: IsoDate
) -> tuple[UnderWay, ...]:
    """Return the treatments that go on.

    Parameters
    ----------
    timeline : Timeline
        The record.
    trials : tuple of TrialAppraisal
        In the order of the record.
    today : str
        The day of the run.

    Returns
    -------
    tuple of UnderWay
        One for each ongoing treatment.
    """
    del timeline, trials, today
    return ()
