"""Norms of blood values against figures that were published elsewhere, and against their own."""

from __future__ import annotations

import math

import pytest

from equipoise.core.answers import given, not_asked
from equipoise.core.nouns import (
    Demographics,
    Measurement,
    NormedMeasurement,
    Provenance,
    Quantity,
)
from equipoise.core.tables import Row, load_table
from equipoise.norms import place

ROWS = [r for r in load_table("norms/norms") if r.text("reference") == "nhanes_labs_summary"]
TESTS = sorted({row.text("measure").partition(".")[2] for row in ROWS})
ASKED = (
    "tsh ft4 hba1c glucose triglycerides hdl ldl cholesterol b12 folate vitamin_d ferritin "
    "haemoglobin leucocytes neutrophils platelets sodium potassium creatinine alt homocysteine "
    "testosterone"
)


def _place(
    test: str,
    value: float,
    unit: str,
    people: tuple[str | None, float | None],
    *,
    assay: str | None = None,
    fasting: bool | None = None,
    parameters: tuple[tuple[str, str], ...] = (),
) -> NormedMeasurement:
    sex, age = people
    who = Demographics(
        not_asked() if sex is None else given(sex), not_asked() if age is None else given(age)
    )
    made = Provenance((), "test", parameters)
    quantity = Quantity(value, unit)
    one = Measurement(f"blood.{test}", quantity, "2026-01-12", 1.0, (), made)
    one = Measurement(one.id, quantity, one.date, 1.0, (), made, assay=assay, fasting=fasting)
    (found,) = place((one,), who)
    return found


def test_every_test_that_was_asked_for_has_a_norm() -> None:
    assert set(TESTS) == set(ASKED.split())


@pytest.mark.parametrize(
    ("test", "value", "sex", "below", "within"),
    [
        # NHANES 2009-2012, 20 years and over, adjusted for age: HDL below 40 mg/dL.
        ("hdl", 40.0, "male", 28.9, 2.0),
        ("hdl", 40.0, "female", 10.6, 1.0),
    ],
)
def test_hdl_below_40(test: str, value: float, sex: str, below: float, within: float) -> None:
    found = _place(test, value, "mg/dL", (sex, 45.0))
    assert found.centile == pytest.approx(below, abs=within)


@pytest.mark.parametrize(("age", "above"), [(30.0, 7.0), (50.0, 18.0), (70.0, 14.6)])
def test_total_cholesterol_from_240(age: float, above: float) -> None:
    # NHANES 2009-2012: 20-39, 40-59, 60 years and over; the norm is of more years and of people
    # without known disease.
    found = _place("cholesterol", 240.0, "mg/dL", (None, age))
    assert found.centile is not None
    assert 100 - found.centile == pytest.approx(above, abs=3.0)


def test_triglycerides_lie_between_the_means_of_two_decades() -> None:
    # Geometric mean of US adults: 123 mg/dL in 1999-2000, 97 mg/dL in 2013-2014.
    low, high = (
        _place("triglycerides", mean, "mg/dL", (None, None), fasting=True).centile
        for mean in (97.0, 123.0)
    )
    assert low is not None
    assert high is not None
    assert low < 50 < high


@pytest.mark.parametrize(
    ("test", "low", "high", "unit", "sex"),
    [
        # Reference limits of laboratories, meant to hold the middle 95 % of healthy people.
        ("tsh", 0.45, 4.12, "m[IU]/L", "female"),
        ("sodium", 135.0, 145.0, "mmol/L", "male"),
        ("potassium", 3.5, 5.0, "mmol/L", "male"),
        ("platelets", 150.0, 400.0, "10*9/L", "male"),
        ("leucocytes", 4.0, 11.0, "10*9/L", "male"),
        ("haemoglobin", 130.0, 175.0, "g/L", "male"),
    ],
)
def test_the_limits_of_laboratories_hold_nearly_everybody(
    test: str, low: float, high: float, unit: str, sex: str
) -> None:
    below, above = (_place(test, value, unit, (sex, 30.0)).centile for value in (low, high))
    assert below is not None
    assert above is not None
    assert 0.2 < below < 6
    assert 94 < above < 100
    assert above - below == pytest.approx(95, abs=4.5)


