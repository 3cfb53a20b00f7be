"""The public test files of CYP2C19: the name of a file tells the diplotype."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from equipoise.assays.genes import call_genes, read_variants
from equipoise.assays.genes.observed import Observed
from equipoise.core.nouns import GeneCall

if TYPE_CHECKING:
    from tests.assays.genes.conftest import Sample, Samples

pytestmark = pytest.mark.shared

# What the bases of each file are by the definitions of 2025; None: no named allele explains them.
TRUTH = {
    "rs12769205call": ("*1/*35", "Intermediate Metabolizer"),
    "rs12769205only": ("*1/*2", "Intermediate Metabolizer"),
    "rs12769205ref": ("*1/*35", "Intermediate Metabolizer"),
    "s1s1": ("*1/*1", "Normal Metabolizer"),
    "s1s17": ("*1/*17", "Rapid Metabolizer"),
    "s1s1rs12248560missing": ("*1/*1", "Normal Metabolizer"),
    "s1s2": ("*1/*2", "Intermediate Metabolizer"),
    "s1s2rs3758581missing": ("*1/*2", "Intermediate Metabolizer"),
    "s1s35": ("*1/*35", "Intermediate Metabolizer"),
    "s1s4b": ("*1/*4", "Intermediate Metabolizer"),
    "s4as4b": ("*4/*4", "Poor Metabolizer"),
    "s4bs17": ("*4/*17", "Intermediate Metabolizer"),
    "s4s17missingS1": ("*4/*17", "Intermediate Metabolizer"),
    "sUnks17": None,
}
CALLED = {"s4as4b", "s4bs17"}


def _read(path: Path, samples: Samples) -> Sample:
    """Read single-base positions of one sample; the file's own reader is tested elsewhere."""
    ids = {position.where["GRCh38"]: position.id for position in samples.genes["CYP2C19"].positions}
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        chromosome, place, _, ref, alt, *_, genotype = line.split("\t")
        bases = [ref, *alt.split(",")]
        first, second = (bases[int(k)] for k in genotype.replace("|", "/").split("/"))
        name = ids.get(f"{chromosome}:{place}")
        if name is not None:
            found[name] = Observed(name, (first, second))
    return found


def _files(folder: Path) -> dict[str, Path]:
    found = (folder / "clinical/pgx/pharmcat/test_vcf_cyp2c19").glob("*.vcf")
    return {path.stem: path for path in found}


def test_all_files_are_judged(shared_data: Path) -> None:
    assert set(_files(shared_data)) == set(TRUTH)


@pytest.mark.parametrize("name", TRUTH)
def test_no_file_is_called_wrongly(shared_data: Path, samples: Samples, name: str) -> None:
    """Right, or a no-call that names a position which is not in the file."""
    sample = _read(_files(shared_data)[name], samples)
    call = samples.call("CYP2C19", sample)
    truth = TRUTH[name]
    if truth is None:
        assert call.diplotypes == ()
        assert call.no_call == "no named allele of CYP2C19 has C at rs28399504 (chr10:94762706)"
        return
    assert (name in CALLED) == bool(call.diplotypes)
    if call.diplotypes:
        assert call.diplotypes == (truth[0],)
        assert call.phenotype == truth[1]
        return
    assert call.no_call is not None
    assert call.deciding
    assert call.deciding[0] in call.no_call
    assert not set(call.deciding) & set(sample)
    assert truth[1] in call.phenotypes
    assert truth[0] in samples.pairs("CYP2C19", sample).names()


@pytest.mark.parametrize("name", [name for name in TRUTH if name != "sUnks17"])
def test_with_every_position_read_the_file_is_called(
    shared_data: Path, samples: Samples, name: str
) -> None:
    """The positions that an old file lacks, read as in the named allele, make the call."""
    truth = TRUTH[name]
    assert truth is not None
    sample = _read(_files(shared_data)[name], samples)
    call = samples.call("CYP2C19", {**samples.person("CYP2C19", truth[0]), **sample})
    assert call.missing == ()
    assert truth[0] in call.diplotypes
    assert call.phenotype == truth[1]


def test_the_file_without_the_position_of_star_17_names_it(
    shared_data: Path, samples: Samples
) -> None:
    sample = _read(_files(shared_data)["s1s1rs12248560missing"], samples)
    call = samples.call("CYP2C19", sample)
    assert call.no_call is not None
    assert "rs12248560" in call.no_call
    assert call.if_reference == ("*1/*1",)


@pytest.mark.parametrize("name", ["pharmcat.example", "pharmcat.example2"])
def test_complete_files_are_called_as_pharmcat_calls_them(shared_data: Path, name: str) -> None:
    """PharmCAT 3.1.0; unphased it prints one of several pairs that mean the same."""
    folder = shared_data / "clinical/pgx/pharmcat/examples"
    calls = {call.gene: call for call in call_genes(read_variants(folder / f"{name}.vcf"))}
    lines = (folder / f"{name}.report.tsv").read_text(encoding="utf-8").splitlines()[1:]
    compared = 0
    for row in csv.DictReader(lines, delimiter="\t"):
        gene, call = row["Gene"], calls.get(row["Gene"])
        if call is None or gene == "CYP2D6":
            continue
        assert row["Source Diplotype"] in call.diplotypes
        assert call.phenotype == row["Phenotype"]
        assert call.missing == ()
        compared += 1
    assert compared == len(calls) - 1


def test_an_outside_call_that_no_variant_supports_does_not_stand(shared_data: Path) -> None:
    """PharmCAT reports the *1/*3 of its example though the file has no variant of *3."""
    folder = shared_data / "clinical/pgx/pharmcat/examples"
    told = GeneCall("CYP2D6", ("*1/*3",), None, source="outside")
    calls = call_genes(read_variants(folder / "pharmcat.example.vcf"), (told,))
    call = next(call for call in calls if call.gene == "CYP2D6")
    assert call.no_call == (
        "another test reports *1/*3, but the variants of the file fit only *1/*1"
    )
