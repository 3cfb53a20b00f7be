"""Chances of treatments given together: from trials where there are any, else composed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.core.nouns import Combination, EvidenceBase
    from equipoise.predict.layers import Case, Layer

__all__ = ["combinations"]


def combinations(evidence: EvidenceBase, case: Case, layer: Layer) -> tuple[Combination, ...]:
    """Return the combinations worth showing to a person.

    Parameters
    ----------
    evidence : EvidenceBase
        For trials of combinations.
    case : Case
        Literature, person and wishes.
    layer : Layer
        The layer that ranks.

    Returns
    -------
    tuple of Combination
        Best first.
    """
    del evidence, case, layer
    return ()
