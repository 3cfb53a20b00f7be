"""How well the joint model foretells a trial that it was not given.

Of a trial that is an anchor the model claims to know the level of each arm, of any trial the
differences of its arms. Levels of other trials are foretold too, to show how far trials stray from
a clinic, but nothing is claimed of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import Effect
from equipoise.core.tables import setting
from equipoise.evidence.joint.components import components
from equipoise.evidence.joint.layout import counted, remitted
from equipoise.evidence.joint.posterior import Joint, compared, fit_joint
from equipoise.evidence.trials import Trial, TrialArm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Foretold", "foretell", "foretell_effects"]

LEVEL: Final = 80


@dataclass(frozen=True, slots=True)
class Foretold:
    """One arm, or the difference of two, beside what the rest of the evidence expects of it.

    Parameters
    ----------
    study, treatment : str
        Ids.
    comparator : str or None
        The other arm; None for the level of one arm.
    stage : float
        Failed adequate drug trials of its people.
    outcome : {"response", "remission"}
        What was counted; remission only where response was not.
    people : int
        In the arm or in both.
    seen : float
        Logit of the share, or log odds ratio.
    expected, sd : float
        Without the programme of the trial: error of the joint estimate, spread between places or
        trials, sampling.
    claimed : bool
        Whether the joint model uses the trial and claims to know this number.
    """

    study: str
    treatment: str
    comparator: str | None
    stage: float
    outcome: str
    people: int
    seen: float
    expected: float
    sd: float
    claimed: bool

    @property
    def reach(self) -> float:
        """Half the width of the 80 % predictive interval."""
        return NormalDist().inv_cdf(0.5 + LEVEL / 200) * self.sd

    @property
    def inside(self) -> bool:
        """Whether what was seen lies within the interval."""
        return abs(self.seen - self.expected) <= self.reach


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rest of the evidence knows of one outcome of some arms of a trial."""

    mean: Array
    covariance: Array


def foretell(
    trials: Sequence[Trial], effects: Sequence[Effect], only: frozenset[str] | None = None
) -> tuple[Foretold, ...]:
    """Return every arm and every difference of arms, foretold without the trial's programme.

    Parameters
    ----------
    trials : sequence of Trial
        Those for show are foretold too.
    effects : sequence of Effect
        Published contrasts.
    only : frozenset of str or None, optional
        Programmes that are wanted; all where it is None.

    Returns
    -------
    tuple of Foretold
        Only of treatments whose rate the rest of the evidence knows.
    """
    whole = fit_joint(trials, effects)
    found: list[Foretold] = []
    for programme in sorted({one.programme for one in trials}):
        if only is not None and programme not in only:
            continue
        left = [one for one in trials if one.programme == programme]
        given = any(one.use == "joint" for one in left)
        rest = [one for one in trials if one.programme != programme]
        joint = fit_joint(rest, effects) if given else whole
        found += _programme(left, joint)
    return tuple(found)


def foretell_effects(
    trials: Sequence[Trial], effects: Sequence[Effect], only: frozenset[str] | None = None
) -> tuple[Foretold, ...]:
    """Return every published contrast that the joint model uses, foretold without itself.

    Parameters
    ----------
    trials : sequence of Trial
        Those for show are left out.
    effects : sequence of Effect
        Only response; a contrast that nothing else ties together is left out.
    only : frozenset of str or None, optional
        Ids that are wanted; all where it is None.

    Returns
    -------
    tuple of Foretold
        Log odds ratios.
    """
    used = [one for one in effects if one.use == "joint"]
    found = []
    for effect in used:
        if only is not None and effect.id not in only:
            continue
        rest = [one for one in used if one is not effect]
        if effect.outcome == "response" and _tied(effect, compared(trials, rest)):
            found.append(_effect(effect, fit_joint(trials, rest)))
    return tuple(found)


