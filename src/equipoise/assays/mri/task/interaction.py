"""Task connectivity: how much the coupling of two regions differs between two conditions.

A psychophysiological interaction (Friston 1997) in its general form, one term for each trial type
(McLaren 2012), formed from the measured series without deconvolution. Both series are freed of
drifts and confounds and brought to a standard deviation of 1; each expected response is brought to
a peak of 1 and centred before it is multiplied. The effect is the difference of the slopes of the
one series on the other, at the peak of the response. Seed and target then change places: the
result is the mean of both directions. Their errors are not independent, so the mean of the two
errors is given, which is never too small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.task.design import Design
from equipoise.assays.mri.task.memory import variance_of
from equipoise.assays.mri.task.model import Estimate, fit_model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["interaction", "interaction_design"]


def interaction(
    first: Array, second: Array, design: Design, weights: Array, noise: str
) -> Estimate:
    """Return the task connectivity of two series.

    Parameters
    ----------
    first, second : ndarray, shape (volumes,)
        Mean series of two regions, in any unit.
    design : Design
        Of the run.
    weights : ndarray, shape (trial types,)
        The contrast.
    noise : {"ar1", "ols"}
        Noise model of nilearn.

    Returns
    -------
    Estimate
        One value, the mean of both directions, unit 1.
    """
    pair = _standard(np.column_stack([first, second]), design.nuisance)
    ways = [_directed(pair[:, a], pair[:, b], design, weights, noise) for a, b in ((0, 1), (1, 0))]
    effect = np.mean([way.effect for way in ways], axis=0)
    error = np.mean([np.sqrt(way.variance) for way in ways], axis=0)
    return Estimate(effect, error**2)


def _directed(seed: Array, target: Array, design: Design, weights: Array, noise: str) -> Estimate:
    matrix = interaction_design(seed, design)
    found = fit_model(target[:, None], matrix, noise).contrast(weights)
    if noise == "ols":
        return found
    return Estimate(found.effect, variance_of(target[:, None], matrix, weights))


def interaction_design(seed: Array, design: Design) -> Array:
    """Return the matrix of one direction: interactions, trial types, seed, nuisance.

    Parameters
    ----------
    seed : ndarray, shape (volumes,)
        Series of standard deviation 1, freed of nuisance.
    design : Design
        Of the run.

    Returns
    -------
    ndarray, shape (volumes, 2 trial types + 1 + nuisance)
        The interactions stand first, in the order of the trial types.
    """
    peak = np.abs(design.conditions).max(axis=0)
    expected = design.conditions / np.where(peak > 0, peak, 1)
    expected = expected - expected.mean(axis=0)
    return np.hstack([seed[:, None] * expected, design.conditions, seed[:, None], design.nuisance])


def _standard(series: Array, nuisance: Array) -> Array:
    basis, _ = np.linalg.qr(nuisance)
    left = series - basis @ (basis.T @ series)
    spread = left.std(axis=0)
    return np.asarray(left / np.where(spread > 0, spread, 1))
