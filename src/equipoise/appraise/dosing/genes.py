"""Phenotypes of the pharmacogenes, and what the drugs taken now make of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from equipoise.appraise.dosing.alleles import ReportedGene, reported_genes
from equipoise.appraise.drug_use import Catalogue, DrugInUse
from equipoise.appraise.pairs import acting
from equipoise.core.nouns import GenePhenotype
from equipoise.core.star_alleles import INDETERMINATE, Score, phenotype_of_score
from equipoise.core.star_alleles import term as one_term
from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from equipoise.appraise.safety import Ground

__all__ = ["ActingGene", "acting_gene", "acting_genes", "changed_by", "gene_phenotypes", "term"]

_SCORED: Final = "scored"
_STRENGTHS: Final = ("strong", "moderate")
_INDUCER: Final = "inducer"
_SOURCE: Final = "cpic_tables"


@dataclass(frozen=True, slots=True)
class ActingGene:
    """A gene as it acts: what it may be, and which drugs made it so.

    Parameters
    ----------
    reported : ReportedGene
        What the record says.
    phenotypes : frozenset of str
        What it may be under the drugs that act now.
    converted_by : tuple of str
        Titles of the drugs that change it.
    sped_by : tuple of str
        Titles of drugs that speed the enzyme; they change no phenotype.
    score : Score or None
        Activity score as it acts; None where it is not known.
    """

    reported: ReportedGene
    phenotypes: frozenset[str]
    converted_by: tuple[str, ...]
    sped_by: tuple[str, ...]
    score: Score | None = None

    @property
    def changed(self) -> bool:
        """Whether the drugs made another phenotype of it."""
        return self.phenotypes != self.reported.phenotypes


def acting_gene(
    reported: ReportedGene,
    uses: Iterable[DrugInUse],
    catalogue: Catalogue,
    *,
    without: Sequence[str] = (),
) -> ActingGene:
    """Return a gene as it acts under the drugs taken now, or stopped lately.

    Parameters
    ----------
    reported : ReportedGene
        From the record.
    uses : iterable of DrugInUse
        Drugs taken, or stopped lately.
    catalogue : Catalogue
        How long each acts on.
    without : sequence of str
        Drugs that do not count: the rules on a drug were made with its own effect.

    Returns
    -------
    ActingGene
        The strongest inhibitor decides.
    """
    by_strength: dict[str, list[str]] = {}
    for use in uses:
        row = load_table("genes/inhibitors").find(gene=reported.gene, drug=use.drug)
        if row is not None and use.drug not in without and acting(use, catalogue) is not None:
            by_strength.setdefault(row.text("strength"), []).append(catalogue.title(use.drug))
    sped = tuple(by_strength.get(_INDUCER, ()))
    for strength in _STRENGTHS:
        if strength in by_strength:
            turned, score = _converted(reported, strength)
            return ActingGene(reported, turned, tuple(by_strength[strength]), sped, score)
    return ActingGene(reported, reported.phenotypes, (), sped, reported.score)


def acting_genes(
    genes: Iterable[ReportedGene],
    uses: Iterable[DrugInUse],
    catalogue: Catalogue,
    *,
    without: Sequence[str] = (),
) -> dict[str, ActingGene]:
    """Return the genes of a record as they act, and those that only the drugs tell.

    Under a strong inhibitor a gene acts alike whatever was inherited, so one that was not tested
    is no longer open: as "not tested" it would be given the usual dose.

    Parameters
    ----------
    genes : iterable of ReportedGene
        From the record.
    uses : iterable of DrugInUse
        Drugs taken, or stopped lately.
    catalogue : Catalogue
        How long each acts on.
    without : sequence of str
        Drugs that do not count.

    Returns
    -------
    dict of str to ActingGene
        By gene; one that was not tested has no reported phenotype.
    """
    taken = tuple(uses)
    act = {g.gene: acting_gene(g, taken, catalogue, without=without) for g in genes}
    turned = dict.fromkeys(row.text("gene") for row in load_table("genes/conversions"))
    for gene in turned.keys() - act.keys():
        unknown = ReportedGene(gene, "", frozenset({INDETERMINATE}), None)
        found = acting_gene(unknown, taken, catalogue, without=without)
        if INDETERMINATE not in found.phenotypes:
            act[gene] = replace(found, reported=replace(unknown, phenotypes=frozenset()))
    return act


def _converted(reported: ReportedGene, strength: str) -> tuple[frozenset[str], Score | None]:
    rows = [
        row
        for row in load_table("genes/conversions")
        if row.text("gene") == reported.gene and row.text("strength") == strength
    ]
    if reported.score is not None and len(reported.phenotypes) == 1:
        for row in rows:
            factor = row.optional_number("factor")
            if factor is not None and _SCORED in row.items("phenotypes"):
                score = Score(reported.score.value * factor, reported.score.or_more)
                return frozenset({phenotype_of_score(reported.gene, score)}), score
    return frozenset(_turned(phenotype, rows) for phenotype in reported.phenotypes), None


def _turned(phenotype: str, rows: Iterable[Row]) -> str:
    for row in rows:
        if phenotype in row.items("phenotypes"):
            return row.text("becomes")
    return INDETERMINATE


def term(gene: str, phenotypes: frozenset[str]) -> str | None:
    """Return the phenotype as CPIC prints it; None where it is not one that the tables name.

    Parameters
    ----------
    gene : str
        The gene.
    phenotypes : frozenset of str
        What it may be.

    Returns
    -------
    str or None
        ``Poor Metabolizer``.
    """
    named = {one_term(gene, phenotype) for phenotype in phenotypes}
    return named.pop() if len(named) == 1 else None


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
    return tuple(
        _noun(acting_gene(gene, shared.uses, shared.catalogue))
        for gene in reported_genes(shared.timeline)
    )


def _noun(gene: ActingGene) -> GenePhenotype:
    name = gene.reported.gene
    return GenePhenotype(
        gene=name,
        diplotype=gene.reported.diplotype,
        phenotype=term(name, gene.reported.phenotypes),
        acting=term(name, gene.phenotypes),
        because=changed_by(gene),
        reference=_SOURCE,
    )


def changed_by(gene: ActingGene) -> tuple[str, ...]:
    """Return which drugs change how a gene acts, in words.

    Parameters
    ----------
    gene : ActingGene
        The gene.

    Returns
    -------
    tuple of str
        Titles; a drug that speeds the enzyme says that no dose is raised for it.
    """
    sped = tuple(f"{title} (speeds the enzyme; no dose is raised for it)" for title in gene.sped_by)
    return gene.converted_by + sped
