"""MGH-s: points for failed trials, optimised doses, additions and ECT, without an upper end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equipoise.appraise.staging.candidates import ADDED, Candidate, dated, facts_missing, tally
from equipoise.appraise.staging.result import Read, points, result
from equipoise.appraise.trial_dose import dose_in_unit, dose_row, highest_dose
from equipoise.core.nouns import StagingResult, Timeline
from equipoise.core.tables import Row

__all__ = ["mgh"]

ECT = "ect"


def mgh(system: Row, found: Sequence[Candidate], known: bool, timeline: Timeline) -> StagingResult:
    """Count the points of MGH-s.

    Parameters
    ----------
    system : Row
        Row of `staging/systems`.
    found : sequence of Candidate
        The trials.
    known : bool
        Whether past treatments were asked for.
    timeline : Timeline
        The record, for the age.

    Returns
    -------
    StagingResult
        0 where nothing failed.

    Notes
    -----
    A record holds the highest dose only. A dose at the maximum was raised as far as it goes and
    counts as optimised; one between the minimum and the maximum may have been.
    """
    age = timeline.demographics.age_years.value
    ended = tally(c for c in found if c.kind in {"drug", ADDED} or c.trial.treatment == ECT)
    sure = [part for c in ended.certain for part in _parts(c, age, certain=True)]
    most = [part for c in ended.possible for part in _parts(c, age, certain=False)]
    raised = [c for c in ended.possible if _optimised(c, age) is None]
    missing = [f"whether the dose was optimised: {dated(c)}" for c in raised]
    return result(
        system,
        _read(sure),
        _read(most),
        reasons=[text for _, text in sure],
        missing=(*facts_missing(ended.possible), *missing),
        known=known,
    )


def _read(parts: Iterable[tuple[float, str]]) -> Read:
    total = sum(count for count, _ in parts)
    return f"{total:g}", total


def _parts(candidate: Candidate, age: float | None, *, certain: bool) -> list[tuple[float, str]]:
    """Return the points of one failed trial with their reasons."""
    if candidate.trial.treatment == ECT:
        items = [ECT]
    elif candidate.kind == ADDED:
        items = [ADDED]
    else:
        raised = _optimised(candidate, age)
        items = ["trial"]
        if raised or (raised is None and not certain):
            items.append("optimisation")
    scored = [points("mgh", item, 1) for item in items]
    return [(count, f"{count:g}: {title}, {dated(candidate)}") for count, title in scored]


def _optimised(candidate: Candidate, age: float | None) -> bool | None:
    """Return whether the dose was raised as far as it goes; None where it may have been."""
    row, dose = dose_row(candidate.trial.treatment), candidate.trial.dose.value
    if candidate.kind != "drug" or row is None:
        return False
    held = None if dose is None else dose_in_unit(dose, row)
    lowest, highest = row.optional_number("adequacy"), highest_dose(row, age)
    if held is None or lowest is None or highest is None:
        return None
    if held >= highest:
        return highest > lowest
    return None if held > lowest else False
