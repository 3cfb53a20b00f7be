"""Clinical facts that bear on prognosis: rows of `baselines/covariates`.

A fact is standardised among depressed patients of trials, so that the average patient has 0. One
that the record does not tell stays None: the person then counts as the average, with the variance
of all. What the facts do to the outlook is not decided here but by rows of `tables/moderators`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from equipoise.appraise.diagnosis import check_specifiers
from equipoise.appraise.names import titled
from equipoise.appraise.questions import Question, Reply, questions_of
from equipoise.appraise.rules import answer
from equipoise.core.answers import Answer
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import Covariate, ScaleAnswers, Timeline
from equipoise.core.scoring import score
from equipoise.core.tables import Row, load_table, setting

__all__ = ["covariates_of"]

COVARIATES: Final = "baselines/covariates"
SCALES: Final = "baselines/covariate_scales"
MONTHS: Final = 12
_STATUS: Final = {"given": "unknown", "unknown": "unknown", "not_asked": "not_asked"}
# A part of the record that is there and yet does not tell leaves the fact unknown.


def covariates_of(timeline: Timeline, *, today: IsoDate | None = None) -> tuple[Covariate, ...]:
    """Return every covariate of the table, known or not.

    Parameters
    ----------
    timeline : Timeline
        The record.
    today : str, optional
        The day of the run. Without it the episode counts up to the newest dated scale.

    Returns
    -------
    tuple of Covariate
        In table order.
    """
    now = today or max((one.date for one in timeline.scales.or_else(())), default=None)
    return tuple(
        _total(row, timeline)
        if row.text("kind") == "total"
        else _yes_or_no(row, _reply(row, ask, timeline, now), timeline)
        for row, ask in questions_of(COVARIATES)
    )


def _reply(row: Row, ask: Question, timeline: Timeline, now: IsoDate | None) -> Reply:
    months = row.optional_number("months_above")
    if months is not None:
        return _lasted(months, timeline, now)
    told = _factor(row, timeline)
    if told is not None:
        return told
    specifier = row.optional_text("specifier")
    if specifier is not None:
        return _specifier(specifier, timeline)
    # A covariate describes the person; the diagnosis of the episode is what all have in common.
    return answer(ask, replace(timeline, episode=replace(timeline.episode, diagnosis=_none())))


def _none() -> Answer[str]:
    return Answer("not_asked")


def _specifier(name: str, timeline: Timeline) -> Reply:
    found = next(one for one in check_specifiers(timeline) if one.id == name)
    if found.status == "present":
        return Reply("yes", found.evidence or "episode specifier")
    if found.status == "absent":
        return Reply("no", found.evidence or "episode specifiers")
    return Reply("unknown", asked=timeline.episode.specifiers.status == "unknown")


def _factor(row: Row, timeline: Timeline) -> Reply | None:
    """Answer by some items of a scale of this episode, as the study did; None without them."""
    scale = row.optional_text("scale")
    if scale is None:
        return None
    places = [int(place) for place in row.items("scale_items")]
    for taken in _newest_first(timeline):
        if taken.scale != scale or len(taken.items) < max(places):
            continue
        items = [taken.items[place - 1] for place in places]
        given = [item for item in items if item is not None]
        if len(given) == len(items):
            title = titled("scales/scales", scale)
            words = f"{row.text('factor')} of {title} {sum(given)} ({taken.date})"
            return Reply("yes" if sum(given) >= row.number("total_from") else "no", words)
    return None


def _newest_first(timeline: Timeline) -> Iterator[ScaleAnswers]:
    """Yield the scales of this episode; of one day in the order of the record."""
    onset = timeline.episode.onset.value
    kept = (
        one
        for one in timeline.scales.or_else(())
        if onset is None or latest(one.date) >= earliest(onset)
    )
    yield from sorted(kept, key=lambda one: earliest(one.date), reverse=True)


def _lasted(months: float, timeline: Timeline, now: IsoDate | None) -> Reply:
    onset = timeline.episode.onset
    if onset.value is None or now is None:
        return Reply("unknown", asked=onset.status == "unknown")
    least = _months(latest(onset.value), earliest(now))
    most = _months(earliest(onset.value), latest(now))
    words = f"episode since {onset.value}"
    if least > months:
        return Reply("yes", words)
    return Reply("no", words) if most <= months else Reply("unknown", words, asked=True)


def _months(start: dt.date, stop: dt.date) -> int:
    """Return the calendar months that have begun from `start` to `stop`."""
    begun = (stop.year - start.year) * MONTHS + stop.month - start.month
    return begun + (stop.day > start.day)


def _yes_or_no(row: Row, told: Reply, timeline: Timeline) -> Covariate:
    share, spread = row.number("mean"), row.number("sd")
    if told.truth == "unknown":
        status = "unknown" if told.asked else _part_status(row, timeline)
        return _open(row, status, told.evidence)
    value = float(told.truth == "yes")
    words = told.evidence
    if not value and row.optional_text("conditions") is not None:
        words = "none among the conditions of the record"
    return _known(row, (value - share) / spread, value, f"{told.truth}: {words}")


def _part_status(row: Row, timeline: Timeline) -> str:
    part = row.text("part_of_record")
    held: Answer[object] = getattr(
        timeline.episode if part in {"onset", "specifiers"} else timeline, part
    )
    return _STATUS[held.status]


def _total(row: Row, timeline: Timeline) -> Covariate:
    table = load_table(SCALES)
    order = {scale.text("scale"): place for place, scale in enumerate(table)}
    held = [one for one in _newest_first(timeline) if one.scale in order]
    # Of one day the scale that stands first in the table; those of clinicians do.
    for taken in sorted(held, key=lambda one: (-earliest(one.date).toordinal(), order[one.scale])):
        total = score(taken).total
        if total is not None:
            norm = table.row(scale=taken.scale)
            y = (total - norm.number("mean")) / norm.number("sd")
            title = titled("scales/scales", taken.scale)
            return _known(row, y, float(total), f"{title} {total:g} ({taken.date})")
    why = "no total of a scale whose mean among patients is known" if held else ""
    return _open(row, _part_status(row, timeline), why)


def _known(row: Row, y: float, value: float, source: str) -> Covariate:
    limit = setting("profile_clip")
    clipped = math.copysign(min(abs(y), limit), y)
    return Covariate(row.text("id"), row.text("title"), clipped, value, "known", source)


def _open(row: Row, status: str, evidence: str) -> Covariate:
    asked = "not asked" if status == "not_asked" else "not known"
    source = f"{asked}; {evidence}" if evidence else f"{asked}: {row.text('asks')}"
    return Covariate(row.text("id"), row.text("title"), None, None, status, source)
