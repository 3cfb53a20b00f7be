"""Doses of one drug for one person: limits, the present dose, and what can be taken at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.tables import load_table, setting
from equipoise.plan.schedules.words import NoScheduleError, plain, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from equipoise.core.nouns import DoseLimit, TreatmentTrial
    from equipoise.core.tables import Row
    from equipoise.plan.schedules.ground import Ground

__all__ = ["Limits", "Takeable", "find_by_drug", "limits_of", "present_dose", "takeable"]

_GRAIN = 1000
"""Doses are counted in thousandths, so that sums of tablets are exact."""


@dataclass(frozen=True, slots=True)
class Limits:
    """First, adequate and highest dose of a drug for this person, and why they are what they are.

    `notes` are sentences; None stands where no table gives a dose. `usual` is the first dose of
    other people, and `lowered` whether something in this person lowers or warns.
    """

    start: float | None
    adequate: float | None
    maximum: float | None
    unit: str
    notes: tuple[str, ...]
    reference: str
    usual: float | None = None
    lowered: bool = False


@dataclass(frozen=True, slots=True)
class Takeable:
    """The amounts that the pieces on sale add up to, up to a highest one, in thousandths."""

    drug: str
    amounts: tuple[int, ...]
    solid: frozenset[int]
    form: str

    def at_most(self, dose: float) -> float:
        """Return the largest amount that is not above `dose`; 0 where there is none."""
        limit = _count(dose)
        return max((a for a in self.amounts if a <= limit), default=0) / _GRAIN

    def solid_at_most(self, dose: float) -> float:
        """Return the same of tablets or capsules alone."""
        limit = _count(dose)
        return max((a for a in self.solid if a <= limit), default=0) / _GRAIN

    def at_least(self, dose: float) -> float | None:
        """Return the smallest amount that is not below `dose`."""
        limit = _count(dose)
        found = min((a for a in self.amounts if a >= limit), default=None)
        return None if found is None else found / _GRAIN

    def below(self, dose: float) -> float:
        """Return the largest amount below `dose`; 0 where there is none."""
        limit = _count(dose)
        return max((a for a in self.amounts if a < limit), default=0) / _GRAIN

    def note(self, dose: float) -> str:
        """Return which other form a dose needs, or nothing."""
        plain_form = _count(dose) in self.solid or not self.form
        return "" if plain_form else say("other_form", form=self.form)


def _count(dose: float) -> int:
    return round(dose * _GRAIN)


def takeable(drug: str, unit: str, most: float) -> Takeable:
    """Return what a drug can be taken in.

    Parameters
    ----------
    drug : str
        Drug id.
    unit : str
        Unit of the doses by the day.
    most : float
        No dose above it is asked for.

    Returns
    -------
    Takeable
        Every amount up to `most`.

    Raises
    ------
    NoScheduleError
        If no strength in that unit is in the table.
    """
    piece = unit.removesuffix("/d")
    rows = [
        row
        for row in load_table("schedules/strengths")
        if row.cells["drug"] == drug and row.cells["unit"] == piece
    ]
    if not rows:
        raise NoScheduleError(say("no_strength", drug=drug.replace("_", " ")))
    first = rows[0].text("form")
    smallest = min(row.number("strength") / row.number("pieces") for row in rows)
    if not most / smallest <= setting("schedules_most_pieces"):
        words = {"drug": drug.replace("_", " "), "dose": plain(most), "unit": unit}
        raise NoScheduleError(say("too_much", **words))
    limit = _count(most)
    return Takeable(
        drug,
        tuple(sorted(_sums(rows, limit))),
        frozenset(_sums([row for row in rows if row.text("form") == first], limit)),
        next((row.text("form") for row in rows if row.text("form") != first), ""),
    )


def _sums(rows: Iterable[Row], limit: int) -> set[int]:
    """Return every amount up to `limit` that whole and broken pieces add up to."""
    coins: set[int] = set()
    for row in rows:
        strength = row.number("strength")
        coins |= {_count(strength), _count(strength / row.number("pieces"))}
    found: set[int] = set()
    waiting = {coin for coin in coins if coin <= limit}
    while waiting:
        found |= waiting
        waiting = {a + c for a in waiting for c in coins if a + c <= limit} - found
    return found


def find_by_drug(table: str, treatment: str, drug: str) -> Row | None:
    """Return the row of a treatment; else that of its drug, or of the drug as an addition."""
    rows = load_table(table)
    for key in _keys(treatment, drug):
        row = rows.find(treatment=key)
        if row is not None:
            return row
    return None


def _keys(treatment: str, drug: str) -> tuple[str, str, str]:
    return (treatment, drug, f"{drug}_augmentation")


def limits_of(ground: Ground, treatment: str, drug: str) -> Limits:
    """Return the doses of a drug for this person.

    The limits that the safety rules worked out hold; where they leave a dose open, that of
    `doses/doses`.

    Parameters
    ----------
    ground : Ground
        The person.
    treatment, drug : str
        The treatment that the drug belongs to, and the drug.

    Returns
    -------
    Limits
        The strictest; a dose that no table gives is None.

    Raises
    ------
    NoScheduleError
        If no table gives a dose at all.
    """
    row = find_by_drug("doses/doses", treatment, drug)
    limit = _person_limit(ground, treatment, drug)
    if row is None and limit is None:
        raise NoScheduleError(say("no_start", drug=drug.replace("_", " ")))
    if limit is None and row is not None:
        return _from_table(ground, row)
    assert limit is not None
    general = row.optional_number("start") if row and row.cells["unit"] == limit.unit else None
    notes = tuple(say("limited", reason=reason) for reason in limit.because)
    if limit.missing:
        notes += (say("missing", facts="; ".join(limit.missing)),)
    return Limits(
        limit.start if limit.start is not None else general,
        limit.adequate,
        limit.maximum,
        limit.unit,
        notes,
        limit.reference,
        usual=general,
        lowered=bool(limit.because),
    )


def _person_limit(ground: Ground, treatment: str, drug: str) -> DoseLimit | None:
    held = {limit.drug: limit for limit in ground.case.appraisal.dose_limits}
    return next((held[key] for key in _keys(treatment, drug) if key in held), None)


def _from_table(ground: Ground, row: Row) -> Limits:
    age = ground.case.timeline.demographics.age_years.value
    older_from = row.optional_number("older_from")
    older = older_from is not None and (age is None or age >= older_from)
    maximum, adequate = row.optional_number("maximum"), row.optional_number("adequacy")
    if older:
        highest = [d for d in (maximum, row.optional_number("maximum_older")) if d is not None]
        maximum = min(highest, default=None)
        adequate = row.optional_number("adequacy_older") or adequate
    start, unit = row.optional_number("start"), row.text("unit")
    return Limits(start, adequate, maximum, unit, (), row.text("reference"), usual=start)


def present_dose(ground: Ground, trial: TreatmentTrial, drug: str, unit: str) -> float:
    """Return the dose that is taken now, in the unit of the tables.

    Parameters
    ----------
    ground : Ground
        What the schedules stand on.
    trial : TreatmentTrial
        The running trial of the drug.
    drug : str
        Id of the drug.
    unit : str
        Unit of the tables.

    Returns
    -------
    float
        The dose that the record gives.

    Raises
    ------
    NoScheduleError
        If it is not recorded, its unit cannot be read, or it is so high that it may be a slip: no
        dose is guessed.
    """
    found = _converted(ground, trial, drug, unit)
    row = find_by_drug("doses/doses", trial.treatment, drug)
    highest = row.optional_number("maximum") if row and row.cells["unit"] == unit else None
    times = setting("schedules_slip_times")
    if highest is not None and found > highest * times:
        words = {"dose": plain(found), "maximum": plain(highest), "unit": unit}
        raise NoScheduleError(say("slip", drug=ground.name(drug), times=plain(times), **words))
    return found


def _converted(ground: Ground, trial: TreatmentTrial, drug: str, unit: str) -> float:
    name = ground.name(drug)
    dose = trial.dose.value
    if dose is None or not dose.value > 0:
        raise NoScheduleError(say("no_dose", drug=name))
    if dose.unit == unit:
        return dose.value
    # Only the listed conversions of doses: a unit that is not there is not worked out.
    for row in load_table("units/conversions"):
        cells = row.cells
        if (cells["unit"], cells["to"], cells["quantity"]) == (dose.unit, unit, "n/a"):
            return float(plain(dose.value * row.number("factor")))
    raise NoScheduleError(say("no_unit", drug=name, unit=dose.unit, wanted=unit))
