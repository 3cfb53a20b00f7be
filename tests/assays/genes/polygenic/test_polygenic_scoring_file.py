"""What a scoring file may look like, and what is refused with one line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from equipoise.assays.genes.build import builds_of_length
from equipoise.assays.genes.polygenic.builds import length_of
from equipoise.assays.genes.polygenic.scoring_file import read_scoring_file
from equipoise.core.errors import InputError
from equipoise.core.steps import quiet
from tests.assays.genes.polygenic.made_files import COLUMNS, HEAD, scoring_file

ROW = ("1", 100, "G", "A", 0.5)
HARMONISED = (*COLUMNS, "hm_chr", "hm_pos", "hm_inferOtherAllele")


def read(path: Path) -> object:
    return read_scoring_file(path, quiet)


def test_harmonised_positions_are_those_that_count(tmp_path: Path) -> None:
    head = f"{HEAD}#HmPOS_build=GRCh38\n"
    rows = [
        ("1", 100, "G", "", 0.5, "2", 777, "A"),
        ("1", 101, "G", "", 0.5, "2", 778, "A/T"),
        ("1", 102, "G", "A", 0.25, "", "", ""),
    ]
    file = read_scoring_file(
        scoring_file(tmp_path, rows, HARMONISED, build="hg19", head=head), quiet
    )
    assert file.header.build == "GRCh38"
    assert list(file.sites.by_chromosome) == ["2"]
    place = file.sites.by_chromosome["2"]
    assert place.position.tolist() == [777, 778]
    # Two possible other alleles are as good as none.
    assert [file.sites.pairs[n] for n in place.pair] == [("G", "A"), ("G", "")]
    ((why, left_out),) = file.unplaced.items()
    assert (why, left_out.rows, left_out.weight) == ("no position in this build", 1, 0.25)
    assert file.rows == 3


def test_rows_that_no_genotype_answers_are_counted_apart(tmp_path: Path) -> None:
    columns = (*COLUMNS, "is_haplotype", "is_diplotype", "is_interaction")
    rows = [
        (*ROW, "FALSE", "False", ""),
        ("6", 1, "HLA-B*57:01", "", -0.92, "TRUE", "", ""),
        ("6", 2, "HLA-DR3/X", "", 1, "", "TRUE", ""),
        ("1", 5, "A", "G", 2, "", "", "True"),
        ("6", 9, "HLA-DPB1_36_A", "", 3, "", "", ""),
        ("Y", 9, "A", "G", 4, "", "", ""),
        ("MT", 9, "A", "G", 5, "", "", ""),
        ("HSCHR6_MHC_COX", 9, "A", "G", 6, "", "", ""),
    ]
    file = read_scoring_file(scoring_file(tmp_path, rows, columns), quiet)
    assert len(file.sites) == 1
    assert {why: (u.rows, u.weight) for why, u in file.unplaced.items()} == {
        "a haplotype": (1, 0.92),
        "a diplotype": (1, 1),
        "an interaction of several variants": (1, 2),
        "an allele that is no run of bases": (1, 3),
        "on Y or the mitochondrion": (2, 9),
        "no position in this build": (1, 6),
    }


def test_gzip_and_windows_line_ends(tmp_path: Path) -> None:
    path = scoring_file(tmp_path, [ROW])
    text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
    packed = tmp_path / "score.txt.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert read_scoring_file(packed, quiet).sites.joined("values").tolist() == [[0.5]]


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    rows = [("1", 100 - i, "G", "A", i) for i in range(50)]
    place = read_scoring_file(scoring_file(tmp_path, rows), quiet).sites.by_chromosome["1"]
    assert place.position.tolist() == list(range(51, 101))
    assert place.values[:, 0].tolist() == list(range(49, -1, -1))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("1", 100, "G", "A", "heavy"), "line 7: a weight is no number; got heavy"),
        (("1", 100, "G", "A", ""), "line 7: a weight is no number"),
        (("1", 100, "G", "A", "nan"), "line 7: no weight that can be added; got nan"),
        (("1", 100, "G", "A", "-inf"), "line 7: no weight that can be added"),
        (("1", 100, "G", "A", "1e300"), "line 7: no weight that can be added; got 1e300"),
        (("1", 250_000_000, "G", "A", 1), "line 7: no position of chromosome 1 in GRCh38"),
        (("1", -5, "G", "A", 1), "line 7: no position of chromosome 1"),
        (("1", 10**30, "G", "A", 1), "line 7: no position of chromosome 1"),
        (("1", "12x", "G", "A", 1), "line 7: no position of chromosome 1"),
        (("1", 100, "G", "A", 1, 9, 9), "line 7: another number of cells than the header"),
        (("1", 100), "line 7: another number of cells than the header"),
    ],
)
def test_a_faulty_row_is_named(tmp_path: Path, row: tuple[object, ...], says: str) -> None:
    path = scoring_file(tmp_path, [row, ROW])
    with pytest.raises(InputError) as caught:
        read(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "row", "says"),
    [
        (("rsID", "effect_allele", "effect_weight"), ("rs1", "A", 1), "without their positions"),
        (
            ("chr_name", "chr_position", "effect_weight"),
            ("1", 1, 1),
            "no such column: effect_allele",
        ),
        (COLUMNS[:4], ROW[:4], "no such column: effect_weight"),
        ((*COLUMNS[:4], "OR"), ROW, "OR is a ratio"),
        ((*COLUMNS, "effect_weight"), (*ROW, 1), "a column stands twice"),
    ],
)
def test_columns_that_are_needed(
    tmp_path: Path, columns: tuple[str, ...], row: tuple[object, ...], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        read(scoring_file(tmp_path, [row], columns))


@pytest.mark.parametrize("kind", ["OR", "HR", "odds ratio"])
def test_ratios_are_never_taken_for_logarithms(tmp_path: Path, kind: str) -> None:
    head = HEAD.replace("beta", kind)
    with pytest.raises(InputError, match="weights that are ratios cannot be added"):
        read(scoring_file(tmp_path, [ROW], head=head))
    logged = HEAD.replace("beta", f"log({kind})")
    assert read(scoring_file(tmp_path, [ROW], head=logged))


@pytest.mark.parametrize("build", ["NR", "", "NCBI36", "hg18", "mm10", "GRCh37 or GRCh38"])
def test_a_build_that_is_not_told(tmp_path: Path, build: str) -> None:
    with pytest.raises(InputError, match=r"does not tell the build.*harmonised file"):
        read(scoring_file(tmp_path, [ROW], build=build))


@pytest.mark.parametrize("build", ["GRCh38", "GRCh37"])
@pytest.mark.parametrize("chromosome", ["10", "19", "22"])
def test_two_tables_give_a_chromosome_one_length(chromosome: str, build: str) -> None:
    """The genes' table of builds and that of all chromosomes come from two sources."""
    assert builds_of_length(f"chr{chromosome}", length_of(chromosome, build)) == [build]


