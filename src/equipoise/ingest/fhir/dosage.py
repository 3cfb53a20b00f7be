"""Dosage: the dose by the day, only where amount and times leave no doubt."""

from __future__ import annotations

import math
from typing import Final

from equipoise.core.nouns import Dose
from equipoise.core.tables import Row
from equipoise.core.units import convert
from equipoise.ingest.fhir.codes import bound, concept, phrase, target, ucum_of
from equipoise.ingest.fhir.part import Part, fault

__all__ = ["daily_dose", "single_dose"]

_PER_DAY: Final = {"hour": "h", "day": "d", "week": "wk"}
_MASSES: Final = ("mg", "g", "ug", "[IU]", "mmol", "mL", "meq")
_OPEN_ENDED: Final = ("frequencyMax", "periodMax", "offset", "when", "dayOfWeek", "timeOfDay")


def daily_dose(part: Part, key: str, strength: Row | None) -> Dose | str:
    """Return the dose by the day, or why it cannot be told.

    Parameters
    ----------
    part : Part
        A request or a statement.
    key : str
        ``dosageInstruction`` or ``dosage``.
    strength : Row or None
        Row of `codes/medications` with the amount in one tablet.

    Returns
    -------
    Dose or str
        In the unit of the amount by the day.
    """
    found = part.children(key)
    if len(found) != 1:
        return "no dosage" if not found else "several dosages"
    one = found[0]
    if one.flag("asNeededBoolean") or one.has("asNeededCodeableConcept"):
        return "taken as needed"
    amount = _amount(one, strength)
    if isinstance(amount, str):
        return amount
    times = _times_a_day(one)
    if isinstance(times, str):
        return times
    value = amount.value * times
    return Dose(float(f"{value:.10g}"), f"{amount.unit}/d") if value > 0 else "a dose of nothing"


def single_dose(part: Part) -> Dose | None:
    """Return the amount of one administration; None where it has no UCUM unit."""
    dosage = part.child("dosage")
    quantity = None if dosage is None else dosage.child("dose")
    if quantity is None:
        return None
    found = _quantity(quantity, None)
    return None if isinstance(found, str) else found


def _amount(one: Part, strength: Row | None) -> Dose | str:
    rates = one.children("doseAndRate")
    if len(rates) != 1:
        return "no amount" if not rates else "several amounts"
    quantity = rates[0].child("doseQuantity")
    if quantity is None:
        return "no single amount"
    return _quantity(quantity, strength)


def _quantity(quantity: Part, strength: Row | None) -> Dose | str:
    value = quantity.number("value")
    if bound(quantity, "Quantity", "comparator", quantity.text("comparator")) is not None:
        return "the amount is a bound"
    if value is None:
        return "no amount"
    if value < 0:
        raise fault("a dose cannot be negative", quantity.place("value"), got=f"{value:g}")
    if _form(quantity) and strength is not None and strength.optional_number("strength"):
        return Dose(value * strength.number("strength"), strength.text("strength_unit"))
    unit = ucum_of(quantity) or ""
    if unit not in _MASSES:
        return "the amount has no UCUM unit of mass"
    grams = unit in {"g", "ug"}
    return Dose(convert(value, unit, "mg"), "mg") if grams else Dose(value, unit)


def _form(quantity: Part) -> str | None:
    """Return tablet or capsule where the amount counts them."""
    code = quantity.text("code") or ""
    words = quantity.text("unit") or ""
    if code in {"{tbl}", "{tablet}", "{capsule}"}:
        return "tablet"
    if code and phrase("form", code) is None:
        return None
    return phrase("form", words) or phrase("form", code)


def _times_a_day(one: Part) -> float | str:
    timing = one.child("timing")
    if timing is None:
        return "no times"
    repeat = timing.child("repeat")
    said = target("per_day", concept(timing, "code"))
    if repeat is None:
        return "no times" if said is None else float(said)
    times = _regular(repeat)
    if isinstance(times, float) and said is not None and not math.isclose(float(said), times):
        return "the code of the times and the times contradict each other"
    return times


def _regular(repeat: Part) -> float | str:
    """Return how many times a day a Timing says, where they are regular."""
    if any(repeat.has(key) for key in _OPEN_ENDED):
        return "the times are not regular"
    unit = bound(repeat, "Timing.repeat", "periodUnit", repeat.text("periodUnit"))
    period, frequency = repeat.number("period"), repeat.number("frequency")
    if unit not in _PER_DAY or period is None or period <= 0:
        return "no period of hours, days or weeks"
    count = 1.0 if frequency is None else frequency
    return count / convert(period, _PER_DAY[unit], "d") if count > 0 else "no times"
