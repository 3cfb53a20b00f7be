"""Severity of the episode for the Maudsley method: by its ICD-10 code, else by a scale."""

from __future__ import annotations

from dataclasses import replace

from equipoise.appraise.staging.statements import stated
from equipoise.core.answers import given
from equipoise.core.dates import earliest, latest
from equipoise.core.nouns import ScaleAnswers, Timeline
from equipoise.core.scoring import score
from equipoise.core.tables import Row, load_table

__all__ = ["severity"]

ICD10 = "icd10"
PSYCHOTIC = "psychotic"
PSYCHOSES = ("psychosis", "delusions", "hallucinations", "postpartum_psychosis")
SEVERE = "severe"


def severity(timeline: Timeline) -> tuple[str, str, str]:
    """Return the severity that is certain, the highest that is possible, and why.

    Parameters
    ----------
    timeline : Timeline
        The record.

    Returns
    -------
    str, str, str
        Two levels of `staging/points` and the reason.

    Notes
    -----
    Psychotic features in the record make it the highest level whatever the code says. A total of
    a scale says nothing about psychosis: a severe total may stand for either level.
    """
    levels = [r.text("level") for r in load_table("staging/points") if r.text("item") == "severity"]
    shown = _psychosis(timeline)
    if shown:
        return PSYCHOTIC, PSYCHOTIC, shown
    code = timeline.episode.diagnosis.value or ""
    row = next((r for r in _rows(ICD10) if code.upper().startswith(r.text("code"))), None)
    if row is not None:
        return row.text("level"), row.text("level"), f"episode diagnosis {code}"
    by_scale = _by_scale(timeline)
    if by_scale is not None:
        level, why = by_scale
        return level, PSYCHOTIC if level == SEVERE else level, why
    return levels[0], levels[-1], "severity not known"


def _rows(source: str) -> list[Row]:
    return [row for row in load_table("staging/severity") if row.text("source") == source]


def _psychosis(timeline: Timeline) -> str:
    if "psychotic_features" in timeline.episode.specifiers.or_else(()):
        return "episode specifier psychotic features"
    now = _without_earlier_episodes(timeline)
    told = (stated(now, name) for name in PSYCHOSES)
    return next((words for status, words in told if status == "present"), "")


def _without_earlier_episodes(timeline: Timeline) -> Timeline:
    """Return the record without what was certainly stated before the episode began."""
    onset, held = timeline.episode.onset.value, timeline.findings.value
    if onset is None or held is None:
        return timeline
    kept = tuple(f for f in held if f.date.value is None or latest(f.date.value) >= earliest(onset))
    return replace(timeline, findings=given(kept))


def _by_scale(timeline: Timeline) -> tuple[str, str] | None:
    """Return the level of the newest total of a scale that the table knows."""
    known = {row.text("source") for row in load_table("staging/severity")}
    answers = [a for a in timeline.scales.or_else(()) if a.scale in known]
    for taken in sorted(answers, key=lambda a: earliest(a.date), reverse=True):
        level = _level(taken)
        if level is not None:
            return level
    return None


def _level(taken: ScaleAnswers) -> tuple[str, str] | None:
    total = score(taken).total
    if total is None:
        return None
    reached = [row for row in _rows(taken.scale) if total >= row.number("lowest")]
    if not reached:
        return None
    row = max(reached, key=lambda one: one.number("lowest"))
    return row.text("level"), f"{taken.scale.upper()} {total:g} ({taken.date})"
