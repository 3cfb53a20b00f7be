"""Why effects differ: meta-regression on measured moderators, and pooling by group.

A moderator of studies is an observation, not an experiment: trials differ in more than one respect
at a time, and a slope between studies need not hold between persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.heterogeneity import (
    MixedModel,
    chance_above,
    confidence_interval,
    estimate_tau2,
    fit_model,
    two_sided_p,
)
from equipoise.evidence.synthesis.pooling import LEVEL, Pooled, pool, read_studies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Numbers = Sequence[float] | NDArray[np.float64]

__all__ = ["Regression", "Subgroups", "pool_groups", "regress"]


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """A meta-regression of k studies on p columns.

    Parameters
    ----------
    names : tuple of str
        Of the columns.
    coefficients, standard_errors, ci_low, ci_high, p_values : ndarray, shape (p,)
        Change of the effect for one unit of the column.
    covariance : ndarray, shape (p, p)
        Of the coefficients.
    qm, qm_p_value : float
        Test of all columns but the constant one: chi-square with `qm_df` degrees of freedom, with
        Hartung and Knapp F with `qm_df` and `qe_df`. Without such a column 0 and 1.
    qm_df : int
        Columns that the test is about.
    qe, qe_p_value : float
        Test of what the columns leave unexplained, chi-square with `qe_df` degrees of freedom.
    qe_df : int
        k - p.
    tau2, tau2_low, tau2_high : float
        Variance between studies that is left; the limits are None for the common effect.
    i2, h2 : float
        As in a pooled estimate, for what is left.
    r2 : float or None
        Per cent of tau2 that the columns explain, not below 0; None for the common effect, without
        a constant column and where there was no tau2 to explain. Very rough below 40 studies.
    k : int
        Studies.
    method : str
        As asked for.
    hartung_knapp : bool
        As asked for.
    """

    names: tuple[str, ...]
    coefficients: Array
    standard_errors: Array
    ci_low: Array
    ci_high: Array
    p_values: Array
    covariance: Array
    qm: float
    qm_df: int
    qm_p_value: float
    qe: float
    qe_df: int
    qe_p_value: float
    tau2: float
    tau2_low: float | None
    tau2_high: float | None
    i2: float
    h2: float
    r2: float | None
    k: int
    method: str
    hartung_knapp: bool


@dataclass(frozen=True, slots=True)
class Subgroups:
    """Pooled effects by group, each with a tau2 of its own, and the test of their difference.

    Parameters
    ----------
    groups : tuple of str
        Sorted.
    pooled : tuple of Pooled
        One for each group.
    q_between, p_value : float
        Weighted sum of squares of the group effects about their mean, weights 1 / se^2, and its
        chance by chi-square.
    df : int
        Groups less one.
    """

    groups: tuple[str, ...]
    pooled: tuple[Pooled, ...]
    q_between: float
    df: int
    p_value: float


def regress(  # noqa: PLR0913 - the options are keywords
    estimates: Numbers,
    standard_errors: Numbers,
    design: Sequence[Sequence[float]] | Array,
    names: Sequence[str],
    *,
    method: str = "REML",
    hartung_knapp: bool = False,
    level: float = LEVEL,
) -> Regression:
    """Return the regression of effects on the columns of a design.

    Parameters
    ----------
    estimates, standard_errors : sequence of float or ndarray, shape (k,)
        As in :func:`~equipoise.evidence.synthesis.pooling.pool`.
    design : sequence of sequence of float or ndarray, shape (k, p)
        One row for each study; the constant is a column of ones that the caller puts in.
    names : sequence of str
        One for each column.
    method : str
        ``common``, ``DL``, ``PM`` or ``REML``.
    hartung_knapp : bool
        Use Knapp and Hartung's covariance and t with k - p degrees of freedom.
    level : float
        Of every interval.

    Returns
    -------
    Regression
        The fitted line.

    Raises
    ------
    InputError
        If the studies are wrong or too few, or the columns say the same thing twice.

    References
    ----------
    Thompson & Higgins 2002, Statistics in Medicine 21:1559. Knapp & Hartung 2003, the same 22:2693.
    """
    y, v = read_studies(estimates, standard_errors)
    columns = _design(design, names, len(y))
    model = (y, v, columns)
    fit = fit_model(model, method=method, hartung_knapp=hartung_knapp, level=level)
    errors = np.sqrt(np.diag(fit.covariance))
    slopes, df = fit.coefficients, fit.quantile_df
    limits = [confidence_interval(b, e, level, df) for b, e in zip(slopes, errors, strict=True)]
    moving = np.ptp(columns, axis=0) > 0
    qm, qm_p = _test_of_columns(fit, moving)
    return Regression(
        names=tuple(names),
        coefficients=slopes,
        standard_errors=errors,
        ci_low=np.array([low for low, _ in limits]),
        ci_high=np.array([high for _, high in limits]),
        p_values=np.array([two_sided_p(ratio, df) for ratio in slopes / errors]),
        covariance=fit.covariance,
        qm=qm,
        qm_df=int(moving.sum()),
        qm_p_value=qm_p,
        qe=fit.q,
        qe_df=fit.df,
        qe_p_value=fit.q_p_value,
        tau2=fit.tau2,
        tau2_low=fit.tau2_low,
        tau2_high=fit.tau2_high,
        i2=fit.i2,
        h2=fit.h2,
        r2=None if moving.all() else _explained(y, v, fit.tau2, method),
        k=len(y),
        method=method,
        hartung_knapp=hartung_knapp,
    )


def pool_groups(
    estimates: Numbers,
    standard_errors: Numbers,
    groups: Sequence[str],
    *,
    method: str = "REML",
    hartung_knapp: bool = False,
    level: float = LEVEL,
) -> Subgroups:
    """Return the pooled effect of every group of studies and whether the groups differ.

    Parameters
    ----------
    estimates, standard_errors : sequence of float or ndarray, shape (k,)
        As in :func:`~equipoise.evidence.synthesis.pooling.pool`.
    groups : sequence of str
        The group of each study; two at least.
    method : str
        ``common``, ``DL``, ``PM`` or ``REML``, within each group.
    hartung_knapp : bool
        Use Hartung and Knapp's standard error within each group; the test of the difference takes
        these errors too, but stays a chi-square.
    level : float
        Of every interval.

    Returns
    -------
    Subgroups
        Sorted by group.

    Raises
    ------
    InputError
        If the studies are wrong, there is one group only, or a group cannot be pooled as asked.

    References
    ----------
    Borenstein & Higgins 2013, Prevention Science 14:134.
    """
    y, v = read_studies(estimates, standard_errors)
    if len(groups) != len(y):
        raise InputError("groups and studies differ in number", got=f"{len(groups)} and {len(y)}")
    labels = np.array([str(group) for group in groups])
    names = sorted(set(labels.tolist()))
    if len(names) == 1:
        raise InputError("one group only", got=names[0], allowed="two or more")
    errors = np.sqrt(v)
    pooled = []
    for name in names:
        inside = labels == name
        if hartung_knapp and inside.sum() == 1:
            what = "Hartung-Knapp needs two studies in every group"
            raise InputError(what, where=f"group {name}", got="1", todo="do without it")
        pooled.append(
            pool(y[inside], errors[inside], method=method, hartung_knapp=hartung_knapp, level=level)
        )
    between = pool(
        [one.estimate for one in pooled], [one.standard_error for one in pooled], method="common"
    )
    return Subgroups(
        groups=tuple(names),
        pooled=tuple(pooled),
        q_between=between.q,
        df=len(names) - 1,
        p_value=between.q_p_value,
    )


def _design(design: Sequence[Sequence[float]] | Array, names: Sequence[str], k: int) -> Array:
    try:
        columns = np.asarray(design, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("the design is no table of numbers", got=str(error)) from None
    if columns.shape != (k, len(names)):
        got = " x ".join(map(str, columns.shape))
        raise InputError("wrong shape of the design", got=got, allowed=f"{k} x {len(names)}")
    if len(set(names)) != len(names) or not names:
        raise InputError("columns need a name each", got=", ".join(names))
    wrong = np.argwhere(~np.isfinite(columns))
    if len(wrong):
        row, column = wrong[0]
        where, got = f"study {row + 1}, {names[column]}", str(columns[row, column])
        raise InputError("the moderator is no finite number", where=where, got=got)
    if k <= len(names):
        raise InputError("too few studies", got=str(k), allowed=f"{len(names) + 1} or more")
    norms = np.linalg.norm(columns, axis=0)
    if not norms.all() or np.linalg.matrix_rank(columns / norms) < len(names):
        what = "singular design: a column is empty or follows from the others"
        raise InputError(what, got=", ".join(names), todo="leave one out")
    return columns


def _test_of_columns(fit: MixedModel, moving: NDArray[np.bool_]) -> tuple[float, float]:
    df = int(moving.sum())
    if df == 0:
        return 0.0, 1.0
    slopes = fit.coefficients[moving]
    qm = float(slopes @ np.linalg.solve(fit.covariance[np.ix_(moving, moving)], slopes))
    if fit.quantile_df is not None:
        qm /= df
    return qm, chance_above(qm, df, fit.quantile_df)


def _explained(y: Array, v: Array, left: float, method: str) -> float | None:
    whole = estimate_tau2(y, v, np.ones((len(y), 1)), method)
    return 100 * max(0.0, 1 - left / whole) if whole > 0 else None
