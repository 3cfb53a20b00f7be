"""What was said about the present episode, apart from what was said before it began."""

from __future__ import annotations

from dataclasses import replace

from equipoise.core.answers import given
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import Finding, Timeline
from equipoise.core.tables import load_table

__all__ = ["of_this_episode"]

_SYMPTOM = "symptom"


def of_this_episode(timeline: Timeline) -> Timeline:
    """Return the record without symptoms that were stated before the episode began.

    Parameters
    ----------
    timeline : Timeline
        The record.

    Returns
    -------
    Timeline
        The same where the onset is not known; a statement without a date is kept.
    """
    onset = timeline.episode.onset.value
    stated = timeline.findings.value
    if onset is None or stated is None:
        return timeline
    kept = tuple(one for one in stated if not (_is_symptom(one) and _before(one, onset)))
    return replace(timeline, findings=given(kept))


def _is_symptom(finding: Finding) -> bool:
    row = load_table("red_flags/findings").find(id=finding.finding)
    return row is not None and row.text("kind") == _SYMPTOM


def _before(finding: Finding, onset: IsoDate) -> bool:
    day = finding.date.value
    return day is not None and latest(day) < earliest(onset)
