"""Phenotypes of the pharmacogenes, and what the drugs taken now make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.nouns import GenePhenotype

if TYPE_CHECKING:
    from equipoise.appraise.safety import Ground

__all__ = ["gene_phenotypes"]


def gene_phenotypes(shared: Ground) -> tuple[GenePhenotype, ...]:
    """Return every reported pharmacogene with its phenotype, as reported and as it acts.

    Parameters
    ----------
    shared : Ground
        The record with the drugs in use.

    Returns
    -------
    tuple of GenePhenotype
        In the order of the record.
    """
    del shared
    return ()
