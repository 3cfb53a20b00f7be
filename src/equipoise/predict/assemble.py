"""Arrays into predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import Driver, Interval, Prediction, Shift
from equipoise.predict.chances import Expected, acted_on
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
PROGNOSTIC: Final = "prognostic"
GRADES: Final = ("A", "B", "C", "D", "N")
CHECKS: Final = ("checked", "derived", "recalled")


@dataclass(frozen=True, slots=True)
class _Place:
    """One option in one layer: its column, its rates, the layer's arrays and the settings.

    `moved` holds by its id each moderation with what it moves each option; `acts` tells the
    options on which a moderator or the history acts.
    """

    column: int
    option: Option
    layer: Layer
    settings: Settings
    moved: dict[str, tuple[Moderation, Array]]
    acts: NDArray[np.bool_]


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
    moved, acts = _moved(layer), _acts(layer)
    return tuple(_prediction(_Place(t, options[t], layer, settings, moved, acts)) for t in order)


def _prediction(place: _Place) -> Prediction:
    t, layer, option = place.column, place.layer, place.option
    expected, spread, baseline = layer.expected, layer.drawn.spread, option.baseline
    shift = _shift(expected, spread, t, place.settings if place.acts[t] else None)
    drivers = _drivers(place)
    moved_by: list[Moderation | Lean] = [
        place.moved[one.moderation][0] for one in drivers if one.moderation in place.moved
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


def _acts(layer: Layer) -> NDArray[np.bool_]:
    acts = layer.person.standing.acts | layer.person.tolerance.acts
    return acts | acted_on([one for one in layer.slopes if not one.prognostic], len(acts))


def _moved(layer: Layer) -> dict[str, tuple[Moderation, Array]]:
    """Return what each moderation moves each option; amounts follow the logit by one slope."""
    found: dict[str, tuple[Moderation, Array]] = {}
    for slope in layer.slopes:
        row = slope.moderation
        score = layer.scores.mean[layer.scores.names.index(row.measure)]
        moved = slope.shares * slope.mean * score * layer.expected.slope
        found[row.id] = (row, moved + found[row.id][1] if row.id in found else moved)
    return found


def _drivers(place: _Place) -> tuple[Driver, ...]:
    """Return what moved an option, most first."""
    t = place.column
    drivers = [
        Driver(row.measure, row.id, float(amount[t]), row.grade, row.row_type == PROGNOSTIC)
        for row, amount in place.moved.values()
        if amount[t]
    ]
    history = float(place.layer.expected.history[t])
    drivers.append(Driver(HISTORY, HISTORY, history, HISTORY_GRADE))
    ordered = sorted(drivers, key=lambda one: (-abs(one.amount), one.moderation))
    return tuple(one for one in ordered if one.amount)
