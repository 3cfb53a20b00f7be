"""Rows and charts of measured values: on a norm, on z, or in their own unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts import strip
from equipoise.apps.report.charts.marks import Estimate, glyph
from equipoise.apps.report.charts.scales import Linear, log_scale, nice_scale, nice_ticks
from equipoise.apps.report.names import anchor, measure_limits, measure_title, once
from equipoise.apps.report.norm_facts import (
    action_point,
    band,
    error_range,
    is_logarithmic,
    quantiles,
)
from equipoise.apps.report.views import DataTable, Legend, PlotGroup, PlotRow, RowChart
from equipoise.apps.report.wording import say, sentence
from equipoise.core.nouns import NormedMeasurement

__all__ = [
    "LEVEL80",
    "LEVEL95",
    "Standing",
    "centile_words",
    "estimate_of",
    "latest_first",
    "measured_words",
    "norm_chart",
    "placed",
    "row_notes",
    "unit_charts",
    "value_notes",
    "values_table",
]

LEVEL80: Final = 0.80
LEVEL95: Final = 0.95
SLIGHT: Final = 0.1
"""Up to this share of the value an error is slight."""
Grouping = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """Which measures move the profile, and why others do not.

    `used` is None where there is no profile: then nothing is said about it.
    """

    used: tuple[str, ...] | None = None
    set_aside: tuple[tuple[str, str], ...] = ()


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


def estimate_of(item: NormedMeasurement) -> Estimate:
    """Return a value with the intervals of its measurement error."""
    ends = (error_range(item, level) for level in (LEVEL80, LEVEL95))
    return Estimate(item.measurement.quantity.value, *ends)


def measured_words(item: NormedMeasurement) -> tuple[str, str, str]:
    """Return value with unit, 80 % and 95 % interval as text."""
    quantity = item.measurement.quantity
    error = quantity.standard_error
    value = f"{n.measured(quantity.value, error)} {n.unit_words(quantity.unit)}".strip()
    ends = [error_range(item, level) for level in (LEVEL80, LEVEL95)]
    # An interval that is nearly symmetric needs no second digit of its error.
    fine = is_logarithmic(item.measurement.id) and (error or 0.0) > quantity.value * SLIGHT
    words = [
        "error not known" if e is None else n.range_measured(e, error, fine=fine) for e in ends
    ]
    return value, words[0], words[1]


def value_notes(item: NormedMeasurement) -> tuple[str, ...]:
    """Return the intervals of a value as notes."""
    _, ci80, ci95 = measured_words(item)
    if item.measurement.quantity.standard_error is None:
        return ("Measurement error not known",)
    return f"{n.P80}: {ci80}", f"{n.P95}: {ci95}"


def row_notes(standing: Standing, item: NormedMeasurement) -> list[str]:
    """Return date, coverage, fit of the norm, part in the profile and flags of a value."""
    measurement = item.measurement
    notes = [n.day(measurement.date)]
    if measurement.coverage < 1:
        notes[0] += f"; coverage {n.whole(measurement.coverage)}\N{NO-BREAK SPACE}%"
    notes += [say("extrapolated")] if item.extrapolated else []
    notes += [item.reason] if item.reason else []
    why = dict(standing.set_aside).get(measurement.id, "")
    if standing.used is not None and measurement.id not in standing.used:
        notes.append(why if why and why != item.reason else "no other number here rests on it")
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


def norm_chart(
    standing: Standing, items: list[NormedMeasurement], *, name: str = "norms"
) -> RowChart:
    """Return the chart of values on the published quantiles of their norms."""
    return RowChart(
        id=name,
        title="Where the values lie among other people",
        summary=_summary(items),
        label_head="Measure",
        axis_title="centile above, value below",
        value_head="Value",
        axis=None,
        groups=(PlotGroup(None, tuple(_norm_row(standing, item) for item in items)),),
        legend=_legend(items),
    )


def _norm_row(standing: Standing, item: NormedMeasurement) -> PlotRow:
    measure, value = item.measurement.id, item.measurement.quantity.value
    notes = row_notes(standing, item)
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
            *value_notes(item),
        ),
        anchor=anchor("measure", measure, item.measurement.date or ""),
        kind="high",
    )


def _strip(item: NormedMeasurement, action: float | None) -> strip.NormStrip:
    estimate, marks = estimate_of(item), quantiles(item)
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


def unit_charts(
    standing: Standing, items: Sequence[NormedMeasurement], grouping: Grouping | None = None
) -> list[RowChart]:
    """Return a chart for each kind of measure and unit, for values without a norm.

    Parameters
    ----------
    standing : Standing
        Which measures move the profile.
    items : sequence of NormedMeasurement
        The values.
    grouping : callable, optional
        Gives the heading of a measure inside its chart.

    Returns
    -------
    list of RowChart
        In the order in which kinds come up.
    """
    families: dict[tuple[str, str], list[NormedMeasurement]] = defaultdict(list)
    for item in items:
        folder = item.measurement.id.partition(".")[0]
        families[folder, item.measurement.quantity.unit].append(item)
    return [_unit_chart(standing, key, family, grouping) for key, family in families.items()]


def _unit_chart(
    standing: Standing,
    key: tuple[str, str],
    items: list[NormedMeasurement],
    grouping: Grouping | None,
) -> RowChart:
    ends = [end for item in items for end in _ends(item)]
    scale, ticks = nice_scale(min(0.0, *ends), max(0.0, *ends))
    groups: dict[str | None, list[PlotRow]] = defaultdict(list)
    for item in items:
        heading = grouping(item.measurement.id) if grouping else None
        groups[heading].append(_unit_row(standing, item, scale, ticks))
    return RowChart(
        id=anchor("units", *key),
        title="Measures without a norm, in their own unit",
        summary="Values in their own unit, without a norm. Numbers stand in the table below.",
        label_head="Measure",
        axis_title=n.unit_words(key[1]) or "own unit, a pure number",
        value_head="Value",
        axis=strip.unit_axis(scale, [(t, n.measured(t)) for t in ticks]),
        groups=tuple(PlotGroup(title, tuple(rows)) for title, rows in groups.items()),
    )


def _ends(item: NormedMeasurement) -> tuple[float, float]:
    estimate = estimate_of(item)
    return estimate.ci95 or (estimate.mean, estimate.mean)


def _unit_row(
    standing: Standing, item: NormedMeasurement, scale: Linear, ticks: tuple[float, ...]
) -> PlotRow:
    return PlotRow(
        label=measure_title(item.measurement.id),
        plot=strip.unit_strip(scale, ticks, estimate_of(item)),
        value=measured_words(item)[0],
        notes=tuple(row_notes(standing, item)),
        value_notes=(say("no_norm"), *value_notes(item)),
        anchor=anchor("measure", item.measurement.id, item.measurement.date or ""),
    )


def values_table(items: Sequence[NormedMeasurement], *, anchored: bool = False) -> DataTable:
    """Return every value with its intervals and its place on the norm.

    Parameters
    ----------
    items : sequence of NormedMeasurement
        The values.
    anchored : bool, optional
        Whether the rows carry the ids that charts link to: once on a page.

    Returns
    -------
    DataTable
        One row for each value.
    """
    rows = []
    for item in items:
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
    anchors = [
        anchor("measure", item.measurement.id, item.measurement.date or "") for item in items
    ]
    ids = once(anchors) if anchored else ()
    return DataTable("Every value that was measured", columns, tuple(rows), ids, widths)
