"""Which of the positions that were not read could change the phenotype."""

from __future__ import annotations

from collections.abc import Sequence

from equipoise.assays.genes.consistent import Pairs, genotypes
from equipoise.assays.genes.definitions import Position

__all__ = ["as_in_reference", "deciding"]


def deciding(pairs: Pairs, missing: Sequence[Position]) -> tuple[Position, ...]:
    """Return the missing positions for which some reading changes the set of phenotypes.

    Parameters
    ----------
    pairs : Pairs
        What is consistent with the positions that were read.
    missing : sequence of Position
        Those that were not.

    Returns
    -------
    tuple of Position
        None where only one phenotype remains, or where no reading would leave fewer. Where no
        single position changes it but several together would, all that tell the pairs apart.
    """
    terms = pairs.terms()
    if len(terms) <= 1:
        return ()
    alone = tuple(p for p in missing if _changes(pairs, p, terms))
    if alone:
        return alone
    apart = tuple(p for p in missing if _tells_apart(pairs, p))
    return apart if _together(pairs, apart, terms) else ()


def _changes(pairs: Pairs, position: Position, terms: frozenset[str]) -> bool:
    for one, other in genotypes(position):
        left = pairs.terms(one, other, enough=terms)
        if left and left != terms:
            return True
    return False


def _tells_apart(pairs: Pairs, position: Position) -> bool:
    """Tell whether some reading of the position would rule out a pair."""
    counts = (pairs.within(one, other).count for one, other in genotypes(position))
    return any(0 < count < pairs.count for count in counts)


def _together(pairs: Pairs, positions: Sequence[Position], terms: frozenset[str]) -> bool:
    """Tell whether reading all the positions could leave fewer phenotypes."""
    for one, other in pairs:
        left = pairs
        for position in positions:
            left = left.within(_bases_of(position, one), _bases_of(position, other))
        if left.terms() != terms:
            return True
    return False


def _bases_of(position: Position, allele: int) -> int:
    """Return the carriers of the first bases that the allele may have here."""
    return next(carriers for carriers in position.carriers.values() if carriers >> allele & 1)


def as_in_reference(pairs: Pairs, missing: Sequence[Position], build: str) -> Pairs:
    """Return what remains if every missing position is as in the reference of the build.

    Where the bases that were read leave no room for the reference bases at some position, that
    one stays open.
    """
    for position in missing:
        ref = position.carriers.get(position.ref.get(build, position.ref["GRCh38"]), 0)
        left = pairs.within(ref, ref)
        if left:
            pairs = left
    return pairs
