"""Typed readers of single values: text in, a value or an error that names the field out.

A reader never guesses: text that stands for nothing (``null``, an empty value, ``none``) is
refused, because only a key left out, ``[]`` and ``unknown`` say what is not there.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from equipoise.core.dates import IsoDate, check_date, latest
from equipoise.core.errors import RecordError
from equipoise.core.tables import setting
from equipoise.ingest.yaml_lines import Node, Scalar, Sequence

__all__ = [
    "DATE",
    "FLAG",
    "NUMBER",
    "TEXT",
    "UNKNOWN",
    "WHOLE",
    "Kind",
    "Spot",
    "at_least",
    "between",
    "choice",
    "did_you_mean",
    "many",
    "near_names",
    "pattern",
    "scalar_kind",
]

T = TypeVar("T")

UNKNOWN: Final = "unknown"
# Words that could mean "not asked", "none" or "not known": the writer has to say which.
_EMPTY: Final = frozenset({"", "~", "null", "n/a", "none", "not asked", "not_asked"})
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE: Final = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_LIMITS: Final = frozenset("<>≤≥")
_FLAGS: Final = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: file, line and field, with the day of the run."""

    file: str
    line: int
    field: str
    today: IsoDate

    @property
    def where(self) -> str:
        """Return file, line and field in words."""
        return f"{self.file} line {self.line}, field {self.field}"


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of value.

    Parameters
    ----------
    says : str
        What is allowed, in words, for messages and for the page on the record.
    read : Callable
        Reads a node at a spot; raises an `InputError`.
    """

    says: str
    read: Callable[[Node, Spot], T]


def near_names(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the names most like `word`, the nearest first.

    Parameters
    ----------
    word : str
        What was typed; capital letters make no difference.
    known : iterable of str
        What is allowed.

    Returns
    -------
    tuple of str
        At most three, as they stand in `known`.
    """
    folded = {name.casefold(): name for name in known}
    return tuple(folded[name] for name in difflib.get_close_matches(word.casefold(), list(folded)))


def did_you_mean(names: Iterable[str]) -> str:
    """Return "did you mean ...?", or nothing where no name is near."""
    told = " or ".join(names)
    return f"did you mean {told}?" if told else ""


def scalar_kind(says: str, read: Callable[[str, Spot], T], words: tuple[str, ...] = ()) -> Kind[T]:
    """Return a kind whose values are single words or numbers.

    Parameters
    ----------
    says : str
        What is allowed.
    read : Callable
        Reads the text, which is never empty and never stands for nothing.
    words : tuple of str
        Words that are values here although they stand for nothing elsewhere (``none``).

    Returns
    -------
    Kind
        The kind.
    """

    def _of_node(node: Node, spot: Spot) -> T:
        if not isinstance(node, Scalar):
            got = "a list" if isinstance(node, Sequence) else "keys with values"
            raise RecordError("a single value is needed", where=spot.where, got=got, allowed=says)
        text = node.text
        if text.casefold() in _EMPTY and text not in words:
            raise RecordError(
                "no value stands here",
                where=spot.where,
                got=repr(text),
                allowed=says,
                todo="write the value; a field that is not needed may be left out (not asked) or "
                f"be {UNKNOWN} (asked, not known)",
            )
        if text.casefold() == UNKNOWN and text != UNKNOWN:
            raise RecordError(f"write {UNKNOWN} in small letters", where=spot.where, got=text)
        if text != text.strip() or "\n" in text:
            raise RecordError(
                "a value has blanks or line breaks at its ends", where=spot.where, got=repr(text)
            )
        return read(text, spot)

    return Kind(says, _of_node)


def pattern(says: str, expression: str, todo: str = "") -> Kind[str]:
    """Return a kind of text that fits a regular expression.

    Parameters
    ----------
    says : str
        What is allowed, in words.
    expression : str
        The whole text has to fit it.
    todo : str, optional
        What the reader can do.

    Returns
    -------
    Kind
        The kind.
    """
    compiled = re.compile(expression, re.ASCII)

    def _read(text: str, spot: Spot) -> str:
        if compiled.fullmatch(text) is None:
            raise RecordError(
                "this does not fit", where=spot.where, got=repr(text), allowed=says, todo=todo
            )
        return text

    return scalar_kind(says, _read)


