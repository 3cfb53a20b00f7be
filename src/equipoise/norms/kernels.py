"""The arithmetic of norms: z, its standard error, centile. Pure kernels."""

from __future__ import annotations

import math
from statistics import NormalDist

__all__ = ["centile", "knots", "normal_share", "z_score", "z_standard_error"]

HUNDRED = 100.0
_NORMAL = NormalDist()


def z_score(value: float, mean: float, sd: float) -> float:
    """Return the distance of `value` from `mean` in units of `sd`."""
    return (value - mean) / sd


def z_standard_error(standard_error: float, sd: float, norm_error: float) -> float:
    """Return the standard error of a z.

    Parameters
    ----------
    standard_error : float
        Standard error of measurement on the scale of the norm; 0 where none is known.
    sd : float
        Standard deviation of the norm.
    norm_error : float
        Standard error of the norm itself, in its standard deviations.

    Returns
    -------
    float
        Both together, taken as independent.
    """
    return math.hypot(standard_error / sd, norm_error)


def knots(quantiles: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Return the points (value, normal quantile) of a centile curve.

    Parameters
    ----------
    quantiles : tuple of (value, share)
        Published quantiles, in any order; the share of people below, between 0 and 1.

    Returns
    -------
    tuple of (value, normal quantile)
        Rising in value; where two shares have one value, the lower one stays.
    """
    found: list[tuple[float, float]] = []
    for value, share in sorted(quantiles):
        if not found or value > found[-1][0]:
            found.append((value, _NORMAL.inv_cdf(share)))
    return tuple(found)


def centile(value: float, curve: tuple[tuple[float, float], ...]) -> float:
    """Return the share of people below `value`, in percent.

    Straight lines join the points of the curve on the scale of normal quantiles; beyond the
    outermost points the nearest line is carried on.

    Parameters
    ----------
    value : float
        On the scale of the curve.
    curve : tuple of (value, normal quantile)
        At least two points, as :func:`knots` returns them.

    Returns
    -------
    float
        0 to 100.
    """
    segment = 0
    while segment < len(curve) - 2 and value > curve[segment + 1][0]:
        segment += 1
    (left, low), (right, high) = curve[segment], curve[segment + 1]
    return HUNDRED * _NORMAL.cdf(low + (high - low) * (value - left) / (right - left))


def normal_share(z: float) -> float:
    """Return the share of people below `z` on the normal curve, 0 to 1."""
    return _NORMAL.cdf(z)
