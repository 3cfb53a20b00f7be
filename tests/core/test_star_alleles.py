"""Diplotypes against the tables of CPIC: phenotype and activity score."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.core.star_alleles import INDETERMINATE, known_genes, read_diplotype
from equipoise.core.tables import load_table

SHARED = Path(os.environ.get("EQUIPOISE_SHARED_DATA", "../shared/data"))
PHENOTYPES = SHARED / "clinical" / "pgx" / "pharmcat" / "phenotype"
FILES = {
    "CYP2C19": ("CYP2C19", 666),
    "CYP2B6": ("CYP2B6", 1176),
    "CYP2D6": ("CYP2D6_2024-05-29", 14706),
}


@pytest.mark.shared
@pytest.mark.parametrize("gene", FILES)
def test_every_diplotype_of_the_cpic_tables_gives_its_phenotype_and_score(gene: str) -> None:
    name, count = FILES[gene]
    path = PHENOTYPES / f"{name}.json"
    if not path.is_file():
        pytest.skip("the CPIC tables are not here")
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["diplotypes"]
    wrong = []
    for entry in entries:
        meaning = read_diplotype(gene, entry["diplotype"])
        score = str(meaning.score) if meaning.score else "n/a"
        expected = (entry["generesult"], entry["activityScore"] or "n/a")
        if (meaning.term, score) != expected:
            wrong.append((entry["diplotype"], meaning.term, score, expected))
    assert wrong == []
    assert len(entries) == count


@pytest.mark.parametrize(
    "diplotype",
    [
        "*1/*999", "*1xN/*4", "*1/*1/*2", "*1", "1/2", "*22/*1", "normal", "*1/", "", "/",
        "*1/*36+", "*1/+*10", "*1/*36+*999", "*1/*36-*10", "*1x0/*4", "*22x2/*4", "*1/*36+*22",
        "*1N/*1",
    ],
)  # fmt: skip
def test_what_no_table_tells_is_never_normal(diplotype: str) -> None:
    meaning = read_diplotype("CYP2D6", diplotype)
    assert (meaning.phenotype, meaning.term, meaning.score) == (
        INDETERMINATE,
        "Indeterminate",
        None,
    )


@pytest.mark.parametrize(
    ("gene", "diplotype"),
    [
        ("CYP2C19", "*1/*40"),
        ("CYP2C19", "*41/*41"),
        ("CYP2C19", "*1x2/*1"),
        ("CYP2C19", "*1/*2+*1"),
        ("CYP2B6", "*1x2/*1"),
        ("CYP2B6", "*1/*29+*1"),
        ("CYP2B6", "*1/*50"),
    ],
)
def test_copies_and_alleles_without_a_function_are_indeterminate(gene: str, diplotype: str) -> None:
    """CYP2C19 *40 and *41 are defined, but no table gives their function."""
    assert read_diplotype(gene, diplotype).phenotype == INDETERMINATE


def test_a_gene_without_a_table_is_indeterminate() -> None:
    assert read_diplotype("CYP3A4", "*1/*1").phenotype == INDETERMINATE
    assert known_genes() == set(FILES)


@pytest.mark.parametrize(
    ("diplotype", "score", "phenotype"),
    [
        # Worked by hand from the values of one copy: *1 and *2 1, *17 0.5, *10 and *41 0.25,
        # *4, *5, *13, *36, *68 and *4N none.
        ("*1/*36+*10", "1.25", "normal"),
        ("*36+*10/*36+*10", "0.5", "intermediate"),
        ("*1/[*36 + *10]", "1.25", "normal"),
        ("*4/*68+*4", "0.0", "poor"),
        ("*1/*68+*4", "1.0", "intermediate"),
        ("*4N+*4/*4", "0.0", "poor"),
        ("*2/*13+*2", "2.0", "normal"),
        ("*1/*36x2+*10x2", "1.5", "normal"),
        ("*10x2/*36+*10", "0.75", "intermediate"),
        ("*5/*5", "0.0", "poor"),
        ("*4.013/*4.001", "0.0", "poor"),
        ("*41x3/*41", "1.0", "intermediate"),
        ("*1/*10x3", "1.75", "normal"),
        ("*1x≥3/*1", "≥4.0", "ultrarapid"),
        ("*1x>=3/*36+*10", "≥3.25", "ultrarapid"),
        ("*4x≥3/*4", "0.0", "poor"),
    ],
)
def test_tandems_and_copies_add_up(diplotype: str, score: str, phenotype: str) -> None:
    meaning = read_diplotype("CYP2D6", diplotype)
    assert (str(meaning.score), meaning.phenotype) == (score, phenotype)


def test_a_lower_bound_tells_only_what_every_higher_score_means() -> None:
    """Three copies or more of *10 may be anything from intermediate to ultrarapid."""
    meaning = read_diplotype("CYP2D6", "*10x≥3/*4")
    assert (meaning.phenotype, str(meaning.score)) == (INDETERMINATE, "≥0.75")


CHROMOSOMES = st.lists(
    st.builds(
        lambda allele, copies: f"{allele}{copies}",
        st.sampled_from(
            [row.text("allele") for row in load_table("genes/alleles")] + ["*999", "", "?"]
        ),
        st.sampled_from(["", "", "", "x2", "x3", "x≥3", "xN"]),
    ),
    min_size=1,
    max_size=3,
).map("+".join)


@given(st.sampled_from(sorted(FILES)), CHROMOSOMES, CHROMOSOMES)
def test_the_order_of_the_chromosomes_does_not_matter(gene: str, one: str, other: str) -> None:
    assert read_diplotype(gene, f"{one}/{other}") == read_diplotype(gene, f"{other}/{one}")


@given(st.sampled_from(sorted(FILES)), CHROMOSOMES, CHROMOSOMES)
def test_an_unknown_allele_is_never_more_than_indeterminate(
    gene: str, one: str, other: str
) -> None:
    known = {row.text("allele") for row in load_table("genes/alleles") if row.text("gene") == gene}
    told = {part.split("x")[0] for part in f"{one}+{other}".split("+")}
    meaning = read_diplotype(gene, f"{one}/{other}")
    if not told <= known or "xN" in f"{one}{other}":
        assert meaning.phenotype == INDETERMINATE


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert read_diplotype("CYP2D6", text).term
