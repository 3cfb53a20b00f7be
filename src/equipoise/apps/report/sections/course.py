"""Follow-up: the course of each scale, with the verdict on change and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.scales import nice_ticks
from equipoise.apps.report.charts.trajectory import CourseChart, course_chart
from equipoise.apps.report.names import cite, measure_limits, measure_title
from equipoise.apps.report.plain import plain
from equipoise.apps.report.sections.strips import LEVEL80, LEVEL95
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import say
from equipoise.core.dates import earliest
from equipoise.core.nouns import Dossier, SeriesPoint, Trajectory

__all__ = ["Course", "Courses", "courses"]

VERDICTS: Final = (
    "reliable_improvement",
    "reliable_worsening",
    "no_reliable_change",
    "cannot_tell",
)


@dataclass(frozen=True, slots=True)
class Course:
    """The course of one scale."""

    id: str
    name: str
    verdict: str
    words: str
    summary: str
    chart: CourseChart | None
    caption: Markup
    triggers: tuple[tuple[str, str, str], ...]
    table: DataTable


@dataclass(frozen=True, slots=True)
class Courses:
    """All courses; `empty` says why there is none."""

    title: str
    items: tuple[Course, ...]
    empty: str


def courses(dossier: Dossier) -> Courses:
    """Return the follow-up of one person."""
    items = tuple(_course(t) for t in dossier.trajectories if t.points)
    if not items:
        words = [t.words for t in dossier.trajectories if t.words]
        return Courses("Is it working?", (), words[0] if words else say("course_none"))
    verdict = items[0].verdict
    return Courses(f"{items[0].name}: {verdict[:1].lower()}{verdict[1:].rstrip('.')}", items, "")


def _verdict(course: Trajectory) -> str:
    return say(course.verdict) if course.verdict in VERDICTS else course.verdict.replace("_", " ")


def _course(course: Trajectory) -> Course:
    points = tuple(sorted(course.points, key=lambda p: earliest(p.date)))
    limits = measure_limits(course.measure)
    if limits is None:
        values = nice_ticks(min(p.value for p in points), max(p.value for p in points))
        limits = (values[0], values[-1])
    name = measure_title(course.measure)
    triggers = tuple((t.title, t.why, t.action) for t in course.triggers)
    return Course(
        id=f"course-{course.measure.replace('.', '-')}",
        name=name,
        verdict=_verdict(course),
        words=plain(course.words),
        summary=_summary(name, course, len(points)),
        chart=course_chart(points, limits, _band(course)) if len(points) > 1 else None,
        caption=_caption(course),
        triggers=triggers,
        table=_table(name, course),
    )


def _start(course: Trajectory) -> float | None:
    """Return the score that the last one is compared with."""
    return None if course.change is None else course.points[-1].value - course.change


def _band(course: Trajectory) -> tuple[float, float] | None:
    start, half = _start(course), course.reliable_change
    return None if start is None or half is None else (start - half, start + half)


def _summary(name: str, course: Trajectory, visits: int) -> str:
    first, last = n.measured(course.points[0].value), n.measured(course.points[-1].value)
    return (
        f"{name} over {n.count(visits, 'visit')}, from {first} to {last}. {_verdict(course)} "
        "Every visit stands in the table below."
    )


def _caption(course: Trajectory) -> Markup:
    parts: list[str] = [
        f"Lower is better. Dot: score; thick line: {n.P80}, thin line: {n.P95} measurement error."
    ]
    start = _start(course)
    if start is not None and course.reliable_change is not None:
        parts.append(
            f"Shade: within {n.measured(course.reliable_change)} points of the score it is "
            f"compared with ({n.measured(start)}): not told apart from measurement error. Rule:"
        )
        parts.append(cite(course.reference))
    return Markup(" ").join(parts)


def _ends(point: SeriesPoint, level: float) -> str:
    error = point.standard_error
    if error is None:
        return "error not known"
    return n.range_measured(n.around(point.value, error, level), error)


def _table(name: str, course: Trajectory) -> DataTable:
    rows = []
    for point in sorted(course.points, key=lambda p: earliest(p.date)):
        error = point.standard_error
        ends = [_ends(point, level) for level in (LEVEL80, LEVEL95)]
        rows.append((n.day(point.date), n.measured(point.value, error), *ends))
    return DataTable(
        f"{name} at every visit",
        ("Date", "Score", n.P80, n.P95),
        tuple(rows),
        widths=(40, 20, 20, 20),
    )
