"""How one drug is changed for another: at once, one down and the other up, or with a wash-out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.nouns import Schedule
from equipoise.core.tables import load_table
from equipoise.plan.schedules.doses import limits_of, present_dose, takeable
from equipoise.plan.schedules.drawing import Entry, Head, draw, sources
from equipoise.plan.schedules.pairs import best_row
from equipoise.plan.schedules.taper import equal_parts, unit_of, withdrawal
from equipoise.plan.schedules.titration import age_rule, climb, ladder_of, ladder_rules
from equipoise.plan.schedules.words import NoScheduleError, plain, say

if TYPE_CHECKING:
    from equipoise.core.nouns import TreatmentTrial
    from equipoise.core.tables import Row
    from equipoise.plan.schedules.ground import Ground, New
    from equipoise.plan.schedules.titration import Ladder

__all__ = ["Old", "switch"]

_DIRECT, _CROSS, _WAIT = "direct_switch", "cross_taper", "stop_and_wait"
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Old:
    """The drug that is stopped: its record, and its id."""

    trial: TreatmentTrial
    drug: str


@dataclass(frozen=True, slots=True)
class _Way:
    """How the change is made: the rule, the method that is safe, and days without either."""

    row: Row
    method: str
    wait: int


@dataclass(frozen=True, slots=True)
class _Rising:
    """The steps of the new drugs, and the ladders they come from."""

    entries: list[Entry]
    ladders: list[Ladder]


def switch(ground: Ground, old: Old, new: New, base: dt.date, later: str = "") -> Schedule:
    """Change a drug for the drugs of a treatment.

    Where a wash-out or a hard stop stands between the two, nothing overlaps, whatever the rule of
    the change says; days count from the last dose.

    Parameters
    ----------
    ground : Ground
        The person.
    old : Old
        What is stopped.
    new : New
        What is begun; several drugs one after the other.
    base : datetime.date
        The day before which nothing is changed.
    later : str, optional
        Sentence on what it waits for.

    Returns
    -------
    Schedule
        Of the kind that was chosen.

    Raises
    ------
    NoScheduleError
        If a dose or a table row is missing, or something else taken must not meet the new drug.
    """
    way = _way(ground, old.drug, new)
    unit = unit_of(ground, old.trial.treatment, old.drug)
    present = present_dose(ground, old.trial, old.drug, unit)
    falling = _falling(ground, old, unit, present, way)
    off = falling[-1].day
    begin = _begin(way, off)
    first, why = ground.first_day(new, frozenset({old.drug}), base + dt.timedelta(days=begin))
    day_0 = first - dt.timedelta(days=begin)
    rising = _rising(ground, new, way, begin, off)
    washout = (off, begin - 1) if begin > off else None
    name, other = ground.name(old.drug), ground.label(new)
    rules = [
        later,
        why,
        say("present_dose", drug=name, dose=plain(present), unit=unit),
        say("wait", days=begin - off + 1, old=name, new=other) if washout else "",
        way.row.optional_text("rule") or "",
        "" if way.method == _DIRECT else withdrawal(ground, old.trial, old.drug),
        age_rule(ground),
        *(rule for lad in rising.ladders for rule in ladder_rules(lad, rising.entries, day_0)),
        *ground.cautions(),
    ]
    head = Head(
        f"switch_{old.drug}_{new.treatment}",
        way.method,
        say(f"title_{way.method}", old=name, new=other),
        (old.trial.treatment, new.treatment),
    )
    origin = sources(
        [way.row, *(lad.row for lad in rising.ladders)],
        [lad.limits.reference for lad in rising.ladders],
    )
    return draw(head, [*falling, *rising.entries], day_0, rules, origin, washout)


def _way(ground: Ground, old: str, new: New) -> _Way:
    """Return how the change is made; pairs that need time apart are never laid over each other."""
    names = ground.pairs.names.get(old, frozenset({old}))
    wanted = {"from": (old, names), "to": (new.drugs[0], new.names)}
    row = best_row(load_table("schedules/switches"), wanted)
    if row is None:
        raise NoScheduleError(say("no_switch", old=ground.name(old), new=ground.label(new)))
    gap, method = ground.pairs.gap(old, new.names), row.text("method")
    own = int(row.number("days")) if method == _WAIT else 0
    kept_apart = bool(gap) or ground.pairs.apart(names, new.names)
    return _Way(row, _WAIT if kept_apart else method, max(1, gap, own))


def _falling(ground: Ground, old: Old, unit: str, present: float, way: _Way) -> list[Entry]:
    """Return the steps of the old drug; the last one is the first day without it."""
    drug, step = old.drug, int(way.row.number("step_days"))
    days = _falling_days(way)
    if way.method == _DIRECT:
        adequate = limits_of(ground, old.trial.treatment, drug).adequate or present
        lower = _usual(drug, unit, present, adequate) if days else ()
        step = days
    else:
        lower = equal_parts(drug, unit, present, days, step)
    forms = takeable(drug, unit, present) if lower else None
    stays = bool(lower) or way.method == _CROSS
    found = [Entry(0, drug, present, unit, say("present" if stays else "last_day"))]
    found += [
        Entry(1 + step * place, drug, dose, unit, forms.note(dose) if forms else "")
        for place, dose in enumerate(lower)
    ]
    off = 1 + (days if way.method == _CROSS else step * len(lower))
    return [*found, Entry(off, drug, 0.0, unit, say("off"))]


def _falling_days(way: _Way) -> int:
    """Return over how many days the old drug is lowered.

    A cross-taper that must not overlap keeps its days, before the new drug.
    """
    crosses = way.row.text("method") == _CROSS
    return int(way.row.number("days" if crosses else "taper_days"))


def _usual(drug: str, unit: str, present: float, adequate: float) -> tuple[float, ...]:
    """Return the dose of an adequate trial where the present one lies above it."""
    usual = takeable(drug, unit, present).at_most(adequate) if present > adequate else 0.0
    return (usual,) if usual else ()


def _begin(way: _Way, off: int) -> int:
    """Return the day of the first new dose; the last old one is on the day before `off`."""
    return 1 if way.method == _CROSS else off - 1 + way.wait


def _rising(ground: Ground, new: New, way: _Way, begin: int, off: int) -> _Rising:
    """Return the steps of the new drugs; while the old one acts, the first is not raised."""
    percent = way.row.optional_number("start_percent")
    hold = off - 1 + max(1, int(way.row.optional_number("hold_days") or 0))
    found: list[Entry] = []
    ladders: list[Ladder] = []
    day = begin
    for drug in new.drugs:
        share = _WHOLE if percent is None or ladders else percent
        if ladders:  # a second drug waits until the old one is off
            day = max(day, off)
        ladder = ladder_of(ground, new.treatment, drug, percent=share)
        steps = climb(ladder, day, hold)
        found += steps
        ladders.append(ladder)
        day = steps[-1].day + ladder.days
    return _Rising(found, ladders)
