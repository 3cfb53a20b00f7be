"""How a drug is stopped: proportional steps, each smaller than the one before, down to none."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from equipoise.core.dates import earliest
from equipoise.core.nouns import Schedule
from equipoise.core.tables import load_table, setting
from equipoise.plan.schedules.doses import find_by_drug, limits_of, present_dose, takeable
from equipoise.plan.schedules.drawing import Entry, Head, draw, sources
from equipoise.plan.schedules.pairs import best_row
from equipoise.plan.schedules.words import NoScheduleError, plain, say

if TYPE_CHECKING:
    from equipoise.core.nouns import TreatmentTrial
    from equipoise.core.tables import Row
    from equipoise.plan.schedules.ground import Ground

__all__ = ["equal_parts", "hyperbolic", "taper", "unit_of", "withdrawal"]

_WHOLE = 100


def unit_of(ground: Ground, treatment: str, drug: str) -> str:
    """Return the unit in which the tables count a drug.

    Raises
    ------
    NoScheduleError
        If no table counts it.
    """
    row = find_by_drug("schedules/titrations", treatment, drug)
    row = row or find_by_drug("doses/doses", treatment, drug)
    if row is None:
        raise NoScheduleError(say("no_taper", drug=ground.name(drug)))
    return row.text("unit")


def hyperbolic(
    drug: str, unit: str, present: float, percent: float, last: float
) -> tuple[float, ...]:
    """Return the lower doses of a proportional taper, without the present one and without none.

    Every step takes away at most `percent` of the dose before it, as far as the pieces on sale
    allow; where they do not, it takes the next lower dose that can be taken.

    Parameters
    ----------
    drug, unit : str
        The drug, and the unit of its doses.
    present : float
        The dose that is taken now.
    percent : float
        Share of the dose that a step takes away.
    last : float
        From a dose that is not above it the drug is left off.

    Returns
    -------
    tuple of float
        Each below the one before.

    Raises
    ------
    NoScheduleError
        If no strength of the drug is in the table.
    """
    forms = takeable(drug, unit, present)
    found: list[float] = []
    dose = present
    while dose > last:
        wanted = dose * (1 - percent / _WHOLE)
        lower = forms.at_least(wanted) if wanted else None
        if lower is None or lower >= dose:
            lower = forms.below(dose)
        if not lower:
            break
        found.append(lower)
        dose = lower
    return tuple(found)


def equal_parts(
    drug: str, unit: str, present: float, days: int, step_days: int
) -> tuple[float, ...]:
    """Return the lower doses of a short taper by equal parts, as in a change of drugs.

    Parameters
    ----------
    drug, unit : str
        The drug, and the unit of its doses.
    present : float
        The dose that is taken now.
    days, step_days : int
        Length of the taper and of each step.

    Returns
    -------
    tuple of float
        One dose for each step, each below the one before; fewer where no piece is so small.
    """
    parts = math.ceil(days / step_days)
    if not parts:
        return ()
    forms = takeable(drug, unit, present)
    found: list[float] = []
    for part in range(1, parts + 1):
        wanted = present * (1 - part / (parts + 1))
        lower = forms.solid_at_most(wanted) or forms.at_most(wanted)
        if lower and lower < (found or [present])[-1]:
            found.append(lower)
    return tuple(found)


def taper(
    ground: Ground, trial: TreatmentTrial, drug: str, head: Head, base: dt.date | None = None
) -> Schedule:
    """Stop a drug that is taken.

    Parameters
    ----------
    ground : Ground
        The person.
    trial : TreatmentTrial
        The record of the drug.
    drug : str
        The drug.
    head : Head
        Id, kind and title.
    base : datetime.date, optional
        Day of the review before which a drug that works is not stopped; today where none is given.

    Returns
    -------
    Schedule
        Each dose below the one before, the last one 0.

    Raises
    ------
    NoScheduleError
        If the dose is not known, or a table lacks the drug.
    """
    row, note = _row(trial, drug, ground, base or ground.today)
    unit = unit_of(ground, trial.treatment, drug)
    present = present_dose(ground, trial, drug, unit)
    last = row.number("last_percent") / _WHOLE * _adequate(ground, trial.treatment, drug)
    lower = hyperbolic(drug, unit, present, row.number("percent"), last)
    days, least = int(row.number("days")), int(row.number("least_days"))
    if lower:
        days = max(days, math.ceil(least / len(lower)))
    forms = takeable(drug, unit, present)
    entries = [Entry(0, drug, present, unit, say("present"))]
    entries += [
        Entry(1 + days * place, drug, dose, unit, forms.note(dose))
        for place, dose in enumerate(lower)
    ]
    off = 1 + max(days * len(lower), least)
    entries.append(Entry(off, drug, 0.0, unit, say("off")))
    rules = [
        say("one_day", date=base.isoformat()) if base else "",
        say("present_dose", drug=ground.name(drug), dose=plain(present), unit=unit),
        row.optional_text("rule") or "",
        _last_step(ground, entries, last),
        note,
    ]
    return draw(head, entries, base or ground.today, rules, sources([row]))


def _last_step(ground: Ground, entries: list[Entry], last: float) -> str:
    """Return a warning where the smallest piece is large against the dose that may be left off."""
    smallest = entries[-2]
    if not last or smallest.dose <= last:
        return ""
    words = {"dose": plain(smallest.dose), "unit": smallest.unit}
    return say("last_step", drug=ground.name(smallest.drug), **words)


def withdrawal(ground: Ground, trial: TreatmentTrial, drug: str) -> str:
    """Return what to do on withdrawal signs while a drug is lowered; empty where no row says it."""
    try:
        row, _ = _row(trial, drug, ground, ground.today)
    except NoScheduleError:
        return ""
    return row.optional_text("rule") or ""


def _adequate(ground: Ground, treatment: str, drug: str) -> float:
    return limits_of(ground, treatment, drug).adequate or 0.0


def _row(trial: TreatmentTrial, drug: str, ground: Ground, day: dt.date) -> tuple[Row, str]:
    """Return the rule of a taper that begins on a day, and a note on use of unknown length."""
    names = ground.pairs.names.get(drug, frozenset({drug}))
    start = trial.start.value
    short = False
    if start is not None:
        most = (day - earliest(start)).days
        short = most < setting("schedules_long_use")
    table = load_table("schedules/tapers")
    for use in ("short", "long") if short else ("long",):
        rows = [row for row in table if row.cells["use"] == use]
        found = best_row(rows, {"drugs": (drug, names)})
        if found is not None:
            note = "" if start is not None else say("use_unknown", drug=ground.name(drug))
            return found, note
    raise NoScheduleError(say("no_taper", drug=ground.name(drug)))
