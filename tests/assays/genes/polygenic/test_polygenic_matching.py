"""Which genotype counts how often: worked by hand, case by case."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.assays.genes.polygenic import PolygenicScore, ScoreAsked, score_person
from equipoise.core.errors import InputError
from tests.assays.genes.polygenic.made_files import COLUMNS, scoring_file, vcf

# Nine variants that always match make the rest visible: 9 of 10 and their weight is above 75 %.
STEADY = [("2", 1000 + i, "A", "C", 0) for i in range(8)] + [("2", 2000, "A", "C", 10)]
STEADY_RECORDS = [f"2 {pos} A C 0/0" for _, pos, *_ in STEADY]
STEADY_SUM = 20.0
CONTRADICT = "records of the position contradict each other"


def scored(
    folder: Path, row: tuple[object, ...], records: list[str], **settings: object
) -> PolygenicScore:
    asked = ScoreAsked(
        vcf(folder, [*STEADY_RECORDS, *records]),
        scoring_file(folder, [row, *STEADY]),
        **settings,  # type: ignore[arg-type]
    )
    return score_person(asked)


@pytest.mark.parametrize(
    ("effect", "other", "record", "copies"),
    [
        # as given, effect allele the alternative
        ("G", "A", "1 100 A G 0/0", 0),
        ("G", "A", "1 100 A G 0/1", 1),
        ("G", "A", "1 100 A G 1|0", 1),
        ("G", "A", "1 100 A G 1/1", 2),
        # effect allele the reference
        ("A", "G", "1 100 A G 0/0", 2),
        ("A", "G", "1 100 A G 1|1", 0),
        # the other strand, in both orders
        ("C", "T", "1 100 A G 0/1", 1),
        ("C", "T", "1 100 A G 1/1", 2),
        ("T", "C", "1 100 A G 0/0", 2),
        # several alternatives: only copies of the effect allele
        ("G", "A", "1 100 A C,G 1/2", 1),
        ("G", "A", "1 100 A C,G 2/2", 2),
        ("A", "C", "1 100 A C,G 2/2", 0),
        # a spanning deletion is none of them
        ("G", "A", "1 100 A G,* 1/2", 1),
        # insertions and deletions
        ("CT", "C", "1 100 C CT 0/1", 1),
        ("C", "CT", "1 100 CT C 1/1", 2),
        # lower case, chromosome with its prefix
        ("g", "a", "chr1 100 a g 0/1", 1),
        # a line without an alternative
        ("G", "A", "1 100 A . 0/0", 0),
        ("A", "G", "1 100 A . 0/0", 2),
        ("A", "G", "1 100 A <NON_REF> 0/0", 2),
        # the alternative that a gVCF adds is no allele
        ("G", "A", "1 100 A G,<NON_REF> 0/1", 1),
        # only the effect allele is known
        ("G", "", "1 100 A G 0/1", 1),
        ("C", "", "1 100 A G 1/1", 2),
        # both strands are in the record: the pair that has the reference is meant
        ("C", "T", "1 100 A C,G,T 1/2", 1),
    ],
)
def test_copies(tmp_path: Path, effect: str, other: str, record: str, copies: int) -> None:
    found = scored(tmp_path, ("1", 100, effect, other, 1), [record])
    assert found.counted == 10
    assert found.sum == STEADY_SUM + copies
    assert found.alleles == 20
    assert found.average == pytest.approx((STEADY_SUM + copies) / 20)


@pytest.mark.parametrize(
    ("effect", "other", "records", "why"),
    [
        ("G", "A", [], "no record at the position"),
        ("G", "A", ["1 101 A G 1/1"], "no record at the position"),
        ("G", "A", ["3 100 A G 1/1"], "no record at the position"),
        ("G", "A", ["1 100 A G ./."], "the genotype was not read"),
        ("G", "A", ["1 100 A G ./1"], "the genotype was not read"),
        ("G", "A", ["1 100 A C 0/1"], "other alleles at the position"),
        ("GT", "G", ["1 100 A C 0/1"], "other alleles at the position"),
        # a longer allele of the other strand begins at another base
        ("CA", "C", ["1 100 G GT 0/1"], "other alleles at the position"),
        ("A", "T", ["1 100 A T 0/1"], "the strand cannot be told (A/T or C/G)"),
        ("G", "C", ["1 100 C G 1/1"], "the strand cannot be told (A/T or C/G)"),
        ("G", "", ["1 100 C G 1/1"], "the strand cannot be told (A/T or C/G)"),
        ("G", "", ["1 100 C G,T 1/1"], "other alleles at the position"),
        # neither strand has the reference
        ("G", "A", ["1 100 A C,T 1/2"], "other alleles at the position"),
        ("C", "T", ["1 100 A C,T 0/1"], "other alleles at the position"),
        # any base fits any pair on one strand or the other: a reference alone tells no strand
        ("T", "C", ["1 100 A <NON_REF> 0/0"], "other alleles at the position"),
        # another allele was seen and not called
        ("G", "A", ["1 100 A G,<NON_REF> 0/2"], "the genotype was not read"),
        ("G", "A", ["1 100 A <NON_REF> 0/1"], "the genotype was not read"),
        ("G", "A", ["1 100 A G 1"], "not two copies of the chromosome"),
        (
            "G",
            "A",
            ["1 100 A G 0/1", "1 100 A G 1/1"],
            "records of the position contradict each other",
        ),
        # one position over two lines: the carrier of G is written as reference in the line of C
        (
            "A",
            "C",
            ["1 100 A C 0/0", "1 100 A G 0/1"],
            "records of the position contradict each other",
        ),
        # the base before an insertion is also that before a deletion
        ("C", "CT", ["1 100 C . 0/0"], "reference, but no line tells its base"),
    ],
)
def test_not_counted(tmp_path: Path, effect: str, other: str, records: list[str], why: str) -> None:
    found = scored(tmp_path, ("1", 100, effect, other, 1), records)
    assert found.sum == STEADY_SUM
    assert [(tally.why, tally.variants) for tally in found.tallies] == [(why, 1)]
    assert found.tallies[0].weight_share == pytest.approx(1 / 11)
    assert found.match_rate == pytest.approx(0.9)
    assert found.weight_rate == pytest.approx(10 / 11)
    assert found.alleles == 18


def test_ambiguous_variants_as_given_are_flagged(tmp_path: Path) -> None:
    found = scored(tmp_path, ("1", 100, "A", "T", 1), ["1 100 T A 0/1"], keep_ambiguous=True)
    assert found.sum == STEADY_SUM + 1
    assert [tally.variants for tally in found.notes] == [1]
    assert "as given" in found.notes[0].why


def test_other_strand_is_told(tmp_path: Path) -> None:
    found = scored(tmp_path, ("1", 100, "C", "T", 1), ["1 100 A G 0/1"])
    assert [(tally.why, tally.variants) for tally in found.notes] == [
        ("counted on the other strand", 1)
    ]


def test_a_split_position_counts_the_alternative(tmp_path: Path) -> None:
    records = ["1 100 A G 0/1", "1 100 A C 0/1"]
    assert scored(tmp_path, ("1", 100, "C", "A", 1), records).sum == STEADY_SUM + 1


@pytest.mark.parametrize("column", ["FILTER", "DP", "GQ", "FT"])
def test_a_genotype_that_failed_is_not_read(tmp_path: Path, column: str) -> None:
    path = vcf(tmp_path, [*STEADY_RECORDS, "1 100 A G 0/1"])
    good = "\tPASS\t.\tGT\t0/1\n"
    bad = "\tLowQual\t.\tGT\t0/1\n" if column == "FILTER" else f"\tPASS\t.\tGT:{column}\t0/1:0\n"
    text = path.read_text(encoding="utf-8")
    assert good in text
    path.write_text(text.replace(good, bad), encoding="utf-8")
    found = score_person(
        ScoreAsked(path, scoring_file(tmp_path, [("1", 100, "G", "A", 1), *STEADY]))
    )
    assert [tally.why for tally in found.tallies] == ["the genotype was not read"]


def test_below_three_quarters_there_is_no_sum(tmp_path: Path) -> None:
    rows = [("1", 100 + i, "G", "A", 1) for i in range(4)]
    three = [f"1 {100 + i} A G 1/1" for i in range(3)]
    path = scoring_file(tmp_path, rows)
    assert score_person(ScoreAsked(vcf(tmp_path, three), path)).sum == 6
    two = score_person(ScoreAsked(vcf(tmp_path, three[:2]), path))
    assert (two.sum, two.average, two.counted) == (None, None, 2)
    assert two.not_measured == "2 of 4 variants (50.0 %) could be counted, 75 % are needed"


def test_a_missing_variant_of_great_weight_refuses_the_sum(tmp_path: Path) -> None:
    rows = [("1", 100 + i, "G", "A", 1) for i in range(9)] + [("1", 500, "G", "A", 9)]
    found = score_person(
        ScoreAsked(
            vcf(tmp_path, [f"1 {100 + i} A G 1/1" for i in range(9)]), scoring_file(tmp_path, rows)
        )
    )
    assert found.match_rate == pytest.approx(0.9)
    assert found.sum is None
    assert "50.0 % of the weight" in str(found.not_measured)


def test_a_variant_that_stands_twice_is_never_counted(tmp_path: Path) -> None:
    rows = [("1", 100, "G", "A", 1), ("1", 100, "T", "C", 1), *STEADY]
    found = score_person(
        ScoreAsked(vcf(tmp_path, [*STEADY_RECORDS, "1 100 A G 1/1"]), scoring_file(tmp_path, rows))
    )
    assert found.sum == STEADY_SUM
    assert [(t.why, t.variants) for t in found.tallies] == [("stands twice in the scoring file", 2)]


def test_a_row_without_its_other_allele_may_be_the_row_beside_it(tmp_path: Path) -> None:
    rows = [("1", 100, "G", "", 1), ("1", 100, "G", "A", 1), *STEADY]
    found = score_person(
        ScoreAsked(vcf(tmp_path, [*STEADY_RECORDS, "1 100 A G 1/1"]), scoring_file(tmp_path, rows))
    )
    assert found.sum == STEADY_SUM
    assert [(t.why, t.variants) for t in found.tallies] == [("stands twice in the scoring file", 2)]


@pytest.mark.parametrize("genotype", ["-1/0", "0/-1", "+1/0", "1_0/0", "0/2"])
def test_no_genotype(tmp_path: Path, genotype: str) -> None:
    with pytest.raises(InputError, match="no such genotype"):
        scored(tmp_path, ("1", 100, "G", "A", 1), [f"1 100 A G {genotype}"])


def test_two_alternatives_of_one_position_are_two_variants(tmp_path: Path) -> None:
    rows = [("1", 100, "G", "A", 1), ("1", 100, "C", "A", 4), *STEADY]
    found = score_person(
        ScoreAsked(
            vcf(tmp_path, [*STEADY_RECORDS, "1 100 A C,G 1/2"]), scoring_file(tmp_path, rows)
        )
    )
    assert found.sum == STEADY_SUM + 1 + 4


def test_three_weights_are_taken_by_genotype(tmp_path: Path) -> None:
    columns = (*COLUMNS[:4], "dosage_0_weight", "dosage_1_weight", "dosage_2_weight")
    rows = [("1", 100 + i, "G", "A", -0.5, 0.25, 3) for i in range(3)]
    records = ["1 100 A G 0/0", "1 101 A G 0/1", "1 102 A G 1/1"]
    found = score_person(ScoreAsked(vcf(tmp_path, records), scoring_file(tmp_path, rows, columns)))
    assert found.sum == pytest.approx(-0.5 + 0.25 + 3)


def test_dominant_and_recessive_weights(tmp_path: Path) -> None:
    columns = (*COLUMNS, "is_dominant", "is_recessive")
    rows = [
        ("1", 100, "G", "A", 1, "TRUE", "FALSE"),
        ("1", 101, "G", "A", 10, "True", ""),
        ("1", 102, "G", "A", 100, "FALSE", "TRUE"),
        ("1", 103, "G", "A", 1000, "", "True"),
        ("1", 104, "G", "A", 10000, "FALSE", "FALSE"),
    ]
    genotypes = ("0/1", "1/1", "0/1", "1/1", "1/1")
    records = [f"1 {100 + i} A G {g}" for i, g in enumerate(genotypes)]
    found = score_person(ScoreAsked(vcf(tmp_path, records), scoring_file(tmp_path, rows, columns)))
    assert found.sum == 1 + 10 + 0 + 1000 + 20000


def test_missing_genotypes_by_frequency(tmp_path: Path) -> None:
    columns = (*COLUMNS, "allelefrequency_effect")
    rows = [("1", 100 + i, "G", "A", 1, 0.3) for i in range(4)] + [("1", 200, "G", "A", 1, "")]
    records = [f"1 {100 + i} A G 1/1" for i in range(4)] + ["1 200 A G ./."]
    path = scoring_file(tmp_path, rows, columns)
    assert score_person(ScoreAsked(vcf(tmp_path, records), path)).sum == 8
    filled = ScoreAsked(vcf(tmp_path, records), path, missing="frequency")
    assert score_person(filled).sum == 8
    records[3] = "1 103 A G ./."
    found = score_person(ScoreAsked(vcf(tmp_path, records), path, missing="frequency"))
    assert found.sum is None
    assert found.counted == 3


def test_mean_of_a_missing_genotype_is_twice_the_frequency(tmp_path: Path) -> None:
    columns = (*COLUMNS, "allelefrequency_effect")
    rows = [("1", 100 + i, "G", "A", 1, 0.3) for i in range(5)]
    records = [f"1 {100 + i} A G 1/1" for i in range(4)] + ["1 104 A G ./."]
    found = score_person(
        ScoreAsked(
            vcf(tmp_path, records), scoring_file(tmp_path, rows, columns), missing="frequency"
        )
    )
    assert found.sum == pytest.approx(8 + 2 * 0.3)
    assert (found.counted, found.alleles) == (4, 10)


def test_a_contradiction_far_away_in_a_file_without_order(tmp_path: Path) -> None:
    rows = [("1", 100 + i, "G", "A", 1) for i in range(9)]
    places = [1, 5, 8, 0, 2, 5, 7, 3, 4, 6]
    records = [f"1 {100 + p} A G {'1/1' if i == 5 else '0/1'}" for i, p in enumerate(places)]
    found = score_person(ScoreAsked(vcf(tmp_path, records), scoring_file(tmp_path, rows)))
    assert [(tally.why, tally.variants) for tally in found.tallies] == [(CONTRADICT, 1)]
    assert found.sum == 8
