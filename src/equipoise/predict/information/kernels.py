"""What a test is worth: expected utility of the best option after it, less that of today's choice.

The regret form with today's choice fixed, E_y[max_t U_t(y) - U_t*(y)]: every term is 0 or more, so
noise cannot make a worthless test look useful. The inner expectation is by quadrature. Pure array
kernels.

Notes
-----
Results y are normal given what is known now. The state z = (scores, own deviations) of the person
moves with y along z = m + F e with e standard normal, and what is left of its covariance, C - F F',
does not depend on y. So everything is a function of e, of as many dimensions as the moderating
scores can move in, which mostly is one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.gaussian import expected_logistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Beliefs", "Value", "directions", "moved", "trapezoid", "utilities_given", "value_of"]

NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What is believed of t options and of a state z of n parts.

    Parameters
    ----------
    intercept : ndarray, shape (t,)
        Log-odds of response among those who stay.
    weights : ndarray, shape (t, n)
        Expected slope of each option on each part of the state.
    spread : ndarray, shape (t, n)
        Variance of that slope.
    literature : ndarray, shape (t,)
        Variance of the intercept.
    mean, covariance : ndarray, shape (n,) and (n, n)
        Of the state.
    utility : ndarray, shape (t,)
        Expected utility now.
    gain : ndarray, shape (t,)
        Utility of a certain response among those who stay, above that of none.
    eligible : ndarray of bool, shape (t,)
        Which options may come first at all; at least one.
    """

    intercept: Array
    weights: Array
    spread: Array
    literature: Array
    mean: Array
    covariance: Array
    utility: Array
    gain: Array
    eligible: NDArray[np.bool_]

    def of(self, options: NDArray[np.intp]) -> Beliefs:
        """Return the beliefs of some options."""
        return replace(
            self,
            intercept=self.intercept[options],
            weights=self.weights[options],
            spread=self.spread[options],
            literature=self.literature[options],
            utility=self.utility[options],
            gain=self.gain[options],
            eligible=self.eligible[options],
        )


@dataclass(frozen=True, slots=True)
class Value:
    """Value of a test.

    Parameters
    ----------
    evsi : float
        Expected gain in the unit of the utility.
    error : float
        Its standard error; 0 where it was added up.
    changes : float
        Chance that another option leads by the floor or more.
    leads : tuple of (option, chance)
        Which ones then, by position, the likeliest first.
    moves : tuple of int
        Options that the result moves, by position.
    """

    evsi: float
    error: float
    changes: float
    leads: tuple[tuple[int, float], ...]
    moves: tuple[int, ...] = ()


def directions(beliefs: Beliefs, design: Array, noise: Array, least: float = NOTHING) -> Array:
    """Return F: how the state moves with a standard normal result.

    Parameters
    ----------
    beliefs : Beliefs
        What is believed before the test.
    design : ndarray, shape (m, n)
        Rows H with y = H z + error.
    noise : ndarray, shape (m, m)
        Covariance of the error; a result of infinite error is none.
    least : float, optional
        Standard deviation in the log-odds below which a move is left out. What is left out counts
        as not read, so the value of a test can only fall by it.

    Returns
    -------
    ndarray, shape (n, r)
        As few columns as the options can move in, the one that moves most first; none, if the test
        does not reach them.
    """
    if not design.any():
        return np.zeros((beliefs.mean.size, 0))
    told = ((design @ beliefs.covariance) * design).sum(axis=1)
    heard = np.isfinite(np.diag(noise)) & (told > 0)
    design, noise = design[heard], noise[np.ix_(heard, heard)]
    reach = beliefs.covariance @ design.T
    if not np.any(np.abs(beliefs.weights @ reach) > NOTHING):
        return np.zeros((beliefs.mean.size, 0))
    factor = np.linalg.cholesky(design @ reach + noise)
    full = np.linalg.solve(factor, reach.T).T
    left, sizes, turned = np.linalg.svd(beliefs.weights @ full, full_matrices=False)
    kept = sizes * np.abs(left).max(axis=0) > max(least, NOTHING)
    # The sign of a direction is free: the option that moves most goes up, in whatever order.
    most = np.abs(left).argmax(axis=0)
    signs = np.sign(left[most, np.arange(sizes.size)])
    return np.asarray(full @ (signs[:, None] * turned)[kept].T)


