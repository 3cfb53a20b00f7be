"""The cells that an analysis takes from a sheet, each checked and each named when it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from equipoise.core.errors import InputError
from equipoise.evidence.readers.numerals import (
    MARKS,
    agreed,
    is_missing,
    parse_number,
    readings,
)
from equipoise.evidence.readers.sheet import Sheet, SheetFacts, SheetRow

__all__ = ["ABOVE_ZERO", "ANY", "COUNT", "PEOPLE", "Exclusion", "Origin", "Rule", "Taken", "take"]

LARGEST: Final = 10**9
"""No effect of a treatment and no error lies beyond it; squares and their sums would run over."""

EMPTY: Final = "a row of empty cells"
TWO_COUNTS: Final = "this may be a count with a decimal mark or with a mark of thousands"
ONE_SPELLING: Final = (
    "write one treatment in one way throughout, or give two treatments names that differ in more "
    "than case and space"
)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What was left out: its lines in the file, its study where it has one, and why."""

    lines: tuple[int, ...]
    study: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the numbers come from: the file, its decimal mark, and the column of each role."""

    facts: SheetFacts
    decimal: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a number must be, in words and as a test."""

    allowed: str
    holds: Callable[[float], bool]


ANY: Final = Rule("a number", lambda _: True)
ABOVE_ZERO: Final = Rule("a number above 0", lambda value: value > 0)
COUNT: Final = Rule("a whole number, 0 or more", lambda value: value >= 0 and value.is_integer())
PEOPLE: Final = Rule("a whole number, 1 or more", lambda value: value >= 1 and value.is_integer())


@dataclass(frozen=True, slots=True)
class Taken:
    """Columns of a sheet by role.

    Parameters
    ----------
    sheet : Sheet
        The file.
    columns : Mapping of str to str
        Name of the column by role; roles are the names of the options.
    decimal : str
        ``point`` or ``comma``.
    thousands : bool
        Whether numbers may hold marks between groups of three digits.
    """

    sheet: Sheet
    columns: Mapping[str, str]
    places: Mapping[str, int]
    decimal: str
    thousands: bool

    @property
    def origin(self) -> Origin:
        """Where the numbers come from."""
        return Origin(self.sheet.facts, self.decimal, tuple(sorted(self.columns.items())))

    def text(self, row: SheetRow, role: str) -> str:
        """Return the text of a cell."""
        return row.cells[self.places[role]]

    def number(self, row: SheetRow, role: str, rule: Rule) -> float:
        """Return the number in a cell.

        Parameters
        ----------
        row : SheetRow
            A row that lacks nothing.
        role : str
            Which column.
        rule : Rule
            What it must be.

        Returns
        -------
        float
            A finite number that keeps the rule.

        Raises
        ------
        InputError
            Naming file, line and column.
        """
        text = self.text(row, role)
        if rule in {COUNT, PEOPLE} and not self.thousands and _two_counts(text):
            raise self.fault(
                row, role, TWO_COUNTS, rule.allowed, f"say --decimal {'|'.join(MARKS)}"
            )
        try:
            value = parse_number(text, self.decimal, thousands=self.thousands)
        except ValueError:
            raise self.fault(
                row, role, "this is no number", rule.allowed, self._hint(text)
            ) from None
        if abs(value) > LARGEST or (rule is ABOVE_ZERO and 0 < value < 1 / LARGEST):
            raise self.fault(row, role, "this number is too large or too small to compute with")
        if not rule.holds(value):
            raise self.fault(row, role, "this number cannot be", rule.allowed)
        return value

    def fault(
        self, row: SheetRow, role: str, what: str, allowed: str = "", todo: str = ""
    ) -> InputError:
        """Return the error about one cell.

        Parameters
        ----------
        row : SheetRow
            Its row.
        role : str
            Its column.
        what, allowed, todo : str
            As for every error.

        Returns
        -------
        InputError
            To be raised.
        """
        where = self.sheet.place(row, self.columns[role])
        return InputError(what, where=where, got=self.text(row, role), allowed=allowed, todo=todo)

    def missing(self, row: SheetRow) -> tuple[str, ...]:
        """Return the columns in which a row holds no value, by their names in the file."""
        return tuple(
            name for role, name in self.columns.items() if is_missing(self.text(row, role))
        )

    def lacking(self, row: SheetRow, study: str | None) -> Exclusion | None:
        """Return the exclusion of a row that lacks a value, or None."""
        missing = self.missing(row)
        if not missing:
            return None
        if not any(row.cells):
            return Exclusion((row.line,), None, EMPTY)
        return Exclusion((row.line,), study, f"no value in {' and '.join(missing)}")

    def check_spellings(self, *roles: str) -> None:
        """Refuse names that differ only in case or in the space around them.

        Parameters
        ----------
        *roles : str
            Columns that hold names of one kind.

        Raises
        ------
        InputError
            Naming both spellings and their lines.
        """
        seen: dict[str, tuple[str, int]] = {}
        for row in self.sheet.rows:
            for role in roles:
                name = self.text(row, role)
                if is_missing(name):
                    continue
                typed = row.typed[self.places[role]]
                first, line = seen.setdefault(name.casefold(), (typed, row.line))
                if typed != first:
                    raise InputError(
                        "two treatments or one?",
                        where=self.sheet.place(row, self.columns[role]),
                        got=f'"{typed}" on line {row.line} beside "{first}" on line {line}',
                        todo=ONE_SPELLING,
                    )

    def _hint(self, text: str) -> str:
        if not readings(text):
            return ""
        return (
            f"the decimal mark of this file is the {self.decimal}; leave out marks between groups "
            f"of three digits, or say --decimal {'|'.join(MARKS)}"
        )


