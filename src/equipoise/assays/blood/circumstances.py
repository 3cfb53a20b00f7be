"""What about the person and the sample changes how far a blood value can be trusted.

Rows of `labs/conditions`: fasting, clock time, infection, drugs, pregnancy, other values. What
is not known is said only where the row has words for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from equipoise.assays.blood import near
from equipoise.core.prepared import prepared
from equipoise.core.tables import Row, Table, load_table
from equipoise.core.units import convert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from equipoise.core.nouns import LabResult, Timeline

__all__ = ["Held", "what_holds"]

SET_ASIDE: Final = "set_aside"
BELOW: Final = "<"


@dataclass(frozen=True, slots=True)
class Held:
    """What the circumstances of one sample come to.

    Parameters
    ----------
    aside : tuple of str
        Why the value does not count; empty where it does.
    factor : float
        What the standard error is multiplied with.
    flags : tuple of str
        What is said beside the value.
    """

    aside: tuple[str, ...]
    factor: float
    flags: tuple[str, ...]


def what_holds(lab: LabResult, value: float, unit: str, timeline: Timeline) -> Held:
    """Return what the record says about the circumstances of a sample.

    Parameters
    ----------
    lab : LabResult
        The value with how it was taken.
    value : float
        The same in `unit`.
    unit : str
        The unit of its test.
    timeline : Timeline
        The record around it.

    Returns
    -------
    Held
        Reasons to set it aside, the factor of its error, and flags.
    """
    aside: list[str] = []
    flags: list[str] = []
    factor = 1.0
    for row in prepared(load_table("labs/conditions"), _by_test).get(lab.test, ()):
        truth = _truth(row, lab, timeline)
        if truth is None and _matters(row, lab, value, unit):
            flags.append(row.text("unknown"))
        if not truth:
            continue
        if row.text("effect") == SET_ASIDE:
            aside.append(row.text("flag"))
            continue
        flags.append(row.text("flag"))
        factor *= row.optional_number("factor") or 1.0
    return Held(tuple(aside), factor, tuple(dict.fromkeys(flags)))


def _by_test(table: Table) -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for row in table:
        for test in row.items("tests"):
            found[test] = (*found.get(test, ()), row)
    return found


def _matters(row: Row, lab: LabResult, value: float, unit: str) -> bool:
    """Return whether a row says something where it is not known, about a value of this size."""
    if row.optional_text("unknown") is None:
        return False
    limit = row.optional_number("unknown_above")
    if limit is None:
        return True
    # What lies somewhere below a number need not lie above the limit.
    above = value > convert(limit, row.text("unknown_unit"), unit, quantity=lab.test)
    return above and lab.comparator != BELOW


def _truth(row: Row, lab: LabResult, timeline: Timeline) -> bool | None:
    """Return whether a row holds: one of its causes does, in a person who may be of its sex."""
    sex, own = row.optional_text("sex"), timeline.demographics.sex.value
    if sex is not None and own is not None and sex != own:
        return False
    return near.any_of(_causes(row, lab, timeline))


def _causes(row: Row, lab: LabResult, timeline: Timeline) -> Iterator[bool | None]:
    named = {column for column in CAUSES if row.cells[column] != "n/a"}
    if "fasting" in named:
        yield near.was_fasting(row, lab)
    if "time_from" in named:
        yield near.time_is_from(row, lab)
    if "findings" in named:
        yield near.finding_near(row, lab, timeline)
    if "conditions" in named:
        yield near.diagnosed(row, timeline)
    if "drugs" in named:
        yield near.drug_taken(row, lab, timeline)
    if "pregnancy" in named:
        yield near.pregnancy_is(row, lab, timeline)
    if "labs" in named:
        yield near.other_lab(row, lab, timeline)


CAUSES: Final = ("fasting", "time_from", "findings", "conditions", "drugs", "pregnancy", "labs")
