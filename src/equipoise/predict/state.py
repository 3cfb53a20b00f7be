"""The person's state in one layer: moderating scores and own deviations, jointly Gaussian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from equipoise.predict.slopes import Slope, moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["State", "added", "coefficients"]


@dataclass(frozen=True, slots=True)
class State:
    """Scores and own deviations of a person, and of the people whom the rates describe.

    The state is z = (scores, deviations); what option t adds to its logit is
    ``G_t' scores + loadings[t] @ deviations`` with G_t the random slopes of the layer.

    Parameters
    ----------
    names : tuple of str
        Scores: measures, mechanisms or covariates, shape (s,).
    deviations : tuple of str
        ``class/<class>``, ``group/<group>`` and ``option/<id>``, shape (d,).
    loadings : ndarray, shape (t, d)
        1 where a deviation acts on an option, else 0.
    mean : ndarray, shape (s + d,)
        Of this person, after everything measured and tried.
    covariance : ndarray, shape (s + d, s + d)
        Of this person.
    reference_mean, reference_variance : ndarray, shape (t,)
        Mean and variance of what people with the usual history of the stage add to the logit, the
        uncertainty of the slopes included: the intercept is calibrated on them.
    """

    names: tuple[str, ...]
    deviations: tuple[str, ...]
    loadings: Array
    mean: Array
    covariance: Array
    reference_mean: Array
    reference_variance: Array

    def of(self, columns: NDArray[np.intp]) -> State:
        """Return the state as it acts on some options."""
        return replace(
            self,
            loadings=self.loadings[columns],
            reference_mean=self.reference_mean[columns],
            reference_variance=self.reference_variance[columns],
        )


def coefficients(slopes: Sequence[Slope], names: tuple[str, ...], options: int) -> Array:
    """Return the expected slope of each option on each score, shape (options, s)."""
    centre = np.zeros((options, len(names)))
    for slope in slopes:
        centre[:, names.index(slope.moderation.measure)] += slope.shares * slope.mean
    return centre


def added(
    slopes: Sequence[Slope],
    names: tuple[str, ...],
    loadings: Array,
    mean: Array,
    covariance: Array,
) -> tuple[Array, Array]:
    """Return mean and variance of what a state adds to each option's logit.

    Parameters
    ----------
    slopes : sequence of Slope
        Of the layer.
    names : tuple of str
        Scores, shape (s,).
    loadings : ndarray, shape (t, d)
        Of the deviations.
    mean, covariance : ndarray, shape (s + d,) and (s + d, s + d)
        Of the state.

    Returns
    -------
    mean, variance : ndarray, shape (t,)
        With the uncertainty of the slopes.
    """
    count, options = len(names), len(loadings)
    shift, variance = moments(slopes, names, mean[:count], covariance[:count, :count], options)
    own = covariance[count:, count:]
    variance = variance + np.einsum("td,td->t", loadings @ own, loadings)
    if slopes:
        centre = coefficients(slopes, names, options)
        together = np.einsum("td,td->t", centre @ covariance[:count, count:], loadings)
        variance = variance + 2.0 * together
    return shift + loadings @ mean[count:], np.maximum(variance, 0.0)
