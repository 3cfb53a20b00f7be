"""Calls of another test: they settle CYP2D6, and never silently contradict the variants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from equipoise.core.nouns import GeneCall

if TYPE_CHECKING:
    from tests.assays.genes.conftest import Samples


def _told(diplotype: str, gene: str = "CYP2D6") -> GeneCall:
    return GeneCall(gene, (diplotype,), None, source="outside")


@pytest.mark.parametrize(
    ("variants", "outside", "phenotype", "score"),
    [
        ("*1/*4", "*1/*4", "Intermediate Metabolizer", "1.0"),
        ("*1/*4", "*1x2/*4", "Normal Metabolizer", "2.0"),
        ("*1/*1", "*1/*5", "Intermediate Metabolizer", "1.0"),
        ("*1/*1", "*1/*1x2", "Ultrarapid Metabolizer", "3.0"),
        ("*1/*1", "*1x≥3/*1", "Ultrarapid Metabolizer", "≥4.0"),
        ("*4/*4", "*4/*5", "Poor Metabolizer", "0.0"),
        ("*1/*10", "*36+*10/*1", "Normal Metabolizer", "1.25"),
        ("*10/*10", "*36+*10/*10", "Intermediate Metabolizer", "0.5"),
        ("*1/*4", "*68+*4/*1", "Intermediate Metabolizer", "1.0"),
        ("*1/*4", "*4.001/*1", "Intermediate Metabolizer", "1.0"),
    ],
)
def test_an_outside_call_that_fits_stands(
    samples: Samples, variants: str, outside: str, phenotype: str, score: str
) -> None:
    call = samples.call("CYP2D6", samples.person("CYP2D6", variants), _told(outside))
    assert call.source == "outside"
    assert call.diplotypes == (outside,)
    assert call.no_call is None
    assert (call.phenotype, call.activity_score) == (phenotype, score)
    assert call.phenotypes == (phenotype,)
    assert (call.deciding, call.consistent, call.settled_by) == ((), (), ())


@pytest.mark.parametrize(
    ("variants", "outside", "named"),
    [
        ("*4/*4", "*1/*4", "*4/*4"),
        ("*1/*4", "*1/*1", "*1/*4"),
        ("*1/*4", "*1/*5", "*1/*4"),
        ("*1/*4", "*4/*5", "*1/*4"),
        ("*1/*1", "*1x2/*4", "*1/*1"),
        ("*1/*1", "*36+*10/*1", "*1/*1"),
    ],
)
def test_an_outside_call_that_the_variants_contradict_is_no_call_that_names_both(
    samples: Samples, variants: str, outside: str, named: str
) -> None:
    call = samples.call("CYP2D6", samples.person("CYP2D6", variants), _told(outside))
    assert call.diplotypes == ()
    assert call.phenotype is None
    assert call.no_call is not None
    assert f"another test reports {outside}" in call.no_call
    assert f"fit only {named}" in call.no_call
    assert call.consistent == (named,)
    assert call.settled_by == ("a repeat of both tests from one sample",)


@pytest.mark.parametrize("outside", ["*1", "positive", "*1/*4/*5", "1/4", "*1/", "*1x2+/*4"])
def test_an_unreadable_outside_call_is_no_call(samples: Samples, outside: str) -> None:
    call = samples.call("CYP2D6", samples.person("CYP2D6", "*1/*4"), _told(outside))
    assert call.diplotypes == ()
    assert call.no_call is not None
    assert outside in call.no_call


def test_copies_that_were_not_counted_are_no_call(samples: Samples) -> None:
    call = samples.call("CYP2D6", samples.person("CYP2D6", "*1/*4"), _told("*1xN/*4"))
    assert call.no_call is not None
    assert "without the number of copies" in call.no_call


def test_two_other_tests_that_disagree_are_no_call(samples: Samples) -> None:
    told = (_told("*1/*4"), _told("*1x2/*4"))
    call = samples.call("CYP2D6", samples.person("CYP2D6", "*1/*4"), *told)
    assert call.no_call == "other tests disagree: *1/*4 and *1x2/*4"


def test_an_outside_call_stands_where_the_file_lacks_the_gene(samples: Samples) -> None:
    call = samples.call("CYP2D6", {}, _told("*1/*41"))
    assert call.diplotypes == ("*1/*41",)
    assert call.activity_score == "1.25"
    assert len(call.missing) == len(samples.genes["CYP2D6"].positions)


def test_an_outside_call_settles_a_missing_position(samples: Samples) -> None:
    person = samples.changed(samples.person("CYP2C19", "*1/*1"), {"rs12248560": None})
    call = samples.call("CYP2C19", person, _told("*1/*17", "CYP2C19"))
    assert (call.diplotypes, call.phenotype) == (("*1/*17",), "Rapid Metabolizer")
    wrong = samples.call("CYP2C19", person, _told("*1/*2", "CYP2C19"))
    assert wrong.diplotypes == ()


def test_a_phenotype_without_a_diplotype_stands_only_where_it_is_possible(
    samples: Samples,
) -> None:
    person = samples.person("CYP2D6", "*1/*4")
    fits = GeneCall("CYP2D6", (), "Intermediate Metabolizer", source="outside")
    assert samples.call("CYP2D6", person, fits).phenotype == "Intermediate Metabolizer"
    wrong = GeneCall("CYP2D6", (), "Poor Metabolizer", source="outside")
    call = samples.call("CYP2D6", person, wrong)
    assert call.phenotype is None
    assert call.no_call is not None
    assert "Poor Metabolizer" in call.no_call


def test_a_phenotype_that_the_tables_read_otherwise_is_said(samples: Samples) -> None:
    told = GeneCall("CYP2D6", ("*1/*41",), "Intermediate Metabolizer", source="outside")
    call = samples.call("CYP2D6", samples.person("CYP2D6", "*1/*41"), told)
    assert call.phenotype == "Normal Metabolizer"
    assert any("Intermediate Metabolizer" in flag for flag in call.flags)