def _context(row: Row) -> tuple[str | None, bool | None]:
    assay = row.text("assay")
    return None if assay == "any" else assay, row.text("fasting") == "fasting" or None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text("id"))
def test_a_published_quantile_has_its_centile(row: Row) -> None:
    # A woman or man at the middle of the band; where all ages stand together the age is unknown.
    sex = None if row.text("sex") == "any" else row.text("sex")
    age = None if row.text("ages") == "all" else row.number("age_minimum") + 1
    assay, fasting = _context(row)
    test = row.text("measure").partition(".")[2]
    for column in ("p10", "p25", "p50", "p75", "p90"):
        value = row.number(column)
        who = sex, age
        found = _place(test, value, row.text("unit"), who, assay=assay, fasting=fasting)
        assert found.norm is not None
        assert found.norm.id == row.text("id")
        assert found.centile == pytest.approx(float(column[1:]), abs=1e-6)
        # The curve of mean and sd goes through the 10th, 50th and 90th within the skew.
        assert found.z is not None
    middle = _place(
        test, row.number("p50"), row.text("unit"), (sex, age), assay=assay, fasting=fasting
    )
    assert middle.z == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text("id"))
def test_mean_and_sd_follow_from_the_quantiles(row: Row) -> None:
    measure = load_table("measures/measures").row(id=row.text("measure"))
    scale = math.log if measure.text("transform") == "ln" else float
    low, middle, high = (scale(row.number(column)) for column in ("p10", "p50", "p90"))
    # 10 % of a normal curve lie beyond 1.28155 standard deviations. Quantiles have four figures.
    assert row.number("mean") == pytest.approx(middle, rel=1e-3, abs=1e-3)
    assert row.number("sd") == pytest.approx((high - low) / (2 * 1.28155), rel=0.01, abs=1e-3)
    assert row.text("unit") == measure.text("unit")
    assert row.text("scale_unit") == ("1" if scale is math.log else measure.text("unit"))


def test_every_assay_of_a_norm_can_stand_in_a_record() -> None:
    known = {row.text("id") for row in load_table("labs/assays")}
    assert {row.text("assay") for row in load_table("norms/norms")} <= known | {"any"}


def test_markers_that_depend_on_the_assay_have_no_norm_of_any() -> None:
    depending = {r.text("measure") for r in load_table("labs/analytes") if r.flag("by_assay")}
    norms = [r for r in load_table("norms/norms") if r.text("measure") in depending]
    assert norms
    assert not [r.text("id") for r in norms if r.text("assay") == "any"]


def test_values_that_depend_on_a_meal_have_norms_of_fasting_people() -> None:
    depending = {
        r.text("measure") for r in load_table("labs/analytes") if r.optional_text("fasting")
    }
    norms = [r for r in load_table("norms/norms") if r.text("measure") in depending]
    assert {r.text("fasting") for r in norms} == {"fasting"}


@pytest.mark.parametrize(
    ("fasting", "part"), [(None, "is not known"), (False, "this person had not")]
)
def test_glucose_of_a_person_who_may_have_eaten(fasting: bool | None, part: str) -> None:
    found = _place("glucose", 5.5, "mmol/L", ("male", 30.0), fasting=fasting)
    assert (found.norm, found.z, found.centile) == (None, None, None)
    assert part in str(found.reason)


def test_vitamin_d_of_an_unknown_assay() -> None:
    assert _place("vitamin_d", 24.0, "ng/mL", ("male", 30.0), assay="lcms").norm is not None
    unknown = _place("vitamin_d", 24.0, "ng/mL", ("male", 30.0))
    assert unknown.norm is None
    assert str(unknown.reason).endswith("the assay of this value is not known")
    other = _place("vitamin_d", 24.0, "ng/mL", ("male", 30.0), assay="immunoassay")
    assert other.norm is None
    assert "this value is of the assay Immunoassay" in str(other.reason)


def test_testosterone_of_an_unknown_sex_has_no_place() -> None:
    found = _place("testosterone", 14.0, "nmol/L", (None, 40.0), assay="lcms")
    assert (found.norm, found.z) == (None, None)


def test_a_bound_has_no_place() -> None:
    found = _place("alt", 7.0, "U/L", ("male", 40.0), parameters=(("comparator", "<"),))
    assert (found.norm, found.z, found.centile) == (None, None, None)
    assert "reported as a bound" in str(found.reason)
