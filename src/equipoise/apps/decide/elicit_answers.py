"""A filled sheet of wishes: the table beside the paper, or a short YAML file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from equipoise.apps.decide.elicit import MOST, Wishes, check_swings, swing_of
from equipoise.core.dates import IsoDate, check_date
from equipoise.core.errors import RecordError
from equipoise.ingest.fields import Spot
from equipoise.ingest.yaml_lines import Entries, Node, Scalar, parse_yaml

__all__ = ["FILLED", "HEADER", "LABEL", "read_wishes", "table_text"]

HEADER: Final = ("key", "worst", "best", "answer")
LABEL: Final = "label"
FILLED: Final = "filled"
YAML: Final = frozenset({".yaml", ".yml"})

Answers = list[tuple[str, str, int]]
"""Name, answer and line."""


def table_text(wishes: Wishes) -> str:
    """Return the sheet as a table; only the last column is filled in."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    if wishes.label:
        writer.writerow((LABEL, "", "", wishes.label))
    writer.writerow((FILLED, "", "a day such as 2026-03-02", ""))
    for line in wishes.lines:
        writer.writerow((line.id, line.bad, line.good, ""))
    return text.getvalue()


def read_wishes(path: Path, wishes: Wishes) -> tuple[dict[str, float], IsoDate]:
    """Read a filled table or file.

    Parameters
    ----------
    path : Path
        CSV with the columns ``key`` and ``answer``, or YAML with names and numbers.
    wishes : Wishes
        What was asked.

    Returns
    -------
    dict
        Swing weights by attribute; empty answers are left out, but one is there.
    str
        Day on which it was filled in; the day of the run where it does not say.

    Raises
    ------
    RecordError
        If the file cannot be read, is another person's, or an answer cannot be.
    """
    is_yaml = path.suffix.lower() in YAML
    answers = _yaml(_text(path), path) if is_yaml else _csv(_text(path), path)
    day, swings = wishes.made, dict[str, float]()
    seen: set[str] = set()
    for name, answer, number in answers:
        spot = Spot(str(path), number, name, wishes.made)
        if name in seen:
            raise RecordError("this line is answered twice", where=spot.where, todo="keep one")
        seen.add(name)
        if name == LABEL:
            _check_label(answer, wishes, spot)
        elif name == FILLED:
            day = check_date(answer, where=spot.where, today=wishes.made)
        elif wishes.line(name) is None:
            raise _not_asked(name, wishes, spot)
        else:
            swings[name] = swing_of(answer, spot)
    if wishes.label and not is_yaml and LABEL not in seen:
        _check_label("", wishes, Spot(str(path), 1, LABEL, wishes.made))
    if not swings:
        raise RecordError(
            "no line is answered",
            where=str(path),
            todo=f"give {MOST} to what matters most; an empty sheet changes nothing",
        )
    check_swings(swings, str(path))
    return swings, day


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecordError(
            "the answers cannot be read", where=str(path), got=error.strerror or "an error"
        ) from None
    except UnicodeDecodeError:
        raise RecordError(
            "the answers are no plain text",
            where=str(path),
            allowed="CSV or YAML in UTF-8",
            todo="save the table as CSV in UTF-8",
        ) from None


def _check_label(answer: str, wishes: Wishes, spot: Spot) -> None:
    if answer.removeprefix("sub-") != wishes.label:
        raise RecordError(
            "this is the sheet of another person, or of nobody",
            where=spot.where,
            got=answer or "no label",
            allowed=wishes.label or "no label: name the record with --person",
            todo="find out whose sheet it is before anything else",
        )


def _not_asked(name: str, wishes: Wishes, spot: Spot) -> RecordError:
    return RecordError(
        "the sheet has no such line",
        where=spot.where,
        got=name or "no key",
        allowed=", ".join(line.id for line in wishes.lines),
        todo="correct the name, or make a new sheet where the options have changed",
    )


def _csv(text: str, path: Path) -> Answers:
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    # Spreadsheets and people change the letters and blanks of a head, not its meaning.
    heads = [name.strip().casefold() for name in reader.fieldnames or ()]
    reader.fieldnames = heads
    if (heads.count("key"), heads.count("answer")) != (1, 1):
        raise RecordError(
            "this is no filled sheet",
            where=str(path),
            allowed="CSV with one column key and one column answer",
            todo="fill in the table that decide elicit --paper writes",
        )
    found: Answers = []
    try:
        for row in reader:
            if any(row.get(None) or ()):
                raise _too_long(path, reader.line_num)
            answer = (row["answer"] or "").strip()
            if answer:
                found.append(((row["key"] or "").strip(), answer, reader.line_num))
    except csv.Error as error:
        raise RecordError("this is no CSV", where=str(path), got=str(error)) from None
    return found


def _too_long(path: Path, number: int) -> RecordError:
    """Return the error of a line with more cells than heads: its answer cannot be told."""
    return RecordError(
        "this line has more cells than the head",
        where=f"{path} line {number}",
        todo="put text that holds the separator in double quotes",
    )


def _yaml(text: str, path: Path) -> Answers:
    node = parse_yaml(text.encode("utf-8"), where=str(path))
    found: Answers = []
    for name, value, line in _parts(node, path):
        if name in {"preferences", "weights"}:
            found += [_pair(*part, path) for part in _inner(value, path, line)]
        else:
            found.append(_pair(FILLED if name == "date" else name, value, line, path))
    return found


def _inner(value: Node, path: Path, line: int) -> list[tuple[str, Node, int]]:
    """Return what stands below `preferences` or `weights`, one below the other too."""
    found: list[tuple[str, Node, int]] = []
    for name, part, at in _parts(value, path, line):
        found += _parts(part, path, at) if name == "weights" else [(name, part, at)]
    return found


def _parts(node: Node | None, path: Path, line: int = 1) -> list[tuple[str, Node, int]]:
    if node is None:
        return []
    if not isinstance(node, Entries):
        raise RecordError(
            "names with numbers are needed",
            where=f"{path} line {line}",
            allowed="{name: number, ...}",
        )
    return [(name, value, node.lines[name]) for name, value in node.values.items()]


def _pair(name: str, value: Node, line: int, path: Path) -> tuple[str, str, int]:
    if not isinstance(value, Scalar):
        raise RecordError(
            "one number is needed",
            where=f"{path} line {line}, field {name}",
            todo="give names with numbers alone, or fill in the table of the sheet",
        )
    return (FILLED if name == "date" else name), value.text, line
