"""Reads calls that another test made: structure and copy number of CYP2D6 above all.

The table is that of PharmCAT: tab-separated, without a header; gene, diplotype and, where they
are given, phenotype and activity score. Lines that begin with ``#`` are comments.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise.core.errors import RecordError
from equipoise.core.nouns import GeneCall, InputDigest, Provenance
from equipoise.core.star_alleles import Meaning, read_diplotype, term
from equipoise.core.steps import file_digest
from equipoise.core.tables import load_table

__all__ = ["OutsideTable", "read_outside_calls", "read_outside_table"]

COLUMNS: Final = ("gene", "diplotype", "phenotype", "activity score")
COMMENT: Final = "#"
SHAPE: Final = "gene, tab, diplotype such as *1/*4, *1x2/*4 or *36+*10/*1"
ALLELE: Final = re.compile(r"(?P<core>\*\d+N?)(?:\.\d+)?(?:[xX](?P<copies>.*))?", re.ASCII)
COPIES: Final = re.compile(r"(≥|>=)?[1-9]\d*", re.ASCII)
NOT_GIVEN: Final = frozenset({"", "n/a", "N/A"})
PAIR: Final = ("one", "other")


@dataclass(frozen=True, slots=True)
class OutsideTable:
    """What a table of outside calls holds.

    Parameters
    ----------
    calls : tuple of GeneCall
        One for each gene that is known, in the order of the table.
    not_used : tuple of str
        Genes that nothing here reads.
    """

    calls: tuple[GeneCall, ...]
    not_used: tuple[str, ...]


def read_outside_calls(path: Path) -> tuple[GeneCall, ...]:
    """Return the calls of a table, one for each gene that is known.

    Parameters
    ----------
    path : Path
        The table.

    Returns
    -------
    tuple of GeneCall
        In the order of the table.

    Raises
    ------
    RecordError
        As :func:`read_outside_table`.
    """
    return read_outside_table(path).calls


def read_outside_table(path: Path) -> OutsideTable:
    """Return everything that a table of outside calls holds.

    Parameters
    ----------
    path : Path
        The table.

    Returns
    -------
    OutsideTable
        Calls of known genes; other genes by name only.

    Raises
    ------
    RecordError
        If the file cannot be read, a line has another shape, a gene stands twice, an allele is
        not known, copies are not counted, or phenotype or score contradict the diplotype.
    """
    rows = _rows(path)
    known = {row.text("gene") for row in load_table("genes/alleles")}
    provenance = Provenance(
        (InputDigest(path.name, file_digest(path)),), "equipoise", (("source", "outside call"),)
    )
    calls: dict[str, GeneCall] = {}
    others: list[str] = []
    for line, cells in rows:
        where = f"{path} line {line}"
        gene = cells[0].upper()
        if gene in calls or gene in others:
            raise RecordError("this gene stands twice", where=where, got=cells[0])
        if gene in known:
            calls[gene] = _call(gene, cells, where, provenance)
        else:
            others.append(gene)
    return OutsideTable(tuple(calls.values()), tuple(others))


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the lines that hold calls, each with as many cells as there are columns."""
    where = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise RecordError("the table of outside calls is no UTF-8 text", where=where) from None
    except OSError as error:
        raise RecordError(
            "the table of outside calls cannot be read",
            where=where,
            got=error.strerror or str(error),
        ) from None
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith(COMMENT):
            continue
        (cells,) = csv.reader([line], delimiter="\t", quoting=csv.QUOTE_NONE)
        cells = [cell.strip() for cell in cells]
        if len(cells) < len(COLUMNS[:2]) or len(cells) > len(COLUMNS) or not cells[0]:
            raise RecordError(
                "not a line of outside calls",
                where=f"{where} line {number}",
                got=line.strip(),
                allowed=f"{SHAPE}; then phenotype and activity score, if they are given",
            )
        found.append((number, [*cells, *[""] * (len(COLUMNS) - len(cells))]))
    if not found:
        raise RecordError("the table of outside calls is empty", where=where, allowed=SHAPE)
    return found


