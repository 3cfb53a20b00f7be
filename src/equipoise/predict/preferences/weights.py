"""What counts how much, and what each option is worth by it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.answers import Answer
from equipoise.core.errors import InputError
from equipoise.core.nouns import Preferences, Treatment
from equipoise.core.streams import stream
from equipoise.core.tables import Row, load_table
from equipoise.predict.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = [
    "Values",
    "Weights",
    "choose_weights",
    "draw_weights",
    "time_gained",
    "utilities",
    "values_of",
]

HUNDRED = 100.0
LEAST = 1.0


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by attribute, adding up to 1, and whose they are."""

    shares: tuple[tuple[str, float], ...]
    source: str


@dataclass(frozen=True, slots=True)
class Values:
    """What each attribute is worth for every option, from 0 (worst level) to 1 (best level).

    Parameters
    ----------
    attributes : tuple of str
        In the order of the weights.
    columns : tuple of ndarray
        One for each attribute, each of shape (..., t).
    """

    attributes: tuple[str, ...]
    columns: tuple[Array, ...]


def choose_weights(preferences: Answer[Preferences], treatments: Sequence[Treatment]) -> Weights:
    """Return the weights to use.

    A swing weight says how much raising an attribute from its worst to its best level counts,
    the most important one 100. Attributes that the person left out keep their default swing, so
    weights that stand beside defaults must be on that scale: read as 0.6 of 100, a weight of 0.6
    would turn a wish into its opposite.

    Parameters
    ----------
    preferences : Answer of Preferences
        Swing weights that the person set.
    treatments : sequence of Treatment
        The options that are ranked: an attribute counts only if its level is known for them all.

    Returns
    -------
    Weights
        `source` names the defaults used and the attributes that could not count.

    Raises
    ------
    InputError
        If a weight is negative, names no attribute, or is on another scale than the defaults that
        it stands beside.
    """
    rows = {row.text("id"): row for row in load_table("hyperparameters/attributes")}
    own = dict(preferences.value.weights) if preferences.value else {}
    _check(own, rows)
    _check_scale(own, rows)
    known = [name for name in rows if _known(rows[name], treatments)]
    swings = _default_swings(rows) | own
    why = "asked, not known" if preferences.status == "unknown" else "none were set"
    if not any(swings[name] for name in known):
        swings, own, why = _default_swings(rows), {}, "those set leave nothing to compare"
    total = sum(swings[name] for name in known)
    shares = tuple((name, swings[name] / total) for name in known if swings[name])
    missing = [name for name in rows if name not in known and swings[name]]
    titles = {name: row.text("title") for name, row in rows.items()}
    return Weights(shares, _source(titles, own, why) + _left_out(titles, missing))


def _check(weights: Mapping[str, float], rows: Mapping[str, Row]) -> None:
    for name, swing in weights.items():
        where = f"preferences, weight {name}"
        if name not in rows:
            raise InputError("no such attribute", where=where, allowed=", ".join(rows))
        if not (math.isfinite(swing) and swing >= 0):
            raise InputError("a weight is a number from 0", where=where, got=str(swing))


def _check_scale(own: Mapping[str, float], rows: Mapping[str, Row]) -> None:
    """Refuse weights that cannot be told to be on the scale of the defaults beside them."""
    raised = {name: swing for name, swing in own.items() if swing}
    if not raised or all(name in own for name in rows):
        return
    most = max((_default_swings(rows) | dict(own)).values())
    if math.isclose(most, HUNDRED) and min(raised.values()) >= LEAST:
        return
    raise InputError(
        "weights beside the defaults are not on their scale",
        where="preferences, weights",
        got=", ".join(f"{name} {swing:g}" for name, swing in raised.items()),
        allowed=f"0, or {LEAST:g} to {HUNDRED:g}, with {HUNDRED:g} for what matters most",
        todo="give 100 to what matters most and the others relative to it, or set every weight",
    )


def _default_swings(rows: Mapping[str, Row]) -> dict[str, float]:
    shares = {name: row.number("weight") for name, row in rows.items()}
    return {name: HUNDRED * share / max(shares.values()) for name, share in shares.items()}


def _known(row: Row, treatments: Sequence[Treatment]) -> bool:
    name = row.text("id")
    if name == "speed":
        return all(one.weeks_to_effect is not None for one in treatments)
    if row.text("kind") == "outcome":
        return True
    return all(name in dict(one.attributes) for one in treatments)


def _source(titles: Mapping[str, str], own: Mapping[str, float], why: str) -> str:
    if not own:
        return f"Default weights ({why})."
    named = ", ".join(title for name, title in titles.items() if name in own)
    rest = " Default weights for the rest." if len(own) < len(titles) else ""
    return f"Weights set by the person: {named}.{rest}"


def _left_out(titles: Mapping[str, str], missing: Sequence[str]) -> str:
    if not missing:
        return ""
    named = ", ".join(titles[name] for name in missing)
    return (
        f" Not counted, because the level is not known for every option: {named};"
        " the other weights take their share."
    )


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
    columns = []
    for name in attributes:
        row = load_table("hyperparameters/attributes").row(id=name)
        worst, best = row.number("worst"), row.number("best")
        if row.text("kind") == "level":
            level = np.array([dict(one.attributes)[name] for one in treatments])
            level = np.clip(level, min(worst, best), max(worst, best))
        elif name == "speed":
            level = response * np.array([_weeks(one, settings) for one in treatments])
        else:
            level = {"response": response, "remission": remission, "stay": 1.0 - dropout}[name]
        columns.append((level - worst) / (best - worst))
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
    total = factors[..., 0, :] * values.columns[0]
    for column, worth in enumerate(values.columns[1:], 1):
        total += factors[..., column, :] * worth
    return np.asarray(total)


def draw_weights(weights: Weights, seed: int, settings: Settings) -> Array:
    """Draw weights about those given, because nobody knows their own wishes exactly.

    Parameters
    ----------
    weights : Weights
        Their mean.
    seed : int
        Of the run.
    settings : Settings
        Concentration, draws.

    Returns
    -------
    ndarray, shape (n, a)
        Dirichlet draws, one stream for each attribute.
    """
    parts = np.stack(
        [
            stream(f"weight/{name}", seed).standard_gamma(
                settings.concentration * share, settings.numerics.draws
            )
            for name, share in weights.shares
        ],
        axis=1,
    )
    return np.asarray(parts / parts.sum(axis=1, keepdims=True))
