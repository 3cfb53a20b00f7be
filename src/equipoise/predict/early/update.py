"""The arithmetic of an early change. Pure array kernels.

Change is the percent fall of a scale. In responders and in others it is taken as normal with equal
spread, so the log-odds of response rise along a straight line in the change, and more improvement
never lowers the chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.gaussian import logistic, logit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["after_answer", "after_change", "next_chance", "shift_of_change"]


def shift_of_change(change: Array, line: tuple[float, float], limits: tuple[float, float]) -> Array:
    """Return what a change adds to the log-odds of response.

    Parameters
    ----------
    change : ndarray
        Percent fall since the start; negative where symptoms grew.
    line : tuple of (slope, centre)
        Log-odds for one percent, and the fall that leaves the chance as it was.
    limits : tuple of (lowest, highest)
        A change beyond them counts as the limit.

    Returns
    -------
    ndarray
        Never falls as the change grows.
    """
    slope, centre = line
    return np.asarray(slope * (np.clip(change, *limits) - centre))


def after_change(log_odds: Array, shift: Array | float) -> Array:
    """Return the chance of response of those who go on, given the change.

    Parameters
    ----------
    log_odds : ndarray
        Of response among those who stay, before the change was known: one number, or draws.
    shift : ndarray or float
        From :func:`shift_of_change`.

    Returns
    -------
    ndarray
        Chances.
    """
    return logistic(log_odds + shift)


def after_answer(chance: Array, improved: bool, sensitivity: float, specificity: float) -> Array:
    """Return the chance of response where only "improved or not" is known.

    Parameters
    ----------
    chance : ndarray
        Before.
    improved : bool
        Whether the fall reached the cut.
    sensitivity, specificity : float
        Of the cut.

    Returns
    -------
    ndarray
        Bayes' rule with the likelihood ratio of the answer.
    """
    responders = sensitivity if improved else 1.0 - sensitivity
    others = 1.0 - specificity if improved else specificity
    return logistic(logit(chance) + np.log(responders / others))


def next_chance(rates: tuple[Array, Array], before: float, after: float, ceiling: float) -> Array:
    """Return the chances of the next options, given what the present treatment has shown so far.

    Parameters
    ----------
    rates : tuple of (now, later)
        Chances of each option at the present stage, and after one more failed trial; shape (t,).
    before, after : float
        Chance that the present treatment would help, before and after the change was known.
    ceiling : float
        Highest chance among people whom the present treatment would help too.

    Returns
    -------
    ndarray, shape (t,)
        Without news those of the present stage; with a failure for sure those of the next one.

    Notes
    -----
    The rate of the present stage is a mixture: of people whom the present treatment would help,
    and of those whom it would not, who have the rate of the next stage.
    """
    now, later = rates
    helped = np.clip((now - (1.0 - before) * later) / before, later, np.maximum(later, ceiling))
    return np.asarray(after * helped + (1.0 - after) * later)
