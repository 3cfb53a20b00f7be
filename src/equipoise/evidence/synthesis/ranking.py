"""League table and P-scores of a fitted network."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.pooling import LEVEL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.evidence.synthesis.network import NetworkFit

    Array = NDArray[np.float64]

__all__ = ["League", "league", "p_scores"]


@dataclass(frozen=True, slots=True, eq=False)
class League:
    """Every treatment against every other.

    Parameters
    ----------
    treatments : tuple of str, length t
        In the order of the fit.
    level : float
        Of the intervals.
    estimate, se, low, high : ndarray, shape (t, t)
        Effect of the row's treatment minus that of the column's; 0 on the diagonal.
    """

    treatments: tuple[str, ...]
    level: float
    estimate: Array
    se: Array
    low: Array
    high: Array


def league(fit: NetworkFit, level: float = LEVEL) -> League:
    """Return the league table of a fitted network.

    Parameters
    ----------
    fit : NetworkFit
        The fit.
    level : float
        Level of the intervals, between 0 and 1.

    Returns
    -------
    League
        Intervals by the normal distribution.

    Raises
    ------
    InputError
        If the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError("no level of an interval", got=f"{level:g}", allowed="between 0 and 1")
    estimate, se = _differences(fit)
    reach = NormalDist().inv_cdf((1 + level) / 2) * se
    return League(fit.treatments, level, estimate, se, estimate - reach, estimate + reach)


def p_scores(fit: NetworkFit, *, larger_is_better: bool = True) -> tuple[float, ...]:
    """Return the P-scores of a fitted network.

    Parameters
    ----------
    fit : NetworkFit
        The fit.
    larger_is_better : bool
        Whether a larger estimate is the better one.

    Returns
    -------
    tuple of float
        In the order of `fit.treatments`: the mean, over the others, of the one-sided certainty of
        being better than that one. They add up to t / 2.

    References
    ----------
    Rücker and Schwarzer 2015, BMC Med Res Methodol 15:58.
    """
    from scipy.special import ndtr

    estimate, se = _differences(fit)
    np.fill_diagonal(se, 1.0)
    sign = 1.0 if larger_is_better else -1.0
    certain = ndtr(sign * estimate / se)
    np.fill_diagonal(certain, 0.0)
    return tuple((certain.sum(axis=1) / (len(se) - 1)).tolist())


def _differences(fit: NetworkFit) -> tuple[Array, Array]:
    """Return row minus column for all pairs, and the standard errors."""
    variance = np.diag(fit.covariance)
    squared = variance[:, None] + variance[None, :] - 2 * fit.covariance
    np.fill_diagonal(squared, 0.0)
    return fit.estimates[:, None] - fit.estimates[None, :], np.sqrt(squared)