def _call(gene: str, cells: list[str], where: str, provenance: Provenance) -> GeneCall:
    _, given, phenotype, score = cells
    diplotype = _diplotype(gene, given, where)
    meaning = read_diplotype(gene, diplotype)
    _check_phenotype(gene, phenotype, diplotype, meaning, where)
    _check_score(score, diplotype, meaning, where)
    version = load_table("genes/alleles").row(gene=gene).text("version")
    return GeneCall(
        gene,
        (diplotype,),
        meaning.term,
        None if meaning.score is None else str(meaning.score),
        source="outside",
        version=version,
        provenance=provenance,
    )


def _diplotype(gene: str, given: str, where: str) -> str:
    """Return a diplotype as it is written here; refuse what does not count copies or alleles."""
    if given in NOT_GIVEN:
        raise RecordError(
            "an outside call needs a diplotype", where=where, allowed=SHAPE,
            todo="a phenotype alone belongs under genotypes: in person.yaml",
        )  # fmt: skip
    text = re.sub(rf"(?i){gene}(?=\*)", "", given)
    text = re.sub(r"\s*([/+])\s*", r"\1", text)
    sides = [side.removeprefix("[").removesuffix("]") for side in text.split("/")]
    if len(sides) != len(PAIR) or not all(sides):
        raise RecordError(
            "a diplotype names two chromosomes with a stroke between them",
            where=where, got=given, allowed=SHAPE,
        )  # fmt: skip
    for allele in (part for side in sides for part in side.split("+")):
        _check_allele(gene, allele, where)
    return "/".join(sides)


def _check_allele(gene: str, allele: str, where: str) -> None:
    found = ALLELE.fullmatch(allele)
    if found is None or load_table("genes/alleles").find(gene=gene, allele=found["core"]) is None:
        raise RecordError(
            f"an allele of {gene} that the tables do not know",
            where=where,
            got=allele,
            todo="see whether it is misspelt; a newer allele cannot be used yet",
        )
    copies = found["copies"]
    if copies is not None and COPIES.fullmatch(copies) is None:
        raise RecordError(
            "the number of copies is not given",
            where=where,
            got=allele,
            allowed=f"{found['core']}x2, {found['core']}x3 or {found['core']}x≥3",
            todo="ask the laboratory how many copies there are, and of which allele",
        )


def _check_phenotype(gene: str, given: str, diplotype: str, meaning: Meaning, where: str) -> None:
    if given in NOT_GIVEN:
        return
    told = re.sub(rf"(?i)^{gene}\s+", "", given)
    terms = {term(gene, row.text("phenotype")) for row in load_table("genes/phenotypes")}
    known = sorted({meaning.term, *(name for name in terms if name)})
    if told.casefold() not in {name.casefold() for name in known}:
        raise RecordError(
            "this is no phenotype of the gene", where=where, got=given, allowed=", ".join(known)
        )
    if told.casefold() != meaning.term.casefold():
        raise RecordError(
            "the phenotype contradicts the diplotype",
            where=where,
            got=f"{given} for {diplotype}",
            allowed=meaning.term,
            todo="ask the laboratory which is right; leave the column out if it counts otherwise",
        )


def _check_score(given: str, diplotype: str, meaning: Meaning, where: str) -> None:
    if given in NOT_GIVEN:
        return
    mine = "none" if meaning.score is None else str(meaning.score)
    if _number(given) != _number(mine):
        raise RecordError(
            "the activity score contradicts the diplotype",
            where=where,
            got=f"{given} for {diplotype}",
            allowed=mine,
            todo="ask the laboratory which is right; leave the column out if it counts otherwise",
        )


def _number(text: str) -> tuple[bool, float | str]:
    """Return a score for comparing: whether it is a lower bound, and its value."""
    bare = text.replace(">=", "≥").removeprefix("≥").strip()
    try:
        return bare != text.strip(), float(bare)
    except ValueError:
        return False, text
