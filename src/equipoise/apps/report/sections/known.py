"""What is known: each measure on its norm or in its own unit, and what was not measured."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts import strip
from equipoise.apps.report.charts.marks import Estimate, glyph
from equipoise.apps.report.charts.scales import Linear, log_scale, nice_scale, nice_ticks
from equipoise.apps.report.names import anchor, measure_limits, measure_title
from equipoise.apps.report.norm_facts import (
    action_point,
    band,
    error_range,
    is_logarithmic,
    quantiles,
)
from equipoise.apps.report.plain import plain
from equipoise.apps.report.views import DataTable, Legend, PlotGroup, PlotRow, RowChart
from equipoise.apps.report.wording import say, sentence
from equipoise.core.nouns import Dossier, NormedMeasurement

__all__ = [
    "LEVEL80",
    "LEVEL95",
    "Gap",
    "Known",
    "centile_words",
    "known",
    "latest_first",
    "measured_words",
    "placed",
]

LEVEL80: Final = 0.80
LEVEL95: Final = 0.95


@dataclass(frozen=True, slots=True)
class Gap:
    """A measure that was not taken, with the reason."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """Charts of what was measured and the list of what was not."""

    title: str
    charts: tuple[RowChart, ...]
    table: DataTable | None
    gaps: tuple[Gap, ...]
    gap_title: str
    limit: str
    gap_limit: str


def known(dossier: Dossier) -> Known:
    """Return everything measured, the newest value of each measure in the charts."""
    newest = latest_first(dossier.measurements)
    with_norm = [m for m in newest if placed(m)]
    charts = [_norm_chart(dossier, with_norm)] if with_norm else []
    charts += _unit_charts(dossier, [m for m in newest if not placed(m)])
    gaps = tuple(Gap(measure_title(g.id), plain(g.reason)) for g in dossier.not_measured)
    missing = n.count(len(gaps), "measure was", "measures were", spelled=True).capitalize()
    return Known(
        title=_title(newest),
        charts=tuple(charts),
        table=_table(dossier) if dossier.measurements else None,
        gaps=gaps,
        gap_title=f"{missing} not taken",
        limit=say("scan_limit"),
        gap_limit=say("not_measured_limit"),
    )


def placed(item: NormedMeasurement) -> bool:
    """Whether a value has a place on a norm."""
    return item.centile is not None or item.z is not None


def latest_first(measurements: tuple[NormedMeasurement, ...]) -> list[NormedMeasurement]:
    """Return the newest value of every measure, in the order of the dossier."""
    found: dict[str, NormedMeasurement] = {}
    for item in measurements:
        old = found.get(item.measurement.id)
        if old is None or (item.measurement.date or "") >= (old.measurement.date or ""):
            found[item.measurement.id] = item
    return list(found.values())


def _title(newest: list[NormedMeasurement]) -> str:
    if not newest:
        return "Nothing was measured"
    number = sum(placed(m) for m in newest)
    taken = n.count(len(newest), "measure", spelled=True).capitalize()
    return f"{taken} taken, {number or 'none'} placed on a norm"


def _estimate(item: NormedMeasurement) -> Estimate:
    ends = (error_range(item, level) for level in (LEVEL80, LEVEL95))
    return Estimate(item.measurement.quantity.value, *ends)


def measured_words(item: NormedMeasurement) -> tuple[str, str, str]:
    """Return value with unit, 80 % and 95 % interval as text."""
    quantity = item.measurement.quantity
    error = quantity.standard_error
    value = f"{n.measured(quantity.value, error)} {n.unit_words(quantity.unit)}".strip()
    ends = [error_range(item, level) for level in (LEVEL80, LEVEL95)]
    fine = is_logarithmic(item.measurement.id)
    words = [
        "error not known" if e is None else n.range_measured(e, error, fine=fine) for e in ends
    ]
    return value, words[0], words[1]


def _value_notes(item: NormedMeasurement) -> tuple[str, ...]:
    _, ci80, ci95 = measured_words(item)
    if item.measurement.quantity.standard_error is None:
        return ("Measurement error not known",)
    return f"{n.P80}: {ci80}", f"{n.P95}: {ci95}"


def _notes(dossier: Dossier, item: NormedMeasurement) -> list[str]:
    measurement = item.measurement
    notes = [n.day(measurement.date)]
    if measurement.coverage < 1:
        notes[0] += f"; coverage {n.whole(measurement.coverage)}\N{NO-BREAK SPACE}%"
    notes += [say("extrapolated")] if item.extrapolated else []
    notes += [item.reason] if item.reason else []
    set_aside = dict(dossier.profile.measures_set_aside)
    why = set_aside.get(measurement.id, "")
    if measurement.id not in dossier.profile.measures_used:
        notes.append("moves nothing" + (f": {why}" if why and why != item.reason else ""))
    elif why:
        notes.append(why)
    return [sentence(note) for note in (*notes, *measurement.flags)]


def centile_words(centile: float | None) -> str:
    """Return a centile in words, or nothing."""
    if centile is None:
        return ""
    if centile < 1:
        return "Below centile 1"
    return "Above centile 99" if centile > 99 else f"Centile {round(centile)}"  # noqa: PLR2004


def _norm_chart(dossier: Dossier, items: list[NormedMeasurement]) -> RowChart:
    return RowChart(
        id="norms",
        title="Where the values lie among other people",
        summary=_summary(items),
        label_head="Measure",
        axis_title="centile above, value below",
        value_head="Value",
        axis=None,
        groups=(PlotGroup(None, tuple(_norm_row(dossier, item) for item in items)),),
        legend=_legend(items),
    )


def _norm_row(dossier: Dossier, item: NormedMeasurement) -> PlotRow:
    measure, value = item.measurement.id, item.measurement.quantity.value
    notes = _notes(dossier, item)
    notes += [sentence(f"norm: {item.norm.population}")] if item.norm else []
    action = action_point(measure)
    if action:
        notes.append(sentence(f"action point: {action[1]}"))
    severity = band(measure, value)
    return PlotRow(
        label=measure_title(measure),
        plot=strip.norm_strip(_strip(item, action[0] if action else None)),
        value=measured_words(item)[0],
        notes=tuple(notes),
        value_notes=(
            *((severity.capitalize(),) if severity else ()),
            centile_words(item.centile),
            *_value_notes(item),
        ),
        anchor=anchor("measure", measure, item.measurement.date or ""),
        kind="high",
    )


def _strip(item: NormedMeasurement, action: float | None) -> strip.NormStrip:
    estimate, marks = _estimate(item), quantiles(item)
    seen = [estimate.mean, *(estimate.ci95 or ()), *(value for _, value in marks)]
    seen += [] if action is None else [action]
    limits = measure_limits(item.measurement.id)
    scale: strip.Scale
    if limits is not None:
        scale, ticks = Linear(*limits), tuple(t for t in nice_ticks(*limits) if t < limits[1])
        ticks = (*ticks, limits[1])
    elif is_logarithmic(item.measurement.id) and min(seen) > 0:
        scale, ticks = log_scale(min(seen), max(seen))
    else:
        scale, ticks = nice_scale(min(seen), max(seen))
    return strip.NormStrip(
        scale=scale,
        ticks=tuple((t, n.measured(t)) for t in ticks),
        quantiles=marks,
        estimate=estimate,
        action=action,
        hollow=item.extrapolated,
    )


def _summary(items: list[NormedMeasurement]) -> str:
    parts = [
        f"{measure_title(item.measurement.id)} {measured_words(item)[0]}, "
        f"{centile_words(item.centile).lower()}"
        for item in items
    ]
    return f"Strips on the norm's scale: {'; '.join(parts)}. Intervals stand in the table below."


def _legend(items: list[NormedMeasurement]) -> tuple[Legend, ...]:
    entries = []
    if any(quantiles(item) for item in items):
        words = "grey: people of the norm, darker where there are more"
        entries.append(Legend(glyph("zones"), words))
    entries.append(
        Legend(glyph("estimate"), f"dot: this person; thick line: {n.P80}; thin line: {n.P95}")
    )
    if any(item.extrapolated for item in items):
        entries.append(Legend(glyph("hollow"), "hollow: outside the group of the norm"))
    if any(action_point(item.measurement.id) for item in items):
        entries.append(Legend(glyph("action"), "triangle: action starts here"))
    return tuple(entries)


def _unit_charts(dossier: Dossier, items: list[NormedMeasurement]) -> list[RowChart]:
    families: dict[tuple[str, str], list[NormedMeasurement]] = defaultdict(list)
    for item in items:
        folder = item.measurement.id.partition(".")[0]
        families[folder, item.measurement.quantity.unit].append(item)
    return [_unit_chart(dossier, key, family) for key, family in families.items()]


def _unit_chart(dossier: Dossier, key: tuple[str, str], items: list[NormedMeasurement]) -> RowChart:
    estimates = [_estimate(item) for item in items]
    ends = [end for e in estimates for end in (e.ci95 or (e.mean, e.mean))]
    scale, ticks = nice_scale(min(0.0, *ends), max(0.0, *ends))
    rows = tuple(
        PlotRow(
            label=measure_title(item.measurement.id),
            plot=strip.unit_strip(scale, ticks, estimate),
            value=measured_words(item)[0],
            notes=tuple(_notes(dossier, item)),
            value_notes=(say("no_norm"), *_value_notes(item)),
            anchor=anchor("measure", item.measurement.id, item.measurement.date or ""),
        )
        for item, estimate in zip(items, estimates, strict=True)
    )
    return RowChart(
        id=anchor("units", *key),
        title="Measures without a norm, in their own unit",
        summary="Values in their own unit, without a norm. Numbers stand in the table below.",
        label_head="Measure",
        axis_title=n.unit_words(key[1]) or "own unit, a pure number",
        value_head="Value",
        axis=strip.unit_axis(scale, [(t, n.measured(t)) for t in ticks]),
        groups=(PlotGroup(None, rows),),
    )


def _table(dossier: Dossier) -> DataTable:
    rows = []
    for item in dossier.measurements:
        value, ci80, ci95 = measured_words(item)
        rows.append((
            measure_title(item.measurement.id),
            n.day(item.measurement.date),
            value,
            ci80,
            ci95,
            centile_words(item.centile) or say("no_norm"),
            f"{n.whole(item.measurement.coverage)}\N{NO-BREAK SPACE}%",
        ))
    columns = ("Measure", "Date", "Value", n.P80, n.P95, "Place on the norm", "Coverage")
    widths = (25, 15, 13, 12, 12, 12, 11)
    return DataTable("Every value that was measured", columns, tuple(rows), widths=widths)
