"""Small studies with large effects: Egger's test and a selection model.

Both look for one trace that unpublished results leave. Neither proves publication bias: small
trials may also be worse made or have other patients. Egger's test is too often positive for log
odds ratios of large effects or rare events, whose standard errors depend on the estimates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.heterogeneity import (
    chance_above,
    confidence_interval,
    estimate_tau2,
    fit_model,
    two_sided_p,
)
from equipoise.evidence.synthesis.pooling import LEVEL, read_studies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Numbers = Sequence[float] | NDArray[np.float64]

__all__ = ["STEPS", "Egger", "Selection", "egger", "selection_model"]

STEPS: Final = (1 / 40,)  # one-sided 0.025: the side of a significant two-sided test
FEWEST: Final = 3  # studies for a line with a residual; a mean and a variance with one to spare
STARTS: Final = (0.25, 1.0, 4.0)  # relative weights at which the search for the maximum begins
FAR: Final = 10**6  # a weight beyond this, or below its inverse, has run away
SMALL: Final = 1e-6  # of difference quotients, in units of the typical spread of studies
TIGHT: Final = 1e-10  # of Newton's last step, in the same units
NEWTON: Final = 50
SIDES: Final = {"greater": 1, "less": -1}


@dataclass(frozen=True, slots=True)
class Egger:
    """Egger's regression of estimates on their standard errors.

    Parameters
    ----------
    bias, standard_error, ci_low, ci_high : float
        Change of the estimate for one unit of standard error; 0 means a symmetric funnel.
    t, p_value : float
        Of the bias, two-sided.
    df : int
        k - 2.
    limit_estimate, limit_low, limit_high : float
        The effect that the line gives to a study of infinite size.
    k : int
        Studies.
    """

    bias: float
    standard_error: float
    ci_low: float
    ci_high: float
    t: float
    p_value: float
    df: int
    limit_estimate: float
    limit_low: float
    limit_high: float
    k: int


@dataclass(frozen=True, slots=True)
class Selection:
    """A random-effects model whose studies were published with a chance that depends on p.

    Parameters
    ----------
    estimate, standard_error, ci_low, ci_high, p_value : float
        The mean effect before selection, by the normal quantile.
    tau2 : float
        Variance between studies before selection.
    steps : tuple of float
        One-sided p-values at which the chance of publication may change.
    counts : tuple of int
        Studies in each interval of p.
    weights, weight_errors : tuple of float
        Chance of publication in each interval relative to the first, which is 1 with error 0.
    log_likelihood : float
        At the maximum.
    lrt, lrt_p_value : float
        Likelihood ratio against no selection and its chance by chi-square with as many degrees of
        freedom as steps.
    unadjusted_estimate, unadjusted_tau2 : float
        By maximum likelihood without selection.
    k : int
        Studies.
    alternative : str
        The side on which a small p makes publication likely.
    """

    estimate: float
    standard_error: float
    ci_low: float
    ci_high: float
    p_value: float
    tau2: float
    steps: tuple[float, ...]
    counts: tuple[int, ...]
    weights: tuple[float, ...]
    weight_errors: tuple[float, ...]
    log_likelihood: float
    lrt: float
    lrt_p_value: float
    unadjusted_estimate: float
    unadjusted_tau2: float
    k: int
    alternative: str


def egger(estimates: Numbers, standard_errors: Numbers, *, level: float = LEVEL) -> Egger:
    """Return Egger's test of funnel asymmetry.

    Parameters
    ----------
    estimates, standard_errors : sequence of float or ndarray, shape (k,)
        Three studies or more, not all of one size.
    level : float
        Of the intervals.

    Returns
    -------
    Egger
        Weights 1 / se^2 with multiplicative dispersion and t with k - 2 degrees of freedom: the
        original test, whose line is the same as that of z on 1 / se.

    Raises
    ------
    InputError
        If the studies are wrong, too few, equally precise, or on one line.

    References
    ----------
    Egger, Davey Smith, Schneider & Minder 1997, BMJ 315:629.
    """
    y, v = read_studies(estimates, standard_errors, least=FEWEST)
    errors = np.sqrt(v)
    if np.ptp(errors) <= SMALL * errors.max():
        raise InputError("all studies are equally precise", got=f"standard error {errors[0]:g}")
    design = np.column_stack([np.ones_like(errors), errors])
    fit = fit_model((y, v, design), method="common", hartung_knapp=True, level=level)
    spread = np.sqrt(np.diag(fit.covariance))
    limit, bias = fit.coefficients.tolist()
    low, high = confidence_interval(bias, float(spread[1]), level, fit.df)
    limit_low, limit_high = confidence_interval(limit, float(spread[0]), level, fit.df)
    return Egger(
        bias=bias,
        standard_error=float(spread[1]),
        ci_low=low,
        ci_high=high,
        t=float(bias / spread[1]),
        p_value=two_sided_p(float(bias / spread[1]), fit.df),
        df=fit.df,
        limit_estimate=limit,
        limit_low=limit_low,
        limit_high=limit_high,
        k=len(y),
    )


def selection_model(
    estimates: Numbers,
    standard_errors: Numbers,
    *,
    steps: Sequence[float] = STEPS,
    alternative: str = "greater",
    level: float = LEVEL,
) -> Selection:
    """Return the step-function selection model, fitted by maximum likelihood.

    Parameters
    ----------
    estimates, standard_errors : sequence of float or ndarray, shape (k,)
        More studies than parameters (mean, tau2, one weight for each step).
    steps : sequence of float
        One-sided p-values, rising, between 0 and 1; every interval must hold a study.
    alternative : str
        ``greater`` if large positive estimates were more likely to be published, else ``less``.
    level : float
        Of the interval.

    Returns
    -------
    Selection
        Standard errors from the second derivatives at the maximum; where tau2 is 0 it is held
        there. With few studies the intervals are rough and the weights rougher.

    Raises
    ------
    InputError
        If the studies or steps are wrong, an interval of p is empty, or the maximum cannot be found
        at weights between a millionth and a million.

    Notes
    -----
    The density of y is ``w(p(y)) N(y; mu, v + tau2) / A``, p one-sided from y / se, w constant
    between steps and 1 below the first, A its integral.

    References
    ----------
    Vevea & Hedges 1995, Psychometrika 60:419.
    """
    if alternative not in SIDES:
        allowed = ", ".join(SIDES)
        raise InputError("unknown alternative", got=repr(alternative), allowed=allowed)
    if not 0 < level < 1:
        raise InputError("no confidence level", got=str(level), allowed="between 0 and 1")
    side = SIDES[alternative]
    y, v = read_studies(estimates, standard_errors, least=len(steps) + FEWEST)
    studies = _standardised(side * y, v, steps)
    plain, best = _maximum(replace(studies, cuts=studies.cuts[:, :0])), _maximum(studies)
    scale, errors = studies.scale, best.errors
    estimate, error = side * scale * float(best.theta[0]), scale * float(errors[0])
    low, high = confidence_interval(estimate, error, level, None)
    ratio = max(0.0, 2 * (best.log_likelihood - plain.log_likelihood))
    weights = np.exp(best.theta[2:])
    return Selection(
        estimate=estimate,
        standard_error=error,
        ci_low=low,
        ci_high=high,
        p_value=two_sided_p(estimate / error, None),
        tau2=float(best.theta[1]) * scale**2,
        steps=tuple(float(step) for step in steps),
        counts=tuple(studies.counts.tolist()),
        weights=(1.0, *weights.tolist()),
        weight_errors=(0.0, *(weights * errors[2:]).tolist()),
        log_likelihood=best.log_likelihood - len(y) * math.log(scale),
        lrt=ratio,
        lrt_p_value=chance_above(ratio, len(steps)),
        unadjusted_estimate=side * scale * float(plain.theta[0]),
        unadjusted_tau2=float(plain.theta[1]) * scale**2,
        k=len(y),
        alternative=alternative,
    )


@dataclass(frozen=True, slots=True)
class _Studies:
    """Studies in units of their typical spread, large estimates the likely ones."""

    y: Array
    v: Array
    cuts: Array  # (k, steps): the estimate at which each study's p is a step
    counts: NDArray[np.int64]  # studies in each interval of p
    scale: float


@dataclass(frozen=True, slots=True)
class _Maximum:
    """Mean, tau2 and logs of the weights, with their standard errors (0 for what is held)."""

    theta: Array
    errors: Array
    log_likelihood: float


def _standardised(y: Array, v: Array, steps: Sequence[float]) -> _Studies:
    from scipy.special import ndtr, ndtri

    edges = np.asarray(steps, dtype=np.float64)
    if not len(edges) or not np.all(np.diff(edges, prepend=0.0, append=1.0) > 0):
        got = ", ".join(map(str, steps))
        raise InputError("steps of p must rise between 0 and 1", got=got or "none")
    errors, tau2 = np.sqrt(v), estimate_tau2(y, v, np.ones((len(y), 1)), "DL")
    scale = 1 / math.sqrt(float(np.mean(1 / (v + tau2))))
    interval = np.searchsorted(edges, ndtr(-y / errors))  # a p on a step belongs below it
    counts = np.bincount(interval, minlength=len(edges) + 1)
    if not counts.all():
        got = ", ".join(map(str, counts))
        what = "an interval of p holds no study, so its weight cannot be estimated"
        raise InputError(what, got=f"{got} studies", todo="choose other steps")
    cuts = np.outer(errors, -ndtri(edges)) / scale
    return _Studies(y / scale, v / scale**2, cuts, counts, scale)


def _log_likelihood(theta: Array, studies: _Studies) -> tuple[float, Array]:
    """Return the log likelihood and its gradient at (mean, tau2, log weights)."""
    from scipy.special import ndtr

    variance = studies.v + theta[1]
    sd = np.sqrt(variance)
    z = (studies.y - theta[0]) / sd
    weights = np.concatenate([[1.0], np.exp(theta[2:])])
    edges = (studies.cuts - theta[0]) / sd[:, None]
    below, above = ndtr(edges), ndtr(-edges)
    shares = np.column_stack([np.ones_like(z), below]) - np.column_stack([below, 0 * z])
    if len(weights) > 1:
        shares[:, 0] = above[:, 0]  # 1 - below would cancel
    total = np.maximum(shares @ weights, np.finfo(np.float64).tiny)
    density = np.exp(-(edges**2) / 2) / math.sqrt(2 * math.pi)
    rises = density * np.diff(weights)
    value = -np.log(2 * math.pi * variance).sum() / 2 - z @ z / 2 - np.log(total).sum()
    value += studies.counts[1 : len(weights)] @ theta[2:]
    gradient = np.concatenate([
        [np.sum(z / sd + rises.sum(axis=1) / sd / total)],
        [np.sum((z**2 - 1 + (rises * edges).sum(axis=1) / total) / variance) / 2],
        studies.counts[1 : len(weights)] - weights[1:] * (shares[:, 1:].T @ (1 / total)),
    ])
    return float(value), gradient


def _maximum(studies: _Studies) -> _Maximum:
    """Return the highest maximum that the starts lead to; tau2 may end at 0."""
    from scipy.optimize import minimize

    y, steps = studies.y, studies.cuts.shape[1]
    reach = 10 * (float(np.ptp(y)) + math.sqrt(float(studies.v.max())))
    bounds = [(float(y.min()) - reach, float(y.max()) + reach), (0.0, reach**2)]
    bounds += [(-math.log(FAR), math.log(FAR))] * steps
    tau2 = estimate_tau2(y, studies.v, np.ones((len(y), 1)), "DL")
    mean = float(np.average(y, weights=1 / (studies.v + tau2)))

    def loss(theta: Array) -> tuple[float, Array]:
        """Return the negative log likelihood and its gradient."""
        value, gradient = _log_likelihood(theta, studies)
        return -value, -gradient

    found = []
    for start in STARTS if steps else STARTS[:1]:
        first = np.array([mean, tau2, *[math.log(start)] * steps])
        done = minimize(
            loss, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 1000}
        )
        found.append((float(done.fun), done.x))
    return _polished(min(found, key=lambda pair: pair[0])[1], studies, np.array(bounds))


def _polished(theta: Array, studies: _Studies, bounds: Array) -> _Maximum:
    """Return the maximum near `theta` by Newton's steps; a tau2 at its edge is held at 0."""
    lost = "the selection model has no usable maximum: a weight or the variance runs away"
    free = np.ones(len(theta), dtype=bool)
    edge = np.where(np.arange(len(theta)) == 1, 0.0, theta)
    if theta[1] < math.sqrt(SMALL) and _log_likelihood(edge, studies)[1][1] <= 0:
        theta, free[1] = edge, False
    for _ in range(NEWTON):
        value, gradient = _log_likelihood(theta, studies)
        information = _information(theta, studies)[np.ix_(free, free)]
        try:
            root = np.linalg.inv(np.linalg.cholesky(information))
        except np.linalg.LinAlgError:
            break
        step = np.zeros_like(theta)
        step[free] = root.T @ (root @ gradient[free])
        if np.abs(step).max() < TIGHT:
            errors = np.zeros_like(theta)
            errors[free] = np.sqrt(np.sum(root**2, axis=0))
            return _Maximum(theta, errors, value)
        theta = theta + step
        if theta[1] < 0:
            theta[1], free[1] = 0.0, False
        if np.any((theta < bounds[:, 0]) | (theta > bounds[:, 1])):
            break
    raise InputError(lost, got=f"{len(studies.y)} studies", todo="choose other steps, or none")


def _information(theta: Array, studies: _Studies) -> Array:
    """Return minus the second derivatives, by central differences of the gradient."""
    steps = np.full(len(theta), SMALL)
    steps[1] = min(SMALL, (theta[1] + float(studies.v.min())) / 2)  # variances stay above 0
    rows = []
    for move in np.diag(steps):
        ahead, behind = (_log_likelihood(theta + way, studies)[1] for way in (move, -move))
        rows.append((behind - ahead) / (2 * move.sum()))
    found = np.array(rows)
    return np.asarray((found + found.T) / 2)
