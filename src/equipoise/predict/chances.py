"""Chances of this person, option by option: expectations by quadrature, intervals by draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.gaussian import logistic, logit
from equipoise.predict.calibrate import (
    calibrate_draws,
    calibrate_intercept,
    expect,
    expect_draws,
    widened,
)
from equipoise.predict.history.standing import Standing
from equipoise.predict.history.tolerance import Tolerance, expected_dropout
from equipoise.predict.literature import Draws, Literature
from equipoise.predict.settings import Numerics
from equipoise.predict.slopes import Slope, draw_shifts
from equipoise.predict.state import State, added

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
        What moderators and the history add to the response.
    outlook : ndarray
        What general prognosis adds to it.
    slope : ndarray
        Change of the response for one unit of logit, halfway between the average and this person.
    history : ndarray
        Part of the fit that comes from treatments tried before.
    leaning : ndarray
        What known facts add to the remission, at the response as it is.
    intercept, intercept_variance : ndarray
        Log-odds of response among those who stay at a state of 0, and the variance of the evidence
        in them.
    """

    average: Array
    response: Array
    remission: Array
    dropout: Array
    fit: Array
    outlook: Array
    slope: Array
    history: Array
    leaning: Array
    intercept: Array
    intercept_variance: Array


@dataclass(frozen=True, slots=True)
class Drawn:
    """The same in draws, each of shape (n, t)."""

    response: Array
    remission: Array
    dropout: Array
    fit: Array


@dataclass(frozen=True, slots=True)
class Person:
    """One person in one layer: where they stand, draws of their scores, and the seed.

    Parameters
    ----------
    standing : Standing
        After everything measured and tried.
    tolerance : Tolerance
        What past courses say about dropping out.
    drawn : ndarray, shape (n, s)
        Draws of the scores.
    seed : int
        Of the run.
    """

    standing: Standing
    tolerance: Tolerance
    drawn: Array
    seed: int

    def of(self, columns: NDArray[np.intp]) -> Person:
        """Return the person with some options."""
        standing, tolerance = self.standing.of(columns), self.tolerance.of(columns)
        return Person(standing, tolerance, self.drawn, self.seed)


def expect_chances(
    literature: Literature,
    slopes: Sequence[Slope],
    person: Person,
    numerics: Numerics,
) -> Expected:
    """Return the expected chances of a person in one layer.

    Parameters
    ----------
    literature : Literature
        What an average person may expect.
    slopes : sequence of Slope
        Of the layer.
    person : Person
        Of whom only the state counts here, not the draws.
    numerics : Numerics
        Nodes.

    Returns
    -------
    Expected
        A person of whom nothing was measured and only the stage is known gets the average of the
        stage.

    Notes
    -----
    The person's own deviations for class, group and option are integrated out. The response that
    the fit is measured from has its own calibration without moderators and with the deviations of
    the usual people of the stage; an option on which neither moderator nor history acts has a fit
    of exactly 0.
    """
    standing, averted = person.standing, 1.0 - literature.dropout
    common = [slope for slope in slopes if slope.prognostic]
    moderated = acted_on([s for s in slopes if not s.prognostic], len(averted))
    levels = _levels(literature, standing.state, numerics)
    staying, slope = _staying(levels, slopes, standing.state, numerics)
    flat_levels = _levels(literature, standing.base, numerics)
    base, flat = _staying(flat_levels, common, standing.base, numerics)
    dropout = expected_dropout(literature.dropout, literature.baselines, person.tolerance, numerics)
    stay = 1.0 - dropout
    moved = moderated | standing.acts | person.tolerance.acts
    fit = np.where(moved, stay * staying - averted * base, 0.0)
    outlook = np.where(acted_on(common, len(stay)), averted * base - literature.average, 0.0)
    response = literature.average + outlook + fit
    before = np.zeros_like(fit)
    if moderated.any():
        alone, _ = _staying(levels, slopes, standing.staged, numerics)
        before = np.where(moderated, averted * (alone - base), 0.0)
    return Expected(
        average=literature.average,
        response=response,
        remission=response * literature.remission,
        dropout=dropout,
        fit=fit,
        outlook=outlook,
        slope=stay * (slope + flat) / 2,
        history=np.where(standing.acts | person.tolerance.acts, fit - before, 0.0),
        leaning=response * (literature.remission - literature.usual_remission),
        intercept=levels[0],
        intercept_variance=levels[1],
    )


