"""A file of rows and columns: its text, its delimiter, its header and its rows.

Comma, semicolon and tab are told apart by the header and by all rows; UTF-8 (with or without a
byte order mark) and the one-byte code of western Windows by the bytes.
"""

from __future__ import annotations

import csv
import dataclasses
import difflib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise.core.errors import InputError

__all__ = ["DELIMITERS", "Reading", "Sheet", "SheetFacts", "SheetRow", "open_sheet", "select"]

DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t"}
"""Delimiters by name."""

CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")
WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
SHOWN: Final = 40
"""Column names or values in a message."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read.

    Parameters
    ----------
    delimiter : str or None
        Name of :data:`DELIMITERS`; None to find out.
    decimal : str or None
        ``point`` or ``comma``; None to find out.
    where : tuple of (str, str)
        Column and text: only rows that hold the text there are taken.
    """

    delimiter: str | None = None
    decimal: str | None = None
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What was found out about a file: names of delimiter and encoding, rows, rows not selected."""

    name: str
    delimiter: str
    encoding: str
    rows: int
    not_selected: int


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its line as an editor counts, its place among the data, its cells, and as typed."""

    line: int
    number: int
    cells: tuple[str, ...]
    typed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read.

    Parameters
    ----------
    path : Path
        As the user named it.
    header : tuple of str
        Names of the columns; some may be empty.
    header_line : int
        Where the header stands; empty lines may come before it.
    rows : tuple of SheetRow
        As many cells each as the header has names.
    facts : SheetFacts
        For the record of the analysis.
    """

    path: Path
    header: tuple[str, ...]
    header_line: int
    rows: tuple[SheetRow, ...]
    facts: SheetFacts

    def place(self, row: SheetRow, column: str) -> str:
        """Return file, line and column of a cell, for messages."""
        return f"{self.path}, line {row.line} (row {row.number} of the data), column {column}"

    def index(self, column: str, asked_as: str) -> int:
        """Return the place of a column in the header.

        Parameters
        ----------
        column : str
            Its name.
        asked_as : str
            Option that named it, for the message.

        Returns
        -------
        int
            From 0.

        Raises
        ------
        InputError
            If there is no such column, or there are two.
        """
        found = [k for k, name in enumerate(self.header) if name == column]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                "two columns have this name",
                where=f"{self.path}, line {self.header_line}",
                got=f"{column} ({asked_as})",
                todo="rename one of them",
            )
        raise InputError(
            "there is no such column",
            where=f"{self.path}, line {self.header_line}",
            got=f"{column} ({asked_as})",
            allowed=_listed(self.header),
            todo=_nearest(column, self.header),
        )


def open_sheet(path: Path, wanted: tuple[str, ...], reading: Reading) -> Sheet:
    """Read a file of rows and columns.

    Parameters
    ----------
    path : Path
        CSV file.
    wanted : tuple of str
        Names of the columns that will be used; they help to tell the delimiter.
    reading : Reading
        What the user said about the file.

    Returns
    -------
    Sheet
        Empty lines are not among its rows; rows of empty cells are.

    Raises
    ------
    InputError
        If the file is missing, no text, empty, of unclear delimiter, or a row has another number
        of cells than the header.
    """
    text, encoding = _decoded(path)
    if not text.strip():
        raise InputError("the file is empty", where=str(path))
    delimiter = _delimiter(path, text, wanted, reading.delimiter)
    records = list(_records(path, text, DELIMITERS[delimiter]))
    (header_line, names), *body = records
    header = tuple(name.strip() for name in names)
    if not any(_filled(cells) for _, cells in body):
        raise InputError("the file has a header but no rows", where=str(path))
    fitted = [(line, _fitted(path, line, cells, header)) for line, cells in body]
    rows = tuple(
        SheetRow(line, number, tuple(cell.strip() for cell in typed), typed)
        for number, (line, typed) in enumerate(fitted, start=1)
    )
    facts = SheetFacts(path.name, delimiter, encoding, len(rows), 0)
    return select(Sheet(path, header, header_line, rows, facts), reading.where)


def _decoded(path: Path) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding."""
    if path.is_dir():
        raise InputError("this is a folder, not a file", where=str(path), todo="name the CSV file")
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError("there is no such file", where=str(path)) from None
    if raw.startswith(WIDE):
        raise InputError("this is UTF-16 text", where=str(path), todo="save it as CSV in UTF-8")
    if CONTROL.search(raw):
        raise InputError("this is no text file", where=str(path), todo="export the sheet as CSV")
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        # Windows code page 1252 is latin-1 with printable signs in place of control characters.
        return raw.decode("cp1252"), "latin-1"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "latin-1"


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line of each record and its cells; empty lines are passed over.

    Rows of empty cells are passed over only before the header.
    """
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=delimiter, strict=True, skipinitialspace=True)
    line, begun = 1, False
    try:
        for cells in reader:
            if _filled(cells) or (begun and len(cells) > 1):
                begun = True
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            "the quotes or cells of this row cannot be read",
            where=f"{path}, line {line}",
            got=str(error),
            todo='close every quote, and write a quote inside of a quoted cell as ""',
        ) from None


def _filled(cells: Iterable[str]) -> bool:
    return any(cell.strip() for cell in cells)


def _fitted(path: Path, line: int, cells: list[str], header: tuple[str, ...]) -> tuple[str, ...]:
    """Return the cells of a row, as many as the header has; empty ones beyond it are cut off."""
    if not _filled(cells):
        return ("",) * len(header)
    if len(cells) < len(header) or _filled(cells[len(header) :]):
        raise InputError(
            "this row has another number of cells than the header",
            where=f"{path}, line {line}",
            got=str(len(cells)),
            allowed=str(len(header)),
            todo="put a text that holds the delimiter in quotes, or give --delimiter",
        )
    return tuple(cells[: len(header)])


def _delimiter(path: Path, text: str, wanted: tuple[str, ...], given: str | None) -> str:
    if given is not None:
        return given
    headers = {name: _header(path, text, sign) for name, sign in DELIMITERS.items()}
    split = [name for name, header in headers.items() if len(header) > 1]
    if wanted:
        whole = [name for name in split if set(wanted) <= set(headers[name])]
        split = whole or split
    if len(split) > 1:
        split = [name for name in split if _rectangular(path, text, DELIMITERS[name])] or split
    if len(split) == 1:
        return split[0]
    if not split:
        # One column only: nothing to split, or split by a sign that is not known.
        return "comma"
    raise InputError(
        "the cells may be divided by more than one sign",
        where=f"{path}, line 1",
        got=" or ".join(split),
        todo=f"say --delimiter {'|'.join(DELIMITERS)}",
    )


def _header(path: Path, text: str, sign: str) -> tuple[str, ...]:
    try:
        _, cells = next(_records(path, text, sign))
    except InputError:
        return ()
    return tuple(cell.strip() for cell in cells)


def _rectangular(path: Path, text: str, sign: str) -> bool:
    try:
        records = list(_records(path, text, sign))
    except InputError:
        return False
    return len({len(cells) for _, cells in records if _filled(cells)}) == 1


def select(sheet: Sheet, conditions: tuple[tuple[str, str], ...]) -> Sheet:
    """Return a sheet with only the rows that hold every given text in its column.

    Parameters
    ----------
    sheet : Sheet
        As read.
    conditions : tuple of (str, str)
        Column and text.

    Returns
    -------
    Sheet
        Its facts say how many rows were not selected.

    Raises
    ------
    InputError
        If a column is not there or no row is left.
    """
    for column, text in conditions:
        k = sheet.index(column, "--where")
        rows = tuple(row for row in sheet.rows if row.cells[k] == text)
        if not rows:
            values = dict.fromkeys(row.cells[k] for row in sheet.rows)
            raise InputError(
                "no row has this value",
                where=f"{sheet.path}, column {column}",
                got=f"{text} (--where)",
                allowed=_listed(tuple(values)),
            )
        dropped = sheet.facts.not_selected + len(sheet.rows) - len(rows)
        facts = dataclasses.replace(sheet.facts, not_selected=dropped)
        sheet = dataclasses.replace(sheet, rows=rows, facts=facts)
    return sheet


def _listed(names: tuple[str, ...]) -> str:
    known = [name for name in names if name]
    more = len(known) - SHOWN
    return ", ".join(known[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _nearest(name: str, names: tuple[str, ...]) -> str:
    folded = {known.casefold(): known for known in names if known}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f"the nearest name is {folded[near[0]]}" if near else ""
