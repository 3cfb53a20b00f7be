"""What an assay cites exists, and what it rests on is a table."""

from __future__ import annotations

from equipoise.core.assay import AssaySpec
from equipoise.core.tables import load_table, table_names


def test_references_resolve(spec: AssaySpec) -> None:
    known = {row.text("key") for row in load_table("references/references")}
    assert spec.references
    assert set(spec.references) <= known


def test_every_yield_is_a_measure(spec: AssaySpec) -> None:
    known = {row.text("id") for row in load_table("measures/measures")}
    assert {part.measure for part in spec.yields} | {spec.retest} <= known


def test_the_table_exists(spec: AssaySpec) -> None:
    assert spec.table in table_names()


def test_needs_are_understood(spec: AssaySpec) -> None:
    kinds = {need.partition(":")[0] for need in spec.needs}
    assert kinds
    assert kinds <= {"scale", "lab", "bold", "region", "freesurfer"}
