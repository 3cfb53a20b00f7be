"""How the power of cleaned series is spread over the band. Pure array kernels.

Signals at rest are stronger the slower they are, so cleaned series know less of a correlation than
their degrees of freedom say. The power at the cosines of the band is taken as the exponential of a
parabola in the logarithm of the frequency: two numbers, which one short run can tell and which fit
white signals, power laws and first-order autoregression alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.assays.mri.cleaning.projection import Projection

    Array = NDArray[np.float64]

__all__ = ["spectrum"]

_ROUNDS: Final = 50
_CLOSE: Final = 1e-6


def spectrum(cleaning: Projection, series: NDArray[np.floating]) -> Array:
    """Return the power of series at each cosine of a cleaning's band.

    Parameters
    ----------
    cleaning : Projection
        Of the run.
    series : ndarray, shape (volumes, n)
        Series of the run before cleaning, such as the means of regions; each counts alike.

    Returns
    -------
    ndarray, shape (m,)
        Mean 1. All ones where too little is left to tell.

    Notes
    -----
    With Q the projection within the basis, a cleaned coefficient k has the expected power
    sum_j Q_kj^2 l_j. The l_j follow by maximum likelihood for powers that are chi-squared about
    their expectation (Fisher scoring), so that the gaps that confounds leave do no harm.
    """
    left = np.asarray(cleaning.coefficients(np.asarray(series, dtype=np.float64)))
    power = left**2
    total = power.sum(axis=0)
    power = power[:, total > 0] / total[total > 0]
    count = len(cleaning.basis.T)
    shape = _parabola(count)
    if power.shape[1] == 0 or cleaning.freedom <= 2 * shape.shape[1]:
        return np.ones(count)
    spread = (np.eye(count) - cleaning.removed @ cleaning.removed.T) ** 2
    fitted = np.exp(shape @ _fit(power.mean(axis=1), spread, shape))
    return np.asarray(fitted / fitted.mean())


def _parabola(count: int) -> Array:
    """Return orthonormal columns 1, log k, log k squared; frequencies rise evenly with k."""
    logs = np.log(np.arange(1, count + 1))
    return np.linalg.qr(np.stack([logs**0, logs, logs**2], axis=1))[0]


def _fit(power: Array, spread: Array, shape: Array) -> Array:
    """Return the parabola's factors by Fisher scoring, halved steps where one goes too far."""
    seen = spread.sum(axis=1) > _CLOSE
    power, spread = power[seen], spread[seen]
    level = np.log(power.mean() / spread.sum(axis=1).mean())
    factors: Array = shape.T @ np.full(len(shape), level)
    best = _misfit(factors, power, spread, shape)
    for _ in range(_ROUNDS):
        expected = np.exp(shape @ factors)
        mean = spread @ expected
        slope = spread @ (expected[:, None] * shape) / mean[:, None]
        step = np.linalg.lstsq(slope, power / mean - 1, rcond=None)[0]
        step *= min(1.0, 2.0 / max(_CLOSE, float(np.abs(shape @ step).max())))
        for _ in range(_ROUNDS):
            misfit = _misfit(factors + step, power, spread, shape)
            if misfit <= best:
                break
            step /= 2
        else:
            return factors
        factors, gain, best = factors + step, best - misfit, misfit
        if gain < _CLOSE:
            return factors
    return factors


def _misfit(factors: Array, power: Array, spread: Array, shape: Array) -> float:
    """Return minus twice the logarithm of the likelihood, but for a constant."""
    mean = spread @ np.exp(shape @ factors)
    return float((np.log(mean) + power / mean).sum())
