"""Times within a course: to response, to drop-out, to relapse.

The eventual outcome is drawn or given first, its time second: the share of people who have
responded by week w is P(response) F(w), never one minus a survival curve that takes drop-out for
chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import Interval, Treatment
from equipoise.core.prepared import prepared
from equipoise.core.tables import Table, load_table
from equipoise.predict.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Clock", "clock_of", "relapse_weeks", "weeks_to_response"]

# Ends of the 80 % and the 95 % interval, in thousandths.
LEVELS: Final = (100, 900, 25, 975)
REACH: Final = 6
POINTS: Final = 2401


@dataclass(frozen=True, slots=True)
class Clock:
    """The times of one course.

    Parameters
    ----------
    median : float
        Of the log-normal time to response before it is cut, weeks.
    log_sd : float
        Standard deviation of its log.
    decided : float
        Week at which the time is cut, and a course without response has failed.
    early : tuple of (share, weeks)
        How many of the drop-outs leave within the first weeks.
    """

    median: float
    log_sd: float
    decided: float
    early: tuple[float, float]

    def responded(self, weeks: Array) -> Array:
        """Return the share of the responders who have responded by some weeks."""
        reach = np.log(np.maximum(weeks, np.finfo(np.float64).tiny) / self.median) / self.log_sd
        return np.asarray(np.minimum(_normal_cdf(reach) / self._kept(), 1.0))

    def left(self, weeks: Array) -> Array:
        """Return the share of the drop-outs who have left by some weeks."""
        return np.asarray(np.clip(weeks / self.decided, 0.0, 1.0) ** self._power())

    def response_weeks(self, share: Array) -> Array:
        """Return the week by which a share of the responders has responded."""
        reach = _normal_quantile(share * self._kept())
        return np.asarray(np.minimum(self.median * np.exp(self.log_sd * reach), self.decided))

    def dropout_weeks(self, share: Array) -> Array:
        """Return the week by which a share of the drop-outs has left."""
        return np.asarray(self.decided * share ** (1.0 / self._power()))

    def _kept(self) -> float:
        """Return how much of the log-normal lies before the cut."""
        return NormalDist().cdf(math.log(self.decided / self.median) / self.log_sd)

    def _power(self) -> float:
        """Return the power of the week with which drop-outs grow: many leave early."""
        share, weeks = self.early
        return math.log(share) / math.log(weeks / self.decided)


def clock_of(treatment: Treatment, settings: Settings) -> Clock | None:
    """Return the times of a treatment.

    Parameters
    ----------
    treatment : Treatment
        Its own time to effect, else the median of its group.
    settings : Settings
        Horizon of the chances and spread of the time.

    Returns
    -------
    Clock or None
        None where neither the treatment nor its group has a time.
    """
    times = prepared(load_table("baselines/times"), _by_group).get(treatment.group)
    if times is None:
        return None
    weeks, decided = times
    return Clock(
        median=treatment.weeks_to_effect or weeks,
        log_sd=settings.time_log_sd,
        decided=min(settings.horizon, decided),
        early=prepared(load_table("hyperparameters/hyperparameters"), _early),
    )


def _by_group(table: Table) -> dict[str, tuple[float, float]]:
    return {row.text("id"): (row.number("weeks"), row.number("decided")) for row in table}


def _early(table: Table) -> tuple[float, float]:
    names = ("predict_dropout_early", "predict_dropout_early_weeks")
    share, weeks = (table.row(id=name).number("value") for name in names)
    return share, weeks


def weeks_to_response(treatment: Treatment, settings: Settings) -> Interval | None:
    """Return the time to response among those who respond within the course.

    Parameters
    ----------
    treatment : Treatment
        One option.
    settings : Settings
        Horizon and spread.

    Returns
    -------
    Interval or None
        Mean and intervals of the time of one person, in weeks; None where no time is known.
    """
    clock = clock_of(treatment, settings)
    return None if clock is None else _time_of_responders(clock)


@lru_cache(maxsize=256)
def _time_of_responders(clock: Clock) -> Interval:
    normal = NormalDist()
    reach = math.log(clock.decided / clock.median) / clock.log_sd
    kept = normal.cdf(reach)
    middle = clock.median * math.exp(clock.log_sd**2 / 2) * normal.cdf(reach - clock.log_sd)
    low80, high80, low95, high95 = (
        clock.median * math.exp(clock.log_sd * normal.inv_cdf(kept * level / 1000))
        for level in LEVELS
    )
    return Interval(middle / kept, (low80, high80), (low95, high95))


def relapse_weeks(share: Array, risk: Array, shape: float, weeks: float) -> Array:
    """Return when a remission ends, Weibull.

    Parameters
    ----------
    share : ndarray
        Uniform draws; the smaller, the later.
    risk : ndarray
        Share that has relapsed by `weeks`.
    shape : float
        Below 1 most relapses come early.
    weeks : float
        Of the risk.

    Returns
    -------
    ndarray
        Weeks from remission to relapse.
    """
    return np.asarray(weeks * (np.log(share) / np.log1p(-risk)) ** (1.0 / shape))


@lru_cache(maxsize=1)
def _normal_grid() -> tuple[Array, Array]:
    points = np.linspace(-REACH, REACH, POINTS)
    return points, np.array([NormalDist().cdf(one) for one in points])


def _normal_cdf(reach: Array) -> Array:
    points, shares = _normal_grid()
    return np.asarray(np.interp(reach, points, shares))


def _normal_quantile(share: Array) -> Array:
    """Interpolate on a grid so fine that a time is off by less than an hour; no scipy here."""
    points, shares = _normal_grid()
    return np.asarray(np.interp(share, shares, points))
