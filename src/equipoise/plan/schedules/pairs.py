"""Which drugs must not meet: hard stops between two drugs, and days from the one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.tables import Row, Table, load_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Pairs", "best_row", "read_pairs"]

Sides = tuple[Row, frozenset[str], frozenset[str]]
_HARD_STOP = "hard_stop"
_AVOID = "A"
_TABLES = ("drugs/drugs", "interactions/interactions", "interactions/washouts")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names of the drugs and the rules between two of them.

    Parameters
    ----------
    names : Mapping of str to frozenset of str
        By drug, the names by which a rule may mean it: id, class, groups, ``qt_1`` to ``qt_3``,
        ``maoi_irreversible`` or ``maoi_reversible``, ``antidepressant``, ``drug``.
    lingers : Mapping of str to float
        Days after the last dose for which interactions still hold.
    stops : tuple of (Row, frozenset of str, frozenset of str)
        Interactions that are hard stops; the sides have no order.
    avoided : tuple of (Row, frozenset of str, frozenset of str)
        Interactions to be avoided: no hard stops, but no reason to lay two drugs over each other.
    washouts : tuple of (Row, frozenset of str, frozenset of str)
        The drug before and the drug after.
    """

    names: Mapping[str, frozenset[str]]
    lingers: Mapping[str, float]
    stops: tuple[Sides, ...]
    avoided: tuple[Sides, ...]
    washouts: tuple[Sides, ...]

    def of(self, drugs: Iterable[str], treatment: str) -> frozenset[str]:
        """Return the names of a treatment that consists of these drugs."""
        none: frozenset[str] = frozenset()
        return none.union({treatment}, *(self.names.get(drug, {drug}) for drug in drugs))

    def clash(self, one: frozenset[str], other: frozenset[str]) -> bool:
        """Whether a hard stop stands between two drugs."""
        return _meet(self.stops, one, other)

    def apart(self, one: frozenset[str], other: frozenset[str]) -> bool:
        """Whether two drugs are better not taken together, hard stop or not."""
        return self.clash(one, other) or _meet(self.avoided, one, other)

    def gap(self, before: str, after: frozenset[str], *, taken: bool = False) -> int:
        """Return the fewest days from the last dose of a drug to the first of what comes after.

        Parameters
        ----------
        before : str
            The drug that is stopped.
        after : frozenset of str
            Names of what is started.
        taken : bool, optional
            Whether `before` goes on; then rules on an abrupt stop say nothing.

        Returns
        -------
        int
            0 where nothing keeps them apart; at least 1 where they must not share a day.
        """
        names = self.names.get(before, frozenset({before}))
        days = [
            row.number("days")
            for row, left, right in self.washouts
            if names & left
            and after & right
            and not (taken and row.cells["after_stop_only"] == "true")
        ]
        if self.clash(names, after):
            days += [1, self.lingers.get(before, 1)]
        return int(max(days, default=0))


def _meet(rules: tuple[Sides, ...], one: frozenset[str], other: frozenset[str]) -> bool:
    return any(
        (one & left and other & right) or (one & right and other & left) for _, left, right in rules
    )


_held: list[tuple[tuple[Table, ...], Pairs]] = []
"""The rules that were read last, with the tables that they come from."""


def read_pairs() -> Pairs:
    """Return the rules between two drugs that are in force; read once for the same tables."""
    tables = tuple(load_table(name) for name in _TABLES)
    if _held and all(old is new for old, new in zip(_held[0][0], tables, strict=True)):
        return _held[0][1]
    _held[:] = [(tables, _read(*tables))]
    return _held[0][1]


def _read(drugs: Table, interactions: Table, washouts: Table) -> Pairs:
    rules = _sides(interactions, "a", "b")
    return Pairs(
        names={row.cells["id"]: frozenset(_names(row)) for row in drugs},
        lingers={
            row.cells["id"]: days
            for row in drugs
            if (days := row.optional_number("lingers")) is not None
        },
        stops=tuple(side for side in rules if side[0].cells["verdict"] == _HARD_STOP),
        avoided=tuple(side for side in rules if side[0].cells["severity"] == _AVOID),
        washouts=_sides(washouts, "from", "to"),
    )


def _sides(table: Table, one: str, other: str) -> tuple[Sides, ...]:
    return tuple((row, frozenset(row.items(one)), frozenset(row.items(other))) for row in table)


def _names(row: Row) -> Iterable[str]:
    cells = row.cells
    yield from (cells["id"], cells["class"], "drug", *row.items("groups"))
    for column, prefix in (("qt_class", "qt"), ("maoi", "maoi")):
        value = row.optional_text(column)
        if value is not None:
            yield f"{prefix}_{value}"
    for column, name in (("is_antidepressant", "antidepressant"), ("serotonergic", "serotonergic")):
        if cells[column] == "true":
            yield name


def best_row(rows: Iterable[Row], wanted: Mapping[str, tuple[str, frozenset[str]]]) -> Row | None:
    """Return the row that means these drugs most narrowly: an id beats a class or group.

    Parameters
    ----------
    rows : iterable of Row
        Rows whose columns list ids, classes or groups.
    wanted : Mapping of str to (str, frozenset of str)
        By column, the id of the drug and all its names.

    Returns
    -------
    Row or None
        The first of the narrowest; None where none means them.
    """
    found: tuple[int, Row] | None = None
    for row in rows:
        narrow = 0
        for column, (drug, names) in wanted.items():
            listed = row.items(column)
            if not names & set(listed):
                break
            narrow += drug in listed
        else:
            if found is None or narrow > found[0]:
                found = (narrow, row)
    return found[1] if found else None
