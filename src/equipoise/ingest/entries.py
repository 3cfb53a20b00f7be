"""Reading keys with values: typos are named, answers keep their three values, faults are kept.

A record is read to its end: every fault is noted, so that one look shows them all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError, RecordError
from equipoise.ingest.fields import UNKNOWN, Spot, did_you_mean, near_names
from equipoise.ingest.schema import Key, Shape
from equipoise.ingest.yaml_lines import Entries, Node, Scalar, Sequence

__all__ = ["Entry", "Sheet", "read_entries", "read_entry"]

T = TypeVar("T")


class Sheet:
    """One record while it is read: file, day of the run, and the faults found so far.

    Parameters
    ----------
    file : str
        Name for messages.
    today : str
        Day of the run.
    """

    def __init__(self, file: str, today: IsoDate) -> None:
        self.file, self.today = file, today
        self._faults: list[tuple[int, InputError]] = []

    def note(self, fault: InputError, line: int) -> None:
        """Keep a fault that was found on `line`."""
        self._faults.append((line, fault))

    @property
    def faults(self) -> tuple[InputError, ...]:
        """Return the faults in the order of the lines."""
        return tuple(fault for _, fault in sorted(self._faults, key=lambda item: item[0]))

    def spot(self, line: int, field: str) -> Spot:
        """Return a place in this record."""
        return Spot(self.file, line, field, self.today)


class Entry:
    """Keys with values that should have a declared shape.

    Parameters
    ----------
    node : Entries
        What stands in the file.
    names : tuple of str
        Keys that may stand there; another one is noted as a fault.
    sheet : Sheet
        Takes the faults.
    name : str
        How messages name the entry (``labs entry 2``); empty for the whole record.
    """

    def __init__(self, node: Entries, names: tuple[str, ...], sheet: Sheet, name: str) -> None:
        self.node, self.sheet, self.name = node, sheet, name
        # Keys that were most likely meant: that they are not there is no second fault.
        self._meant: set[str] = set()
        for key, line in node.lines.items():
            if key not in names:
                self.sheet.note(self._not_a_key(key, line, names), line)

    def _not_a_key(self, key: str, line: int, names: tuple[str, ...]) -> RecordError:
        near = near_names(key, names)
        self._meant.update(near)
        return RecordError(
            "there is no such field",
            where=self.spot(key, line).where,
            allowed=", ".join(names),
            todo=did_you_mean(near) or "correct the name, or leave it out",
        )

    def spot(self, key: str, line: int | None = None) -> Spot:
        """Return the place of a key, for messages."""
        field = f"{key} of {self.name}" if self.name else key
        return self.sheet.spot(line or self.node.lines.get(key, self.node.line), field)

    def has(self, key: Key[Any]) -> bool:
        """Return whether the key stands in the entry."""
        return key.name in self.node.values

    def lacks(self, key: Key[Any]) -> bool:
        """Return whether neither the key nor a likely mistyping of it stands in the entry."""
        return not self.has(key) and key.name not in self._meant

    def note(self, key: Key[Any], fault: InputError) -> None:
        """Keep a fault of the value of `key`."""
        self.sheet.note(fault, self.spot(key.name).line)

    def answer(self, key: Key[T]) -> Answer[T]:
        """Return what was answered; a fault is noted and counts as not asked."""
        node = self.node.values.get(key.name)
        if node is None:
            return not_asked()
        if isinstance(node, Scalar) and node.text == UNKNOWN:
            return unknown()
        value = self._read(key, node)
        return not_asked() if value is None else given(value)

    def needed(self, key: Key[T]) -> T | None:
        """Return a value that has to be there; None after a fault, which is noted."""
        node = self.node.values.get(key.name)
        if node is not None:
            return self._read(key, node)
        if not self.lacks(key):
            return None
        spot = self.spot(key.name)
        fault = RecordError("this field is needed", where=spot.where, allowed=key.kind.says)
        self.sheet.note(fault, spot.line)
        return None

    def _read(self, key: Key[T], node: Node) -> T | None:
        spot = self.spot(key.name, node.line)
        try:
            return key.kind.read(node, spot)
        except InputError as fault:
            self.sheet.note(fault, node.line)
            return None


def read_entry(root: Entry, shape: Shape) -> Answer[Entry]:
    """Return the section `shape` of a record.

    Parameters
    ----------
    root : Entry
        The record.
    shape : Shape
        Its name is the key.

    Returns
    -------
    Answer of Entry
        Not asked after a fault, which is noted.
    """
    node = root.node.values.get(shape.name)
    if node is None:
        return not_asked()
    if isinstance(node, Scalar) and node.text == UNKNOWN:
        return unknown()
    if isinstance(node, Entries):
        return given(Entry(node, shape.names, root.sheet, shape.name))
    fault = RecordError(
        "keys with values are needed",
        where=root.spot(shape.name).where,
        got=_seen(node),
        allowed=f"{', '.join(shape.names)}, or {UNKNOWN}",
        todo="leave the section out if it was not asked",
    )
    root.sheet.note(fault, node.line)
    return not_asked()


def read_entries(
    root: Entry, shape: Shape, build: Callable[[Entry], T | None]
) -> Answer[tuple[T, ...]]:
    """Return the list `shape` of a record.

    Parameters
    ----------
    root : Entry
        The record.
    shape : Shape
        Its name is the key.
    build : Callable
        Makes a noun from one entry; None after a fault, which it has noted.

    Returns
    -------
    Answer of tuple
        Empty where the record says ``[]``: asked, none.
    """
    node = root.node.values.get(shape.name)
    if node is None:
        return not_asked()
    if isinstance(node, Scalar) and node.text == UNKNOWN:
        return unknown()
    if not isinstance(node, Sequence):
        root.sheet.note(_not_a_list(root, shape, node), node.line)
        return not_asked()
    built = (
        _one_of_many(root, shape, build, number, item) for number, item in enumerate(node.items, 1)
    )
    return given(tuple(item for item in built if item is not None))


def _one_of_many(
    root: Entry, shape: Shape, build: Callable[[Entry], T | None], number: int, node: Node
) -> T | None:
    name = f"{shape.name} entry {number}"
    if isinstance(node, Entries):
        return build(Entry(node, shape.names, root.sheet, name))
    spot = root.sheet.spot(node.line, name)
    fault = RecordError(
        "keys with values are needed",
        where=spot.where,
        got=_seen(node),
        allowed=", ".join(shape.names),
    )
    root.sheet.note(fault, node.line)
    return None


def _not_a_list(root: Entry, shape: Shape, node: Node) -> RecordError:
    return RecordError(
        "a list is needed",
        where=root.spot(shape.name).where,
        got=_seen(node),
        allowed=f"a list of entries, [] or {UNKNOWN}",
        todo=f"write [] if it was asked and there is none, {UNKNOWN} if it was asked and is not "
        "known; leave it out if it was not asked",
    )


def _seen(node: Node) -> str:
    if isinstance(node, Scalar):
        return repr(node.text)
    return "a list" if isinstance(node, Sequence) else "keys with values"
