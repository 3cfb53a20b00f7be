"""A record that is being filled: read as text, changed, examined by the reader, written whole."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from equipoise.apps.files import LEFTOVER, write_bytes, write_text
from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError, OutputError, RecordError
from equipoise.core.nouns import Timeline
from equipoise.ingest import examine_person
from equipoise.ingest.record_kinds import RECORD_VERSION
from equipoise.ingest.yaml_lines import Entries, Node, Scalar, parse_yaml

__all__ = [
    "Draft",
    "Place",
    "Record",
    "Tree",
    "examine",
    "open_draft",
    "record_lines",
    "record_text",
    "tree_of",
]

Tree = str | list["Tree"] | dict[str, "Tree"]
"""A part of a record: text as it was typed, lists, and keys with values."""
Record = dict[str, Tree]
Place = tuple[str | int, ...]
"""Where a value stands: section, number of the entry from 0, key."""

# Text that YAML reads as itself wherever it stands; all other text is put in quotes.
_PLAIN: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_.+/-]*( [A-Za-z0-9][A-Za-z0-9_.+/-]*)*", re.ASCII
)
_NAMED: Final = re.compile(r"sub-([A-Za-z0-9]+)_person\.ya?ml", re.ASCII)
_QUOTED: Final = ("schema_version", "label")


def tree_of(node: Node) -> Tree:
    """Return what stands in a file as plain lists and keys, every value as its text."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Entries):
        return {key: tree_of(value) for key, value in node.values.items()}
    return [tree_of(item) for item in node.items]


def record_lines(record: Record) -> Iterator[tuple[Place, str]]:
    """Yield the lines of a record as YAML, each with the place whose value stands there.

    Parameters
    ----------
    record : dict
        Sections by name.

    Yields
    ------
    tuple
        Place and line, without line break.
    """
    for name, part in record.items():
        if isinstance(part, dict) and part:
            yield (name,), f"{name}:"
            for key, value in part.items():
                yield (name, key), f"  {_flow(key)}: {_flow(value)}"
        elif isinstance(part, list) and part:
            yield (name,), f"{name}:"
            for number, entry in enumerate(part):
                yield from _entry_lines((name, number), entry)
        else:
            text = _quoted(part) if name in _QUOTED and isinstance(part, str) else _flow(part)
            yield (name,), f"{name}: {text}"


def _entry_lines(place: Place, entry: Tree) -> Iterator[tuple[Place, str]]:
    if not isinstance(entry, dict) or not entry:
        yield place, f"  - {_flow(entry)}"
        return
    for number, (key, value) in enumerate(entry.items()):
        yield (*place, key), f"  {' ' if number else '-'} {_flow(key)}: {_flow(value)}"


def _flow(part: Tree) -> str:
    if isinstance(part, list):
        return f"[{', '.join(_flow(item) for item in part)}]"
    if isinstance(part, dict):
        return f"{{{', '.join(f'{_flow(key)}: {_flow(value)}' for key, value in part.items())}}}"
    return part if _PLAIN.fullmatch(part) else _quoted(part)


def _quoted(text: str) -> str:
    return '"' + "".join(_character(one) for one in text) + '"'


def _character(one: str) -> str:
    if one in '"\\':
        return f"\\{one}"
    return one if one.isprintable() else f"\\U{ord(one):08X}"


def record_text(record: Record) -> str:
    """Return a record as YAML that the reader reads back to the same."""
    return "".join(f"{line}\n" for _, line in record_lines(record))


def examine(
    record: Record, path: Path, today: IsoDate
) -> tuple[Timeline | None, tuple[InputError, ...]]:
    """Let the reader of records read `record` as it would stand in `path`.

    Parameters
    ----------
    record : dict
        Sections by name.
    path : Path
        Where it would be written; only a part beside it is written and removed again.
    today : str
        Day of the run.

    Returns
    -------
    tuple
        The timeline, None where there are faults; and the faults in the order of their lines.
    """
    part = path.with_name(f"{LEFTOVER}{secrets.token_hex(4)}-{path.name}")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(record_text(record), encoding="utf-8")
        timeline, faults = examine_person(part, today=today, expected_label=_label(path))
    except (OSError, UnicodeEncodeError) as error:
        raise OutputError("this file cannot be written", where=str(path), got=str(error)) from None
    finally:
        part.unlink(missing_ok=True)
    return timeline, tuple(_moved(fault, str(part), str(path)) for fault in faults)


