"""Mechanism profile: what the measurements say about each mechanism, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts import marks
from equipoise.apps.report.charts.mechanism import AXIS, informed_plot
from equipoise.apps.report.names import anchor, cell, measure_title
from equipoise.apps.report.sections.strips import LEVEL80, LEVEL95
from equipoise.apps.report.views import DataTable, Legend, PlotGroup, PlotRow, RowChart
from equipoise.apps.report.wording import joined, say, sentence
from equipoise.core.nouns import Dossier, MechanismState

__all__ = ["Mechanisms", "mechanisms"]

NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Mechanisms:
    """The chart with its limits in words."""

    title: str
    chart: RowChart | None
    silent: str
    table: DataTable | None
    notes: tuple[str, ...]


def mechanisms(dossier: Dossier) -> Mechanisms:
    """Return the mechanism profile of one person."""
    states = dossier.profile.mechanisms
    informed = [s for s in states if s.informed]
    notes = [dossier.profile.assumption, say("mechanism_limit"), _biotypes(dossier)]
    return Mechanisms(
        title=_title(informed, len(states)),
        chart=_chart(informed) if informed else None,
        silent=_silent(states, informed),
        table=_table(states) if states else None,
        notes=tuple(note for note in notes if note),
    )


def _title(informed: list[MechanismState], of: int) -> str:
    if not informed:
        return "No mechanism is informed by what was measured"
    names = joined([s.title.lower() for s in informed], most=NAMED)
    return f"{len(informed)} of {n.count(of, 'mechanism')} informed: {names}"


def _silent(states: tuple[MechanismState, ...], informed: list[MechanismState]) -> str:
    """Return which mechanisms nothing is known of: a curve of each would only repeat the prior."""
    names = [s.title.lower() for s in states if not s.informed]
    if not names:
        return ""
    return say("mechanisms_silent", names=joined(names)) if informed else say("mechanisms_none")


def _biotypes(dossier: Dossier) -> str:
    found = dossier.profile.biotypes
    note = sentence(dossier.profile.biotypes_note)
    if not found:
        return f"No biotype was assessed. {note}".strip()
    parts = [f"{_biotype(b.id)} {n.of_100(b.chance)} of 100" for b in found]
    return f"Biotypes: {joined(parts)}. {note}".strip()


def _biotype(name: str) -> str:
    return cell("mechanisms/biotypes", "title", id=name) or name.replace("_", " ")


def _chart(informed: list[MechanismState]) -> RowChart:
    return RowChart(
        id="mechanisms",
        title="Before and after the measurements",
        summary=_summary(informed),
        label_head="Mechanism",
        axis_title="standard deviations, before measuring",
        value_head="After",
        axis=AXIS,
        groups=(PlotGroup(None, tuple(_row(s) for s in informed)),),
        legend=(
            Legend(marks.glyph("prior"), "outline: before"),
            Legend(marks.glyph("after"), "filled: after"),
            Legend(marks.glyph("estimate"), "dot: mean; thick line: 80 %; thin line: 95 %"),
        ),
    )


def _summary(informed: list[MechanismState]) -> str:
    low, high = min(informed, key=lambda s: s.mean), max(informed, key=lambda s: s.mean)
    return say(
        "mechanism_summary",
        n=n.count(len(informed), "mechanism"),
        low=f"{low.title}, {n.measured(low.mean, low.sd)}",
        high=f"{high.title}, {n.measured(high.mean, high.sd)}",
    )


def _row(state: MechanismState) -> PlotRow:
    spans = [n.around(state.mean, state.sd, level) for level in (LEVEL80, LEVEL95)]
    drawn = marks.Estimate(state.mean, *spans)
    sources = [measure_title(c.measure) for c in state.contributions if c.amount]
    ends = [n.range_measured(span, state.sd) for span in spans]
    return PlotRow(
        label=state.title,
        plot=informed_plot(state, drawn),
        value=n.measured(state.mean, state.sd),
        notes=(f"From {joined(sources)}",) if sources else (),
        value_notes=(f"{n.P80}: {ends[0]}", f"{n.P95}: {ends[1]}"),
        anchor=anchor("mechanism", state.id),
    )


def _table(states: tuple[MechanismState, ...]) -> DataTable:
    rows = []
    for state in states:
        parts = [
            f"{measure_title(c.measure)} {n.measured(c.amount, state.sd)}"
            for c in state.contributions
        ]
        mean = n.measured(state.mean, state.sd) if state.informed else say("not_informed")
        ends = n.range_measured(n.around(state.mean, state.sd, LEVEL80), state.sd)
        wide = n.range_measured(n.around(state.mean, state.sd, LEVEL95), state.sd)
        rows.append((state.title, mean, ends, wide, joined(parts) or say("not_loaded")))
    columns = ("Mechanism", "Mean", n.P80, n.P95, "What moved it, and by how much")
    widths = (26, 16, 15, 15, 28)
    anchors = tuple(anchor("mechanism", state.id) for state in states)
    return DataTable(say("mechanism_table"), columns, tuple(rows), anchors, widths)
