"""From single orders, statements and administrations to trials and to drugs in use.

The same medication ordered, told of and given is one trial, not three. What was given for
depression, or is an antidepressant without another reason, is a trial; all else is a drug in use.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import Dose, DrugUse, TreatmentTrial
from equipoise.core.tables import load_table, setting
from equipoise.ingest.fhir.chart import Chart
from equipoise.ingest.fhir.medication import Use

__all__ = ["drugs_in_use", "trials_of", "while_taken"]

_OVER: Final = frozenset({"ended", "stopped"})
_ORDER = "MedicationRequest"
_STATEMENT, _GIVEN = "MedicationStatement", "MedicationAdministration"
_PER_SESSION: Final = frozenset({"mg", "mg/kg"})

Course = list[Use]


def while_taken(chart: Chart, uses: Iterable[Use]) -> Iterator[tuple[Course, bool]]:
    """Yield the uses of one drug that belong together, and whether they are a trial.

    Parameters
    ----------
    chart : Chart
        Told of statements of drugs that were not taken.
    uses : iterable of Use
        Of all drugs.

    Yields
    ------
    tuple of (list of Use, bool)
        In the order of their beginning.
    """
    by_drug: dict[str, Course] = {}
    for use in uses:
        by_drug.setdefault(use.drug, []).append(use)
    for drug, held in by_drug.items():
        taken = [use for use in held if use.state != "not_taken"]
        refused = [use for use in held if use.state == "not_taken"]
        if not taken:
            for use in refused:
                resource = next(r for r in chart.each(use.source) if r.number == use.entry)
                chart.leave(resource, drug, "no intake: it was not taken")
            continue
        courses = list(_courses(taken))
        for use in refused:
            _joined(courses, use).append(use)
        for course in courses:
            yield course, _is_trial(course)


def _is_trial(course: Course) -> bool:
    """Whether a course was given for the depression.

    An antidepressant whose reasons are all of another kind (sleep, pain) is no trial; another drug
    is one only where a reason says so.
    """
    row = load_table("drugs/drugs").find(id=course[0].drug)
    antidepressant = row is not None and row.optional_text("is_antidepressant") == "true"
    prefixes = tuple(
        row.text("code") for row in load_table("codes/concepts") if row.text("kind") == "indication"
    )
    reasons = [reason for use in course for reason in use.reasons]
    for_depression = any(reason.startswith(prefixes) for reason in reasons)
    return for_depression or (antidepressant and not reasons)


def _courses(uses: Course) -> Iterator[Course]:
    """Split the uses of a drug where one was stopped before the next began, or long after it."""
    undated = [use for use in uses if use.start is None]
    dated = sorted((u for u in uses if u.start is not None), key=lambda u: (u.start or "", u.entry))
    course: Course = []
    span = _Span()
    for use in dated:
        if course and not span.goes_on(use):
            yield course
            course, span = [], _Span()
        course.append(use)
        span.add(use)
    course += undated
    if course:
        yield course


@dataclass
class _Span:
    """What is known of a course while its uses are put together, the earliest first."""

    last: dt.date = dt.date.min
    end: dt.date = dt.date.min
    running: bool = False
    stopped: bool = False

    def add(self, use: Use) -> None:
        """Take a use into the course."""
        self.last = earliest(use.start or "")
        self.running |= use.state == "running" and use.stop is None
        self.stopped |= use.state == "stopped"
        if use.stop is not None and use.state in _OVER:
            self.end = max(self.end, latest(use.stop))

    def goes_on(self, use: Use) -> bool:
        """Return whether a use belongs to the course."""
        begins = earliest(use.start or "")
        if self.running or self.end >= begins:
            return True
        near = begins - self.last <= dt.timedelta(days=setting("fhir_refill_days"))
        return near and (not self.stopped or begins == self.last)


def _joined(courses: list[Course], use: Use) -> Course:
    """Return the course that a statement of not taking belongs to: the last one begun before."""
    started = [c for c in courses if use.start and (c[0].start or "") <= use.start]
    return (started or courses)[-1]


def trials_of(course: Course) -> TreatmentTrial:
    """Return the trial that a course is."""
    ongoing, stop = _end(course)
    unit = _dose_unit(course[0].drug)
    days = {u.start for u in course if u.source == _GIVEN and u.start}
    return TreatmentTrial(
        treatment=course[0].drug,
        dose=_highest(course),
        start=_start(course),
        stop=stop,
        ongoing=ongoing,
        adherence=_adherence(course),
        outcome=_last(u.outcome for u in course),
        stopped_for=_last(u.stopped_for for u in course) if ongoing.value is False else not_asked(),
        sessions=given(len(days)) if days and unit in _PER_SESSION else not_asked(),
        line=-course[0].entry,
    )


def drugs_in_use(course: Course) -> DrugUse:
    """Return the drug in use that a course is."""
    ongoing, stop = _end(course)
    over = unknown() if ongoing.value is False and not stop.known else stop
    doses = [u.dose for u in course if u.dose is not None]
    dose: Answer[Dose] = given(doses[-1]) if doses else not_asked()
    return DrugUse(course[0].drug, dose, _start(course), over, -course[0].entry)


def _start(course: Course) -> Answer[IsoDate]:
    days = [use.start for use in course if use.start is not None]
    return given(min(days)) if days else not_asked()


def _end(course: Course) -> tuple[Answer[bool], Answer[IsoDate]]:
    """Return whether it is still taken, and the last day.

    What a statement tells of the end outranks an order that was left open, but not one that was
    written, nor a dose that was given, after that end.
    """
    told = [u for u in course if u.source == _STATEMENT and u.state != "not_taken"]
    orders = [u for u in course if u.source == _ORDER]
    end = max((latest(u.stop or u.start or "") for u in told if u.stop or u.start), default=None)
    judged = [*told, *_after(end, orders)] if told else orders
    if not judged:
        return unknown(), not_asked()
    last = judged[-1]
    running = [u for u in judged if u.state == "running" and u.stop is None]
    if running and (last.state not in _OVER or last in running):
        return given(True), not_asked()
    if last.source == _ORDER and last.state == "running":
        # An order whose planned end has passed is still active: nobody says that it was stopped.
        return unknown(), unknown()
    if last.state in _OVER or (last.state == "running" and last.stop is not None):
        return _stopped(course, judged)
    return unknown(), unknown()


def _after(day: dt.date | None, uses: Course) -> Course:
    """Return the uses that surely began after a day."""
    return [u for u in uses if day is not None and u.start and earliest(u.start) > day]


def _stopped(course: Course, judged: Course) -> tuple[Answer[bool], Answer[IsoDate]]:
    """Return that it was stopped, with the day where nothing was taken after it."""
    stops = [u.stop for u in judged if u.stop is not None]
    stop = max(stops, key=latest) if stops else None
    day = None if stop is None else latest(stop)
    if _after(day, [u for u in course if u.source == _GIVEN]):
        return unknown(), unknown()
    known = stop is not None and not _after(day, judged)
    return given(False), given(stop) if known and stop else unknown()


def _adherence(course: Course) -> Answer[str]:
    if any(use.state == "not_taken" for use in course):
        return given("poor")
    return _last(use.adherence for use in course)


def _last(values: Iterable[str | None]) -> Answer[str]:
    found = [value for value in values if value is not None]
    return given(found[-1]) if found else not_asked()


def _highest(course: Course) -> Answer[Dose]:
    doses = [use.dose for use in course if use.dose is not None]
    if not doses or len({dose.unit for dose in doses}) > 1:
        return not_asked() if not doses else unknown()
    return given(max(doses, key=lambda dose: dose.value))


def _dose_unit(drug: str) -> str:
    row = load_table("doses/doses").find(treatment=drug)
    return "" if row is None else row.text("unit")
