"""What is said by genes against the guideline files of CPIC: whether, how strongly, and avoid."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from equipoise.appraise.dosing import gene_reasons
from equipoise.appraise.dosing.alleles import reported_genes
from equipoise.appraise.drug_use import option_of, read_catalogue
from equipoise.core.answers import given
from equipoise.core.nouns import Genotype, Timeline
from equipoise.core.star_alleles import Score, phenotype_of_score
from equipoise.core.tables import Row, load_table

SHARED = Path(os.environ.get("EQUIPOISE_SHARED_DATA", "../shared/data"))
FOLDER = SHARED / "clinical" / "pgx" / "pharmcat" / "guidelines_cpic_2024-05-29"
FILES = {
    "amitriptyline": "amitriptyline_and_CYP2C19_CYP2D6",
    "citalopram": "citalopram_escitalopram_and_CYP2C19",
    "clomipramine": "clomipramine_and_CYP2C19_CYP2D6",
    "desipramine": "desipramine_and_CYP2D6",
    "doxepin": "doxepin_and_CYP2C19_CYP2D6",
    "escitalopram": "citalopram_escitalopram_and_CYP2C19",
    "fluvoxamine": "fluvoxamine_and_CYP2D6",
    "imipramine": "imipramine_and_CYP2C19_CYP2D6",
    "nortriptyline": "nortriptyline_and_CYP2D6",
    "paroxetine": "paroxetine_and_CYP2D6",
    "sertraline": "sertraline_and_CYP2B6_CYP2C19",
    "trimipramine": "trimipramine_and_CYP2C19_CYP2D6",
    "venlafaxine": "venlafaxine_and_CYP2D6",
    "vortioxetine": "vortioxetine_and_CYP2D6",
}


def _entries(drug: str) -> Iterator[tuple[dict[str, str], str, bool, str]]:
    """Yield genes, strength, whether anything is to be done, and the text of each entry."""
    path = FOLDER / f"CPIC_{FILES[drug]}.json"
    if not path.is_file():
        pytest.skip("the guideline files are not here")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for entry in content["recommendations"]:
        genes = entry.get("lookupKey")
        about = {chemical["name"] for chemical in entry["relatedChemicals"]}
        if not genes or not entry.get("classification") or drug not in about:
            continue
        if entry["population"] not in (None, "general", "adults"):
            continue
        acts = entry["dosingInformation"] or entry["alternateDrugAvailable"]
        text = html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", entry["text"]["html"])))
        yield genes, entry["classification"]["term"], acts, text.strip()


def _genotype(gene: str, told: str) -> Genotype | None:
    if told in ("No Result", "n/a"):
        return None
    if told == "Indeterminate":
        return Genotype(gene, "*1/*999")
    if gene == "CYP2D6":
        score = Score(float(told.removeprefix("≥")), told.startswith("≥"))
        told = f"{phenotype_of_score(gene, score)} metabolizer"
    return Genotype(gene, "", phenotype=told.lower().replace(" ", "_"))


def _spoken(drug: str, genes: dict[str, str]) -> list[Row]:
    told = tuple(g for gene, as_told in genes.items() if (g := _genotype(gene, as_told)))
    genotypes = reported_genes(Timeline("1", genotypes=given(told)))
    catalogue, rules = read_catalogue(), load_table("genes/rules")
    reasons = gene_reasons(option_of(drug, catalogue), genotypes, (), catalogue)
    return [row for reason in reasons if (row := rules.find(id=reason.rule))]


def _to_avoid(strength: str, text: str) -> bool:
    """Return whether an entry says to avoid; a strong "consider an alternative" counts."""
    said = text.lower()
    consider = strength == "Strong" and said.startswith("consider a clinically appropriate alt")
    return said.startswith(("avoid", "select alternative")) or consider


@pytest.mark.shared
@pytest.mark.parametrize("drug", FILES)
def test_rules_on_genes_say_what_cpic_says(drug: str) -> None:
    wrong = []
    for genes, strength, acts, text in _entries(drug):
        rows = _spoken(drug, genes)
        if bool(rows) != acts:
            wrong.append((genes, f"{len(rows)} rules", text[:80]))
        for row in rows if acts else ():
            if strength not in row.text("strength"):
                wrong.append((genes, f"{row.text('strength')} for {strength}", text[:80]))
            if (row.cells["avoid"] == "true") != _to_avoid(strength, text):
                wrong.append((genes, f"avoid {row.cells['avoid']}", text[:80]))
    assert wrong == []
