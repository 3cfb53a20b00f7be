"""Which wish would change the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.nouns import PreferenceChange
from equipoise.core.tables import setting
from equipoise.predict.preferences.attributes import read_attributes
from equipoise.predict.preferences.worth import values_of
from equipoise.predict.ranking import in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.predict.layers import Case, Layer

    Array = NDArray[np.float64]

__all__ = ["first_from", "preference_changes"]


def preference_changes(case: Case, layer: Layer) -> tuple[PreferenceChange, ...]:
    """Return the small changes of one weight that would put another option first.

    Parameters
    ----------
    case : Case
        Literature, person and wishes.
    layer : Layer
        The layer that ranks.

    Returns
    -------
    tuple of PreferenceChange
        Smallest change first; those above the setting are left out. The other weights keep their
        proportions. Only among options that no caution says to avoid.
    """
    # What a caution says to avoid is no answer to a wish, and need not be overtaken by one.
    kept = np.flatnonzero(case.proposable())
    if kept.size == 0:
        return ()
    treatments = [case.options[t].treatment for t in kept]
    expected = layer.expected
    chances = (expected.response[kept], expected.remission[kept], expected.dropout[kept])
    values = values_of(case.weights, treatments, chances, case.settings)
    worths = np.stack([np.broadcast_to(one, len(treatments)) for one in values.columns])
    shares = np.array([share for _, share in case.weights.shares])
    names = [one.id for one in treatments]
    first = in_order(layer.utility[kept], names)[0]
    limit, rows = setting("predict_preference_change"), read_attributes()
    found = []
    for place, (attribute, share) in enumerate(case.weights.shares):
        needed = first_from(worths, shares, place)
        for option in np.flatnonzero(np.abs(needed - share) < limit):
            if option != first:
                title = rows[attribute].title
                found.append(
                    PreferenceChange(attribute, title, share, float(needed[option]), names[option])
                )
    return tuple(
        sorted(found, key=lambda one: (abs(one.needed - one.weight), one.attribute, one.option))
    )


def first_from(worths: Array, shares: Array, place: int) -> Array:
    """Return the nearest weight of one attribute at which each option would be first.

    Parameters
    ----------
    worths : ndarray, shape (a, t)
        What each attribute is worth for each option.
    shares : ndarray, shape (a,)
        Weights in force; they add up to 1.
    place : int
        The attribute whose weight changes; the others share the rest in proportion.

    Returns
    -------
    ndarray, shape (t,)
        NaN where no weight from 0 to 1 puts the option first.

    Notes
    -----
    With the weight w the utility of option t is the straight line r_t + w (v_t - r_t), r_t being
    what the other attributes are worth together. An option is first where its line is above all
    others: between the largest of the lower ends and the smallest of the upper ends that the
    other lines leave it.
    """
    share = shares[place]
    own, count = worths[place], worths.shape[1]
    if share == 1:
        return np.full(count, np.nan)
    rest = (shares @ worths - share * own) / (1.0 - share)
    lead = rest[:, None] - rest[None, :]
    slope = (own - rest)[:, None] - (own - rest)[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = -lead / slope
    low = np.where(slope > 0, cross, 0.0).max(axis=1).clip(0.0)
    high = np.where(slope < 0, cross, 1.0).min(axis=1).clip(None, 1.0)
    never = ((slope == 0) & (lead < 0)).any(axis=1) | (low > high)
    return np.where(never, np.nan, np.clip(share, low, high))
