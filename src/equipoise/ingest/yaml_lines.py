"""YAML as text with line numbers: the first layer under a clinical record.

Every scalar stays the text that the writer typed (``no``, ``2024`` and ``1e3`` are not turned into
anything), every node knows its line, and what could hide or multiply content is refused: a key
that stands twice, anchors and aliases, tags, several documents, nesting without end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from equipoise.core.errors import RecordError

__all__ = ["Entries", "Node", "Scalar", "Sequence", "parse_yaml"]

# A record nests four deep; more is a mistake or an attack on the stack.
DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value as it was typed, without its quotes."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entries:
    """Keys with their values, and the line of each key."""

    values: dict[str, Node]
    lines: dict[str, int]
    line: int


Node = Scalar | Sequence | Entries


def parse_yaml(data: bytes, *, where: str) -> Node | None:
    """Read one YAML document.

    Parameters
    ----------
    data : bytes
        The document in UTF-8.
    where : str
        File name for messages.

    Returns
    -------
    Node or None
        The tree; None where the document is empty.

    Raises
    ------
    RecordError
        If the bytes are no YAML, or use what is refused; the message names the line.
    """
    text = _decode(data, where)
    try:
        return _document(_events(text, where), where)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, where) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, max(error.position, 0)) + 1
        raise _bad_character(f"{where} line {line}", f"code {error.character!r}") from None


def _decode(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{data[error.start]:02x}"
        raise _bad_character(f"{where} line {line}", got) from None


def _bad_character(where: str, got: str) -> RecordError:
    return RecordError(
        "a character that a record cannot hold",
        where=where,
        got=got,
        todo="save the file as plain UTF-8 text",
    )


def _syntax_error(error: yaml.MarkedYAMLError, where: str) -> RecordError:
    mark = error.problem_mark or error.context_mark
    line = "" if mark is None else f" line {mark.line + 1}"
    return RecordError(
        f"this is not YAML: {error.problem or error.context}",
        where=f"{where}{line}",
        todo="check the indentation (blanks, no tabs), colons, brackets and quotes; "
        'values such as "*1/*2" and "m[IU]/L" need quotes',
    )


def _events(text: str, where: str) -> Iterator[Any]:
    # The parser in C is some ten times faster; PyYAML may be built without it.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    events: Iterator[Any] = yaml.parse(text, Loader=loader)
    for event in events:
        line = _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise RecordError(
                "anchors and aliases (& and *) are not allowed",
                where=f"{where} line {line}",
                got=repr(event.anchor),
                todo="write the value out, or put it in quotes",
            )
        if getattr(event, "tag", None) not in {None, "!"}:
            raise RecordError(
                "tags (!) are not allowed",
                where=f"{where} line {line}",
                got=repr(event.tag),
                todo="write the plain value",
            )
        yield event


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _document(events: Iterator[Any], where: str) -> Node | None:
    root: Node | None = None
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise RecordError(
                    "a second document begins here",
                    where=f"{where} line {_line(event)}",
                    allowed="one person for each file",
                )
        elif isinstance(event, yaml.NodeEvent):
            root = _node(event, events, where, DEEPEST)
    return root


def _node(event: Any, events: Iterator[Any], where: str, depth: int) -> Node:
    line = _line(event)
    if depth == 0:
        raise RecordError(
            "nested too deeply",
            where=f"{where} line {line}",
            allowed=f"{DEEPEST} levels",
            todo="check the brackets",
        )
    if isinstance(event, yaml.ScalarEvent):
        return Scalar(event.value, line)
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_node(event, events, where, depth - 1))
        return Sequence(tuple(items), line)
    return _entries(events, where, depth, line)


def _entries(events: Iterator[Any], where: str, depth: int, line: int) -> Entries:
    values: dict[str, Node] = {}
    lines: dict[str, int] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        here = _line(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise RecordError("a key must be plain text", where=f"{where} line {here}")
        key = event.value
        if key in values:
            raise RecordError(
                f"the field {key} stands twice",
                where=f"{where} line {here}",
                got=f"first on line {lines[key]}",
                todo="keep one of the two",
            )
        lines[key] = here
        values[key] = _node(next(events), events, where, depth - 1)
    return Entries(values, lines, line)
