"""Norms of one assay, and of people who had fasted: which values they serve, and what is said."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from equipoise.core import tables
from equipoise.core.answers import given
from equipoise.core.nouns import (
    Demographics,
    Measurement,
    NormedMeasurement,
    Provenance,
    Quantity,
    SiteNorms,
)
from equipoise.core.preparation import preparation
from equipoise.core.streams import stream
from equipoise.norms import Control, learn_norm, place

CRP = "blood.crp_hs"
WOMAN = Demographics(given("female"), given(45.0))
SHIPPED = Path(tables.__file__).parents[1] / "tables" / "norms"
HEADER = [
    *("id", "measure", "sex", "age_minimum", "age_maximum", "ages", "unit", "scale_unit"),
    *("mean", "sd", "lowest", "assay", "fasting", "p05", "p10", "p25", "p50", "p75", "p90", "p95"),
    *("p99", "n", "population", "reference", "as_of", "grade", "checked", "confidence"),
]


def _value(assay: str | None = None, fasting: bool | None = None) -> Measurement:
    quantity = Quantity(2.0, "mg/L", 0.3)
    plain = Measurement(CRP, quantity, "2026-01-12", 1.0, (), Provenance((), "test"))
    return replace(plain, assay=assay, fasting=fasting)


def _row(name: str, mean: str, assay: str, fasting: str) -> str:
    cells = dict.fromkeys(HEADER, "n/a")
    cells |= dict(id=name, measure=CRP, sex="any", age_minimum="18", ages="all", unit="mg/L")
    cells |= dict(scale_unit="1", mean=mean, sd="1", assay=assay, fasting=fasting, n="100")
    cells |= dict(population="nobody", reference="equipoise_method", as_of="2026-11")
    return "\t".join((cells | dict(checked="derived", confidence="medium")).values())


def _site(folder: Path, *rows: str) -> None:
    (folder / "norms").mkdir()
    shutil.copy(SHIPPED / "norms.schema.json", folder / "norms")
    (folder / "norms" / "norms.tsv").write_text("\n".join(["\t".join(HEADER), *rows, ""]))
    tables.use_site(folder)


@pytest.fixture(autouse=True)
def _shipped_again() -> object:
    yield
    tables.use_site(None)


def _placed(one: Measurement, norms: SiteNorms | None = None) -> NormedMeasurement:
    (found,) = place((one,), WOMAN, norms)
    return found


def test_a_norm_of_one_assay_serves_that_assay_alone(tmp_path: Path) -> None:
    _site(tmp_path, _row("one", "0.5", "kit_one", "any"))
    served = _placed(_value("kit_one"))
    assert served.norm is not None
    assert (served.norm.id, served.z is not None) == ("one", True)
    unknown, other = _placed(_value()), _placed(_value("kit_two"))
    assert (unknown.norm, unknown.z, unknown.centile) == (None, None, None)
    assert unknown.reason == (
        "the norm is for the assay kit_one; the assay of this value is not known"
    )
    assert (other.norm, other.z) == (None, None)
    assert other.reason == "the norm is for the assay kit_one; this value is of the assay kit_two"


def test_the_own_assay_comes_before_a_norm_of_any(tmp_path: Path) -> None:
    rows = (_row("all_assays", "0.5", "any", "any"), _row("one", "0.9", "kit_one", "any"))
    _site(tmp_path, *rows)
    found = [_placed(_value(assay)).norm for assay in (None, "kit_one", "kit_two")]
    assert [norm.id if norm else None for norm in found] == ["all_assays", "one", "all_assays"]


@pytest.mark.parametrize(
    ("fasting", "served", "part"),
    [(True, True, None), (False, False, "this person had not"), (None, False, "is not known")],
)
def test_a_norm_of_people_who_had_fasted(
    fasting: bool | None,
    served: bool,
    part: str | None,
    tmp_path: Path,
) -> None:
    _site(tmp_path, _row("fasted", "0.5", "any", "fasting"))
    found = _placed(_value(fasting=fasting))
    assert (found.norm is not None) == served
    assert (found.reason is None) if part is None else part in str(found.reason)


def _learned(way: str, measure: str) -> SiteNorms:
    generator = stream("test/assays", 1)
    controls = tuple(
        Control(20.0 + n, float(n % 2), {}, float(1 + generator.random())) for n in range(40)
    )
    norm = learn_norm(measure, controls, way)
    assert not isinstance(norm, str)
    return SiteNorms("clinic", None, way, "2026-01-10", "0" * 64, "0.1", (norm,))


@pytest.mark.parametrize(
    ("measure", "assay", "way", "own"),
    [
        # Kits of interleukin 6 differ by a multiple: both must be known, and be one.
        ("blood.il6", "elisa", "assay elisa", True),
        ("blood.il6", "elisa_hs", "assay elisa", False),
        ("blood.il6", None, "assay elisa", False),
        ("blood.il6", "elisa", "", False),
        ("blood.il6", None, "", False),
        # Values of C-reactive protein agree across assays: only a known difference counts.
        (CRP, "turbidimetry", "assay turbidimetry", True),
        (CRP, None, "assay turbidimetry", True),
        (CRP, None, "", True),
        (CRP, "nephelometry", "assay turbidimetry", False),
    ],
)
def test_the_norm_of_a_site_serves_values_of_its_assay(
    measure: str, assay: str | None, way: str, own: bool
) -> None:
    unit = "pg/mL" if measure != CRP else "mg/L"
    one = replace(_value(assay), id=measure, quantity=Quantity(2.0, unit, 0.3))
    found = _placed(one, _learned(way, measure))
    assert (found.norm is not None and found.norm.id == "clinic") == own
    if not own:
        assert "its controls were sampled otherwise" in str(found.reason)


@pytest.mark.parametrize(
    ("fasting", "way", "own"),
    [
        (True, "fasting yes", True),
        (False, "fasting yes", False),
        (None, "fasting yes", False),
        (None, "", False),
    ],
)
def test_the_norm_of_a_site_serves_values_of_the_same_meal(
    fasting: bool | None, way: str, own: bool
) -> None:
    sugar = replace(_value(fasting=fasting), id="blood.glucose", quantity=Quantity(1.5, "mmol/L"))
    found = _placed(sugar, _learned(way, "blood.glucose"))
    assert (found.norm is not None and found.norm.id == "clinic") == own


def test_what_two_samples_must_share() -> None:
    assert preparation(_value()) == ""
    # A meal does not change C-reactive protein, so it sets no two values apart.
    assert preparation(_value("kit_one", fasting=True)) == "assay kit_one"
    sugar = replace(_value(fasting=False), id="blood.glucose")
    assert preparation(sugar) == "fasting no"
    assert (
        preparation(replace(sugar, fasting=True, assay="kit_one")) == "assay kit_one, fasting yes"
    )


def test_every_norm_names_an_assay_and_whether_people_had_fasted() -> None:
    schema = json.loads(
        (Path(tables.__file__).parents[1] / "tables/norms/norms.schema.json").read_text()
    )
    assert [field["name"] for field in schema["fields"]] == HEADER
