"""Every row of ``units/conversions`` against pint with ucumvert, or against its formula."""

from __future__ import annotations

import re
import warnings
from functools import cache
from typing import Any

import pytest

from equipoise.core.tables import Row, load_table

ROWS = tuple(load_table("units/conversions"))
PLAIN = tuple(row for row in ROWS if row.cells["quantity"] == "n/a")
OF_ONE_SUBSTANCE = tuple(row for row in ROWS if row.cells["quantity"] != "n/a")

# IUPAC abridged standard atomic weights.
WEIGHTS = {
    "C": 12.011,
    "H": 1.008,
    "N": 14.007,
    "O": 15.999,
    "P": 30.974,
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


@pytest.mark.parametrize("row", OF_ONE_SUBSTANCE, ids=_name)
def test_the_factor_is_that_of_the_formula(row: Row) -> None:
    # Factors are printed to five figures: half of the last one is 5e-5 at most.
    assert row.number("factor") == pytest.approx(_by_formula(row), rel=5e-5)


def _by_formula(row: Row) -> float:
    if row.text("unit") == "meq/L":
        return 1 / CHARGES[row.text("quantity")]
    formula = row.text("note").split(",")[0]
    atoms = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
    mass = sum(WEIGHTS[element] * int(count or 1) for element, count in atoms)
    to_mass = row.text("to").endswith(("g/mL", "g/L"))
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
