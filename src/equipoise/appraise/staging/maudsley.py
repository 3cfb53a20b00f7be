"""Maudsley Staging Method: 3 to 15 points from duration, severity and treatments that failed."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence

from equipoise.appraise.staging.candidates import ADDED, Candidate, dated, facts_missing, tally
from equipoise.appraise.staging.result import Read, band, points, result
from equipoise.appraise.staging.severity import severity
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import StagingResult, Timeline
from equipoise.core.tables import Row, load_table

__all__ = ["maudsley"]

Part = tuple[float, float, str, str]
"""Points that are certain, points at most, why, and what is missing."""

ECT = "ect"
MONTHS_PER_YEAR = 12


def maudsley(
    system: Row, found: Sequence[Candidate], known: bool, timeline: Timeline, today: IsoDate
) -> StagingResult:
    """Count the points of the Maudsley Staging Method.

    Parameters
    ----------
    system : Row
        Row of `staging/systems`.
    found : sequence of Candidate
        The trials.
    known : bool
        Whether past treatments were asked for.
    timeline : Timeline
        The record.
    today : str
        The day of the run.

    Returns
    -------
    StagingResult
        ``none`` where no antidepressant has failed: the method stages resistance.
    """
    ended = tally(c for c in found if c.kind == "drug" and c.antidepressants)
    parts = (
        _duration(timeline, today),
        _severity(timeline),
        _drugs(_different(ended.certain), _different(ended.possible)),
        _used(ADDED, [c for c in found if c.kind == ADDED]),
        _used(ECT, [c for c in found if c.trial.treatment == ECT]),
    )
    return result(
        system,
        _read([part[0] for part in parts], bool(ended.certain)),
        _read([part[1] for part in parts], bool(ended.possible)),
        reasons=[part[2] for part in parts if part[2]],
        missing=(*facts_missing(ended.possible), *(part[3] for part in parts if part[3])),
        known=known,
    )


def _read(parts: Sequence[float], staged: bool) -> Read:
    total = sum(parts)
    row = band("maudsley", total)
    if not staged or row is None:
        return "none", None
    return f"{total:g} ({row.text('value')})", total


def _duration(timeline: Timeline, today: IsoDate) -> Part:
    onset = timeline.episode.onset.value
    if onset is None:
        every = _levels("duration")
        lowest, highest = every[0].number("points"), every[-1].number("points")
        return (
            lowest,
            highest,
            f"{lowest:g} or more: duration not known",
            "the onset of the episode",
        )
    sure = _since(latest(onset), earliest(today))
    most = _since(earliest(onset), latest(today))
    missing = "" if sure == most else "the exact onset of the episode"
    title = sure.text("title")
    why = f"{sure.number('points'):g}: {title} (since {onset})"
    return sure.number("points"), most.number("points"), why, missing


def _levels(item: str) -> list[Row]:
    rows = load_table("staging/points")
    return [r for r in rows if r.text("system") == "maudsley" and r.text("item") == item]


def _since(onset: dt.date, today: dt.date) -> Row:
    """Return the level of an episode since `onset`: above its months, not at them."""
    first, *others = _levels("duration")
    passed = [row for row in others if today > _later(onset, int(row.number("counted_from")))]
    return passed[-1] if passed else first


def _later(day: dt.date, months: int) -> dt.date:
    """Return the day that many calendar months later."""
    years, month = divmod(day.month - 1 + months, MONTHS_PER_YEAR)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _severity(timeline: Timeline) -> Part:
    lowest, highest, why = severity(timeline)
    rows = {row.text("level"): row for row in _levels("severity")}
    sure, most = rows[lowest], rows[highest]
    missing = "" if sure == most else "the severity of the episode: its ICD-10 code, or a scale"
    told = f"{sure.number('points'):g}: {sure.text('title')} ({why})"
    return sure.number("points"), most.number("points"), told, missing


def _different(failed: Sequence[Candidate]) -> int:
    """Return how many antidepressants failed: the method counts drugs, not trials."""
    return len({candidate.antidepressants for candidate in failed})


def _drugs(sure: int, most: int) -> Part:
    count, title = points("maudsley", "antidepressants", sure)
    at_most, _ = points("maudsley", "antidepressants", most)
    return count, at_most, f"{count:g}: {title} ({sure})" if sure else "", ""


def _used(item: str, tried: Sequence[Candidate]) -> Part:
    """Return the point for an addition or ECT in this episode, whatever came of it."""
    sure = [c for c in tried if c.counts == "yes"]
    most = [c for c in tried if c.counts != "no"]
    count, title = points("maudsley", item, len(sure))
    at_most, _ = points("maudsley", item, len(most))
    why = f"{count:g}: {title}, {dated(sure[0])}" if sure else ""
    missing = "" if at_most == count else f"whether {dated(most[0])} was in this episode"
    return count, at_most, why, missing
