"""Absolute rates along stages: how an anchor at one stage speaks about another.

Pure kernels on the logit scale; a stage is the number of failed adequate drug trials.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Anchor", "Slope", "along_stages", "log_odds", "response_of_remission"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A rate at one stage: mean and variance of its logit."""

    stage: int
    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class Slope:
    """Fall with stage as a share of the drugs' fall, and what each step of stage adds.

    `mean` and `sd` are of the share; `stage_spread` is in log odds per root of a step.
    """

    mean: float
    sd: float
    stage_spread: float


def log_odds(chance: float) -> float:
    """Return the logit of a chance strictly between 0 and 1."""
    return math.log(chance) - math.log1p(-chance)


def along_stages(
    anchors: Sequence[Anchor], stage: int, curve: Mapping[int, float], slope: Slope
) -> tuple[float, float]:
    """Return mean and variance of the logit at `stage`.

    Parameters
    ----------
    anchors : sequence of Anchor
        At least one, each at another stage.
    stage : int
        Where the rate is wanted.
    curve : mapping of int to float
        Logit of response to a drug by stage.
    slope : Slope
        How the treatment follows that curve outside its anchors.

    Returns
    -------
    mean, variance : float
        At an anchor's own stage the anchor itself. Between two anchors the mean follows the shape
        of the curve and the wider variance holds; beyond them the slope carries the nearest one.
        Every step from the nearest anchor adds ``stage_spread**2``.
    """
    below = max((a for a in anchors if a.stage <= stage), key=lambda a: a.stage, default=None)
    above = min((a for a in anchors if a.stage >= stage), key=lambda a: a.stage, default=None)
    if below and above:
        mean, variance = _between(below, above, curve[stage], curve)
        steps = min(stage - below.stage, above.stage - stage)
    else:
        near = below or above
        if near is None:
            raise ValueError("no anchor at any stage")
        fall = curve[stage] - curve[near.stage]
        mean = near.mean + slope.mean * fall
        variance = near.variance + (slope.sd * fall) ** 2
        steps = abs(stage - near.stage)
    return mean, variance + steps * slope.stage_spread**2


def _between(
    below: Anchor, above: Anchor, here: float, curve: Mapping[int, float]
) -> tuple[float, float]:
    fall = curve[above.stage] - curve[below.stage]
    share = (here - curve[below.stage]) / fall if fall else 0.0
    mean = below.mean + share * (above.mean - below.mean)
    return mean, max(below.variance, above.variance)


def response_of_remission(
    rate: float, rate_variance: float, remission: float, remission_sd: float
) -> tuple[float, float]:
    """Return the logit of response that a rate of remission implies, and its variance.

    Parameters
    ----------
    rate, rate_variance : float
        Remission among all, and the variance of that share.
    remission : float
        Remission among responders.
    remission_sd : float
        Standard deviation of its logit.

    Returns
    -------
    mean, variance : float
        Of the logit of ``rate / remission``, to first order.
    """
    response = rate / remission
    if not 0 < response < 1:
        raise ValueError(f"remission of {rate} needs a response of {response:.2f}")
    from_rate = rate_variance / (remission * response * (1 - response)) ** 2
    from_share = ((1 - remission) * remission_sd / (1 - response)) ** 2
    return log_odds(response), from_rate + from_share
