"""Procedure: sessions of ECT, TMS and psychotherapy, put together into courses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import TreatmentTrial
from equipoise.core.tables import setting
from equipoise.ingest.fhir.chart import Chart, Resource
from equipoise.ingest.fhir.codes import Concept, bound, coded, concept, phrase, target
from equipoise.ingest.fhir.part import Part

__all__ = ["read_procedures"]

_FULL_DATE: Final = len("2024-03-10")


@dataclass(frozen=True, slots=True)
class _Session:
    """One procedure: what it was, the days it took, what the texts say."""

    treatment: str
    entry: int
    start: IsoDate
    stop: IsoDate
    placement: str | None
    outcome: str | None


def read_procedures(chart: Chart) -> tuple[TreatmentTrial, ...]:
    """Return the courses of procedures that treat depression; others are listed.

    Parameters
    ----------
    chart : Chart
        The bundle.

    Returns
    -------
    tuple of TreatmentTrial
        One for each course, with the number of its sessions.
    """
    sessions: dict[str, list[_Session]] = {}
    for one in chart.each("Procedure"):
        code = concept(one.part, "code")
        found = _session(chart, one, code)
        if found is not None:
            sessions.setdefault(found.treatment, []).append(found)
    return tuple(_trial(chart, course) for found in sessions.values() for course in _courses(found))


def _session(chart: Chart, one: Resource, code: Concept | None) -> _Session | None:
    status = one.part.text("status")
    reading = bound(one.part, "Procedure", "status", status)
    if code is None:
        chart.leave(one, "no code", "the procedure has no code")
        return None
    if reading != "fact":
        chart.leave(one, code.what, f"no session: status {status or 'missing'}")
        return None
    treatment = target("procedure", code)
    if treatment is None:
        named = {said for word in code.words() if (said := phrase("procedure", word))}
        treatment = named.pop() if len(named) == 1 else None
    if treatment is None:
        chart.leave(one, code.what, "no treatment of the tables has this code or name")
        return None
    days = _days(one.part)
    if days is None:
        chart.leave(one, code.what, "no date: the sessions cannot be counted")
        return None
    chart.use(one.number)
    texts = tuple(_texts(one.part, code))
    return _Session(
        treatment, one.number, *days, _said("placement", texts), _said("outcome", texts)
    )


def _days(part: Part) -> tuple[IsoDate, IsoDate] | None:
    period = part.child("performedPeriod")
    if period is None:
        day = part.date("performedDateTime")
        return None if day is None else (day, day)
    start, stop = period.date("start"), period.date("end")
    if start is None:
        return None
    return start, stop or start


def _texts(part: Part, code: Concept) -> Iterator[str]:
    yield from code.words()
    outcome = part.child("outcome")
    if outcome is not None:
        yield from coded(outcome).words()
    for note in part.children("note"):
        yield note.text("text") or ""


def _said(about: str, texts: Iterable[str]) -> str | None:
    said = {value for text in texts if (value := phrase(about, text)) is not None}
    return said.pop() if len(said) == 1 else None


def _courses(sessions: list[_Session]) -> Iterator[list[_Session]]:
    gap = dt.timedelta(days=setting("fhir_course_days"))
    course: list[_Session] = []
    for one in sorted(sessions, key=lambda s: (s.start, s.entry)):
        if course and earliest(one.start) - latest(course[-1].stop) > gap:
            yield course
            course = []
        course.append(one)
    if course:
        yield course


def _trial(chart: Chart, course: list[_Session]) -> TreatmentTrial:
    first, last = course[0], max(course, key=lambda s: latest(s.stop))
    since = earliest(chart.today) - latest(last.stop)
    may_run = since <= dt.timedelta(days=setting("fhir_course_open_days"))
    stop: Answer[IsoDate] = not_asked() if may_run else given(last.stop)
    return TreatmentTrial(
        treatment=first.treatment,
        start=given(first.start),
        stop=stop,
        ongoing=unknown() if may_run else given(False),
        outcome=_one_of(s.outcome for s in course),
        sessions=_count(course),
        line=-first.entry,
        placement=_one_of(s.placement for s in course),
    )


def _count(course: list[_Session]) -> Answer[int]:
    """Return how many days had a session; not known where one entry spans several days."""
    exact = all(len(s.start) >= _FULL_DATE and s.start == s.stop for s in course)
    return given(len({s.start for s in course})) if exact else unknown()


def _one_of(values: Iterable[str | None]) -> Answer[str]:
    found = {value for value in values if value is not None}
    if len(found) == 1:
        return given(found.pop())
    return unknown() if found else not_asked()
