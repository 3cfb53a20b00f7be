"""The way ahead: phases, doses day by day, the calendar, and what the guidelines say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import cite, treatment_title
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.sections.weeks import weeks_table
from equipoise.apps.report.views import DataTable, table_or_none
from equipoise.apps.report.wording import capital, grade_words, joined, say, sentence
from equipoise.core.casing import within
from equipoise.core.dates import latest
from equipoise.core.nouns import CalendarEntry, DoseStep, Dossier, GuidelineView, Plan, Schedule

__all__ = ["ScheduleView", "Way", "way", "way_keys"]

SESSION = "{session}"
STATE = {"past": "behind", "present": "now", "later": "later"}
STANCE = {
    "departs": "departs",
    "agrees": "agrees",
    "cannot_tell": "cannot be told",
    "silent": "says nothing",
}


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """One schedule: its title, what to know before, its doses, its rules."""

    title: str
    words: tuple[str, ...]
    table: DataTable | None
    rules: tuple[str, ...]
    source: Markup


@dataclass(frozen=True, slots=True)
class Way:
    """Phases, schedules, calendar and guidelines; each None or empty where there is none.

    `weeks` is the calendar as it is read, `calendar` every date with reason and source.
    """

    title: str
    phases: DataTable | None
    note: str
    schedules: tuple[ScheduleView, ...]
    weeks: DataTable | None
    calendar: DataTable | None
    guidelines: DataTable | None


def way(dossier: Dossier) -> Way | None:
    """Return the way ahead; None while the ranking is withheld, or where nothing is planned."""
    plan = dossier.plan
    if withheld(dossier) or not (plan.phases or plan.schedules or plan.calendar):
        return None
    return Way(
        title=_title(plan),
        phases=_phases(plan),
        note=say("way_alternatives") if plan.schedules else "",
        schedules=tuple(_schedule(one) for one in plan.schedules),
        weeks=weeks_table(plan.calendar),
        calendar=_calendar(plan.calendar),
        guidelines=_guidelines(plan.guidelines),
    )


def way_keys(plan: Plan) -> list[str]:
    """Return the references of everything that the section prints."""
    return [
        *(one.reference for one in plan.phases),
        *(one.reference for one in plan.schedules),
        *(one.reference for one in plan.calendar),
        *(one.reference for one in plan.guidelines),
    ]


def _title(plan: Plan) -> str:
    if not plan.calendar:
        return say("way_title")
    first = min(plan.calendar, key=lambda entry: entry.date)
    return say("way_first", date=n.day(first.date), what=within(first.what))


def _phases(plan: Plan) -> DataTable | None:
    rows = tuple(
        (
            phase.title,
            STATE[phase.state],
            sentence(phase.content),
            phase.duration,
            sentence(phase.entry),
            sentence(phase.exit),
            cite(phase.reference) + f", {phase.checked}",
        )
        for phase in plan.phases
    )
    columns = ("Phase", "When", "What", "How long", "Begins", "Ends", "Source")
    widths = (13, 7, 28, 11, 14, 15, 12)
    return table_or_none(say("way_phases"), columns, rows, widths)


def _schedule(one: Schedule) -> ScheduleView:
    words = [] if one.withheld is None else [sentence(one.withheld)]
    if one.washout is not None:
        words.append(say("way_washout", first=str(one.washout[0]), last=str(one.washout[1])))
    grade = [f"grade {grade_words(one.grade)}"] if one.grade != "n/a" else []
    return ScheduleView(
        title=one.title,
        words=tuple(words),
        table=_doses(one),
        rules=tuple(sentence(rule) for rule in one.rules),
        source=Markup("; ").join([cite(one.reference), one.checked, *grade]),
    )


def _doses(one: Schedule) -> DataTable | None:
    rows = tuple(_row(steps) for steps in _by_week(sorted(one.steps, key=lambda step: step.day)))
    columns = ("From", "Day", "Drug", "Dose", "Note")
    title = say("way_doses", title=one.title)
    return table_or_none(title, columns, rows, (22, 8, 24, 20, 26))


def _by_week(steps: Iterable[DoseStep]) -> list[list[DoseStep]]:
    """Join the sessions of one calendar week: a row for each of 36 days would not be read."""
    found: list[list[DoseStep]] = []
    for step in steps:
        last = found[-1][-1] if found else None
        if last is not None and _week(last) is not None and _week(last) == _week(step):
            found[-1].append(step)
        else:
            found.append([step])
    return found


def _week(step: DoseStep) -> tuple[int, int, str] | None:
    if not step.unit.startswith(SESSION) or not step.dose:
        return None
    year, week, _ = latest(step.date).isocalendar()
    return year, week, step.drug


def _row(steps: list[DoseStep]) -> tuple[str, ...]:
    first, last = steps[0], steps[-1]
    if first is last:
        return _dose(first)
    return (
        f"{n.day(first.date)} to {n.day(last.date)}",
        f"{first.day} to {last.day}",
        treatment_title(first.drug),
        n.count(round(sum(step.dose for step in steps)), "session"),
        sentence(f"{first.note.rstrip('.')} to {within(last.note)}"),
    )


def _dose(step: DoseStep) -> tuple[str, ...]:
    return (
        n.day(step.date),
        str(step.day),
        treatment_title(step.drug),
        _amount(step) if step.dose else "none",
        sentence(step.note),
    )


def _amount(step: DoseStep) -> str:
    if step.unit.startswith(SESSION):
        return n.count(round(step.dose), "session")
    return f"{n.measured(step.dose)} {n.unit_words(step.unit)}".strip()


def _calendar(entries: Sequence[CalendarEntry]) -> DataTable | None:
    rows = tuple(
        (
            n.day(entry.date),
            capital(entry.what),
            joined([treatment_title(name) for name in entry.treatments]) or "n/a",
            sentence(entry.why),
            sentence(entry.rule) or "n/a",
            cite(entry.reference) + f", {entry.checked}",
        )
        for entry in sorted(entries, key=lambda entry: entry.date)
    )
    columns = ("On or about", "What", "For", "Why", "What follows from it", "Source")
    widths = (13, 19, 14, 20, 22, 12)
    return table_or_none(say("way_calendar"), columns, rows, widths)


def _guidelines(views: Sequence[GuidelineView]) -> DataTable | None:
    order = list(STANCE)
    rows = tuple(
        (
            f"{one.title}: {one.subject.replace('_', ' ')}",
            sentence(one.says),
            STANCE[one.stance],
            sentence(one.why) or "n/a",
            cite(one.reference) + f", {one.checked}",
        )
        for one in sorted(views, key=lambda one: order.index(one.stance))
    )
    columns = ("Guideline", "What it says", "The plan", "Why", "Source")
    widths = (20, 34, 10, 24, 12)
    return table_or_none(say("way_guidelines"), columns, rows, widths)
