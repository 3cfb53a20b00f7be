"""From a file to the calls: what the file's form must not change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipoise.assays.genes import call_genes, read_variants
from equipoise.core.nouns import GeneCall
from equipoise.core.tables import load_table

ROOT = Path(__file__).resolve().parents[4]
EXAMPLE = ROOT / "examples" / "genes_synthetic.vcf"
Write = Callable[..., Path]
Reference = Callable[..., dict[str, Any]]


def calls(path: Path, **options: Any) -> dict[str, GeneCall]:
    return {call.gene: call for call in call_genes(read_variants(path, **options))}


def told(found: dict[str, GeneCall]) -> list[tuple[Any, ...]]:
    return [(c.gene, c.diplotypes, c.phenotypes, c.if_reference) for c in found.values()]


def test_the_example_is_the_person_it_was_made_of() -> None:
    found = calls(EXAMPLE)
    assert found["CYP2C19"].diplotypes == ("*1/*2",)
    assert "*1/*6" in found["CYP2B6"].diplotypes
    assert "*1/*4" in found["CYP2D6"].consistent


def test_the_same_person_in_both_builds(write: Write, reference: Reference) -> None:
    """Genotypes of the example, written by hand against the bases of GRCh37."""
    new = {}
    for text in EXAMPLE.read_text().splitlines():
        if not text.startswith("#"):
            chrom, pos, _, ref, alt, *_, genotype = text.split("\t")
            bases = [ref, *alt.split(",")]
            new[chrom, int(pos)] = [bases[int(i)] for i in genotype.split(":")[0].split("/")]
    old, lines = reference("GRCh37"), []
    for row in load_table("genes/positions"):
        line = old.get(row.text("id"))
        if line is None:
            continue
        alleles = [line.ref, *line.alt.split(",")]
        have = new[row.text("chromosome"), int(row.number("position_grch38"))]
        lines.append(line.having(gt="/".join(str(alleles.index(base)) for base in have)))
    older = calls(write(lines, head="##reference=hg19\n"))
    assert len(lines) > 200
    newer = calls(EXAMPLE)
    for gene in ("CYP2C19", "CYP2B6"):
        assert older[gene].diplotypes == newer[gene].diplotypes
        assert older[gene].phenotype == newer[gene].phenotype
    assert set(newer["CYP2D6"].consistent) <= set(older["CYP2D6"].consistent)


def test_a_gvcf_of_the_same_person(write: Write, reference: Reference) -> None:
    """Blocks of the reference between the variants, as GATK writes them."""
    lines = {(line.chrom, line.pos): line for line in reference().values()}
    first = {key: line.ref[0] for key, line in lines.items()}
    genotypes = {
        (cells[0], int(cells[1])): cells[9].split(":")[0]
        for cells in (text.split("\t") for text in EXAMPLE.read_text().splitlines())
        if not cells[0].startswith("#")
    }
    written = []
    for chrom in ("chr10", "chr19", "chr22"):
        here = sorted(pos for name, pos in lines if name == chrom)
        start = here[0] - 10
        for pos in here:
            if genotypes[chrom, pos] == "0/0":
                continue
            line = lines[chrom, pos]
            end, base = f"END={pos - 1}", first.get((chrom, start), "N")
            written.append(line.having(pos=start, ref=base, alt="<NON_REF>", info=end))
            written.append(line.having(alt=f"{line.alt},<NON_REF>", gt=genotypes[chrom, pos]))
            start = pos + len(line.ref)
        end, base = f"END={here[-1] + 30}", first.get((chrom, start), "N")
        line = lines[chrom, here[-1]]
        written.append(line.having(pos=start, ref=base, alt="<NON_REF>", info=end))
    assert len(written) < 30
    found = calls(write(written))
    assert [c.missing for c in found.values()] == [(), (), ()]
    assert told(found) == told(calls(EXAMPLE))
    assert all(call.missing == () for call in found.values())


@given(gone=st.sets(st.integers(0, 238), min_size=1, max_size=20))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_position_less_is_never_another_call(tmp_path: Path, gone: set[int]) -> None:
    lines = EXAMPLE.read_text().splitlines(keepends=True)
    head = [line for line in lines if line.startswith("#")]
    body = [line for line in lines if not line.startswith("#")]
    path = tmp_path / "fewer.vcf"
    path.write_text("".join([*head, *(b for n, b in enumerate(body) if n not in gone)]))
    whole, fewer = calls(EXAMPLE), calls(path)
    for gene, call in fewer.items():
        before = whole[gene]
        if call.diplotypes:
            assert set(call.diplotypes) >= set(before.diplotypes or before.consistent)
            assert call.phenotype == before.phenotype
        else:
            assert call.no_call
            assert set(call.phenotypes) >= set(before.phenotypes)


@pytest.mark.parametrize("prefix", ["chr", ""])
def test_the_name_of_the_chromosome_is_no_matter(tmp_path: Path, prefix: str) -> None:
    path = tmp_path / "x.vcf"
    text = EXAMPLE.read_text().replace("\nchr", f"\n{prefix}").replace("ID=chr", f"ID={prefix}")
    path.write_text(text)
    assert told(calls(path)) == told(calls(EXAMPLE))
