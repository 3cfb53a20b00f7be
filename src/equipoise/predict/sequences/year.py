"""The plans of a year, and why one beats another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.core.nouns import Appraisal, EvidenceBase, YearComparison, YearPlan
    from equipoise.predict.layers import Case, Layer

__all__ = ["Year", "year_plans"]


@dataclass(frozen=True, slots=True)
class Year:
    """Plans, most weeks in remission first, and the first against each of the others."""

    plans: tuple[YearPlan, ...]
    comparisons: tuple[YearComparison, ...]


def year_plans(evidence: EvidenceBase, appraisal: Appraisal, case: Case, layer: Layer) -> Year:
    """Return whole plans over 52 weeks.

    Parameters
    ----------
    evidence : EvidenceBase
        Rates at every stage.
    appraisal : Appraisal
        Stage, safety, what was tried.
    case : Case
        Literature, person and wishes.
    layer : Layer
        The layer that ranks.

    Returns
    -------
    Year
        On common random numbers.
    """
    del evidence, appraisal, case, layer
    return Year((), ())
