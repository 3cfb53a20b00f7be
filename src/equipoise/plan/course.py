"""What the PHQ-9 shows of a running trial whose outcome is not recorded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from equipoise.core.dates import latest, weeks_between
from equipoise.core.tables import load_table
from equipoise.plan.missing import complete_totals

if TYPE_CHECKING:
    from equipoise.plan.case import Case, Running

__all__ = ["NO_EFFECT", "course_of"]

NO_EFFECT = "that it did not help enough"
"""What is to be confirmed where a score shows too little."""


def course_of(case: Case, running: Running) -> dict[str, str] | None:
    """Return the words on the course of a trial that lacks nothing but its outcome.

    Parameters
    ----------
    case : Case
        One person.
    running : Running
        A treatment that is taken now.

    Returns
    -------
    dict of str to str or None
        Words of the step `confirm_outcome`. None where dose, time or adherence are in doubt too,
        or where no scale brackets the trial: a total at or before its start, and one since.
    """
    judged, start = running.appraised, running.trial.start.value
    if judged is None or judged.adequate != "yes" or running.trial.outcome.known or start is None:
        return None
    totals = complete_totals(case)
    before = [point for point in totals if latest(point[0]) <= latest(start)]
    if not before or before[-1][1] == 0 or totals[-1] == before[-1]:
        return None
    (first_date, first), (last_date, last) = before[-1], totals[-1]
    weeks = weeks_between(start, last_date)[0]
    percent = 100 * (first - last) / first
    question, then = _question(percent, weeks)
    return {
        "question": question,
        "then": then,
        "course": _change(percent),
        "weeks": str(math.floor(weeks)),
        "first": str(first),
        "first_date": first_date,
        "last": str(last),
        "last_date": last_date,
    }


def _question(percent: float, weeks: float) -> tuple[str, str]:
    """Ask for what the score suggests: by the rows of `phases/triggers`, as the course does."""
    if percent >= load_table("scales/scales").row(id="phq9").number("response_percent"):
        return "that it helps enough", " and go on with it"
    for row in load_table("phases/triggers"):
        limit, until = row.optional_number("below_percent"), row.optional_number("before_weeks")
        asks = limit is not None and row.optional_text("action_unrecorded") is not None
        if not asks or limit is None or percent >= limit:
            continue
        if row.number("from_weeks") <= weeks and (until is None or weeks < until):
            return NO_EFFECT, " and count the trial"
    return "whether it helped enough", ""


def _change(percent: float) -> str:
    if percent == 0:
        return "did not change"
    return f"{'fell' if percent > 0 else 'rose'} by {abs(percent):.3g} %"
