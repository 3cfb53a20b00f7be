"""Pairs of star alleles that explain everything that was read, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from equipoise.assays.genes.definitions import Definition, Position, bits

__all__ = ["Pairs", "Seen", "consistent", "genotypes"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A position that was read.

    Parameters
    ----------
    position : Position
        The position.
    alleles : tuple of (str, str)
        Bases of the two copies.
    phase : str or None
        Phase set; None where unphased.
    """

    position: Position
    alleles: tuple[str, str]
    phase: str | None = None

    @property
    def sets(self) -> tuple[int, int]:
        """The alleles that may have the first bases, and those that may have the second."""
        one, other = self.alleles
        return self.position.carriers.get(one, 0), self.position.carriers.get(other, 0)

    @property
    def same(self) -> bool:
        """Whether both copies look the same."""
        return self.alleles[0] == self.alleles[1]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of alleles of one gene.

    Parameters
    ----------
    definition : Definition
        The gene.
    partners : tuple of int
        For each allele the set of those that it may stand with; every pair stands in both rows.
    """

    definition: Definition
    partners: tuple[int, ...]

    def __bool__(self) -> bool:
        return any(self.partners)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield every pair once, the lower allele first."""
        for one, row in enumerate(self.partners):
            for other in bits(row >> one):
                yield one, one + other

    @property
    def count(self) -> int:
        """How many there are."""
        return sum((row >> one).bit_count() for one, row in enumerate(self.partners))

    def names(self) -> tuple[str, ...]:
        """Return them as diplotypes, in order of the allele numbers."""
        names = self.definition.names
        return tuple(f"{names[one]}/{names[other]}" for one, other in self)

    def kinds(self) -> tuple[tuple[str, str, bool], ...]:
        """Return one model for all pairs that mean the same: two alleles, and if they are equal."""
        gene = self.definition
        found: dict[tuple[int, int, bool], None] = {}
        for one, row in enumerate(self.partners):
            if not row:
                continue
            mine = gene.group_of(one)
            for theirs, group in enumerate(gene.groups):
                others = row & group
                if others & ~(1 << one):
                    found[min(mine, theirs), max(mine, theirs), False] = None
                if others >> one & 1:
                    found[mine, mine, True] = None
        return tuple((gene.models[a], gene.models[b], same) for a, b, same in found)

    def terms(
        self, one: int = -1, other: int = -1, enough: frozenset[str] = frozenset()
    ) -> frozenset[str]:
        """Return the CPIC terms of the pairs with an allele of each of two sets.

        Parameters
        ----------
        one, other : int
            The sets; without them every pair counts.
        enough : frozenset of str
            Stop as soon as all of these are found.

        Returns
        -------
        frozenset of str
            ``Intermediate Metabolizer``; none where there is no such pair.
        """
        gene = self.definition
        found: set[str] = set()
        for allele in bits(one & gene.everything):
            row = self.partners[allele] & other
            if not row:
                continue
            terms = gene.terms[gene.group_of(allele)]
            found.update(terms[i] for i, group in enumerate(gene.groups) if row & group)
            if enough and found >= enough:
                break
        return frozenset(found)

    def within(self, one: int, other: int) -> Pairs:
        """Return those with an allele of each of two sets."""
        rows = [
            row & ((other if one >> k & 1 else 0) | (one if other >> k & 1 else 0))
            for k, row in enumerate(self.partners)
        ]
        return Pairs(self.definition, tuple(rows))


def consistent(definition: Definition, seen: Iterable[Seen]) -> Pairs:
    """Return every pair of alleles that explains what was read.

    Parameters
    ----------
    definition : Definition
        The gene.
    seen : iterable of Seen
        Positions that were read; one that was not read constrains nothing. Positions of one phase
        set keep their order, all others may stand in either order.

    Returns
    -------
    Pairs
        Empty where no pair of named alleles explains everything.
    """
    alive = definition.everything
    blocks: dict[object, tuple[int, int]] = {}
    for place, item in enumerate(seen):
        one, other = item.sets
        alive &= one | other
        if item.same:
            continue
        key: object = place if item.phase is None else item.phase
        first, second = blocks.get(key, (definition.everything, definition.everything))
        blocks[key] = (first & one, second & other)
    pairs = Pairs(
        definition,
        tuple(alive if alive >> k & 1 else 0 for k in range(len(definition.names))),
    )
    for one, other in blocks.values():
        pairs = pairs.within(one, other)
    return pairs


def genotypes(position: Position) -> Iterator[tuple[int, int]]:
    """Yield what a reading of the position could leave: for each pair of bases their two sets."""
    sets = tuple(position.carriers.values())
    for place, one in enumerate(sets):
        for other in sets[place:]:
            yield (one, other) if one.bit_count() <= other.bit_count() else (other, one)
