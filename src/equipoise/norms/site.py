"""A measurement on a norm that the site learned from its own controls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import NormedMeasurement, NormUsed
from equipoise.core.preparation import (
    assay_matters,
    is_sampled,
    is_scanned,
    meal_matters,
    preparation,
)
from equipoise.core.tables import load_table, setting
from equipoise.norms.kernels import HUNDRED, normal_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.core.nouns import Demographics, Measurement, SiteNorm, SiteNorms
    from equipoise.norms.scale import Scaled

__all__ = ["AGE", "INTERCEPT", "MALE", "SITE", "place_on_site"]

INTERCEPT: Final = "intercept"
AGE: Final = "age"
MALE: Final = "male"
SITE: Final = "site"

_SEXES: Final = {"female": 0.0, "male": 1.0}


@dataclass(frozen=True, slots=True)
class _Fit:
    """What stands between a person and a norm: doubts in words, and the error they add."""

    doubts: tuple[str, ...]
    other_people: bool
    other_scanner: bool


def place_on_site(
    one: Measurement, scaled: Scaled, demographics: Demographics, learned: SiteNorms
) -> NormedMeasurement | str | None:
    """Place a measurement on the norm of the site.

    Parameters
    ----------
    one : Measurement
        The measurement.
    scaled : Scaled
        Its value and error on the scale of the norm.
    demographics : Demographics
        Sex and age of the person.
    learned : SiteNorms
        Norms of one site and scanner.

    Returns
    -------
    NormedMeasurement, str or None
        None where the site has no norm of this measure; text where it has one that cannot serve,
        with the reason.

    Notes
    -----
    The standard error of z joins three errors taken as independent: that of the measurement,
    that of the predicted mean for this very person (covariance of the coefficients) and that of
    the standard deviation, which grows with z. Outside the range of the controls the last two
    count `norms_extrapolated_factor` times; on another or an unknown scanner
    `norms_scanner_error` is added.
    """
    norm = next((norm for norm in learned.norms if norm.measure == one.id), None)
    if norm is None:
        return None
    person = _person(one, demographics, norm)
    if isinstance(person, str):
        return f"not placed on the norm of {learned.site}: {person}"
    fit = _fit(one, person, norm, learned)
    if isinstance(fit, str):
        return f"not placed on the norm of {learned.site}: {fit}"
    return _placed(one, scaled, person, fit, (norm, learned))


def _person(
    one: Measurement, demographics: Demographics, norm: SiteNorm
) -> NDArray[np.float64] | str:
    """Return the person's row of the design before centring, or what is not known."""
    known = dict(one.covariates)
    known[INTERCEPT] = 1.0
    if demographics.age_years.value is not None:
        known[AGE] = demographics.age_years.value
    if demographics.sex.value in _SEXES:
        known[MALE] = _SEXES[demographics.sex.value]
    missing = [term for term in norm.terms if term not in known]
    if missing:
        return f"it needs {', '.join(_title(term) for term in missing)}, not known here"
    return np.array([known[term] for term in norm.terms])


def _title(term: str) -> str:
    if term == MALE:
        return "the sex"
    row = load_table("norms/covariates").find(id=term)
    return f"the {term}" if row is None else row.text("title")


def _fit(
    one: Measurement, person: NDArray[np.float64], norm: SiteNorm, learned: SiteNorms
) -> _Fit | str:
    """Return how well the norm fits person and scan, or why it must not be used."""
    far = _too_far(person, norm)
    if far:
        return far
    doubts = [
        f"{_title(term)} ({value:g}) lies outside the controls ({low:g} to {high:g})"
        for term, value, low, high in zip(norm.terms, person, norm.minima, norm.maxima, strict=True)
        if not low <= value <= high
    ]
    outside = len(doubts)
    mine, theirs = preparation(one), norm.preparation
    if not is_scanned(one.id):
        other = _other_sample(one.id, mine, theirs) if is_sampled(one.id) else None
        return other or _Fit(tuple(doubts), bool(outside), other_scanner=False)
    if mine and theirs and mine != theirs:
        return f"its controls were prepared otherwise ({theirs}) than this scan ({mine})"
    if not (mine and theirs):
        whose = "the controls" if mine else "this scan"
        doubts.append(f"how the images of {whose} were prepared is not recorded")
    scanner = _scanner_doubt(one.scanner, learned.scanner)
    doubts += [scanner] if scanner else []
    return _Fit(tuple(doubts), bool(outside), other_scanner=len(doubts) > outside)


def _other_sample(measure: str, mine: str, theirs: str) -> str | None:
    """Return why a norm of other blood samples must not serve, or None.

    Values of two assays are two scales, so unlike a scan an unknown one is not merely less sure,
    where the measure depends on it.
    """
    depends = assay_matters(measure) or meal_matters(measure)
    if (mine == theirs and (mine or not depends)) or (not depends and not (mine and theirs)):
        return None
    before, now = theirs or "not recorded", mine or "not recorded"
    return f"its controls were sampled otherwise ({before}) than this ({now})"


def _too_far(person: NDArray[np.float64], norm: SiteNorm) -> str | None:
    """Return why the person is too old or too young for the norm, or None."""
    if AGE not in norm.terms:
        return None
    place = norm.terms.index(AGE)
    low, high, age = norm.minima[place], norm.maxima[place], float(person[place])
    if max(low - age, age - high) <= setting("norms_age_reach"):
        return None
    return f"age {age:g} is too far from its controls ({low:g} to {high:g})"


def _scanner_doubt(mine: str | None, theirs: str | None) -> str | None:
    if mine is None and theirs is None:
        return "neither the scanner of this scan nor that of the controls is recorded"
    if mine is None:
        return f"the scanner of this scan is not recorded; the controls: {theirs}"
    if theirs is None:
        return "the scanner of the controls is not recorded"
    if _same(mine) != _same(theirs):
        return f"the scanner ({mine}) is not that of the controls ({theirs})"
    return None


def _same(scanner: str) -> str:
    return "".join(scanner.lower().split())


def _placed(
    one: Measurement,
    scaled: Scaled,
    person: NDArray[np.float64],
    fit: _Fit,
    where: tuple[SiteNorm, SiteNorms],
) -> NormedMeasurement:
    norm, learned = where
    row = person - np.array(norm.centres)
    mean = float(row @ np.array(norm.coefficients))
    z = (scaled.value - mean) / norm.sd
    of_mean = math.sqrt(max(float(row @ np.array(norm.covariance) @ row), 0.0)) / norm.sd
    of_norm = math.hypot(of_mean, z * norm.sd_error / norm.sd)
    of_norm *= setting("norms_extrapolated_factor") if fit.other_people else 1.0
    of_scanner = setting("norms_scanner_error") if fit.other_scanner else 0.0
    return NormedMeasurement(
        measurement=one,
        norm=_used(norm, learned),
        z=z,
        z_standard_error=math.hypot(scaled.error / norm.sd, of_norm, of_scanner),
        centile=HUNDRED * normal_share(z),
        extrapolated=bool(fit.doubts),
        reason="; ".join(fit.doubts) or None,
    )


def _used(norm: SiteNorm, learned: SiteNorms) -> NormUsed:
    on = f" on {learned.scanner}" if learned.scanner else ""
    return NormUsed(
        id=learned.site,
        population=f"{norm.people} controls of {learned.site}{on}",
        reference=SITE,
        grade="n/a",
        checked="derived",
        sd=norm.sd,
    )
