"""Knowledge tables: typed rows from ``tables/<topic>/<name>.tsv``, checked against their schemas.

A schema is a Frictionless Table Schema with three additions: every field of type ``number`` has
``unit`` (a UCUM unit) or ``unitField`` (the column that holds it), and ``equipoise:use`` is
``default`` where rows drive a default of a clinical rule. Common columns of every clinical table:
``population reference as_of grade checked confidence``.

A site's tables, laid out alike, replace those shipped: :func:`use_site`.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from equipoise.core.errors import TableError
from equipoise.core.places import place_problems

__all__ = [
    "Row",
    "Table",
    "load_document",
    "load_shipped",
    "load_table",
    "problems",
    "setting",
    "table_names",
    "tables_digest",
    "use_site",
]

MISSING: Final = "n/a"
COMMON: Final = ("population", "reference", "as_of", "grade", "checked", "confidence")
_site: list[Path] = []


@dataclass(frozen=True, slots=True)
class Row:
    """One row: text by column, read by type.

    Parameters
    ----------
    cells : Mapping of str to str
        The row as it stands in the file.
    where : str
        Table and line, for messages.
    """

    cells: Mapping[str, str]
    where: str

    def text(self, column: str) -> str:
        """Return the text of `column`; a missing value is an error."""
        value = self.optional_text(column)
        if value is None:
            raise TableError("this value is needed", where=f"{self.where}, column {column}")
        return value

    def optional_text(self, column: str) -> str | None:
        """Return the text of `column`, or None where it is ``n/a``."""
        if column not in self.cells:
            raise TableError("no such column", where=f"{self.where}, column {column}")
        value = self.cells[column]
        return None if value == MISSING else value

    def number(self, column: str) -> float:
        """Return the number in `column`; a missing value is an error."""
        return self._number(column, self.text(column))

    def optional_number(self, column: str) -> float | None:
        """Return the number in `column`, or None where it is ``n/a``."""
        value = self.optional_text(column)
        return None if value is None else self._number(column, value)

    def flag(self, column: str) -> bool:
        """Return ``true`` or ``false`` of `column`."""
        value = self.text(column)
        if value not in ("true", "false"):
            raise TableError("not true or false", where=f"{self.where}, column {column}", got=value)
        return value == "true"

    def items(self, column: str) -> tuple[str, ...]:
        """Return the parts of `column` between semicolons; none where it is ``n/a``."""
        value = self.optional_text(column)
        return () if value is None else tuple(part.strip() for part in value.split(";"))

    def _number(self, column: str, value: str) -> float:
        try:
            return float(value)
        except ValueError:
            raise TableError(
                "not a number", where=f"{self.where}, column {column}", got=value
            ) from None


@dataclass(frozen=True, slots=True)
class Table:
    """A table in force: name, schema, rows in file order and the columns of its header."""

    name: str
    schema: Mapping[str, Any]
    rows: tuple[Row, ...]
    header: tuple[str, ...]
    _index: dict[str, dict[str, Row]] = made(default_factory=dict, compare=False, repr=False)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def find(self, **cells: str) -> Row | None:
        """Return the first row whose cells equal `cells`, or None."""
        if len(cells) == 1:
            ((column, value),) = cells.items()
            return self._by(column).get(value)
        for row in self.rows:
            if all(row.cells[column] == value for column, value in cells.items()):
                return row
        return None

    def _by(self, column: str) -> dict[str, Row]:
        """Return the first row of each value of a column; made once, as tables are asked often."""
        if column not in self._index:
            self._index[column] = {row.cells[column]: row for row in reversed(self.rows)}
        return self._index[column]

    def row(self, **cells: str) -> Row:
        """Return the first row whose cells equal `cells`; none is an error."""
        found = self.find(**cells)
        if found is None:
            asked = ", ".join(f"{column} {value}" for column, value in cells.items())
            raise TableError("no such row", where=f"table {self.name}", got=asked)
        return found


def use_site(folder: Path | None) -> None:
    """Let the tables below `folder` replace those shipped; None goes back to the shipped ones.

    Raises
    ------
    TableError
        If the folder does not exist, holds a table that is not known, or one that breaks its
        schema.
    """
    _site.clear()
    _forget()
    if folder is None:
        return
    if not folder.is_dir():
        raise TableError("the site folder does not exist", where=str(folder))
    known = set(table_names())
    for path in sorted(folder.rglob("*.tsv")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        if name not in known:
            raise TableError(
                "no table of this name", where=str(path), allowed=", ".join(sorted(known))
            )
    _site.append(folder)
    for path in sorted(folder.rglob("*.tsv")):
        found = problems(path.relative_to(folder).with_suffix("").as_posix())
        if found:
            _site.clear()
            _forget()
            raise TableError(found[0])


def _forget() -> None:
    load_table.cache_clear()
    tables_digest.cache_clear()
    load_document.cache_clear()


@cache
def _shipped() -> Path:
    return Path(str(resources.files("equipoise"))) / "tables"


def _path(name: str, suffix: str) -> Path:
    for folder in (*_site, _shipped()):
        path = folder / f"{name}{suffix}"
        if path.is_file():
            return path
    raise TableError("no such table", where=f"table {name}{suffix}")


def table_names() -> tuple[str, ...]:
    """Return the names of all shipped tables, ``topic/name``, sorted."""
    root = _shipped()
    return tuple(
        sorted(p.relative_to(root).with_suffix("").as_posix() for p in root.rglob("*.tsv"))
    )


@cache
def load_table(name: str) -> Table:
    """Read the table `name` (``topic/name``).

    Parameters
    ----------
    name : str
        For example ``norms/norms``.

    Returns
    -------
    Table
        Rows as text; values are typed when they are read.

    Raises
    ------
    TableError
        If there is no such table, it is no text, or a row has another number of cells than the
        header.
    """
    return _table(name, _path(name, ".tsv"))


@cache
def load_shipped(name: str) -> Table:
    """Read the table `name` as it ships, whatever a site put in its place."""
    return _table(name, _shipped() / f"{name}.tsv")


def _table(name: str, path: Path) -> Table:
    schema = json.loads((_shipped() / f"{name}.schema.json").read_text(encoding="utf-8"))
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            header, rows = _read(stream, name)
    except (UnicodeDecodeError, csv.Error):
        raise TableError("the table is no UTF-8 text", where=f"table {name}") from None
    return Table(name, schema, rows, header)


def _read(stream: Iterable[str], name: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    reader = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
    header = next(reader, None)
    if not header:
        raise TableError("the table is empty: not even a header", where=f"table {name}")
    rows = []
    for cells in reader:
        where = f"table {name} line {reader.line_num}"
        if len(cells) != len(header):
            raise TableError(
                "the row has another number of cells than the header",
                where=where,
                got=str(len(cells)),
                allowed=str(len(header)),
            )
        rows.append(Row(dict(zip(header, cells, strict=True)), where))
    return tuple(header), tuple(rows)


def setting(name: str) -> float:
    """Return a value of `hyperparameters/hyperparameters`."""
    return load_table("hyperparameters/hyperparameters").row(id=name).number("value")


@cache
def load_document(name: str) -> Any:
    """Read a nested knowledge file ``tables/<name>.yaml``."""
    import yaml

    return yaml.safe_load(_path(name, ".yaml").read_text(encoding="utf-8"))


@cache
def tables_digest() -> str:
    """Return the SHA-256 over every table in force, names included."""
    digest = hashlib.sha256()
    names = {p.relative_to(_shipped()).as_posix() for p in _shipped().rglob("*.[ty][sa][vm]*")}
    for name in sorted(names):
        stem, _, suffix = name.rpartition(".")
        digest.update(name.encode() + b"\0")
        digest.update(_path(stem, f".{suffix}").read_bytes())
    return digest.hexdigest()


def problems(name: str) -> list[str]:
    """Return what is wrong with a table, one sentence each; an empty list means it is sound.

    Checked are: header against schema, types, ranges, enumerations and patterns, unique keys,
    foreign keys, a unit for every number, the common columns, a reference that resolves, and no
    row of low confidence in a table that drives a default.
    """
    try:
        table = load_table(name)
    except TableError as error:
        return [str(error)]
    found = _schema_problems(table)
    if not found:
        found = [text for row in table for text in _row_problems(table, row)]
        found += _key_problems(table)
        found += place_problems(table.rows, load_shipped(name).rows, table.schema) if _site else []
    return found


def _schema_problems(table: Table) -> list[str]:
    fields = {field["name"]: field for field in table.schema["fields"]}
    where = f"table {table.name}"
    found = []
    if list(table.header) != list(fields):
        found.append(f"{where}: the header differs from the schema")
    if table.schema.get("equipoise:common", True):
        found += [f"{where}: no column {column}" for column in COMMON if column not in fields]
    for field in fields.values():
        if field["type"] == "number" and not ("unit" in field or "unitField" in field):
            found.append(f"{where}: number column {field['name']} has no unit")
        if not field.get("description"):
            found.append(f"{where}: column {field['name']} has no description")
    return found


def _row_problems(table: Table, row: Row) -> list[str]:
    found = []
    for field in table.schema["fields"]:
        value = row.cells[field["name"]]
        message = _cell_problem(field, value)
        if message:
            found.append(f"{row.where}, column {field['name']}: {message}; got {value!r}")
        unit = field.get("unitField")
        if value != MISSING and unit and row.cells[unit] == MISSING:
            found.append(f"{row.where}, column {field['name']}: a value without a unit")
    low = row.cells.get("confidence") == "low"
    if low and table.schema.get("equipoise:use") == "default":
        found.append(f"{row.where}: low confidence drives a default")
    return found


def _cell_problem(field: Mapping[str, Any], value: str) -> str | None:
    rules = field.get("constraints", {})
    if value == "" or value != value.strip():
        return "empty, or blank at an end (missing is n/a)"
    if value == MISSING:
        return "a value is needed" if rules.get("required") else None
    if field["type"] in {"number", "integer"}:
        return _number_problem(field["type"], rules, value)
    return _text_problem(field["type"], rules, value)


def _text_problem(kind: str, rules: Mapping[str, Any], value: str) -> str | None:
    if kind == "boolean" and value not in {"true", "false"}:
        return "not true or false"
    if "enum" in rules and value not in rules["enum"]:
        return f"allowed: {', '.join(rules['enum'])}"
    if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
        return f"does not fit {rules['pattern']}"
    return None


def _number_problem(kind: str, rules: Mapping[str, Any], value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "not a number"
    if kind == "integer" and not number.is_integer():
        return "not a whole number"
    if number < rules.get("minimum", number) or number > rules.get("maximum", number):
        return f"outside {rules.get('minimum', '')}..{rules.get('maximum', '')}"
    return None if math.isfinite(number) else "not a finite number"


def _key_problems(table: Table) -> list[str]:
    found = []
    key = table.schema.get("primaryKey", [])
    key = [key] if isinstance(key, str) else key
    seen: set[tuple[str, ...]] = set()
    for row in table:
        mine = tuple(row.cells[column] for column in key)
        if key and mine in seen:
            found.append(f"{row.where}: the key {', '.join(mine)} stands twice")
        seen.add(mine)
    for link in table.schema.get("foreignKeys", []):
        found += _link_problems(table, link)
    return found


def _link_problems(table: Table, link: Mapping[str, Any]) -> list[str]:
    column, target = link["fields"], link["reference"]
    other = load_table(target["resource"])
    known = {row.cells[target["fields"]] for row in other}
    return [
        f"{row.where}, column {column}: {part} is not in table {other.name}"
        for row in table
        for part in row.items(column)
        if part not in known
    ]
