"""Genes and the limits of doses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from equipoise.appraise.dosing import limits_by_treatment
from equipoise.core import answers
from equipoise.core.nouns import Genotype, Timeline
from equipoise.core.tables import load_table

GENES = ("CYP2B6", "CYP2C19", "CYP2D6")
ALLELES = sorted(
    row.text("allele") for row in load_table("genes/alleles") if row.text("gene") == "CYP2D6"
)


@given(st.sampled_from(GENES), st.sampled_from(ALLELES), st.sampled_from(ALLELES))
def test_no_genotype_raises_a_dose(gene: str, one: str, other: str) -> None:
    without = limits_by_treatment(Timeline("01"), today="2025-02-01")
    told: tuple[Genotype, ...] = (Genotype(gene, f"{one}/{other}"),)
    record = Timeline("01", genotypes=answers.given(told))
    found = limits_by_treatment(record, today="2025-02-01")
    for drug, limit in found.items():
        before = without[drug].maximum
        assert before is None or (limit.maximum is not None and limit.maximum <= before)
