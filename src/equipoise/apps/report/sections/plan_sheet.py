"""Data-sheet lines of the plan: steps, doses with their days, dates to look again, criteria."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.sections.line import NA, Line
from equipoise.core.nouns import (
    Authorisation,
    CalendarEntry,
    Criterion,
    DoseStep,
    Dossier,
    Schedule,
    Step,
)

__all__ = ["plan_lines", "rule_lines"]

DATE = "date"
SESSION = "{session}"
STATES = ("met", "unmet", "unknown")


def plan_lines(dossier: Dossier) -> Iterator[Line]:
    """Return the numbers and dates of a plan, one line each."""
    plan = dossier.plan
    for step in plan.steps:
        yield _step(step)
    for schedule in plan.schedules:
        yield from _schedule(schedule)
    for number, entry in enumerate(plan.calendar, start=1):
        yield from _entry(f"plan.calendar.{number}", entry)


def rule_lines(dossier: Dossier) -> Iterator[Line]:
    """Return what the record says to every criterion of a coverage rule, and how many are met.

    No option is ranked by it, so that it stands with an emergency flag too.
    """
    yield from _rules(dossier.plan.authorisations)


def _step(step: Step) -> Line:
    return Line(
        f"plan.step.{step.order}",
        f"Step {step.order}, day on which it is looked at again",
        step.review,
        DATE,
        date=step.review,
        grade=step.grade,
        source=step.reference,
        checked=step.checked,
        note=step.id or NA,
    )


def _schedule(one: Schedule) -> Iterator[Line]:
    stem = f"schedule.{one.id}"
    about = {"grade": one.grade, "source": one.reference, "checked": one.checked}
    if one.withheld is not None:
        yield Line(stem, one.title, NA, NA, note=f"withheld: {one.withheld}", **about)
    for number, step in enumerate(one.steps, start=1):
        yield from _dose(f"{stem}.{number}", step, about)
    if one.steps:
        label = f"{one.title}, steps"
        yield Line(f"{stem}.steps", label, str(len(one.steps)), "{steps}", **about)
    for name, day in zip(("first", "last"), one.washout or (), strict=False):
        label = f"{one.title}, {name} day without either drug"
        yield Line(f"{stem}.washout_{name}", label, str(day), "d", **about)


def _dose(name: str, step: DoseStep, about: dict[str, str]) -> Iterator[Line]:
    label, day = f"{treatment_title(step.drug)}, dose from this day on", f"day {step.day}"
    shared = {"date": step.date, "note": step.note or NA, **about}
    yield Line(name, label, n.exact(step.dose), step.unit, time=day, **shared)
    if not step.unit.startswith(SESSION):
        label = f"{treatment_title(step.drug)}, day of the schedule"
        yield Line(f"{name}.day", label, str(step.day), "d", **shared)


def _entry(stem: str, entry: CalendarEntry) -> Iterator[Line]:
    about = {
        "date": entry.date,
        "grade": entry.grade,
        "source": entry.reference,
        "checked": entry.checked,
    }
    yield Line(stem, entry.what, entry.date, DATE, time=f"day {entry.day}", **about)
    yield Line(f"{stem}.day", f"{entry.what}, day", str(entry.day), "d", **about)


def _rules(found: tuple[Authorisation, ...]) -> Iterator[Line]:
    """Return each rule once; a form of a treatment that it reads otherwise gets its own lines."""
    seen: dict[str, tuple[Criterion, ...]] = {}
    for one in found:
        if one.policy not in seen:
            seen[one.policy] = one.criteria
            yield from _rule(f"criterion.{one.policy}", one)
        elif seen[one.policy] != one.criteria:
            yield from _rule(f"criterion.{one.policy}.{one.treatment}", one)


def _rule(stem: str, one: Authorisation) -> Iterator[Line]:
    for criterion in one.criteria:
        yield Line(
            f"{stem}.{criterion.id}",
            criterion.what,
            criterion.status,
            "status",
            source=criterion.reference,
            as_of=criterion.as_of,
            checked=criterion.checked,
            note="; ".join((f"confidence {criterion.confidence}", *criterion.evidence)),
        )
    counts = Counter[str](criterion.status for criterion in one.criteria)
    about = {"as_of": one.as_of, "reference_group": one.payer}
    for state in STATES:
        label = f"{one.title}, criteria {state}"
        yield Line(f"{stem}.{state}", label, str(counts[state]), "{criteria}", **about)
    yield Line(
        f"{stem}.all", f"{one.title}, criteria", str(len(one.criteria)), "{criteria}", **about
    )
