"""European staging (Souery 1999): by the weeks in which failed adequate trials ran."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from equipoise.appraise.staging.candidates import Candidate, dated, facts_missing, tally
from equipoise.appraise.staging.result import Read, band, result
from equipoise.core.dates import DAYS_PER_WEEK, IsoDate, earliest, latest
from equipoise.core.nouns import StagingResult
from equipoise.core.tables import Row, load_table

__all__ = ["european"]

COUNTED = frozenset({"drug", "augmentation"})


def european(system: Row, found: Sequence[Candidate], known: bool, today: IsoDate) -> StagingResult:
    """Stage by the European rules.

    Parameters
    ----------
    system : Row
        Row of `staging/systems`.
    found : sequence of Candidate
        The trials.
    known : bool
        Whether past treatments were asked for.
    today : str
        The day of the run; an ongoing trial lasts until then.

    Returns
    -------
    StagingResult
        ``none``, ``non-responder``, ``TRD1`` to ``TRD5`` or ``chronic``.

    Notes
    -----
    Weeks in which two trials ran together count once. With one failed trial the stage stays
    ``non-responder`` however long it was: TRD asks for two.
    """
    ended = tally(c for c in found if c.kind in COUNTED)
    weeks = _weeks(ended.certain, today, certain=True)
    reasons = [f"{weeks:.1f} weeks of failed trials"] if ended.certain else []
    return result(
        system,
        _stage(weeks, len(ended.certain)),
        _stage(_weeks(ended.possible, today, certain=False), len(ended.possible)),
        reasons=(*reasons, *(dated(c) for c in ended.certain)),
        missing=facts_missing(ended.possible),
        known=known,
    )


def _stage(weeks: float, trials: int) -> Read:
    rows = [row for row in load_table("staging/thresholds") if row.text("system") == "european"]
    lowest = min(rows, key=lambda row: row.number("counted_from"))
    row = lowest if trials == 1 else band("european", weeks)
    if not trials or row is None:
        return "none", 0.0
    return row.text("value"), row.number("score")


def _weeks(found: Sequence[Candidate], today: IsoDate, *, certain: bool) -> float:
    """Return the weeks that the trials cover together: the fewest, or the most."""
    spans = sorted(span for c in found if (span := _span(c, today, certain)) is not None)
    days, reached = 0, dt.date.min
    for start, stop in spans:
        if stop > reached:
            days += (stop - max(start, reached)).days
            reached = stop
    return days / DAYS_PER_WEEK


def _span(candidate: Candidate, today: IsoDate, certain: bool) -> tuple[dt.date, dt.date] | None:
    trial = candidate.trial
    start, stop = trial.start.value, trial.stop.value or (today if trial.running else None)
    if start is None or stop is None:
        return None
    inner = (latest(start), earliest(stop))
    return inner if certain else (earliest(start), latest(stop))
