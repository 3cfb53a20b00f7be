"""Tab-separated tables of numbers beside a scan: confounds and mixing matrices."""

from __future__ import annotations

import csv
import math
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.errors import RecordingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Columns", "matching", "read_columns"]

_MISSING: Final = ("n/a", "nan", "")
_LARGEST: Final = math.sqrt(sys.float_info.max) / 2
"""The square of a difference of two such numbers is still a number."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a file, read on demand.

    Parameters
    ----------
    names : tuple of str
        The header.
    rows : list of list of str
        Cells as text.
    where : str
        File name for messages.
    """

    names: tuple[str, ...]
    rows: list[list[str]]
    where: str

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a column as text."""
        index = self.names.index(column)
        return tuple(row[index].strip() for row in self.rows)

    def numbers(self, column: str) -> Array:
        """Return a column as numbers.

        Parameters
        ----------
        column : str
            One of `names`.

        Returns
        -------
        ndarray, shape (rows,)
            Finite; a missing first value is 0.

        Raises
        ------
        RecordingError
            If a cell holds no finite number, or a later one is missing.
        """
        index = self.names.index(column)
        values = self._plain(index)
        if values is None:
            values = np.array([self._number(row[index], line) for line, row in self._lines(column)])
        missing = np.isnan(values)
        if missing.all():
            raise RecordingError("the confound holds no number at all", where=self._at(column))
        values[0] = 0.0 if missing[0] else values[0]
        if missing[1:].any():
            line = int(np.flatnonzero(missing[1:])[0]) + 3
            raise RecordingError(
                "the confound has a missing value after the first volume",
                where=f"{self._at(column)} line {line}",
            )
        return values

    def expanded(self, column: str, term: str) -> Array:
        """Return a derived term: as the file has it, or computed from its column."""
        if f"{column}_{term}" in self.names:
            return self.numbers(f"{column}_{term}")
        values = self.numbers(column)
        if term.startswith("derivative1"):
            values = np.diff(values, prepend=values[:1])
        return values**2 if term.endswith("power2") else values

    def _plain(self, index: int) -> Array | None:
        """Return a column at once where each cell is a sound number; the rule, and much faster."""
        try:
            values = np.array([row[index] for row in self.rows], dtype=np.float64)
        except ValueError:
            return None
        return values if (np.abs(values) <= _LARGEST).all() else None

    def _lines(self, column: str) -> list[tuple[str, list[str]]]:
        return [(f"{self._at(column)} line {n}", row) for n, row in enumerate(self.rows, start=2)]

    def _at(self, column: str) -> str:
        return f"{self.where} column {column}"

    @staticmethod
    def _number(text: str, where: str) -> float:
        if text.strip().lower() in _MISSING:
            return math.nan
        try:
            value = float(text)
        except ValueError:
            raise RecordingError("this is not a number", where=where, got=repr(text)) from None
        if abs(value) > _LARGEST:
            raise RecordingError(
                "this is not a finite number, or it is too large", where=where, got=text[:40]
            )
        return value


def matching(names: tuple[str, ...], patterns: tuple[str, ...]) -> list[str]:
    """Return the names that one of some regular expressions matches as a whole, in order."""
    return [name for name in names if any(re.fullmatch(p, name) for p in patterns)]


def read_columns(path: str, name: str, what: str = "confounds file") -> Columns:
    """Read a table whose first row names its columns.

    Parameters
    ----------
    path : str
        The tab-separated file.
    name : str
        File name for messages.
    what : str, optional
        What the file is, for messages.

    Returns
    -------
    Columns
        At least one row.

    Raises
    ------
    RecordingError
        If the file is missing, empty or no table of text.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except FileNotFoundError as error:
        raise RecordingError(f"the {what} is missing", where=name) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f"the {what} is no table of text", where=name) from error
    header, *body = rows or [[]]
    if not body:
        raise RecordingError(f"the {what} is empty", where=name)
    for number, row in enumerate(body, start=2):
        if len(row) != len(header):
            raise RecordingError(
                "the row has another number of cells than the header",
                where=f"{name} line {number}",
                got=str(len(row)),
                allowed=str(len(header)),
            )
    return Columns(tuple(header), body, name)
