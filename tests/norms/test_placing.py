"""Measurements on their norms: which norm, and what is said where none fits."""

from __future__ import annotations

import math

import pytest

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.errors import UnitError
from equipoise.core.nouns import (
    Demographics,
    Measurement,
    NormedMeasurement,
    NormUsed,
    Provenance,
    Quantity,
)
from equipoise.norms import place


def _place(
    measure: str,
    value: float,
    unit: str,
    people: Demographics,
    standard_error: float | None = None,
) -> NormedMeasurement:
    quantity = Quantity(value, unit, standard_error)
    one = Measurement(measure, quantity, "2025-01-10", 1.0, (), Provenance((), "test"))
    (normed,) = place((one,), people)
    return normed


def _people(sex: str | None, age: float | None) -> Demographics:
    sexes: Answer[str] = not_asked() if sex is None else given(sex)
    ages: Answer[float] = unknown() if age is None else given(age)
    return Demographics(sexes, ages)


def _norm(normed: NormedMeasurement) -> NormUsed:
    assert normed.norm is not None
    return normed.norm


def test_phq9_of_a_woman_of_45() -> None:
    # NHANES 2005-2016, women 40-49: mean 3.82, sd 4.76, 95th centile 14.
    normed = _place("scales.phq9", 14, "{score}", _people("female", 45), standard_error=2.38)
    assert normed.z == pytest.approx((14 - 3.82) / 4.76)
    assert normed.centile == pytest.approx(95)
    # Measurement error 2.38 / 4.76 = 0.5 and norm error 0.1.
    assert normed.z_standard_error == pytest.approx(math.sqrt(0.26))
    assert (normed.extrapolated, normed.reason) == (False, None)
    assert _norm(normed).reference == "nhanes_dpq_2005_2016"


@pytest.mark.parametrize(("value", "centile"), [(0.3, 5.0), (1.4, 50.0), (8.6, 95.0)])
def test_crp_of_a_man_of_34_at_the_published_centiles(value: float, centile: float) -> None:
    normed = _place("blood.crp_hs", value, "mg/L", _people("male", 34))
    assert normed.centile == pytest.approx(centile, abs=1e-6)


def test_crp_is_placed_on_the_logarithmic_scale() -> None:
    normed = _place("blood.crp_hs", 8.6, "mg/L", _people("male", 34), standard_error=0.86)
    # sd of ln = (ln 8.6 - ln 1.4) / 1.645, so the 95th centile has z = 1.645, as rounded there.
    assert normed.z == pytest.approx(1.645, abs=1e-3)
    sd = math.log(8.6 / 1.4) / 1.645
    assert normed.z_standard_error == pytest.approx(math.hypot(0.1 / sd, 0.1), rel=1e-4)


def test_another_unit_is_the_same_value() -> None:
    people = _people("female", 30)
    one = _place("blood.crp_hs", 3.4, "mg/L", people, 0.2)
    other = _place("blood.crp_hs", 0.34, "mg/dL", people, 0.02)
    assert other.z == pytest.approx(one.z, abs=1e-12)
    assert other.z_standard_error == pytest.approx(one.z_standard_error, abs=1e-12)


def test_a_unit_of_something_else_is_refused() -> None:
    with pytest.raises(UnitError):
        _place("blood.crp_hs", 3.4, "mm[Hg]", _people("female", 30))


@pytest.mark.parametrize(
    ("people", "norm", "part"),
    [
        (_people(None, 45), "phq9_any_all", "sex is not recorded"),
        (_people("female", None), "phq9_female_all", "age is not recorded"),
        (_people(None, None), "phq9_any_all", "age is not recorded"),
        (_people("intersex", 45), "phq9_any_all", "sex has no norm of its own"),
        (_people("female", 16), "phq9_female_18_29", "age 16 lies outside"),
    ],
)
def test_unknown_or_outside_is_extrapolated(people: Demographics, norm: str, part: str) -> None:
    normed = _place("scales.phq9", 14, "{score}", people, standard_error=0.0)
    assert _norm(normed).id == norm
    assert normed.extrapolated
    assert part in str(normed.reason)
    # The error of the norm (0.1) counts twice.
    assert normed.z_standard_error == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("age", "norm"), [(29.9, "phq9_male_18_29"), (30, "phq9_male_30_39"), (93, "phq9_male_70_up")]
)
def test_completed_years_choose_the_band(age: float, norm: str) -> None:
    assert _norm(_place("scales.phq9", 8, "{score}", _people("male", age))).id == norm


def test_crp_without_age_falls_back_on_all_people() -> None:
    normed = _place("blood.crp_hs", 2.1, "mg/L", _people("male", None))
    assert _norm(normed).id == "crp_any_all"
    assert normed.extrapolated
    # The median of NHANES 1999-2002.
    assert normed.centile == pytest.approx(50, abs=0.01)


def test_a_child_has_no_norm() -> None:
    normed = _place("scales.phq9", 14, "{score}", _people("female", 9))
    assert (normed.norm, normed.z, normed.centile) == (None, None, None)
    assert "age 9" in str(normed.reason)


def test_a_circuit_has_no_published_norm() -> None:
    normed = _place("mri.rest_default_mode", 0.31, "1", _people("female", 43), 0.05)
    assert (normed.norm, normed.z, normed.z_standard_error, normed.centile) == (None,) * 4
    assert not normed.extrapolated
    assert normed.reason == "no published norm fits this measure"


def test_a_value_of_zero_has_no_logarithm() -> None:
    normed = _place("blood.crp_hs", 0.0, "mg/L", _people("female", 43))
    assert normed.z is None
    assert "logarithmic" in str(normed.reason)


def test_every_dated_value_is_placed_in_the_order_given() -> None:
    dates = ("2025-03-01", "2025-01-10", None)
    given_order = tuple(
        Measurement("scales.phq9", Quantity(v, "{score}"), d, 1.0, (), Provenance((), "test"))
        for v, d in zip((9, 17, 12), dates, strict=True)
    )
    normed = place(given_order, _people("female", 43))
    assert tuple(n.measurement for n in normed) == given_order
    assert all(n.z is not None for n in normed)
