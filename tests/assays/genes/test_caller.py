"""Hand-worked cases of the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from equipoise.assays.genes.caller import call_genes
from equipoise.assays.genes.observed import Observed, VariantReading

if TYPE_CHECKING:
    from tests.assays.genes.conftest import Samples

INTERMEDIATE, POOR, NORMAL = "Intermediate Metabolizer", "Poor Metabolizer", "Normal Metabolizer"


@pytest.mark.parametrize(
    ("gene", "diplotype", "phenotype"),
    [
        ("CYP2C19", "*1/*1", NORMAL),
        ("CYP2C19", "*1/*2", INTERMEDIATE),
        ("CYP2C19", "*2/*2", POOR),
        ("CYP2C19", "*1/*17", "Rapid Metabolizer"),
        ("CYP2C19", "*17/*17", "Ultrarapid Metabolizer"),
        ("CYP2C19", "*1/*12", "Indeterminate"),
        ("CYP2B6", "*1/*6", INTERMEDIATE),
        ("CYP2B6", "*6/*6", POOR),
        ("CYP2B6", "*4/*4", "Ultrarapid Metabolizer"),
        ("CYP2D6", "*4/*4", POOR),
        ("CYP2D6", "*3/*6", POOR),
    ],
)
def test_complete_samples_are_called(
    samples: Samples, gene: str, diplotype: str, phenotype: str
) -> None:
    call = samples.call(gene, samples.person(gene, diplotype, phase="1"))
    assert call.diplotypes == (diplotype,)
    assert call.phenotype == phenotype
    assert call.no_call is None
    assert call.missing == ()


def test_a_missing_position_is_never_read_as_the_reference(samples: Samples) -> None:
    """The sample that a well-known program reports as *1/*1 Normal Metabolizer."""
    person = samples.person("CYP2C19", "*2/*2")
    call = samples.call("CYP2C19", samples.changed(person, {"rs12769205": None}))
    assert call.diplotypes == ("*2/*2",)
    assert call.phenotype == POOR
    assert [item.id for item in call.missing] == ["rs12769205"]


def test_the_defining_position_missing_is_no_call(samples: Samples) -> None:
    person = samples.person("CYP2C19", "*1/*1")
    call = samples.call("CYP2C19", samples.changed(person, {"rs12248560": None}))
    assert call.diplotypes == ()
    assert call.phenotype is None
    assert call.deciding == ("rs12248560",)
    assert call.no_call is not None
    assert "rs12248560 (chr10:94761900: not in the file) was not read" in call.no_call
    assert call.consistent == ("*1/*1", "*1/*17", "*17/*17")
    assert call.if_reference == ("*1/*1",)
    assert call.phenotypes == ("Ultrarapid Metabolizer", "Rapid Metabolizer", NORMAL)
    assert call.settled_by == ("genotypes at rs12248560",)


def test_a_missing_position_that_changes_nothing_is_only_named(samples: Samples) -> None:
    """rs3758581 tells *1 from *38, and both are normal."""
    person = samples.person("CYP2C19", "*1/*1")
    call = samples.call("CYP2C19", samples.changed(person, {"rs3758581": None}))
    assert call.diplotypes == ("*1/*1", "*1/*38", "*38/*38")
    assert call.phenotype == NORMAL
    assert [item.where for item in call.missing] == ["chr10:94842866"]


def test_positions_are_named_in_the_build_of_the_file(samples: Samples) -> None:
    person = samples.changed(samples.person("CYP2C19", "*1/*1"), {"rs12248560": None})
    call = samples.call("CYP2C19", person, build="GRCh37")
    assert call.missing[0].where == "chr10:96521657"


def test_phase_tells_star_6_from_4_and_9(samples: Samples) -> None:
    """516G>T and 785A>G on one chromosome are *6; on two they are *9 and *4."""
    unphased = samples.call("CYP2B6", samples.person("CYP2B6", "*1/*6"))
    assert unphased.diplotypes == ("*1/*6", "*4/*9")
    assert unphased.phenotype == INTERMEDIATE
    for diplotype in ("*1/*6", "*4/*9"):
        phased = samples.call("CYP2B6", samples.person("CYP2B6", diplotype, phase="7"))
        assert phased.diplotypes == (diplotype,)


def test_two_phase_sets_say_no_more_than_none(samples: Samples) -> None:
    person = samples.person("CYP2B6", "*1/*6", phase="7")
    item = person["rs3745274"]
    person["rs3745274"] = Observed(item.position, item.alleles, "8")
    assert samples.call("CYP2B6", person).diplotypes == ("*1/*6", "*4/*9")


def test_star_4_with_the_variant_of_star_17_in_cis_and_trans(samples: Samples) -> None:
    """*4 has rs12248560 T or C, so unphased it may stand with *1 or with *17."""
    base = samples.person("CYP2C19", "*1/*1")
    both = {"rs12248560": "C/T", "rs28399504": "A/G"}
    call = samples.call("CYP2C19", samples.changed(base, both))
    assert call.diplotypes == ("*1/*4", "*4/*17")
    assert call.phenotype == INTERMEDIATE
    twice = samples.call("CYP2C19", samples.changed(base, {**both, "rs12248560": "T/T"}))
    assert twice.diplotypes == ("*4/*17",)


def test_one_position_with_two_variants(samples: Samples) -> None:
    """rs3211371: A is *33, T is *5; rs5030865: A is *8, T is *14."""
    base = samples.person("CYP2B6", "*1/*1")
    assert samples.call("CYP2B6", samples.changed(base, {"rs3211371": "A/T"})).diplotypes == (
        "*5/*33",
    )
    assert samples.call("CYP2B6", samples.changed(base, {"rs3211371": "C/T"})).diplotypes == (
        "*1/*5",
    )
    base = samples.person("CYP2D6", "*14/*14")
    poor = samples.call("CYP2D6", samples.changed(base, {"rs5030865": "A/A"}))
    assert (poor.diplotypes, poor.phenotype) == (("*8/*8",), POOR)
    person = samples.changed(base, {"rs5030865": "A/T"})
    assert samples.call("CYP2D6", person).consistent == ("*8/*14",)


@pytest.mark.parametrize(
    ("position", "bases", "diplotype"),
    [
        ("rs35742686", "CT/C", "*1/*3"),
        ("rs5030655", "CA/C", "*1/*6"),
        ("rs5030656", "CCTT/C", "*1/*9"),
    ],
)
def test_deletions_of_cyp2d6(samples: Samples, position: str, bases: str, diplotype: str) -> None:
    person = samples.changed(samples.person("CYP2D6", "*1/*1"), {position: bases})
    call = samples.call("CYP2D6", person)
    assert diplotype in call.consistent
    assert call.if_reference == call.consistent


def test_cyp2d6_without_a_test_of_copy_number(samples: Samples) -> None:
    call = samples.call("CYP2D6", samples.person("CYP2D6", "*1/*4"))
    assert call.diplotypes == ()
    assert call.phenotype is None
    assert call.no_call is not None
    assert "copy number" in call.no_call
    assert call.consistent == ("*1/*4",)
    assert call.phenotypes == (INTERMEDIATE, NORMAL, "Ultrarapid Metabolizer")
    assert call.settled_by == ("a test of the structure and copy number of CYP2D6",)


def test_a_deletion_can_hide_only_behind_two_equal_copies(samples: Samples) -> None:
    """*1/*1 may be *1/*5, an intermediate; *1/*2 has both copies."""
    alone = samples.call("CYP2D6", samples.person("CYP2D6", "*1/*1"))
    assert INTERMEDIATE in alone.phenotypes
    two = samples.call("CYP2D6", samples.person("CYP2D6", "*1/*2", phase="1"))
    assert INTERMEDIATE not in two.phenotypes


def test_cyp2d6_is_called_where_no_structure_could_change_it(samples: Samples) -> None:
    call = samples.call("CYP2D6", samples.person("CYP2D6", "*4/*4"))
    assert call.diplotypes == ("*4/*4",)
    assert (call.phenotype, call.activity_score) == (POOR, "0.0")
    assert any("copy number" in flag for flag in call.flags)


def test_a_base_that_no_allele_has_is_no_call_that_names_it(samples: Samples) -> None:
    person = samples.changed(samples.person("CYP2C19", "*1/*17"), {"rs28399504": "A/C"})
    call = samples.call("CYP2C19", person)
    assert call.diplotypes == ()
    assert call.no_call == "no named allele of CYP2C19 has C at rs28399504 (chr10:94762706)"


def test_bases_that_no_pair_explains_are_named(samples: Samples) -> None:
    """rs4244285 A stands only with rs12769205 G, in *2."""
    person = samples.changed(samples.person("CYP2C19", "*1/*1"), {"rs4244285": "G/A"})
    call = samples.call("CYP2C19", person)
    assert call.diplotypes == ()
    assert call.no_call is not None
    assert call.no_call.startswith("no pair of named alleles of CYP2C19")
    assert "rs4244285" in call.no_call


def test_several_phenotypes_with_everything_read_ask_for_phasing(samples: Samples) -> None:
    """*13 is *6 with the variant of *8: on one chromosome it leaves the other one normal."""
    call = samples.call("CYP2B6", samples.person("CYP2B6", "*1/*13"))
    assert call.diplotypes == ("*1/*13", "*6/*8")
    assert (call.phenotype, call.no_call, call.deciding) == (None, None, ())
    assert call.phenotypes == (INTERMEDIATE, POOR)
    assert call.settled_by == ("phasing: long reads, or the genotypes of the parents",)
    phased = samples.call("CYP2B6", samples.person("CYP2B6", "*1/*13", phase="1"))
    assert (phased.diplotypes, phased.phenotype) == (("*1/*13",), INTERMEDIATE)


def test_an_unphased_pair_that_means_the_same_is_a_call(samples: Samples) -> None:
    person = samples.changed(
        samples.person("CYP2C19", "*1/*1"), {"rs12769205": "A/G", "rs17882687": "A/C"}
    )
    call = samples.call("CYP2C19", person)
    assert call.diplotypes == ("*1/*35", "*15/*35")
    assert call.phenotype == INTERMEDIATE


def test_a_gap_and_an_untested_structure_are_both_said(samples: Samples) -> None:
    person = samples.changed(samples.person("CYP2D6", "*4/*4"), {"rs3892097": None})
    call = samples.call("CYP2D6", person)
    assert call.no_call is not None
    assert "rs3892097 (chr22:42128945: not in the file)" in call.no_call
    assert "copy number" in call.no_call
    assert call.deciding[0] == "rs3892097"


def test_what_else_the_file_says_is_passed_on() -> None:
    reading = VariantReading(
        "GRCh38",
        "A17",
        "ab" * 32,
        (Observed("rs12248560", None, None, "failed the filter LowQual"),),
        ("the file has no index",),
    )
    (first, *_) = call_genes(reading)
    assert first.gene == "CYP2C19"
    assert first.flags[0] == "the file has no index"
    assert first.missing[0].why == "failed the filter LowQual"
    assert first.version == "2025-11-05"
    assert first.provenance is not None
    assert first.provenance.inputs[0].sha256 == "ab" * 32
    assert dict(first.provenance.parameters) == {"build": "GRCh38"}


def test_an_empty_file_is_no_call_of_every_gene(samples: Samples) -> None:
    for gene in samples.genes:
        call = samples.call(gene, {})
        assert call.diplotypes == ()
        assert call.consistent == ()
        assert call.no_call is not None
        assert f"no position of {gene} was read" in call.no_call
        assert len(call.missing) == len(samples.genes[gene].positions)
