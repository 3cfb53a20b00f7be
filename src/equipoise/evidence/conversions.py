"""Conversions of published effects to log odds ratios or log hazard ratios.

Pure kernels: each takes the figures as a source prints them and returns an estimate with its
standard error. What cannot be converted without a guess is not here.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

__all__ = [
    "LOGISTIC",
    "Limits",
    "from_counts",
    "from_hazard_ratio",
    "from_mean_difference",
    "from_odds_ratio",
    "from_risk_ratio",
    "from_smd",
    "limit_width",
]

LOGISTIC: Final = math.pi / math.sqrt(3)

Limits = tuple[float, float, float]


def limit_width(level: float) -> float:
    """Return the distance between two limits of `level` per cent, in standard deviations.

    Parameters
    ----------
    level : float
        Level of an interval, in per cent.

    Returns
    -------
    float
        3.92 at 95 %.
    """
    return 2 * NormalDist().inv_cdf(0.5 + level / 200)


def _log_ratio(value: float, lower: float, upper: float, level: float) -> tuple[float, float]:
    return math.log(value), (math.log(upper) - math.log(lower)) / limit_width(level)


def from_odds_ratio(value: float, lower: float, upper: float, level: float) -> tuple[float, float]:
    """Return log odds ratio and standard error of an odds ratio with its limits.

    Parameters
    ----------
    value, lower, upper : float
        Odds ratio and limits, all above 0.
    level : float
        Level of the limits, in per cent.

    Returns
    -------
    estimate, standard_error : float
        In log odds. Limits of a Bayesian interval are read as those of a Gaussian.
    """
    return _log_ratio(value, lower, upper, level)


def from_hazard_ratio(
    value: float, lower: float, upper: float, level: float
) -> tuple[float, float]:
    """Return log hazard ratio and standard error of a hazard ratio with its limits.

    Parameters
    ----------
    value, lower, upper : float
        Hazard ratio of the treatment over the comparator and limits, all above 0.
    level : float
        Level of the limits, in per cent.

    Returns
    -------
    estimate, standard_error : float
        In log hazard; never a log odds ratio, which would need the time and the rate.
    """
    return _log_ratio(value, lower, upper, level)


def from_counts(
    events: int, total: int, comparator_events: int, comparator_total: int
) -> tuple[float, float]:
    """Return log odds ratio and standard error of a two-by-two table.

    Parameters
    ----------
    events, total : int
        People with the outcome and people randomised, treatment.
    comparator_events, comparator_total : int
        The same, comparator.

    Returns
    -------
    estimate, standard_error : float
        In log odds. One half is added to every cell only where a cell is empty.

    Raises
    ------
    ValueError
        If there are more events than people.

    References
    ----------
    Woolf 1955, Annals of Human Genetics 19:251.
    """
    cells = [events, total - events, comparator_events, comparator_total - comparator_events]
    if min(cells) < 0:
        raise ValueError(f"more events than people in {cells}")
    a, b, c, d = (cell + 0.5 * (0 in cells) for cell in cells)
    return math.log(a * d / (b * c)), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def from_risk_ratio(limits: Limits, level: float, comparator_rate: float) -> tuple[float, float]:
    """Return log odds ratio and standard error of a risk ratio.

    Parameters
    ----------
    limits : tuple of float
        Risk ratio, lower and upper limit, all above 0.
    level : float
        Level of the limits, in per cent.
    comparator_rate : float
        Share with the outcome on the comparator, strictly between 0 and 1.

    Returns
    -------
    estimate, standard_error : float
        In log odds: the treatment's share is the risk ratio times `comparator_rate`; the error of
        the log risk ratio is divided by one less that share (delta method), as for a rate known
        without error.

    Raises
    ------
    ValueError
        If a share is not strictly between 0 and 1.
    """
    rate = limits[0] * comparator_rate
    if not (0 < comparator_rate < 1 and 0 < rate < 1):
        raise ValueError(f"shares of {rate:.3g} and {comparator_rate:.3g} have no odds ratio")
    _, error = _log_ratio(*limits, level)
    odds = rate / (1 - rate), comparator_rate / (1 - comparator_rate)
    return math.log(odds[0] / odds[1]), error / (1 - rate)


def from_smd(limits: Limits, level: float, inflation: float) -> tuple[float, float]:
    """Return log odds ratio and standard error of a standardised mean difference.

    Parameters
    ----------
    limits : tuple of float
        Difference (positive is better), lower and upper limit, in standard deviations.
    level : float
        Level of the limits, in per cent.
    inflation : float
        Share by which the standard error grows, as the conversion assumes logistic scores.

    Returns
    -------
    estimate, standard_error : float
        In log odds.

    References
    ----------
    Chinn 2000, Statistics in Medicine 19:3127.
    """
    value, lower, upper = limits
    error = (upper - lower) / limit_width(level)
    return value * LOGISTIC, error * LOGISTIC * (1 + inflation)


def from_mean_difference(
    limits: Limits, level: float, outcome_sd: float, inflation: float
) -> tuple[float, float]:
    """Return log odds ratio and standard error of a difference in points of a scale.

    Parameters
    ----------
    limits : tuple of float
        Difference (positive is better), lower and upper limit, in points.
    level : float
        Level of the limits, in per cent.
    outcome_sd : float
        Standard deviation of the outcome among people of one arm, in points, above 0.
    inflation : float
        As in :func:`from_smd`.

    Returns
    -------
    estimate, standard_error : float
        In log odds, by way of the standardised mean difference.

    Raises
    ------
    ValueError
        If `outcome_sd` is not above 0.
    """
    if not outcome_sd > 0:
        raise ValueError(f"a standard deviation of {outcome_sd:.3g}")
    value, lower, upper = (limit / outcome_sd for limit in limits)
    return from_smd((value, lower, upper), level, inflation)
