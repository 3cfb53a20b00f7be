"""Failures are counted once: people who truly failed have the chances known of their stage.

A million invented people with deviations of their own go through the usual histories; those whom
each trial failed go on. What the next drug does for them, on average, must be the rate of their
stage, for that rate was seen in such people. An intercept that forgets where they come from charges
both the stage and the failed trials.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from equipoise.core.gaussian import logistic
from equipoise.core.streams import stream
from equipoise.core.tables import setting
from equipoise.predict.history.learning import Beliefs, Outcome
from equipoise.predict.history.usual import (
    Course,
    Frame,
    Rate,
    outcome_of,
    usual_courses,
    usual_rates,
    usual_states,
)
from equipoise.predict.settings import load_settings

PEOPLE = 1_000_000
NEXT = ("class/ssri", "group/drug")
STAGES = (1, 2)


def _frame() -> tuple[Frame, Beliefs]:
    numerics = load_settings().numerics
    classes = {
        name for courses in usual_courses().values() for c in courses for name, _ in c.trials
    }
    deviations = (*sorted(classes | {NEXT[0]}), "group/drug")
    sds = [setting(f"predict_{name.split('/')[0]}_sd") for name in deviations]
    frame = Frame((), deviations, setting("predict_option_sd"), numerics, numerics.nodes)
    return frame, Beliefs(np.zeros(len(sds)), np.diag(np.square(sds)))


def _chance(trial: Outcome, state: np.ndarray, draws: np.random.Generator) -> np.ndarray:
    noise = np.sqrt(trial.noise) * draws.standard_normal(len(state))
    return np.asarray(logistic(trial.level + state @ trial.row + noise))


def _survivors(
    course: Course, trials: Sequence[dict[tuple[str, str], Outcome]], prior: Beliefs
) -> tuple[np.ndarray, np.random.Generator]:
    """Return the deviations of those whom every trial of a course failed."""
    draws = stream(f"test/recentring/{course.trials}", 3)
    sds = np.sqrt(np.diag(prior.covariance))
    state = sds * draws.standard_normal((PEOPLE // 4, len(sds)))
    for stage, kind in enumerate(course.trials):
        responded = draws.random(len(state)) < _chance(trials[stage][kind], state, draws)
        state = state[~responded]
    return state, draws


def _next_drug(stage: int, rate: Rate, *, recentred: bool) -> float:
    """Return what one more drug truly does for people of a stage, with the model's intercept."""
    frame, prior = _frame()
    states, trials = usual_states(frame, (), prior, max(STAGES))
    usual = states[stage] if recentred else prior
    trial = outcome_of(frame, (), NEXT, rate, usual)
    courses = usual_courses()[stage]
    total = sum(course.share for course in courses)
    mean = 0.0
    for course in courses:
        state, draws = _survivors(course, trials, prior)
        mean += course.share / total * float(_chance(trial, state, draws).mean())
    return mean


@pytest.mark.parametrize("stage", STAGES)
def test_people_who_failed_have_the_rate_of_their_stage(stage: int) -> None:
    rate = usual_rates()[stage]
    # Sampling error 0.0003; the Gaussian that stands for a tilted state leaves less than 0.001.
    assert _next_drug(stage, rate, recentred=True) == pytest.approx(rate.staying, abs=0.0015)


@pytest.mark.parametrize("stage", STAGES)
def test_without_recentring_failures_are_counted_twice(stage: int) -> None:
    rate = usual_rates()[stage]
    assert _next_drug(stage, rate, recentred=False) < rate.staying - 0.01
