"""Every row of ``units/conversions`` against pint with ucumvert, or against its formula."""

from __future__ import annotations

import re
import warnings
from functools import cache
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from equipoise.core.errors import UnitError
from equipoise.core.tables import Row, load_table
from equipoise.core.units import convert

ROWS = tuple(load_table("units/conversions"))
PLAIN = tuple(row for row in ROWS if row.cells["quantity"] == "n/a")
OF_ONE_SUBSTANCE = tuple(row for row in ROWS if row.cells["quantity"] != "n/a")

# Not by the formula of a molecule, but agreed upon: (unit, test) -> (reported, inside).
AGREED = {
    # Pairs of the IFCC and NGSP conversion table, in its rounding.
    ("mmol/mol", "hba1c"): ((31, 5.0), (42, 6.0), (48, 6.5), (53, 7.0), (64, 8.0), (86, 10.0)),
    ("%", "hba1c"): ((5.0, 31), (6.0, 42), (6.5, 48), (7.0, 53), (8.0, 64), (10.0, 86)),
    ("pmol/L", "insulin"): ((60, 10),),
    ("m[IU]/L", "prolactin"): ((212, 10),),
    ("u[IU]/mL", "prolactin"): ((212, 10),),
    ("mmol/L", "haemoglobin"): ((10, 161),),
    ("[IU]/L", "alt"): ((40, 40),),
    ("[IU]/L", "ast"): ((40, 40),),
    ("[IU]/L", "ggt"): ((40, 40),),
    ("[IU]/L", "alp"): ((40, 40),),
}
BY_FORMULA = tuple(
    row for row in OF_ONE_SUBSTANCE if (row.text("unit"), row.text("quantity")) not in AGREED
)

# IUPAC abridged standard atomic weights.
WEIGHTS = {
    "C": 12.011,
    "H": 1.008,
    "N": 14.007,
    "O": 15.999,
    "P": 30.974,
    "S": 32.06,
    "Cl": 35.45,
    "F": 18.998,
    "I": 126.904,
    "Co": 58.933,
    "Ca": 40.078,
    "Mg": 24.305,
}
CHARGES = {"sodium": 1, "potassium": 1, "lithium_level": 1, "calcium": 2, "magnesium": 2}


@cache
def _registry() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ucumvert import PintUcumRegistry

        return PintUcumRegistry()


@cache
def _by_registry(unit: str, to: str) -> float:
    target = _registry().from_ucum(_plain(to))
    found = _registry().from_ucum(_plain(unit)).to(target.units)
    return float(found.magnitude / target.magnitude)


def _plain(unit: str) -> str:
    """Return a UCUM code; an annotation alone, such as ``{score}``, stands for 1."""
    return "1" if unit.startswith("{") and unit.endswith("}") else unit


def _name(row: Row) -> str:
    return f"{row.text('quantity') if row.cells['quantity'] != 'n/a' else ''} {row.text('unit')}"


@pytest.mark.parametrize("row", PLAIN, ids=_name)
def test_the_factor_is_that_of_ucum(row: Row) -> None:
    # The same definition: equal but for the last figures of a float.
    wanted = _by_registry(row.text("unit"), row.text("to"))
    assert row.number("factor") == pytest.approx(wanted, rel=1e-9)
    assert row.number("offset") == 0


@pytest.mark.parametrize("row", BY_FORMULA, ids=_name)
def test_the_factor_is_that_of_the_formula(row: Row) -> None:
    # Factors are printed to five figures: half of the last one is 5e-5 at most.
    assert row.number("factor") == pytest.approx(_by_formula(row), rel=5e-5)
    assert row.number("offset") == 0


@pytest.mark.parametrize("key", AGREED, ids=" ".join)
def test_agreed_conversions_give_the_printed_pairs(key: tuple[str, str]) -> None:
    unit, test = key
    inside = load_table("units/conversions").row(unit=unit, quantity=test).text("to")
    for reported, wanted in AGREED[key]:
        found = convert(reported, unit, inside, quantity=test)
        assert found == pytest.approx(wanted, abs=0.5 if wanted > 20 else 0.06)


