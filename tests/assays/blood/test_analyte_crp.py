"""hs-CRP in one unit, its error on the ln scale, and what is not taken for it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from equipoise.assays.blood import analyte
from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.nouns import LabResult, Measurement, NotMeasured, Result, Timeline
from equipoise.core.tables import load_table

(SPEC,) = (spec for spec in analyte.SPECS if spec.id == "blood.crp_hs")


def _results(*labs: LabResult) -> tuple[Result, ...]:
    return analyte.measure(Timeline("01", labs=given(labs)), SPEC)


def _lab(
    value: float, unit: str = "mg/L", test: str = "crp_hs", date: str = "2025-01"
) -> LabResult:
    return LabResult(test, value, unit, date)


def _measured(value: float, unit: str = "mg/L") -> Measurement:
    (result,) = _results(_lab(value, unit))
    assert isinstance(result, Measurement)
    return result


@pytest.mark.parametrize(
    ("value", "unit"), [(3.4, "mg/L"), (0.34, "mg/dL"), (3.4, "ug/mL"), (3400, "ng/mL")]
)
def test_one_unit_inside(value: float, unit: str) -> None:
    result = _measured(value, unit)
    assert result.quantity.unit == "mg/L"
    assert result.quantity.value == pytest.approx(3.4)
    assert dict(result.provenance.parameters)["reported_unit"] == unit


def test_the_error_is_that_of_repeat_visits() -> None:
    # Reliability 0.60, spread of ln 1.1: 1.1 * sqrt(0.4) = 0.6957 on the ln scale, by hand.
    error = _measured(2.0).quantity.standard_error
    assert error == pytest.approx(2.0 * 0.6957, abs=2e-4)


def test_the_error_and_the_measures_rest_on_one_reliability() -> None:
    # Then the error on the ln scale in sds is sqrt(1 - r), as the measurement model takes it.
    measure = load_table("measures/measures").row(id="blood.crp_hs")
    precision = load_table("labs/precision").row(test="crp_hs")
    assert measure.number("reliability") == precision.number("reliability")
    assert measure.text("transform") == precision.text("scale")


@drawn(st.floats(0.05, 500))
def test_the_error_grows_in_proportion(value: float) -> None:
    error = _measured(value).quantity.standard_error
    assert error is not None
    assert math.isclose(error / value, 1.1 * math.sqrt(0.4), rel_tol=1e-9)


@pytest.mark.parametrize(
    ("value", "flagged"), [(3.4, False), (10, False), (10.1, True), (80, True)]
)
def test_an_acute_value_is_flagged(value: float, flagged: bool) -> None:
    assert any("10 mg/L" in flag for flag in _measured(value).flags) == flagged


@pytest.mark.parametrize(
    ("value", "unit", "part"),
    [
        (3.4, "", "the unit is missing"),
        (3.4, "mmol/L", "something else"),
        (3.4, "furlong", "not a UCUM unit"),
        (32, "nmol/L", "something else"),
        (-1, "mg/L", "not possible"),
        (5000, "mg/L", "not possible"),
        (math.nan, "mg/L", "not possible"),
        (0, "mg/L", "reported as 0"),
    ],
)
def test_a_value_that_cannot_be_used(value: float, unit: str, part: str) -> None:
    (result,) = _results(_lab(value, unit))
    assert isinstance(result, NotMeasured)
    assert part in result.reason


def test_an_ordinary_crp_is_refused() -> None:
    (result,) = _results(_lab(4, test="crp", date="2025-01-02"))
    assert isinstance(result, NotMeasured)
    assert "2025-01-02" in result.reason
    assert "order hs-CRP" in result.reason


def test_an_ordinary_crp_beside_the_right_one_is_left_out() -> None:
    (result,) = _results(_lab(4, test="crp"), _lab(1.2))
    assert isinstance(result, Measurement)
    assert result.quantity.value == pytest.approx(1.2)


def test_one_bad_unit_does_not_lose_the_others() -> None:
    first, second = _results(_lab(2, date="2025-02"), _lab(2, "", date="2025-01"))
    assert isinstance(first, NotMeasured)
    assert isinstance(second, Measurement)


@pytest.mark.parametrize(
    ("labs", "reason"),
    [(not_asked(), "not asked"), (unknown(), "asked, but"), (given(()), "no hs-CRP")],
)
def test_no_value_is_a_result(labs: Answer[tuple[LabResult, ...]], reason: str) -> None:
    (result,) = analyte.measure(Timeline("01", labs=labs), SPEC)
    assert isinstance(result, NotMeasured)
    assert reason in result.reason
