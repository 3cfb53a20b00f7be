"""From a diplotype to a phenotype, by the tables of CPIC.

What no table tells is ``indeterminate``, never normal: an unknown allele, one allele alone, a
duplication whose number of copies is not given, copies of an allele that has no activity value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from equipoise.core.prepared import prepared
from equipoise.core.tables import Row, Table, load_table

__all__ = [
    "INDETERMINATE",
    "INDETERMINATE_TERM",
    "Meaning",
    "Score",
    "known_genes",
    "phenotype_of_score",
    "read_diplotype",
    "term",
]

INDETERMINATE: Final = "indeterminate"
INDETERMINATE_TERM: Final = "Indeterminate"
_ALLELE: Final = re.compile(r"(?P<core>\*\d+N?)(\.\d+)?([xX](?P<more>≥|>=)?(?P<copies>[1-9]\d*))?")
_TANDEM: Final = re.compile(r"\s*\+\s*")
_PAIR: Final = ("one", "other")
"""A diplotype names two chromosomes."""


@dataclass(frozen=True, slots=True)
class Score:
    """An activity score; with `or_more` it is the least that it can be."""

    value: float
    or_more: bool = False

    def __str__(self) -> str:
        """Return it as CPIC prints it: ``1.25``, ``≥3.0``."""
        return f"{'≥' if self.or_more else ''}{self.value}"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a diplotype means.

    Parameters
    ----------
    phenotype : str
        Phenotype of `genes/phenotypes` (``intermediate``), or ``indeterminate``.
    term : str
        The same as CPIC prints it: ``Intermediate Metabolizer``, ``Indeterminate``.
    score : Score or None
        Activity score, where the gene has one and every allele of the diplotype has a value.
    """

    phenotype: str
    term: str
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One allele of a chromosome, and how often it stands there."""

    row: Row
    copies: int | None
    or_more: bool


def read_diplotype(gene: str, diplotype: str) -> Meaning:
    """Return the phenotype and activity score of a diplotype.

    Parameters
    ----------
    gene : str
        ``CYP2D6``; one without a table gives ``indeterminate``.
    diplotype : str
        Two chromosomes with a stroke between them. Each is a star allele, which may have copies
        (``*1x2``, ``*4x≥3``) or stand in a tandem (``*36+*10``). Suballeles (``*4.001``) read as
        their allele.

    Returns
    -------
    Meaning
        Indeterminate, with no score, for everything that the tables do not tell.
    """
    chromosomes = [_parts(gene, told) for told in diplotype.split("/")]
    if len(chromosomes) != len(_PAIR) or not all(chromosomes):
        return _meaning(gene, INDETERMINATE)
    parts = [part for chromosome in chromosomes for part in chromosome]
    scores = [_worth(part) for part in parts]
    known = [score for score in scores if score is not None]
    if len(known) == len(scores):
        total = Score(sum(s.value for s in known), any(s.or_more for s in known))
        return _meaning(gene, phenotype_of_score(gene, total), total)
    plain = len(parts) == len(_PAIR) and not any(part.copies for part in parts)
    functions = frozenset(part.row.text("function") for part in parts)
    return _meaning(gene, _of_functions(gene, functions) if plain else INDETERMINATE)


def _parts(gene: str, chromosome: str) -> tuple[_Part, ...]:
    """Return the alleles of one chromosome; none where one of them is not known."""
    rows = prepared(load_table("genes/alleles"), _by_allele)
    found = []
    for told in _TANDEM.split(chromosome.strip().removeprefix("[").removesuffix("]").strip()):
        allele = _ALLELE.fullmatch(told)
        row = rows.get((gene, allele["core"])) if allele else None
        if allele is None or row is None:
            return ()
        copies = int(allele["copies"]) if allele["copies"] else None
        found.append(_Part(row, copies, bool(allele["more"])))
    return tuple(found)


def _by_allele(table: Table) -> dict[tuple[str, str], Row]:
    return {(row.text("gene"), row.text("allele")): row for row in table}


def _worth(part: _Part) -> Score | None:
    one = part.row.optional_number("activity")
    if one is None:
        return None
    copies = 1 if part.copies is None else part.copies
    return Score(one * copies, part.or_more and one > 0)


def _meaning(gene: str, phenotype: str, score: Score | None = None) -> Meaning:
    return Meaning(phenotype, term(gene, phenotype) or INDETERMINATE_TERM, score)


def phenotype_of_score(gene: str, score: Score) -> str:
    """Return the phenotype of an activity score.

    Parameters
    ----------
    gene : str
        The gene.
    score : Score
        A lower bound tells only where every higher score means the same.

    Returns
    -------
    str
        Phenotype of `genes/phenotypes`, or ``indeterminate``.
    """
    for row in load_table("genes/phenotypes"):
        if row.text("gene") != gene or not _inside(row, score.value):
            continue
        open_above = row.optional_number("score_to") is None
        return row.text("phenotype") if open_above or not score.or_more else INDETERMINATE
    return INDETERMINATE


def _inside(row: Row, value: float) -> bool:
    above, least, most = (
        row.optional_number(column) for column in ("score_above", "score_from", "score_to")
    )
    if above is None and least is None:
        return False
    high_enough = value > above if above is not None else least is not None and value >= least
    return high_enough and (most is None or value <= most)


def _of_functions(gene: str, functions: frozenset[str]) -> str:
    pairs = prepared(load_table("genes/phenotypes"), _by_functions)
    return pairs.get((gene, functions), INDETERMINATE)


def _by_functions(table: Table) -> dict[tuple[str, frozenset[str]], str]:
    return {
        (row.text("gene"), frozenset((row.text("function_a"), row.text("function_b")))): row.text(
            "phenotype"
        )
        for row in table
        if row.optional_text("function_a")
    }


def term(gene: str, phenotype: str) -> str | None:
    """Return a phenotype as CPIC prints it; None where the tables do not name it.

    Parameters
    ----------
    gene : str
        The gene.
    phenotype : str
        Id of `genes/phenotypes`: ``poor``.

    Returns
    -------
    str or None
        ``Poor Metabolizer``.
    """
    return prepared(load_table("genes/phenotypes"), _terms).get((gene, phenotype))


def _terms(table: Table) -> dict[tuple[str, str], str]:
    return {(row.text("gene"), row.text("phenotype")): row.text("term") for row in table}


def known_genes() -> frozenset[str]:
    """Return the genes whose star alleles the tables know."""
    return frozenset(gene for gene, _ in prepared(load_table("genes/alleles"), _by_allele))
