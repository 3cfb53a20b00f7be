"""Laboratory values in the unit of their table, and numbers that look like another unit.

A number that is unusual in the unit it was reported in, and ordinary in another unit of the same
test, is a question to whoever wrote it, never a value: ``labs/mixups`` says where. Who looked it up
again says so (``unit_confirmed``), and is not asked twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from equipoise.core.errors import UnitError
from equipoise.core.prepared import prepared
from equipoise.core.tables import Row, Table, load_table
from equipoise.core.units import convert

if TYPE_CHECKING:
    from equipoise.core.nouns import LabResult

__all__ = ["doubt_of", "other_reading", "unit_question"]

ANY: Final = "any"
WHOLE_FROM: Final = 1000
BELOW: Final = "<"
TODO: Final = "correct the unit, or add unit_confirmed: true to the value if it is right"


def doubt_of(lab: LabResult, sex: str | None = None) -> str | None:
    """Return the question that a laboratory value raises, or None; one that was confirmed has none.

    Parameters
    ----------
    lab : LabResult
        As reported.
    sex : str or None, optional
        For tests whose ordinary range differs.

    Returns
    -------
    str or None
        As :func:`unit_question`.

    Raises
    ------
    UnitError
        If the unit does not convert into that of the test.
    """
    if lab.unit_confirmed:
        return None
    return unit_question(lab.test, lab.value, lab.unit, sex=sex, comparator=lab.comparator)


def unit_question(
    test: str, value: float, unit: str, *, sex: str | None = None, comparator: str | None = None
) -> str | None:
    """Return the question that a number raises which looks like another unit, or None.

    Parameters
    ----------
    test : str
        Row of `labs/labs`.
    value : float
        As reported.
    unit : str
        The UCUM unit that was reported.
    sex : str or None, optional
        For tests whose ordinary range differs.
    comparator : str or None, optional
        ``<`` where the value is a bound that may be small.

    Returns
    -------
    str or None
        One clause that names both readings and what to do.

    Raises
    ------
    UnitError
        If `unit` does not convert into that of the test.
    """
    asked = other_reading(test, value, unit, sex=sex, comparator=comparator)
    return None if asked is None else f"{asked}: {TODO}"


def other_reading(
    test: str, value: float, unit: str, *, sex: str | None = None, comparator: str | None = None
) -> str | None:
    """Return which other unit would make a number ordinary that is unusual in its own, or None.

    Parameters
    ----------
    test : str
        Row of `labs/labs`.
    value : float
        As reported.
    unit : str
        The UCUM unit that was reported.
    sex : str or None, optional
        For tests whose ordinary range differs.
    comparator : str or None, optional
        ``<`` where the value is a bound that may be small.

    Returns
    -------
    str or None
        One clause that names both readings.

    Raises
    ------
    UnitError
        If `unit` does not convert into that of the test.
    """
    row = _ranges(test, sex)
    if row is None:
        return None
    inside = row.text("unit")
    read = convert(value, unit, inside, quantity=test)
    small = read < row.number("usual_minimum") and comparator != BELOW
    if not small and read <= row.number("usual_maximum"):
        return None
    for other in row.items("readings"):
        meant = _meant(test, value, other, inside)
        if meant is None or other == unit:
            continue
        if row.number("ordinary_minimum") <= meant <= row.number("ordinary_maximum"):
            return _question((value, unit, read), (other, meant), inside)
    return None


def _ranges(test: str, sex: str | None) -> Row | None:
    rows = prepared(load_table("labs/mixups"), _by_test)
    return rows.get((test, sex or ANY)) or rows.get((test, ANY))


def _by_test(table: Table) -> dict[tuple[str, str], Row]:
    return {(row.text("test"), row.text("sex")): row for row in table}


def _meant(test: str, value: float, unit: str, inside: str) -> float | None:
    try:
        return convert(value, unit, inside, quantity=test)
    except UnitError:
        return None


def _question(reported: tuple[float, str, float], other: tuple[str, float], inside: str) -> str:
    value, unit, read = reported
    name, meant = other
    same = "" if unit == inside else f", which is {_short(read)} {inside},"
    ordinary = "" if name == inside else f", which is {_short(meant)} {inside},"
    return (
        f"is the unit right? {_short(value)} {unit}{same} is unusual, and {_short(value)} "
        f"{name}{ordinary} would be ordinary"
    )


def _short(number: float) -> str:
    """Return a number as people write it, not as a power of ten."""
    return f"{number:.0f}" if number >= WHOLE_FROM else f"{number:.4g}"
