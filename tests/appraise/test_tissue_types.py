"""Tissue types and drugs that they speak against."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.appraise import option_verdict
from equipoise.core import answers
from equipoise.core.nouns import Genotype, OptionVerdict, Timeline

TODAY = "2025-02-01"


def _verdict(option: str, gene: str, diplotype: str) -> OptionVerdict:
    told = (Genotype(gene, diplotype),)
    return option_verdict(Timeline("1", genotypes=answers.given(told)), option, today=TODAY)


def _said(option: str, gene: str, diplotype: str) -> dict[str, str]:
    reasons = _verdict(option, gene, diplotype).reasons
    return {r.rule: r.verdict for r in reasons if "hla" in r.rule}


B = "carbamazepine_hla_b_15_02"
A = "carbamazepine_hla_a_31_01"


@pytest.mark.parametrize(
    ("gene", "diplotype", "said"),
    [
        ("HLA-B", "*15:02/*57:01", {B: "hard_stop"}),
        ("HLA-B", "*57:01/*15:02:01:01", {B: "hard_stop"}),
        ("HLA-B", "HLA-B*15:02/HLA-B*15:02", {B: "hard_stop"}),
        ("HLA-B", "B*15:02/B*40:01", {B: "hard_stop"}),
        ("HLA-B", "15:02/57:01", {B: "hard_stop"}),
        ("HLA-B", "*15:01/*57:01", {}),
        ("HLA-B", "*15:021/*57:01", {}),
        ("HLA-B", "*57/*40:01", {}),
        ("HLA-B", "*15/*57:01", {B: "cannot_tell"}),
        ("HLA-B", "*15:XX/*57:01", {B: "cannot_tell"}),
        ("HLA-B", "", {B: "cannot_tell"}),
        ("HLA-B", "*15:02", {B: "hard_stop"}),
        ("HLA-B", "*40:01", {B: "cannot_tell"}),
        ("HLA-B", "*15:02/unknown", {B: "hard_stop"}),
        ("HLA-B", "unknown/*40:01", {B: "cannot_tell"}),
        ("HLA-A", "*31:01/*02:01", {A: "caution"}),
        ("HLA-A", "*31:11/*02:01", {}),
        ("HLA-A", "*15:02/*02:01", {}),
        ("CYP2D6", "*1/*4", {}),
    ],
)
def test_what_a_typing_says_of_carbamazepine(
    gene: str, diplotype: str, said: dict[str, str]
) -> None:
    assert _said("carbamazepine", gene, diplotype) == said


def test_it_speaks_of_these_drugs_alone() -> None:
    assert _said("lamotrigine", "HLA-B", "*15:02/*57:01") == {}
    assert _said("oxcarbazepine", "HLA-A", "*31:01/*02:01") == {}


@given(st.text(max_size=20))
def test_what_is_not_understood_never_passes_in_silence(text: str) -> None:
    """Only a typing of numbers says that the allele is absent."""
    said = _said("carbamazepine", "HLA-B", f"{text}/*57:01")
    if not any(sign.isdigit() for sign in text):
        assert said == {B: "cannot_tell"}