def moved(beliefs: Beliefs, paths: Array, least: float = NOTHING) -> NDArray[np.intp]:
    """Return the options whose log-odds depend on the result."""
    reach = np.linalg.norm(beliefs.weights @ paths, axis=1)
    return np.flatnonzero(reach > max(least, NOTHING))


def utilities_given(beliefs: Beliefs, paths: Array, normals: Array, nodes: int) -> Array:
    """Return the expected utility of each option for each result.

    Parameters
    ----------
    beliefs : Beliefs
        Of the options that the result moves.
    paths : ndarray, shape (n, r)
        From :func:`directions`.
    normals : ndarray, shape (q, r)
        Results as standard normals.
    nodes : int
        Gauss-Hermite nodes of the inner expectation.

    Returns
    -------
    ndarray, shape (q, t)
        Today's utility plus what the result adds to it.

    Notes
    -----
    With m the mean of the state given the result, S its covariance and V the variances of the
    slopes G: the log-odds have mean a + G'm and variance v + G'S G + sum V (m^2 + diag S).
    """
    state = beliefs.mean + normals @ paths.T
    left = beliefs.covariance - paths @ paths.T
    after = _expected(beliefs, state, left, nodes)
    before = _expected(beliefs, beliefs.mean[None, :], beliefs.covariance, nodes)
    return np.asarray(beliefs.utility + beliefs.gain * (after - before))


def _expected(beliefs: Beliefs, state: Array, covariance: Array, nodes: int) -> Array:
    own = ((beliefs.weights @ covariance) * beliefs.weights).sum(axis=1)
    slopes = (state**2 + np.diag(covariance)) @ beliefs.spread.T
    variance = np.maximum(beliefs.literature + own + slopes, 0.0)
    return expected_logistic(beliefs.intercept + state @ beliefs.weights.T, variance, nodes)


def trapezoid(points: int, reach: float) -> tuple[Array, Array]:
    """Return equally spaced standard normal results and their weights.

    Parameters
    ----------
    points : int
        How many.
    reach : float
        Furthest one, in standard deviations.

    Returns
    -------
    normals, weights : ndarray, shape (points,)
        The weights add up to 1. The best utility has kinks in the result, where Gauss-Hermite
        points are wrong by some 10 %; these are not.
    """
    normals = np.linspace(-reach, reach, points)
    weights = np.exp(-(normals**2) / 2)
    return normals, weights / weights.sum()


def value_of(
    utility: Array, weights: Array, first: int, floor: float, normals: Array | None = None
) -> Value:
    """Return what knowing the result is worth.

    Parameters
    ----------
    utility : ndarray, shape (q, t)
        Expected utility of each option given each result.
    weights : ndarray, shape (q,)
        Chance of each result: exact for a genotype, of a quadrature otherwise.
    first : int
        Today's choice.
    floor : float
        A gain below it is no reason to change.
    normals : ndarray, shape (q,), optional
        The results in order, where they lie on one line: the chance of a change is then
        interpolated between them.

    Returns
    -------
    Value
        Exactly 0 where today's choice leads whatever the result is.
    """
    rivals = np.delete(np.arange(utility.shape[1]), first)
    lead = utility[:, rivals].max(axis=1, initial=-np.inf) - utility[:, first]
    changed = lead >= floor
    leader = rivals[utility[:, rivals].argmax(axis=1)[changed]] if rivals.size else rivals
    shares = np.bincount(leader, weights[changed], minlength=utility.shape[1])
    order = sorted(np.flatnonzero(shares), key=lambda t: (-shares[t], t))
    likely = float(weights[changed].sum())
    if normals is not None:
        # The signed lead has no kink at 0 as the gain has.
        likely = _above(normals, lead - floor)
    return Value(
        evsi=float(weights @ np.maximum(lead, 0.0)),
        error=0.0,
        changes=min(max(likely, 0.0), 1.0),
        leads=tuple((int(t), float(shares[t])) for t in order),
    )


def _above(normals: Array, excess: Array) -> float:
    """Return the chance that a line through `excess` is 0 or more at a standard normal place."""
    cdf = NormalDist().cdf
    chance = 0.0
    start: float | None = -np.inf if excess[0] >= 0 else None
    for left in np.flatnonzero((excess[:-1] >= 0) != (excess[1:] >= 0)):
        step = excess[left] / (excess[left] - excess[left + 1])
        place = float(normals[left] + step * (normals[left + 1] - normals[left]))
        if start is None:
            start = place
        else:
            chance += cdf(place) - cdf(start)
            start = None
    return chance if start is None else chance + 1.0 - cdf(start)
