"""Who benefits from imaging, and who does not."""

from __future__ import annotations

from equipoise.core.nouns import Stage, Timeline, Workup

__all__ = ["imaging_workup"]


def imaging_workup(timeline: Timeline, stage: Stage) -> tuple[Workup, ...]:
    """Say for each kind of imaging whether it is worth doing for this person.

    Parameters
    ----------
    timeline : Timeline
        The record.
    stage : Stage
        Failed adequate trials.

    Returns
    -------
    tuple of Workup
        In table order.
    """
    del timeline, stage
    return ()
