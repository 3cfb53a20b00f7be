"""The linear mixed model of meta-analysis, and how much true effects differ between studies.

Every pairwise method here is one model: ``y = X b + u + e``, ``u ~ N(0, tau2)``, ``e ~ N(0, v)``
with `v` known. Pooling has one column of ones, a meta-regression has more. With
W = diag(1 / (v + tau2)) and P = W - W X (X' W X)^-1 X' W, all estimators of tau2 are equations in
y'Py and its derivatives; P itself is never made, so the cost is linear in the number of studies.

References
----------
DerSimonian & Laird 1986, Controlled Clinical Trials 7:177 (DL). Paule & Mandel 1982, Journal of
Research of the National Bureau of Standards 87:377 (PM). Viechtbauer 2005, Journal of Educational
and Behavioral Statistics 30:261 (REML). Viechtbauer 2007, Statistics in Medicine 26:37 (Q-profile).
Knapp & Hartung 2003, Statistics in Medicine 22:2693. Higgins & Thompson 2002, Statistics in
Medicine 21:1539 (I2, H2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = [
    "METHODS",
    "MixedModel",
    "chance_above",
    "confidence_interval",
    "estimate_tau2",
    "fit_model",
    "two_sided_p",
]

METHODS: Final = ("common", "DL", "PM", "REML")
STEPS: Final = 2000
TIGHT: Final = 1e-12  # of a step, as a share of the variance of a typical study
REML_GRID: Final = (2.0**-8, 2.0**-4, 1.0, 2.0**4, 2.0**8)  # of the variance of a typical study
WIDEST: Final = 10**14  # largest over smallest sampling variance; beyond it leverages are rounding
EXACT: Final = 1e-24  # a residual sum of squares below this share of the whole is rounding


@dataclass(frozen=True, slots=True)
class _Weighted:
    """Generalised least squares at one tau2: what the estimators need of P."""

    tau2: float
    weights: Array
    basis: Array  # orthonormal columns of W^1/2 X
    triangle: Array  # W^1/2 X = basis @ triangle
    along: Array  # basis' W^1/2 y
    residual: Array  # P y

    @property
    def coefficients(self) -> Array:
        """Return b, shape (p,)."""
        return np.asarray(np.linalg.solve(self.triangle, self.along))

    @property
    def covariance(self) -> Array:
        """Return (X' W X)^-1, shape (p, p)."""
        inverse = np.linalg.inv(self.triangle)
        return np.asarray(inverse @ inverse.T)

    @property
    def q(self) -> float:
        """Return y' P y."""
        return float(np.sum(self.residual**2 / self.weights))

    @property
    def slope(self) -> float:
        """Return y' P P y, the negative derivative of `q` along tau2."""
        return float(self.residual @ self.residual)

    @property
    def trace(self) -> float:
        """Return the trace of P."""
        return float(np.sum(self.weights * (1 - np.sum(self.basis**2, axis=1))))

    @property
    def trace_of_square(self) -> float:
        """Return the trace of P P."""
        leverage = np.sum(self.basis**2, axis=1)
        inner = self.basis.T @ (self.weights[:, None] * self.basis)
        return float(np.sum(self.weights**2 * (1 - 2 * leverage)) + np.sum(inner**2))

    @property
    def log_likelihood(self) -> float:
        """Return the restricted log likelihood up to a constant."""
        determinant = 2 * np.sum(np.log(np.abs(np.diag(self.triangle))))
        return float(np.sum(np.log(self.weights)) - determinant - self.q) / 2


@dataclass(frozen=True, slots=True)
class MixedModel:
    """A fitted model of k studies and p coefficients.

    Parameters
    ----------
    coefficients : ndarray, shape (p,)
        On the scale of the estimates.
    covariance : ndarray, shape (p, p)
        Of the coefficients; scaled by the weighted residual variance with Hartung and Knapp.
    weights : ndarray, shape (k,)
        1 / (v + tau2).
    tau2, tau2_low, tau2_high : float
        Variance between studies and its Q-profile interval; the limits are None for the common
        effect, and both 0 where the estimates differ less than the lower quantile allows.
    i2, h2 : float
        tau2 against the sampling variance of a typical study, in per cent and as a ratio. For the
        common effect the forms that rest on Q alone.
    q, q_p_value : float
        Cochran's Q about the fitted line and its chance by chi-square.
    df : int
        k - p.
    quantile_df : int or None
        Degrees of freedom of t for intervals of coefficients; None stands for the normal.
    """

    coefficients: Array
    covariance: Array
    weights: Array
    tau2: float
    tau2_low: float | None
    tau2_high: float | None
    i2: float
    h2: float
    q: float
    q_p_value: float
    df: int
    quantile_df: int | None


def fit_model(
    model: tuple[Array, Array, Array], *, method: str, hartung_knapp: bool, level: float
) -> MixedModel:
    """Fit the model by one method.

    Parameters
    ----------
    model : tuple of ndarray
        Estimates y of shape (k,), sampling variances v of shape (k,) and design X of shape (k, p):
        checked by the caller, X of full rank.
    method : str
        One of `METHODS`.
    hartung_knapp : bool
        Scale the covariance by y'Py / (k - p) at the fitted weights and use t with k - p degrees of
        freedom. With the common effect this is a model with multiplicative dispersion.
    level : float
        Of the interval of tau2.

    Returns
    -------
    MixedModel
        With k = p: tau2 is 0, its interval is None and there is no heterogeneity to speak of.

    Raises
    ------
    InputError
        If the method is unknown, an iteration does not converge, or Hartung and Knapp's standard
        error would be 0 or need degrees of freedom that are not there.
    """
    if method not in METHODS:
        raise InputError("unknown method", got=repr(method), allowed=", ".join(METHODS))
    if not 0 < level < 1 or (1 + level) / 2 == 1:
        raise InputError("no confidence level", got=str(level), allowed="between 0 and 1")
    y, v, design = model
    df: int = design.shape[0] - design.shape[1]
    tau2 = estimate_tau2(y, v, design, method)
    at_zero, fitted = _weigh(y, v, design, 0.0), _weigh(y, v, design, tau2)
    low, high = (None, None)
    if df > 0 and method != "common":
        low, high = _tau2_interval(model, level, df)
    i2, h2 = _inconsistency(at_zero, tau2, df, method)
    return MixedModel(
        coefficients=fitted.coefficients,
        covariance=fitted.covariance * (_dispersion(fitted, y, df) if hartung_knapp else 1.0),
        weights=fitted.weights,
        tau2=tau2,
        tau2_low=low,
        tau2_high=high,
        i2=i2,
        h2=h2,
        q=at_zero.q if df > 0 else 0.0,
        q_p_value=chance_above(at_zero.q, df) if df > 0 else 1.0,
        df=df,
        quantile_df=df if hartung_knapp else None,
    )


def estimate_tau2(y: Array, v: Array, design: Array, method: str) -> float:
    """Return the variance between studies.

    Parameters
    ----------
    y, v : ndarray, shape (k,)
        Estimates and their sampling variances.
    design : ndarray, shape (k, p)
        Columns of full rank.
    method : str
        One of `METHODS`; the common effect has none.

    Returns
    -------
    float
        Not below 0; 0 where k = p.

    Raises
    ------
    InputError
        If the standard errors differ too much to compute with, or an iteration does not converge.
    """
    df: int = design.shape[0] - design.shape[1]
    if method == "common" or df == 0:
        return 0.0
    if v.max() > WIDEST * v.min():
        raise InputError(
            "the standard errors differ too much to tell the variance between studies",
            got=f"{math.sqrt(v.min()):.3g} to {math.sqrt(v.max()):.3g}",
            allowed=f"the largest at most {math.sqrt(WIDEST):.0e} times the smallest",
            todo="look for a wrong one, or use the method common",
        )
    if method == "PM":
        return _where_q_is(df, y, v, design)
    if method == "DL":
        fixed = _weigh(y, v, design, 0.0)
        return max(0.0, (fixed.q - df) / fixed.trace)
    return _reml(y, v, design)


def chance_above(statistic: float, df: int, residual_df: int | None = None) -> float:
    """Return the upper tail of chi-square, or of F where `residual_df` is given.

    Parameters
    ----------
    statistic : float
        Chi-square, or F.
    df : int
        Degrees of freedom, of the numerator for F.
    residual_df : int, optional
        Degrees of freedom of the denominator.

    Returns
    -------
    float
        Between 0 and 1.
    """
    from scipy.special import chdtrc, fdtrc

    if residual_df is None:
        return float(chdtrc(df, statistic))
    return float(fdtrc(df, residual_df, statistic))


def two_sided_p(ratio: float, df: int | None) -> float:
    """Return the two-sided chance of an estimate over its standard error: t, or normal for None."""
    from scipy.special import ndtr, stdtr

    return 2 * (float(ndtr(-abs(ratio))) if df is None else float(stdtr(df, -abs(ratio))))


def confidence_interval(
    estimate: float, standard_error: float, level: float, df: int | None
) -> tuple[float, float]:
    """Return an estimate less and plus a quantile times its standard error.

    Parameters
    ----------
    estimate, standard_error : float
        On one scale.
    level : float
        Two-sided.
    df : int or None
        Degrees of freedom of t; None stands for the normal.

    Returns
    -------
    low, high : float
        The limits.
    """
    from scipy.special import ndtri, stdtrit

    upper = (1 + level) / 2
    reach = standard_error * float(ndtri(upper) if df is None else stdtrit(df, upper))
    return estimate - reach, estimate + reach


def _weigh(y: Array, v: Array, design: Array, tau2: float) -> _Weighted:
    weights = 1 / (v + tau2)
    root = np.sqrt(weights)
    basis, triangle = np.linalg.qr(root[:, None] * design)
    scaled = root * y
    along = basis.T @ scaled
    return _Weighted(tau2, weights, basis, triangle, along, root * (scaled - basis @ along))


def _typical_variance(fixed: _Weighted, df: int) -> float:
    """Return the sampling variance of a typical study, (k - p) / trace(P) at tau2 = 0."""
    return df / fixed.trace


def _inconsistency(fixed: _Weighted, tau2: float, df: int, method: str) -> tuple[float, float]:
    if df == 0:
        return 0.0, 1.0
    if method != "common":
        ratio = tau2 / _typical_variance(fixed, df)
        return 100 * ratio / (1 + ratio), 1 + ratio
    return (100 * max(0.0, 1 - df / fixed.q) if fixed.q > 0 else 0.0), fixed.q / df


def _dispersion(fitted: _Weighted, y: Array, df: int) -> float:
    """Return what Hartung and Knapp multiply the covariance by."""
    if df == 0:
        raise InputError("Hartung-Knapp needs more studies than coefficients", todo="do without it")
    if fitted.q <= EXACT * float(fitted.weights @ y**2):
        what = "the studies fit exactly, so Hartung-Knapp gives a standard error of 0"
        raise InputError(what, todo="do without it")
    return fitted.q / df


def _tau2_interval(model: tuple[Array, Array, Array], level: float, df: int) -> tuple[float, float]:
    """Return the tau2 at which Q takes the outer quantiles of chi-square."""
    from scipy.special import chdtri

    low, high = (
        _where_q_is(float(chdtri(df, tail)), *model) for tail in ((1 - level) / 2, (1 + level) / 2)
    )
    return low, high


def _where_q_is(target: float, y: Array, v: Array, design: Array) -> float:
    """Return the tau2 at which y'Py falls to `target`; 0 where it never is above.

    1 / Q is a rising concave function of tau2, so Newton's steps from 0 never pass the root.
    """
    tau2 = 0.0
    typical = 1 / float(np.mean(1 / v))
    for _ in range(STEPS):
        here = _weigh(y, v, design, tau2)
        if here.q <= target:
            return tau2
        step = here.q * (here.q / target - 1) / here.slope
        tau2 += step
        if step <= TIGHT * (tau2 + typical):
            return tau2
    raise InputError("the variance between studies did not converge", todo="use the method DL")


def _reml(y: Array, v: Array, design: Array) -> float:
    """Return the restricted maximum-likelihood tau2, by Fisher scoring.

    The likelihood may have several maxima where precisions differ much, so the scoring starts from
    the best of 0, Hedges' estimator and a coarse grid. A step below 0 ends at 0; the step is halved
    for good each time the score changes its sign, so a flat likelihood cannot keep it swinging.
    """
    fixed, plain = (_weigh(y, variances, design, 0.0) for variances in (v, np.ones_like(v)))
    typical = 1 / float(np.mean(1 / v))
    shares = 1 - np.sum(plain.basis**2, axis=1)
    hedges = max(0.0, (plain.q - float(shares @ v)) / float(np.sum(shares)))
    grid = (hedges, *(typical * factor for factor in REML_GRID))
    starts = [_weigh(y, v, design, tau2) for tau2 in grid]
    highest = max((fixed, *starts), key=lambda start: start.log_likelihood)
    tau2, damping, last = highest.tau2, 1.0, 0.0
    for _ in range(STEPS):
        here = _weigh(y, v, design, tau2)
        score = here.slope - here.trace
        damping /= 2 if score * last < 0 else 1
        last = score
        new = max(0.0, tau2 + damping * score / here.trace_of_square)
        if abs(new - tau2) <= TIGHT * (tau2 + typical):
            best = _weigh(y, v, design, new)
            return new if best.log_likelihood >= fixed.log_likelihood else 0.0
        tau2 = new
    raise InputError("REML did not converge", todo="use the method PM or DL")
