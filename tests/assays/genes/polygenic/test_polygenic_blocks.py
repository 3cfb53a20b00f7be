"""Positions where the person has the reference: told by a block, by nothing, never assumed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.assays.genes.polygenic import ScoreAsked, score_person
from equipoise.assays.genes.polygenic.genome import fill_reference
from equipoise.assays.genes.polygenic.matching import look_up
from equipoise.assays.genes.polygenic.records import VariantStream
from equipoise.assays.genes.polygenic.scoring_file import read_scoring_file
from equipoise.core.errors import InputError
from equipoise.core.steps import quiet
from tests.assays.genes.polygenic.made_files import scoring_file, vcf

pysam = pytest.importorskip("pysam")

LENGTH = 46_709_983  # of chromosome 21 in GRCh38
ROWS = [("21", 100 + i, "G", "A", 1) for i in range(4)]
BLOCK = "21\t90\t.\tA\t<NON_REF>\t.\t.\tEND=200\tGT:DP\t{}\n"


@pytest.fixture(scope="module")
def genome(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an invented chromosome 21: bases 100 and 101 are A and G, 102 is T, 103 is C."""
    path = tmp_path_factory.mktemp("genome") / "genome.fa"
    sequence = "N" * 99 + "AGTC" + "A" * (LENGTH - 103)
    path.write_text(f">chr21\n{sequence}\n", encoding="ascii")
    pysam.faidx(str(path))
    return path


def with_block(folder: Path, genotype: str) -> Path:
    path = vcf(folder, [])
    path.write_text(path.read_text(encoding="utf-8") + BLOCK.format(genotype), encoding="utf-8")
    return path


def test_absent_is_missing(tmp_path: Path, genome: Path) -> None:
    found = score_person(
        ScoreAsked(vcf(tmp_path, ["21 900 A G 1/1"]), scoring_file(tmp_path, ROWS), genome=genome)
    )
    assert (found.sum, found.counted) == (None, 0)
    assert [(t.why, t.variants) for t in found.tallies] == [("no record at the position", 4)]


def test_absent_counts_as_reference_where_the_user_says_so(tmp_path: Path, genome: Path) -> None:
    found = score_person(
        ScoreAsked(
            vcf(tmp_path, ["21 900 A G 1/1"]),
            scoring_file(tmp_path, ROWS),
            genome=genome,
            absent_is_reference=True,
        )
    )
    # 100 A: none; 101 G: two; 102 T and 103 C would fit the other strand, as any base would
    assert (found.sum, found.counted) == (None, 2)
    told = {(note.why, note.variants) for note in found.notes}
    assert told == {("counted as reference although the file says nothing", 2)}
    assert [(t.why, t.variants) for t in found.tallies] == [("other alleles at the position", 2)]


def test_reference_cannot_be_assumed_without_its_bases(tmp_path: Path) -> None:
    asked = ScoreAsked(
        vcf(tmp_path, ["21 900 A G 1/1"]), scoring_file(tmp_path, ROWS), absent_is_reference=True
    )
    with pytest.raises(InputError, match="needs the reference genome"):
        score_person(asked)


def test_a_block_counts_with_the_bases_of_the_genome(tmp_path: Path, genome: Path) -> None:
    path, score = with_block(tmp_path, "0/0:30"), scoring_file(tmp_path, ROWS)
    (tmp_path / "fitting").mkdir()
    fitting = scoring_file(tmp_path / "fitting", ROWS[:2])
    assert score_person(ScoreAsked(path, fitting, genome=genome)).sum == 2
    alone = score_person(ScoreAsked(path, score))
    assert alone.sum is None
    assert [(t.why, t.variants) for t in alone.tallies] == [
        ("reference, but no line tells its base", 4)
    ]


@pytest.mark.parametrize("genotype", ["./.:30", "0/0:0", ".:0"])
def test_a_block_that_was_not_read(tmp_path: Path, genome: Path, genotype: str) -> None:
    asked = ScoreAsked(with_block(tmp_path, genotype), scoring_file(tmp_path, ROWS), genome=genome)
    assert [(t.why, t.variants) for t in score_person(asked).tallies] == [
        ("the genotype was not read", 4)
    ]


STEADY = [("21", 5000 + i, "A", "G", 1) for i in range(9)]
STEADY_RECORDS = [f"21 {5000 + i} A G 0/0" for i in range(9)]
STEADY_SUM = 18.0
A_AT_105 = ("21", 105, "A", "G", 1)


