"""Many people at once: a table of people and a table of their lists become records."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from equipoise.apps.files import write_all, write_text
from equipoise.apps.intake.alarm import crisis_lines, flag_lines
from equipoise.apps.intake.draft import (
    Place,
    Record,
    Tree,
    examine,
    record_lines,
    record_text,
    tree_of,
)
from equipoise.apps.intake.names import words_of
from equipoise.apps.intake.questions import FINDINGS
from equipoise.apps.intake.reading import node_of
from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError, OutputError, RecordError
from equipoise.core.tables import load_table
from equipoise.ingest import schema as s
from equipoise.ingest.fields import UNKNOWN
from equipoise.ingest.record_kinds import RECORD_VERSION

__all__ = ["Done", "lists_path", "read_people", "write_templates"]

LABEL: Final = s.LABEL.name
REMARK: Final = "#"
LISTS: Final = ("label", "section", "entry", "key", "value")
ALLOWED: Final = "what may stand there"
_SINGLE: Final = tuple(shape for shape in s.SECTIONS if not shape.repeated)
_LISTED: Final = {shape.name: shape for shape in s.SECTIONS if shape.repeated}
Cell = tuple[str, int, str]
"""File, row and column, for messages."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was read: one line to print, dangers, and the faults with file, row and column."""

    text: str
    dangers: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass(slots=True)
class _Person:
    """One person while the tables are read."""

    record: Record
    cells: dict[Place, Cell] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)


def lists_path(people: Path) -> Path:
    """Return where the lists of the people in a table stand: beside it."""
    return people.with_name(f"{people.stem}_lists{people.suffix}")


def write_templates(people: Path) -> str:
    """Write two empty tables: one row for each person, and one row for each answer of a list.

    Parameters
    ----------
    people : Path
        The table of people; that of lists stands beside it.

    Returns
    -------
    str
        What was written.

    Raises
    ------
    OutputError
        If one of them is there already: nothing is written over.
    """
    for path in (people, lists_path(people)):
        if path.exists():
            raise OutputError(
                "this file is there already",
                where=str(path),
                todo="read it with --out DIR, or name another file",
            )
    keys = [(f"{shape.name}.{key.name}", key) for shape in _SINGLE for key in shape.keys]
    dangers = [row.text("id") for row in load_table(FINDINGS) if row.text("kind") == "danger"]
    head = [LABEL, s.NOTICE.name, *(name for name, _ in keys)]
    head += [f"{s.FINDINGS.name}.{name}" for name in dangers]
    says = [f"{REMARK} {s.LABEL.kind.says}", s.NOTICE.kind.says, *(_says(key) for _, key in keys)]
    says += ["yes, no, unknown"] * len(dangers)
    lists = [
        [REMARK, shape.name, "1", key.name, "", _says(key)]
        for shape in _LISTED.values()
        for key in shape.keys
    ]
    write_all({
        people: _table([head, says]),
        lists_path(people): _table([[*LISTS, ALLOWED], *lists]),
    })
    return f"{people} and {lists_path(people)} are written; fill them and read them with --out DIR"


def _says(key: s.Key[Any]) -> str:
    words = words_of(key)
    return ", ".join(words) if words else key.kind.says.replace("`", "")


