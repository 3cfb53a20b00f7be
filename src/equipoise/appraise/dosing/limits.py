"""Dose limits of every drug for this person: age, kidney, liver, genotype, interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.nouns import DoseLimit, GenePhenotype

if TYPE_CHECKING:
    from equipoise.appraise.safety import Ground

__all__ = ["dose_limits"]


def dose_limits(shared: Ground, genes: tuple[GenePhenotype, ...]) -> tuple[DoseLimit, ...]:
    """Return the doses of every drug that may be offered; the strictest limit holds.

    Parameters
    ----------
    shared : Ground
        The record with the drugs in use.
    genes : tuple of GenePhenotype
        From `gene_phenotypes`.

    Returns
    -------
    tuple of DoseLimit
        In the order of `doses/doses`.
    """
    del shared, genes
    return ()