def _two_counts(text: str) -> bool:
    """Return whether a count is another number under the other decimal mark: 1.000 or 1,000."""
    marks, matters = agreed([text])
    return matters and len(marks) == len(MARKS)


def take(
    sheet: Sheet, columns: Mapping[str, str], numeric: tuple[str, ...], decimal: str | None
) -> Taken:
    """Return the columns of a sheet that an analysis needs.

    Parameters
    ----------
    sheet : Sheet
        The file.
    columns : Mapping of str to str
        Name of the column by role.
    numeric : tuple of str
        Roles that hold numbers.
    decimal : str or None
        Decimal mark; None to find out.

    Returns
    -------
    Taken
        Ready to be read row by row.

    Raises
    ------
    InputError
        If a column is not there, one column has two roles, or the decimal mark is not clear.
    """
    places = {role: sheet.index(name, f"--{role}") for role, name in columns.items()}
    roles: dict[int, str] = {}
    for role, place in places.items():
        if place in roles:
            raise InputError(
                "one column cannot have two meanings",
                where=str(sheet.path),
                got=f"{columns[role]} as --{roles[place]} and --{role}",
            )
        roles[place] = role
    mark = decimal or _decimal(sheet, [places[role] for role in numeric])
    return Taken(sheet, columns, places, mark, thousands=decimal is not None)


def _decimal(sheet: Sheet, places: list[int]) -> str:
    """Return the decimal mark that the numbers of a file agree on."""
    wanted = [row.cells[k] for row in sheet.rows for k in places]
    marks, matters = agreed(wanted)
    if not marks:
        raise InputError(
            "both decimal marks stand in this file",
            where=_two_marks(sheet, places),
            allowed="one of them throughout",
            todo=f"say --decimal {'|'.join(MARKS)}, or mend the file",
        )
    if len(marks) == 1:
        return next(iter(marks))
    if not matters:
        return "point"
    if sheet.facts.delimiter == "comma" and not any("," in cell for cell in wanted):
        # Where commas divide the cells, a point is the decimal mark.
        return "point"
    others = {mark for row in sheet.rows for cell in row.cells for mark in _only(cell)}
    if len(others) == 1:
        return next(iter(others))
    raise _unclear(sheet, places)


def _only(cell: str) -> frozenset[str]:
    found = readings(cell)
    return found if len(found) == 1 else frozenset()


def _unclear(sheet: Sheet, places: list[int]) -> InputError:
    row, k = next(
        (row, k)
        for row in sheet.rows
        for k in places
        if len(readings(row.cells[k])) == len(MARKS) and agreed([row.cells[k]])[1]
    )
    return InputError(
        "nothing in this file tells whether this is a decimal mark or a mark of thousands",
        where=sheet.place(row, sheet.header[k]),
        got=row.cells[k],
        todo=f"say --decimal {'|'.join(MARKS)}",
    )


def _two_marks(sheet: Sheet, places: list[int]) -> str:
    first: dict[str, str] = {}
    for row in sheet.rows:
        for k in places:
            for mark in _only(row.cells[k]):
                cell = f"line {row.line}, column {sheet.header[k]}: {row.cells[k]}"
                first.setdefault(mark, cell)
    return f"{sheet.path} ({'; '.join(first[mark] for mark in MARKS)})"
