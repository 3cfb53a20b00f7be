"""How the symptoms are doing: one score in words, and one line that shows it."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts import marks
from equipoise.apps.report.charts.scales import Linear
from equipoise.apps.report.charts.svg import ROW_MIDDLE, element, group, percent, plot, stroke
from equipoise.apps.report.document import Block, Picture, Section, Text
from equipoise.apps.report.figures import date, figure
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.names import cell, measure_limits, rows_of
from equipoise.apps.report.wording import tell
from equipoise.core.dates import earliest
from equipoise.core.nouns import Dossier, SeriesPoint, Trajectory

__all__ = ["course_of_mood", "doing_section", "level_words", "scale_end", "score"]

DEPRESSION: Final = "depression"
VERDICTS: Final = {
    "reliable_improvement": "patient.doing_better",
    "reliable_worsening": "patient.doing_worse",
    "no_reliable_change": "patient.doing_same",
}


def course_of_mood(dossier: Dossier) -> Trajectory | None:
    """Return the course of the scale of depression that was filled in; None without a score."""
    with_points = [one for one in dossier.trajectories if one.points]
    about_mood = [one for one in with_points if _domain(one) == DEPRESSION]
    return next(iter(about_mood or with_points), None)


def doing_section(dossier: Dossier) -> Section:
    """Return the section: the last score on its line, and whether it changed."""
    course = course_of_mood(dossier)
    blocks: tuple[Block, ...] = (Text(tell("patient.doing_none")),)
    if course is not None:
        blocks = (
            Text(tell("patient.doing_lead", scale=_scale_words(course))),
            *_line(course),
            Text(Markup(" ").join((_change(course), tell("patient.doing_limit")))),
        )
    return Section("doing", _("How you are doing"), blocks)


def last_point(course: Trajectory) -> SeriesPoint:
    """Return the newest score."""
    return _sorted(course)[-1]


def score(course: Trajectory, point: SeriesPoint) -> Markup:
    """Return a score, tied to its row of the data sheet."""
    row = f"scale.{_scale(course)}.{point.date}"
    return figure(n.measured(point.value), row, n.exact(point.value))


def scale_end(course: Trajectory, end: str) -> Markup | None:
    """Return the ``lowest`` or ``highest`` score of the scale; None where it is not known."""
    limits = measure_limits(course.measure)
    if limits is None:
        return None
    value = limits[0] if end == "lowest" else limits[1]
    return figure(n.measured(value), f"scale.{_scale(course)}.{end}", n.exact(value))


def level_words(course: Trajectory) -> Markup | None:
    """Return how strong the symptoms are, in words; None where the scale has no levels."""
    value = last_point(course).value
    for row in rows_of("scales/bands", scale=_scale(course)):
        if row.number("lowest") <= value <= row.number("highest"):
            name = f"level_{row.text('id')}"
            known = rows_of("wording/patient", id=name)
            return tell(f"patient.{name}") if known else None
    return None


def _line(course: Trajectory) -> tuple[Picture, ...]:
    limits = measure_limits(course.measure)
    lowest, highest = scale_end(course, "lowest"), scale_end(course, "highest")
    if limits is None or lowest is None or highest is None:
        return ()
    scale, point = Linear(*limits), last_point(course)
    low, high = n.measured(limits[0]), n.measured(limits[1])
    place = scale.place(point.value)
    rail = element("line", x1="0%", x2="100%", y1=0, y2=0, stroke_width=3, **stroke("axis"))
    value = element(
        "text",
        n.measured(point.value),
        x=percent(place),
        y=-14,
        text_anchor="middle",
        class_="f-ink",
        font_size="18",
        font_weight="650",
    )
    drawn = plot(group(rail, marks.dot(place), value, middle=ROW_MIDDLE + 12), height=56)
    ends = marks.axis(((0.0, low), (100.0, high)))
    words = (tell("patient.line_low", lowest=lowest), tell("patient.line_high", highest=highest))
    caption = Markup('<span class="line-ends"><span>{}</span><span>{}</span></span>').format(*words)
    del ends
    return (
        Picture(
            id="score",
            title=tell("patient.line_title"),
            summary=tell(
                "patient.line_summary", lowest=low, highest=high, last=n.measured(point.value)
            ),
            plots=(("", drawn),),
            caption=caption,
        ),
    )


def _change(course: Trajectory) -> Markup:
    first, last = _sorted(course)[0], last_point(course)
    if first is last:
        return tell("patient.doing_first")
    sentence = VERDICTS.get(course.verdict, "patient.doing_other")
    if course.change is not None and len(course.points) > 2:  # noqa: PLR2004
        start = last.value - course.change
        first = next((p for p in _sorted(course) if p.value == start), first)
    return tell(
        sentence,
        first=score(course, first),
        first_date=date(first.date),
        last=score(course, last),
        last_date=date(last.date),
    )


def _sorted(course: Trajectory) -> list[SeriesPoint]:
    return sorted(course.points, key=lambda point: earliest(point.date))


def _scale(course: Trajectory) -> str:
    return course.measure.rpartition(".")[2]


def _domain(course: Trajectory) -> str | None:
    return cell("scales/scales", "domain", id=_scale(course))


def _scale_words(course: Trajectory) -> Markup:
    own = f"scale_{_scale(course)}"
    return tell(f"patient.{own if rows_of('wording/patient', id=own) else 'scale_mood'}")
