"""Files of GRCh37 made from the table of another program, not from ours."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from equipoise.assays.genes import call_genes, read_variants
from equipoise.core.errors import InputError
from tests.assays.genes.vcf.conftest import Line, contigs

Write = Callable[..., Path]
Change = tuple[str, int, str, str]
# First and last base of the file on each chromosome of GRCh37: more than the genes.
SPANS = {
    "10": (96_500_000, 96_640_000),
    "19": (41_480_000, 41_540_000),
    "22": (42_515_000, 42_535_000),
}
# What GRCh37 itself is at CYP2D6: *2. These make it *1 (*1 of the other program, and rs1058164,
# which is no core change there).
ONE: tuple[Change, ...] = (
    ("22", 42522613, "G", "C"),
    ("22", 42523943, "A", "G"),
    ("22", 42525132, "G", "C"),
)
# CPIC defines these three with the base of GRCh38, which GRCh37 does not have.
AS_GRCH38: Change = ("10", 96602623, "G", "A")
WITH_IT = frozenset({"*16", "*30", "*34"})


def alleles(shared_data: Path, gene: str) -> Iterator[tuple[str, tuple[Change, ...]]]:
    table = shared_data / "clinical/pgx/pypgx/allele-table.csv"
    with table.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["Gene"] != gene or row["SV"] == "TRUE" or row["GRCh37Core"] == "N/A":
                continue
            changes = [change.split("-") for change in row["GRCh37Core"].split(",")]
            more = (AS_GRCH38,) if gene == "CYP2C19" and row["StarAllele"] in WITH_IT else ()
            yield row["StarAllele"], (*((c, int(p), r, a) for c, p, r, a in changes), *more)


def gvcf(write: Write, genotypes: dict[Change, str]) -> Path:
    """Write blocks of the reference, with an unknown first base, between what differs."""
    lines = []
    for chromosome, (first, last) in SPANS.items():
        at = first
        for change in sorted(c for c in genotypes if c[0] == chromosome):
            _, position, ref, alt = change
            lines.append(block(chromosome, at, position - 1))
            called = Line(f"chr{chromosome}", position, ref, f"{alt},<NON_REF>", genotypes[change])
            lines.append(called)
            at = position + len(ref)
        lines.append(block(chromosome, at, last))
    return write(lines, head=contigs("GRCh37"))


def block(chromosome: str, first: int, last: int) -> Line:
    return Line(f"chr{chromosome}", first, "N", "<NON_REF>", info=f"END={last}")


@pytest.mark.shared
@pytest.mark.parametrize("gene", ["CYP2C19", "CYP2B6"])
def test_every_allele_with_one_and_twice(write: Write, shared_data: Path, gene: str) -> None:
    wrong, seen = [], 0
    for name, changes in alleles(shared_data, gene):
        for genotype, expected in (("0/1", f"*1/{name}"), ("1/1", f"{name}/{name}")):
            path = gvcf(write, dict.fromkeys(changes, genotype))
            call = next(c for c in call_genes(read_variants(path), ()) if c.gene == gene)
            seen += 1
            told = (*call.diplotypes, *call.consistent)
            if expected not in told:
                wrong.append((expected, told, call.no_call))
    assert not wrong
    assert seen > 50


@pytest.mark.shared
def test_cyp2d6_where_grch37_is_no_wild_type(write: Write, shared_data: Path) -> None:
    """The reference genome itself is *2 there; the three changes make it *1."""
    reference = possible(gvcf(write, {}))
    assert "*2/*2" in reference
    assert "*1/*1" not in reference
    one = dict.fromkeys(ONE, "1/1")
    assert "*1/*1" in possible(gvcf(write, one))
    table = dict(alleles(shared_data, "CYP2D6"))
    for name in ("*3", "*6", "*9"):
        ((change),) = table[name]
        assert f"*1/{name}" in possible(gvcf(write, {**one, change: "0/1"}))
    assert set(table["*1"]) == set(ONE[:2])


@pytest.mark.parametrize("told", ["header", "user"])
def test_blocks_do_not_hide_the_wrong_build(write: Write, told: str) -> None:
    """Blocks of the reference fit any build; a homozygous *2 would read as normal in the other."""
    poor = {("10", 96535124, "A", "G"): "1/1", ("10", 96541616, "G", "A"): "1/1"}
    path = gvcf(write, {**poor, **dict.fromkeys(ONE, "1/1")})
    (call, *_) = call_genes(read_variants(path), ())
    assert (call.diplotypes, call.phenotype) == (("*2/*2",), "Poor Metabolizer")
    text = path.read_text()
    new = contigs("GRCh38") if told == "header" else ""
    path.write_text(text.replace(contigs("GRCh37"), new).replace("END=42535000", "END=43000000"))
    wide = [block("10", 94_000_000, 96_499_999), block("19", 40_000_000, 41_479_999)]
    path.write_text(path.read_text() + "".join(line.text() + "\n" for line in wide))
    with pytest.raises(InputError, match="fits GRCh37 alone"):
        read_variants(path, build=None if told == "header" else "GRCh38")


def possible(path: Path) -> tuple[str, ...]:
    call = next(c for c in call_genes(read_variants(path), ()) if c.gene == "CYP2D6")
    return (*call.diplotypes, *call.consistent)
