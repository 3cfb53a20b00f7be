"""What ranks the options under any weights, small enough to stand in a page."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equipoise.core.nouns import Treatment, Weighable, Weighing
from equipoise.core.tables import setting
from equipoise.predict.preferences.attributes import Weights, read_attributes
from equipoise.predict.preferences.weights import counted, default_swings
from equipoise.predict.preferences.worth import values_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.predict.comparisons import Comparisons
    from equipoise.predict.layers import Case, Layer
    from equipoise.predict.settings import Settings

    Array = NDArray[np.float64]
    Triples = tuple[tuple[float, float, float], ...]

__all__ = ["weighing"]

HUNDRED: Final = 100.0
BYTE: Final = 255
SHORT: Final = 32767


def weighing(case: Case, layer: Layer) -> Weighing:
    """Return what ranks the options of a layer under any weights.

    Parameters
    ----------
    case : Case
        Literature, person and wishes.
    layer : Layer
        The layer that ranks.

    Returns
    -------
    Weighing
        A utility is linear in the chances and in the levels, so the expected chances give it
        exactly, and mean and covariance of the draws give the chance of being above another
        option as the ranking itself does. Only the chance of being first needs draws: a few
        hundred, each with its mirror image, are kept.
    """
    settings, expected = case.settings, layer.expected
    # Option by option: response, remission, drop-out.
    drawn = np.stack(layer.drawn.chances, axis=-1)
    whole = drawn.reshape(len(drawn), -1)
    spread = whole.std(axis=0)
    kept = _kept(drawn, int(setting("predict_kept_draws")))
    return Weighing(
        options=tuple(option.treatment.id for option in case.options),
        attributes=_attributes(case),
        expected=_triples(np.stack((expected.response, expected.remission, expected.dropout), -1)),
        mean=_triples(whole.mean(axis=0)),
        spread=_triples(spread),
        correlation=_correlation(whole, spread),
        draws=_text(np.rint(BYTE * kept).astype(np.uint8)),
        count=len(kept),
        pairs=_pairs(case.comparisons),
        tie_points=settings.tie_points,
        tie_chances=settings.tie_chances,
        tolerance=settings.tie_tolerance,
        concentration=settings.concentration,
    )


def _kept(drawn: Array, count: int) -> Array:
    """Return some draws: the first, and those that were drawn as their mirror images."""
    half = min(count, len(drawn)) // 2
    mirrored = len(drawn) // 2
    return np.concatenate((drawn[:half], drawn[mirrored : mirrored + half]))


def _attributes(case: Case) -> tuple[Weighable, ...]:
    treatments = [option.treatment for option in case.options]
    names, rows = counted(treatments), read_attributes()
    now, usual = dict(case.weights.shares), default_swings(rows)
    most = max(now.values())
    worths = _worths(names, treatments, case.weights, case.settings)
    found = []
    for name in names:
        row = rows[name]
        known = {one.id for one in treatments if name in dict(one.attributes)}
        level, span = row.kind == "level", abs(row.best - row.worst)
        found.append(
            Weighable(
                attribute=name,
                swing=HUNDRED * now.get(name, 0.0) / most,
                usual=usual[name],
                worths=worths[name] if level or name == "speed" else (),
                unknown=tuple(t.id for t in treatments if level and t.id not in known),
                known_error=row.known_sd / span,
                unknown_error=row.unknown_sd / span,
            )
        )
    return tuple(found)


def _worths(
    names: tuple[str, ...], treatments: list[Treatment], weights: Weights, settings: Settings
) -> dict[str, tuple[float, ...]]:
    """Return what each attribute is worth for every option if all respond and none drops out."""
    every = Weights(tuple((name, 1.0) for name in names), "", weights.experience)
    all_of_them = np.ones(len(treatments))
    chances = (all_of_them, all_of_them, 1.0 - all_of_them)
    columns = values_of(every, treatments, chances, settings).columns
    return {
        name: tuple(float(one) for one in column)
        for name, column in zip(names, columns, strict=True)
    }


def _triples(values: Array) -> Triples:
    return tuple((float(a), float(b), float(c)) for a, b, c in values.reshape(-1, 3))


def _correlation(drawn: Array, spread: Array) -> str:
    scaled = (drawn - drawn.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    found = scaled.T @ scaled / len(drawn)
    upper = found[np.triu_indices(len(found), 1)]
    return _text(np.rint(SHORT * np.clip(upper, -1, 1)).astype("<i2"))


def _pairs(comparisons: Comparisons) -> tuple[str, ...]:
    kinds = np.where(comparisons.direct, 0, np.where(comparisons.joined, 1, 2))
    kinds = np.where(comparisons.disputed, 3, kinds)
    return tuple("".join(str(one) for one in row) for row in kinds)


def _text(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")
