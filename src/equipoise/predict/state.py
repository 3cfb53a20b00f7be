"""The person's state in one layer: moderating scores and own deviations, jointly Gaussian."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["State"]


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
