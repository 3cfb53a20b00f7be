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
_SHOWN: Final = 3
"""Diplotypes that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class ReportedGene:
    """A gene of the record.

    Parameters
    ----------
    gene : str
        ``CYP2D6``.
    diplotype : str
        As reported, with "or" where there are several; empty where only a phenotype was.
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
    told: dict[str, list[Genotype]] = {}
    for genotype in timeline.genotypes.or_else(()):
        gene = genotype.gene.upper()
        if gene in known:
            told.setdefault(gene, []).append(genotype)
    return tuple(_read(gene, entries) for gene, entries in told.items())


def _read(gene: str, entries: list[Genotype]) -> ReportedGene:
    phenotypes: set[str] = set()
    scores: set[Score | None] = set()
    for entry in entries:
        score = None
        if entry.diplotype:
            meaning = read_diplotype(gene, entry.diplotype)
            score = meaning.score
            phenotypes.add(meaning.phenotype)
        if entry.phenotype:
            told = entry.phenotype.removesuffix(_SUFFIX)
            phenotypes.add(told if term(gene, told) else INDETERMINATE)
        scores.add(score)
    score = scores.pop() if len(scores) == 1 else None
    return ReportedGene(gene, _in_words(entries), frozenset(phenotypes), score)


def _in_words(entries: list[Genotype]) -> str:
    """Return the diplotypes; a file that lacks positions may leave very many."""
    found = list(dict.fromkeys(entry.diplotype for entry in entries if entry.diplotype))
    more = len(found) - _SHOWN
    shown = " or ".join(found[:_SHOWN])
    return f"{shown} or {more} more" if more > 0 else shown
