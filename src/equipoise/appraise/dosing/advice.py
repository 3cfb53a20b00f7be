"""What the guidelines say of each drug for the genes of this person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Final

from equipoise.appraise.dosing.genes import ActingGene, acting_genes, changed_by
from equipoise.appraise.dosing.rule_fit import NO_RESULT, fitting
from equipoise.appraise.drug_use import option_of
from equipoise.core.nouns import GeneAdvice
from equipoise.core.prepared import prepared
from equipoise.core.star_alleles import INDETERMINATE_TERM, term
from equipoise.core.tables import MISSING, Row, Table, load_table

if TYPE_CHECKING:
    from equipoise.appraise.safety import Ground

__all__ = ["gene_advice", "gene_evidence"]

_UNTESTED: Final = "No Result"
_NO_STRENGTH: Final = "n/a"
_NOTHING: Final = "none"
_ASKED: Final = ("choice", "start", "titration", "maintenance", "blood_level", "highest")
_USUAL: Final = ("use", "usual")
"""All that a row asks for which names the usual dose."""


def gene_advice(shared: Ground) -> tuple[GeneAdvice, ...]:
    """Return what CPIC, and DPWG where it differs, says of each antidepressant.

    Parameters
    ----------
    shared : Ground
        The record with the drugs in use.

    Returns
    -------
    tuple of GeneAdvice
        In the order of the drugs, CPIC before DPWG; standard dosing and "no recommendation" too.
        Where a gene may be more than one phenotype, one entry for each, which says so. Empty
        where no gene is on record.
    """
    genes = shared.facts.genes
    if not genes:
        return ()
    whole = acting_genes(genes, shared.uses, shared.catalogue)
    taken = {use.drug for use in shared.uses}
    found: list[GeneAdvice] = []
    for drug, rows in prepared(load_table("genes/rules"), _by_drug).items():
        act, own = whole, option_of(drug, shared.catalogue).drugs
        if not taken.isdisjoint(own):
            act = acting_genes(genes, shared.uses, shared.catalogue, without=own)
        found += _of_drug(drug, rows, act)
    return tuple(found)


def _by_drug(table: Table) -> dict[str, tuple[Row, ...]]:
    """Return the rows about each drug, the drugs in the order of `drugs/drugs`."""
    found: dict[str, list[Row]] = {row.text("id"): [] for row in load_table("drugs/drugs")}
    for row in table:
        for drug in row.items("options"):
            found[drug].append(row)
    return {drug: tuple(rows) for drug, rows in found.items() if rows}


def _of_drug(drug: str, rows: Iterable[Row], act: Mapping[str, ActingGene]) -> Iterator[GeneAdvice]:
    for row in rows:
        meant = fitting(row, act)
        if not meant:
            continue
        genes = tuple(g for g in (row.optional_text("gene"), row.optional_text("gene_2")) if g)
        if not genes:
            yield _advice(drug, row, (), (), act)
            continue
        for phenotypes in product(*meant):
            yield _advice(drug, row, genes, phenotypes, act)


def _advice(
    drug: str,
    row: Row,
    genes: tuple[str, ...],
    phenotypes: tuple[str, ...],
    act: Mapping[str, ActingGene],
) -> GeneAdvice:
    terms = tuple(_term(gene, one) for gene, one in zip(genes, phenotypes, strict=True))
    inherited = row.cells["by_genes_alone"] == "true"
    because = (
        ()
        if inherited
        else tuple(drug for gene in genes if gene in act for drug in changed_by(act[gene]))
    )
    return GeneAdvice(
        drug=drug,
        guideline=row.text("guideline"),
        genes=genes,
        phenotypes=terms,
        action=_open(genes, terms, act, inherited=inherited) + row.text("action"),
        strength=row.optional_text("strength") or _NO_STRENGTH,
        version=row.text("version"),
        because=tuple(dict.fromkeys(because)),
        reference=row.text("reference"),
        grade=row.cells["grade"],
        checked=row.text("checked"),
        kind=_kind(row),
    )


def _kind(row: Row) -> str:
    """Return whether a row asks for something else than the usual, for it, or for nothing."""
    if row.text("choice") == _NOTHING:
        return "none"
    asks = [row.cells[column] for column in _ASKED if row.cells[column] != MISSING]
    return "standard" if asks == list(_USUAL) else "changed"


def _term(gene: str, phenotype: str) -> str:
    if phenotype == NO_RESULT:
        return _UNTESTED
    return term(gene, phenotype) or INDETERMINATE_TERM


def _open(
    genes: tuple[str, ...],
    terms: tuple[str, ...],
    act: Mapping[str, ActingGene],
    *,
    inherited: bool,
) -> str:
    """Return the condition under which advice holds, where a gene may be more than one thing."""
    told = []
    for gene, one in zip(genes, terms, strict=True):
        if gene in act:
            found = act[gene].reported.phenotypes if inherited else act[gene].phenotypes
            if len(found) > 1:
                told.append(f"{gene} is {one}")
    return f"cannot tell; only if {' and '.join(told)}: " if told else ""


def gene_evidence() -> tuple[str, ...]:
    """Return what trials found of choosing antidepressants by a gene test, a sentence each.

    Returns
    -------
    tuple of str
        Lines of `genes/evidence`; the claim of the ledger that they belong to weighs them.
    """
    return tuple(row.text("line") for row in load_table("genes/evidence"))
