"""Which wish would change the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.core.nouns import PreferenceChange
    from equipoise.predict.layers import Case, Layer

__all__ = ["preference_changes"]


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
        Smallest change first.
    """
    del case, layer
    return ()