def _tied(effect: Effect, groups: Sequence[tuple[str, ...]]) -> bool:
    part = components([one for one in groups if one])
    pair = [part.get(name) for name in (effect.treatment, effect.comparator)]
    return pair[0] is not None and pair[0] == pair[1]


def _effect(effect: Effect, joint: Joint) -> Foretold:
    pair = [effect.treatment, effect.comparator]
    rates = joint.response(pair, round(effect.stage or 0))
    variance = float(rates.covariance[0, 0] + rates.covariance[1, 1] - 2 * rates.covariance[0, 1])
    spread = setting("evidence_between_study_sd") ** 2 + effect.standard_error**2
    return Foretold(
        effect.id, pair[0], pair[1], effect.stage or 0.0, "response", effect.n or 0,
        effect.estimate, float(rates.mean[0] - rates.mean[1]), math.sqrt(variance + spread), True,
    )  # fmt: skip


def _programme(trials: Iterable[Trial], joint: Joint) -> Iterator[Foretold]:
    for trial in trials:
        arms = [arm for arm in trial.arms if _events(arm) is not None]
        arms = [arm for arm in arms if joint.rated(arm.treatment)]
        outcome = "response" if all(arm.response is not None for arm in arms) else "remission"
        if outcome == "remission":
            arms = [arm for arm in arms if arm.remission is not None]
        if not arms:
            continue
        known = _known(trial, arms, outcome, joint)
        yield from _levels(trial, arms, outcome, known)
        yield from _differences(trial, arms, outcome, known)


def _events(arm: TrialArm, outcome: str = "response") -> int | None:
    """Return who had the outcome; who remits responds."""
    if outcome == "remission" or arm.response is None:
        return arm.remission
    return max(arm.response, arm.remission or 0)


def _known(trial: Trial, arms: Sequence[TrialArm], outcome: str, joint: Joint) -> _Known:
    names = [arm.treatment for arm in arms]
    rates = joint.response(names, round(trial.stage))
    if outcome == "response":
        return _Known(rates.mean, rates.covariance)
    share = joint.remission(names)
    mean, first, second = remitted(rates.mean, share.mean)
    defined = setting("evidence_remission_definition_sd") ** 2
    covariance = np.outer(first, first) * rates.covariance
    covariance = covariance + np.outer(second, second) * (share.covariance + defined)
    return _Known(mean, np.asarray(covariance))


def _levels(
    trial: Trial, arms: Sequence[TrialArm], outcome: str, known: _Known
) -> Iterator[Foretold]:
    place = setting("evidence_reference_spread") ** 2
    for m, arm in enumerate(arms):
        seen, sampling = _logit(arm, outcome)
        variance = float(known.covariance[m, m]) + place + sampling
        yield Foretold(
            trial.id, arm.treatment, None, trial.stage, outcome, arm.people, seen,
            float(known.mean[m]), math.sqrt(variance), trial.use == "joint" and trial.anchor,
        )  # fmt: skip


def _differences(
    trial: Trial, arms: Sequence[TrialArm], outcome: str, known: _Known
) -> Iterator[Foretold]:
    """Yield each later arm against the first."""
    between = setting("evidence_between_study_sd") ** 2
    for m, arm in enumerate(arms[1:], start=1):
        (seen, sampling), (base, other) = _logit(arm, outcome), _logit(arms[0], outcome)
        pair = known.covariance[np.ix_([m, 0], [m, 0])]
        variance = float(pair[0, 0] + pair[1, 1] - 2 * pair[0, 1]) + between + sampling + other
        yield Foretold(
            trial.id, arm.treatment, arms[0].treatment, trial.stage, outcome,
            arm.people + arms[0].people, seen - base, float(known.mean[m] - known.mean[0]),
            math.sqrt(variance), trial.use == "joint",
        )  # fmt: skip


def _logit(arm: TrialArm, outcome: str) -> tuple[float, float]:
    """Return the logit of the share with the outcome and its variance of sampling."""
    return counted(_events(arm, outcome) or 0, arm.people)
