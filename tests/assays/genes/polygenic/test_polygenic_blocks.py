"""Positions where the person has the reference: told by a block, by nothing, never assumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.assays.genes.polygenic import ScoreAsked, score_person
from equipoise.core.errors import InputError
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
    # 100 A: none; 101 G: two; on the other strand 102 T is the A: none; 103 C is the G: two
    assert found.sum == 4
    told = {(note.why, note.variants) for note in found.notes}
    assert ("counted as reference although the file says nothing", 4) in told
    assert ("counted on the other strand", 2) in told


def test_reference_cannot_be_assumed_without_its_bases(tmp_path: Path) -> None:
    asked = ScoreAsked(
        vcf(tmp_path, ["21 900 A G 1/1"]), scoring_file(tmp_path, ROWS), absent_is_reference=True
    )
    with pytest.raises(InputError, match="needs the reference genome"):
        score_person(asked)


def test_a_block_counts_with_the_bases_of_the_genome(tmp_path: Path, genome: Path) -> None:
    path, score = with_block(tmp_path, "0/0:30"), scoring_file(tmp_path, ROWS)
    assert score_person(ScoreAsked(path, score, genome=genome)).sum == 4
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


def test_a_genome_of_the_other_build(tmp_path: Path, genome: Path) -> None:
    asked = ScoreAsked(
        vcf(tmp_path, ["21 900 A G 1/1"], head="##reference=hg19\n"),
        scoring_file(tmp_path, ROWS, build="hg19"),
        genome=genome,
    )
    with pytest.raises(InputError, match="this genome is not GRCh37"):
        score_person(asked)
