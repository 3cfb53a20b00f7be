"""What the genes mean for a drug: rows of `genes/rules`, in words, each with its strength."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from equipoise.appraise.dosing.alleles import ReportedGene
from equipoise.appraise.dosing.genes import ActingGene, acting_genes, term
from equipoise.appraise.dosing.rule_fit import fitting
from equipoise.appraise.drug_use import Catalogue, DrugInUse, Option
from equipoise.appraise.reasons import row_reason
from equipoise.core.nouns import SafetyReason
from equipoise.core.prepared import prepared
from equipoise.core.star_alleles import INDETERMINATE
from equipoise.core.tables import Row, Table, load_table

__all__ = ["gene_reasons"]

_RULE: Final = "caution"
"""Rows with this verdict are rules; the others are only shown."""
_UNREAD: Final = "gene_indeterminate"
_TURNED: Final = "gene_converted"


def gene_reasons(
    option: Option,
    genes: Sequence[ReportedGene],
    uses: Iterable[DrugInUse],
    catalogue: Catalogue,
) -> Iterable[SafetyReason]:
    """Yield what the genes on record mean for an option.

    Parameters
    ----------
    option : Option
        The treatment; its own drugs do not count as inhibitors.
    genes : sequence of ReportedGene
        The genes of the record; without any nothing is said.
    uses : iterable of DrugInUse
        Drugs taken, or stopped lately.
    catalogue : Catalogue
        The drugs.

    Yields
    ------
    SafetyReason
        Cautions: the rules that fit, genes that no table can read, and genes that act otherwise
        under the drugs taken now.
    """
    if not genes:
        return
    rules = [
        row
        for row, options in prepared(load_table("genes/rules"), _options)
        if option.names & options
    ]
    if not rules:
        return
    act = acting_genes(genes, uses, catalogue, without=option.drugs)
    for row in rules:
        if fitting(row, act):
            yield _reason(row, act)
    named = {row.cells[column] for row in rules for column in ("gene", "gene_2")}
    yield from _notes(act[gene] for gene in act if gene in named)


def _options(table: Table) -> tuple[tuple[Row, frozenset[str]], ...]:
    return tuple(
        (row, frozenset(row.items("options"))) for row in table if row.text("verdict") == _RULE
    )


def _reason(row: Row, act: dict[str, ActingGene]) -> SafetyReason:
    genes = (row.text("gene"), row.optional_text("gene_2"))
    told = ", ".join(_told(act[gene]) for gene in genes if gene in act)
    graded = (row.optional_text("strength"), row.text("version"))
    strength = "; ".join(part for part in graded if part)
    return row_reason(row, f"{told}: {row.text('text')} ({strength})", action=row.text("action"))


def _told(gene: ActingGene) -> str:
    name = gene.reported.gene
    phenotype = _words(name, gene.phenotypes)
    source = gene.reported.diplotype or _without_diplotype(gene.reported)
    if gene.changed:
        source += f", under {' and '.join(gene.converted_by)}"
    return f"{name} {phenotype} ({source})"


def _without_diplotype(reported: ReportedGene) -> str:
    if not reported.phenotypes:
        return "not tested"
    return "no call" if reported.phenotypes == {INDETERMINATE} else "as reported"


def _words(gene: str, phenotypes: frozenset[str]) -> str:
    told = sorted((term(gene, frozenset({one})) or one).lower() for one in phenotypes)
    return " or ".join(told)


def _notes(genes: Iterable[ActingGene]) -> Iterator[SafetyReason]:
    for gene in genes:
        name = gene.reported.gene
        if INDETERMINATE in gene.phenotypes:
            yield _note(
                _UNREAD,
                f"{_told(gene)}: the tables give no phenotype, so no advice by this gene",
                "go by effect, side effects and blood level; never as for a normal metabolizer",
                f"the phenotype of {name}",
            )
        elif gene.changed:
            before = _words(name, gene.reported.phenotypes) or "not known"
            yield _note(
                _TURNED,
                f"{_told(gene)}, by the genes alone {before}",
                "look again when the inhibitor is changed or stopped",
                None,
            )


def _note(rule: str, text: str, action: str, missing: str | None) -> SafetyReason:
    return SafetyReason(
        rule=rule,
        verdict="caution",
        text=text,
        action=action,
        missing=missing,
        reference="cpic_tables; equipoise_method",
        grade="n/a",
        checked="derived",
    )
