"""Variants to be looked up, in compact arrays: some sixteen bytes for each variant of a score."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from equipoise.assays.genes.polygenic.alleles import Mark, State, complement

__all__ = ["AllelePairs", "ChromosomeSites", "Floats", "Ints", "Sites", "SitesMaker"]

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]

NO_COPIES: Final = -1


class AllelePairs:
    """Pairs of alleles by number: each pair is kept once, however many variants have it."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self.pairs: list[tuple[str, str]] = []

    def number(self, effect: str, other: str) -> int:
        """Return the number of the pair, a new one where it was not seen before."""
        pair = (effect, other)
        found = self._numbers.get(pair)
        if found is None:
            found = self._numbers[pair] = len(self.pairs)
            self.pairs.append(pair)
        return found

    def alone(self) -> npt.NDArray[np.bool_]:
        """Return for each pair whether its other allele is not known."""
        return np.array([not other for _, other in self.pairs], dtype=bool)

    def unordered(self) -> Ints:
        """Return for each pair a number that it shares with its swap and its other strand."""
        seen: dict[tuple[str, ...], int] = {}
        out = np.empty(len(self.pairs), dtype=np.int32)
        for number, (effect, other) in enumerate(self.pairs):
            same = tuple(sorted((effect, other)))
            turned = tuple(sorted((complement(effect), complement(other))))
            key = min(same, turned) if effect and complement(effect) and other else same
            out[number] = seen.setdefault(key, len(seen))
        return out


@dataclass(slots=True)
class ChromosomeSites:
    """The variants of one chromosome in order of position, and what became of each.

    Parameters
    ----------
    position : ndarray of int32
        Sorted.
    pair : ndarray of int32
        Number of the pair of alleles.
    values : ndarray of float, shape (n, columns)
        Weights or loadings, in the order of the positions.
    state, mark : ndarray of uint8
        :class:`State` and :class:`Mark` of each variant.
    copies : ndarray of int8
        Copies of the effect allele; -1 where they are not known.
    """

    position: Ints
    pair: Ints
    values: Floats
    state: Bytes
    mark: Bytes
    copies: npt.NDArray[np.int8]


@dataclass(slots=True)
class Sites:
    """All variants that are looked up in one file.

    Parameters
    ----------
    pairs : list of (str, str)
        Effect and other allele by number.
    by_chromosome : dict of str to ChromosomeSites
        In no particular order.
    keep_ambiguous : bool
        Whether A/T and C/G variants are counted as given.
    """

    pairs: list[tuple[str, str]]
    by_chromosome: dict[str, ChromosomeSites] = field(default_factory=dict)
    keep_ambiguous: bool = False

    def __iter__(self) -> Iterator[ChromosomeSites]:
        return iter(self.by_chromosome.values())

    def __len__(self) -> int:
        return sum(len(one.position) for one in self)

    def joined(self, name: str) -> npt.NDArray[Any]:
        """Return one field of all chromosomes, in their order."""
        parts = [getattr(one, name) for one in self]
        return np.concatenate(parts) if parts else np.empty(0)


class SitesMaker:
    """Collects variants row by row without keeping an object for each.

    Parameters
    ----------
    columns : int
        Numbers that each variant carries.
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self.pairs = AllelePairs()
        self._rows: dict[str, tuple[array[int], array[int], array[float]]] = {}

    def extend(self, chromosome: str, position: Ints, pair: Ints, values: Floats) -> None:
        """Keep variants of one chromosome.

        Parameters
        ----------
        chromosome : str
            Name without ``chr``.
        position : ndarray of int32
            From 1, in the build of the file.
        pair : ndarray of int32
            Numbers of the pairs of alleles.
        values : ndarray of float, shape (n, columns)
            What each variant carries.
        """
        if chromosome not in self._rows:
            self._rows[chromosome] = (array("i"), array("i"), array("d"))
        positions, pairs, numbers = self._rows[chromosome]
        positions.frombytes(position.astype(np.int32, copy=False).tobytes())
        pairs.frombytes(pair.astype(np.int32, copy=False).tobytes())
        numbers.frombytes(values.astype(np.float64, copy=False).tobytes())

    def finish(self) -> Sites:
        """Return the variants in order; a variant that stands twice is marked, never counted."""
        sites = Sites(self.pairs.pairs)
        unordered, alone = self.pairs.unordered(), self.pairs.alone()
        # One chromosome after another, each forgotten as soon as it is sorted.
        for chromosome in list(self._rows):
            positions, pairs, numbers = self._rows.pop(chromosome)
            sites.by_chromosome[chromosome] = _sorted(
                np.frombuffer(positions, dtype=np.int32),
                np.frombuffer(pairs, dtype=np.int32),
                np.frombuffer(numbers, dtype=np.float64).reshape(-1, self._columns),
                unordered,
                alone,
            )
        return sites


def _sorted(
    position: Ints, pair: Ints, values: Floats, unordered: Ints, alone: npt.NDArray[np.bool_]
) -> ChromosomeSites:
    same = unordered[pair]
    order = np.lexsort((same, position))
    position, same = position[order], same[order]
    state = np.full(len(position), State.ABSENT, dtype=np.uint8)
    twice = np.diff(position) == 0
    unclear = position[alone[pair[order]]]
    # A row without its other allele may be any other row of its position.
    twice &= (np.diff(same) == 0) | (np.isin(position[1:], unclear) if unclear.size else False)
    state[1:][twice] = State.DUPLICATE
    state[:-1][twice] = State.DUPLICATE
    return ChromosomeSites(
        position=position,
        pair=pair[order],
        values=values[order],
        state=state,
        mark=np.full(len(position), Mark.NONE, dtype=np.uint8),
        copies=np.full(len(position), NO_COPIES, dtype=np.int8),
    )
