"""How the two alleles of a scored variant fit those of a record, strand by strand.

Rules, as the PGS Catalog Calculator has them: the alleles as given, in either order; else those
of the other strand, in either order, unless the two alleles are each other's complement (A/T,
C/G). Those are ambiguous: nothing in the file tells the strand. One of the two must be the
reference allele. Only the effect allele known: the record must have two alleles, one of them the
effect allele or its complement. Only the reference known: as given alone, as every base fits every
unambiguous pair on one strand or the other and would prove nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

__all__ = ["PLOIDY", "Fit", "Mark", "State", "complement", "fit", "is_ambiguous", "is_plain"]

PLOIDY: Final = 2
BASES: Final = frozenset("ACGT")
_STRAND: Final = str.maketrans("ACGT", "TGCA")


class State(IntEnum):
    """What became of one variant of a scoring file."""

    ABSENT = 0
    COUNTED = 1
    MISSING = 2
    OTHER_ALLELES = 3
    AMBIGUOUS = 4
    DUPLICATE = 5
    CONTRADICTED = 6
    ONE_COPY = 7
    UNKNOWN_BASE = 8
    FROM_BLOCK = 9
    ASSUMED = 10


class Mark(IntFlag):
    """What is worth saying of a variant that was matched."""

    NONE = 0
    FLIPPED = 1
    REFERENCE_EFFECT = 2
    ELSEWHERE = 4
    AMBIGUOUS = 8
    OVERLAID = 16


@dataclass(frozen=True, slots=True)
class Fit:
    """The effect allele in the notation of the record, and how it was found.

    Parameters
    ----------
    effect : str
        The allele whose copies are counted.
    flipped : bool
        Whether it was found on the other strand.
    ambiguous : bool
        Whether the strand cannot be told.
    """

    effect: str
    flipped: bool
    ambiguous: bool


def is_plain(allele: str) -> bool:
    """Return whether `allele` is a run of bases."""
    return bool(allele) and BASES.issuperset(allele)


def complement(allele: str) -> str:
    """Return the single base of the other strand; longer alleles have none here.

    A longer allele of the other strand would also begin at another base, so it is not tried.
    """
    return allele.translate(_STRAND) if len(allele) == 1 else ""


def is_ambiguous(one: str, two: str) -> bool:
    """Return whether two alleles are each other's complement (A/T or C/G)."""
    return bool(one) and complement(one) == two


def fit(effect: str, other: str, alleles: tuple[str, ...]) -> Fit | None:
    """Return how a scored pair fits the alleles of a record.

    Parameters
    ----------
    effect, other : str
        Alleles of the scoring file; `other` is empty where the file has none.
    alleles : tuple of str
        Reference allele and alternatives of the record; a site without an alternative has only
        the reference.

    Returns
    -------
    Fit or None
        None where they do not fit.
    """
    if not other:
        return _fit_effect(effect, alleles)
    ambiguous = is_ambiguous(effect, other)
    reference, *others = alleles
    if reference in {effect, other} and (not others or {effect, other}.issubset(alleles)):
        return Fit(effect, flipped=False, ambiguous=ambiguous)
    turned = {complement(effect), complement(other)}
    if reference in turned and not ambiguous and turned.issubset(alleles):
        return Fit(complement(effect), flipped=True, ambiguous=False)
    return None


def _fit_effect(effect: str, alleles: tuple[str, ...]) -> Fit | None:
    """Fit an effect allele whose other allele is not known: only a record of two tells enough."""
    if len(alleles) != len(("reference", "alternative")):
        return None
    if effect in alleles:
        return Fit(effect, flipped=False, ambiguous=is_ambiguous(*alleles))
    if complement(effect) in alleles and all(len(allele) == 1 for allele in alleles):
        return Fit(complement(effect), flipped=True, ambiguous=False)
    return None
