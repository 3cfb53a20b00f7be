"""Pooling: one effect from the estimates of several studies.

The common-effect model says that all studies estimate one number; the random-effects model says
that their true effects vary about a mean with variance tau2. The kernels are in
:mod:`equipoise.evidence.synthesis.heterogeneity`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.heterogeneity import confidence_interval, fit_model, two_sided_p

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Numbers = Sequence[float] | NDArray[np.float64]

__all__ = ["LEVEL", "Pooled", "pool", "read_studies"]

LEVEL: Final = 1 - 1 / 20  # the two-sided convention of one in twenty: 0.95


@dataclass(frozen=True, slots=True)
class Pooled:
    """What several studies say together, on the scale of their estimates.

    Parameters
    ----------
    estimate, standard_error, ci_low, ci_high, p_value : float
        The mean effect, its interval, and the two-sided chance of it under no effect.
    prediction_low, prediction_high : float or None
        Where the true effect of a new study of the same kind would lie; None for the common effect
        and for one study.
    tau2, tau2_low, tau2_high : float
        Variance of true effects between studies and its Q-profile interval; the limits are None for
        the common effect and for one study.
    i2, h2 : float
        Share of the variance of a typical study that lies between studies, in per cent, and total
        over sampling variance.
    q, q_p_value : float
        Cochran's Q and its chance under one common effect.
    k : int
        Studies.
    method : str
        As asked for.
    hartung_knapp : bool
        Whether standard error and quantile are those of Hartung and Knapp.
    weights : tuple of float
        Per cent, in the order of the studies.
    """

    estimate: float
    standard_error: float
    ci_low: float
    ci_high: float
    p_value: float
    prediction_low: float | None
    prediction_high: float | None
    tau2: float
    tau2_low: float | None
    tau2_high: float | None
    i2: float
    h2: float
    q: float
    q_p_value: float
    k: int
    method: str
    hartung_knapp: bool
    weights: tuple[float, ...]


def pool(
    estimates: Numbers,
    standard_errors: Numbers,
    *,
    method: str = "REML",
    hartung_knapp: bool = False,
    level: float = LEVEL,
) -> Pooled:
    """Return the pooled effect of one or more studies.

    Parameters
    ----------
    estimates : sequence of float or ndarray, shape (k,)
        On a scale on which they are near normal: log odds ratios, log risk ratios, logits,
        standardised mean differences.
    standard_errors : sequence of float or ndarray, shape (k,)
        Above 0.
    method : str
        ``common``, ``DL``, ``PM`` or ``REML``.
    hartung_knapp : bool
        Use Hartung and Knapp's standard error, unmodified, and t with k - 1 degrees of freedom.
    level : float
        Of every interval.

    Returns
    -------
    Pooled
        Intervals use the normal quantile by default, t with k - 1 degrees of freedom with Hartung
        and Knapp; the prediction interval is the estimate less and plus that quantile times
        ``sqrt(standard_error**2 + tau2)``. (The t with k - 2 of Higgins, Thompson and Spiegelhalter
        2009 is wider.)

    Raises
    ------
    InputError
        If a number is missing, infinite or out of range, or the method cannot be used.

    Examples
    --------
    >>> found = pool([0.2, 0.4, 0.9], [0.1, 0.2, 0.2], method="DL")
    >>> round(found.estimate, 3), round(found.i2)
    (0.476, 80)
    """
    y, v = read_studies(estimates, standard_errors)
    if hartung_knapp and len(y) == 1:
        raise InputError("Hartung-Knapp needs two studies", got="1", todo="do without it")
    model = (y, v, np.ones((len(y), 1)))
    fit = fit_model(model, method=method, hartung_knapp=hartung_knapp, level=level)
    estimate, error = float(fit.coefficients[0]), math.sqrt(float(fit.covariance[0, 0]))
    low, high = confidence_interval(estimate, error, level, fit.quantile_df)
    ahead: tuple[float | None, float | None] = (None, None)
    if fit.tau2_low is not None:
        spread = math.hypot(error, math.sqrt(fit.tau2))
        ahead = confidence_interval(estimate, spread, level, fit.quantile_df)
    return Pooled(
        estimate=estimate,
        standard_error=error,
        ci_low=low,
        ci_high=high,
        p_value=two_sided_p(estimate / error, fit.quantile_df),
        prediction_low=ahead[0],
        prediction_high=ahead[1],
        tau2=fit.tau2,
        tau2_low=fit.tau2_low,
        tau2_high=fit.tau2_high,
        i2=fit.i2,
        h2=fit.h2,
        q=fit.q,
        q_p_value=fit.q_p_value,
        k=len(y),
        method=method,
        hartung_knapp=hartung_knapp,
        weights=tuple((100 * fit.weights / fit.weights.sum()).tolist()),
    )


def read_studies(
    estimates: Numbers, standard_errors: Numbers, *, least: int = 1
) -> tuple[Array, Array]:
    """Return estimates and sampling variances, checked.

    Parameters
    ----------
    estimates, standard_errors : sequence of float or ndarray, shape (k,)
        One of each for every study.
    least : int
        Fewest studies that will do.

    Returns
    -------
    estimates, variances : ndarray, shape (k,)
        Finite, and variances above 0.

    Raises
    ------
    InputError
        That names the first study that is wrong, counted from 1.
    """
    y, errors = _vector(estimates, "estimates"), _vector(standard_errors, "standard errors")
    if len(y) != len(errors):
        what = "estimates and standard errors differ in number"
        raise InputError(what, got=f"{len(y)} and {len(errors)}")
    if len(y) < least:
        what = "too few studies" if len(y) else "no study"
        raise InputError(what, got=str(len(y)), allowed=f"{least} or more")
    _refuse(~np.isfinite(y), y, "the estimate is no finite number", "a finite number")
    wrong = ~(np.isfinite(errors) & (errors > 0))
    _refuse(wrong, errors, "the standard error is no number above 0", "a finite number above 0")
    with np.errstate(all="ignore"):
        v = errors**2
        fits = np.isfinite(1 / v**2) & np.isfinite(v**2) & np.isfinite(y**2 / v) & (v > 0)
    _refuse(~fits, errors, "the numbers are too large or too small to compute with", "")
    return y, v


def _vector(values: Numbers, name: str) -> Array:
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"the {name} are no list of numbers", got=str(error)) from None
    if found.ndim != 1:
        raise InputError(f"the {name} are no list of numbers", got=f"{found.ndim} dimensions")
    return found


def _refuse(wrong: NDArray[np.bool_], values: Array, what: str, allowed: str) -> None:
    if wrong.any():
        first = int(np.argmax(wrong))
        raise InputError(what, where=f"study {first + 1}", got=str(values[first]), allowed=allowed)
