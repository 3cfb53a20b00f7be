"""The command `equipoise genes`: a file of variants in, calls and advice out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysam
import pytest

from equipoise.core.tables import load_table
from equipoise.ingest import read_person

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "genes_synthetic.vcf"
OUTSIDE = ROOT / "examples" / "genes_synthetic_outsidecalls.tsv"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(run: Run) -> Run:
    """Return a function that runs a command on genes and returns exit code, stdout, stderr."""
    return lambda *arguments: run("genes", *arguments)


def document(run: Run, *arguments: object) -> Any:
    code, out, err = run("call", *arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_the_json_has_the_promised_shape(run: Run) -> None:
    found = document(run, EXAMPLE)
    assert found["schema_version"] == "1.0"
    call = found["CYP2C19"]
    assert call["diplotypes"] == ["*1/*2"]
    assert call["phenotype"] == "Intermediate Metabolizer"
    assert call["no_call"] is None
    assert call["missing_positions"] == []
    assert found["CYP2D6"]["diplotypes"] == []
    assert "copy number" in found["CYP2D6"]["no_call"]
    keys = {"drug", "guideline", "genes", "phenotypes", "action", "strength", "version"}
    assert found["recommendations"]
    assert all(keys <= set(item) for item in found["recommendations"])
    by = {(r["drug"], r["guideline"]): r for r in found["recommendations"]}
    assert by["escitalopram", "CPIC"]["strength"] == "Moderate"
    assert by["nortriptyline", "CPIC"]["strength"] == "No recommendation"


def test_a_missing_position_is_named_with_its_place(run: Run, tmp_path: Path) -> None:
    """The star alleles *1 and *17 differ at this position alone."""
    path = tmp_path / "x.vcf"
    lines = EXAMPLE.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "\trs12248560\t" not in line))
    call = document(run, path)["CYP2C19"]
    assert call["missing_positions"] == ["rs12248560 (chr10:94761900)"]
    assert call["missing_because"] == {"rs12248560": "not in the file"}
    assert "*1/*2" in (call["diplotypes"] or call["consistent"])


def test_drugs_change_how_a_gene_acts(run: Run) -> None:
    found = document(
        run, EXAMPLE, "--outside-calls", OUTSIDE, "--drugs", "Paroxetine, Wellbutrin,paroxetine"
    )
    assert found["drugs"] == ["paroxetine", "bupropion"]
    call = found["CYP2D6"]
    assert (call["diplotypes"], call["source"]) == (["*1/*4"], "outside")
    assert call["phenotype"] == "Intermediate Metabolizer"
    assert call["acting_phenotype"] == "Poor Metabolizer"
    assert call["acting_because"] == ["Paroxetine", "Bupropion"]
    assert found["CYP2C19"]["acting_because"] == []


def test_an_outside_call_that_the_variants_contradict(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "o.tsv"
    table.write_text("CYP2D6\t*4/*4\n")
    call = document(run, EXAMPLE, "--outside-calls", table)["CYP2D6"]
    assert call["diplotypes"] == []
    assert "*4/*4" in call["no_call"]


def test_genes_that_nothing_reads_are_named(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "o.tsv"
    table.write_text("HLA-B\t*15:02/*57:01\n")
    assert document(run, EXAMPLE, "--outside-calls", table)["not_used"] == ["HLA-B"]
    assert "not used: HLA-B" in run("call", EXAMPLE, "--outside-calls", table)[1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--drugs", "paroxetin"], "did you mean paroxetine"),
        (["--drugs", ""], "this drug is not known"),
        (["--drugs", "sertraline,,bupropion"], "this drug is not known"),
        (["--sample", "INVENTEX"], "did you mean INVENTED?"),
        (["--build", "hg38"], "allowed: GRCh38 or GRCh37"),
        (["--build", "GRCh37"], "another build than --build"),
        (["--outside-calls", "nowhere.tsv"], "cannot be read"),
        (["--date", "2026-13-01"], "not a date"),
        (["--date", "2026"], "whole date"),
        (["--fhir", "out.json"], "needs a label"),
        (["--fhir", "out.json", "--label", "a b"], "letters and digits"),
        (["--fhir", str(EXAMPLE), "--label", "01"], "would replace an input"),
    ],
)
def test_wrong_usage_is_one_line(run: Run, options: list[str], said: str) -> None:
    before = EXAMPLE.read_bytes()
    code, out, err = run("call", EXAMPLE, *options)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert said in err
    assert EXAMPLE.read_bytes() == before


def test_a_clinician_reads_calls_first_and_what_would_settle_the_rest(run: Run) -> None:
    _, out, _ = run("call", EXAMPLE, "--drugs", "bupropion")
    order = ["Called", "*1/*2: Intermediate", "Not called", "settled by", "Under Bupropion"]
    order += [
        "What the guidelines say",
        "Escitalopram",
        "For person.yaml",
        "Not clinically reviewed",
    ]
    places = [out.index(word) for word in order]
    assert places == sorted(places)
    assert max(map(len, out.splitlines())) <= 100
    assert "does not tell which antidepressant will help" in " ".join(out.split())


def test_drugs_that_nobody_named_are_not_taken_as_none(run: Run) -> None:
    _, without, _ = run("call", EXAMPLE)
    assert "Drugs taken now: not given" in without
    _, given, _ = run("call", EXAMPLE, "--drugs", "bupropion")
    assert "not given" not in given


def test_advice_on_a_drug_that_must_not_be_given_says_so_first(run: Run) -> None:
    _, out, _ = run("call", EXAMPLE, "--drugs", "tranylcypromine")
    told = " ".join(out.split())
    assert "Escitalopram not to be given now: With Tranylcypromine (taken now)" in told
    _, out, _ = run("call", EXAMPLE, "--drugs", "tranylcypromine", "--json")
    stops = {one["drug"]: one["stopped_by"] for one in json.loads(out)["recommendations"]}
    assert any("Tranylcypromine" in text for text in stops["escitalopram"])


def test_the_entries_can_be_pasted_into_a_record(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("call", EXAMPLE, "--outside-calls", OUTSIDE)
    entries = re.search(r"^genotypes:\n(  - .*\n)+", out, re.M)
    assert entries
    record = tmp_path / "person.yaml"
    record.write_text(f'schema_version: "1.0"\nlabel: "01"\n{entries[0]}')
    told = read_person(record, today="2026-03-02").genotypes.or_else(())
    assert ("CYP2D6", "*1/*4") in [(one.gene, one.diplotype) for one in told]
    assert len(told) == 4


def test_the_fhir_report_is_written(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    code, _, _ = run("call", EXAMPLE, "--fhir", out, "--label", "01", "--date", "2026-03-02")
    assert code == 0
    bundle = json.loads(out.read_text())
    assert bundle["resourceType"] == "Bundle"
    assert "INVENTED" not in out.read_text()
    own = tmp_path / "sub-07.vcf"
    shutil.copy(EXAMPLE, own)
    assert run("call", own, "--fhir", out, "--date", "2026-03-02")[0] == 0
    assert "07-genomics" in out.read_text()


@pytest.mark.parametrize("build", ["GRCh38", "GRCh37"])
def test_the_positions_are_those_of_the_table(run: Run, tmp_path: Path, build: str) -> None:
    column = build.lower()
    rows = {
        (r.text("chromosome"), int(r.number(f"position_{column}"))): r.text(f"ref_{column}")
        for r in load_table("genes/positions")
        if r.optional_text(f"ref_{column}")
    }
    _, bed, _ = run("positions", "--build", build)
    told = [line.split("\t") for line in bed.splitlines()]
    assert {(c, int(start) + 1): int(end) - int(start) for c, start, end, _ in told} == {
        key: len(ref) for key, ref in rows.items()
    }
    path = tmp_path / "positions.vcf"
    path.write_text(run("positions", "--build", build, "--format", "vcf")[1])
    with pysam.VariantFile(str(path)) as listed:
        found = {(r.chrom, r.pos): r.ref for r in listed}
    assert found == rows


@pytest.mark.parametrize("option", [("--build", "hg19"), ("--format", "csv")])
def test_positions_of_nothing_else(run: Run, option: tuple[str, str]) -> None:
    code, out, err = run("positions", *option)
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_an_all_sites_file_made_from_the_positions_is_called(run: Run, tmp_path: Path) -> None:
    """What a laboratory reports of a person without any variant: each base by itself."""
    _, listed, _ = run("positions", "--format", "vcf")
    head: list[str] = []
    bases: dict[tuple[str, int], str] = {}
    for line in listed.splitlines():
        if line.startswith("##"):
            head.append(line)
        elif not line.startswith("#"):
            chrom, pos, _, ref, *_ = line.split("\t")
            bases |= {(chrom, int(pos) + at): base for at, base in enumerate(ref)}
    title = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA"
    form = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
    lines = [f"{c}\t{p}\t.\t{b}\t.\t.\t.\t.\tGT\t0/0" for (c, p), b in sorted(bases.items())]
    path = tmp_path / "all.vcf"
    path.write_text("\n".join([*head, form, title, *lines]) + "\n")
    found = document(run, path)
    assert found["CYP2C19"]["phenotype"] == found["CYP2B6"]["phenotype"] == "Normal Metabolizer"
    assert found["CYP2C19"]["diplotypes"] == ["*38/*38"]
    assert found["CYP2D6"]["if_reference"] == ["*1/*1"]
    assert all(found[gene]["missing_positions"] == [] for gene in ("CYP2C19", "CYP2B6", "CYP2D6"))


def test_a_list_of_variants_says_what_to_ask_for(run: Run, tmp_path: Path) -> None:
    """Nothing was read of CYP2D6: what the reference would be is not put before a clinician."""
    text = EXAMPLE.read_text().splitlines()
    kept = [line for line in text if line.startswith("#") or "\trs4244285\t" in line]
    path = tmp_path / "variants.vcf"
    path.write_text("\n".join(kept) + "\n")
    _, told, _ = run("call", path)
    said = " ".join(told.split())
    assert "Ask the laboratory for every position (equipoise genes positions" in said
    assert "*1/*1" not in said
    assert said.count("not in the file") == 1
    _, whole, _ = run("call", EXAMPLE)
    assert "Ask the laboratory" not in whole
    assert whole.count("files of") == 1