@pytest.mark.parametrize(
    ("row", "line", "why"),
    [
        # a variant that begins before the position says that the reference is not there
        (A_AT_105, "21\t104\t.\tAA\tGG\t.\t.\t.\tGT\t1/1", "other alleles at the position"),
        (A_AT_105, "21\t104\t.\tAAA\tA\t.\t.\t.\tGT\t0/1", "other alleles at the position"),
        (
            A_AT_105,
            "21\t104\t.\tA\t<DEL>\t.\t.\tEND=200\tGT\t1/1",
            "other alleles at the position",
        ),
        # any base fits any pair on one strand or the other
        (
            ("21", 105, "T", "C", 1),
            "21\t104\t.\tA\tG\t.\t.\t.\tGT\t0/1",
            "other alleles at the position",
        ),
        # the genome has no base there
        (("21", 9, "A", "G", 1), "21\t104\t.\tA\tG\t.\t.\t.\tGT\t0/1", "no record at the position"),
    ],
)
def test_reference_is_not_assumed(
    tmp_path: Path, genome: Path, row: tuple[object, ...], line: str, why: str
) -> None:
    path = vcf(tmp_path, STEADY_RECORDS)
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    found = score_person(
        ScoreAsked(
            path, scoring_file(tmp_path, [row, *STEADY]), genome=genome, absent_is_reference=True
        )
    )
    assert [(t.why, t.variants) for t in found.tallies] == [(why, 1)]
    assert (found.sum, found.notes) == (STEADY_SUM, ())


class _AllA:
    """A genome of one base."""

    def base_at(self, _chromosome: str) -> Callable[[int], str]:
        return lambda _position: "A"


@pytest.mark.parametrize(
    ("chromosome", "copies"),
    [
        ("7", 2),
        # nobody says how many copies of X the person has
        ("X", -1),
        # a chromosome without any record was left out of the file
        ("8", -1),
    ],
)
def test_where_absent_may_be_reference(tmp_path: Path, chromosome: str, copies: int) -> None:
    sites = read_scoring_file(scoring_file(tmp_path, [(chromosome, 9, "A", "G", 1)]), quiet).sites
    records = vcf(tmp_path, ["7 500 A G 0/1", "chrX 500 A G 0/1"])
    seen = look_up(VariantStream(records, None, None, quiet), [sites])
    fill_reference(sites, _AllA(), seen)  # type: ignore[arg-type]
    assert sites.joined("copies").tolist() == [copies]


@pytest.mark.parametrize("variant", ["21 105 A T 1/1", "21 104 AAA A 1/1"])
def test_a_block_that_a_variant_contradicts(tmp_path: Path, genome: Path, variant: str) -> None:
    path = vcf(tmp_path, [*STEADY_RECORDS, variant])
    path.write_text(path.read_text(encoding="utf-8") + BLOCK.format("0/0:9"), encoding="utf-8")
    asked = ScoreAsked(path, scoring_file(tmp_path, [A_AT_105, *STEADY]), genome=genome)
    assert [(t.why, t.variants) for t in score_person(asked).tallies] == [
        ("records of the position contradict each other", 1)
    ]


def test_a_line_that_looked_for_an_insertion_is_no_block(tmp_path: Path, genome: Path) -> None:
    """`bcftools call` writes such lines beside those of the single bases."""
    path = vcf(tmp_path, [*STEADY_RECORDS, "21 105 A G 0/1"])
    line = "21\t104\t.\tAAA\t.\t.\t.\tINDEL;IDV=1\tGT\t0/0\n"
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    asked = ScoreAsked(path, scoring_file(tmp_path, [A_AT_105, *STEADY]), genome=genome)
    assert score_person(asked).sum == STEADY_SUM + 1


def test_a_header_that_names_the_wrong_build(tmp_path: Path, genome: Path) -> None:
    """All else fits: only the reference bases of the records tell."""
    path = vcf(tmp_path, [*STEADY_RECORDS, "21 6000 C T 0/1"])
    asked = ScoreAsked(path, scoring_file(tmp_path, STEADY), genome=genome)
    with pytest.raises(InputError, match="are not those of the genome; got C; allowed: A"):
        score_person(asked)


@pytest.mark.parametrize("index", ["chr21\tx\n", "chr21\t46709983\t7\t60\t61\n"])
def test_a_damaged_genome(tmp_path: Path, capfd: pytest.CaptureFixture[str], index: str) -> None:
    path = tmp_path / "small.fa"
    path.write_text(">chr21\nACGT\n", encoding="ascii")
    (tmp_path / "small.fa.fai").write_text(index, encoding="ascii")
    asked = ScoreAsked(vcf(tmp_path, STEADY_RECORDS), scoring_file(tmp_path, STEADY), genome=path)
    with pytest.raises(InputError, match="this genome cannot be read; index it"):
        score_person(asked)
    assert capfd.readouterr() == ("", "")


def test_a_genome_of_the_other_build(tmp_path: Path, genome: Path) -> None:
    asked = ScoreAsked(
        vcf(tmp_path, ["21 900 A G 1/1"], head="##reference=hg19\n"),
        scoring_file(tmp_path, ROWS, build="hg19"),
        genome=genome,
    )
    with pytest.raises(InputError, match="this genome is not GRCh37"):
        score_person(asked)
