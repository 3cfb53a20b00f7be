"""Synthetic samples of the pharmacogenes, made from the definition tables themselves."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from equipoise.assays.genes.caller import call_genes
from equipoise.assays.genes.consistent import Pairs, Seen, consistent
from equipoise.assays.genes.definitions import Definition, Position, definitions
from equipoise.assays.genes.observed import Observed, VariantReading
from equipoise.core.nouns import GeneCall

Sample = dict[str, Observed]


class Samples:
    """Makes people with two given star alleles, and calls them."""

    def __init__(self) -> None:
        self.genes: dict[str, Definition] = {gene.gene: gene for gene in definitions()}
        self.plain = {name: [*self.person(name, "*1/*1").values()] for name in self.genes}

    def bases(self, gene: str, position: Position, allele: str, pick: int = 0) -> str:
        """Return the bases of an allele; `pick` chooses where it may have several."""
        place = self.genes[gene].names.index(allele)
        ref = position.ref["GRCh38"]
        fit = [base for base, found in position.carriers.items() if found >> place & 1]
        return sorted(fit, key=lambda base: (base != ref, base))[pick % len(fit)]

    def person(
        self, gene: str, diplotype: str, *, phase: str | None = None, pick: int = 0
    ) -> Sample:
        """Return every position of a gene as a person with these two alleles has it."""
        one, other = diplotype.split("/")
        found = {}
        for number, position in enumerate(self.genes[gene].positions):
            choice = pick >> number % 8
            pair = (
                self.bases(gene, position, one, choice),
                self.bases(gene, position, other, choice),
            )
            alleles = pair if phase is not None else (min(pair), max(pair))
            found[position.id] = Observed(position.id, alleles, phase)
        return found

    def changed(self, sample: Sample, changes: Mapping[str, str | None]) -> Sample:
        """Return the sample with other bases (``A/G``); None takes the position away."""
        kept = {name: item for name, item in sample.items() if changes.get(name, "") is not None}
        for name, bases in changes.items():
            if bases is not None:
                one, other = bases.split("/")
                kept[name] = Observed(name, (one, other))
        return kept

    def pairs(self, gene: str, sample: Sample) -> Pairs:
        """Return every pair of alleles that explains a sample."""
        own = self.genes[gene]
        items = ((position, sample.get(position.id)) for position in own.positions)
        return consistent(
            own,
            [Seen(p, item.alleles, item.phase) for p, item in items if item and item.alleles],
        )

    def call(
        self, gene: str, sample: Sample, *outside: GeneCall, build: str = "GRCh38"
    ) -> GeneCall:
        """Return the call of one gene; the others are there and as in the reference."""
        others = [item for name, items in self.plain.items() if name != gene for item in items]
        items = (*sample.values(), *others)
        reading = VariantReading(build, "synthetic", "0" * 64, items)
        return next(item for item in call_genes(reading, outside) if item.gene == gene)


@pytest.fixture(scope="session")
def samples() -> Samples:
    """Return the maker of synthetic samples."""
    return Samples()
