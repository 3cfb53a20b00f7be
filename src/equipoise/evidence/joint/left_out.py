"""How well the joint model foretells a trial that it was not given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from equipoise.core.nouns import Effect
from equipoise.core.tables import setting
from equipoise.evidence.joint.layout import log_odds
from equipoise.evidence.joint.posterior import Joint, fit_joint
from equipoise.evidence.trials import Trial, TrialArm

__all__ = ["Foretold", "foretell"]


@dataclass(frozen=True, slots=True)
class Foretold:
    """One arm of a trial beside what the rest of the evidence expects of it.

    Parameters
    ----------
    study, treatment : str
        Ids.
    stage : float
        Failed adequate drug trials of its people.
    outcome : {"response", "remission"}
        What was counted; remission only where response was not.
    people : int
        In the arm.
    seen : float
        Share with the outcome.
    expected, low, high : float
        Median and 80 % predictive interval without the programme of the trial: error of the joint
        estimate, spread between places, sampling.
    score : float
        Distance of the two logits in predictive standard deviations.
    joint : bool
        Whether the joint model uses the trial when it is not left out.
    """

    study: str
    treatment: str
    stage: float
    outcome: str
    people: int
    seen: float
    expected: float
    low: float
    high: float
    score: float
    joint: bool

    @property
    def inside(self) -> bool:
        """Whether the share lies within the interval."""
        return self.low <= self.seen <= self.high


def foretell(trials: Sequence[Trial], effects: Sequence[Effect]) -> tuple[Foretold, ...]:
    """Return every arm of an acute trial with counts, foretold without its programme.

    Parameters
    ----------
    trials : sequence of Trial
        Those for show are foretold too.
    effects : sequence of Effect
        Published contrasts.

    Returns
    -------
    tuple of Foretold
        Only treatments whose rate the rest of the evidence knows.
    """
    whole = fit_joint(trials, effects)
    found: list[Foretold] = []
    for programme in sorted({one.programme for one in trials}):
        left = [one for one in trials if one.programme == programme]
        given = any(one.use == "joint" for one in left)
        rest = [one for one in trials if one.programme != programme]
        joint = fit_joint(rest, effects) if given else whole
        found += _arms(left, joint)
    return tuple(found)


def _arms(trials: Iterable[Trial], joint: Joint) -> Iterator[Foretold]:
    for trial in trials:
        for arm in trial.arms:
            known = arm.response is not None or arm.remission is not None
            if known and arm.people and joint.rated(arm.treatment):
                yield _foretold(trial, arm, joint)


def _foretold(trial: Trial, arm: TrialArm, joint: Joint) -> Foretold:
    rates = joint.response([arm.treatment], round(trial.stage))
    mean, variance = float(rates.mean[0]), float(rates.covariance[0, 0])
    outcome = "remission" if arm.response is None else "response"
    events = max(arm.response or 0, arm.remission or 0)
    if arm.response is None:
        mean, variance = _remission(mean, variance, joint, arm.treatment)
    expected = 1 / (1 + math.exp(-mean))
    sampling = 1 / (arm.people * expected * (1 - expected))
    sd = math.sqrt(variance + setting("evidence_reference_spread") ** 2 + sampling)
    reach = NormalDist().inv_cdf(0.5 + 80 / 200) * sd
    low, high = (1 / (1 + math.exp(-mean - sign * reach)) for sign in (-1, 1))
    seen = min(max(events, 0.5), arm.people - 0.5) / arm.people
    return Foretold(
        trial.id, arm.treatment, trial.stage, outcome, arm.people, events / arm.people,
        expected, low, high, (log_odds(seen) - mean) / sd, trial.use == "joint",
    )  # fmt: skip


def _remission(mean: float, variance: float, joint: Joint, treatment: str) -> tuple[float, float]:
    """Return logit and variance of remission of all, from response and remission among responders."""
    share = joint.remission([treatment])
    responds = 1 / (1 + math.exp(-mean))
    remits = 1 / (1 + math.exp(-float(share.mean[0])))
    both = responds * remits
    spread = float(share.covariance[0, 0]) + setting("evidence_remission_definition_sd") ** 2
    slopes = (1 - responds) / (1 - both), (1 - remits) / (1 - both)
    return log_odds(both), slopes[0] ** 2 * variance + slopes[1] ** 2 * spread
