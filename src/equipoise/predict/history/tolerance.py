"""What stops for side effects say about dropping out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.nouns import EvidenceBase, LogitEstimate, OptionBaseline, Treatment
from equipoise.core.tables import setting
from equipoise.predict.calibrate import calibrate_intercept, expect, widened
from equipoise.predict.history.learning import Beliefs, Outcome, learn
from equipoise.predict.history.record import History
from equipoise.predict.settings import Numerics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Tolerance", "expected_dropout", "tolerance_of"]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The person's own deviation in the log-odds of dropping out, each of shape (t,).

    Parameters
    ----------
    mean, variance : ndarray
        Of this person.
    usual_variance : ndarray
        Of the people whom the rates describe; their mean is 0.
    acts : ndarray of bool
        Options of a class that was stopped for side effects.
    """

    mean: Array
    variance: Array
    usual_variance: Array
    acts: NDArray[np.bool_]

    def of(self, columns: NDArray[np.intp]) -> Tolerance:
        """Return the deviation with some options."""
        return Tolerance(
            self.mean[columns],
            self.variance[columns],
            self.usual_variance[columns],
            self.acts[columns],
        )


def tolerance_of(
    options: Sequence[Treatment], history: History, evidence: EvidenceBase, numerics: Numerics
) -> Tolerance:
    """Return what stops for side effects say about dropping out, class by class.

    Parameters
    ----------
    options : sequence of Treatment
        Options that are ranked, shape (t,).
    history : History
        Of the person.
    evidence : EvidenceBase
        Treatments and rates.
    numerics : Numerics
        Quadrature nodes.

    Returns
    -------
    Tolerance
        A stop raises it. That courses were held lowers nothing: the rates describe people who held
        theirs. A stop of a treatment without a rate says nothing.
    """
    prior = setting("predict_dropout_class_sd") ** 2
    believed = _classes(history, evidence, prior, numerics)
    start = Beliefs(np.zeros(1), np.full((1, 1), prior))
    each = [believed.get(one.drug_class, start) for one in options]
    return Tolerance(
        mean=np.array([float(one.mean[0]) for one in each]),
        variance=np.array([float(one.covariance[0, 0]) for one in each]),
        usual_variance=np.full(len(options), prior),
        acts=np.array([one.drug_class in believed for one in options], dtype=bool),
    )


def _classes(
    history: History, evidence: EvidenceBase, prior: float, numerics: Numerics
) -> dict[str, Beliefs]:
    classes = {one.id: one.drug_class for one in evidence.treatments if one.kind != "strategy"}
    wanted = {(one.treatment, one.stage) for one in history.stops}
    rates = {
        (one.treatment, one.stage): one.dropout
        for one in evidence.baselines
        if (one.treatment, one.stage) in wanted
    }
    nodes = int(setting("predict_history_nodes"))
    believed: dict[str, Beliefs] = {}
    for stop in history.stops:
        rate = rates.get((stop.treatment, stop.stage))
        name = classes.get(stop.treatment)
        if rate is None or name is None:
            continue
        level, noise = _level(rate, prior, numerics)
        outcome = Outcome(np.ones(1), level, noise, np.zeros(1), 1.0, happened=True)
        before = believed.get(name, Beliefs(np.zeros(1), np.full((1, 1), prior)))
        believed[name] = learn(before, outcome, nodes)
    return believed


def _level(rate: LogitEstimate, prior: float, numerics: Numerics) -> tuple[float, float]:
    """Return the log-odds at a deviation of 0, and the variance of the evidence in it."""
    variance = np.full(1, prior)
    evidence = rate.sd**2 * widened(variance, numerics)
    chance, _ = expect(np.array([rate.mean]), np.array([rate.sd**2]), numerics.nodes)
    level = calibrate_intercept(chance, variance + evidence, numerics)
    return float(level[0]), float(evidence[0])


def expected_dropout(
    average: Array, baselines: Sequence[OptionBaseline], tolerance: Tolerance, numerics: Numerics
) -> Array:
    """Return the chance of dropping out.

    Parameters
    ----------
    average : ndarray, shape (t,)
        Of people of whom nothing is known.
    baselines : sequence of OptionBaseline
        For the error of the evidence.
    tolerance : Tolerance
        Of the person.
    numerics : Numerics
        Quadrature nodes.

    Returns
    -------
    ndarray, shape (t,)
        Exactly the average where nothing of the class was stopped.
    """
    where = np.flatnonzero(tolerance.acts)
    chance = average.copy()
    if where.size:
        own = tolerance.of(where)
        errors = np.array([one.dropout.sd for one in baselines])[where] ** 2
        errors = errors * widened(own.usual_variance, numerics)
        level = calibrate_intercept(average[where], own.usual_variance + errors, numerics)
        chance[where] = expect(level + own.mean, own.variance + errors, numerics.nodes)[0]
    return chance
