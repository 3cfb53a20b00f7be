"""What the usual history of each stage says of the people whom its rates describe.

The rate of a stage already describes people who failed that many trials. So what a history says
counts only as far as it differs from the usual one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.tables import load_table
from equipoise.predict.calibrate import calibrate_intercept, widened
from equipoise.predict.history.learning import Beliefs, Outcome, learn
from equipoise.predict.settings import Numerics
from equipoise.predict.slopes import Slope
from equipoise.predict.state import added, coefficients

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = [
    "Course",
    "Frame",
    "Rate",
    "outcome_of",
    "through_usual",
    "usual_courses",
    "usual_rates",
    "usual_states",
]

DRUGS: Final = "drug"


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts of a state: scores, deviations and the prior sd of a single option's deviation."""

    names: tuple[str, ...]
    deviations: tuple[str, ...]
    option_sd: float
    numerics: Numerics
    nodes: int

    def loading(self, acting: Sequence[str]) -> Array:
        """Return 1 at the deviations that act, shape (d,)."""
        return np.array([name in acting for name in self.deviations], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Rate:
    """Response among those who stay: its expectation, and the sd of its log-odds."""

    staying: float
    theta_sd: float


@dataclass(frozen=True, slots=True)
class Course:
    """A usual history: deviations that acted in each failed trial, and its share."""

    trials: tuple[tuple[str, str], ...]
    share: float


def usual_courses() -> dict[int, tuple[Course, ...]]:
    """Return the usual histories of each stage; nobody failed a drug at stage 0."""
    found: dict[int, tuple[Course, ...]] = {0: (Course((), 1.0),)}
    for row in load_table("baselines/histories"):
        stage = int(row.number("stage"))
        trials = []
        for text in row.items("trials"):
            group, drug_class = text.split("/")
            trials.append((f"class/{drug_class}", f"group/{group}"))
        course = Course(tuple(trials), row.number("share"))
        found[stage] = (*found.get(stage, ()), course)
    return found


def outcome_of(
    frame: Frame,
    slopes: Sequence[Slope],
    acting: Sequence[str],
    rate: Rate,
    usual: Beliefs,
) -> Outcome:
    """Return a failed trial of full weight, calibrated on the usual people of its stage.

    Parameters
    ----------
    frame : Frame
        Parts of the state.
    slopes : sequence of Slope
        As they act on the treatment of the trial, shape (1,).
    acting : sequence of str
        Deviations that act on it. Its own deviation is noise unless it is among them.
    rate : Rate
        Of the treatment at the stage of the trial.
    usual : Beliefs
        Of the people of that stage.

    Returns
    -------
    Outcome
        Its level gives people with the usual history of the stage the rate of the treatment.
    """
    loading = frame.loading(acting)[None, :]
    held = any(name.startswith("option/") and name in frame.deviations for name in acting)
    own = 0.0 if held else frame.option_sd**2
    mean, variance = added(slopes, frame.names, loading, usual.mean, usual.covariance)
    variance = variance + own
    evidence = rate.theta_sd**2 * widened(variance, frame.numerics)
    total = variance + evidence
    level = calibrate_intercept(np.array([rate.staying]), total, frame.numerics) - mean
    spread = np.zeros(len(usual.mean))
    for slope in slopes:
        spread[frame.names.index(slope.moderation.measure)] += (
            float(slope.shares[0]) * slope.sd
        ) ** 2
    row = np.concatenate([coefficients(slopes, frame.names, 1)[0], loading[0]])
    return Outcome(row, float(level[0]), own + float(evidence[0]), spread, 1.0, happened=False)


def usual_states(
    frame: Frame, slopes: Sequence[Slope], prior: Beliefs, highest: int
) -> tuple[tuple[Beliefs, ...], tuple[dict[tuple[str, str], Outcome], ...]]:
    """Return the people of each stage up to `highest`, and the usual failed trials at each.

    Parameters
    ----------
    frame : Frame
        Parts of the state.
    slopes : sequence of Slope
        Those that move every treatment, shape (1,).
    prior : Beliefs
        People of whom nothing is known.
    highest : int
        Last stage.

    Returns
    -------
    states : tuple of Beliefs
        By stage.
    trials : tuple of dict
        By stage, from the deviations that act to the trial.
    """
    courses, rates = usual_courses(), usual_rates()
    wanted = [one for stage in range(highest + 1) for one in courses[stage]]
    states: list[Beliefs] = [prior]
    trials: list[dict[tuple[str, str], Outcome]] = []
    for stage in range(highest):
        kinds = {one.trials[stage] for one in wanted if len(one.trials) > stage}
        trials.append({
            kind: outcome_of(frame, slopes, kind, rates[stage], states[stage]) for kind in kinds
        })
        states.append(through_usual(prior, courses[stage + 1], trials, frame.nodes))
    return tuple(states), tuple(trials)


def through_usual(
    start: Beliefs,
    courses: Sequence[Course],
    trials: Sequence[dict[tuple[str, str], Outcome]],
    nodes: int,
) -> Beliefs:
    """Return what is believed of someone of whom only the stage is known.

    Parameters
    ----------
    start : Beliefs
        Before any trial.
    courses : sequence of Course
        Usual histories of the stage.
    trials : sequence of dict
        The failed trials at each stage.
    nodes : int
        Gauss-Hermite nodes.

    Returns
    -------
    Beliefs
        Mean and covariance of the mixture.
    """
    means, covariances = [], []
    for course in courses:
        beliefs = start
        for stage, kind in enumerate(course.trials):
            beliefs = learn(beliefs, trials[stage][kind], nodes)
        means.append(beliefs.mean)
        covariances.append(beliefs.covariance)
    shares = np.array([course.share for course in courses])
    shares /= shares.sum()
    mean = shares @ np.array(means)
    away = np.array(means) - mean
    covariance = np.einsum("c,cij->ij", shares, np.array(covariances))
    return Beliefs(mean, covariance + np.einsum("c,ci,cj->ij", shares, away, away))


def usual_rates() -> tuple[Rate, ...]:
    """Return the response to the next drug at each stage among those who stay."""
    stay = 1.0 - load_table("baselines/groups").row(id=DRUGS).number("dropout")
    rows = sorted(load_table("baselines/stage_curve"), key=lambda row: row.number("stage"))
    return tuple(Rate(row.number("response") / stay, 0.0) for row in rows)
