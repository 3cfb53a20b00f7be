"""Positions that decide only together, in a gene made up for the purpose."""

from __future__ import annotations

import pytest

from equipoise.assays.genes.consistent import Seen, consistent
from equipoise.assays.genes.deciding import as_in_reference, deciding
from equipoise.assays.genes.definitions import Definition, Position


def _position(name: str, alternative: int) -> Position:
    """Return a position where the alleles of a set have G and the others A."""
    carriers = {"A": 0b1111 & ~alternative, "G": alternative}
    return Position(name, {"GRCh38": f"chr1:{name}"}, {"GRCh38": "A"}, carriers)


@pytest.fixture
def checkerboard() -> Definition:
    """Four alleles AA, GG, AG and GA; the first two mean one thing, the last two another.

    Either position alone tells nothing, both together everything.
    """
    return Definition(
        gene="MADEUP",
        version="n/a",
        names=("*1", "*2", "*3", "*4"),
        structural=frozenset(),
        positions=(_position("p", 0b1010), _position("q", 0b0110), _position("r", 0b0000)),
        groups=(0b0011, 0b1100),
        models=("*1", "*3"),
        terms=(("normal", "between"), ("between", "poor")),
    )


def test_positions_that_decide_only_together_are_all_named(checkerboard: Definition) -> None:
    pairs = consistent(checkerboard, [])
    assert pairs.terms() == {"normal", "between", "poor"}
    found = deciding(pairs, checkerboard.positions)
    assert [position.id for position in found] == ["p", "q"]


def test_one_of_them_read_leaves_the_other_alone(checkerboard: Definition) -> None:
    p, q, r = checkerboard.positions
    pairs = consistent(checkerboard, [Seen(p, ("A", "A"))])
    assert pairs.names() == ("*1/*1", "*1/*3", "*3/*3")
    assert [position.id for position in deciding(pairs, (q, r))] == ["q"]


def test_nothing_decides_where_all_is_read(checkerboard: Definition) -> None:
    p, q, _ = checkerboard.positions
    unphased = consistent(checkerboard, [Seen(p, ("A", "G")), Seen(q, ("A", "G"))])
    assert unphased.names() == ("*1/*2", "*3/*4")
    assert deciding(unphased, ()) == ()
    phased = [Seen(p, ("A", "G"), "1"), Seen(q, ("G", "A"), "1")]
    assert consistent(checkerboard, phased).names() == ("*3/*4",)


def test_want_of_phase_is_not_taken_for_a_missing_position(checkerboard: Definition) -> None:
    """The third position is the same in every allele: reading it would leave both pairs."""
    p, q, r = checkerboard.positions
    pairs = consistent(checkerboard, [Seen(p, ("A", "G")), Seen(q, ("A", "G"))])
    assert pairs.terms() == {"normal", "poor"}
    assert deciding(pairs, (r,)) == ()


def test_as_in_the_reference_leaves_open_what_cannot_be(checkerboard: Definition) -> None:
    p, q, r = checkerboard.positions
    read = consistent(checkerboard, [Seen(p, ("G", "G"))])
    assert as_in_reference(read, (q, r), "GRCh38").names() == ("*4/*4",)
    only = consistent(checkerboard, [Seen(p, ("G", "G")), Seen(q, ("G", "G"))])
    assert as_in_reference(only, (r,), "GRCh38").names() == ("*2/*2",)


def test_what_tells_pairs_apart_but_no_phenotypes_does_not_decide() -> None:
    """Two alleles have twins that differ at a third position and mean the same."""
    twins = Definition(
        gene="MADEUP",
        version="n/a",
        names=("*1", "*2", "*3", "*4", "*5", "*6"),
        structural=frozenset(),
        positions=(
            Position("p", {"GRCh38": "chr1:1"}, {"GRCh38": "A"}, {"A": 0b110101, "G": 0b001010}),
            Position("q", {"GRCh38": "chr1:2"}, {"GRCh38": "A"}, {"A": 0b011001, "G": 0b100110}),
            Position("s", {"GRCh38": "chr1:3"}, {"GRCh38": "A"}, {"A": 0b001111, "G": 0b110000}),
        ),
        groups=(0b010011, 0b101100),
        models=("*1", "*3"),
        terms=(("normal", "between"), ("between", "poor")),
    )
    p, q, s = twins.positions
    pairs = consistent(twins, [Seen(p, ("A", "G")), Seen(q, ("A", "G"))])
    assert pairs.names() == ("*1/*2", "*2/*5", "*3/*4", "*4/*6")
    assert pairs.terms() == {"normal", "poor"}
    assert deciding(pairs, (s,)) == ()
