"""Star alleles as sets of bits, ready for matching.

Every set of alleles is one whole number: bit k stands for the k-th allele of the gene. So "which
alleles have A here" is a number, and joining two such sets is one machine operation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final

from equipoise.core.prepared import prepared
from equipoise.core.star_alleles import INDETERMINATE_TERM, read_diplotype
from equipoise.core.tables import Row, Table, load_table

__all__ = ["Definition", "Position", "bits", "definitions"]

_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Position:
    """One position of a gene's definition.

    Parameters
    ----------
    id : str
        Id of `genes/positions`.
    where : Mapping of str to str
        ``chr10:94761900`` by build; no key for a build in which it cannot be read.
    ref : Mapping of str to str
        Reference bases by build.
    carriers : Mapping of str to int
        Set of the alleles that may have these bases here.
    """

    id: str
    where: Mapping[str, str]
    ref: Mapping[str, str]
    carriers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Definition:
    """The callable star alleles of one gene.

    Parameters
    ----------
    gene : str
        ``CYP2C19``.
    version : str
        Version of the source.
    names : tuple of str
        The alleles, by number; bit k of a set is the k-th of them.
    structural : frozenset of str
        Alleles that a list of variants cannot show, callable by a variant or not.
    positions : tuple of Position
        In table order.
    groups : tuple of int
        Sets of alleles with the same function (for CYP2D6 the same activity value).
    models : tuple of str
        One allele of each group: what a pair of alleles means, a pair of models means.
    terms : tuple of tuple of str
        CPIC term of two groups.
    """

    gene: str
    version: str
    names: tuple[str, ...]
    structural: frozenset[str]
    positions: tuple[Position, ...]
    groups: tuple[int, ...]
    models: tuple[str, ...]
    terms: tuple[tuple[str, ...], ...]

    @property
    def everything(self) -> int:
        """The set of all alleles."""
        return (1 << len(self.names)) - 1

    def group_of(self, allele: int) -> int:
        """Return the group of the k-th allele."""
        return next(i for i, group in enumerate(self.groups) if group >> allele & 1)


def bits(found: int) -> Iterator[int]:
    """Yield the members of a set, lowest first."""
    while found:
        lowest = found & -found
        yield lowest.bit_length() - 1
        found ^= lowest


def definitions() -> tuple[Definition, ...]:
    """Return the definitions of every gene of `genes/positions`, in table order."""
    return prepared(load_table("genes/definitions"), _read)


def _read(table: Table) -> tuple[Definition, ...]:
    places: dict[str, list[Row]] = {}
    for row in load_table("genes/positions"):
        places.setdefault(row.text("gene"), []).append(row)
    return tuple(_definition(gene, rows, table) for gene, rows in places.items())


def _definition(gene: str, places: list[Row], table: Table) -> Definition:
    rows = [row for row in table if row.text("gene") == gene]
    structural = frozenset(row.text("allele") for row in rows if row.flag("structural"))
    own: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in rows:
        where = row.optional_text("position")
        if where is None and row.flag("structural"):
            continue
        differs = own.setdefault(row.text("allele"), {})
        if where is not None:
            differs[where] = row.items("bases")
    names = tuple(own)
    groups = _groups(gene, names)
    models = tuple(names[next(bits(group))] for group in groups)
    return Definition(
        gene,
        rows[0].text("version"),
        names,
        structural,
        tuple(_position(row, own) for row in places),
        groups,
        models,
        _terms(gene, models),
    )


def _position(row: Row, own: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Position:
    name, ref = row.text("id"), row.text("ref_grch38")
    carriers: dict[str, int] = {}
    for place, differs in enumerate(own.values()):
        for base in differs.get(name, (ref,)):
            carriers[base] = carriers.get(base, 0) | 1 << place
    chromosome = row.text("chromosome")
    where = {"GRCh38": f"{chromosome}:{row.text('position_grch38')}"}
    refs = {"GRCh38": ref}
    if row.optional_text("position_grch37") and row.optional_text("ref_grch37"):
        where["GRCh37"] = f"{chromosome}:{row.text('position_grch37')}"
        refs["GRCh37"] = row.text("ref_grch37")
    return Position(name, where, refs, carriers)


def _groups(gene: str, names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the alleles that mean the same; those without a row are together, and unknown."""
    told = {
        row.text("allele"): (row.text("function"), row.optional_text("activity"))
        for row in load_table("genes/alleles")
        if row.text("gene") == gene
    }
    found: dict[tuple[str, str | None], int] = {}
    for place, name in enumerate(names):
        key = told.get(name, (_UNKNOWN, None))
        found[key] = found.get(key, 0) | 1 << place
    return tuple(found.values())


def _terms(gene: str, models: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    square = [[INDETERMINATE_TERM] * len(models) for _ in models]
    for one, other in combinations_with_replacement(range(len(models)), 2):
        meaning = read_diplotype(gene, f"{models[one]}/{models[other]}")
        square[one][other] = square[other][one] = meaning.term
    return tuple(tuple(row) for row in square)
