"""Chances of this person, option by option: expectations by quadrature, intervals by draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.gaussian import logistic
from equipoise.predict.calibrate import calibrate_draws, calibrate_intercept, expect, widened
from equipoise.predict.literature import Draws, Literature
from equipoise.predict.scores import Scores
from equipoise.predict.settings import Settings
from equipoise.predict.slopes import Slope, draw_shifts, moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Drawn", "Expected", "Person", "acted_on", "draw_chances", "expect_chances"]


@dataclass(frozen=True, slots=True)
class Expected:
    """Expected chances, each of shape (t,).

    Parameters
    ----------
    average : ndarray
        Response of an average person of the stage.
    response, remission, dropout : ndarray
        By week 8.
    fit : ndarray
        What moderators add to the response.
    outlook : ndarray
        What general prognosis adds to it.
    slope : ndarray
        Change of the response for one unit of logit, halfway between the average and this person.
    """

    average: Array
    response: Array
    remission: Array
    dropout: Array
    fit: Array
    outlook: Array
    slope: Array


@dataclass(frozen=True, slots=True)
class Drawn:
    """The same in draws, each of shape (n, t)."""

    response: Array
    remission: Array
    dropout: Array
    fit: Array


@dataclass(frozen=True, slots=True)
class Person:
    """What the draws of one person are made of: scores, their draws and the seed."""

    scores: Scores
    drawn: Array
    seed: int


def expect_chances(
    literature: Literature, slopes: Sequence[Slope], scores: Scores, settings: Settings
) -> Expected:
    """Return the expected chances of a person in one layer.

    Parameters
    ----------
    literature : Literature
        What an average person may expect.
    slopes : sequence of Slope
        Of the layer.
    scores : Scores
        Of the person and of the population.
    settings : Settings
        Own variance, nodes.

    Returns
    -------
    Expected
        A person of whom nothing was measured gets the average of the stage.

    Notes
    -----
    The person's own deviations for class and option are at their prior here as in the population
    that the rates describe, so they widen the logit and are integrated out. The response that the
    fit is measured from has its own calibration without moderators; a layer that has none for an
    option leaves its fit at exactly 0.
    """
    prognostic = [slope for slope in slopes if slope.prognostic]
    staying, slope = _staying(literature, slopes, scores, settings)
    base, flat = _staying(literature, prognostic, scores, settings)
    stay = 1.0 - literature.dropout
    own = [slope for slope in slopes if not slope.prognostic]
    fit = np.where(acted_on(own, len(stay)), stay * (staying - base), 0.0)
    moved = acted_on(prognostic, len(stay))
    outlook = np.where(moved, stay * base - literature.average, 0.0)
    response = literature.average + outlook + fit
    return Expected(
        average=literature.average,
        response=response,
        remission=response * literature.remission,
        dropout=literature.dropout,
        fit=fit,
        outlook=outlook,
        slope=stay * (slope + flat) / 2,
    )


def acted_on(slopes: Sequence[Slope], options: int) -> NDArray[np.bool_]:
    """Return which options any of the slopes acts on, shape (options,)."""
    touched = np.zeros(options, dtype=bool)
    for slope in slopes:
        touched |= slope.shares != 0
    return touched


def _staying(
    literature: Literature, slopes: Sequence[Slope], scores: Scores, settings: Settings
) -> tuple[Array, Array]:
    """Return the response among those who stay, and its slope in the logit."""
    numerics, options = settings.numerics, len(literature.average)
    away = np.zeros(len(scores.names))
    _, others = moments(slopes, scores.names, away, scores.population, options)
    population = settings.own_variance + others
    evidence = literature.theta_sd**2 * widened(population, numerics)
    intercept = calibrate_intercept(literature.staying, population + evidence, numerics)
    shift, own = moments(slopes, scores.names, scores.mean, scores.covariance, options)
    variance = settings.own_variance + own + evidence
    return expect(intercept + shift, variance, numerics.nodes)


def draw_chances(
    draws: Draws,
    slopes: Sequence[Slope],
    person: Person,
    settings: Settings,
) -> Drawn:
    """Return the chances of a person in each draw of literature and person.

    Parameters
    ----------
    draws : Draws
        Draws of the literature; both layers use the same.
    slopes : sequence of Slope
        Of the layer.
    person : Person
        Scores and their draws.
    settings : Settings
        Own variance, nodes.

    Returns
    -------
    Drawn
        The person's own deviations for class and option are integrated out in each draw.
    """
    prognostic = [slope for slope in slopes if slope.prognostic]
    stay = 1.0 - draws.dropout
    base = _draw_staying(draws, prognostic, person, settings)
    fit = np.zeros_like(stay)
    response = stay * base
    own = [slope for slope in slopes if not slope.prognostic]
    if own:
        touched = np.flatnonzero(acted_on(own, stay.shape[1]))
        full = _draw_staying(draws, slopes, person, settings)
        fit[:, touched] = stay[:, touched] * (full - base)[:, touched]
        response[:, touched] = stay[:, touched] * full[:, touched]
    return Drawn(
        response=response,
        remission=response * draws.remission,
        dropout=draws.dropout,
        fit=fit,
    )


def _draw_staying(
    draws: Draws, slopes: Sequence[Slope], person: Person, settings: Settings
) -> Array:
    staying = logistic(draws.theta)
    if not slopes:
        # Calibrating and integrating out the same deviations undo each other.
        return staying
    numerics, scores = settings.numerics, person.scores
    shares = np.stack([slope.shares for slope in slopes])
    moved = np.flatnonzero(shares.any(axis=0))
    away = np.zeros(len(scores.names))
    _, others = moments(slopes, scores.names, away, scores.population, shares.shape[1])
    variance = settings.own_variance + others[moved]
    intercept = calibrate_draws(draws.theta[:, moved], variance, numerics)
    shift = draw_shifts(slopes, scores.names, person.drawn, person.seed, numerics)[:, moved]
    own = np.full(moved.size, settings.own_variance)
    staying[:, moved], _ = expect(intercept + shift, own, numerics.draw_nodes)
    return staying
