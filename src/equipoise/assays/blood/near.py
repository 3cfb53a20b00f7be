"""What else the record says about the time of a blood sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from equipoise.core.dates import earliest, latest
from equipoise.core.errors import UnitError
from equipoise.core.lab_values import doubt_of
from equipoise.core.tables import setting
from equipoise.core.taken import taken_around, untold
from equipoise.core.units import convert

if TYPE_CHECKING:
    from collections.abc import Iterable

    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import LabResult, Timeline
    from equipoise.core.tables import Row

__all__ = [
    "any_of",
    "diagnosed",
    "drug_taken",
    "finding_near",
    "other_lab",
    "pregnancy_is",
    "time_is_from",
    "was_fasting",
]

Truth = bool | None
"""True, False, or None where the record does not tell."""

ACTIVE: Final = "active"
NOT_PREGNANT: Final = "not_pregnant"


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return True if one is, None if one is not known, else False."""
    found = tuple(truths)
    return True if True in found else None if None in found else False


def was_fasting(row: Row, lab: LabResult) -> Truth:
    """Return whether fasting was answered as the row says."""
    had = lab.fasting.value
    return None if had is None else had == row.flag("fasting")


def time_is_from(row: Row, lab: LabResult) -> Truth:
    """Return whether the sample was taken from the clock time of the row on."""
    return None if lab.time is None else lab.time >= row.text("time_from")


def diagnosed(row: Row, timeline: Timeline) -> Truth:
    """Return whether an active diagnosis begins with a code of the row."""
    if timeline.conditions.value is None:
        return None
    codes = row.items("conditions")
    active = (c.code for c in timeline.conditions.value if c.status == ACTIVE)
    return any(code.startswith(codes) for code in active)


def drug_taken(row: Row, lab: LabResult, timeline: Timeline) -> Truth:
    """Return whether a drug of the row may have been taken on the day of the sample."""
    wanted = frozenset(row.items("drugs"))
    if any(wanted & taken.names for taken in taken_around(timeline, lab.date)):
        return True
    return None if untold(timeline) else False


def finding_near(row: Row, lab: LabResult, timeline: Timeline) -> Truth:
    """Return whether a finding of the row was present near the sample."""
    days = row.optional_number("days")
    wanted = row.items("findings")
    told: list[Truth] = []
    for one in timeline.findings.or_else(()):
        if one.finding not in wanted:
            continue
        near = one.date.value is None or days is None or _before(one.date.value, lab.date, days)
        said = {"present": True, "absent": False}.get(one.status)
        told.append(said if near else None)
    return any_of(told) if told else None


def pregnancy_is(row: Row, lab: LabResult, timeline: Timeline) -> Truth:
    """Return whether one of the states of the row held near the sample."""
    if timeline.demographics.sex.value == "male":
        return False
    state = timeline.pregnancy.value
    if state is None:
        age = timeline.demographics.age_years.value
        too_old = age is not None and age > setting("appraise_pregnancy_to_age")
        return NOT_PREGNANT in row.items("pregnancy") if too_old else None
    days = row.optional_number("days") if "days" in row.cells else None
    date = state.date.value
    if date is not None and days is not None and not _around(date, lab.date, days):
        return None
    return state.status in row.items("pregnancy")


def other_lab(row: Row, lab: LabResult, timeline: Timeline) -> Truth:
    """Return whether another test of the row lay beyond its limit near the sample."""
    tests, days = row.items("labs"), row.number("lab_days")
    near = [
        one
        for one in timeline.labs.or_else(())
        if one.test in tests and _around(one.date, lab.date, days)
    ]
    return any_of(_beyond(row, one) for one in near) if near else None


def _beyond(row: Row, one: LabResult) -> Truth:
    unit = row.text("lab_unit")
    try:
        value = convert(one.value, one.unit, unit, quantity=one.test)
        if doubt_of(one):
            return None
    except UnitError:
        return None
    above = row.optional_number("lab_above")
    below = row.optional_number("lab_below") if "lab_below" in row.cells else None
    high = above is not None and value > above and one.comparator != "<"
    low = below is not None and value < below and one.comparator != ">"
    return high or low


def _around(date: IsoDate, sample: IsoDate, days: float) -> bool:
    """Return whether two dates may lie within some days of each other."""
    gaps = (earliest(date) - latest(sample)).days, (earliest(sample) - latest(date)).days
    return max(gaps) <= days


def _before(date: IsoDate, sample: IsoDate, days: float) -> bool:
    """Return whether a date may lie on the day of the sample or some days before it."""
    return earliest(date) <= latest(sample) and (earliest(sample) - latest(date)).days <= days
