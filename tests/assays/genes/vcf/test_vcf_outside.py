"""Calls that another test made."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipoise.assays.genes.outside import read_outside_calls, read_outside_table
from equipoise.core.errors import InputError


def table(folder: Path, text: str | bytes) -> Path:
    path = folder / "outside.tsv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.shared
def test_the_example_of_pharmcat(shared_data: Path) -> None:
    path = shared_data / "clinical/pgx/pharmcat/examples/pharmcat.example.outsideCall.tsv"
    found = read_outside_table(path)
    (call,) = found.calls
    assert (call.gene, call.diplotypes, call.source) == ("CYP2D6", ("*1/*3",), "outside")
    assert (call.phenotype, call.activity_score) == ("Intermediate Metabolizer", "1.0")
    assert found.not_used == ("HLA-B", "MT-RNR1")


@pytest.mark.parametrize(
    ("diplotype", "phenotype", "score"),
    [
        ("*1x2/*4", "Normal Metabolizer", "2.0"),
        ("*1x2/*1", "Ultrarapid Metabolizer", "3.0"),
        ("*36+*10/*1", "Normal Metabolizer", "1.25"),
        ("*5/*5", "Poor Metabolizer", "0.0"),
        ("*1/*5", "Intermediate Metabolizer", "1.0"),
        ("*4x2/*41", "Intermediate Metabolizer", "0.25"),
        ("*1x≥3/*1", "Ultrarapid Metabolizer", "≥4.0"),
        ("*1/*22", "Indeterminate", None),
    ],
)
def test_structure_and_copies(
    tmp_path: Path, diplotype: str, phenotype: str, score: str | None
) -> None:
    """Values of the alleles: Caudle 2020; the sums by hand."""
    (call,) = read_outside_calls(table(tmp_path, f"CYP2D6\t{diplotype}\n"))
    assert (call.diplotypes, call.phenotype, call.activity_score) == (
        (diplotype,),
        phenotype,
        score,
    )


def test_comments_blank_lines_spelling_and_columns(tmp_path: Path) -> None:
    text = (
        "# from the laboratory\n\n"
        "cyp2d6\tCYP2D6*1 / CYP2D6*4\tintermediate metabolizer\t1\r\n"
        "CYP2C19\t*1/*2\tCYP2C19 Intermediate Metabolizer\t\n"
        "CYP2B6\t*6/*6\tn/a\tn/a\n"
    )
    calls = read_outside_calls(table(tmp_path, "\ufeff" + text))
    assert [call.diplotypes[0] for call in calls] == ["*1/*4", "*1/*2", "*6/*6"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CYP2D6\t*1xN/*4\n", "the number of copies is not given; got *1xN"),
        ("CYP2D6\t*1x0/*4\n", "the number of copies is not given"),
        ("CYP2D6\t*1/*999\n", "an allele of CYP2D6 that the tables do not know; got *999"),
        ("CYP2D6\t*1/wild\n", "that the tables do not know; got wild"),
        ("CYP2D6\t*1\n", "two chromosomes"),
        ("CYP2D6\t*1/*2/*4\n", "two chromosomes"),
        ("CYP2D6\t*1/\n", "two chromosomes"),
        ("CYP2D6\t*1/*4\nCYP2D6\t*1/*4\n", "line 2: this gene stands twice"),
        ("HLA-B\t*15:02\nhla-b\t*15:02\n", "line 2: this gene stands twice"),
        ("CYP2D6\t*1/*4\tPoor Metabolizer\n", "the phenotype contradicts the diplotype"),
        ("CYP2D6\t*1/*4\tSlow\n", "no phenotype of the gene"),
        ("CYP2D6\t*1/*4\t\t2.0\n", "the activity score contradicts the diplotype"),
        ("CYP2D6\t*1/*22\tNormal Metabolizer\n", "the phenotype contradicts the diplotype"),
        ("CYP2D6\t\tPoor Metabolizer\n", "needs a diplotype"),
        ("CYP2D6 *1/*4\n", "not a line of outside calls"),
        ("\t*1/*4\n", "not a line of outside calls"),
        ("a\tb\tc\td\te\n", "not a line of outside calls"),
        ("", "is empty"),
        ("# nothing\n", "is empty"),
        (b"\xff\xfe\x00", "no UTF-8"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_outside_calls(table(tmp_path, text))
    assert said in caught.value.line()
    assert "outside.tsv" in caught.value.line()


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.tsv", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_outside_calls(path)


@given(content=st.one_of(st.binary(max_size=60), st.text("CYP2D6*14x/+\t\n# N", max_size=60)))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_table_is_a_crash(tmp_path: Path, content: str | bytes) -> None:
    try:
        calls = read_outside_calls(table(tmp_path, content))
    except InputError:
        return
    assert all(call.diplotypes and call.no_call is None for call in calls)
