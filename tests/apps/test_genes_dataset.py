"""A person's file of variants in a dataset, from the folder to the plan."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from equipoise.apps.cli import main

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "genes_synthetic.vcf"
OUTSIDE = ROOT / "examples" / "genes_synthetic_outsidecalls.tsv"
RECORD = """\
schema_version: "1.0"
label: "{label}"
demographics: {{sex: female, age_years: 43}}
drugs:
  - {{drug: bupropion, dose: 300, unit: mg/d, start: 2024-11}}
scales: [{{scale: phq9, date: 2025-01-10, items: [2, 2, 1, 2, 1, 2, 1, 0, 0]}}]
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("genes") / "dataset"
    for label in ("01", "03"):
        record = root / f"sub-{label}/clinical/sub-{label}_person.yaml"
        record.parent.mkdir(parents=True)
        record.write_text(RECORD.format(label=label))
    (root / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.10.0"}')
    for label in ("01", "02", "03"):
        (root / f"sub-{label}/genetics").mkdir(parents=True)
    shutil.copy(EXAMPLE, root / "sub-01/genetics/sub-01.vcf")
    shutil.copy(OUTSIDE, root / "sub-01/genetics/sub-01_outsidecalls.tsv")
    shutil.copy(EXAMPLE, root / "sub-02/genetics/sub-02.vcf")
    (root / "sub-03/genetics/sub-03.vcf.gz").write_bytes(b"\x1f\x8b\x08\x00cut")
    return root


@pytest.fixture(scope="module")
def out(dataset: Path) -> Path:
    with pytest.raises(SystemExit) as ended:
        main(["run", str(dataset), str(dataset.parent / "out"), "--date", "2026-03-02"])
    assert not ended.value.code
    return dataset.parent / "out"


def plan(out: Path, label: str) -> Any:
    return json.loads((out / f"sub-{label}/sub-{label}_plan.json").read_text())


def test_the_plan_has_the_phenotypes_and_the_advice(out: Path) -> None:
    found = plan(out, "01")
    genes = {gene["gene"]: gene for gene in found["genes"]}
    assert genes["CYP2C19"]["diplotype"] == "*1/*2"
    assert genes["CYP2C19"]["phenotype"] == "Intermediate Metabolizer"
    assert genes["CYP2D6"]["phenotype"] == "Intermediate Metabolizer"
    assert genes["CYP2D6"]["acting"] == "Poor Metabolizer"
    assert genes["CYP2D6"]["because"] == ["Bupropion"]
    advice = {(item["drug"], item["guideline"]): item for item in found["gene_advice"]}
    assert advice["escitalopram", "CPIC"]["strength"] == "Moderate"
    assert advice["escitalopram", "CPIC"]["phenotypes"] == ["Intermediate Metabolizer"]
    assert advice["vortioxetine", "CPIC"]["phenotypes"] == ["Poor Metabolizer"]


def test_the_plan_has_the_calls_and_what_is_missing(out: Path) -> None:
    calls = {call["gene"]: call for call in plan(out, "02")["gene_calls"]}
    assert set(calls) == {"CYP2C19", "CYP2B6", "CYP2D6"}
    assert calls["CYP2C19"]["diplotypes"] == ["*1/*2"]
    assert "copy number" in calls["CYP2D6"]["no_call"]
    assert plan(out, "03")["gene_calls"] == []


def test_a_file_of_variants_is_enough(out: Path) -> None:
    found = plan(out, "02")
    genes = {gene["gene"]: gene["phenotype"] for gene in found["genes"]}
    assert genes["CYP2C19"] == "Intermediate Metabolizer"
    assert genes["CYP2D6"] in {None, "Indeterminate"}


def test_a_file_that_cannot_be_used_loses_nothing_else(out: Path) -> None:
    measures = (out / "sub-03/sub-03_measures.tsv").read_text().splitlines()
    (genes,) = [line for line in measures if line.startswith("genes.")]
    assert "\tsub-03/genetics/sub-03.vcf.gz: " in genes
    assert any(line.startswith("scales.phq9\tmeasured\t11.0") for line in measures)
    assert plan(out, "03")["genes"] == []


def test_no_result_holds_a_path_of_this_machine(out: Path, dataset: Path) -> None:
    for label in ("01", "02", "03"):
        files = [*(out / f"sub-{label}").iterdir(), out / f"sub-{label}.html"]
        files += [*(out / ".equipoise" / f"sub-{label}").iterdir()]
        assert len(files) > 5
        assert not [file for file in files if str(dataset) in file.read_text()]


def test_check_names_the_files(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", str(dataset), "--date", "2026-03-02"])
    printed = capsys.readouterr().out
    assert "variants: yes [sub-01.vcf]" in printed
    assert "outside calls: yes [sub-01_outsidecalls.tsv]" in printed
