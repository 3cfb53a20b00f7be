"""Builds, samples, ways of packing, and files that cannot be used."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysam
import pytest

from equipoise.assays.genes.vcf import NO_INDEX, read_variants
from equipoise.core.errors import InputError
from equipoise.core.tables import load_table

Write = Callable[..., Path]
Reference = Callable[..., dict[str, Any]]
LENGTH = "##contig=<ID={name},length={length}>\n"


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_variants(path, **options)
    line = caught.value.line()
    assert "\n" not in line
    return line


class TestBuild:
    """The file tells its build; it is never guessed."""

    @pytest.mark.parametrize("build", ["GRCh38", "GRCh37"])
    @pytest.mark.parametrize("prefix", ["chr", ""])
    def test_by_the_length_of_a_chromosome(
        self, write: Write, reference: Reference, build: str, prefix: str
    ) -> None:
        lengths = {"GRCh38": 133797422, "GRCh37": 135534747}
        line = reference(build)["rs4244285"]
        line = line.having(chrom=line.chrom.replace("chr", prefix), gt="0/1")
        head = LENGTH.format(name=f"{prefix}10", length=lengths[build])
        reading = read_variants(write([line], head=head))
        assert reading.build == build
        (found,) = [item for item in reading.observed if item.alleles]
        assert (found.position, found.alleles) == ("rs4244285", ("G", "A"))

    @pytest.mark.parametrize(
        ("head", "build"),
        [
            ("##reference=file:///data/GRCh38_full_analysis_set_plus_decoy_hla.fa\n", "GRCh38"),
            ("##reference=hg38\n", "GRCh38"),
            ("##reference=file:///human_g1k_v37_decoy.fasta\n", "GRCh37"),
            ("##reference=hs37d5\n", "GRCh37"),
            ("##reference=ucsc.hg19.fasta\n", "GRCh37"),
            ("##contig=<ID=chr10,assembly=GRCh37>\n", "GRCh37"),
            ("##contig=<ID=chr10,assembly=b38>\n", "GRCh38"),
        ],
    )
    def test_by_the_words_of_the_header(
        self, write: Write, reference: Reference, head: str, build: str
    ) -> None:
        line = reference(build)["rs4244285"]
        assert read_variants(write([line], head=head)).build == build

    @pytest.mark.parametrize(
        ("name", "build"), [("NC_000010.11", "GRCh38"), ("NC_000010.10", "GRCh37")]
    )
    def test_by_the_name_of_a_sequence(
        self, write: Write, reference: Reference, name: str, build: str
    ) -> None:
        line = reference(build)["rs4244285"].having(chrom=name, gt="1/1")
        reading = read_variants(write([line], head=f"##contig=<ID={name}>\n"))
        assert reading.build == build
        assert ("A", "A") in [item.alleles for item in reading.observed]

    @pytest.mark.parametrize("build", ["GRCh38", "GRCh37"])
    def test_by_enough_bases_of_the_reference(
        self, write: Write, reference: Reference, build: str
    ) -> None:
        lines = list(reference(build).values())
        assert read_variants(write(lines, head="")).build == build
        assert "--build" in refused(write(lines[:9], head=""))

    def test_a_file_of_no_known_genome_is_not_taken_for_one(
        self, write: Write, reference: Reference
    ) -> None:
        lines = list(reference("GRCh38").values())
        lines[5] = lines[5].having(ref={"A": "C"}.get(lines[5].ref, "A"))
        assert "nothing in the file tells the build" in refused(write(lines, head=""))

    @pytest.mark.parametrize("given", ["GRCh38", "GRCh37"])
    def test_the_user_may_say_it(self, write: Write, reference: Reference, given: str) -> None:
        line = reference(given)["rs4244285"]
        assert read_variants(write([line], head=""), build=given).build == given

    def test_the_user_and_the_header_must_agree(self, write: Write, reference: Reference) -> None:
        path = write(reference("GRCh38").values())
        assert "another build than --build" in refused(path, build="GRCh37")

    def test_the_header_must_agree_with_itself(self, write: Write, reference: Reference) -> None:
        head = "##reference=hg19\n" + LENGTH.format(name="chr10", length=133797422)
        line = refused(write(reference("GRCh38").values(), head=head))
        assert "contradicts itself" in line
        assert "GRCh37" in line
        assert "GRCh38" in line

    @pytest.mark.parametrize(("said", "really"), [("GRCh38", "GRCh37"), ("GRCh37", "GRCh38")])
    def test_a_header_of_the_wrong_build(
        self, write: Write, reference: Reference, said: str, really: str
    ) -> None:
        lines = [line.having(gt="0/1") for line in reference(really).values()][:40]
        line = refused(write(lines, head=f"##reference={said}\n"))
        assert f"its bases fit {really}" in line
        assert refused(write(lines, head=""), build=said)

    @pytest.mark.parametrize(
        ("head", "told"),
        [
            ("##reference=hg18\n", "NCBI36"),
            (LENGTH.format(name="22", length=49691432), "NCBI36"),
            ("##reference=chm13v2.0.fa\n", "T2T-CHM13"),
            (LENGTH.format(name="chr10", length=134758134), "T2T-CHM13"),
        ],
    )
    def test_a_build_that_cannot_be_read(
        self, write: Write, reference: Reference, head: str, told: str
    ) -> None:
        line = refused(write(reference("GRCh38").values(), head=head))
        assert "cannot be read" in line
        assert told in line

    def test_a_length_that_is_only_the_last_position(
        self, write: Write, reference: Reference
    ) -> None:
        head = LENGTH.format(name="chr10", length=94852915)
        assert read_variants(write(reference("GRCh38").values(), head=head)).build == "GRCh38"
        assert "--build" in refused(write([reference("GRCh38")["rs4244285"]], head=head))

    def test_no_such_build(self, write: Write, reference: Reference) -> None:
        assert "no such build" in refused(write(reference().values()), build="hg38")

    def test_the_older_build_is_told_in_the_notation_of_the_newer(
        self, write: Write, reference: Reference
    ) -> None:
        """Where the two references differ, 0/0 is another base; each is a column of the table."""
        path = write(reference("GRCh37").values(), head="##reference=hg19\n")
        found = {item.position: item for item in read_variants(path).observed}
        for row in load_table("genes/positions"):
            item, ref = found[row.text("id")], row.optional_text("ref_grch37")
            if ref is None:
                assert item.why == "cannot be read in GRCh37"
            else:
                assert item.alleles == (ref, ref)
        assert found["rs16947"].alleles == ("A", "A") != ("G", "G")

    def test_a_wrong_reference_base_is_refused(self, write: Write, reference: Reference) -> None:
        lines = list(reference().values())
        assert (lines[0].ref, lines[0].pos) == ("C", 94761900)
        lines[0] = lines[0].having(ref="G", alt="T")
        line = refused(write(lines))
        assert "file.vcf chr10:94761900: wrong reference allele" in line
        assert "got G; allowed: C at chr10:94761900" in line

    def test_the_other_strand_is_refused(self, write: Write, reference: Reference) -> None:
        turn = str.maketrans("ACGT", "TGCA")
        lines = [
            line.having(ref=line.ref.translate(turn), alt=line.alt.translate(turn))
            for line in reference().values()
        ]
        assert "wrong reference allele" in refused(write(lines))


class TestSamples:
    """Which person of a file."""

    def test_several_need_a_name(self, write: Write, reference: Reference) -> None:
        line = reference()["rs4244285"].having(gt="0/0\t0/1\t1/1")
        path = write([line], samples="ANNA\tBERTA\tCLARA")
        assert "ANNA, BERTA, CLARA" in refused(path)
        assert "did you mean BERTA?" in refused(path, sample="BERTHA")
        reading = read_variants(path, sample="CLARA")
        assert reading.sample == "CLARA"
        assert ("A", "A") in [item.alleles for item in reading.observed]

    def test_none(self, write: Write, reference: Reference) -> None:
        path = write([reference()["rs4244285"]])
        text = "\n".join("\t".join(t.split("\t")[:8]) for t in path.read_text().splitlines())
        path.write_text(text + "\n")
        assert "no sample" in refused(path)


class TestPacking:
    """The same content, packed otherwise, reads the same."""

    @pytest.fixture
    def plain(self, write: Write, reference: Reference) -> Path:
        lines = reference()
        lines["rs4244285"] = lines["rs4244285"].having(gt="0/1")
        return write(sorted(lines.values(), key=lambda line: (line.chrom, line.pos)))

    def test_bgzip_index_and_bcf(self, plain: Path, tmp_path: Path) -> None:
        told = read_variants(plain)
        assert ("G", "A") in [item.alleles for item in told.observed]
        packed = tmp_path / "packed.vcf.gz"
        pysam.tabix_compress(str(plain), str(packed))
        reading = read_variants(packed)
        assert reading.observed == told.observed
        assert NO_INDEX in reading.flags
        for csi in (False, True):
            pysam.tabix_index(str(packed), preset="vcf", force=True, csi=csi)
            reading = read_variants(packed)
            assert reading.observed == told.observed
            assert NO_INDEX not in reading.flags
        binary = tmp_path / "packed.bcf"
        source = pysam.VariantFile(str(plain))
        with source, pysam.VariantFile(str(binary), "wb", header=source.header) as sink:
            for record in source:
                sink.write(record)
        assert read_variants(binary).observed == told.observed

    @pytest.mark.parametrize("damage", ["older", "garbage", "link"])
    def test_an_index_that_cannot_be_trusted_is_not_used(
        self, plain: Path, tmp_path: Path, damage: str
    ) -> None:
        packed = tmp_path / "packed.vcf.gz"
        pysam.tabix_compress(str(plain), str(packed))
        pysam.tabix_index(str(packed), preset="vcf")
        index = tmp_path / "packed.vcf.gz.tbi"
        if damage == "older":
            os.utime(index, (1, 1))
        elif damage == "garbage":
            index.write_bytes(b"garbage")
        else:
            index.unlink()
            index.symlink_to(tmp_path / "nowhere")
        reading = read_variants(packed)
        assert reading.observed == read_variants(plain).observed
        assert NO_INDEX in reading.flags

    def test_plain_gzip(self, plain: Path, tmp_path: Path) -> None:
        path = tmp_path / "x.vcf.gz"
        path.write_bytes(gzip.compress(plain.read_bytes()))
        assert read_variants(path).observed == read_variants(plain).observed

    def test_a_link(self, plain: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.vcf"
        link.symlink_to(plain)
        assert read_variants(link).observed == read_variants(plain).observed
        broken = tmp_path / "broken.vcf"
        broken.symlink_to(tmp_path / "nowhere.vcf")
        assert "a link to a file that is not here" in refused(broken)

    def test_lines_that_end_as_on_windows(self, plain: Path, tmp_path: Path) -> None:
        path = tmp_path / "x.vcf"
        path.write_bytes(plain.read_bytes().replace(b"\n", b"\r\n"))
        assert read_variants(path).observed == read_variants(plain).observed

    def test_a_field_that_the_header_does_not_declare(self, plain: Path, tmp_path: Path) -> None:
        path = tmp_path / "x.vcf"
        text = plain.read_text()
        path.write_text("".join(t for t in text.splitlines(True) if not t.startswith("##FORMAT")))
        assert read_variants(path).observed == read_variants(plain).observed

    def test_how_far_a_large_file_is(self, plain: Path, tmp_path: Path) -> None:
        """A whole genome without an index is read once, and says how far it is."""
        path = tmp_path / "x.vcf"
        far = "".join(f"chr10\t{p}\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n" for p in range(1, 40000))
        path.write_text(plain.read_text() + far)
        told: list[tuple[int, int]] = []
        reading = read_variants(path, watch=lambda _, done, total: told.append((done, total)))
        assert reading.observed == read_variants(plain).observed
        assert len(told) >= 2
        assert told == sorted(told)
        assert all(0 < done <= total == path.stat().st_size for done, total in told)


class TestUnusable:
    """One line each."""

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "is empty"),
            (b"hello\nworld\n", "no VCF or BCF"),
            (b"\x89PNG\r\n\x1a\n" + bytes(100), "no VCF or BCF"),
            (b"\x1f\x8b", ""),
            (gzip.compress(b"hello\n", mtime=0), "no VCF or BCF"),
            (gzip.compress(b"", mtime=0), "no VCF or BCF"),
            (b"##fileformat=VCFv4.2\n", "no VCF or BCF"),
            (b"##fileformat=VCFv4.2\n#CHROM\tPOS\n", ""),
        ],
    )
    def test_what_is_no_vcf(self, tmp_path: Path, content: bytes, said: str) -> None:
        path = tmp_path / "x.vcf.gz"
        path.write_bytes(content)
        assert said in refused(path)

    def test_no_file_and_a_folder(self, tmp_path: Path) -> None:
        assert "no such file" in refused(tmp_path / "x.vcf")
        assert "this is no file" in refused(tmp_path)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read(self, write: Write, reference: Reference) -> None:
        path = write(reference().values())
        path.chmod(0)
        assert "cannot be read" in refused(path)

    def test_without_the_package_that_reads_variants(
        self, write: Write, reference: Reference, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "pysam", None)
        assert "equipoise[genetics]" in refused(write(reference().values()))

    def test_a_header_alone(self, write: Write, tmp_path: Path) -> None:
        path = write([])
        assert "a header and no record" in refused(path)
        packed = tmp_path / "x.vcf.gz"
        pysam.tabix_compress(str(path), str(packed))
        pysam.tabix_index(str(packed), preset="vcf")
        assert "a header and no record" in refused(packed)

    def test_no_genotypes(self, write: Write, reference: Reference) -> None:
        lines = [line.having(format="DP", gt="30") for line in reference().values()]
        assert "no genotypes" in refused(write(lines))

    @pytest.mark.parametrize("keep", [-28, -100, 0.5, 60])
    def test_bgzip_cut_short(
        self, write: Write, reference: Reference, tmp_path: Path, keep: float
    ) -> None:
        path = tmp_path / "x.vcf.gz"
        pysam.tabix_compress(str(write(reference().values())), str(path))
        whole = path.read_bytes()
        end = int(keep) if keep > 1 or keep < 0 else int(len(whole) * keep)
        path.write_bytes(whole[:end])
        assert "damaged or cut short" in refused(path)

    @pytest.mark.parametrize("cut", [5, 200, 2000])
    def test_gzip_cut_short(
        self, write: Write, reference: Reference, tmp_path: Path, cut: int
    ) -> None:
        path = tmp_path / "x.vcf.gz"
        path.write_bytes(gzip.compress(write(reference().values()).read_bytes())[:-cut])
        assert refused(path)

    def test_text_cut_short_within_a_line(self, write: Write, reference: Reference) -> None:
        path = write(reference().values())
        path.write_bytes(path.read_bytes()[:-20])
        assert "damaged or cut short" in refused(path)

    @pytest.mark.parametrize("line", ["chr10\tx\t.\tA\tC\t.\t.\t.\tGT\t0/1", "chr10 5 . A C", ""])
    def test_a_line_that_is_none(self, write: Write, reference: Reference, line: str) -> None:
        path = write(reference().values())
        path.write_text(path.read_text() + line + "\n")
        assert "damaged or cut short" in refused(path)

    def test_htslib_prints_nothing(
        self, write: Write, reference: Reference, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Its warnings would stand between the lines of the program."""
        lines = [
            line.having(info="XX=1", format="GT:ZZ", gt="0/0:1") for line in reference().values()
        ]
        path = write(lines)
        read_variants(path)
        path.write_bytes(path.read_bytes()[:-20])
        refused(path)
        assert capfd.readouterr() == ("", "")
