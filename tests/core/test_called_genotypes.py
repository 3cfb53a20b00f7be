"""Calls as genotypes: every diplotype held, nothing called as normal."""

from __future__ import annotations

from equipoise.core.called_genotypes import called_genotypes
from equipoise.core.nouns import GeneCall, Genotype

OPEN = GeneCall("CYP2D6", (), None, no_call="not tested")
UNPHASED = GeneCall("CYP2B6", ("*1/*6", "*4/*9"), "Intermediate Metabolizer")


def test_every_diplotype_and_no_call() -> None:
    assert called_genotypes((UNPHASED, OPEN)) == (
        Genotype("CYP2B6", "*1/*6"),
        Genotype("CYP2B6", "*4/*9"),
        Genotype("CYP2D6", "", phenotype="indeterminate"),
    )


def test_a_report_stands_where_nothing_was_called_and_hides_no_call() -> None:
    found = called_genotypes((UNPHASED, OPEN), {"CYP2D6", "CYP2B6"})
    assert [item.gene for item in found] == ["CYP2B6", "CYP2B6"]
