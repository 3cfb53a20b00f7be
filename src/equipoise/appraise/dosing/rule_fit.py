"""Which rows of `genes/rules` fit the genes of a person, as they act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from equipoise.appraise.dosing.genes import ActingGene
from equipoise.core.star_alleles import Score
from equipoise.core.tables import Row

__all__ = ["NO_RESULT", "fitting"]

NO_RESULT: Final = "no_result"
"""Stands in the rules for a gene that was not tested."""


def fitting(row: Row, act: Mapping[str, ActingGene]) -> tuple[tuple[str, ...], ...]:
    """Return the phenotypes that a row means in this person, for each gene that it reads.

    Parameters
    ----------
    row : Row
        Row of `genes/rules`.
    act : mapping of str to ActingGene
        The genes of the record, as they act.

    Returns
    -------
    tuple of tuple of str
        What the first gene may be, and the second where the row reads one; empty where the row
        does not fit. A row that reads no gene fits with one empty tuple.
    """
    gene, second = row.optional_text("gene"), row.optional_text("gene_2")
    if gene is None:
        return ((),)
    first = _meant(gene, row.items("phenotypes"), row, act)
    if not first or not _scored(gene, row, act):
        return ()
    if second is None:
        return (first,)
    other = _meant(second, row.items("phenotypes_2"), row, act)
    return (first, other) if other else ()


def _meant(
    gene: str, phenotypes: tuple[str, ...], row: Row, act: Mapping[str, ActingGene]
) -> tuple[str, ...]:
    if gene not in act:
        return (NO_RESULT,) if NO_RESULT in phenotypes else ()
    inherited = row.cells["by_genes_alone"] == "true"
    found = act[gene].reported.phenotypes if inherited else act[gene].phenotypes
    return tuple(phenotype for phenotype in phenotypes if phenotype in found)


def _scored(gene: str, row: Row, act: Mapping[str, ActingGene]) -> bool:
    """Return whether the activity score may be as a row asks; one that is not known may."""
    score = act[gene].score if gene in act else None
    if score is None:
        return True
    above, most = row.optional_number("score_above"), row.optional_number("score_to")
    return _reaches(score, above) and (most is None or score.value <= most)


def _reaches(score: Score, above: float | None) -> bool:
    return above is None or score.value > above or score.or_more