@pytest.mark.parametrize(
    ("told", "build"), [("hg19", "GRCh37"), ("GRCh37", "GRCh37"), ("hg38", "GRCh38")]
)
def test_names_of_builds(tmp_path: Path, told: str, build: str) -> None:
    assert read_scoring_file(scoring_file(tmp_path, [ROW], build=told), quiet).header.build == build


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"#pgs_id=PGS9\n", "holds no table"),
        ((HEAD + "#genome_build=GRCh38\n" + "\t".join(COLUMNS) + "\n").encode(), "no row"),
        (b"#format_version=1.0\na\tb\n", "another format of scoring files"),
        (gzip.compress(b"#pgs_id=PGS9\n" * 9999, mtime=0)[:-20], "damaged or was cut off"),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "score.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read(path)


@pytest.mark.parametrize(("place", "text"), [(1, "1_00"), (4, "1_0")])
def test_a_number_with_an_underscore_is_none(tmp_path: Path, place: int, text: str) -> None:
    """Python reads 1_0 as ten."""
    row = [text if i == place else cell for i, cell in enumerate(ROW)]
    with pytest.raises(InputError, match=f"line .*got {text}"):
        read(scoring_file(tmp_path, [row]))


def test_line_ends_and_byte_order_mark_of_windows(tmp_path: Path) -> None:
    path = scoring_file(tmp_path, [ROW, ROW])
    plain = read_scoring_file(path, quiet)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n").rstrip(b"\n"))
    other = read_scoring_file(path, quiet)
    assert other.header == plain.header
    assert other.rows == plain.rows == 2


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "none.txt")