def _by_formula(row: Row) -> float:
    if row.text("unit") == "meq/L":
        return 1 / CHARGES[row.text("quantity")]
    formula = row.text("note").split(",")[0]
    atoms = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
    mass = sum(WEIGHTS[element] * int(count or 1) for element, count in atoms)
    to_mass = row.text("to").endswith(("g/mL", "g/L", "g/dL"))
    of_mass, of_amount = (row.text("to"), row.text("unit")) if to_mass else _turned(row)
    grams = _by_registry("g/L", of_mass)
    moles = _by_registry("mol/L", of_amount)
    return mass * grams / moles if to_mass else moles / (mass * grams)


def _turned(row: Row) -> tuple[str, str]:
    return row.text("unit"), row.text("to")


@pytest.mark.parametrize(
    ("test", "value", "unit", "wanted"),
    [
        # Pairs that laboratories print side by side, in the rounding they print.
        ("b12", 148, "pmol/L", 200),
        ("vitamin_d", 50, "nmol/L", 20),
        ("folate", 9, "nmol/L", 4),
        ("glucose", 126, "mg/dL", 7.0),
        ("cholesterol", 200, "mg/dL", 5.17),
        ("triglycerides", 150, "mg/dL", 1.69),
        ("creatinine", 1.0, "mg/dL", 88.4),
        ("urea", 60, "mg/dL", 10),
        ("bilirubin", 1.0, "mg/dL", 17.1),
        ("testosterone", 264, "ng/dL", 9.2),
        ("calcium", 10, "mg/dL", 2.5),
        ("ft4", 1.8, "ng/dL", 23),
    ],
)
def test_pairs_that_laboratories_print(test: str, value: float, unit: str, wanted: float) -> None:
    row = load_table("units/conversions").row(unit=unit, quantity=test)
    assert value * row.number("factor") == pytest.approx(wanted, rel=0.01)


def test_a_conversion_of_one_substance_names_a_test() -> None:
    known = {row.text("id") for row in load_table("labs/labs")}
    assert {row.text("quantity") for row in OF_ONE_SUBSTANCE} <= known


@pytest.mark.parametrize("row", tuple(load_table("labs/labs")), ids=lambda row: row.text("id"))
def test_the_unit_of_a_test_is_ucum(row: Row) -> None:
    assert _by_registry(row.text("unit"), row.text("unit")) == pytest.approx(1)
    assert row.number("plausible_minimum") < row.number("plausible_maximum")


def test_hba1c_is_never_a_plain_factor() -> None:
    """Both units are pure numbers for a registry, which would say 10 mmol/mol for 1 %."""
    assert convert(48, "mmol/mol", "%", quantity="hba1c") == pytest.approx(6.5, abs=0.05)
    for unit in ("1", "mol/mol", "g/L", "mmol/L"):
        with pytest.raises(UnitError, match="does not convert for this test"):
            convert(0.06, unit, "%", quantity="hba1c", where="line 3")


@drawn(st.sampled_from(["%", "mmol/mol"]), st.floats(4, 14))
def test_hba1c_comes_back(unit: str, percent: float) -> None:
    """The two equations are rounded apart: they meet within 0.02 %."""
    value = percent if unit == "%" else convert(percent, "%", unit, quantity="hba1c")
    other = "mmol/mol" if unit == "%" else "%"
    back = convert(convert(value, unit, other, quantity="hba1c"), other, unit, quantity="hba1c")
    assert back == pytest.approx(value, abs=0.02 if unit == "%" else 0.2)


@drawn(st.sampled_from(OF_ONE_SUBSTANCE), st.floats(1e-3, 1e4), st.floats(1e-3, 1e4))
def test_a_conversion_keeps_the_order(row: Row, one: float, other: float) -> None:
    test, unit, to = row.text("quantity"), row.text("unit"), row.text("to")
    low, high = sorted((one, other))
    assert convert(low, unit, to, quantity=test) <= convert(high, unit, to, quantity=test)


@drawn(st.floats(1e-3, 1e4))
def test_units_of_one_meaning_agree(value: float) -> None:
    """Through pint alone, and through the table: the same."""
    for row in PLAIN:
        unit, to = row.text("unit"), row.text("to")
        wanted = value * _by_registry(unit, to)
        assert convert(value, unit, to) == pytest.approx(wanted, rel=1e-9)
