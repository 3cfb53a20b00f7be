"""What a published slope, its chance of being reported and its replications leave to believe.

Pure kernels. A published slope is the winner of a search. Its likelihood is therefore divided by
the chance that it would have been reported at all, the prior is as narrow as the evidence grade
asks, and a later study that only says "not significant" counts as exactly that, never as zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = [
    "Estimate",
    "Grid",
    "Miss",
    "Prior",
    "censored_standard_error",
    "own_share",
    "posterior",
    "power",
]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A study that gave the slope.

    Parameters
    ----------
    estimate, standard_error : float
        Log odds per observed standard deviation.
    reliability : float
        Of the measure in the study; the slope on the true score is larger by its root.
    reporting : float
        Chance that a result that is not significant would have been reported; 1 for a replication.
    """

    estimate: float
    standard_error: float
    reliability: float
    reporting: float


@dataclass(frozen=True, slots=True)
class Miss:
    """A study that gave no slope, only that it failed.

    Parameters
    ----------
    standard_error : float
        That a slope would have had, log odds per observed standard deviation.
    reliability : float
        Of the measure in the study.
    toward : {-1, 0, 1}
        Sign of a significant result; 0 for one that was not significant.
    """

    standard_error: float
    reliability: float
    toward: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """Numerics of the posterior: points, half-width in prior sds, two-sided level of the tests."""

    nodes: int
    width: float
    level: float


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a slope before any study: a normal distribution."""

    sd: float
    mean: float = 0.0


def power(signal: Array, level: float) -> Array:
    """Return the chance that a two-sided test is significant.

    Parameters
    ----------
    signal : ndarray, shape (n,)
        True value over its standard error.
    level : float
        Two-sided level.

    Returns
    -------
    ndarray, shape (n,)
        `level` where the signal is 0.
    """
    return _beyond(signal, level) + _beyond(-signal, level)


def censored_standard_error(people: int) -> float:
    """Return the standard error of a slope in log odds per standard deviation at no correlation.

    Parameters
    ----------
    people : int
        People in the study.

    Returns
    -------
    float
        pi / sqrt(3) / sqrt(people - 1): that of a correlation near 0, turned to log odds.
    """
    return math.pi / math.sqrt(3) / math.sqrt(people - 1)


def posterior(
    estimates: Sequence[Estimate], misses: Sequence[Miss], prior: Prior | float, grid: Grid
) -> tuple[float, float]:
    """Return mean and standard deviation of a slope on the true score.

    Parameters
    ----------
    estimates : sequence of Estimate
        Published slope and replications with an estimate, in any order.
    misses : sequence of Miss
        Failed replications without an estimate.
    prior : Prior or float
        The prior; a number is the standard deviation of one whose mean is 0.
    grid : Grid
        Numerics.

    Returns
    -------
    mean, sd : float
        Log odds per standard deviation of the true score.

    Notes
    -----
    On a grid of slopes g, with a = sqrt(reliability): the prior, times
    N(estimate; a g, se^2) / [reporting + (1 - reporting) power(a g / se)] for each estimate, times
    1 - power(a g / se) for each result that was not significant, times the chance of one that is
    significant with its sign for each that was.
    """
    before = prior if isinstance(prior, Prior) else Prior(prior)
    steps = np.linspace(-grid.width, grid.width, grid.nodes)
    slopes = before.mean + before.sd * steps
    log_density = -0.5 * steps**2
    for one in estimates:
        log_density += _log_estimate(one, slopes, grid.level)
    for miss in misses:
        log_density += _log_miss(miss, slopes, grid.level)
    weights = np.exp(log_density - log_density.max())
    weights /= weights.sum()
    mean = float(weights @ slopes)
    return mean, math.sqrt(float(weights @ (slopes - mean) ** 2))


def own_share(whole: tuple[float, float], own: Prior, prior: Prior) -> tuple[float, float]:
    """Return what the posterior of a sum says of one of its two independent parts.

    Parameters
    ----------
    whole : tuple of (mean, sd)
        Posterior of the sum, as of a slope within one arm: prognosis and the option together.
    own : Prior
        Of the part.
    prior : Prior
        Of the sum.

    Returns
    -------
    mean, sd : float
        With w the share of the part in the prior variance of the sum: its prior mean plus w times
        what was learnt of the sum, and the root of w^2 sd^2 + (1 - w) own.sd^2. Exact, as the
        part depends on the studies only through the sum.
    """
    mean, sd = whole
    share = own.sd**2 / prior.sd**2
    learnt = own.mean + share * (mean - prior.mean)
    return learnt, math.sqrt(share**2 * sd**2 + (1.0 - share) * own.sd**2)


def _beyond(signal: Array, level: float) -> Array:
    over = (signal - NormalDist().inv_cdf(1 - level / 2)) / math.sqrt(2)
    return np.array([1 + math.erf(one) for one in over.tolist()]) / 2


def _log_estimate(one: Estimate, slopes: Array, level: float) -> Array:
    observed = math.sqrt(one.reliability) * slopes
    density = -0.5 * ((one.estimate - observed) / one.standard_error) ** 2
    if one.reporting < 1:
        chance = power(observed / one.standard_error, level)
        density -= np.log(one.reporting + (1 - one.reporting) * chance)
    return np.asarray(density)


def _log_miss(miss: Miss, slopes: Array, level: float) -> Array:
    signal = math.sqrt(miss.reliability) * slopes / miss.standard_error
    chance = _beyond(miss.toward * signal, level) if miss.toward else 1 - power(signal, level)
    # Far out the chance underflows; such slopes have no weight.
    return np.asarray(np.log(np.maximum(chance, np.finfo(np.float64).tiny)))