def _label(path: Path) -> str | None:
    """Return whose record a file is by its name, where the name says so."""
    named = _NAMED.fullmatch(path.name)
    return None if named is None else named[1]


def _moved(fault: InputError, part: str, path: str) -> InputError:
    where = fault.where.replace(part, path)
    return type(fault)(
        fault.what, where=where, got=fault.got, allowed=fault.allowed, todo=fault.todo
    )


class Draft:
    """One record on disk and what is being added to it.

    Parameters
    ----------
    path : Path
        Where the record lies, or will lie.
    today : str
        Day of the run.
    record : dict
        What stands in it.
    text : str or None
        The file as it was found; None for a new one.
    """

    def __init__(self, path: Path, today: IsoDate, record: Record, text: str | None) -> None:
        self.path, self.today, self.record = path, today, record
        # A layout that is not ours, or comments, would be lost with the first answer.
        self._foreign = text if text is not None and text != record_text(record) else None
        self._last: tuple[str, tuple[Timeline | None, tuple[InputError, ...]]] | None = None
        self.timeline = None if text is None else self.examined(record)[0]

    def examined(self, record: Record) -> tuple[Timeline | None, tuple[InputError, ...]]:
        """Return what the reader says about `record` in place of this one.

        Parameters
        ----------
        record : dict
            Sections by name; the answer about the record that was asked for last is kept.

        Returns
        -------
        tuple
            As :func:`examine`.
        """
        text = record_text(record)
        if self._last is None or self._last[0] != text:
            self._last = text, examine(record, self.path, self.today)
        return self._last[1]

    def kept_copy(self) -> Path | None:
        """Keep the file as it was, once, where comments or layout would be lost.

        Returns
        -------
        Path or None
            The copy; None where nothing had to be kept.
        """
        if self._foreign is None:
            return None
        copy, number = self.path.with_name(f"{self.path.name}.bak"), 1
        while copy.exists():
            number += 1
            copy = self.path.with_name(f"{self.path.name}.bak{number}")
        write_bytes(copy, self.path.read_bytes())
        self._foreign = None
        return copy

    def write(self, record: Record) -> None:
        """Write `record`, whole or not at all, after the reader has accepted it.

        Raises
        ------
        InputError
            The first fault; the file stays as it was.
        """
        timeline, faults = self.examined(record)
        if timeline is None:
            raise faults[0]
        write_text(self.path, record_text(record))
        self.record, self.timeline = record, timeline


def open_draft(path: Path, today: IsoDate) -> Draft:
    """Open a record to add to it, or begin a new one that is not yet written.

    Parameters
    ----------
    path : Path
        A ``.yaml`` file.
    today : str
        Day of the run.

    Returns
    -------
    Draft
        Its record holds at least the version.

    Raises
    ------
    InputError
        If a file stands there that is no sound record: it is never written over.
    """
    if path.suffix not in {".yaml", ".yml"}:
        raise InputError("a record is a .yaml file", where=str(path), todo="name a .yaml file")
    if not path.exists():
        return Draft(path, today, {"schema_version": RECORD_VERSION}, None)
    timeline, faults = examine_person(path, today=today, expected_label=_label(path))
    if timeline is None:
        fault = faults[0]
        raise type(fault)(
            fault.what,
            where=fault.where,
            got=fault.got,
            allowed=fault.allowed,
            todo=fault.todo or "mend the file, or name another one: it was not written over",
        )
    data = path.read_bytes()
    node = parse_yaml(data, where=str(path))
    tree = tree_of(node) if node is not None else ""
    if not isinstance(tree, dict):
        raise RecordError("this is not a record", where=str(path))
    return Draft(path, today, tree, data.decode("utf-8-sig"))
