"""What the tables in force say behind a measured value: quantiles, bands, action points."""

from __future__ import annotations

import math
from statistics import NormalDist

from equipoise.apps.report.names import cell, rows_of
from equipoise.apps.report.numbers import around
from equipoise.core.nouns import NormedMeasurement
from equipoise.core.tables import Row

__all__ = ["action_point", "band", "error_range", "is_logarithmic", "quantiles"]


def is_logarithmic(measure: str) -> bool:
    """Whether a measure is placed on a logarithmic scale (`measures/measures`)."""
    return cell("measures/measures", "transform", id=measure) == "ln"


def error_range(item: NormedMeasurement, level: float) -> tuple[float, float] | None:
    """Return the interval of measurement error in the unit of the measure.

    On a logarithmic scale the error is relative, so the interval is not symmetric and never
    reaches 0, as when the value is placed on its norm.
    """
    value, error = item.measurement.quantity.value, item.measurement.quantity.standard_error
    if error is None:
        return None
    if not is_logarithmic(item.measurement.id) or value <= 0:
        return around(value, error, level)
    low, high = around(math.log(value), error / value, level)
    return math.exp(low), math.exp(high)


def quantiles(item: NormedMeasurement) -> tuple[tuple[float, float], ...]:
    """Return (centile, value) of the norm used, rising; empty where the table has no such row.

    The published quantiles; with fewer than two of them, mean and one standard deviation to each
    side, on the scale of the norm.
    """
    found = rows_of("norms/norms", id=item.norm.id) if item.norm else ()
    if not found:
        return ()
    row = found[0]
    names = [name for name in row.cells if name[0] == "p" and name[1:].isdigit()]
    values = [(float(name[1:]), row.optional_number(name)) for name in names]
    given = sorted((centile, value) for centile, value in values if value is not None)
    return tuple(given) if len(given) > 1 else _by_normal_curve(row, item.measurement.id)


def _by_normal_curve(row: Row, measure: str) -> tuple[tuple[float, float], ...]:
    mean, sd = row.number("mean"), row.number("sd")
    curve = [(round(100 * NormalDist().cdf(z)), mean + z * sd) for z in (-1, 0, 1)]
    if is_logarithmic(measure):
        return tuple((centile, math.exp(value)) for centile, value in curve)
    return tuple(curve)


def band(measure: str, value: float) -> str | None:
    """Return the severity band of a scale score, such as ``moderate``."""
    for row in rows_of("scales/bands", scale=measure.rpartition(".")[2]):
        if row.number("lowest") <= value <= row.number("highest"):
            return row.text("title")
    return None


def action_point(measure: str) -> tuple[float, str] | None:
    """Return the value above which action starts, and why (`labs/thresholds`)."""
    for row in rows_of("labs/thresholds", test=measure.rpartition(".")[2]):
        limit = row.optional_number("above")
        if limit is not None:
            return limit, row.text("flag")
    return None
