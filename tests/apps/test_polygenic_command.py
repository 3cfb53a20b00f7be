"""The command `equipoise genes score`: what it prints, and one line for every bad input."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from equipoise.apps.cli import main
from tests.assays.genes.polygenic.made_files import scoring_file, vcf

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
VARIANTS, WEIGHTS = EXAMPLES / "variants_synthetic.vcf", EXAMPLES / "weights_synthetic.txt"
ROWS = [("1", 100 + i, "G", "A", 1) for i in range(4)]
RECORDS = [f"1 {100 + i} A G 0/1 1/1" for i in range(4)]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["genes", "score", *map(str, arguments)])
    printed = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    return code, printed.out, printed.err


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("equipoise: ")
    return err


def test_the_example_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(
        capsys,
        VARIANTS,
        WEIGHTS,
        *("--panel", EXAMPLES / "panel_synthetic.tsv"),
        *("--reference", EXAMPLES / "reference_synthetic.tsv"),
        "--json",
    )
    document = json.loads(out)
    assert code == 0
    assert document["kind"] == "PolygenicScore"
    assert (document["trait"], document["grade"]) == ("Invented trait", "D")
    assert (document["counted"], document["alleles"], document["variants"]) == (76, 152, 80)
    assert document["placement"]["population"] == document["standing"]["population"] == "north"
    assert {len(one["sha256"]) for one in document["provenance"]["inputs"]} == {64}
    assert "5.8 %" in document["evidence"][0]["sentence"]
    assert any("unstable for one person" in one["sentence"] for one in document["evidence"])


def test_unstable_is_said_with_every_placement_and_percentile(
    capsys: pytest.CaptureFixture[str],
) -> None:
    panel = ("--panel", EXAMPLES / "panel_synthetic.tsv")
    reference = ("--reference", EXAMPLES / "reference_synthetic.tsv")
    _, out, _ = run(capsys, VARIANTS, WEIGHTS, *panel, *reference)
    for line in out.splitlines():
        if line.startswith(("placement:", "percentile ")):
            assert line.endswith("unstable for one person")
    _, alone, _ = run(capsys, VARIANTS, WEIGHTS)
    assert "no percentile: no reference sample was given" in alone
    assert "research only" in alone.splitlines()[1]


def test_a_percentile_is_said_to_be_no_chance(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lower = (EXAMPLES / "reference_synthetic.tsv").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lower]
    at = cells[0].index("SUM")
    for line in cells[1:]:
        line[at] = str(float(line[at]) - 1000)
    sums = tmp_path / "sums.tsv"
    sums.write_text("".join("\t".join(line) + "\n" for line in cells), encoding="utf-8")
    panel = ("--panel", EXAMPLES / "panel_synthetic.tsv")
    _, out, _ = run(capsys, VARIANTS, WEIGHTS, *panel, "--reference", sums)
    assert "percentile above 99 (standard error 1, " in out
    assert "not the chance of having or getting an illness" in out


def test_no_sign_of_a_file_reaches_the_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    head = "#format_version=2.0\n#trait_reported=\x1b[2Jheight\n"
    weights = scoring_file(tmp_path, ROWS, head=head)
    _, out, _ = run(capsys, vcf(tmp_path, RECORDS, samples="one two"), weights, "--sample", "one")
    assert out.startswith("a score without id: [2Jheight\n")


def test_not_measured_is_no_failure(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    variants = vcf(tmp_path, ["1 100 A G 0/1"])
    code, out, _ = run(capsys, variants, scoring_file(tmp_path, ROWS))
    assert code == 0
    assert "not measured: 1 of 4 variants (25.0 %) could be counted, 75 % are needed" in out
    assert "sum " not in out.split("What is known")[0]


def test_a_limit_of_the_site(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "src/equipoise/tables/genes/polygenic_limits.tsv"
    text = shipped.read_text(encoding="utf-8")
    site = tmp_path / "site"
    (site / "genes").mkdir(parents=True)
    lowered = text.replace("match_rate\t0.75", "match_rate\t0.2")
    lowered = lowered.replace("weight_rate\t0.75", "weight_rate\t0.2")
    (site / "genes" / "polygenic_limits.tsv").write_text(lowered, encoding="utf-8")
    variants = vcf(tmp_path, ["1 100 A G 0/1"])
    code, out, _ = run(capsys, variants, scoring_file(tmp_path, ROWS), "--site", site)
    assert code == 0
    assert "sum 1, " in out


def test_several_samples(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    variants = vcf(tmp_path, RECORDS, samples="one two")
    weights = scoring_file(tmp_path, ROWS)
    assert "holds 2 samples; name one with --sample" in refused(capsys, variants, weights)
    assert "no such sample" in refused(capsys, variants, weights, "--sample", "three")
    for name, total in (("one", 4), ("two", 8)):
        _, out, _ = run(capsys, variants, weights, "--sample", name, "--json")
        assert json.loads(out)["sum"] == total


@pytest.mark.parametrize(
    ("head", "build", "says"),
    [
        ("##source=x\n", None, "does not tell the build; say which it is: --build"),
        ("##reference=GRCh38\n", "GRCh37", "got --build GRCh37, header GRCh38"),
        ("##reference=hg19\n", None, "positions are of another build than the variants"),
        ("##contig=<ID=chr1,length=249250621>\n", "GRCh38", "got --build GRCh38, header GRCh37"),
        ("##contig=<ID=1,assembly=b37>\n", None, "of another build than the variants"),
        (
            "##reference=hg38\n##contig=<ID=2,length=243199373>\n",
            None,
            "contradicts itself about the build",
        ),
        ("##reference=hg18\n", "GRCh38", "a build that cannot be read; got NCBI36"),
        ("##contig=<ID=10,length=135374737>\n", "GRCh37", "got NCBI36"),
        ("##reference=file:///data/sub38/own.fa\n", None, "does not tell the build"),
        ("##source=x\n", "GRCh36", "no such build; got GRCh36; allowed: GRCh38, GRCh37"),
    ],
)
def test_builds(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, head: str, build: str | None, says: str
) -> None:
    told = ("--build", build) if build else ()
    variants = vcf(tmp_path, ["1 100 A G 0/1"], head=head)
    assert says in refused(capsys, variants, scoring_file(tmp_path, ROWS), *told)


def test_build_by_the_lengths_of_contigs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    head = "##contig=<ID=chr1,length=248956422>\n##contig=<ID=chrM,length=16569>\n"
    variants = vcf(tmp_path, [r.rsplit(" ", 1)[0] for r in RECORDS], head=head)
    code, out, _ = run(capsys, variants, scoring_file(tmp_path, ROWS))
    assert (code, "GRCh38" in out) == (0, True)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"rsid\tgenotype\n", "no VCF with genotypes"),
        (b"##fileformat=VCFv4.2\n", "no VCF with genotypes"),
        (b"BCF\x02\x02\x00\x00", "write it as text first: bcftools view"),
        (b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n", "no VCF with"),
    ],
)
def test_no_vcf(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "person.vcf"
    path.write_bytes(content)
    assert says in refused(capsys, path, scoring_file(tmp_path, ROWS))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("\t103\t", "\tten\t", "line 7: a position is no number"),
        ("\tGT\t0/1\n1\t101", "\n1\t101", "line 4: the line has too few columns"),
        ("0/1\n1\t101", "0/7\n1\t101", "line 4: no such genotype: 0/7"),
        ("0/1\n1\t101", "0/1\t0/1\n1\t101", "line 4: the line has more columns than the header"),
        ("INFO\tFORMAT\tP", "INFO\tFORMAT", "the file holds no sample"),
        ("INFO\tFORMAT\tP", "INFO\tFORMAT\tP\tP", "two samples have one name"),
    ],
)
def test_damaged_lines(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = vcf(tmp_path, [r.rsplit(" ", 1)[0] for r in RECORDS])
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert says in refused(capsys, path, scoring_file(tmp_path, ROWS))


def test_a_file_that_was_cut_off(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    records = [f"1 {100 + i} A G 0/1" for i in range(20_000)]
    path = vcf(tmp_path, records, name="person.vcf.gz")
    path.write_bytes(path.read_bytes()[:-2000])
    assert "damaged or was cut off" in refused(capsys, path, scoring_file(tmp_path, ROWS))


def test_blocks_that_were_cut_off_between_two(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pysam = pytest.importorskip("pysam")
    plain = vcf(tmp_path, [f"1 {100 + i} A G 0/1" for i in range(20_000)])
    packed = tmp_path / "person.vcf.gz"
    pysam.tabix_compress(str(plain), str(packed))
    weights = scoring_file(tmp_path, ROWS)
    assert run(capsys, packed, weights)[0] == 0
    # Without the empty block at the end all others are whole.
    packed.write_bytes(packed.read_bytes()[:-28])
    assert gzip.decompress(packed.read_bytes())
    assert "damaged or was cut off" in refused(capsys, packed, weights)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--missing", "guess"), "--missing: no such choice"),
        (("--missing", "frequency"), "no such column: allelefrequency_effect"),
        (("--absent-is-reference",), "needs the reference genome"),
        (("--genome", "none.fa", "--absent-is-reference"), "this genome cannot be read"),
        (("--panel", "none.tsv"), "none.tsv: this file cannot be read"),
        (("--reference", "none.tsv"), "none.tsv: this file cannot be read"),
    ],
)
def test_options_that_cannot_be(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], says: str
) -> None:
    assert says in refused(capsys, VARIANTS, WEIGHTS, *options)
