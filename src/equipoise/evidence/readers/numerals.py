"""Numbers as text: with decimal point or comma, and which of the two a file uses.

``0,5`` can only be a decimal comma and ``0.5`` only a decimal point, but ``1,234`` may be either
one and a bit or more than a thousand. A file is read only where its own cells settle the question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Final

__all__ = ["MARKS", "agreed", "is_missing", "parse_number", "readings"]

MARKS: Final = {"point": ".", "comma": ","}
"""Decimal marks by name."""

MISSING: Final = frozenset({"", "na", "n/a", "nan", "null", "#n/a"})
MINUS: Final = "\N{MINUS SIGN}"
SIGN: Final = r"[+-]?"
EXPONENT: Final = r"(?:[eE][+-]?\d+)?"


def _patterns(mark: str, other: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    point, thousands = re.escape(mark), re.escape(other)
    plain = rf"{SIGN}(?:\d+(?:{point}\d*)?|{point}\d+){EXPONENT}"
    grouped = rf"{SIGN}[1-9]\d{{0,2}}(?:{thousands}\d{{3}})+(?:{point}\d*)?"
    return re.compile(plain, re.ASCII), re.compile(grouped, re.ASCII)


PATTERNS: Final = {"point": _patterns(".", ","), "comma": _patterns(",", ".")}


def _tidy(text: str) -> str:
    return text.strip().replace(MINUS, "-")


def is_missing(text: str) -> bool:
    """Return whether a cell says that there is no value: empty, ``NA``, ``NaN`` and their like."""
    return text.strip().casefold() in MISSING


def readings(text: str) -> frozenset[str]:
    """Return the decimal marks under which `text` is a number.

    Parameters
    ----------
    text : str
        One cell. Groups of thousands are allowed for here, as they tell the mark.

    Returns
    -------
    frozenset of str
        Names of :data:`MARKS`; both where nothing tells, none where it is no number.

    Examples
    --------
    >>> sorted(readings("0,5")), sorted(readings("1,234")), sorted(readings("1.234,5"))
    (['comma'], ['comma', 'point'], ['comma'])
    """
    tidy = _tidy(text)
    return frozenset(
        name for name, kinds in PATTERNS.items() if any(kind.fullmatch(tidy) for kind in kinds)
    )


def agreed(cells: Iterable[str]) -> tuple[frozenset[str], bool]:
    """Return the decimal marks that fit every number among `cells`, and whether it matters.

    Parameters
    ----------
    cells : iterable of str
        Cells; those that are no numbers tell nothing.

    Returns
    -------
    marks : frozenset of str
        Both where nothing tells, none where the cells contradict each other.
    matters : bool
        Whether some cell is another number under the other mark.
    """
    marks, matters = frozenset(MARKS), False
    for cell in cells:
        found = readings(cell)
        if found:
            marks &= found
            matters = matters or bool(set(cell) & set(MARKS.values()))
    return marks, matters


def parse_number(text: str, mark: str, *, thousands: bool = False) -> float:
    """Return the number that a cell holds.

    Parameters
    ----------
    text : str
        One cell.
    mark : {"point", "comma"}
        Decimal mark.
    thousands : bool, optional
        Whether the other mark may stand between groups of three digits.

    Returns
    -------
    float
        A finite number.

    Raises
    ------
    ValueError
        If the cell is no number, or none that is finite.

    Examples
    --------
    >>> parse_number("-0,25", "comma"), parse_number("1,234", "point", thousands=True)
    (-0.25, 1234.0)
    """
    tidy = _tidy(text)
    plain, grouped = PATTERNS[mark]
    if not plain.fullmatch(tidy):
        if not (thousands and grouped.fullmatch(tidy)):
            raise ValueError(text)
        tidy = tidy.replace(MARKS["comma" if mark == "point" else "point"], "")
    number = float(tidy.replace(MARKS[mark], "."))
    if not math.isfinite(number):
        raise ValueError(text)
    return number
