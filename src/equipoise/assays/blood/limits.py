"""Decision limits of blood values: rows of `labs/thresholds`, the strictest on each side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from equipoise.assays.blood import near
from equipoise.core.prepared import prepared
from equipoise.core.tables import Row, Table, load_table
from equipoise.core.units import convert

if TYPE_CHECKING:
    from equipoise.core.nouns import LabResult, Timeline

__all__ = ["has_limits", "is_urgent", "limits_crossed"]

TABLE: Final = "labs/thresholds"
URGENT: Final = "true"
BELOW: Final = "<"
ABOVE: Final = ">"

_Crossed = tuple[float, bool, str]
"""How far out a limit lies on its side, whether it is urgent, and its words."""


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
    high: list[_Crossed] = []
    low: list[_Crossed] = []
    for row in prepared(load_table(TABLE), _by_test).get(lab.test, ()):
        for column, found, sign in (("above", high, 1), ("from", high, 1), ("below", low, -1)):
            limit = row.optional_number(column)
            if limit is None:
                continue
            limit = convert(limit, row.text("unit"), unit, quantity=lab.test)
            words = _words(row, lab, timeline)
            if words is not None and _beyond(column, value, limit, lab.comparator):
                # Of two limits at one number the urgent one is said.
                found.append((sign * limit, row.cells["urgent"] == URGENT, words))
    return tuple(max(found)[-1] for found in (high, low) if found)


def has_limits(test: str) -> bool:
    """Return whether there is a limit for a test at all."""
    return test in prepared(load_table(TABLE), _by_test)


def is_urgent(flag: str) -> bool:
    """Return whether a flag, or a sentence that holds one, is of an urgent limit."""
    return any(text in flag for text in prepared(load_table(TABLE), _urgent_flags))


def _urgent_flags(table: Table) -> tuple[str, ...]:
    return tuple(row.text("flag") for row in table if row.cells["urgent"] == URGENT)


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


def _words(row: Row, lab: LabResult, timeline: Timeline) -> str | None:
    """Return what a limit says of this person and sample; None where it is not meant for them."""
    sex, own = row.optional_text("sex"), timeline.demographics.sex.value
    asked: list[bool | None] = []
    if sex is not None:
        asked.append(None if own is None else own == sex)
    if row.optional_text("pregnancy") is not None:
        asked.append(near.pregnancy_is(row, lab, timeline))
    if row.optional_text("fasting") is not None:
        asked.append(near.was_fasting(row, lab))
    if row.optional_text("labs") is not None:
        asked.append(near.other_lab(row, lab, timeline))
    if False in asked:
        return None
    return row.optional_text("unknown") if None in asked else row.text("flag")
