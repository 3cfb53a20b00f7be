"""Laboratory values of a record."""

from __future__ import annotations

from typing import TypedDict

from equipoise.core.answers import Answer
from equipoise.core.errors import InputError, RecordError, UnitError
from equipoise.core.lab_values import other_reading
from equipoise.core.nouns import LabResult
from equipoise.core.tables import load_table
from equipoise.core.units import convert
from equipoise.ingest import schema as s
from equipoise.ingest.entries import Entry

__all__ = ["lab_result", "no_unit"]


class _LabContext(TypedDict):
    """How a sample was taken and measured."""

    assay: str | None
    comparator: str | None
    fasting: Answer[bool]
    time: str | None
    minutes_after_waking: float | None
    hours_since_dose: float | None
    unit_confirmed: bool


def lab_result(entry: Entry) -> LabResult | None:
    """Return one laboratory value, in its own unit, if it is plausible."""
    test, value = entry.needed(s.TEST), entry.needed(s.VALUE)
    date, unit = entry.needed(s.MEASURED), _lab_unit(entry, test)
    context = _LabContext(
        assay=entry.answer(s.METHOD).value,
        comparator=_sign(entry),
        fasting=entry.answer(s.FASTING),
        time=entry.answer(s.TIME).value,
        minutes_after_waking=entry.answer(s.AWAKE).value,
        hours_since_dose=entry.answer(s.SINCE_DOSE).value,
        unit_confirmed=entry.answer(s.UNIT_CONFIRMED).value is True,
    )
    if test is None or value is None or unit is None:
        return None
    try:
        _check_lab(entry, test, value, unit)
    except InputError as fault:
        entry.note(s.LAB_UNIT if isinstance(fault, UnitError) else s.VALUE, fault)
        return None
    if date is None:
        return None
    return LabResult(test, value, unit, date, entry.node.line, **context)


def _sign(entry: Entry) -> str | None:
    """Return the sign of a limit; a value of which nobody knows whether it is one is none."""
    said = entry.answer(s.BOUND)
    if said.status == "unknown":
        entry.note(
            s.BOUND,
            RecordError(
                "whether this value is a limit has to be known",
                where=entry.spot(s.BOUND.name).where,
                got="unknown",
                allowed="<, >",
                todo="look at the report; leave the field out where the number has no sign",
            ),
        )
    return said.value


def _lab_unit(entry: Entry, test: str | None) -> str | None:
    if not entry.lacks(s.LAB_UNIT) or not entry.has(s.VALUE):
        return entry.needed(s.LAB_UNIT)
    allowed = s.LAB_UNIT.kind.says
    if test is not None:
        allowed = f"{load_table('labs/labs').row(id=test).text('unit')}, or one that converts to it"
    entry.note(s.VALUE, no_unit(entry, "value", allowed))
    return None


def _check_lab(entry: Entry, test: str, value: float, unit: str) -> None:
    row = load_table("labs/labs").row(id=test)
    inside, where = row.text("unit"), entry.spot("unit").where
    converted = convert(value, unit, inside, quantity=test, where=where)
    low, high = row.number("plausible_minimum"), row.number("plausible_maximum")
    if not low <= converted <= high:
        same = "" if unit == inside else f", which is {converted:g} {inside}"
        raise RecordError(
            f"this value is not possible for {test}",
            where=entry.spot("value").where,
            got=f"{value:g} {unit}{same}",
            allowed=f"{low:g} to {high:g} {inside}",
            todo=other_reading(test, value, unit) or "check the value and its unit",
        )


def no_unit(entry: Entry, field: str, allowed: str) -> UnitError:
    """Return the fault of a number without a unit."""
    return UnitError(
        f"the {field} has no unit",
        where=entry.spot("unit", entry.node.lines[field]).where,
        allowed=allowed,
        todo="add the unit; it is never guessed",
    )
