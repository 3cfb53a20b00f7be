"""Which numbers of the tables are uncertain, and the ends of their ranges."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from equipoise.core.tables import Row, Table, load_table

__all__ = ["Change", "changes", "write_changed"]

RANGES: Final = "hyperparameters/sensitivity"


@dataclass(frozen=True, slots=True)
class Change:
    """One number, or several that move together, at one end of its range.

    Parameters
    ----------
    table, column : str
        Where it stands.
    name : str
        Of the row, or of the group of rows.
    end : {"low", "high"}
        Which end.
    before, after : str
        The number in force and that of the end; of a group the first row's.
    cells : tuple of (row, text)
        Rows by the place they have in the table, with what stands there now.
    """

    table: str
    column: str
    name: str
    end: str
    before: str
    after: str
    cells: tuple[tuple[int, str], ...]


def changes() -> tuple[Change, ...]:
    """Return every change that a sensitivity run makes.

    Returns
    -------
    tuple of Change
        In the order of ``hyperparameters/sensitivity``; an end that is the value itself is left
        out.
    """
    return tuple(one for line in load_table(RANGES) for one in _of_line(line))


def _of_line(line: Row) -> Iterator[Change]:
    table = load_table(line.text("table"))
    key, column = line.text("key"), line.text("column")
    places = [place for place, row in enumerate(table) if _meant(line, row)]
    for end in ("low", "high"):
        moved = [(place, _moved(line, table, table.rows[place], end)) for place in places]
        moved = [(p, text) for p, text in moved if text != table.rows[p].cells[column]]
        groups = [moved] if line.flag("together") and moved else [[one] for one in moved]
        for group in groups:
            first = table.rows[group[0][0]]
            name = line.text("id") if line.flag("together") else _name(first, key)
            before = first.cells[column]
            yield Change(table.name, column, name, end, before, group[0][1], tuple(group))


def _name(row: Row, key: str) -> str:
    return row.text(key) if key == "id" else f"{key} {row.text(key)}"


def _meant(line: Row, row: Row) -> bool:
    """Return whether a line speaks of a row: by name, with a value and an end to move to."""
    column, only = line.text("column"), line.optional_number("only")
    if not re.fullmatch(line.text("rows"), row.text(line.text("key"))):
        return False
    value = row.optional_number(column)
    if value is None or (only is not None and abs(value) != only):
        return False
    if line.text("way") not in {"columns", "around"}:
        return True
    return all(row.optional_number(line.text(end)) is not None for end in ("low", "high"))


def _moved(line: Row, table: Table, row: Row, end: str) -> str:
    value, sign = row.number(line.text("column")), -1 if end == "low" else 1
    way = line.text("way")
    if way == "columns":
        return row.text(line.text(end))
    if way == "around":
        new = value + sign * row.number(line.text(end))
    elif way == "shift":
        new = value + sign * line.number(end)
    elif way == "factor":
        new = value * line.number(end)
    elif way == "logit":
        new = 1 / (1 + math.exp(-math.log(value / (1 - value)) - sign * line.number(end)))
    else:
        new = math.copysign(line.number(end), value)
    return f"{_within(table.schema, line.text('column'), new):.4g}"


def _within(schema: Any, column: str, value: float) -> float:
    """Return the value, kept within what the schema of the table allows."""
    rules = next(field for field in schema["fields"] if field["name"] == column)
    limits = rules.get("constraints", {})
    return float(min(max(value, limits.get("minimum", value)), limits.get("maximum", value)))


def write_changed(change: Change, folder: Path) -> None:
    """Write the table in force below `folder`, with one change.

    Parameters
    ----------
    change : Change
        What is moved.
    folder : Path
        Laid out as a site's tables.
    """
    table, now = load_table(change.table), dict(change.cells)
    lines = ["\t".join(table.header)]
    for place, row in enumerate(table):
        cells = dict(row.cells)
        cells[change.column] = now.get(place, cells[change.column])
        lines.append("\t".join(cells[column] for column in table.header))
    path = folder / f"{change.table}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
