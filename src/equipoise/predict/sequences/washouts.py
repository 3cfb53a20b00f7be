"""Weeks without treatment between two treatments, from the tables of washouts and switches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from equipoise.core.nouns import Treatment
from equipoise.core.prepared import prepared
from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from equipoise.core.tables import Row, Table

__all__ = ["Between", "between"]

DAYS: Final = 7
WAIT: Final = "stop_and_wait"
REPLACES: Final = "drug"
AVOID: Final = "A"
Sides = tuple["Row", frozenset[str], frozenset[str]]
Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Between:
    """The rules between two treatments.

    Parameters
    ----------
    names : dict of str to frozenset of str
        By drug, the names by which a rule may mean it: id, class, groups.
    lingers : dict of str to float
        Days after the last dose for which interactions still hold.
    stops : tuple of (Row, frozenset of str, frozenset of str)
        Interactions that are hard stops.
    avoids : tuple of (Row, frozenset of str, frozenset of str)
        Interactions to be avoided: no hard stops, but no reason to give both.
    washouts, switches : tuple of (Row, frozenset of str, frozenset of str)
        The drug before and the drug after.
    """

    names: dict[str, Names]
    lingers: dict[str, float]
    stops: tuple[Sides, ...]
    avoids: tuple[Sides, ...]
    washouts: tuple[Sides, ...]
    switches: tuple[Sides, ...]
    _weeks: dict[tuple[str, str], float] = field(default_factory=dict, compare=False, repr=False)
    _clashes: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False, repr=False)
    _aparts: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False, repr=False)

    def weeks(self, before: Treatment, after: Treatment) -> float:
        """Return the fewest weeks from the end of one treatment to the start of another."""
        key = (before.id, after.id)
        if key not in self._weeks:
            replaced = before.drugs if after.group == REPLACES and after.drugs else ()
            days = [self._days(drug, after) for drug in replaced]
            days += [self._lingering(before, after)]
            self._weeks[key] = max(days) / DAYS
        return self._weeks[key]

    def clash(self, one: Treatment, other: Treatment) -> bool:
        """Return whether the two must not be given together, or hold the same drug."""
        key = (one.id, other.id)
        if key not in self._clashes:
            left, right = self._all(one), self._all(other)
            shared = bool(set(one.drugs) & set(other.drugs))
            self._clashes[key] = shared or _meet(self.stops, left, right)
        return self._clashes[key]

    def apart(self, one: Treatment, other: Treatment) -> bool:
        """Return whether the two must not, or should not, be given together."""
        key = (one.id, other.id)
        if key not in self._aparts:
            should_not = _meet(self.avoids, self._all(one), self._all(other))
            self._aparts[key] = should_not or self.clash(one, other)
        return self._aparts[key]

    def _lingering(self, before: Treatment, after: Treatment) -> float:
        names = self._all(after)
        found = [0.0]
        for drug in before.drugs:
            own = self.names.get(drug, frozenset({drug}))
            days = [r.number("days") for r, a, b in self.washouts if own & a and names & b]
            if any((own & a and names & b) or (own & b and names & a) for _, a, b in self.stops):
                days += [1.0, self.lingers.get(drug, 1.0)]
            found += days
        return max(found)

    def _days(self, drug: str, after: Treatment) -> float:
        """Return the days that the narrowest rule on a change of drugs asks for."""
        names = self.names.get(drug, frozenset({drug}))
        wanted = self.names.get(after.drugs[0], frozenset({after.drugs[0]}))
        best, narrow = None, -1
        for row, left, right in self.switches:
            if names & left and wanted & right:
                held = (drug in left) + (after.drugs[0] in right)
                if held > narrow:
                    best, narrow = row, held
        if best is None or best.text("method") != WAIT:
            return 0.0
        return best.number("days") + best.number("taper_days")

    def _all(self, treatment: Treatment) -> Names:
        each: Iterable[Names] = (
            self.names.get(drug, frozenset({drug})) for drug in treatment.drugs
        )
        return frozenset({treatment.id}).union(*each)


def between() -> Between:
    """Return the rules in force; read once for the same tables."""
    return Between(
        names=prepared(load_table("drugs/drugs"), _drug_names),
        lingers=prepared(load_table("drugs/drugs"), _lingers),
        stops=prepared(load_table("interactions/interactions"), _hard_stops),
        avoids=prepared(load_table("interactions/interactions"), _avoids),
        washouts=prepared(load_table("interactions/washouts"), _sides),
        switches=prepared(load_table("schedules/switches"), _sides),
    )


def _drug_names(table: Table) -> dict[str, Names]:
    return {row.text("id"): frozenset(_names(row)) for row in table}


def _names(row: Row) -> list[str]:
    found = [row.text("id"), row.text("class"), "drug", *row.items("groups")]
    for column, prefix in (("qt_class", "qt"), ("maoi", "maoi")):
        value = row.optional_text(column)
        found += [f"{prefix}_{value}"] if value is not None else []
    for column, name in (("is_antidepressant", "antidepressant"), ("serotonergic", "serotonergic")):
        found += [name] if row.flag(column) else []
    return found


def _lingers(table: Table) -> dict[str, float]:
    days = {row.text("id"): row.optional_number("lingers") for row in table}
    return {drug: one for drug, one in days.items() if one is not None}


def _hard_stops(table: Table) -> tuple[Sides, ...]:
    rows = (row for row in table if row.text("verdict") == "hard_stop")
    return tuple((row, frozenset(row.items("a")), frozenset(row.items("b"))) for row in rows)


def _avoids(table: Table) -> tuple[Sides, ...]:
    rows = (row for row in table if row.text("severity") == AVOID)
    return tuple((row, frozenset(row.items("a")), frozenset(row.items("b"))) for row in rows)


def _meet(rules: tuple[Sides, ...], one: Names, other: Names) -> bool:
    return any((one & a and other & b) or (one & b and other & a) for _, a, b in rules)


def _sides(table: Table) -> tuple[Sides, ...]:
    return tuple((row, frozenset(row.items("from")), frozenset(row.items("to"))) for row in table)
