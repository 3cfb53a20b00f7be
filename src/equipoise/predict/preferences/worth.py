"""What each attribute is worth for every option, and what the option is worth by it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.nouns import Treatment
from equipoise.core.prepared import prepared
from equipoise.core.tables import Table, load_table
from equipoise.predict.preferences.attributes import Attribute, Weights, read_attributes
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
        One for each attribute, each of shape (..., t); levels have the shape (t,), but for the
        first where there are levels only.
    """

    attributes: tuple[str, ...]
    columns: tuple[Array, ...]


@lru_cache(maxsize=256)
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
        elif name == "stay":
            level = 1.0 - dropout
        else:
            level = {"response": response, "remission": remission}[name]
        columns.append(_scaled(level, row))
    if all(column.ndim == 1 for column in columns):
        # Somebody may weigh no outcome at all: the options still differ in every draw alike.
        columns[0] = np.broadcast_to(columns[0], response.shape)
    return Values(attributes, tuple(columns))


def _scaled(level: Array, row: Attribute) -> Array:
    """Return 0 at the worst end and 1 at the best; what is on that scale already is not copied."""
    if (row.worst, row.best) == (0, 1):
        return level
    shifted = level - row.worst if row.worst else level
    return shifted / (row.best - row.worst)


def _weeks(treatment: Treatment, settings: Settings) -> float:
    """Return the weeks that a responder gains; no response comes after the end of a course."""
    decided = prepared(load_table("baselines/times"), _decided).get(treatment.group)
    end = settings.horizon if decided is None else min(settings.horizon, decided)
    median = treatment.weeks_to_effect or settings.horizon
    return settings.horizon - end + time_gained(median, end, settings.time_log_sd)


def _decided(table: Table) -> dict[str, float]:
    return {row.text("id"): row.number("decided") for row in table}


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
    still = [n for n, column in enumerate(values.columns) if column.ndim == 1]
    moving = [n for n, column in enumerate(values.columns) if column.ndim > 1]
    # Levels have no draws of their own: one product for all of them.
    total = np.zeros(values.columns[0].shape[-1])
    if still:
        total = weights[..., still] @ np.stack([values.columns[n] for n in still])
    if moving:
        first, *rest = moving
        total = total + weights[..., first, None] * values.columns[first]
        part = np.empty_like(total)
        for n in rest:
            np.multiply(weights[..., n, None], values.columns[n], out=part)
            total += part
    total *= HUNDRED
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
