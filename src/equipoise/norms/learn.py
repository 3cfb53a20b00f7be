"""A site's own norm, learned from its controls."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.nouns import SiteNorm
from equipoise.core.tables import load_table, setting
from equipoise.norms.robust import RobustFit, robust_fit
from equipoise.norms.site import AGE, INTERCEPT, MALE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.core.tables import Row

__all__ = ["Control", "covariates_of", "known_within", "learn_norm"]

_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Control:
    """One control and one measure.

    Parameters
    ----------
    age : float or None
        Years.
    male : float or None
        1 or 0; None where the sex is neither or unknown.
    covariates : Mapping of str to float
        By row of `norms/covariates`, as they were when the measure was taken.
    value : float
        In the unit of the measure.
    """

    age: float | None
    male: float | None
    covariates: Mapping[str, float]
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """What a model is fitted to: terms, their values (people, terms) and what is modelled."""

    terms: tuple[str, ...]
    design: NDArray[np.float64]
    values: NDArray[np.float64]
    left: int


def covariates_of(measure: str) -> tuple[str, ...]:
    """Return the covariates that a norm of `measure` takes besides age and sex."""
    return tuple(
        row.text("id")
        for row in load_table("norms/covariates")
        if any(measure.startswith(beginning) for beginning in row.items("measures"))
    )


def learn_norm(
    measure: str, controls: tuple[Control, ...], preparation: str = ""
) -> SiteNorm | str:
    """Learn the norm of one measure.

    Parameters
    ----------
    measure : str
        Row of `measures/measures`.
    controls : tuple of Control
        People without the disorder who have the measure, taken alike.
    preparation : str, optional
        How their scans were prepared (:mod:`equipoise.core.preparation`).

    Returns
    -------
    SiteNorm or str
        Text where no norm can be learned, with the reason.

    Notes
    -----
    A robust linear model of age, sex and, where the file has them, motion or head size. People
    who lack a value or a covariate are left out of that measure. A covariate that nobody has is
    left out of the model, with a warning.
    """
    row = load_table("measures/measures").row(id=measure)
    present = [
        name for name in covariates_of(measure) if any(name in c.covariates for c in controls)
    ]
    data = _data(controls, (AGE, MALE, *present), row)
    if isinstance(data, str):
        return data
    centres = np.array([0.0, *data.design[:, 1:].mean(axis=0)])
    # Columns of like size: millimetres cubed beside years would make the sums lose digits.
    scales = np.array([1.0, *data.design[:, 1:].std(axis=0)])
    fit = robust_fit((data.design - centres) / scales, data.values, setting("norms_huber_constant"))
    if fit.sd <= 0:
        return "the values do not differ between people"
    absent = [name for name in covariates_of(measure) if name not in present]
    return SiteNorm(
        measure=measure,
        unit=row.text("unit"),
        transform=row.text("transform"),
        people=len(data.values),
        terms=data.terms,
        centres=tuple(map(float, centres)),
        coefficients=tuple(map(float, fit.coefficients / scales)),
        covariance=_rows(fit.covariance / np.outer(scales, scales)),
        sd=fit.sd,
        sd_error=fit.sd_error,
        minima=tuple(map(float, data.design.min(axis=0))),
        maxima=tuple(map(float, data.design.max(axis=0))),
        left_out=int((fit.weights < _HALF).sum()),
        warning=_warning(fit, len(data.values), data.left, absent),
        preparation=preparation,
    )


def known_within(norm: SiteNorm) -> float:
    """Return the half width of the interval of z of a person at the middle of the norm."""
    return _half_width(norm.covariance[0][0], norm.sd)


def _half_width(variance: float, sd: float) -> float:
    level = (1 + setting("monitor_confidence")) / 2
    return NormalDist().inv_cdf(level) * math.sqrt(variance) / sd


def _rows(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(float, row)) for row in matrix)


def _data(controls: tuple[Control, ...], terms: tuple[str, ...], row: Row) -> _Data | str:
    """Return design and values of the people who have everything, or why there are too few."""
    rows = [(control.value, _terms(control, terms)) for control in controls]
    whole = [(value, known) for value, known in rows if known is not None]
    least = int(setting("norms_people_least"))
    if len(whole) < least:
        return f"{len(whole)} people have the measure and every covariate; {least} are needed"
    values = np.array([value for value, _ in whole])
    if row.text("transform") == "ln":
        if (values <= 0).any():
            return "a value that is not above 0 has no place on its logarithmic scale"
        values = np.log(values)
    design = np.array([(1.0, *known) for _, known in whole])
    still = [
        name for name, column in zip(terms, design[:, 1:].T, strict=True) if np.ptp(column) == 0
    ]
    if still:
        return f"{', '.join(still)} is the same in all people who have the measure"
    spread = (design[:, 1:] - design[:, 1:].mean(axis=0)) / design[:, 1:].std(axis=0)
    if np.linalg.matrix_rank(spread) < len(terms):
        return f"{', '.join(terms)} cannot be told apart in these people"
    return _Data((INTERCEPT, *terms), design, values, len(rows) - len(whole))


def _terms(control: Control, terms: tuple[str, ...]) -> tuple[float, ...] | None:
    """Return the person's values of the terms, or None where one is not known."""
    known: dict[str, float | None] = {**control.covariates, AGE: control.age, MALE: control.male}
    found = [known.get(term) for term in terms]
    values = tuple(value for value in found if value is not None)
    return values if len(values) == len(terms) else None


def _warning(fit: RobustFit, people: int, left: int, absent: list[str]) -> str | None:
    """Return why the norm is wide or doubtful, or None."""
    words = []
    wanted = int(setting("norms_people_wanted"))
    if people < wanted:
        width = _half_width(float(fit.covariance[0, 0]), fit.sd)
        words.append(
            f"only {people} controls ({wanted} are wanted): z is known to +- {width:.2f} at best"
        )
    if absent:
        titles = [load_table("norms/covariates").row(id=name).text("title") for name in absent]
        words.append(f"not adjusted for {', '.join(titles)}: not in the file")
    if left:
        words.append(f"{left} people were left out: a covariate is missing")
    return "; ".join(words) or None
