"""Is what is taken now likely to help: go on, raise, add or switch, given the change so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.forest import FOREST_AXIS, chance_plot
from equipoise.apps.report.charts.marks import glyph
from equipoise.apps.report.names import anchor, graded, treatment_title
from equipoise.apps.report.sections.marked import marked, marks_of
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.views import Legend, PlotGroup, PlotRow, RowChart
from equipoise.apps.report.wording import joined, say, sentence
from equipoise.core.casing import within
from equipoise.core.nouns import Continuation, Dossier, NextMove
from equipoise.predict.early.danger import came_with

__all__ = ["UnderWayView", "continuation_keys", "under_way"]

MOVES: Final = {
    "continue": "Go on as now",
    "raise": "Raise the dose",
    "augment": "Add",
    "switch": "Switch to",
}
NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class UnderWayView:
    """What the change so far says; `unread` are treatments whose change cannot be read."""

    title: str
    words: tuple[str, ...]
    charts: tuple[RowChart, ...]
    unread: tuple[str, ...]


def under_way(dossier: Dossier) -> UnderWayView | None:
    """Return the section; None where nothing is under way or the ranking is withheld."""
    found = dossier.decision.continuations
    unread = _unread(dossier)
    if withheld(dossier) or not (found or unread):
        return None
    return UnderWayView(
        title=_title(found),
        words=tuple(sentence(one.sentence) for one in found),
        charts=tuple(_chart(dossier, one) for one in found),
        unread=unread,
    )


def _unread(dossier: Dossier) -> tuple[str, ...]:
    """Return why a change foretells nothing; red flags and a rise of the score come first."""
    appraisal, read = dossier.appraisal, {one.treatment for one in dossier.decision.continuations}
    left = [one for one in appraisal.under_way if one.why_not and one.treatment not in read]
    lines: list[str] = []
    for one in left:
        flags, growth = came_with(one, appraisal)
        lines += ([] if read else [flags]) + [
            growth,
            sentence(
                f"{treatment_title(one.treatment)}{_held(dossier, one.treatment)}: {one.why_not}"
            ),
        ]
    return tuple(dict.fromkeys(line for line in lines if line))


def continuation_keys(dossier: Dossier) -> list[str]:
    """Return the references of everything that the section prints."""
    found = dossier.decision.continuations
    return [key for one in found for move in one.moves for key in move.references]


def _title(found: tuple[Continuation, ...]) -> str:
    if not found:
        return say("under_way_unread")
    first = found[0]
    return say(
        "under_way_title",
        treatment=first.title,
        weeks=n.count(round(first.week), "week"),
        chance=n.of_100(first.if_continued.mean),
    )


def _chart(dossier: Dossier, one: Continuation) -> RowChart:
    rows = tuple(_row(dossier, one, move) for move in one.moves)
    return RowChart(
        id=anchor("under", one.treatment),
        title=say("under_way_chart", treatment=within(one.title)),
        summary=say("under_way_summary", treatment=within(one.title)),
        label_head="What to do next",
        axis_title="of 100 people like this, much better",
        value_head="Much better",
        axis=FOREST_AXIS,
        groups=(PlotGroup(None, rows),),
        legend=(
            Legend(glyph("estimate"), "dot: best estimate; thick line: 80 %; thin line: 95 %"),
        ),
        caption=say("under_way_limit"),
    )


def _held(dossier: Dossier, treatment: str) -> str:
    """Return the safety mark of what is taken, in brackets; a hard stop above all."""
    appraisal = dossier.appraisal
    stopped = {one.drug for one in appraisal.dose_limits if one.stopped_by}
    if treatment in stopped.union(one.treatment for one in appraisal.current):
        return f" ({say('mark_held')})"
    return marks_of(dossier, (treatment,))


def _label(dossier: Dossier, one: Continuation, move: NextMove) -> str:
    """Return what is done, with safety marks; a dose with the highest for this person."""
    names = [name for name in move.treatments if name != one.treatment]
    label = MOVES[move.kind]
    if names and move.kind in {"augment", "switch"}:
        return f"{label}: {joined([marked(dossier, name) for name in names], 'or', most=NAMED)}"
    if move.kind == "continue":
        return label + _held(dossier, one.treatment)
    limit = next((x for x in dossier.appraisal.dose_limits if x.drug == one.treatment), None)
    if move.kind == "raise" and limit is not None and limit.maximum is not None:
        return say("raise_at_most", highest=f"{limit.maximum:g} {limit.unit}")
    return label


def _row(dossier: Dossier, one: Continuation, move: NextMove) -> PlotRow:
    label = _label(dossier, one, move)
    notes = (sentence(move.words), graded(move.grade, move.references))
    if move.response is None:
        return PlotRow(label, chance_plot(None), "Not known", notes, kind="quiet")
    return PlotRow(
        label=label,
        plot=chance_plot(move.response),
        value=f"{n.of_100(move.response.mean)} of 100",
        notes=notes,
        value_notes=(f"{n.P80}: {n.range_of_100(move.response.ci80)}",),
    )
