"""A table of answers, read row by row: `id`, `item1` to `itemN`, and further questions by name."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise.core.errors import InputError
from equipoise.core.nouns import ScaleAnswers
from equipoise.core.scale_rules import ScaleExtra, ScaleRules

__all__ = ["Answered", "read_answers"]

ID: Final = "id"
# Other programs write whole numbers with a point where a column has gaps: 2.0 is 2.
WHOLE: Final = re.compile(r"[+-]?[0-9]{1,9}(\.0*)?")
NO_DAY: Final = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """One row: whose answers they are, and the answers."""

    id: str
    answers: ScaleAnswers


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where things stand in a row; None where the table has no such column."""

    file: Path
    rules: ScaleRules
    header: tuple[str, ...]
    id: int | None
    items: tuple[int, ...]
    extras: tuple[tuple[ScaleExtra, int], ...]


def read_answers(path: Path, rules: ScaleRules) -> Iterator[Answered]:
    """Read the answers of many people to one scale.

    Parameters
    ----------
    path : Path
        CSV, UTF-8, with a header. An empty cell is an answer that was left out.
    rules : ScaleRules
        The scale.

    Yields
    ------
    Answered
        One for each row, in order. Without a column `id` the number of the row is the id.

    Raises
    ------
    InputError
        With file, row and field, at the first thing that cannot be accepted.
    """
    try:
        with path.open("rb") as stream:
            yield from _rows(path, rules, _lines(path, stream))
    except OSError as error:
        raise InputError(
            "this file cannot be read", where=str(path), got=error.strerror or str(error)
        ) from error
    except csv.Error as error:
        raise InputError(
            "this is no table of comma-separated values", where=str(path), got=str(error)
        ) from error


def _lines(path: Path, stream: Iterator[bytes]) -> Iterator[str]:
    """Decode line by line, so that a byte that is no text is told with its row."""
    for number, line in enumerate(stream, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                "the file is not UTF-8 text",
                where=f"{path}, row {number}",
                got=repr(line[error.start : error.end]),
                todo="save it as CSV UTF-8",
            ) from None


def _rows(path: Path, rules: ScaleRules, lines: Iterator[str]) -> Iterator[Answered]:
    reader = csv.reader(lines, strict=True)
    header = next((cells for cells in reader if cells), None)
    if header is None:
        raise InputError("the file is empty", where=str(path), allowed="a header and rows")
    columns = _columns(path, rules, tuple(name.strip().lower() for name in header))
    seen: set[str] = set()
    number = 0
    blank = 0
    for cells in reader:
        if not cells:
            blank = reader.line_num
            continue
        if blank and len(header) == 1:
            # With one column an empty line may be an answer left out; without it ids would shift.
            raise InputError(
                "an empty line in a table of one column",
                where=f"{path}, row {blank}",
                todo='add a column id, or write "" for an answer that was left out',
            )
        number += 1
        where = f"{path}, row {reader.line_num}"
        if len(cells) != len(header):
            raise InputError(
                "the row has another number of fields than the header",
                where=where,
                got=str(len(cells)),
                allowed=str(len(header)),
            )
        yield _answered(columns, cells, where, number, seen)


def _columns(path: Path, rules: ScaleRules, header: tuple[str, ...]) -> _Columns:
    where = f"{path}, row 1"
    items = tuple(f"item{item.number}" for item in rules.items)
    named = {name: extra for extra in rules.extras for name in extra.names}
    allowed = f"{ID}, item1 to {items[-1]}"
    allowed += "".join(f", {extra.id}" for extra in rules.extras)
    title = rules.row.text("title")
    if len(header) == 1 and re.search(r"[;\t|]", header[0]):
        raise InputError(
            "the columns are not separated by commas", where=where, got=header[0][:1000]
        )
    for name in header:
        if header.count(name) > 1:
            raise InputError("a column stands twice", where=where, got=name)
        if name != ID and name not in items and name not in named:
            raise InputError(
                f"the {title} has no such column",
                where=where,
                got=name or "no name",
                allowed=allowed,
            )
    _check_all_there(header, items, where, title)
    found = [(named[name], place) for place, name in enumerate(header) if name in named]
    doubled = [extra.id for extra, _ in found if [e for e, _ in found].count(extra) > 1]
    if doubled:
        raise InputError("two columns for one question", where=where, got=doubled[0])
    return _Columns(
        path,
        rules,
        header,
        header.index(ID) if ID in header else None,
        tuple(header.index(name) for name in items),
        tuple(found),
    )


def _check_all_there(header: Sequence[str], items: tuple[str, ...], where: str, title: str) -> None:
    gone = [name for name in items if name not in header]
    if gone:
        raise InputError(
            f"a column of the {title} is missing",
            where=where,
            got=f"no {gone[0]}" if len(gone) == 1 else f"no {gone[0]} and {len(gone) - 1} more",
            allowed=f"item1 to {items[-1]}; an empty cell for an answer that was left out",
        )


def _answered(
    columns: _Columns, cells: list[str], where: str, number: int, seen: set[str]
) -> Answered:
    name = str(number) if columns.id is None else cells[columns.id].strip()
    if not name:
        raise InputError("a row without an id", where=f"{where}, field {ID}")
    if name in seen:
        raise InputError("an id stands twice", where=f"{where}, field {ID}", got=name)
    seen.add(name)
    items = []
    for item, place in zip(columns.rules.items, columns.items, strict=True):
        text = cells[place]
        # Most cells hold one digit; only the others need a closer look.
        value = int(text) if text in _DIGITS else _whole(text, f"{where}, field item{item.number}")
        if value is not None and not item.minimum <= value <= item.maximum:
            raise InputError(
                "an answer out of range",
                where=f"{where}, field item{item.number}",
                got=text.strip(),
                allowed=f"{item.minimum} to {item.maximum}, or empty where it was left out",
            )
        items.append(value)
    extras = tuple(
        (extra.id, value)
        for extra, place in columns.extras
        if (value := _further(extra, cells[place], f"{where}, field {columns.header[place]}"))
        is not None
    )
    return Answered(name, ScaleAnswers(columns.rules.id, NO_DAY, tuple(items), extras=extras))


_DIGITS: Final = frozenset("0123456789")


def _whole(text: str, where: str) -> int | None:
    """Return the whole number of a cell, None where it is empty."""
    text = text.strip()
    if not text:
        return None
    if not WHOLE.fullmatch(text):
        raise InputError(
            "not a whole number",
            where=where,
            got=text,
            allowed="a whole number, or empty where it was left out",
        )
    return int(text.partition(".")[0])


def _further(extra: ScaleExtra, text: str, where: str) -> int | None:
    """Return the answer to a further question, given as a number or as one of its words."""
    word = text.strip().lower()
    if word in extra.words:
        return extra.minimum + extra.words.index(word)
    allowed = f"{extra.minimum} to {extra.maximum}"
    if extra.words:
        allowed += f", or {', '.join(extra.words)}"
    if word and not WHOLE.fullmatch(word):
        raise InputError("no such answer", where=where, got=text, allowed=allowed)
    value = _whole(word, where)
    if value is not None and not extra.minimum <= value <= extra.maximum:
        raise InputError("an answer out of range", where=where, got=text, allowed=allowed)
    return value
