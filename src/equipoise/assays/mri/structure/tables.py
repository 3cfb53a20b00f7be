"""The tables that FreeSurfer writes (``aseg.stats``, ``lh.aparc.stats``), of any version since 5.

A file has lines ``# Measure name, short name, title, value, unit``, a line ``# ColHeaders`` and
one row for each structure. Versions differ in the names of measures (the intracranial volume was
``ICV`` before it was ``eTIV``) and in how they tell their own version.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from equipoise.core.errors import RecordingError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["StatsTable", "read_table"]

_MEASURE: Final = "Measure"
_COLUMNS: Final = "ColHeaders"
_STRUCTURE: Final = "StructName"
_REVISION: Final = re.compile(r"\$Id: (?P<program>\w+)\.c,v (?P<revision>[\d.]+) ")
_RELEASE: Final = re.compile(r"(?:^|[^\d.])v?(?P<major>\d+)\.\d+(?:\.\d+)?(?:$|[^\d.])")


@dataclass(frozen=True, slots=True)
class StatsTable:
    """One file.

    Parameters
    ----------
    name : str
        File name, for messages.
    header : Mapping of str to str
        Lines of the header by their first word, such as ``subjectname``.
    measures : Mapping of str to (value, unit)
        Lines ``# Measure`` by both of their names.
    rows : Mapping of str to Mapping of str to str
        Cells by structure and column.
    """

    name: str
    header: Mapping[str, str]
    measures: Mapping[str, tuple[float, str]]
    rows: Mapping[str, Mapping[str, str]]

    @property
    def version(self) -> str | None:
        """Major version of FreeSurfer, or program and revision where it tells only that."""
        told = self.header.get("cvs_version", "")
        revision = _REVISION.search(told)
        if revision:
            return f"{revision['program']} {revision['revision']}"
        release = _RELEASE.search(told)
        return release["major"] if release else told or None

    def measured(self, names: tuple[str, ...], unit: str) -> float | None:
        """Return the value of the first measure of `names` that is there, in `unit`.

        Raises
        ------
        RecordingError
            If the value has another unit.
        """
        for name in names:
            if name in self.measures:
                value, got = self.measures[name]
                if got != unit:
                    where = f"{self.name}, measure {name}"
                    raise RecordingError("another unit", where=where, got=got, allowed=unit)
                return value
        return None

    def cell(self, structure: str, column: str) -> float | None:
        """Return a number of the table; None where it has no such structure.

        Raises
        ------
        RecordingError
            If the column is missing, or the cell is no number.
        """
        row = self.rows.get(structure)
        if row is None:
            return None
        if column not in row:
            raise RecordingError("no such column", where=self.name, got=column)
        return _number(row[column], f"{self.name}, {structure}, {column}")


def read_table(path: Path, name: str) -> StatsTable:
    """Read one table.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What it is called in messages.

    Returns
    -------
    StatsTable
        With at least one row.

    Raises
    ------
    RecordingError
        If the file cannot be read, has no header of columns, or a row is cut.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RecordingError(
            "the table cannot be read", where=name, got=error.strerror or ""
        ) from None
    except UnicodeDecodeError:
        raise RecordingError("the table is no text", where=name) from None
    header, measures, columns = _header(text, name)
    lines = enumerate(text.splitlines(), start=1)
    rows = [
        _row(line, columns, f"{name} line {at}")
        for at, line in lines
        if line.strip() and line[0] != "#"
    ]
    if not rows:
        raise RecordingError(
            "the table has no rows", where=name, todo="run this step of FreeSurfer again"
        )
    return StatsTable(name, header, measures, {row[_STRUCTURE]: row for row in rows})


def _header(
    text: str, name: str
) -> tuple[dict[str, str], dict[str, tuple[float, str]], tuple[str, ...]]:
    header: dict[str, str] = {}
    measures: dict[str, tuple[float, str]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            continue
        word, _, rest = line.lstrip("# ").partition(" ")
        if word == _MEASURE:
            parts = [part.strip() for part in rest.split(",")]
            if len(parts) < len(("name", "short name", "value", "unit")):
                raise RecordingError("the line is cut", where=name, got=line.strip())
            # name, short name, title, value, unit; titles may hold commas of their own.
            number = (_number(parts[-2], f"{name}, measure {parts[0]}"), parts[-1])
            measures |= dict.fromkeys(parts[:2], number)
        else:
            header.setdefault(word, rest.strip())
    columns = tuple(header.get(_COLUMNS, "").split())
    if _STRUCTURE not in columns:
        raise RecordingError(
            "this is no table of FreeSurfer",
            where=name,
            allowed=f"a line '# {_COLUMNS}' with {_STRUCTURE}",
        )
    return header, measures, columns


def _row(line: str, columns: tuple[str, ...], where: str) -> dict[str, str]:
    cells = line.split()
    if len(cells) != len(columns):
        raise RecordingError(
            "the row has another number of cells than the header",
            where=where,
            got=str(len(cells)),
            allowed=str(len(columns)),
        )
    return dict(zip(columns, cells, strict=True))


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise RecordingError("not a number", where=where, got=text)
    return value
