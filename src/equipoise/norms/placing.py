"""Measurements placed on their norms."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from equipoise.core.nouns import Demographics, Measurement, NormedMeasurement, NormUsed, SiteNorms
from equipoise.core.preparation import is_scanned
from equipoise.core.tables import Row, load_table, setting
from equipoise.norms.choose import choose_norm
from equipoise.norms.formula import Formula, find_formula
from equipoise.norms.kernels import (
    HUNDRED,
    centile,
    knots,
    normal_share,
    z_score,
    z_standard_error,
)
from equipoise.norms.scale import Scaled, on_scale
from equipoise.norms.site import place_on_site

__all__ = ["place"]

COMPARATOR: Final = "comparator"


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
    fewer than two. The site's own norm comes first where it holds the measure and was prepared
    alike; then the published norms, which no scanner of a site has seen: a scan is extrapolated on
    them, with an error for the scanner.
    """
    return tuple(_place(one, demographics, site_norms) for one in measurements)


def _place(
    one: Measurement, demographics: Demographics, learned: SiteNorms | None
) -> NormedMeasurement:
    measure = load_table("measures/measures").find(id=one.id)
    if measure is None:
        return _without(one, choose_norm(one, demographics).reason)
    if COMPARATOR in dict(one.provenance.parameters):
        return _without(one, "it was reported as a bound, which has no place among people")
    refused = None
    if learned is not None:
        scaled = on_scale(one, measure)
        if isinstance(scaled, str):
            return _without(one, scaled)
        placed = place_on_site(one, scaled, demographics, learned)
        if isinstance(placed, NormedMeasurement):
            return placed
        refused = placed
    shipped = _shipped(one, demographics, measure)
    if refused is None:
        return shipped
    reason = refused if shipped.reason is None else f"{refused}; {shipped.reason}"
    return replace(shipped, reason=reason)


def _shipped(one: Measurement, demographics: Demographics, measure: Row) -> NormedMeasurement:
    """Place a measurement on a published norm, or on a formula where there is none."""
    choice = choose_norm(one, demographics)
    formula = find_formula(one, demographics) if choice.row is None else None
    if isinstance(formula, str):
        return _without(one, formula)
    scaled = on_scale(one, measure)
    if isinstance(scaled, str):
        return _without(one, scaled)
    if choice.row is not None:
        return _with(one, choice.row, choice.reason, scaled)
    return _without(one, choice.reason) if formula is None else _by_formula(one, formula, scaled)


def _without(one: Measurement, reason: str | None) -> NormedMeasurement:
    return NormedMeasurement(one, None, None, None, None, False, reason)


def _with(one: Measurement, row: Row, stretched: str | None, scaled: Scaled) -> NormedMeasurement:
    mean, sd = row.number("mean"), row.number("sd")
    error = _norm_error(stretched is not None)
    reasons = [stretched] if stretched else []
    if is_scanned(one.id):
        error = math.hypot(error, setting("norms_scanner_error"))
        reasons.append(_scanner(one))
    return NormedMeasurement(
        measurement=one,
        norm=_used(row),
        z=z_score(scaled.value, mean, sd),
        z_standard_error=z_standard_error(scaled.error, sd, error),
        centile=centile(scaled.value, _curve(row, scaled.logarithmic)),
        extrapolated=bool(reasons),
        reason="; ".join(reasons) or None,
    )


def _by_formula(one: Measurement, formula: Formula, scaled: Scaled) -> NormedMeasurement:
    row = formula.row
    sd = row.number("sd")
    error = math.hypot(_norm_error(formula.stretched is not None), row.number("scanner_error"))
    z = z_score(scaled.value, formula.mean, sd)
    return NormedMeasurement(
        measurement=one,
        norm=_used(row),
        z=z,
        z_standard_error=z_standard_error(scaled.error, sd, error),
        centile=HUNDRED * normal_share(z),
        extrapolated=True,
        reason="; ".join(filter(None, (formula.stretched, _scanner(one)))),
    )


def _scanner(one: Measurement) -> str:
    """Return why a norm from other scanners is stretched."""
    which = "its scanner is not recorded" if one.scanner is None else f"scanner: {one.scanner}"
    return f"the norm was made on other scanners ({which})"


def _used(row: Row) -> NormUsed:
    return NormUsed(
        row.text("id"),
        row.text("population"),
        row.text("reference"),
        row.cells["grade"],
        row.text("checked"),
        row.number("sd"),
    )


def _norm_error(extrapolated: bool) -> float:
    error = setting("norms_error")
    return error * setting("norms_extrapolated_factor") if extrapolated else error


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