def acted_on(slopes: Sequence[Slope], options: int) -> NDArray[np.bool_]:
    """Return which options any of the slopes acts on, shape (options,)."""
    touched = np.zeros(options, dtype=bool)
    for slope in slopes:
        touched |= slope.shares != 0
    return touched


def _levels(literature: Literature, state: State, numerics: Numerics) -> tuple[Array, Array]:
    """Return the intercept of each option and the variance of the evidence in it."""
    usual = state.reference_variance
    evidence = literature.theta_sd**2 * widened(usual, numerics)
    level = calibrate_intercept(literature.staying, usual + evidence, numerics)
    return level - state.reference_mean, evidence


def _staying(
    levels: tuple[Array, Array], slopes: Sequence[Slope], state: State, numerics: Numerics
) -> tuple[Array, Array]:
    """Return the response among those who stay, and its slope in the logit."""
    intercept, evidence = levels
    shift, own = added(slopes, state.names, state.loadings, state.mean, state.covariance)
    return expect(intercept + shift, own + evidence, numerics.nodes)


def draw_chances(
    draws: Draws, slopes: Sequence[Slope], person: Person, numerics: Numerics
) -> Drawn:
    """Return the chances of a person in each draw of literature and person.

    Parameters
    ----------
    draws : Draws
        Draws of the literature; both layers use the same.
    slopes : sequence of Slope
        Of the layer.
    person : Person
        Where they stand, and their draws.
    numerics : Numerics
        Nodes.

    Returns
    -------
    Drawn
        The person's own deviations are integrated out in each draw, given the scores.
    """
    standing, averted = person.standing, 1.0 - draws.dropout
    common = [slope for slope in slopes if slope.prognostic]
    count = averted.shape[1]
    base = _draw_staying(draws.theta, common, standing.base, person, numerics)
    dropout = _draw_dropout(draws.dropout, person.tolerance, numerics)
    acts = acted_on([s for s in slopes if not s.prognostic], count)
    acts |= standing.acts | person.tolerance.acts
    response = averted * base
    fit = np.zeros_like(response)
    moved = np.flatnonzero(acts)
    if moved.size:
        some = [slope.of(moved) for slope in slopes]
        state = standing.state.of(moved)
        theta = np.take(draws.theta, moved, axis=1)
        full = _draw_staying(theta, some, state, person, numerics)
        full *= 1.0 - np.take(dropout, moved, axis=1)
        fit[:, moved] = full - np.take(response, moved, axis=1)
        response[:, moved] = full
    return Drawn(response, response * draws.remission, dropout, fit)


def _draw_dropout(dropout: Array, tolerance: Tolerance, numerics: Numerics) -> Array:
    where = np.flatnonzero(tolerance.acts)
    if not where.size:
        return dropout
    own, changed = tolerance.of(where), dropout.copy()
    level = calibrate_draws(logit(dropout[:, where]), own.usual_variance, numerics)
    changed[:, where] = expect_draws(level + own.mean, own.variance, numerics)
    return changed


def _draw_staying(
    theta: Array, slopes: Sequence[Slope], state: State, person: Person, numerics: Numerics
) -> Array:
    mean, variance, given = _own(state, person.drawn)
    still = np.isclose(mean, state.reference_mean, atol=0) & np.isclose(
        variance, state.reference_variance, atol=0
    )
    if not slopes and still.all():
        # Calibrating and integrating out the same deviations undo each other.
        return logistic(theta)
    logits = calibrate_draws(theta, state.reference_variance, numerics)
    logits += mean - state.reference_mean
    if slopes:
        logits += draw_shifts(slopes, state.names, person.drawn, person.seed, numerics)
    if given is not None:
        logits += given
    return expect_draws(logits, variance, numerics)


def _own(state: State, drawn: Array) -> tuple[Array, Array, Array | None]:
    """Return mean and variance of the own deviations, and what the scores add in each draw."""
    count = len(state.names)
    whole, loadings = state.covariance, state.loadings
    cross = whole[count:, :count]
    mean, own = loadings @ state.mean[count:], whole[count:, count:]
    if not cross.any():
        return mean, np.einsum("td,td->t", loadings @ own, loadings), None
    gain = cross @ np.linalg.pinv(whole[:count, :count], hermitian=True)
    left = own - gain @ cross.T
    variance = np.maximum(np.einsum("td,td->t", loadings @ left, loadings), 0.0)
    return mean, variance, (drawn - state.mean[:count]) @ (loadings @ gain).T
