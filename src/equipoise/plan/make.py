"""The plan of one person: phase, steps with reasons and dates, what is blocked and missing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from equipoise.core.dates import latest
from equipoise.core.nouns import BlockedOption, Plan, Step
from equipoise.core.tables import load_table
from equipoise.plan.calendar import make_calendar
from equipoise.plan.case import Case, running_trials, stops_now, title
from equipoise.plan.coverage import authorise
from equipoise.plan.guidelines import compare_guidelines
from equipoise.plan.missing import still_missing
from equipoise.plan.options import CHECKED, GRADES
from equipoise.plan.phase import find_phase, outline_phases
from equipoise.plan.schedules import make_schedules
from equipoise.plan.situations import SITUATIONS, Fill

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import Appraisal, Decision, Timeline, Treatment
    from equipoise.core.tables import Row

__all__ = ["make_plan"]


def make_plan(
    timeline: Timeline,
    appraisal: Appraisal,
    decision: Decision,
    treatments: tuple[Treatment, ...],
    *,
    today: IsoDate,
    acknowledged: bool = False,
) -> Plan:
    """Plan the next steps.

    A present treatment is brought to an adequate dose and time before it is changed; what cannot
    be told is asked first; an option with a hard stop is in no step. Templates and their texts
    are rows of `phases/steps`.

    Parameters
    ----------
    timeline : Timeline
        The records.
    appraisal : Appraisal
        Stage, trials, red flags, safety verdicts.
    decision : Decision
        Predictions, best utility first.
    treatments : tuple of Treatment
        All options.
    today : str
        The day of the run; every review lies after it.
    acknowledged : bool, optional
        Whether a clinician has released the plan of a person with an emergency flag.

    Returns
    -------
    Plan
        Without steps while an emergency flag stands and is not acknowledged.
    """
    options = {treatment.id: treatment for treatment in treatments}
    verdicts = {verdict.treatment: verdict for verdict in appraisal.verdicts}
    phase, reason = find_phase(appraisal, options)
    stops = stops_now(timeline, appraisal, verdicts)
    case = Case(
        timeline=timeline,
        appraisal=appraisal,
        decision=decision,
        treatments=options,
        verdicts=verdicts,
        running=running_trials(timeline, appraisal, stops),
        stops=stops,
        phase=phase,
        today=today,
    )
    withheld = _withheld(case, acknowledged)
    steps = () if withheld else _steps(case)
    schedules = make_schedules(case, steps)
    return Plan(
        phase=phase.text("id"),
        phase_title=phase.text("title"),
        phase_reason=reason,
        steps=steps,
        blocked=_blocked(case),
        still_missing=still_missing(case),
        withheld=withheld,
        phases=() if withheld else outline_phases(case),
        schedules=schedules,
        calendar=make_calendar(case, steps, schedules),
        guidelines=compare_guidelines(case, steps),
        authorisations=authorise(case),
    )


def _withheld(case: Case, acknowledged: bool) -> str | None:
    if case.appraisal.emergency and not acknowledged:
        titles = [flag.title for flag in case.appraisal.red_flags if flag.grade == "emergency"]
        return (
            f"An emergency flag stands: {'; '.join(titles)}. Its urgent pathway comes first; "
            "a clinician's acknowledgement releases the plan."
        )
    return case.decision.withheld


def _steps(case: Case) -> tuple[Step, ...]:
    found = [
        (row, fill)
        for row in load_table("phases/steps")
        for fill in SITUATIONS[row.text("applies_when")](case, row)
    ]
    return tuple(_step(case, row, fill, order) for order, (row, fill) in enumerate(found, start=1))


def _step(case: Case, row: Row, fill: Fill, order: int) -> Step:
    choice, sources = fill.choice, fill.sources or (row,)
    action = row.text("action").format(**fill.words)
    stop = " ".join((row.text("stop_rule").format(**fill.words), *fill.stop_rules))
    return Step(
        order=order,
        action=action[0].upper() + action[1:],
        treatments=fill.treatments,
        why=row.text("why").format(**fill.words),
        prerequisites=(*row.items("prerequisites"), *fill.prerequisites),
        stop_rule=stop[0].upper() + stop[1:],
        review=_review(case.today, fill.review_days or row.number("review_days")),
        evidence=row.text("evidence").format(**fill.words),
        grade=choice.grade if choice else _lowest_grade(sources),
        checked=choice.checked if choice else _weakest(sources),
        reference=choice.reference if choice else fill.reference or _references(sources),
        alternatives=_alternatives(row, fill),
        id=row.text("id"),
    )


def _alternatives(row: Row, fill: Fill) -> tuple[str, ...]:
    """Return what else is open; of a choice the next options, or what the template says."""
    if fill.choice and fill.choice.others:
        return fill.choice.others
    return (*fill.alternatives, *row.items("alternatives"))


def _lowest_grade(sources: tuple[Row, ...]) -> str:
    grades = [row.optional_text("grade") for row in sources]
    return max((g for g in grades if g), key=GRADES.find, default="n/a")


def _weakest(sources: tuple[Row, ...]) -> str:
    return max((row.text("checked") for row in sources), key=CHECKED.index)


def _references(sources: tuple[Row, ...]) -> str:
    return "; ".join(dict.fromkeys(key for row in sources for key in row.items("reference")))


def _review(today: IsoDate, days: float) -> IsoDate:
    return (latest(today) + dt.timedelta(days=days)).isoformat()


def _blocked(case: Case) -> tuple[BlockedOption, ...]:
    return tuple(
        BlockedOption(
            treatment=verdict.treatment,
            title=title(case, verdict.treatment),
            reasons=tuple(r.text for r in verdict.reasons if r.verdict == "hard_stop"),
        )
        for verdict in case.appraisal.verdicts
        if verdict.verdict == "hard_stop"
    )
