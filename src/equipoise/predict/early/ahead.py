"""What could come next, at chances that know how the present treatment is doing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.gaussian import logistic, logit
from equipoise.core.nouns import Interval
from equipoise.core.tables import setting
from equipoise.predict.calibrate import expect
from equipoise.predict.early.rate import Rates
from equipoise.predict.early.update import next_chance
from equipoise.predict.preferences.weights import utilities, values_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.core.nouns import Treatment
    from equipoise.predict.layers import Case, Layer

    Array = NDArray[np.float64]

__all__ = ["Ahead", "look_ahead", "outlook"]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The options of a layer, t of them, as next steps.

    Parameters
    ----------
    chance, utility : ndarray, shape (t,)
        Response of each as the next step, and its expected utility.
    ends : ndarray, shape (4, t)
        Low and high of 80 %, low and high of 95 % of the chance.
    """

    chance: Array
    utility: Array
    ends: Array

    def best(self, case: Case, wanted: Callable[[Treatment], bool]) -> tuple[int, ...]:
        """Return the columns of the best options of a kind, best utility first, ties by id.

        None that a caution says to avoid.
        """
        may = case.proposable()
        columns = [
            t for t, option in enumerate(case.options) if may[t] and wanted(option.treatment)
        ]
        columns.sort(key=lambda t: (-self.utility[t], case.options[t].treatment.id))
        return tuple(columns[: int(setting("predict_early_named"))])

    def interval(self, column: int) -> Interval:
        """Return the chance of one option with its intervals."""
        low80, high80, low95, high95 = (float(end) for end in self.ends[:, column])
        return Interval(float(self.chance[column]), (low80, high80), (low95, high95))


def look_ahead(
    rates: Rates, case: Case, layer: Layer, before: float, after: float, *, counts: bool = True
) -> Ahead:
    """Return the chances and utilities of the next options.

    Parameters
    ----------
    rates : mapping of (treatment, stage) to OptionBaseline
        Of the evidence.
    case : Case
        Options, wishes and settings.
    layer : Layer
        Chances of this person at the present stage.
    before, after : float
        Chance that the present treatment would help, before and after the change was known.
    counts : bool, optional
        Whether a failure of the present treatment raises the stage.

    Returns
    -------
    Ahead
        Intervals are as wide in log-odds as those of the layer.

    Notes
    -----
    What sets this person apart from the average of the stage is carried to the next stage as it is
    in log-odds. An option without a rate there keeps that of the present stage.
    """
    now = layer.expected.response
    later = _later(rates, case, layer) if counts else now
    ceiling = setting("predict_early_ceiling")
    chance = next_chance((now, np.minimum(later, now)), before, after, ceiling)
    remission = chance * layer.expected.remission / now
    treatments = [option.treatment for option in case.options]
    chances = (chance, remission, layer.expected.dropout)
    shares = np.array([share for _, share in case.weights.shares])
    worth = utilities(values_of(case.weights, treatments, chances, case.settings), shares)
    moved = logit(chance) - logit(now)
    return Ahead(chance, worth, logistic(logit(layer.drawn.spread.response) + moved))


def _later(rates: Rates, case: Case, layer: Layer) -> Array:
    """Return the chances of this person after one more failed trial, shape (t,)."""
    held = [
        rates.get((option.treatment.id, option.baseline.stage + 1), option.baseline)
        for option in case.options
    ]
    mean = np.array([one.response.mean for one in held])
    variance = np.array([one.response.sd for one in held]) ** 2
    average = expect(mean, variance, case.settings.numerics.nodes)[0]
    own = logit(layer.expected.response) - logit(layer.expected.average)
    return logistic(logit(average) + own)


def outlook(layer: Layer) -> float:
    """Return what general prognosis adds to the log-odds of response, the same for every option.

    Parameters
    ----------
    layer : Layer
        That ranks.

    Returns
    -------
    float
        The middle of all options, which differ only by how uncertain they are.
    """
    expected = layer.expected
    stay = 1.0 - expected.dropout
    moved = logit((expected.average + expected.outlook) / stay) - logit(expected.average / stay)
    return float(np.median(moved))
