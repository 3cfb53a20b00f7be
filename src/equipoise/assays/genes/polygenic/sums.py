"""Adds the weights up, and counts what could not be added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from equipoise.assays.genes.polygenic.alleles import PLOIDY, Mark, State
from equipoise.assays.genes.polygenic.matching import COUNTED
from equipoise.assays.genes.polygenic.result import Tally
from equipoise.assays.genes.polygenic.scoring_file import ScoringFile, sizes_of
from equipoise.assays.genes.polygenic.sites import ChromosomeSites

__all__ = ["Sums", "add_up"]

_WHY: Final = {
    State.ABSENT: "no record at the position",
    State.MISSING: "the genotype was not read",
    State.OTHER_ALLELES: "other alleles at the position",
    State.AMBIGUOUS: "the strand cannot be told (A/T or C/G)",
    State.DUPLICATE: "stands twice in the scoring file",
    State.CONTRADICTED: "records of the position contradict each other",
    State.ONE_COPY: "not two copies of the chromosome",
    State.UNKNOWN_BASE: "reference, but no line tells its base",
}
_NOTES: Final = {
    Mark.FLIPPED: "counted on the other strand",
    Mark.AMBIGUOUS: "counted as given although the strand cannot be told (A/T or C/G)",
}
_SOURCES: Final = {
    State.FROM_BLOCK: "counted as reference from a block of the file",
    State.ASSUMED: "counted as reference although the file says nothing",
}
IMPUTED: Final = "filled in from the frequency of the effect allele"
Sizes = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sums:
    """The sum, and what it was made of.

    Parameters
    ----------
    total : float
        Sum of weight by copies.
    counted : int
        Variants with a genotype.
    filled : int
        Variants filled in from frequencies.
    match_rate, weight_rate : float
        Shares of all rows and of their absolute weight that were counted.
    tallies, notes : tuple of Tally
        What was not counted, and what was counted in a way worth saying.
    """

    total: float
    counted: int
    filled: int
    match_rate: float
    weight_rate: float
    tallies: tuple[Tally, ...]
    notes: tuple[Tally, ...]

    @property
    def alleles(self) -> int:
        """Alleles in the sum, those filled in among them."""
        return PLOIDY * (self.counted + self.filled)

    def how_many(self, state: State) -> int:
        """Return how many variants have a fate."""
        return sum(tally.variants for tally in self.tallies if tally.why == _WHY[state])


class _Counter:
    """Variants and absolute weight by reason."""

    def __init__(self) -> None:
        self._found: dict[str, list[float]] = {}

    def add(self, why: str, variants: int, weight: float) -> None:
        """Add variants with their absolute weight."""
        if variants:
            line = self._found.setdefault(why, [0, 0.0])
            line[0] += variants
            line[1] += weight

    def tallies(self, whole: float) -> tuple[Tally, ...]:
        """Return the tallies, most variants first."""
        found = [
            Tally(why, int(variants), weight / whole if whole else 0.0)
            for why, (variants, weight) in self._found.items()
        ]
        return tuple(sorted(found, key=lambda tally: (-tally.variants, tally.why)))


def add_up(file: ScoringFile) -> Sums:
    """Return the sum over everything that was looked up."""
    lost, notes = _Counter(), _Counter()
    total = whole = kept = 0.0
    counted = filled = 0
    for why, left_out in file.unplaced.items():
        lost.add(why, left_out.rows, left_out.weight)
        whole += left_out.weight
    for place in file.sites:
        weights = place.values[:, :-1] if file.with_frequency else place.values
        sizes = sizes_of(weights, file.by_genotype)
        taken = np.isin(place.state, COUNTED)
        total += _sum(weights[taken], place.copies[taken], file.by_genotype)
        counted += int(taken.sum())
        whole += float(sizes.sum())
        kept += float(sizes[taken].sum())
        _count(place, sizes, lost, notes)
        if file.with_frequency:
            added, variants = _fill_in(place, weights, file.by_genotype)
            total, filled = total + added, filled + variants
    notes.add(IMPUTED, filled, 0.0)
    return Sums(
        total=total,
        counted=counted,
        filled=filled,
        match_rate=counted / file.rows,
        weight_rate=kept / whole if whole else 0.0,
        tallies=lost.tallies(whole),
        notes=notes.tallies(whole),
    )


def _sum(weights: Sizes, copies: npt.NDArray[np.int8], by_genotype: bool) -> float:
    if by_genotype:
        return float(np.take_along_axis(weights, copies[:, None].astype(np.intp), axis=1).sum())
    return float((weights[:, 0] * copies).sum())


def _count(place: ChromosomeSites, sizes: Sizes, lost: _Counter, notes: _Counter) -> None:
    for state, why in _WHY.items():
        here = place.state == state
        lost.add(why, int(here.sum()), float(sizes[here].sum()))
    for state, why in _SOURCES.items():
        here = place.state == state
        notes.add(why, int(here.sum()), float(sizes[here].sum()))
    taken = np.isin(place.state, COUNTED)
    for mark, why in _NOTES.items():
        here = taken & ((place.mark & mark) != 0)
        notes.add(why, int(here.sum()), float(sizes[here].sum()))


def _fill_in(place: ChromosomeSites, weights: Sizes, by_genotype: bool) -> tuple[float, int]:
    """Return what genotypes that were not read add on average, and how many have a frequency."""
    frequency = place.values[:, -1]
    here = (place.state == State.MISSING) & np.isfinite(frequency)
    p, w = frequency[here], weights[here]
    if by_genotype:
        chances = np.stack([(1 - p) ** 2, 2 * p * (1 - p), p**2], axis=1)
        return float((w * chances).sum()), int(here.sum())
    return float((w[:, 0] * PLOIDY * p).sum()), int(here.sum())
