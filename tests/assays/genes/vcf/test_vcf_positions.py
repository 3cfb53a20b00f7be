"""What one position of a gene is read as, however a file writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise.assays.genes.observed import Observed
from equipoise.assays.genes.vcf import read_variants

Write = Callable[..., Path]
Lines = dict[str, Any]


@pytest.fixture
def lines(reference: Callable[..., Lines]) -> Lines:
    return reference("GRCh38")


def observed(path: Path, **options: Any) -> dict[str, Observed]:
    return {item.position: item for item in read_variants(path, **options).observed}


def read(path: Path, position: str, **options: Any) -> Any:
    item = observed(path, **options)[position]
    return item.alleles if item.alleles is not None else item.why


@pytest.mark.shared
def test_a_file_of_pharmcat_reads_as_its_lines_say(shared_data: Path) -> None:
    """Compared with the text of the file, taken apart by hand."""
    folder = shared_data / "clinical/pgx/pharmcat"
    compared = 0
    for path in [*folder.glob("examples/*.vcf"), *folder.glob("test_vcf_cyp2c19/*.vcf")]:
        told = {}
        for text in path.read_text().splitlines():
            if text.startswith("#"):
                continue
            chrom, pos, _, ref, alt, *_, genotype = text.split("\t")
            bases = [ref, *alt.split(",")]
            told[chrom, int(pos)] = tuple(bases[int(i)] for i in genotype.split(":")[0].split("/"))
        from equipoise.core.tables import load_table

        places = {r.text("id"): r for r in load_table("genes/positions")}
        for name, item in observed(path).items():
            row = places[name]
            key = (row.text("chromosome"), int(row.number("position_grch38")))
            assert item.alleles == told.get(key), (path.name, name)
            compared += item.alleles is not None
    assert compared > 800


def test_a_heterozygote_and_both_homozygotes(write: Write, lines: Lines) -> None:
    one, two = lines["rs4244285"], lines["rs12248560"]
    path = write([one.having(gt="0/1"), two.having(gt="1/1"), lines["rs3892097"]])
    assert read(path, "rs4244285") == ("G", "A")
    assert read(path, "rs12248560") == ("T", "T")
    assert read(path, "rs3892097") == ("C", "C")
    assert read(path, "rs4986893") == "not in the file"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"gt": "./."}, "no genotype"),
        ({"gt": "."}, "no genotype"),
        ({"gt": "./1"}, "half a genotype"),
        ({"gt": "0/."}, "half a genotype"),
        ({"gt": "1"}, "a genotype of one copy"),
        ({"gt": "0/1/1"}, "a genotype of more than two copies"),
        ({"gt": "0/7"}, "half a genotype"),
        ({"gt": "0/1", "filter": "LowQual"}, "failed the filter LowQual"),
        ({"gt": "0/1", "filter": "q10;s50"}, "failed the filter q10, s50"),
        ({"gt": "0/1:q20", "format": "GT:FT"}, "failed the filter q20"),
        ({"gt": "0/0:0", "format": "GT:DP"}, "no read covers it (depth or genotype quality 0)"),
        ({"gt": "0/0:0", "format": "GT:GQ"}, "no read covers it (depth or genotype quality 0)"),
        ({"gt": "0/1", "alt": "*"}, "a deletion lies over it (allele *)"),
        ({"gt": "0/2", "alt": "A,<NON_REF>"}, "another allele was seen and not called (<NON_REF>)"),
        ({"gt": "0/1", "alt": "<DEL>"}, "a structural variant lies over it (<DEL>)"),
        ({"gt": "0/1", "alt": "N"}, "an allele that is no base (N)"),
        ({"gt": "5", "format": "DP"}, "no genotype"),
    ],
)
def test_what_cannot_be_used_is_missing_with_the_reason(
    write: Write, lines: Lines, change: dict[str, str], why: str
) -> None:
    line = lines["rs4244285"].having(**change)
    assert read(write([line, lines["rs4986893"]]), "rs4244285") == why


@pytest.mark.parametrize("good", ["PASS", "."])
def test_a_passed_filter(write: Write, lines: Lines, good: str) -> None:
    line = lines["rs4244285"].having(gt="0/1:PASS:30:99", format="GT:FT:DP:GQ", filter=good)
    assert read(write([line]), "rs4244285") == ("G", "A")


def test_a_structural_variant_that_the_sample_lacks_says_nothing(
    write: Write, lines: Lines
) -> None:
    whole = lines["rs4244285"]
    other = whole.having(alt="<DEL>", info="END=94790000")
    assert read(write([whole, other]), "rs4244285") == ("G", "G")


def test_a_long_deletion_lies_over_every_position_within(write: Write, lines: Lines) -> None:
    deletion = lines["rs12248560"].having(alt="<DEL>", gt="0/1", info="END=94860000", ref="C")
    path = write([deletion, lines["rs4244285"]])
    found = observed(path)
    # The record of the position itself does not know of the deletion: they disagree.
    assert found["rs4244285"].alleles is None
    assert "structural" in found["rs4986893"].why


class TestBlocksOfTheReference:
    """GVCF: one record for many positions."""

    @pytest.mark.parametrize("alt", ["<NON_REF>", "<*>", "."])
    def test_a_block_covers_what_lies_in_it(self, write: Write, lines: Lines, alt: str) -> None:
        block = lines["rs28399504"].having(alt=alt, info="END=94762800")
        path = write([block])
        assert read(path, "rs28399504") == ("A", "A")
        assert read(path, "rs367543003") == ("T", "T")
        assert read(path, "rs12248560") == read(path, "rs4244285") == "not in the file"

    def test_a_block_without_reads_covers_nothing(self, write: Write, lines: Lines) -> None:
        block = lines["rs28399504"].having(
            alt="<NON_REF>", info="END=94762800", gt="0/0:0:0", format="GT:DP:GQ"
        )
        assert "no read" in read(write([block]), "rs367543003")

    def test_a_block_without_a_genotype(self, write: Write, lines: Lines) -> None:
        block = lines["rs28399504"].having(alt="<NON_REF>", info="END=94762800", gt="./.")
        assert read(write([block]), "rs367543003") == "no genotype"

    def test_a_variant_beside_the_symbol_for_any_other(self, write: Write, lines: Lines) -> None:
        line = lines["rs4244285"].having(alt="A,<NON_REF>", gt="0/1")
        assert read(write([line]), "rs4244285") == ("G", "A")

    def test_a_block_of_the_other_build_has_its_bases(
        self, write: Write, reference: Callable[..., Lines]
    ) -> None:
        old = reference("GRCh37")["rs16947"]
        block = old.having(alt="<NON_REF>", info=f"END={old.pos + 20}")
        path = write([block], head="##reference=hg19\n")
        assert read(path, "rs16947") == ("A", "A")


class TestSeveralBases:
    """Insertions, deletions and neighbours in one record."""

    def test_two_neighbours_in_one_record_lie_on_one_copy(self, write: Write, lines: Lines) -> None:
        first, second = lines["rs747998333"], lines["rs75467367"]
        assert second.pos == first.pos + 1
        both = first.having(ref=first.ref + second.ref, alt="GC", gt="0/1")
        found = observed(write([both]))
        assert found["rs747998333"].alleles == ("A", "G")
        assert found["rs75467367"].alleles == ("G", "C")
        assert found["rs747998333"].phase == found["rs75467367"].phase is not None

    @pytest.mark.parametrize(
        ("shift", "ref", "alt"),
        [(0, "CCTT", "C"), (2, "TTCT", "T"), (0, "CCTTCT", "CCT"), (1, "CTTCT", "CT")],
    )
    def test_a_deletion_is_known_however_it_is_written(
        self, write: Write, lines: Lines, shift: int, ref: str, alt: str
    ) -> None:
        """CYP2D6*9: the reference reads CCTTCT from 42128173 on, and one TCT is lost."""
        line = lines["rs5030656"]
        written = line.having(ref=ref, alt=alt, gt="0/1", pos=line.pos + shift)
        assert read(write([written]), "rs5030656") == ("CCTT", "C")

    def test_an_insertion_at_the_other_end_of_its_repeat(self, write: Write, lines: Lines) -> None:
        """The seventh of seven G is doubled instead of the first; the bases between are known."""
        line = lines["rs72549352"]
        right = line.having(pos=line.pos + 7, ref="G", alt="GG", gt="0/1")
        between = [line.having(pos=line.pos + k, ref="G", alt=".") for k in range(1, 8)]
        anchor = line.having(alt=".")
        assert read(write([anchor, *between, right]), "rs72549352") == ("C", "CG")
        assert "may be it, written otherwise" in read(write([anchor, right]), "rs72549352")

    def test_another_deletion_at_the_same_base_is_told(self, write: Write, lines: Lines) -> None:
        line = lines["rs5030656"].having(alt="CC", gt="0/1")
        assert read(write([line]), "rs5030656") == ("CCTT", "CC")

    def test_another_deletion_over_the_position_is_no_reading(
        self, write: Write, lines: Lines
    ) -> None:
        line = lines["rs5030656"]
        other = line.having(pos=line.pos + 2, ref="TT", alt="T", gt="0/1")
        assert "another insertion or deletion" in read(write([other]), "rs5030656")

    def test_a_base_that_is_deleted_on_one_copy(self, write: Write, lines: Lines) -> None:
        deleted = lines["rs730882170"].having(gt="0/1")
        inside = lines["rs5030867"]
        assert "lies over it" in read(write([deleted, inside]), "rs5030867")
        assert read(write([deleted.having(gt="0/0"), inside]), "rs5030867") == ("T", "T")

    def test_a_deletion_is_absent_only_where_all_its_bases_were_read(
        self, write: Write, lines: Lines
    ) -> None:
        line = lines["rs5030656"]
        single = [line.having(pos=line.pos + k, ref=b, alt=".") for k, b in enumerate("CCTT")]
        assert read(write(single), "rs5030656") == ("CCTT", "CCTT")
        assert "only a part of it" in read(write(single[:1]), "rs5030656")
        gap = [*single[:2], single[2].having(gt="./."), single[3]]
        assert read(write(gap), "rs5030656") == "no genotype"

    def test_a_single_base_change_inside_is_no_deletion(self, write: Write, lines: Lines) -> None:
        line = lines["rs5030656"]
        block = [line.having(pos=line.pos + k, ref=b, alt=".") for k, b in enumerate("CCTT")]
        block[2] = block[2].having(alt="G", gt="0/1")
        assert read(write(block), "rs5030656") == ("CCTT", "CCTT")

    def test_a_list_of_single_base_changes_tells_no_insertion(
        self, write: Write, lines: Lines
    ) -> None:
        """0/0 at a base change says nothing of bases that are inserted behind it."""
        line = lines["rs72549352"].having(alt="T")
        assert "single-base change" in read(write([line]), "rs72549352")
        assert read(write([line.having(alt=".")]), "rs72549352") == ("C", "C")

    def test_a_deletion_that_the_sample_lacks_tells_no_base_within(
        self, write: Write, lines: Lines
    ) -> None:
        path = write([lines["rs730882170"]])
        assert read(path, "rs730882170") == ("GCACATCCGGATGTAGGATC",) * 2
        assert "beside it" in read(path, "rs5030867")

    def test_neighbours_that_the_sample_lacks_together(self, write: Write, lines: Lines) -> None:
        both = lines["rs747998333"].having(ref="AG", alt="GC", gt="0/0")
        assert "beside it" in read(write([both]), "rs747998333")

    def test_an_insertion_behind_a_base_leaves_the_base_open(
        self, write: Write, lines: Lines
    ) -> None:
        line = lines["rs4244285"]
        added = line.having(alt="GTT", gt="0/1")
        assert "beside it" in read(write([added]), "rs4244285")
        assert "beside it" in read(write([added.having(gt="0/0")]), "rs4244285")
        assert read(write([added, line.having(gt="0/1")]), "rs4244285") == ("G", "A")

    def test_several_alleles_of_a_repeat(self, write: Write, lines: Lines) -> None:
        line = lines["rs72549356"]
        short, long = line.alt.split(",")
        assert read(write([line.having(gt="1/2")]), "rs72549356") == (short, long)


class TestSeveralRecords:
    """The same position more than once."""

    def test_records_that_agree_are_one(self, write: Write, lines: Lines) -> None:
        line = lines["rs4244285"].having(gt="0/1")
        assert read(write([line, line]), "rs4244285") == ("G", "A")

    def test_records_that_disagree_are_none(self, write: Write, lines: Lines) -> None:
        line = lines["rs4244285"]
        path = write([line.having(gt="0/1"), line.having(gt="1/1")])
        assert read(path, "rs4244285") == "two records of it disagree"

    def test_split_alleles_are_joined(self, write: Write, lines: Lines) -> None:
        line = lines["rs5030865"]
        split = [line.having(alt="A", gt="0/0"), line.having(alt="T", gt="0/1")]
        assert read(write(split), "rs5030865") == ("C", "T")

    def test_a_candidate_insertion_without_any_is_no_second_record(
        self, write: Write, lines: Lines
    ) -> None:
        """As bcftools writes it beside the base itself, in a file of all sites."""
        line = lines["rs4244285"]
        beside = line.having(ref="GAA", alt=".", info="INDEL;IDV=1")
        assert read(write([line.having(gt="0/1"), beside]), "rs4244285") == ("G", "A")

    def test_two_split_alleles_of_one_sample_are_not_guessed(
        self, write: Write, lines: Lines
    ) -> None:
        line = lines["rs5030865"]
        split = [line.having(alt="A", gt="0/1"), line.having(alt="T", gt="0/1")]
        assert read(write(split), "rs5030865") == "two records of it disagree"

    def test_records_phased_otherwise_are_not_phased(self, write: Write, lines: Lines) -> None:
        line = lines["rs4244285"]
        found = observed(write([line.having(gt="0|1"), line.having(gt="1|0")]))["rs4244285"]
        assert (sorted(found.alleles or ()), found.phase) == (["A", "G"], None)


class TestPhase:
    """Which bases lie on one copy."""

    def test_without_phase_sets_the_whole_file_is_one(self, write: Write, lines: Lines) -> None:
        path = write([lines["rs4244285"].having(gt="0|1"), lines["rs12248560"].having(gt="1|0")])
        found = observed(path)
        assert found["rs4244285"].phase == found["rs12248560"].phase == "file"
        assert found["rs12248560"].alleles == ("T", "C")
        assert any("one set" in flag for flag in read_variants(path).flags)

    def test_phase_sets_keep_apart(self, write: Write, lines: Lines) -> None:
        names = ("rs12248560", "rs28399504", "rs4244285", "rs4986893")
        genotypes = ("0|1:7", "0|1:7", "1|0:9", "0|1:.")
        path = write(lines[n].having(gt=g, format="GT:PS") for n, g in zip(names, genotypes))  # noqa: B905
        found = observed(path)
        assert [found[name].phase for name in names] == ["PS 7", "PS 7", "PS 9", None]

    def test_beside_phase_sets_a_stroke_alone_is_not_enough(
        self, write: Write, lines: Lines
    ) -> None:
        one = lines["rs12248560"].having(gt="0|1:7", format="GT:PS")
        found = observed(write([one, lines["rs4244285"].having(gt="0|1")]))
        assert found["rs4244285"].phase is None

    def test_an_unphased_genotype_has_no_set(self, write: Write, lines: Lines) -> None:
        found = observed(write([lines["rs4244285"].having(gt="0/1")]))
        assert found["rs4244285"].phase is None


@pytest.mark.shared
def test_the_window_reaches_the_last_place_of_every_insertion_and_deletion(
    shared_data: Path,
) -> None:
    """HGVS names the last possible place; VCF the first."""
    import json
    import re

    from equipoise.core.tables import setting

    text = (shared_data / "clinical/pgx/pharmcat/definition/CYP2D6_translation.json").read_text()
    far = [
        max(map(int, re.findall(r"\d{8}", v["chromosomeHgvsName"]))) - v["position"]
        for v in json.loads(text)["variants"]
    ]
    assert 15 <= max(far) < setting("gene_window")
