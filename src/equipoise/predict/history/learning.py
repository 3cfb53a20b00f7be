"""What one outcome teaches about a Gaussian state. Pure array kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.gaussian import gauss_hermite

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Beliefs", "Outcome", "learn", "tilted"]


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Mean, shape (z,), and covariance, shape (z, z), of a state."""

    mean: Array
    covariance: Array


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome whose log-odds are ``level + row @ z + noise``.

    Parameters
    ----------
    row : ndarray, shape (z,)
        What the state adds.
    level : float
        Log-odds at a state of 0.
    noise : float
        Variance of what is no part of the state: error of the evidence, an option of its own.
    spread : ndarray, shape (z,)
        Variances of the entries of `row`, 0 where they are certain.
    weight : float
        How much it counts, 0 to 1.
    happened : bool
        Whether the event happened.
    """

    row: Array
    level: float
    noise: float
    spread: Array
    weight: float
    happened: bool


def tilted(
    mean: float, variance: float, weight: float, nodes: int, *, happened: bool
) -> tuple[float, float]:
    """Return mean and variance of a normal logit once an event happened, or did not.

    Parameters
    ----------
    mean, variance : float
        Of the logit before.
    weight : float
        Power of the likelihood: 0 teaches nothing.
    nodes : int
        Gauss-Hermite nodes.
    happened : bool
        Whether the event happened.

    Returns
    -------
    mean, variance : float
        Moments of the normal density times ``S(e)^weight`` or ``(1 - S(e))^weight``.
    """
    points, weights = gauss_hermite(nodes)
    logits = mean + np.sqrt(variance) * points
    density = weights * np.exp(-weight * np.logaddexp(0.0, -logits if happened else logits))
    density /= density.sum()
    centre = float(density @ logits)
    return centre, float(density @ (logits - centre) ** 2)


def learn(beliefs: Beliefs, outcome: Outcome, nodes: int) -> Beliefs:
    """Return what is believed of the state once an outcome is known.

    Parameters
    ----------
    beliefs : Beliefs
        Before.
    outcome : Outcome
        What happened.
    nodes : int
        Gauss-Hermite nodes.

    Returns
    -------
    Beliefs
        The Gaussian with the moments of the logit matched. More variance of the evidence in the
        logit means that the state moves less.
    """
    mean, covariance = beliefs.mean, beliefs.covariance
    towards = covariance @ outcome.row
    spread = float(outcome.spread @ (mean**2 + np.diag(covariance)))
    before = float(outcome.level + outcome.row @ mean)
    variance = float(outcome.row @ towards) + spread + outcome.noise
    if variance <= 0:
        return beliefs
    after, narrower = tilted(before, variance, outcome.weight, nodes, happened=outcome.happened)
    gain = towards / variance
    return Beliefs(
        mean + gain * (after - before),
        covariance - np.outer(gain, gain) * (variance - narrower),
    )
