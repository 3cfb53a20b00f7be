"""Assessment: scales, what stands out, resistance, what is not known."""

from __future__ import annotations

from markupsafe import Markup, escape

from equipoise.apps.report import numbers as n
from equipoise.apps.report.document import Facts, Section
from equipoise.apps.report.figures import date, figure
from equipoise.apps.report.names import measure_limits, measure_title
from equipoise.apps.report.plain import plain
from equipoise.apps.report.readers.record import named, newest_scales, spelled
from equipoise.apps.report.sections.course_sheet import scale_row
from equipoise.apps.report.wording import tell
from equipoise.core.nouns import CheckItem, Dossier, SeriesPoint

__all__ = ["assessment", "missing", "resistance", "scale_words"]

SHOWN = 6
SUICIDALITY = "suicidality"
"""Check whose answers stand under the request."""


def assessment(dossier: Dossier) -> Section:
    """Return what was measured that matters, and what was not."""
    pairs = (
        ("scales_head", _scales(dossier)),
        ("findings_head", _findings(dossier)),
        ("stage_head", resistance(dossier)),
        ("missing_head", missing(dossier)),
    )
    facts = tuple((tell(f"letter.{head}"), words) for head, words in pairs)
    return Section("assessment", tell("letter.assessment"), (Facts(facts, kind="lines"),))


def _scales(dossier: Dossier) -> Markup:
    found = [scale_words(measure, point) for measure, point in newest_scales(dossier)]
    return Markup("; ").join(found) + "." if found else tell("letter.scales_open")


def scale_words(measure: str, point: SeriesPoint) -> Markup:
    """Return a total with its scale, its highest possible value and its date."""
    limits = measure_limits(measure)
    row = scale_row(measure, point.date)
    return tell(
        "letter.scale",
        scale=named(measure_title(measure)),
        total=figure(n.measured(point.value), row, n.exact(point.value)),
        most=tell("letter.not_known")
        if limits is None
        else figure(n.measured(limits[1]), f"{row.rpartition('.')[0]}.highest", n.exact(limits[1])),
        date=date(point.date),
    )


def _findings(dossier: Dossier) -> Markup:
    found = [
        escape(_found(item))
        for item in dossier.appraisal.diagnosis_check
        if item.status == "abnormal" and item.id != SUICIDALITY
    ]
    return Markup("; ").join(found) + "." if found else tell("letter.findings_none")


def _found(item: CheckItem) -> str:
    told = plain(item.evidence)
    return told if told.startswith(item.title) else f"{item.title}: {told}"


def resistance(dossier: Dossier) -> Markup:
    """Return how many adequate trials did not help enough in this episode."""
    stage = dossier.appraisal.stage
    if not stage.known:
        return tell("letter.stage_open")
    if not stage.count:
        # None of which it is sure is not none: a payer would read that nothing was tried.
        if stage.at_most:
            return tell("letter.stage_up_to", trials=spelled(stage.at_most))
        return tell("letter.stage_none")
    told = tell("letter.stage", number=stage.count, trials=spelled(stage.count).capitalize())
    if stage.at_most <= stage.count:
        return told
    return told + " " + tell("letter.stage_at_most", trials=spelled(stage.at_most))


def missing(dossier: Dossier) -> Markup:
    """Return what nobody knows and the rules ask for, the first ones by name."""
    names = [escape(plain(name)) for name in dossier.plan.still_missing]
    if not names:
        return tell("letter.missing_none")
    told = Markup("; ").join(names[:SHOWN])
    more = len(names) - SHOWN
    if more <= 0:
        return told + "."
    return told + "; " + tell("letter.missing_more", more=str(more)) + "."
