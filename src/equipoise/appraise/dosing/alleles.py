"""From a reported diplotype to a phenotype, by the tables of CPIC.

What no table tells is ``indeterminate``, never normal: an unknown allele, one allele alone, a
duplication whose number of copies is not given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from equipoise.appraise.prepared import prepared
from equipoise.core.nouns import Genotype, Timeline
from equipoise.core.tables import Row, Table, load_table

__all__ = ["INDETERMINATE", "ReportedGene", "Score", "phenotype_of_score", "reported_genes"]

INDETERMINATE: Final = "indeterminate"
_ALLELE: Final = re.compile(r"(?P<core>\*\d+)(\.\d+)?([xX](?P<more>≥|>=)?(?P<copies>\d+))?")
_SUFFIX: Final = "_metabolizer"


@dataclass(frozen=True, slots=True)
class Score:
    """An activity score; with `or_more` it is the least that it can be."""

    value: float
    or_more: bool = False


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
    known = {gene for gene, _ in prepared(load_table("genes/alleles"), _by_allele)}
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
        phenotype, score = _of_diplotype(gene, genotype.diplotype)
        phenotypes.add(phenotype)
    if genotype.phenotype:
        phenotypes.add(genotype.phenotype.removesuffix(_SUFFIX))
    return ReportedGene(gene, genotype.diplotype, frozenset(phenotypes), score)


def _of_diplotype(gene: str, diplotype: str) -> tuple[str, Score | None]:
    alleles = [_ALLELE.fullmatch(part.strip()) for part in diplotype.split("/")]
    rows = [_row(gene, allele["core"]) for allele in alleles if allele]
    if len(alleles) != len(rows) or len(_PAIR) != len(rows):
        return INDETERMINATE, None
    kept = [(row, allele) for row, allele in zip(rows, alleles, strict=True) if row and allele]
    if len(kept) != len(rows):
        return INDETERMINATE, None
    if all(row.optional_number("activity") is not None for row, _ in kept):
        copies = [_copies(row, allele) for row, allele in kept]
        score = Score(sum(c.value for c in copies), any(c.or_more for c in copies))
        return phenotype_of_score(gene, score), score
    if any(allele["copies"] for _, allele in kept):
        return INDETERMINATE, None
    return _of_functions(gene, frozenset(row.text("function") for row, _ in kept)), None


_PAIR: Final = ("one", "other")
"""A diplotype names two alleles."""


def _row(gene: str, allele: str) -> Row | None:
    return prepared(load_table("genes/alleles"), _by_allele).get((gene, allele))


def _by_allele(table: Table) -> dict[tuple[str, str], Row]:
    return {(row.text("gene"), row.text("allele")): row for row in table}


def _copies(row: Row, allele: re.Match[str]) -> Score:
    value = row.number("activity")
    return Score(value * int(allele["copies"] or 1), bool(allele["more"]) and value > 0)


def phenotype_of_score(gene: str, score: Score) -> str:
    """Return the phenotype of an activity score.

    Parameters
    ----------
    gene : str
        The gene.
    score : Score
        A lower bound tells only where every higher score means the same.

    Returns
    -------
    str
        Phenotype of `genes/phenotypes`, or ``indeterminate``.
    """
    for row in load_table("genes/phenotypes"):
        if row.text("gene") != gene or not _inside(row, score.value):
            continue
        open_above = row.optional_number("score_to") is None
        return row.text("phenotype") if open_above or not score.or_more else INDETERMINATE
    return INDETERMINATE


def _inside(row: Row, value: float) -> bool:
    above, least, most = (
        row.optional_number(column) for column in ("score_above", "score_from", "score_to")
    )
    if above is None and least is None:
        return False
    high_enough = value > above if above is not None else least is not None and value >= least
    return high_enough and (most is None or value <= most)


def _of_functions(gene: str, functions: frozenset[str]) -> str:
    for row in load_table("genes/phenotypes"):
        pair = {row.optional_text("function_a"), row.optional_text("function_b")}
        if row.text("gene") == gene and pair == functions:
            return row.text("phenotype")
    return INDETERMINATE
