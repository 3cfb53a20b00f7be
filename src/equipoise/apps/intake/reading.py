"""From typed text to what a record holds, by the kinds of the record's own reader."""

from __future__ import annotations

import re
from typing import Any, Final

from equipoise.apps.intake.draft import Tree, tree_of
from equipoise.apps.intake.names import words_of
from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError, RecordError
from equipoise.ingest import schema as s
from equipoise.ingest.fields import Spot
from equipoise.ingest.record_kinds import ANSWERS, EXTRAS, WEIGHTS
from equipoise.ingest.yaml_lines import Entries, Node, Scalar, Sequence

__all__ = ["FINDING_WORDS", "node_of", "read_value", "told"]

FINDING_WORDS: Final = {"yes": "present", "y": "present", "no": "absent", "n": "absent"}
_PAIR: Final = re.compile(r"\s*([^\s=:]+)\s*[\s=:]\s*(\S+)\s*")
_LISTS: Final[tuple[object, ...]] = (ANSWERS, s.SPECIFIERS.kind)
_PAIRS: Final[tuple[object, ...]] = (WEIGHTS, EXTRAS)


def read_value(key: s.Key[Any], typed: str, today: IsoDate) -> Tree:
    """Return what a record holds for typed text.

    Parameters
    ----------
    key : Key
        What was asked.
    typed : str
        One line; lists are split at blanks, commas and semicolons, pairs are ``name=number``.
    today : str
        Day of the run.

    Returns
    -------
    Tree
        Text, list or keys: names as ids, everything else as it was typed.

    Raises
    ------
    InputError
        What the reader of records would say.
    """
    text = " ".join(typed.split())
    if not text.isprintable():
        raise RecordError("a character that a record cannot hold", got=repr(text))
    node = node_of(key, text)
    value = key.kind.read(node, Spot("", 0, key.name, today))
    if isinstance(node, Scalar):
        # A name that was given by another name comes back as its id.
        return value if isinstance(value, str) else node.text
    return tree_of(node)


def node_of(key: s.Key[Any], text: str, line: int = 0) -> Node:
    """Return text as the node that the reader expects under a key."""
    if key.kind in _LISTS:
        parts = [] if text == "none" else [part for part in re.split(r"[\s,;]+", text) if part]
        return Sequence(tuple(Scalar(part, line) for part in parts), line)
    if key.kind in _PAIRS:
        return _pairs(text, line)
    words = words_of(key)
    folded = text.casefold().replace(" ", "_")
    if key is s.FINDING_STATUS:
        folded = FINDING_WORDS.get(folded, folded)
    return Scalar(folded if folded in words else text, line)


def _pairs(text: str, line: int) -> Entries:
    values: dict[str, Node] = {}
    for part in [] if text in {"none", "{}"} else re.split("[,;]", text):
        match = _PAIR.fullmatch(part)
        if match is None:
            raise RecordError(
                "names with numbers are needed", got=repr(part), allowed="name=number"
            )
        if match[1] in values:
            raise RecordError("this name stands twice", got=match[1], todo="keep one of the two")
        values[match[1]] = Scalar(match[2], line)
    return Entries(values, dict.fromkeys(values, line), line)


def told(fault: InputError) -> str:
    """Return a fault without its place: in a dialogue the question is the place."""
    return type(fault)(fault.what, got=fault.got, allowed=fault.allowed, todo=fault.todo).line()
