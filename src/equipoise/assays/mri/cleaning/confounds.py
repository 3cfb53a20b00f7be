"""The confounds file of fMRIPrep: the regressors of a cleaning strategy, and motion."""

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
from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Confounds", "choose_strategy", "read_confounds"]

_DISPLACEMENT: Final = "framewise_displacement"
_MISSING: Final = ("n/a", "nan", "")
_LARGEST: Final = math.sqrt(sys.float_info.max) / 2
"""The square of a difference of two such numbers is still a number."""


@dataclass(frozen=True, slots=True, eq=False)
class Confounds:
    """Regressors of one strategy.

    Parameters
    ----------
    strategy : str
        Row of `tables/circuits/cleaning`.
    names : tuple of str
        Column names, in the order of `values`.
    values : ndarray, shape (volumes, n)
        One column per regressor.
    displacement : ndarray, shape (volumes,), or None
        Framewise displacement in mm; None where the file has no such column.
    """

    strategy: str
    names: tuple[str, ...]
    values: NDArray[np.float64]
    displacement: NDArray[np.float64] | None


def choose_strategy(columns: tuple[str, ...], name: str) -> Row:
    """Return the first strategy of `tables/circuits/cleaning` whose columns are all there.

    Parameters
    ----------
    columns : tuple of str
        Header of the confounds file.
    name : str
        File name for messages.

    Returns
    -------
    Row
        The strategy.

    Raises
    ------
    RecordingError
        If no strategy fits; the message names what the nearest one lacks.
    """
    rows = sorted(load_table("circuits/cleaning"), key=lambda row: row.number("rank"))
    for row in rows:
        if set(row.items("columns")) <= set(columns):
            return row
    lacks = [[c for c in row.items("columns") if c not in columns] for row in rows]
    nearest, lacking = min(zip(rows, lacks, strict=True), key=lambda pair: len(pair[1]))
    raise RecordingError(
        f"no cleaning strategy fits these confounds; {nearest.text('id')} lacks columns",
        where=name,
        got=f"all but {', '.join(lacking)}",
        todo="give the confounds file that fMRIPrep wrote beside the image",
    )


def read_confounds(path: str, volumes: int, name: str) -> Confounds:
    """Read the regressors of the first strategy that fits.

    Parameters
    ----------
    path : str
        The tab-separated file.
    volumes : int
        Volumes of the image.
    name : str
        File name for messages.

    Returns
    -------
    Confounds
        Finite regressors, one row per volume.

    Raises
    ------
    RecordingError
        If the file is missing, has another number of rows than the image has volumes, or a
        regressor holds no number.

    Notes
    -----
    A missing value in the first row becomes 0: fMRIPrep leaves it out where a difference to the
    volume before would stand. Terms that a strategy expands and the file does not hold are
    computed as fMRIPrep does: backward difference, square, square of the difference.
    """
    columns, rows = _rows(path, name)
    if len(rows) != volumes:
        raise RecordingError(
            "confounds and image have different lengths",
            where=name,
            got=f"{len(rows)} rows for {volumes} volumes",
            allowed="one row for each volume",
        )
    strategy = choose_strategy(columns, name)
    found = _Columns(columns, rows, name)
    names = list(strategy.items("columns"))
    values = [found.numbers(column) for column in names]
    for column in strategy.items("expanded"):
        for term in strategy.items("terms"):
            names.append(f"{column}_{term}")
            values.append(found.expanded(column, term))
    for column in _matching(columns, strategy.items("optional")):
        names.append(column)
        values.append(found.numbers(column))
    moved = found.numbers(_DISPLACEMENT) if _DISPLACEMENT in columns else None
    return Confounds(strategy.text("id"), tuple(names), np.column_stack(values), moved)


def _matching(columns: tuple[str, ...], patterns: tuple[str, ...]) -> list[str]:
    return [column for column in columns if any(re.fullmatch(p, column) for p in patterns)]


def _rows(path: str, name: str) -> tuple[tuple[str, ...], list[list[str]]]:
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except FileNotFoundError as error:
        raise RecordingError("the confounds file is missing", where=name) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError("the confounds file is no table of text", where=name) from error
    header, *body = rows or [[]]
    if not body:
        raise RecordingError("the confounds file is empty", where=name)
    for number, row in enumerate(body, start=2):
        if len(row) != len(header):
            raise RecordingError(
                "the row has another number of cells than the header",
                where=f"{name} line {number}",
                got=str(len(row)),
                allowed=str(len(header)),
            )
    return tuple(header), body


@dataclass(frozen=True, slots=True)
class _Columns:
    """Columns of the file as numbers, read on demand."""

    names: tuple[str, ...]
    rows: list[list[str]]
    where: str

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column; a missing first value is 0, any other missing value is refused."""
        index = self.names.index(column)
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

    def expanded(self, column: str, term: str) -> NDArray[np.float64]:
        """Return a derived term: as the file has it, or computed from its column."""
        if f"{column}_{term}" in self.names:
            return self.numbers(f"{column}_{term}")
        values = self.numbers(column)
        if term.startswith("derivative1"):
            values = np.diff(values, prepend=values[:1])
        return values**2 if term.endswith("power2") else values

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
