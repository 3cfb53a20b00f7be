"""Decision limits of blood values: rows of `labs/thresholds`, the strictest on each side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from equipoise.assays.blood import near
from equipoise.core.prepared import prepared
from equipoise.core.tables import Row, Table, load_table
from equipoise.core.units import convert

if TYPE_CHECKING:
    from equipoise.core.nouns import LabResult, Timeline

__all__ = ["limits_crossed"]

BELOW: Final = "<"
ABOVE: Final = ">"


def limits_crossed(lab: LabResult, value: float, unit: str, timeline: Timeline) -> tuple[str, ...]:
    """Return what the limits say that a value has crossed, high side first.

    Parameters
    ----------
    lab : LabResult
        The value with its comparator; a bound crosses only what it surely crosses.
    value : float
        The same in `unit`.
    unit : str
        The unit of its test.
    timeline : Timeline
        Sex, pregnancy and other values, which some limits ask for.

    Returns
    -------
    tuple of str
        At most one flag for each side.
    """
    rows = prepared(load_table("labs/thresholds"), _by_test).get(lab.test, ())
    high: list[tuple[float, str]] = []
    low: list[tuple[float, str]] = []
    for row in rows:
        for column, found in (("above", high), ("from", high), ("below", low)):
            limit = row.optional_number(column)
            if limit is None:
                continue
            limit = convert(limit, row.text("unit"), unit, quantity=lab.test)
            if _beyond(column, value, limit, lab.comparator) and _meant(row, lab, timeline):
                found.append((limit, row.text("flag")))
    return tuple(max(high)[1:] if high else ()) + tuple(min(low)[1:] if low else ())


def _by_test(table: Table) -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for row in table:
        found[row.text("test")] = (*found.get(row.text("test"), ()), row)
    return found


def _beyond(column: str, value: float, limit: float, comparator: str | None) -> bool:
    """Return whether a value, or everything that a bound allows, lies beyond a limit."""
    if column == "below":
        return comparator != ABOVE and (value <= limit if comparator else value < limit)
    if comparator == BELOW:
        return False
    return value >= limit if comparator or column == "from" else value > limit


def _meant(row: Row, lab: LabResult, timeline: Timeline) -> bool:
    """Return whether a limit is meant for this person and sample; unknown is no."""
    sex = row.optional_text("sex")
    if sex is not None and sex != timeline.demographics.sex.value:
        return False
    asked: list[bool | None] = []
    if row.optional_text("pregnancy") is not None:
        asked.append(near.pregnancy_is(row, lab, timeline))
    if row.optional_text("fasting") is not None:
        asked.append(near.was_fasting(row, lab))
    if row.optional_text("labs") is not None:
        asked.append(near.other_lab(row, lab, timeline))
    return all(truth is True for truth in asked)
