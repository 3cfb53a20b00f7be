"""Every assay is one file of one shape: docstring, SPEC, one public ``measure``.

The rating scales, the blood values, their ratios and the levels of drugs are families: one file,
and one SPEC for each row of their table.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from types import ModuleType

from equipoise.assays.blood import analyte, drug_level, ratio
from equipoise.assays.scales import rating
from equipoise.core.assay import AssaySpec
from equipoise.core.tables import load_table

LONGEST = 250


def _documented(module: ModuleType) -> bool:
    assert len(inspect.getsource(module).splitlines()) <= LONGEST
    text = inspect.getdoc(module) or ""
    return "References" in text and "imits" in text


def test_one_file_one_shape(spec: AssaySpec) -> None:
    if spec in rating.SPECS:
        assert spec.id == f"scales.{spec.needs[0].partition(':')[2]}"
        return
    if spec in drug_level.SPECS:
        assert spec.id == f"blood.{spec.needs[0].partition(':')[2]}"
        return
    if spec in (*analyte.SPECS, *ratio.SPECS):
        assert spec.id.startswith(("blood.", "stool.", "genes."))
        return
    module = import_module(f"equipoise.assays.{spec.id}")
    assert module.__all__ == ["SPEC", "measure"]
    assert spec == module.SPEC
    assert _documented(module)


def test_the_family_has_one_assay_for_each_row_of_its_table() -> None:
    with_total = [row for row in load_table(rating.TABLE) if row.cells["total_maximum"] != "n/a"]
    assert [spec.id for spec in rating.SPECS] == [f"scales.{row.text('id')}" for row in with_total]
    assert rating.__all__ == ["SPECS", "measure"]
    assert _documented(rating)
    levels = [f"blood.{row.text('test')}" for row in load_table("labs/levels")]
    assert [spec.id for spec in drug_level.SPECS] == levels
    assert drug_level.__all__ == ["SPECS", "measure"]
    assert _documented(drug_level)
    for family in (analyte, ratio):
        measures = [row.text("measure") for row in load_table(family.TABLE)]
        assert [spec.id for spec in family.SPECS] == measures
        assert {"SPECS", "measure"} <= set(family.__all__)
        assert _documented(family)
