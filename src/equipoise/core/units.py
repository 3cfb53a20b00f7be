"""UCUM units at the border: conversion into the one unit that a measure has inside.

Common conversions are rows of ``units/conversions``; the UCUM registry (pint with ucumvert) is
built only for a unit that is not there, and kept. A substance with a row that has an offset
(HbA1c, whose % and mmol/mol are two scales) is converted by its own rows alone: the registry sees
two pure numbers there and would be wrong by a factor.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from equipoise.core.errors import UnitError
from equipoise.core.prepared import prepared
from equipoise.core.tables import Table, load_table

__all__ = ["convert"]

TABLE: Final = "units/conversions"
ANY: Final = "n/a"


@dataclass(frozen=True, slots=True)
class _Known:
    """The tabled conversions: (factor, offset) by unit, target and substance."""

    lines: dict[tuple[str, str, str], tuple[float, float]]
    own_rows_only: frozenset[str]


def convert(value: float, unit: str, to: str, *, quantity: str = "n/a", where: str = "") -> float:
    """Convert `value` from `unit` into `to`.

    Parameters
    ----------
    value : float
        The value as reported.
    unit, to : str
        UCUM units.
    quantity : str, optional
        Laboratory test, for conversions that hold for one substance only (mass to amount).
    where : str, optional
        File, line and field, for the message.

    Returns
    -------
    float
        The value in `to`.

    Raises
    ------
    UnitError
        If a unit is missing or unknown, or of another dimension than `to`.
    """
    if not unit:
        raise UnitError("the unit is missing", where=where, allowed=to, todo="add the unit")
    if unit == to:
        return value
    known = prepared(load_table(TABLE), _read)
    line = known.lines.get((unit, to, quantity))
    if line is None and quantity in known.own_rows_only:
        raise UnitError(
            "this unit does not convert for this test", where=where, got=repr(unit), allowed=to
        )
    line = line or known.lines.get((unit, to, ANY))
    if line is not None:
        factor, offset = line
        return value * factor + offset
    return _by_registry(value, unit, to, where)


def _read(table: Table) -> _Known:
    lines: dict[tuple[str, str, str], tuple[float, float]] = {}
    shifted = set()
    for row in table:
        substance = row.cells["quantity"]
        line = row.number("factor"), row.number("offset")
        lines.setdefault((row.text("unit"), row.text("to"), substance), line)
        if line[1]:
            shifted.add(substance)
    return _Known(lines, frozenset(shifted))


def _by_registry(value: float, unit: str, to: str, where: str) -> float:
    import pint

    try:
        source, target = _parsed(unit), _parsed(to)
    # The registry's parser raises several kinds of error for text that is no UCUM unit.
    except Exception:
        raise UnitError(
            "this is not a UCUM unit", where=where, got=repr(unit), allowed=to
        ) from None
    try:
        return float((value * source).to(target.units).magnitude / target.magnitude)
    except pint.DimensionalityError:
        raise UnitError(
            "this unit measures something else", where=where, got=repr(unit), allowed=to
        ) from None
    # Scales with an offset or a logarithm (Cel, dB), bare annotations, powers beyond any number.
    except (TypeError, AttributeError, ArithmeticError):
        raise UnitError(
            "this unit cannot be converted", where=where, got=repr(unit), allowed=to
        ) from None


@lru_cache(maxsize=256)
def _parsed(unit: str) -> Any:
    return _registry().from_ucum(unit)


@lru_cache(maxsize=1)
def _registry() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ucumvert import PintUcumRegistry

        return PintUcumRegistry()
