"""Measurements placed on their norms."""

from __future__ import annotations

import math
from dataclasses import dataclass

from equipoise.core.nouns import Demographics, Measurement, NormedMeasurement, NormUsed, SiteNorms
from equipoise.core.tables import Row, load_table
from equipoise.core.units import convert
from equipoise.norms.choose import choose_norm
from equipoise.norms.kernels import HUNDRED, centile, knots, z_score, z_standard_error

__all__ = ["place"]


def place(
    measurements: tuple[Measurement, ...],
    demographics: Demographics,
    site_norms: SiteNorms | None = None,
) -> tuple[NormedMeasurement, ...]:
    """Place every measurement on the norm that fits the person.

    Parameters
    ----------
    measurements : tuple of Measurement
        In any order; several of one measure are all placed.
    demographics : Demographics
        Sex and age; unknown ones lead to a norm of all people, marked as extrapolated.
    site_norms : SiteNorms or None, optional
        Norms that the site learned from its own controls.

    Returns
    -------
    tuple of NormedMeasurement
        In the order given. Without a fitting published norm z and centile are None, with the
        reason.

    Raises
    ------
    UnitError
        If a measurement has a unit that cannot be converted into that of its norm.

    Notes
    -----
    z is taken on the scale of the measure (ln for skewed laboratory values). Its standard error
    joins the error of measurement and that of the norm, which counts double where the norm is
    extrapolated. Centiles follow the published quantiles, and the normal curve where there are
    fewer than two.
    """
    del site_norms
    return tuple(_place(one, demographics) for one in measurements)


@dataclass(frozen=True, slots=True)
class _Scaled:
    """A value and its standard error on the scale of the norm."""

    value: float
    error: float
    logarithmic: bool


def _place(one: Measurement, demographics: Demographics) -> NormedMeasurement:
    measure = load_table("measures/measures").find(id=one.id)
    choice = choose_norm(one.id, demographics)
    if measure is None or choice.row is None:
        return _without(one, choice.reason)
    unit = measure.text("unit")
    value = convert(one.quantity.value, one.quantity.unit, unit, quantity=one.id, where=one.id)
    error = one.quantity.standard_error or 0.0
    error = convert(error, one.quantity.unit, unit, quantity=one.id, where=one.id)
    if measure.text("transform") == "none":
        return _with(one, choice.row, choice.reason, _Scaled(value, error, logarithmic=False))
    if value <= 0:
        return _without(one, f"a value of {value:g} {unit} has no place on a logarithmic scale")
    scaled = _Scaled(math.log(value), error / value, logarithmic=True)
    return _with(one, choice.row, choice.reason, scaled)


def _without(one: Measurement, reason: str | None) -> NormedMeasurement:
    return NormedMeasurement(one, None, None, None, None, False, reason)


def _with(one: Measurement, row: Row, stretched: str | None, scaled: _Scaled) -> NormedMeasurement:
    mean, sd = row.number("mean"), row.number("sd")
    extrapolated = stretched is not None
    used = NormUsed(
        row.text("id"),
        row.text("population"),
        row.text("reference"),
        row.cells["grade"],
        row.text("checked"),
    )
    return NormedMeasurement(
        measurement=one,
        norm=used,
        z=z_score(scaled.value, mean, sd),
        z_standard_error=z_standard_error(scaled.error, sd, _norm_error(extrapolated)),
        centile=centile(scaled.value, _curve(row, scaled.logarithmic)),
        extrapolated=extrapolated,
        reason=stretched,
    )


def _norm_error(extrapolated: bool) -> float:
    settings = load_table("hyperparameters/hyperparameters")
    error = settings.row(id="norms_error").number("value")
    factor = settings.row(id="norms_extrapolated_factor").number("value")
    return error * factor if extrapolated else error


def _curve(row: Row, logarithmic: bool) -> tuple[tuple[float, float], ...]:
    """Return the centile curve of a norm: its quantiles, or the normal curve."""
    columns = [name for name in row.cells if name[0] == "p" and name[1:].isdigit()]
    found = [
        (math.log(row.number(name)) if logarithmic else row.number(name), int(name[1:]) / HUNDRED)
        for name in columns
        if row.optional_number(name) is not None
    ]
    lowest = row.optional_number("lowest")
    if lowest:
        measure = load_table("measures/measures").row(id=row.text("measure"))
        # Half of those who share the lowest value count as lying below it.
        found.append((measure.number("minimum"), lowest / 2))
    curve = knots(tuple(found))
    if len(curve) > 1:
        return curve
    mean, sd = row.number("mean"), row.number("sd")
    return (mean, 0.0), (mean + sd, 1.0)
