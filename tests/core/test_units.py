"""Units are converted at the border and never guessed."""

from __future__ import annotations

import pytest

from equipoise.core.errors import UnitError
from equipoise.core.units import convert


def test_the_same_unit_is_left_alone() -> None:
    assert convert(3.4, "mg/L", "mg/L") == 3.4


def test_a_tabled_conversion_needs_no_registry() -> None:
    # 1 dL is a tenth of a litre.
    assert convert(0.34, "mg/dL", "mg/L") == pytest.approx(3.4, rel=1e-12)


def test_a_unit_that_is_not_tabled_goes_through_the_registry() -> None:
    # 1 week is 7 days (exact); the tolerance is that of floating point.
    assert convert(2.0, "wk", "d") == pytest.approx(14.0, rel=1e-12)


@pytest.mark.parametrize("unit", ["", "mg/l/l/l/", "milligram", "mg per L"])
def test_text_that_is_no_unit_is_refused(unit: str) -> None:
    with pytest.raises(UnitError):
        convert(1.0, unit, "mg/L")


def test_another_dimension_is_refused() -> None:
    with pytest.raises(UnitError, match="something else"):
        convert(1.0, "mg", "mg/L", where="labs line 3")


def test_mass_is_never_turned_into_amount_without_the_substance() -> None:
    with pytest.raises(UnitError):
        convert(1.0, "mmol/L", "mg/L")


@pytest.mark.parametrize(
    "unit", ["Cel", "[degF]", "B", "dB", "Np", "B[SPL]", "{x}", "10*400.mg/L", "%", "1", "10*3/uL"]
)
@pytest.mark.parametrize("to", ["mg/L", "10*9/L", "{score}"])
def test_scales_that_are_no_ratio_are_refused_and_never_crash(unit: str, to: str) -> None:
    """UCUM's special units (section 22 of its specification) are no multiples of another."""
    if (unit, to) == ("10*3/uL", "10*9/L"):
        assert convert(1.0, unit, to) == pytest.approx(1.0)  # 1e3 per 1e-6 L = 1e9 per L
        return
    with pytest.raises(UnitError) as caught:
        convert(1.0, unit, to, where="line 3")
    assert str(caught.value).startswith("line 3: ")
