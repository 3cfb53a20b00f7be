"""The linear-Gaussian measurement model. Pure array kernels.

The state x = (mechanisms m, specific parts u) has unit variances. The true score of measure j is
``tau_j = l_j' m + sqrt(1 - h_j^2) u_j`` with ``h_j^2 = l_j' Omega l_j``, and what is observed,
standardised among depressed patients, is ``y_j = sqrt(r_j) tau_j + e_j``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.gaussian import condition
from equipoise.core.measurement_model import Errors, error_covariance, shared_in_sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = [
    "Errors",
    "error_covariance",
    "posterior",
    "prior_covariance",
    "shared_in_sample",
    "true_scores",
]


def prior_covariance(mechanisms: int, measures: int, correlation: float) -> Array:
    """Return the covariance of the state before any measurement.

    Parameters
    ----------
    mechanisms, measures : int
        Number of mechanisms and of measure-specific parts.
    correlation : float
        Between any two mechanisms.

    Returns
    -------
    ndarray, shape (mechanisms + measures,) * 2
        Unit variances; the specific parts are independent of everything.
    """
    covariance = np.eye(mechanisms + measures)
    covariance[:mechanisms, :mechanisms] += correlation * (1.0 - np.eye(mechanisms))
    return covariance


def true_scores(loadings: Array, covariance: Array) -> Array:
    """Return the rows that turn the state into true scores of unit variance.

    Parameters
    ----------
    loadings : ndarray, shape (measures, mechanisms)
        One row for every measure of the state.
    covariance : ndarray, shape (mechanisms + measures,) * 2
        Of the state before any measurement.

    Returns
    -------
    ndarray, shape (measures, mechanisms + measures)
        The loadings, then what is specific to each measure.

    Raises
    ------
    ValueError
        If the loadings of a measure explain more than all of it.
    """
    count = loadings.shape[1]
    explained = np.einsum("jk,kl,jl->j", loadings, covariance[:count, :count], loadings)
    if np.any(explained > 1.0):
        raise ValueError("the loadings of a measure explain more than its variance")
    return np.hstack([loadings, np.diag(np.sqrt(1.0 - explained))])


def posterior(
    prior: Array, scores: Array, errors: Errors, observed: Array, jitter: float
) -> tuple[Array, Array, Array]:
    """Return the state given the measurements, exactly.

    Parameters
    ----------
    prior : ndarray, shape (n, n)
        Covariance of the state.
    scores : ndarray, shape (m, n)
        Rows of :func:`true_scores` of the measurements that are there.
    errors : Errors
        Of the m measurements.
    observed : ndarray, shape (m,)
        y, standardised among patients.
    jitter : float
        Added to the diagonal, so that two copies of one value can be factorised.

    Returns
    -------
    mean : ndarray, shape (n,)
        The row sums of `contributions`.
    covariance : ndarray, shape (n, n)
        Symmetric.
    contributions : ndarray, shape (n, m)
        What each measurement adds to each component.
    """
    design = (errors.present * np.sqrt(errors.reliability))[:, None] * scores
    noise = error_covariance(errors) + jitter * np.eye(observed.size)
    _, covariance, gain = condition(prior, design, noise, observed)
    contributions = gain * observed
    return contributions.sum(axis=1), covariance, contributions
