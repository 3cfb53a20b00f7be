"""Diplotypes against the tables of CPIC, and recommendations against its files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.appraise.dosing import limits_by_treatment
from equipoise.appraise.dosing.alleles import INDETERMINATE, reported_genes
from equipoise.core import answers
from equipoise.core.nouns import Genotype, Timeline
from equipoise.core.tables import load_table

SHARED = Path(os.environ.get("EQUIPOISE_SHARED_DATA", "../shared/data"))
PHENOTYPES = SHARED / "clinical" / "pgx" / "pharmcat" / "phenotype"
FILES = {"CYP2C19": "CYP2C19", "CYP2B6": "CYP2B6", "CYP2D6": "CYP2D6_2024-05-29"}


def _phenotype(gene: str, diplotype: str) -> str:
    timeline = Timeline("01", genotypes=answers.given((Genotype(gene, diplotype),)))
    (found,) = reported_genes(timeline)
    (phenotype,) = found.phenotypes
    return phenotype


@pytest.mark.shared
@pytest.mark.parametrize("gene", FILES)
def test_every_diplotype_of_the_cpic_tables_gives_its_phenotype(gene: str) -> None:
    path = PHENOTYPES / f"{FILES[gene]}.json"
    if not path.is_file():
        pytest.skip("the CPIC tables are not here")
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    terms = {
        row.text("phenotype"): row.text("term")
        for row in load_table("genes/phenotypes")
        if row.text("gene") == gene
    }
    wrong = [
        (entry["diplotype"], entry["generesult"])
        for entry in table["diplotypes"]
        if terms.get(_phenotype(gene, entry["diplotype"]), "Indeterminate") != entry["generesult"]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "diplotype", ["*1/*999", "*1xN/*4", "*1/*1/*2", "*1", "1/2", "*22/*1", "normal", "*1/"]
)
def test_what_no_table_tells_is_never_normal(diplotype: str) -> None:
    assert _phenotype("CYP2D6", diplotype) == INDETERMINATE


def test_a_duplication_without_a_number_is_not_guessed() -> None:
    """Three copies or more of a normal allele are ultrarapid; of *10 they may be anything."""
    assert _phenotype("CYP2D6", "*1x≥3/*1") == "ultrarapid"
    assert _phenotype("CYP2D6", "*4x≥3/*4") == "poor"
    assert _phenotype("CYP2D6", "*10x≥3/*4") == INDETERMINATE


ALLELES = sorted(
    row.text("allele") for row in load_table("genes/alleles") if row.text("gene") == "CYP2D6"
)


@given(st.sampled_from(ALLELES), st.sampled_from(ALLELES))
def test_the_order_of_the_alleles_does_not_matter(one: str, other: str) -> None:
    assert _phenotype("CYP2D6", f"{one}/{other}") == _phenotype("CYP2D6", f"{other}/{one}")


@given(st.sampled_from(sorted(FILES)), st.sampled_from(ALLELES), st.sampled_from(ALLELES))
def test_no_genotype_raises_a_dose(gene: str, one: str, other: str) -> None:
    without = limits_by_treatment(Timeline("01"), today="2025-02-01")
    told: tuple[Genotype, ...] = (Genotype(gene, f"{one}/{other}"),)
    record = Timeline("01", genotypes=answers.given(told))
    found = limits_by_treatment(record, today="2025-02-01")
    for drug, limit in found.items():
        before = without[drug].maximum
        assert before is None or (limit.maximum is not None and limit.maximum <= before)
