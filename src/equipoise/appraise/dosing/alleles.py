"""The genes of a record: what each may be, by every entry that names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.core.nouns import Genotype, Timeline
from equipoise.core.star_alleles import (
    INDETERMINATE,
    Score,
    known_genes,
    read_diplotype,
    term,
)

__all__ = ["ReportedGene", "reported_genes"]

_SUFFIX: Final = "_metabolizer"


@dataclass(frozen=True, slots=True)
class ReportedGene:
    """A gene of the record.

    Parameters
    ----------
    gene : str
        ``CYP2D6``.
    diplotype : str
        As reported; empty where only a phenotype was.
    phenotypes : frozenset of str
        What it may be; more than one where a report and the tables, or two reports, differ.
    score : Score or None
        Activity score, where the gene has one and the diplotype tells.
    """

    gene: str
    diplotype: str
    phenotypes: frozenset[str]
    score: Score | None


def reported_genes(timeline: Timeline) -> tuple[ReportedGene, ...]:
    """Return every gene of the record that the tables know, each once.

    Parameters
    ----------
    timeline : Timeline
        The record.

    Returns
    -------
    tuple of ReportedGene
        In the order of the record; a gene that stands twice holds what either report says.
    """
    known = known_genes()
    found: dict[str, ReportedGene] = {}
    for genotype in timeline.genotypes.or_else(()):
        gene = genotype.gene.upper()
        if gene in known:
            one = _read(gene, genotype)
            found[gene] = _joined(found[gene], one) if gene in found else one
    return tuple(found.values())


def _joined(one: ReportedGene, other: ReportedGene) -> ReportedGene:
    told = " or ".join(dict.fromkeys(d for d in (one.diplotype, other.diplotype) if d))
    score = one.score if one.score == other.score else None
    return ReportedGene(one.gene, told, one.phenotypes | other.phenotypes, score)


def _read(gene: str, genotype: Genotype) -> ReportedGene:
    phenotypes, score = set(), None
    if genotype.diplotype:
        meaning = read_diplotype(gene, genotype.diplotype)
        score = meaning.score
        phenotypes.add(meaning.phenotype)
    if genotype.phenotype:
        told = genotype.phenotype.removesuffix(_SUFFIX)
        phenotypes.add(told if term(gene, told) else INDETERMINATE)
    return ReportedGene(gene, genotype.diplotype, frozenset(phenotypes), score)
