"""What a clinician reads where nothing is called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equipoise.assays.genes.consistent import Seen, consistent
from equipoise.assays.genes.definitions import Definition
from equipoise.core.nouns import MissingPosition
from equipoise.core.tables import setting

__all__ = [
    "contradicted",
    "copies_not_given",
    "genotypes_of",
    "joined",
    "not_read",
    "nothing_read",
    "structure_not_tested",
    "tests_disagree",
    "unexplained",
    "unreadable",
]


def joined(parts: Iterable[str], word: str = "and") -> str:
    """Return ``a, b and c``."""
    *first, last = parts
    return f"{', '.join(first)} {word} {last}" if first else last


def not_read(missing: Sequence[MissingPosition], terms: Sequence[str]) -> str:
    """Return why positions that were not read leave the phenotype open."""
    verb = "was" if len(missing) == 1 else "were"
    reasons = {item.why for item in missing}
    if len(missing) > 1 and len(reasons) == 1:  # said once
        named = _few([f"{item.id} ({item.where})" for item in missing], "and")
        said = f"{named} {verb} not read: {reasons.pop()}"
    else:
        named = _few([f"{item.id} ({item.where}: {item.why})" for item in missing], "and")
        said = f"{named} {verb} not read"
    return f"{said}; the phenotype could be {joined(terms, 'or')}"


def nothing_read(gene: str) -> str:
    """Return that a file does not tell anything about a gene."""
    return f"no position of {gene} was read"


def genotypes_of(ids: Sequence[str]) -> str:
    """Return which genotypes would settle what is open."""
    return f"genotypes at {_few(ids, 'and')}"


def structure_not_tested(gene: str, terms: Sequence[str], besides: str | None) -> str:
    """Return why variants alone do not tell the phenotype, after what else is missing."""
    if besides is not None:
        return f"{besides}; the copy number and structure of {gene} were not tested either"
    return (
        f"the copy number and structure of {gene} were not tested; with a deletion, a hybrid or "
        f"more copies the phenotype could be {joined(terms, 'or')}"
    )


def unexplained(definition: Definition, seen: Sequence[Seen], build: str) -> str:
    """Return which bases no pair of named alleles explains.

    Bases that no allele has at all come first; then a position without which the rest would be
    explained; then everything that is not as in the reference.
    """
    strange = [
        f"{base} at {_place(item, build)}"
        for item in seen
        for base in dict.fromkeys(item.alleles)
        if base not in item.position.carriers
    ]
    if strange:
        return f"no named allele of {definition.gene} has {joined(strange)}"
    differing = [item for item in seen if {*item.alleles} != {item.position.ref["GRCh38"]}]
    alone = [i for i in differing if consistent(definition, [s for s in seen if s is not i])]
    named = [f"{'/'.join(item.alleles)} at {_place(item, build)}" for item in alone or differing]
    if alone:
        return (
            f"no pair of named alleles of {definition.gene} has {joined(named, 'or')} "
            "together with all the other bases"
        )
    return f"no pair of named alleles of {definition.gene} has all of {joined(named)}"


def _place(item: Seen, build: str) -> str:
    where = item.position.where
    return f"{item.position.id} ({where.get(build, where['GRCh38'])})"


def contradicted(outside: Sequence[str], found: Sequence[str], why: str | None) -> str:
    """Return that another test and the variants do not fit."""
    told = joined(outside, "or")
    if not found:
        return f"another test reports {told}, which the variants contradict: {why}"
    few = _few(found, "or")
    return f"another test reports {told}, but the variants of the file fit only {few}"


def _few(found: Sequence[str], word: str) -> str:
    """Name the first ones and count the rest."""
    most = int(setting("genes_positions_named"))
    more = len(found) - most
    return joined([*found[:most], f"{more} more"] if more > 0 else found, word)


def copies_not_given(diplotype: str) -> str:
    """Return that a duplication was reported without its number of copies."""
    return f"another test reports {diplotype}, without the number of copies and of which allele"


def unreadable(diplotype: str) -> str:
    """Return that another test's diplotype cannot be read."""
    return f"another test reports {diplotype}, which is no diplotype of two star alleles"


def tests_disagree(told: Sequence[str]) -> str:
    """Return that other tests do not agree among themselves."""
    return f"other tests disagree: {joined(told)}"
