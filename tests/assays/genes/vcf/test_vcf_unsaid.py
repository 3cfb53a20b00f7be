"""What a file does not say is not read: no reads, no copies, no phase, another sample's block."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise.assays.genes.observed import Observed
from equipoise.assays.genes.vcf import read_variants
from equipoise.core.errors import InputError

Write = Callable[..., Path]
Lines = dict[str, Any]
HEAD38 = "##contig=<ID=chr10,length=133797422>\n"


@pytest.fixture
def lines(reference: Callable[..., Lines]) -> Lines:
    return reference("GRCh38")


def observed(path: Path, **options: Any) -> dict[str, Observed]:
    return {item.position: item for item in read_variants(path, **options).observed}


@pytest.mark.parametrize(
    ("form", "cell", "alt", "info"),
    [
        ("GT:GQ:MIN_DP", "0/0:1:0", "<*>", "END=94781859"),  # DeepVariant has no DP in a block
        ("GT:RGQ", "0/0:0", ".", "."),  # GATK with every site
        ("GT:AD", "0/0:0,0", "A", "."),
        ("GT", "0/0", ".", "DP=0"),
        ("GT", "0/0", ".", "END=94781859;MinDP=0"),  # blocks of bcftools
        ("GT:DP", "0/1:0", "A", "."),
        ("GT:DP", "1/1:0", "A", "."),
        ("GT:GQ", "0/1:0", "A", "."),
    ],
)
def test_nothing_was_read_where_no_read_lies(
    write: Write, lines: Lines, form: str, cell: str, alt: str, info: str
) -> None:
    line = lines["rs4244285"].having(alt=alt, gt=cell, format=form, info=info)
    found = observed(write([line]))["rs4244285"]
    assert (found.alleles, found.why[:7]) == (None, "no read")


@pytest.mark.parametrize("kind", ["String", "Float", "Integer"])
def test_a_depth_of_any_type(write: Write, lines: Lines, kind: str) -> None:
    head = f'{HEAD38}##FORMAT=<ID=DP,Number=1,Type={kind},Description="Depth">\n'
    line = lines["rs4244285"].having(gt="0/0:0", format="GT:DP")
    assert observed(write([line], head=head))["rs4244285"].alleles is None


def test_a_sequence_of_the_other_build_is_no_chromosome(write: Write, lines: Lines) -> None:
    line = lines["rs4244285"].having(chrom="NC_000010.10", gt="1/1")
    assert observed(write([line], head=HEAD38))["rs4244285"].alleles is None
    with pytest.raises(InputError):
        read_variants(write([line], head=""), build=None)


def test_a_deletion_that_is_not_there_tells_no_base(write: Write, lines: Lines) -> None:
    """0/0 for a deletion of the base: the base itself may be another one."""
    site = lines["rs4244285"]
    deletion = site.having(ref="CG", alt="C")
    moved = type(site)(**{**_fields(deletion), "pos": site.pos - 1})
    assert observed(write([moved]))["rs4244285"].alleles is None


def _fields(line: Any) -> dict[str, Any]:
    return {name: getattr(line, name) for name in line.__dataclass_fields__}


def test_a_cohort_is_not_listed_whole(write: Write, lines: Lines) -> None:
    names = [f"S{number}" for number in range(2000)]
    line = lines["rs4244285"].having(gt="\t".join(["0/0"] * len(names)))
    with pytest.raises(InputError) as fault:
        read_variants(write([line], samples="\t".join(names)))
    assert "S9 and 1990 more" in fault.value.line()
    assert len(fault.value.line()) < 500


@pytest.mark.parametrize("options", [(), ("-m-any",), ("-m+any",), ("-a",), ("-d", "exact")])
@pytest.mark.parametrize("seed", range(3))
def test_bcftools_may_have_split_or_joined_the_records(
    write: Write, lines: Lines, options: tuple[str, ...], seed: int
) -> None:
    """What bcftools writes of the same genotypes reads as the same, or as missing."""
    import pysam.bcftools

    chance = random.Random(seed)
    truth: dict[str, tuple[str, str]] = {}
    changed, written = {"chr10": 0, "chr19": 0, "chr22": 0}, []
    for name, line in sorted(lines.items(), key=lambda item: (item[1].chrom, item[1].pos)):
        bases = [line.ref, *line.alt.split(",")]
        pair = [chance.choice([0, 0, 1, len(bases) - 1]) for _ in "ab"]
        if changed[line.chrom] >= line.pos:  # a deletion may lie over it
            pair = [0, 0]
        if any(pair):
            changed[line.chrom] = line.pos + len(line.ref)
        written.append(line.having(gt=f"{pair[0]}|{pair[1]}"))
        truth[name] = (bases[pair[0]], bases[pair[1]])
    path = write(written)
    if options:
        text = pysam.bcftools.norm(*options, str(path))
        path.write_text(str(text))
    read = {name: item for name, item in observed(path).items() if item.alleles is not None}
    assert len(read) > 200
    assert {name: item.alleles for name, item in read.items() if item.alleles} == {
        name: truth[name] for name in read
    }


class TestStructure:
    """Structural variants over a gene, as programs for copy numbers write them."""

    @pytest.mark.parametrize(
        ("alt", "cell"),
        [("<DEL>", "./1:1"), ("<DUP>", "./1:3"), ("<DEL>", "1:1"), ("<DEL>,<DUP>", "2:3"),
         ("<CNV>", ".:1"), ("<CNV>", "./.:3"), ("<CNV>", "0/0:1"), (".", "./.:1")],
    )  # fmt: skip
    def test_a_sample_that_has_it(self, write: Write, lines: Lines, alt: str, cell: str) -> None:
        site = lines["rs4244285"]
        over = self._over(site, alt, cell, "SVTYPE=CNV;END=94900000")
        path = write([over, site.having(gt="1/1")])
        found = observed(path)["rs4244285"]
        assert found.alleles is None
        assert "structural" in found.why
        assert any("structural" in flag for flag in read_variants(path).flags)

    @pytest.mark.parametrize(
        ("alt", "cell"),
        [("<DEL>", "0/0:2"), ("<DEL>", "./.:."), (".", "0/0:2"), ("<DUP>", "0:2")],
    )
    def test_a_sample_that_has_none(self, write: Write, lines: Lines, alt: str, cell: str) -> None:
        """Its stretch is no block of the reference either."""
        site = lines["rs4244285"]
        over = self._over(site, alt, cell, "SVTYPE=CNV;END=94900000")
        found = observed(write([over, site.having(gt="0/1")]))
        assert found["rs4244285"].alleles == ("G", "A")
        assert found["rs4986893"].alleles is None

    def test_a_length_without_an_end(self, write: Write, lines: Lines) -> None:
        site = lines["rs4244285"]
        over = self._over(site, "<DEL>", "0/1:1", "SVTYPE=DEL;SVLEN=-200000")
        assert observed(write([over, site]))["rs4244285"].alleles is None

    @staticmethod
    def _over(site: Any, alt: str, cell: str, info: str) -> Any:
        changes = {"ref": "N", "alt": alt, "gt": cell, "format": "GT:CN", "info": info}
        return type(site)(**{**_fields(site), **changes, "pos": 94700000, "id": "."})


def test_the_block_of_another_sample_is_longer(write: Write, lines: Lines) -> None:
    """VCF 4.5: each sample has the length of its block."""
    site = lines["rs6413438"]
    block = site.having(alt="<*>", gt="0/0:1\t0/0:50", format="GT:LEN")
    path = write([block], samples="SHORT\tLONG")
    path.write_text(path.read_text().replace("VCFv4.2", "VCFv4.5"))
    assert observed(path, sample="LONG")["rs4244285"].alleles == ("G", "G")
    assert observed(path, sample="SHORT")["rs6413438"].alleles == ("C", "C")
    assert observed(path, sample="SHORT")["rs4244285"].alleles is None


class TestPhase:
    """A phase set that is not told joins nothing."""

    @pytest.mark.parametrize(
        ("number", "kind"), [("1", "String"), (".", "String"), (".", "Integer"), ("1", "Integer")]
    )
    def test_an_empty_phase_set(self, write: Write, lines: Lines, number: str, kind: str) -> None:
        head = f'{HEAD38}##FORMAT=<ID=PS,Number={number},Type={kind},Description="Set">\n'
        two = [
            lines[name].having(gt="0|1:.", format="GT:PS") for name in ("rs4244285", "rs3758581")
        ]
        assert all(item.phase is None for item in observed(write(two, head=head)).values())

    @pytest.mark.parametrize("other", ["PID", "PSL"])
    def test_sets_of_another_name(self, write: Write, lines: Lines, other: str) -> None:
        two = [
            lines[name].having(gt=f"0|1:{name}", format=f"GT:{other}")
            for name in ("rs4244285", "rs3758581")
        ]
        assert all(item.phase is None for item in observed(write(two)).values())

    def test_a_header_that_knows_sets(self, write: Write, lines: Lines) -> None:
        """Otherwise leaving the one record with a set out would phase all the others."""
        head = f'{HEAD38}##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Set">\n'
        two = [lines[name].having(gt="0|1") for name in ("rs4244285", "rs3758581")]
        assert all(item.phase is None for item in observed(write(two, head=head)).values())
        assert any(item.phase for item in observed(write(two)).values())

    def test_two_records_of_the_same_bases_are_not_phased(self, write: Write, lines: Lines) -> None:
        """Each is phased within itself; nothing tells which of their copies lie together."""
        site, second = lines["rs747998333"], lines["rs75467367"]
        both = site.ref + second.ref + lines["rs74478221"].ref
        one = site.having(ref=both, alt="GC" + both[2:], gt="0/1")
        last = site.having(ref=both, alt=both + "T", gt="0/1")
        phases = {item.phase for item in observed(write([one])).values() if item.phase}
        others = {item.phase for item in observed(write([last])).values() if item.phase}
        assert phases
        assert not phases & others
