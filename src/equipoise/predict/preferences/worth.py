"""What each attribute is worth for every option, and what the option is worth by it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.nouns import Treatment
from equipoise.predict.preferences.attributes import Weights, read_attributes
from equipoise.predict.preferences.levels import levels_of
from equipoise.predict.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Values", "in_remission", "time_gained", "utilities", "values_of"]

HUNDRED = 100.0


@dataclass(frozen=True, slots=True)
class Values:
    """What each attribute is worth for every option, from 0 (worst level) to 1 (best level).

    Parameters
    ----------
    attributes : tuple of str
        In the order of the weights.
    columns : tuple of ndarray
        One for each attribute, each of shape (..., t); levels have the shape (t,).
    """

    attributes: tuple[str, ...]
    columns: tuple[Array, ...]


def time_gained(median: float, horizon: float, log_sd: float) -> float:
    """Return the expected weeks left when a response comes before the horizon.

    Parameters
    ----------
    median : float
        Median time to response in weeks.
    horizon : float
        Week of the outcome.
    log_sd : float
        Standard deviation of the log of the time, which is log-normal cut at the horizon.

    Returns
    -------
    float
        E[horizon - T | T < horizon].
    """
    normal = NormalDist()
    centre = math.log(median)
    reach = (math.log(horizon) - centre) / log_sd
    partial = math.exp(centre + log_sd**2 / 2) * normal.cdf(reach - log_sd)
    return horizon - partial / normal.cdf(reach)


def values_of(
    weights: Weights,
    treatments: Sequence[Treatment],
    chances: tuple[Array, Array, Array],
    settings: Settings,
) -> Values:
    """Return what each attribute is worth.

    Parameters
    ----------
    weights : Weights
        Their attributes are returned.
    treatments : sequence of Treatment
        Options, t of them.
    chances : tuple of ndarray, each of shape (..., t)
        Response, remission, drop-out.
    settings : Settings
        Horizon and spread of the time to response.

    Returns
    -------
    Values
        Levels beyond the ends of a scale count as its end.
    """
    response, remission, dropout = chances
    attributes = tuple(name for name, _ in weights.shares)
    rows = read_attributes()
    columns = []
    for name in attributes:
        row = rows[name]
        if row.kind == "level":
            level = levels_of(row, treatments, weights.experience)
        elif name == "speed":
            level = response * np.array([_weeks(one, settings) for one in treatments])
        else:
            level = {"response": response, "remission": remission, "stay": 1.0 - dropout}[name]
        columns.append((level - row.worst) / (row.best - row.worst))
    return Values(attributes, tuple(columns))


def _weeks(treatment: Treatment, settings: Settings) -> float:
    median = treatment.weeks_to_effect or settings.horizon
    return time_gained(median, settings.horizon, settings.time_log_sd)


def utilities(values: Values, weights: Array) -> Array:
    """Return utilities from 0 to 100.

    Parameters
    ----------
    values : Values
        Columns of shape (..., t).
    weights : ndarray, shape (a,) or (n, a)
        One set of weights, or one for each draw.

    Returns
    -------
    ndarray, shape (..., t)
        100 times the weighted sum.
    """
    factors = HUNDRED * weights[..., None]
    # Levels first: they have no draws of their own, so with one set of weights they stay small.
    first, *rest = sorted(range(len(values.columns)), key=lambda n: values.columns[n].ndim)
    total = factors[..., first, :] * values.columns[first]
    for column in rest:
        part = factors[..., column, :] * values.columns[column]
        if part.shape == total.shape:
            total += part
        else:
            total = total + part
    return np.asarray(total)


def in_remission(points: float, weights: Weights) -> float | None:
    """Return how many points of the chance of remission are worth as much.

    Parameters
    ----------
    points : float
        Utility, or a difference of two.
    weights : Weights
        What counts how much.

    Returns
    -------
    float or None
        Points of 100; None where remission does not count.
    """
    share = dict(weights.shares).get("remission", 0.0)
    row = read_attributes()["remission"]
    return points * abs(row.best - row.worst) / share if share else None
