"""Arithmetic on timed samples: areas, slopes and their errors; no record, no table.

Every number here is a weighted sum of the samples, so each is given by its weights: the number is
the sum of weight times value, and its standard error the root of the sum of (weight times error)
squared, for errors that do not depend on each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["combined", "ground_weights", "increase_weights", "slope_weights"]


def ground_weights(times: Sequence[float]) -> tuple[float, ...]:
    """Return the weights of the area under the curve above ground (Pruessner 2003, AUCg).

    Parameters
    ----------
    times : sequence of float
        Times of the samples, rising.

    Returns
    -------
    tuple of float
        Half of the interval before and half of the interval after each sample: the trapezoids.
        In the unit of `times`.
    """
    steps = [later - sooner for sooner, later in pairwise(times)]
    return tuple(
        (before + after) / 2 for before, after in zip((0.0, *steps), (*steps, 0.0), strict=True)
    )


def increase_weights(times: Sequence[float]) -> tuple[float, ...]:
    """Return the weights of the area above the first value (Pruessner 2003, AUCi).

    Parameters
    ----------
    times : sequence of float
        Times of the samples, rising.

    Returns
    -------
    tuple of float
        Those of the area above ground, less the whole time at the first sample. The area is
        negative where the values fall below the first one, and is never cut off at 0.
    """
    first, *rest = ground_weights(times)
    return (first - (times[-1] - times[0]), *rest)


def slope_weights(times: Sequence[float]) -> tuple[float, ...]:
    """Return the weights of the least-squares slope.

    Parameters
    ----------
    times : sequence of float
        Times of the samples, at least two different ones.

    Returns
    -------
    tuple of float
        Distance from the mean time, divided by the sum of squared distances. Of two samples this
        is the difference of the values divided by that of the times.
    """
    mean = math.fsum(times) / len(times)
    spread = math.fsum((time - mean) ** 2 for time in times)
    return tuple((time - mean) / spread for time in times)


def combined(
    weights: Sequence[float], values: Sequence[float], errors: Sequence[float]
) -> tuple[float, float]:
    """Return a weighted sum and its standard error.

    Parameters
    ----------
    weights, values, errors : sequence of float
        One of each for every sample; the errors are standard errors.

    Returns
    -------
    tuple of float
        The sum, and the root of the sum of squared weighted errors.
    """
    total = math.fsum(weight * value for weight, value in zip(weights, values, strict=True))
    error = math.hypot(*(weight * error for weight, error in zip(weights, errors, strict=True)))
    return total, error
