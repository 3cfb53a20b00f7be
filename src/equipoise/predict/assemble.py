"""Arrays into predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import Driver, Interval, Prediction, Shift
from equipoise.predict.chances import Expected
from equipoise.predict.choices import Option
from equipoise.predict.layers import Layer, Spread
from equipoise.predict.settings import Settings
from equipoise.predict.timing import weeks_to_response
from equipoise.predict.words import NOT_ESTIMATED, shift_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.core.nouns import Moderation
    from equipoise.predict.remission import Lean

    Array = NDArray[np.float64]

__all__ = ["predictions_of"]

HISTORY: Final = "history"
"""Measure and moderation of the driver that stands for the treatments tried before."""
HISTORY_GRADE: Final = "C"
GRADES: Final = ("A", "B", "C", "D", "N")
CHECKS: Final = ("checked", "derived", "recalled")


@dataclass(frozen=True, slots=True)
class _Place:
    """One option in one layer: its column, its rates, the layer's arrays and the settings."""

    column: int
    option: Option
    layer: Layer
    settings: Settings


def predictions_of(
    layer: Layer, options: Sequence[Option], order: Sequence[int], settings: Settings
) -> tuple[Prediction, ...]:
    """Return the predictions of one layer in a given order.

    Parameters
    ----------
    layer : Layer
        Arrays over options.
    options : sequence of Option
        Shape (t,).
    order : sequence of int
        Positions of the options, first to last.
    settings : Settings
        For the rule of "better than average".

    Returns
    -------
    tuple of Prediction
        Means by quadrature, intervals by draws. Grade and `checked` are those of the weakest link:
        the rate of the option, or a moderator that moved it.
    """
    return tuple(_prediction(_Place(t, options[t], layer, settings)) for t in order)


def _prediction(place: _Place) -> Prediction:
    t, layer, option = place.column, place.layer, place.option
    expected, spread, baseline = layer.expected, layer.drawn.spread, option.baseline
    history = layer.person.standing.acts[t] or layer.person.tolerance.acts[t]
    acted = history or any(slope.shares[t] for slope in layer.slopes if not slope.prognostic)
    shift = _shift(expected, spread, t, place.settings if acted else None)
    drivers = _drivers(layer, t)
    acting = {slope.moderation.id: slope.moderation for slope in layer.slopes}
    moved_by: list[Moderation | Lean] = [
        acting[one.moderation] for one in drivers if one.moderation in acting
    ]
    moved_by += [layer.lean] if layer.lean else []
    return Prediction(
        treatment=option.treatment.id,
        title=option.treatment.title,
        layer=layer.name,
        response=_interval(expected.response, spread.response, t),
        remission=_interval(expected.remission, spread.remission, t),
        dropout=_interval(expected.dropout, spread.dropout, t),
        average=float(expected.average[t]),
        shift=shift,
        outlook=float(expected.outlook[t]),
        better_than_average=shift.words == "better",
        worse_than_average=shift.words == "worse",
        utility=float(layer.utility[t]),
        p_best=float(layer.p_best[t]),
        tied=bool(layer.tied[t]),
        drivers=drivers,
        evidence_path=baseline.evidence_path,
        extrapolated=baseline.extrapolated,
        grade=max((baseline.grade, *(m.grade for m in moved_by)), key=GRADES.index),
        checked=max((baseline.checked, *(m.checked for m in moved_by)), key=CHECKS.index),
        references=tuple(
            sorted({*baseline.references, *(key for m in moved_by for key in m.references)})
        ),
        history=float(expected.history[t]),
        weeks_to_response=weeks_to_response(option.treatment, place.settings),
        remission_outlook=float(expected.leaning[t]),
    )


def _interval(mean: Array, ends: Array, t: int) -> Interval:
    low80, high80, low95, high95 = (float(end) for end in ends[:, t])
    return Interval(float(mean[t]), (low80, high80), (low95, high95))


def _shift(expected: Expected, spread: Spread, t: int, settings: Settings | None) -> Shift:
    """Return the fit; without settings neither moderator nor history acts on the option."""
    interval = _interval(expected.fit, spread.fit, t)
    above, below = float(spread.above[t]), float(spread.below[t])
    words = NOT_ESTIMATED
    if settings is not None:
        rule = settings.band, settings.certainty
        words = shift_words(interval.mean, (above, below), interval.ci95, rule)
    return Shift(interval.mean, interval.ci80, interval.ci95, above, words)


def _drivers(layer: Layer, t: int) -> tuple[Driver, ...]:
    """Return what moved an option, most first; amounts follow the logit by one common slope."""
    amounts: dict[str, float] = {}
    rows = {slope.moderation.id: slope.moderation for slope in layer.slopes}
    common = {slope.moderation.id for slope in layer.slopes if slope.prognostic}
    for slope in layer.slopes:
        score = layer.scores.mean[layer.scores.names.index(slope.moderation.measure)]
        moved = float(slope.shares[t] * slope.mean * score * layer.expected.slope[t])
        amounts[slope.moderation.id] = amounts.get(slope.moderation.id, 0.0) + moved
    drivers = [
        Driver(rows[name].measure, name, amount, rows[name].grade, name in common)
        for name, amount in amounts.items()
    ]
    drivers.append(Driver(HISTORY, HISTORY, float(layer.expected.history[t]), HISTORY_GRADE))
    ordered = sorted(drivers, key=lambda one: (-abs(one.amount), one.moderation))
    return tuple(one for one in ordered if one.amount)
