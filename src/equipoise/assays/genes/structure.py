"""What a list of variants cannot show: deletions, hybrids and copy numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from equipoise.core.star_alleles import read_diplotype
from equipoise.core.tables import Row, load_table

__all__ = ["deleted_alleles", "said", "terms_with_structure", "tests_of", "withholds"]

_DELETION = "deletion"
Kind = tuple[str, str, bool]


def withholds(gene: str) -> bool:
    """Tell whether a phenotype of the gene needs a test of its structure."""
    return any(row.flag("withholds") for row in _rows(gene))


def tests_of(gene: str) -> tuple[str, ...]:
    """Return the tests of the gene's structure that a phenotype needs."""
    return tuple(dict.fromkeys(row.text("test") for row in _rows(gene) if row.flag("withholds")))


def deleted_alleles(gene: str) -> frozenset[str]:
    """Return the alleles that stand for a chromosome without the gene."""
    rows = (row for row in _rows(gene) if row.text("id") == _DELETION)
    return frozenset(row.text("becomes").rpartition("/")[2] for row in rows)


def terms_with_structure(gene: str, kinds: Iterable[Kind]) -> frozenset[str]:
    """Return the CPIC terms that remain possible while the structure is not known.

    Parameters
    ----------
    gene : str
        The gene.
    kinds : iterable of (allele, allele, bool)
        Diplotypes as the variants tell them, and whether both copies are the same allele.

    Returns
    -------
    frozenset of str
        Terms of the diplotypes themselves and of what each structure would make of them.
    """
    rows = [row for row in _rows(gene) if row.flag("withholds")]
    return frozenset(term for kind in kinds for term in _terms(gene, kind, rows))


def said(gene: str, kinds: Iterable[Kind]) -> tuple[str, ...]:
    """Return which rare structures would change the phenotype, in words."""
    kinds = tuple(kinds)
    plain = frozenset(term for kind in kinds for term in _terms(gene, kind, ()))
    return tuple(
        row.text("text")
        for row in _rows(gene)
        if not row.flag("withholds")
        and frozenset(term for kind in kinds for term in _terms(gene, kind, (row,))) != plain
    )


def _rows(gene: str) -> tuple[Row, ...]:
    return tuple(row for row in load_table("genes/structures") if row.text("gene") == gene)


def _terms(gene: str, kind: Kind, rows: Iterable[Row]) -> Iterator[str]:
    one, other, same = kind
    yield read_diplotype(gene, f"{one}/{other}").term
    for row in rows:
        if row.text("applies_to") == "same" and not same:
            continue
        for first, second in ((one, other), (other, one)):
            becomes = row.text("becomes").format(one=first, other=second)
            yield read_diplotype(gene, becomes).term
