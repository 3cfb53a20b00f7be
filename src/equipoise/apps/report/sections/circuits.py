"""Measures of the brain: on z where there is a norm, in their own unit, and their connections."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts import marks
from equipoise.apps.report.charts.connections import edge_strip, z_strip
from equipoise.apps.report.charts.marks import Estimate, glyph
from equipoise.apps.report.charts.scales import Linear, nice_scale
from equipoise.apps.report.charts.strip import unit_axis
from equipoise.apps.report.document import Picture
from equipoise.apps.report.names import anchor, measure_title, region_title
from equipoise.apps.report.sections.circuit_places import circuit_places
from equipoise.apps.report.sections.imaging import ASSAY, Imaging
from equipoise.apps.report.sections.strips import (
    LEVEL80,
    LEVEL95,
    Standing,
    centile_words,
    latest_first,
    measured_words,
    row_notes,
    unit_charts,
    value_notes,
)
from equipoise.apps.report.views import DataTable, Legend, PlotGroup, PlotRow, RowChart
from equipoise.apps.report.wording import capital, say, sentence
from equipoise.core.nouns import EdgeScore, NormedMeasurement

__all__ = ["Circuits", "circuits", "edges_of", "kind_of"]

KINDS: Final = (
    ("mri.rest_", "At rest"),
    ("mri.task_", "In tasks"),
    ("mri.structure_", "Structure"),
)
SHARED: Final = 2
"""From so many rows on, notes that all of them share are said once."""
TASK: Final = "Task: "
NORM_WIDTH: Final = 3.5
CENTILES: Final = ((-2.0, "2"), (-1.0, "16"), (0.0, "50"), (1.0, "84"), (2.0, "98"))
PAIR: Final = " \N{EN DASH} "


@dataclass(frozen=True, slots=True)
class Circuits:
    """Charts of the measures and of the connections behind them."""

    title: str
    places: Picture | None
    charts: tuple[RowChart, ...]
    edges: RowChart | None
    edge_words: str
    edge_table: DataTable | None
    limit: str


def circuits(imaging: Imaging) -> Circuits | None:
    """Return the measures of the brain, the newest of each; None where there are none."""
    newest = latest_first(imaging.measurements)
    found = edges_of(imaging)
    if not newest and not found:
        return None
    standing = Standing(imaging.used, imaging.set_aside)
    on_norm = [item for item in newest if item.z is not None]
    bare = [item for item in newest if item.z is None]
    charts = [_z_chart(standing, on_norm)] if on_norm else []
    charts += _bare_charts(standing, bare)
    return Circuits(
        title=_title(newest, on_norm),
        places=circuit_places(newest),
        charts=tuple(
            _said_once(
                replace(chart, groups=tuple(_named_once(group) for group in chart.groups)), imaging
            )
            for chart in charts
        ),
        edges=_edge_chart(found) if found else None,
        edge_words=_edge_words(found),
        edge_table=_edge_table(found) if found else None,
        limit=f"{say('scan_limit')} {say('circuit_limit')}",
    )


def _named_once(group: PlotGroup) -> PlotGroup:
    """Return a group of one task: its rows are low and do not repeat the name of the task."""
    if not group.title or not group.title.startswith(TASK):
        return group
    start = f"{group.title.removeprefix(TASK)}: "
    rows = (
        replace(row, label=capital(row.label.removeprefix(start)), kind="quiet")
        for row in group.rows
    )
    return replace(group, rows=tuple(rows))


def _said_once(chart: RowChart, imaging: Imaging) -> RowChart:
    """Return a chart whose caption holds the notes that all rows share, but for those of scans."""
    rows = [row for group in chart.groups for row in group.rows]
    if len(rows) < SHARED:
        return chart
    shared = [note for note in rows[0].notes if all(note in row.notes for row in rows)]
    if not shared:
        return chart
    groups = tuple(
        replace(
            group,
            rows=tuple(
                replace(row, notes=tuple(note for note in row.notes if note not in shared))
                for row in group.rows
            ),
        )
        for group in chart.groups
    )
    flags = {sentence(flag) for scan in imaging.scans for flag in scan.flags}
    flags -= {sentence(notice) for notice in imaging.notices}
    scans = say("flags_below") if flags.intersection(shared) else ""
    said = " ".join((
        "Of all rows:",
        *(note for note in shared if note not in flags),
        scans,
    )).strip()
    return replace(chart, groups=groups, caption=" ".join((said, chart.caption)).strip())


def edges_of(imaging: Imaging) -> tuple[EdgeScore, ...]:
    """Return the connections of the newest session that has any."""
    held = [scan for scan in imaging.scans if scan.edges]
    newest = max((scan.date or "" for scan in held), default="")
    return tuple(edge for s in held if (s.date or "") == newest for edge in s.edges)


def kind_of(measure: str) -> str:
    """Return the heading that a measure of the brain stands under; a task has its own."""
    kind = next((title for stem, title in KINDS if measure.startswith(stem)), "Other")
    task, _, rest = measure_title(measure).partition(": ")
    return f"{TASK}{task}" if kind == KINDS[1][1] and rest else kind


def _title(newest: list[NormedMeasurement], on_norm: list[NormedMeasurement]) -> str:
    if not newest:
        return "No circuit was scored"
    taken = n.count(len(newest), "measure of the brain", "measures of the brain", spelled=True)
    outside = sum(abs(item.z or 0.0) > CENTILES[-1][0] for item in on_norm)
    if not on_norm:
        return f"{taken.capitalize()}, none placed on a norm"
    words = n.count(outside, "lies", "lie", spelled=True) if outside else "none lies"
    return f"{taken.capitalize()}, {len(on_norm)} placed on a norm; {words} beyond centiles 2 to 98"


def _grouped(items: list[NormedMeasurement]) -> dict[str, list[NormedMeasurement]]:
    found: dict[str, list[NormedMeasurement]] = defaultdict(list)
    for item in items:
        found[kind_of(item.measurement.id)].append(item)
    return found


def _z_chart(standing: Standing, items: list[NormedMeasurement]) -> RowChart:
    scale = Linear(-NORM_WIDTH, NORM_WIDTH)
    ordered = sorted(items, key=lambda item: -item.measurement.coverage)
    groups = tuple(
        PlotGroup(kind, tuple(_z_row(standing, item, scale) for item in group))
        for kind, group in _grouped(ordered).items()
    )
    legend = [
        Legend(glyph("after"), "grey: people of the norm"),
        Legend(glyph("estimate"), f"dot: this person; thick line: {n.P80}; thin line: {n.P95}"),
    ]
    if any(item.extrapolated for item in items):
        legend.append(Legend(glyph("hollow"), "hollow: outside the group of the norm"))
    return RowChart(
        id="circuits",
        title="Where the measures of the brain lie among other people",
        summary=_z_summary(items),
        label_head="Measure",
        axis_title="centile of the norm",
        value_head="Place on the norm",
        axis=marks.axis([(scale.place(z), text) for z, text in CENTILES]),
        groups=groups,
        legend=tuple(legend),
        caption=say("norm_overlap"),
    )


def _z_row(standing: Standing, item: NormedMeasurement, scale: Linear) -> PlotRow:
    z, error = item.z or 0.0, item.z_standard_error
    spans = [None if error is None else n.around(z, error, level) for level in (LEVEL80, LEVEL95)]
    notes = row_notes(standing, item)
    notes += [sentence(f"norm: {item.norm.population}")] if item.norm else []
    return PlotRow(
        label=measure_title(item.measurement.id),
        plot=z_strip(scale, Estimate(z, *spans), hollow=item.extrapolated),
        value=centile_words(item.centile) or f"z {n.measured(z, error)}",
        notes=tuple(notes),
        value_notes=(
            measured_words(item)[0],
            *(f"{n.P95}: {_centiles(ends)}" for ends in spans[1:] if ends is not None),
        ),
        anchor=anchor("measure", item.measurement.id, item.measurement.date or ""),
    )


def _centiles(ends: tuple[float, float]) -> str:
    low, high = (n.centile_of(z) for z in ends)
    return f"centile {low} to {high}"


def _z_summary(items: list[NormedMeasurement]) -> str:
    ordered = sorted(items, key=lambda item: item.z or 0.0)
    low, high = ordered[0], ordered[-1]
    return (
        f"Strips on the centiles of the norm for {n.count(len(items), 'measure')}. "
        f"Lowest: {measure_title(low.measurement.id)}, "
        f"{(centile_words(low.centile) or 'no centile').lower()}. "
        f"Highest: {measure_title(high.measurement.id)}, "
        f"{(centile_words(high.centile) or 'no centile').lower()}. "
        "The numbers stand in the table of every value."
    )


def _bare_charts(standing: Standing, items: list[NormedMeasurement]) -> list[RowChart]:
    charts = unit_charts(standing, items, kind_of)
    return [
        replace(
            _without_no_norm(chart),
            title=say("no_norm_title", unit=chart.axis_title.removeprefix("own unit, ")),
            summary=_bare_summary(items, chart),
        )
        for chart in charts
    ]


def _without_no_norm(chart: RowChart) -> RowChart:
    """Return a chart whose rows leave out what its title says."""
    no_norm = say("no_norm")
    groups = []
    for group in chart.groups:
        kept = (
            replace(row, value_notes=tuple(note for note in row.value_notes if note != no_norm))
            for row in group.rows
        )
        groups.append(replace(group, rows=tuple(kept)))
    return replace(chart, groups=tuple(groups))


def _bare_summary(items: list[NormedMeasurement], chart: RowChart) -> str:
    shown = {row.anchor for group in chart.groups for row in group.rows}
    parts = [
        f"{measure_title(item.measurement.id)} {measured_words(item)[0]}"
        + (f" ({note})" if (note := value_notes(item)[-1]) else "")
        for item in items
        if anchor("measure", item.measurement.id, item.measurement.date or "") in shown
    ]
    return f"No norm: shown in their own unit. {'; '.join(parts)}."


def _pair(edge: EdgeScore) -> str:
    return f"{region_title(edge.region_a)}{PAIR}{region_title(edge.region_b)}"


def _circuit_title(circuit: str) -> str:
    return measure_title(f"{ASSAY}{circuit}")


def _edge_chart(edges: tuple[EdgeScore, ...]) -> RowChart:
    spans = {edge: n.around(edge.z, edge.standard_error, LEVEL95) for edge in edges}
    ends = [end for edge in edges for end in (*spans[edge], *edge.halves)]
    scale, ticks = nice_scale(min(0.0, *ends), max(0.0, *ends))
    groups: dict[str, list[PlotRow]] = defaultdict(list)
    for edge in edges:
        groups[edge.circuit].append(
            PlotRow(
                label=_pair(edge),
                plot=edge_strip(
                    scale,
                    ticks,
                    Estimate(edge.z, n.around(edge.z, edge.standard_error, LEVEL80), spans[edge]),
                    edge.halves,
                ),
                value=n.measured(edge.z, edge.standard_error),
                value_notes=(f"{n.P95}: {n.range_measured(spans[edge], edge.standard_error)}",),
                kind="quiet",
            )
        )
    return RowChart(
        id="edges",
        title="The connections behind the circuits",
        summary=f"{_edge_words(edges)} The numbers stand in the table below.",
        label_head="Connection",
        axis_title="Fisher z (0: no correlation)",
        value_head="Fisher z",
        axis=unit_axis(scale, [(t, n.measured(t)) for t in ticks]),
        groups=tuple(PlotGroup(_circuit_title(c), tuple(rows)) for c, rows in groups.items()),
        legend=(
            Legend(glyph("estimate"), f"dot: whole scan; thick line: {n.P80}; thin line: {n.P95}"),
            Legend(glyph("halves"), "small squares: the two halves of the scan"),
        ),
    )


def _edge_words(edges: tuple[EdgeScore, ...]) -> str:
    if not edges:
        return ""
    low, high = min(edges, key=lambda e: e.z), max(edges, key=lambda e: e.z)
    words = (
        f"{n.count(len(edges), 'connection', spelled=True).capitalize()}, from "
        f"{n.measured(low.z, low.standard_error)} ({_pair(low)}) to "
        f"{n.measured(high.z, high.standard_error)} ({_pair(high)}), Fisher z."
    )
    apart = [abs(e.halves[0] - e.halves[1]) for e in edges if len(e.halves) > 1]
    if apart:
        middle = sorted(apart)[len(apart) // 2]
        words += f" The halves of the scan differ by {middle:.2f} in the middle of all."
    return words


def _edge_table(edges: tuple[EdgeScore, ...]) -> DataTable:
    rows = tuple(
        (
            _pair(edge),
            n.measured(edge.z, edge.standard_error),
            n.measured(edge.standard_error, edge.standard_error),
            *(
                n.range_measured(n.around(edge.z, edge.standard_error, level), edge.standard_error)
                for level in (LEVEL80, LEVEL95)
            ),
            " and ".join(n.measured(half, edge.standard_error) for half in edge.halves)
            or "a half is too short",
        )
        for edge in edges
    )
    counted: dict[str, int] = {}
    for edge in edges:
        counted[edge.circuit] = counted.get(edge.circuit, 0) + 1
    columns = ("Connection", "Fisher z", "Standard error", n.P80, n.P95, "Halves of the scan")
    return DataTable(
        "Every connection in numbers",
        columns,
        rows,
        widths=(36, 10, 12, 14, 14, 14),
        groups=tuple((_circuit_title(c), number) for c, number in counted.items()),
    )
