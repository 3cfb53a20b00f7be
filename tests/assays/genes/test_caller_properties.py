"""What holds for every sample: less information never makes another call."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement, islice
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.assays.genes.consistent import genotypes
from equipoise.assays.genes.definitions import definitions
from equipoise.assays.genes.observed import Observed, VariantReading
from equipoise.core.star_alleles import read_diplotype

if TYPE_CHECKING:
    from equipoise.core.nouns import GeneCall
    from tests.assays.genes.conftest import Sample, Samples

GENES = ("CYP2C19", "CYP2B6", "CYP2D6")
PHASES = (None, "1", "mixed")


def _person(samples: Samples, gene: str, diplotype: str, phase: str | None, pick: int) -> Sample:
    """Return a person who is unphased, phased, or phased in three sets and otherwise not."""
    if phase != "mixed":
        return samples.person(gene, diplotype, phase=phase, pick=pick)
    plain = samples.person(gene, diplotype, phase="1", pick=pick)
    sets = ("1", "2", "3", None)
    return {
        name: replace(item, phase=sets[(place + pick) % len(sets)])
        for place, (name, item) in enumerate(plain.items())
    }


@st.composite
def people(draw: st.DrawFn) -> tuple[str, str, str | None, int]:
    """Draw a gene, a diplotype of it, how it is phased and which of several bases it has."""
    gene = draw(st.sampled_from(definitions()))
    one, other = draw(st.sampled_from(gene.names)), draw(st.sampled_from(gene.names))
    return gene.gene, f"{one}/{other}", draw(st.sampled_from(PHASES)), draw(st.integers(0, 255))


def _turned(item: Observed) -> Observed:
    """Return a position with the two copies the other way round."""
    assert item.alleles is not None
    return replace(item, alleles=(item.alleles[1], item.alleles[0]))


def _kept(call: GeneCall) -> set[str]:
    return {*call.diplotypes}


@settings(max_examples=150)
@given(person=people(), data=st.data())
def test_without_a_position_no_other_call_is_made(
    samples: Samples, person: tuple[str, str, str | None, int], data: st.DataObject
) -> None:
    """Only a no-call, or a wider set that holds the old one with the same phenotype."""
    gene, diplotype, phase, pick = person
    sample = _person(samples, gene, diplotype, phase, pick)
    before = samples.call(gene, sample)
    for name in data.draw(st.lists(st.sampled_from(sorted(sample)), max_size=4, unique=True)):
        del sample[name]
        after = samples.call(gene, sample)
        if after.diplotypes:
            assert _kept(before) <= _kept(after)
            assert after.phenotype in {before.phenotype, None}
        else:
            assert after.no_call is not None
        assert set(before.phenotypes) <= set(after.phenotypes)
        assert name in {item.id for item in after.missing}
        before = after


@pytest.mark.parametrize(
    ("gene", "diplotype"),
    [
        ("CYP2C19", "*1/*2"),
        ("CYP2C19", "*2/*2"),
        ("CYP2C19", "*2/*17"),
        ("CYP2C19", "*4/*17"),
        ("CYP2B6", "*1/*6"),
        ("CYP2B6", "*6/*18"),
        ("CYP2D6", "*4/*4"),
        ("CYP2D6", "*3/*6"),
    ],
)
def test_each_position_of_common_people_can_be_missing(
    samples: Samples, gene: str, diplotype: str
) -> None:
    """Every position in turn: the truth stays, and no other phenotype is ever called."""
    whole = samples.person(gene, diplotype)
    truth = read_diplotype(gene, diplotype).term
    for name in whole:
        call = samples.call(gene, samples.changed(whole, {name: None}))
        assert call.phenotype in {truth, None}
        if call.phenotype is None:
            assert name in call.deciding
            assert name in str(call.no_call)
        else:
            assert diplotype in call.diplotypes


@given(person=people(), gone=st.sets(st.integers(0, 155), max_size=60))
def test_the_truth_stays_among_what_is_possible(
    samples: Samples, person: tuple[str, str, str | None, int], gone: set[int]
) -> None:
    gene, diplotype, phase, pick = person
    sample = _person(samples, gene, diplotype, phase, pick)
    left = {name: item for k, (name, item) in enumerate(sample.items()) if k not in gone}
    one, other = diplotype.split("/")
    assert {diplotype, f"{other}/{one}"} & set(samples.pairs(gene, left).names())
    call = samples.call(gene, left)
    truth = read_diplotype(gene, diplotype).term
    assert truth in call.phenotypes
    assert call.phenotype in {truth, None}


@given(person=people(), swapped=st.booleans(), order=st.randoms(use_true_random=False))
def test_order_and_which_copy_is_first_change_nothing(
    samples: Samples, person: tuple[str, str, str | None, int], swapped: bool, order: Any
) -> None:
    gene, diplotype, phase, pick = person
    sample = _person(samples, gene, diplotype, phase, pick)
    items = list(sample.items())
    order.shuffle(items)
    other = {
        name: replace(
            item, alleles=item.alleles[::-1] if swapped and item.alleles else item.alleles
        )
        for name, item in items
    }
    assert samples.call(gene, other) == samples.call(gene, sample)


@given(person=people(), gone=st.sets(st.integers(0, 155), min_size=1, max_size=12))
def test_no_reading_of_a_position_that_does_not_decide_leaves_other_phenotypes(
    samples: Samples, person: tuple[str, str, str | None, int], gone: set[int]
) -> None:
    """Brute force: every genotype of every missing position."""
    gene, diplotype, phase, pick = person
    sample = _person(samples, gene, diplotype, phase, pick)
    names = list(sample)
    lost = {names[k] for k in gone if k < len(names)}
    left = {name: item for name, item in sample.items() if name not in lost}
    pairs, call = samples.pairs(gene, left), samples.call(gene, left)
    all_terms = {read_diplotype(gene, told).term for told in pairs.names()}
    changing = {
        position.id
        for position in samples.genes[gene].positions
        if position.id in lost
        and any(
            told and {read_diplotype(gene, name).term for name in told} != all_terms
            for told in (pairs.within(*sets).names() for sets in genotypes(position))
        )
    }
    assert changing <= set(call.deciding)
    assert set(call.deciding) <= lost


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("gene", ["CYP2C19", "CYP2B6"])
def test_every_pair_of_alleles_is_found(samples: Samples, gene: str, phase: str | None) -> None:
    _every_pair(samples, gene, phase)


@pytest.mark.parametrize("phase", PHASES)
def test_many_pairs_of_cyp2d6_are_found(samples: Samples, phase: str | None) -> None:
    _every_pair(samples, "CYP2D6", phase, step=61)


@pytest.mark.slow
@pytest.mark.parametrize("phase", PHASES)
def test_every_pair_of_cyp2d6_is_found(samples: Samples, phase: str | None) -> None:
    _every_pair(samples, "CYP2D6", phase)


def _every_pair(samples: Samples, gene: str, phase: str | None, *, step: int = 1) -> None:
    pairs = enumerate(combinations_with_replacement(samples.genes[gene].names, 2))
    for number, (one, other) in islice(pairs, 0, None, step):
        sample = _person(samples, gene, f"{one}/{other}", phase, number)
        found = samples.pairs(gene, sample).names()
        assert f"{one}/{other}" in found
        if phase == "1":
            assert found == (f"{one}/{other}",)


@pytest.mark.parametrize("gene", GENES)
def test_pairs_mean_what_the_tables_say(samples: Samples, gene: str) -> None:
    """Alleles are grouped by function for speed; each pair still means what it means alone."""
    own = samples.genes[gene]
    for one in range(0, len(own.names), 1 if gene != "CYP2D6" else 7):
        for other in range(one, len(own.names)):
            told = own.terms[own.group_of(one)][own.group_of(other)]
            alone = read_diplotype(gene, f"{own.names[one]}/{own.names[other]}")
            assert told == alone.term


def test_the_reading_is_left_as_it_was(samples: Samples) -> None:
    sample = samples.person("CYP2C19", "*1/*2")
    reading = VariantReading("GRCh38", "synthetic", "0" * 64, tuple(sample.values()))
    copy = tuple(reading.observed)
    samples.call("CYP2C19", sample)
    assert reading.observed == copy
