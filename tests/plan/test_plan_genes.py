"""An option that a rule on genes says to avoid is named in no step."""

from __future__ import annotations

import pytest

from equipoise.appraise import option_verdict
from equipoise.core.answers import given
from equipoise.core.avoided import avoided
from equipoise.core.nouns import Genotype, Timeline


@pytest.mark.parametrize(
    ("option", "gene", "diplotype", "avoid"),
    [
        ("nortriptyline", "CYP2D6", "*1x2/*1", True),
        ("nortriptyline", "CYP2D6", "*4/*4", True),
        ("nortriptyline", "CYP2D6", "*1/*4", False),
        ("citalopram", "CYP2C19", "*17/*17", True),
        ("citalopram", "CYP2C19", "*2/*2", False),
    ],
)
def test_an_option_that_the_genes_speak_against_is_avoided(
    option: str, gene: str, diplotype: str, avoid: bool
) -> None:
    timeline = Timeline("1", genotypes=given((Genotype(gene, diplotype),)))
    assert avoided(option_verdict(timeline, option, today="2025-02-01")) is avoid
