"""What stands between true scores and observed values: the errors of measurements.

The model of a person uses it for what was measured, the value of a test for what might be. Pure
array kernels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Errors", "error_covariance", "shared_in_sample"]


@dataclass(frozen=True, slots=True)
class Errors:
    """What stands between true scores and observed values, one entry for each measurement.

    Parameters
    ----------
    reliability : ndarray
        Retest reliability r.
    measurement : ndarray
        This person's own standard error of measurement.
    norm : ndarray
        Error of the norm and of the centring.
    present : ndarray
        Correlation rho of a value of this age with the present.
    coverage : ndarray
        Share of the measure that was there, above 0.
    together : ndarray, shape (m, m)
        Covariance of errors that measurements share.
    """

    reliability: Array
    measurement: Array
    norm: Array
    present: Array
    coverage: Array
    together: Array


def shared_in_sample(same: Array, loadings: Array, reliability: Array, shared: float) -> Array:
    """Return the covariance of the retest errors that values of one blood sample share.

    What made the day unlike others, a meal or a cold, moves the markers of one mechanism together
    and in its direction: the second marker of a sample then says less than one of another day. The
    retest error of each holds this part already, so nothing is added to the error of one alone.

    Parameters
    ----------
    same : ndarray, shape (m, m)
        1 where two values are of one sample.
    loadings : ndarray, shape (m, mechanisms)
        Of the m measures.
    reliability : ndarray, shape (m,)
        Retest reliability.
    shared : float
        Standard deviation of the shared part, at most that of the retest error.

    Returns
    -------
    ndarray, shape (m, m)
        Symmetric, 0 on the diagonal and between measures without a mechanism in common.
    """
    most = np.minimum(shared**2, 1.0 - reliability)
    covariance = np.minimum.outer(most, most) * same * np.sign(loadings @ loadings.T)
    np.fill_diagonal(covariance, 0.0)
    return covariance


def error_covariance(errors: Errors) -> Array:
    """Return E, the covariance of the errors.

    The retest error holds the error of measurement already, so the larger of the two counts.
    Age adds what has changed since; low coverage divides the information.

    Parameters
    ----------
    errors : Errors
        Of m measurements.

    Returns
    -------
    ndarray, shape (m, m)
        Symmetric.
    """
    r = errors.reliability
    own = np.maximum(1.0 - r, errors.measurement**2) + errors.norm**2
    own = own + r * (1.0 - errors.present**2)
    covariance = np.diag(own) + errors.together
    np.fill_diagonal(covariance, np.diag(covariance) / errors.coverage)
    return covariance