def _table(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def read_people(people: Path, out: Path, today: IsoDate) -> Done:
    """Read filled tables and write a record for everybody without a fault.

    Parameters
    ----------
    people : Path
        The table of people; that of lists is read where it stands beside it.
    out : Path
        Folder of the records; of a BIDS dataset, each goes into the person's own folder.
    today : str
        Day of the run.

    Returns
    -------
    Done
        Faults are listed for all people; for a person with a fault nothing is written.
    """
    found: dict[str, _Person] = {}
    loose: list[str] = []
    _read_wide(people, found, loose)
    lists = lists_path(people)
    if lists.exists():
        _read_lists(lists, found, loose)
    written, dangers = 0, list[str]()
    for label, person in found.items():
        path = _place(out, label)
        if path.exists():
            person.faults.append(f"sub-{label}: {path} is there already; it was not written over")
        if not person.faults:
            timeline, faults = examine(person.record, path, today)
            person.faults += [_told(fault, person) for fault in faults]
            if timeline is not None:
                write_text(path, record_text(person.record))
                written += 1
        dangers += [f"  sub-{label} {line}" for line in _dangers(person, path, today)]
        loose += person.faults
    ours = "1 record" if written == 1 else f"{written} records"
    if dangers:
        dangers = ["*** SAFETY ***", *(f"  CALL  {line}" for line in crisis_lines()), *dangers]
    text = f"{ours} of {len(found)} people written to {out}"
    return Done(text, tuple(dangers), tuple(loose))


def _dangers(person: _Person, path: Path, today: IsoDate) -> tuple[str, ...]:
    """Return the red flags of a person; of one with faults, those of each section that is sound."""
    head = {name: person.record[name] for name in ("schema_version", LABEL)}
    sections = [{name: part} for name, part in person.record.items() if name not in head]
    tried = [{**head, **part} for part in sections] if person.faults else [person.record]
    read = (examine(record, path, today)[0] for record in tried)
    found = (line for timeline in read if timeline is not None for line in flag_lines(timeline))
    return tuple(dict.fromkeys(found))


def _place(out: Path, label: str) -> Path:
    name = f"sub-{label}_person.yaml"
    if (out / "dataset_description.json").is_file():
        return out / f"sub-{label}" / "clinical" / name
    return out / name


def _rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return header and rows with their numbers as a spreadsheet counts them."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        got = error.strerror or ""
        raise InputError("this table cannot be read", where=str(path), got=got) from None
    except UnicodeDecodeError:
        raise InputError(
            "this table is no UTF-8 text", where=str(path), todo="save it as CSV UTF-8"
        ) from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        rows = [[" ".join(cell.split()) for cell in row] for row in reader]
    except csv.Error as error:
        raise InputError(
            "this is no CSV", where=f"{path} row {reader.line_num}", got=str(error)
        ) from None
    if not rows:
        raise InputError("this table is empty", where=str(path), todo="begin with a header")
    head = rows[0]
    doubled = sorted({name for name in head if name and head.count(name) > 1})
    if doubled:
        raise InputError("a column stands twice", where=f"{path} row 1", got=", ".join(doubled))
    return head, [(n, row) for n, row in enumerate(rows[1:], 2) if any(row)]


def _read_wide(path: Path, found: dict[str, _Person], loose: list[str]) -> None:
    head, rows = _rows(path)
    keys = _columns(path, head)
    for number, cells in rows:
        if len(cells) > len(head):
            loose.append(f"{path} row {number}: more cells than the header has columns")
            continue
        held = dict(zip(head, cells, strict=False))
        label = held[LABEL]
        if label.startswith(REMARK):
            continue
        fault = _label_fault(label, found)
        if fault:
            # Two rows of one label may be two people: neither is written.
            told = found[label].faults if label in found else loose
            told.append(f"{path} row {number}, column {LABEL}: {fault}")
            continue
        person = found[label] = _Person({"schema_version": RECORD_VERSION, LABEL: label})
        for column, text in held.items():
            if text and column != LABEL:
                key = keys[column]
                _put_wide(person, column, key, text, (str(path), number, column))


def _columns(path: Path, head: list[str]) -> dict[str, s.Key[Any]]:
    known: dict[str, s.Key[Any]] = {LABEL: s.LABEL, s.NOTICE.name: s.NOTICE}
    known |= {f"{shape.name}.{key.name}": key for shape in _SINGLE for key in shape.keys}
    known |= {
        f"{s.FINDINGS.name}.{row.text('id')}": s.FINDING_STATUS for row in load_table(FINDINGS)
    }
    wrong = [name for name in head if name not in known]
    if wrong or LABEL not in head:
        raise InputError(
            "there is no such column" if wrong else "the column label is needed",
            where=f"{path} row 1",
            got=", ".join(repr(name) for name in wrong),
            allowed="label, notice, section.key of sections that are no lists, findings.id",
            todo="lists stand in the other table; write a new template to see the columns",
        )
    return known


def _label_fault(label: str, found: dict[str, _Person]) -> str:
    if not label:
        return "a row without a label; write one, or # for a remark"
    if not (label.isascii() and label.isalnum()):
        return f"this does not fit; got {label!r}; allowed: {s.LABEL.kind.says}"
    return "this label stands twice; keep one of the rows" if label in found else ""


def _put_wide(person: _Person, column: str, key: s.Key[Any], text: str, cell: Cell) -> None:
    section, _, name = column.partition(".")
    value = _value(person, key, text, cell)
    if value is None:
        return
    if not name:
        person.record[section], person.cells[section,] = value, cell
    elif section == s.FINDINGS.name:
        # The table does not say on which day it was asked, and no day is made up.
        entry: Tree = {"finding": name, "status": value}
        _append(person, section, entry, cell)
    elif text == UNKNOWN and key.needed:
        person.record[section], person.cells[section,] = UNKNOWN, cell
    else:
        part = person.record.setdefault(section, {})
        if isinstance(part, dict):
            part[name], person.cells[section, name] = value, cell
            person.cells.setdefault((section,), cell)
        else:
            person.faults.append(_line(cell, "the section is unknown and has a value"))


def _append(person: _Person, section: str, entry: Tree, cell: Cell) -> int:
    part = person.record.setdefault(section, [])
    if not isinstance(part, list):
        person.faults.append(_line(cell, f"{section} is said to be {part} and has an entry"))
        return 0
    part.append(entry)
    number = len(part) - 1
    person.cells[section, number] = cell
    for name in entry if isinstance(entry, dict) else ():
        person.cells[section, number, name] = cell
    return number


def _value(person: _Person, key: s.Key[Any], text: str, cell: Cell) -> Tree | None:
    try:
        return tree_of(node_of(key, text)) if text != UNKNOWN else UNKNOWN
    except InputError as fault:
        person.faults.append(_line(cell, fault.line()))
        return None


def _read_lists(path: Path, found: dict[str, _Person], loose: list[str]) -> None:
    head, rows = _rows(path)
    lacking = [name for name in LISTS if name not in head]
    if lacking:
        raise InputError(
            "columns are missing",
            where=f"{path} row 1",
            got=", ".join(head),
            allowed=", ".join(LISTS),
        )
    for number, cells in rows:
        held = {**dict.fromkeys(head, ""), **dict(zip(head, cells, strict=False))}
        label = held[LABEL]
        if label.startswith(REMARK) or not held["value"]:
            continue
        person = found.get(label)
        if person is None:
            what = f"no person {label!r} stands in the table of people" if label else "no label"
            loose.append(f"{path} row {number}, column {LABEL}: {what}")
            continue
        _put_listed(person, held, str(path), number)


def _put_listed(person: _Person, held: dict[str, str], path: str, row: int) -> None:
    section, entry, name, text = (held[column] for column in LISTS[1:])
    shape = _LISTED.get(section)
    if shape is None:
        cell = (path, row, "section")
        allowed = ", ".join(_LISTED)
        person.faults.append(
            _line(cell, f"there is no such list; got {section!r}; allowed: {allowed}")
        )
        return
    if not entry and not name:
        _put_whole(person, section, text, (path, row, "value"))
        return
    key = next((key for key in shape.keys if key.name == name), None)
    if key is None or not entry:
        column = "entry" if key is not None else "key"
        allowed = ", ".join(shape.names) if key is None else "a number for each entry"
        got = name if key is None else entry
        cell = (path, row, column)
        person.faults.append(_line(cell, f"this does not fit; got {got!r}; allowed: {allowed}"))
        return
    cell = (path, row, "value")
    value = _value(person, key, text, cell)
    number = person.numbers.get((section, entry))
    if number is None:
        number = person.numbers[section, entry] = _append(person, section, {}, cell)
    part = person.record[section]
    held_entry = part[number] if isinstance(part, list) else None
    if not isinstance(held_entry, dict) or value is None:
        return
    if name in held_entry:
        person.faults.append(_line((path, row, "key"), f"{name} of entry {entry} stands twice"))
    held_entry[name], person.cells[section, number, name] = value, cell


def _put_whole(person: _Person, section: str, text: str, cell: Cell) -> None:
    if text not in {"none", UNKNOWN}:
        what = f"without entry and key only none or {UNKNOWN} may stand; got {text!r}"
        person.faults.append(_line(cell, what))
    elif section in person.record:
        person.faults.append(_line(cell, f"{section} is said to be {text} and has entries"))
    else:
        person.record[section] = [] if text == "none" else UNKNOWN
        person.cells[section,] = cell


def _line(cell: Cell, what: str) -> str:
    return f"{cell[0]} row {cell[1]}, column {cell[2]}: {what}"


def _told(fault: InputError, person: _Person) -> str:
    """Return a fault of the record with the cell of the table it comes from."""
    places = [place for place, _ in record_lines(person.record)]
    digits = fault.where.partition(" line ")[2].partition(",")[0]
    line = int(digits) if digits.isdigit() else 0
    place = places[line - 1] if 0 < line <= len(places) else ()
    while place and place not in person.cells:
        place = place[:-1]
    label = person.record[LABEL]
    what = RecordError(fault.what, got=fault.got, allowed=fault.allowed, todo=fault.todo).line()
    if not place:
        return f"sub-{label}: {what}"
    field_named = fault.where.partition("field ")[2]
    return _line(person.cells[place], f"sub-{label}, {field_named}: {what}")
