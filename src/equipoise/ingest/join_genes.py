"""What a record and a bundle say of a person's genes together."""

from __future__ import annotations

from equipoise.core.answers import Answer, given
from equipoise.core.nouns import Genotype
from equipoise.core.star_alleles import INDETERMINATE
from equipoise.ingest.joint import Joint

__all__ = ["joined_genotypes"]

Genotypes = Answer[tuple[Genotype, ...]]


def joined_genotypes(joint: Joint, mine: Genotypes, theirs: Genotypes) -> Genotypes:
    """Return the genotypes of both; two diplotypes of one gene contradict each other.

    Parameters
    ----------
    joint : Joint
        Takes the contradictions.
    mine, theirs : Answer of tuple of Genotype
        Of the record and of the bundle.

    Returns
    -------
    Answer of tuple of Genotype
        Those of the record first; of a gene that both tell of, the diplotypes of the record.
    """
    if theirs.value is None or mine.value is None:
        return theirs if mine.status == "not_asked" or theirs.value is not None else mine
    joined = list(mine.value)
    for gene in dict.fromkeys(one.gene for one in theirs.value):
        held = [one for one in mine.value if one.gene == gene]
        told = [one for one in theirs.value if one.gene == gene]
        joined += _added(joint, held, told)
    return given(tuple(one for one in joined if not _settled(one, joined)))


def _added(joint: Joint, held: list[Genotype], told: list[Genotype]) -> list[Genotype]:
    """Return what the bundle adds of one gene."""
    pairs = {_pair(one) for one in held if one.diplotype}
    others = {_pair(one) for one in told if one.diplotype}
    if pairs and others:
        if not pairs & others:
            got = f"{_words(held)}, and {_words(told)}"
            joint.clash(f"{held[0].gene} of genotypes", got, (held[0].line, told[0].line))
        told = [one for one in told if not one.diplotype]
    known = {one.phenotype for one in held}
    return [one for one in told if one.diplotype or one.phenotype not in known]


def _settled(one: Genotype, joined: list[Genotype]) -> bool:
    """Return whether a gene that was not called in one source was in the other."""
    if one.diplotype or one.phenotype != INDETERMINATE:
        return False
    return any(other.gene == one.gene and other != one for other in joined)


def _pair(one: Genotype) -> frozenset[tuple[str, int]]:
    """Return the two chromosomes in no order."""
    halves = one.diplotype.split("/")
    return frozenset((half, halves.count(half)) for half in halves)


def _words(entries: list[Genotype]) -> str:
    return " or ".join(one.diplotype for one in entries if one.diplotype)
