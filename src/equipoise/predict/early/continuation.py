"""Go on, raise, add or switch: the chances of each, given the change so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.core.nouns import Appraisal, Continuation, EvidenceBase
    from equipoise.predict.layers import Case, Layer

__all__ = ["continuations"]


def continuations(
    evidence: EvidenceBase, appraisal: Appraisal, case: Case, layer: Layer
) -> tuple[Continuation, ...]:
    """Return what the change so far says about each treatment under way.

    Parameters
    ----------
    evidence : EvidenceBase
        Rates of what is taken, which may itself not be ranked.
    appraisal : Appraisal
        For the treatments under way.
    case : Case
        Literature, person and wishes.
    layer : Layer
        The layer that ranks, for what could come next.

    Returns
    -------
    tuple of Continuation
        One for each treatment whose change can be read.
    """
    del evidence, appraisal, case, layer
    return ()
