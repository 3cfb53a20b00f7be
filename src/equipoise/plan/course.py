"""What the PHQ-9 shows of a running trial."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.dates import latest, weeks_between
from equipoise.core.tables import load_table
from equipoise.plan.missing import complete_totals

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import TreatmentTrial
    from equipoise.plan.case import Case, Running

__all__ = ["NO_EFFECT", "Change", "change_in", "course_of"]

NO_EFFECT = "that it did not help enough"
"""What is to be confirmed where a score shows too little."""


@dataclass(frozen=True, slots=True)
class Change:
    """Two totals that bracket a trial: at or before its start, and since."""

    first_date: IsoDate
    first: int
    last_date: IsoDate
    last: int
    weeks: float

    @property
    def percent(self) -> float:
        """Improvement in per cent of the first total."""
        return 100 * (self.first - self.last) / self.first

    @property
    def words(self) -> str:
        """Return how the score moved."""
        if self.percent == 0:
            return "did not change"
        return f"{'fell' if self.percent > 0 else 'rose'} by {abs(self.percent):.0f} %"


def change_in(case: Case, trial: TreatmentTrial) -> Change | None:
    """Return what the PHQ-9 shows of a trial, or None where no two totals bracket it.

    Parameters
    ----------
    case : Case
        One person.
    trial : TreatmentTrial
        With a start.

    Returns
    -------
    Change or None
        From the last total at or before the start to the last one of all.
    """
    start, totals = trial.start.value, complete_totals(case)
    if start is None:
        return None
    before = [point for point in totals if latest(point[0]) <= latest(start)]
    if not before or before[-1][1] == 0 or totals[-1] == before[-1]:
        return None
    weeks = weeks_between(start, totals[-1][0])[0]
    return Change(*before[-1], *totals[-1], weeks)


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
    judged = running.appraised
    if judged is None or judged.adequate != "yes" or running.trial.outcome.known:
        return None
    change = change_in(case, running.trial)
    if change is None:
        return None
    question, then = _question(change.percent, change.weeks)
    return {
        "question": question,
        "then": then,
        "course": change.words,
        "weeks": str(math.floor(change.weeks)),
        "first": str(change.first),
        "first_date": change.first_date,
        "last": str(change.last),
        "last_date": change.last_date,
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
