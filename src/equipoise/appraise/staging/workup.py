"""Who benefits from imaging and EEG, and who does not.

No scan diagnoses a depression. An examination is worth doing where something points to a cause
beside it; every finding that would ask for it has to be known absent before it is not indicated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from equipoise.appraise.sources import condition_reply
from equipoise.appraise.staging.statements import stated
from equipoise.core.dates import DAYS_PER_WEEK, IsoDate, weeks_between
from equipoise.core.nouns import Stage, Timeline, Workup
from equipoise.core.tables import Row, load_table

__all__ = ["imaging_workup"]

DAYS_PER_YEAR = 1461 / 4  # leap years included
Advice = tuple[Literal["indicated", "not_indicated", "cannot_tell"], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Signs:
    """What asks for an examination, and what is not known."""

    present: tuple[str, ...]
    missing: tuple[str, ...]


def imaging_workup(
    timeline: Timeline, stage: Stage, *, today: IsoDate | None = None
) -> tuple[Workup, ...]:
    """Say for each kind of imaging whether it is worth doing for this person.

    Parameters
    ----------
    timeline : Timeline
        The record.
    stage : Stage
        Failed adequate trials.
    today : str, optional
        The day of the run, for the age at the onset; without it that age is not known.

    Returns
    -------
    tuple of Workup
        In table order.
    """
    return tuple(_workup(row, timeline, stage, today) for row in load_table("staging/workup"))


def _workup(row: Row, timeline: Timeline, stage: Stage, today: IsoDate | None) -> Workup:
    mode = row.text("mode")
    found: Advice = ("not_indicated", (row.text("why_not"),))
    if mode == "optional":
        found = _optional(row, stage)
    elif mode in _MODES:
        found = _MODES[mode](row, _signs(row, timeline, today))
    advice, reasons = found
    return Workup(
        id=row.text("id"),
        title=row.text("title"),
        advice=advice,
        reasons=reasons,
        todo=row.text("todo"),
        reference=row.text("reference"),
        checked=row.text("checked"),
    )


def _optional(row: Row, stage: Stage) -> Advice:
    if stage.known and stage.at_most == 0:
        return "not_indicated", (row.text("why_not"),)
    return "cannot_tell", (f"{row.text('why')} (evidence grade {row.text('grade')})",)


def _triggered(row: Row, signs: _Signs) -> Advice:
    if signs.present:
        return "indicated", (row.text("why"), *signs.present)
    if signs.missing:
        return "cannot_tell", tuple(f"not known: {one}" for one in signs.missing)
    return "not_indicated", (row.text("why_not"),)


def _referred(row: Row, signs: _Signs) -> Advice:
    if signs.present:
        return "cannot_tell", (row.text("why"), *signs.present)
    return _triggered(row, signs)


_MODES: dict[str, Callable[[Row, _Signs], Advice]] = {
    "triggers": _triggered,
    "referral": _referred,
}


def _signs(row: Row, timeline: Timeline, today: IsoDate | None) -> _Signs:
    present, missing = [], []
    for finding in row.items("findings"):
        status, words = stated(timeline, finding)
        if status == "present":
            present.append(words)
        elif status != "absent":
            missing.append(words)
    for finding in row.items("also_findings"):
        status, words = stated(timeline, finding)
        if status == "present":
            present.append(words)
    if row.items("conditions"):
        reply = condition_reply(row.items("conditions"), timeline, resolved=True)
        if reply.truth == "yes":
            present.append(reply.evidence)
        elif reply.truth == "unknown":
            missing.append("other conditions")
    late = _late_onset(row.optional_number("first_onset_after"), timeline, today)
    if late is not None:
        (present if late[0] else missing).append(late[1])
    return _Signs(tuple(present), tuple(missing))


def _late_onset(
    limit: float | None, timeline: Timeline, today: IsoDate | None
) -> tuple[bool, str] | None:
    """Return whether the first episode began after an age, or that it is not known; else None."""
    age = timeline.demographics.age_years.value
    if limit is None or (age is not None and age <= limit):
        return None
    unknown = (False, f"whether the first episode began after {limit:g} years")
    onset, number = timeline.episode.onset.value, timeline.episode.number.value
    if age is None or onset is None or today is None or number is None:
        return unknown
    if number > 1:
        return unknown
    fewest, most = (w * DAYS_PER_WEEK / DAYS_PER_YEAR for w in weeks_between(onset, today))
    # Both are whole years: at the age of 50 years and 11 months somebody is 50, not above.
    above = limit + 1
    if age - most >= above:
        return True, f"first episode at about {age - most:.0f} years"
    return unknown if age + 1 - fewest > above else None
