"""Calls of genes as the genotypes that every rule reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from equipoise.core.nouns import GeneCall, Genotype

__all__ = ["called_genotypes"]

INDETERMINATE: Final = "indeterminate"


def called_genotypes(
    calls: Iterable[GeneCall], reported: Collection[str] = ()
) -> tuple[Genotype, ...]:
    """Return the genotypes that calls stand for.

    Parameters
    ----------
    calls : iterable of GeneCall
        From a file of variants or from another test.
    reported : collection of str
        Genes, in capitals, whose genotype a report tells.

    Returns
    -------
    tuple of Genotype
        One for every consistent diplotype: a gene that stands several times is held for all of
        them. A gene without a call adds nothing to one that a report tells, and is indeterminate,
        never normal, where none does.
    """
    calls = tuple(calls)
    found = [Genotype(c.gene, diplotype) for c in calls for diplotype in c.diplotypes]
    open_ones = [c for c in calls if not c.diplotypes and c.gene.upper() not in reported]
    return (*found, *(Genotype(c.gene, "", phenotype=INDETERMINATE) for c in open_ones))
