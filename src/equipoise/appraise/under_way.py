"""Treatments that go on, and how symptoms changed since they began.

The change is read from the last total of a depression scale at or before the start and the latest
one since. Where it cannot be read, or says nothing of what is to come, the reason stands in words.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from equipoise.appraise.adequacy import dose_in_unit, dose_row
from equipoise.core.dates import IsoDate, earliest, latest, weeks_between
from equipoise.core.nouns import Timeline, TreatmentTrial, TrialAppraisal, UnderWay
from equipoise.core.scoring import score
from equipoise.core.tables import Row, load_table, setting

__all__ = ["under_way"]

Point = tuple[IsoDate, float]


@dataclass(frozen=True, slots=True)
class _Reading:
    """Two totals of one scale that bracket the start, or how far one came and what is missing."""

    scale: Row
    first: Point | None
    last: Point | None
    reached: int
    why_not: str | None

    @property
    def improvement(self) -> float | None:
        """Percent fall of the scale."""
        if self.first is None or self.last is None or self.first[1] == 0:
            return None
        return 100 * (self.first[1] - self.last[1]) / self.first[1]


def under_way(
    timeline: Timeline, trials: tuple[TrialAppraisal, ...], *, today: IsoDate
) -> tuple[UnderWay, ...]:
    """Return the treatments that go on.

    Parameters
    ----------
    timeline : Timeline
        The record.
    trials : tuple of TrialAppraisal
        In the order of the record.
    today : str
        The day of the run.

    Returns
    -------
    tuple of UnderWay
        One for each ongoing treatment, in the order of the record; of several entries of one
        treatment that go on, the one begun last.
    """
    pairs = list(zip(timeline.treatments.or_else(()), trials, strict=True))
    newest: dict[str, tuple[TreatmentTrial, TrialAppraisal]] = {}
    for trial, judged in pairs:
        held = newest.get(trial.treatment)
        if trial.running and (held is None or _begun(trial) >= _begun(held[0])):
            newest[trial.treatment] = (trial, judged)
    series = _series(timeline) if newest else {}
    return tuple(
        _one(timeline, trial, judged, (series, today)) for trial, judged in newest.values()
    )


def _begun(trial: TreatmentTrial) -> dt.date:
    start = trial.start.value
    return dt.date.min if start is None else earliest(start)


def _one(
    timeline: Timeline,
    trial: TreatmentTrial,
    judged: TrialAppraisal,
    known: tuple[dict[str, tuple[Point, ...]], IsoDate],
) -> UnderWay:
    series, today = known
    start = trial.start.value
    exact = start if start is not None and earliest(start) == latest(start) else None
    reading = _best(series, exact, today) if exact is not None else None
    found = reading if reading is not None and reading.why_not is None else None
    weeks = None
    if found is not None and found.last is not None and exact is not None:
        weeks = weeks_between(exact, found.last[0])[0]
    why_not = _recorded(judged) or _why_no_reading(trial, reading)
    if why_not is None and found is not None and weeks is not None:
        why_not = _why_no_news(judged.treatment, found, weeks)
    return UnderWay(
        treatment=trial.treatment,
        start=exact,
        scale=None if found is None else found.scale.text("scale"),
        baseline=None if found is None or found.first is None else found.first[1],
        latest=None if found is None or found.last is None else found.last[1],
        baseline_date=None if found is None or found.first is None else found.first[0],
        latest_date=None if found is None or found.last is None else found.last[0],
        weeks=weeks,
        improvement=None if found is None else found.improvement,
        dose_enough=judged.dose_enough,
        taken_regularly=judged.taken_regularly,
        side_effects=_side_effects(timeline, start),
        why_not=why_not,
        dose_raised=_dose_raised(timeline, trial),
        dose=_dose(trial),
    )


# --- reading the change --------------------------------------------------------------------------


def _series(timeline: Timeline) -> dict[str, tuple[Point, ...]]:
    """Return the dated totals of every scale that the change may be read from."""
    wanted = {row.text("scale") for row in load_table("baselines/early_scales")}
    found: dict[str, list[Point]] = {}
    for answers in timeline.scales.or_else(()):
        total = score(answers).total if answers.scale in wanted else None
        if total is not None and earliest(answers.date) == latest(answers.date):
            found.setdefault(answers.scale, []).append((answers.date, total))
    return {scale: tuple(sorted(points)) for scale, points in found.items()}


def _best(series: dict[str, tuple[Point, ...]], start: IsoDate, today: IsoDate) -> _Reading | None:
    """Return the best scale of the newest visit, or the one that came furthest; None without any.

    Only the latest visit counts: with it known, an earlier one adds nothing.
    """
    rows = sorted(load_table("baselines/early_scales"), key=lambda row: row.number("order"))
    tried = [
        _reading(row, series[row.text("scale")], start, today)
        for row in rows
        if row.text("scale") in series
    ]
    read = [one for one in tried if one.why_not is None and one.last is not None]
    if not read:
        return max(tried, key=lambda one: one.reached, default=None)
    newest = max(earliest(one.last[0]) for one in read if one.last is not None)
    visit = newest - dt.timedelta(days=setting("appraise_change_same_visit_days"))
    return next(one for one in read if one.last is not None and earliest(one.last[0]) >= visit)


def _reading(row: Row, points: tuple[Point, ...], start: IsoDate, today: IsoDate) -> _Reading:
    scale = load_table("scales/scales").row(id=row.text("scale"))
    title, days = scale.text("title"), setting("appraise_change_baseline_days")
    opens = earliest(start) - dt.timedelta(days=days)
    before = [point for point in points if opens <= earliest(point[0]) <= earliest(start)]
    since = [point for point in points if earliest(point[0]) > earliest(start)]
    if not before:
        why = f"no {title} was answered in the {days:g} days up to the start"
        return _Reading(row, None, None, 0, why)
    first = before[-1]
    if first[1] < max(scale.number("remission_below"), 1):
        why = f"the {title} was already low at the start ({first[1]:g} on {first[0]})"
        return _Reading(row, first, None, 1, why)
    if not since:
        return _Reading(row, first, None, 2, f"no {title} was answered since the start")
    last = since[-1]
    oldest = load_table("phases/triggers").row(id="stale").number("from_weeks")
    weeks = weeks_between(last[0], today)[0]
    if weeks >= oldest:
        why = f"the last {title} ({last[0]}) is {int(weeks)} weeks old: repeat it now"
        return _Reading(row, first, last, 3, why)
    return _Reading(row, first, last, 4, None)


def _why_no_reading(trial: TreatmentTrial, reading: _Reading | None) -> str | None:
    start = trial.start.value
    if start is None:
        return "the day it began is not recorded, so no change since then can be read"
    if earliest(start) != latest(start):
        return f"it began in {start}: without the day no change since then can be read"
    if reading is None:
        return "no scale of depression was answered, so no change can be read"
    return reading.why_not


# --- whether the change foretells anything -------------------------------------------------------


def _recorded(judged: TrialAppraisal) -> str | None:
    """Return what the record already says of the outcome, or None."""
    if judged.adequate == judged.failed == "yes":
        return (
            "it is recorded as a full trial without enough benefit: a failed trial, which counts"
            " as such, and no early miss"
        )
    if judged.benefit == "enough":
        return "it is recorded as helping: nothing is left to foretell"
    return None


def _why_no_news(treatment: str, reading: _Reading, weeks: float) -> str | None:
    """Return why a change that was read says nothing of later response, or None."""
    improvement = reading.improvement or 0
    scale = load_table("scales/scales").row(id=reading.scale.text("scale"))
    told = f"{scale.text('title')} {_moved(improvement)} after {int(weeks)} weeks"
    if improvement >= scale.number("response_percent"):
        return (
            f"{told}: this is a response already, and nothing is left to foretell. Ask all the same"
            " about thoughts of suicide, and about elation or little need for sleep"
        )
    course = _course(treatment)
    if course is None:
        return f"{told}; what an early change under this treatment foretells was not studied"
    if weeks < course.number("from_week"):
        return f"{told}: too early to tell"
    full = course.number("course_weeks")
    if weeks >= full:
        return (
            f"{told}: its full course of {full:g} weeks is over without response. This is no early"
            " miss; with dose and intake adequate it is a failed trial: confirm and record it"
        )
    return None


def _moved(improvement: float) -> str:
    if round(improvement) == 0:
        return "unchanged"
    return f"{abs(improvement):.0f} % {'lower' if improvement > 0 else 'higher'}"


def _course(treatment: str) -> Row | None:
    """Return the row of the treatment, else of its class, else of its group."""
    courses = load_table("baselines/early_courses")
    row = load_table("treatments/treatments").find(id=treatment)
    names = {"treatment": treatment}
    if row is not None:
        names |= {"class": row.text("drug_class"), "group": row.text("group")}
    found = (courses.find(id=name, applies_to=kind) for kind, name in names.items())
    return next((one for one in found if one is not None), None)


# --- what else happened since the start ----------------------------------------------------------


def _side_effects(timeline: Timeline, start: IsoDate | None) -> tuple[str, ...]:
    """Return the unwanted effects that were last reported as present, since the start."""
    if start is None:
        return ()
    newest = {
        told.effect: told.severity
        for told in sorted(timeline.side_effects.or_else(()), key=lambda one: earliest(one.date))
        if latest(told.date) >= earliest(start)
    }
    titles = load_table("checks/effects")
    return tuple(
        row.text("title") for row in titles if newest.get(row.text("id"), "none") != "none"
    )


def _dose(trial: TreatmentTrial) -> float | None:
    """Return the dose in the unit of the table of doses, or None."""
    row, dose = dose_row(trial.treatment), trial.dose.value
    return None if row is None or dose is None else dose_in_unit(dose, row)


def _dose_raised(timeline: Timeline, trial: TreatmentTrial) -> str:
    """Return whether the present entry follows another of the same treatment at a lower dose."""
    start, dose = trial.start.value, trial.dose.value
    if start is None or dose is None:
        return "cannot_tell"
    gap = dt.timedelta(days=setting("appraise_change_dose_gap_days"))
    for other in timeline.treatments.or_else(()):
        stop, held = other.stop.value, other.dose.value
        if other is trial or other.treatment != trial.treatment or stop is None or held is None:
            continue
        follows = earliest(start) - gap <= latest(stop) and earliest(stop) <= latest(start)
        if follows and held.unit == dose.unit and held.value < dose.value:
            return "yes"
    return "cannot_tell"