def choice(*words: str) -> Kind[str]:
    """Return a kind of text that is one of `words`."""
    says = ", ".join(f"`{word}`" for word in words)

    def _read(text: str, spot: Spot) -> str:
        if text not in words:
            raise RecordError(
                "this word is not in the list",
                where=spot.where,
                got=repr(text),
                allowed=", ".join(words),
                todo=did_you_mean(near_names(text, words)) or "write one of these",
            )
        return text

    return scalar_kind(says, _read, words)


def many(kind: Kind[T]) -> Kind[tuple[T, ...]]:
    """Return the kind "a list of `kind`"."""
    says = f"a list of: {kind.says}"

    def _read(node: Node, spot: Spot) -> tuple[T, ...]:
        if not isinstance(node, Sequence):
            got = repr(node.text) if isinstance(node, Scalar) else "keys with values"
            raise RecordError(
                "a list is needed",
                where=spot.where,
                got=got,
                allowed=kind.says,
                todo="write it in square brackets; [] means asked, none",
            )
        return tuple(
            kind.read(item, Spot(spot.file, item.line, spot.field, spot.today))
            for item in node.items
        )

    return Kind(says, _read)


def _number(text: str, spot: Spot) -> float:
    if _NUMBER.fullmatch(text) is None or not math.isfinite(float(text)):
        raise RecordError(
            "this is not a number",
            where=spot.where,
            got=repr(text),
            allowed="a number with a decimal point, without a unit or sign such as <",
            todo="write the sign of a laboratory value as its comparator"
            if text[:1] in _LIMITS
            else "correct the number",
        )
    return float(text)


def _whole(text: str, spot: Spot) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise RecordError("this is not a whole number", where=spot.where, got=repr(text))
    return int(text)


def _flag(text: str, spot: Spot) -> bool:
    if text not in _FLAGS:
        raise RecordError(
            "this is neither yes nor no",
            where=spot.where,
            got=repr(text),
            allowed=", ".join(_FLAGS),
            todo="write one of these, or unknown where nobody knows",
        )
    return _FLAGS[text]


def _date(text: str, spot: Spot) -> IsoDate:
    if not text.isascii():
        # Digits of other scripts would pass as numbers, and no later reader expects them.
        raise RecordError("this is not a date", where=spot.where, got=repr(text))
    date = check_date(text, where=spot.where, today=spot.today)
    if latest(spot.today).year - latest(date).year > setting("ingest_age_max"):
        raise RecordError(
            "this date lies before any living person was born",
            where=spot.where,
            got=text,
            todo="correct the year",
        )
    return date


def at_least(kind: Kind[T], least: T, *, above: bool = False) -> Kind[T]:
    """Return `kind` with a lower bound.

    Parameters
    ----------
    kind : Kind of int or float
        Numbers.
    least : int or float
        The bound.
    above : bool
        Whether the bound itself is refused.

    Returns
    -------
    Kind
        The kind.
    """
    says = f"{kind.says}, {'above' if above else 'at least'} {least:g}"

    def _read(node: Node, spot: Spot) -> T:
        value = kind.read(node, spot)
        if value < least or (above and value == least):  # type: ignore[operator]
            raise RecordError(
                "this number is too small", where=spot.where, got=str(value), allowed=says
            )
        return value

    return Kind(says, _read)


def between(kind: Kind[float], low: str, high: str, says: str) -> Kind[float]:
    """Return `kind` between two rows of `hyperparameters/hyperparameters`.

    Parameters
    ----------
    kind : Kind of float
        Numbers.
    low, high : str
        Ids of the rows whose values are the bounds.
    says : str
        What is allowed, in words.

    Returns
    -------
    Kind
        The kind.
    """

    def _read(node: Node, spot: Spot) -> float:
        value = kind.read(node, spot)
        bounds = (setting(low), setting(high))
        if not bounds[0] <= value <= bounds[1]:
            raise RecordError(
                "this number is not plausible",
                where=spot.where,
                got=f"{value:g}",
                allowed=f"{bounds[0]:g} to {bounds[1]:g}",
                todo="correct the number",
            )
        return value

    return Kind(says, _read)


TEXT: Final = scalar_kind("text in one line", lambda text, _: text)
NUMBER: Final = scalar_kind("number", _number)
WHOLE: Final = scalar_kind("whole number", _whole)
FLAG: Final = scalar_kind("`yes` or `no` (`true`, `false`)", _flag)
DATE: Final = scalar_kind(
    "date: `2024`, `2024-03` or `2024-03-10`, not after the day of the run", _date
)
