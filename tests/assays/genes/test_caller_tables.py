"""The tables of positions and definitions say what the public files say, entry by entry."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from equipoise.assays.genes.definitions import definitions
from equipoise.core.tables import Row, load_table

pytestmark = pytest.mark.shared
GENES = ("CYP2C19", "CYP2B6", "CYP2D6")
SIZES = {"CYP2C19": (35, 36), "CYP2B6": (48, 47), "CYP2D6": (156, 171)}
# Codes for several bases, of the International Union of Pure and Applied Chemistry.
CODES = {"R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC"}


def _source(folder: Path, gene: str) -> dict[str, Any]:
    path = folder / "clinical/pgx/pharmcat/definition" / f"{gene}_translation.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _name(variant: dict[str, Any]) -> str:
    return variant["rsid"] or f"{variant['chromosome']}:{variant['position']}"


def _rows(table: str, gene: str) -> list[Row]:
    return [row for row in load_table(table) if row.text("gene") == gene]


@pytest.mark.parametrize("gene", GENES)
def test_positions_are_those_of_the_source(shared_data: Path, gene: str) -> None:
    source = _source(shared_data, gene)
    told = [
        (_name(v), v["rsid"], v["chromosome"], float(v["position"]), v["ref"], tuple(v["alts"]))
        for v in source["variants"]
    ]
    found = [
        (
            row.text("id"),
            row.optional_text("rsid"),
            row.text("chromosome"),
            row.number("position_grch38"),
            row.text("ref_grch38"),
            row.items("alts"),
        )
        for row in _rows("genes/positions", gene)
    ]
    assert found == told
    assert len(found) == SIZES[gene][0]
    assert {row.text("version") for row in _rows("genes/positions", gene)} == {"2025-11-05"}
    assert source["version"].startswith("2025-11-05")


@pytest.mark.parametrize("gene", GENES)
def test_every_allele_has_the_bases_of_the_source(shared_data: Path, gene: str) -> None:
    source = _source(shared_data, gene)
    own = next(item for item in definitions() if item.gene == gene)
    assert sorted(own.names) == sorted(allele["name"] for allele in source["namedAlleles"])
    assert len(own.names) == SIZES[gene][1]
    for allele in source["namedAlleles"]:
        place = own.names.index(allele["name"])
        for variant, told, position in zip(
            source["variants"], allele["alleles"], own.positions, strict=True
        ):
            if told is None:
                expected = {variant["ref"]}
            elif told in (variant["ref"], *variant["alts"]):
                expected = {told}
            else:
                expected = set(CODES[told])
            carried = {base for base, found in position.carriers.items() if found >> place & 1}
            assert carried == expected, (allele["name"], position.id)


@pytest.mark.parametrize("gene", GENES)
def test_the_written_form_is_translated_as_the_source_does(shared_data: Path, gene: str) -> None:
    source = _source(shared_data, gene)
    variants = {_name(variant): variant for variant in source["variants"]}
    for row in _rows("genes/definitions", gene):
        if row.optional_text("position") is None:
            continue
        written, variant = row.text("written"), variants[row.text("position")]
        translated = variant["cpicToVcfAlleleMap"].get(written)
        bases = (translated,) if translated else tuple(sorted(CODES[written]))
        assert tuple(sorted(row.items("bases"))) == bases, row.where


def _pypgx(folder: Path, column: str) -> dict[tuple[str, int], set[str]]:
    """Return the reference bases of a build by gene and place."""
    found: dict[tuple[str, int], set[str]] = {}
    with (folder / "clinical/pgx/pypgx/allele-table.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            for kind in ("Core", "Tag"):
                told = row[f"{column}{kind}"]
                for variant in () if told == "N/A" else told.split(","):
                    _, place, ref, _ = variant.split("-")
                    found.setdefault((row["Gene"], int(place)), set()).add(ref)
    return found


@pytest.mark.parametrize("gene", GENES)
def test_both_builds_agree_with_the_tables_of_pypgx(shared_data: Path, gene: str) -> None:
    compared = 0
    for build in ("GRCh38", "GRCh37"):
        told = _pypgx(shared_data, build)
        for row in _rows("genes/positions", gene):
            place = row.optional_number(f"position_{build.lower()}")
            refs = told.get((gene, int(place))) if place is not None else None
            if refs is not None:
                compared += 1
                assert refs == {row.text(f"ref_{build.lower()}")}, row.where
    assert compared > len(_rows("genes/positions", gene))


@pytest.mark.parametrize("gene", GENES)
def test_the_two_builds_of_a_gene_lie_a_constant_way_apart(gene: str) -> None:
    rows = _rows("genes/positions", gene)
    apart = {row.number("position_grch38") - row.number("position_grch37") for row in rows}
    assert len(apart) == 1


def test_grch37_differs_at_four_positions_and_carries_star_alleles() -> None:
    """GRCh37 carries *1 of CYP2C19 and *2 of CYP2D6; GRCh38 *38 and *1."""
    differing = {
        row.text("id"): (row.text("ref_grch38"), row.text("ref_grch37"))
        for row in load_table("genes/positions")
        if row.text("ref_grch38") != row.text("ref_grch37")
    }
    assert differing == {
        "rs3758581": ("A", "G"),
        "rs1135840": ("C", "G"),
        "rs16947": ("G", "A"),
        "rs1058164": ("C", "G"),
    }


def test_structural_alleles_are_marked() -> None:
    marked = {
        (row.text("gene"), row.text("allele"))
        for row in load_table("genes/definitions")
        if row.flag("structural")
    }
    assert marked == {
        ("CYP2C19", "*36"),
        ("CYP2C19", "*37"),
        ("CYP2B6", "*29"),
        ("CYP2B6", "*30"),
        *(("CYP2D6", allele) for allele in ("*5", "*13", "*36", "*61", "*63", "*68")),
    }
