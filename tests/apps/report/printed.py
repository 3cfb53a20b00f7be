"""What a page prints: its figures with their rows, and every other number with the words around it.

Written apart from the code under test: the rules of rounding are worked here once more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from typing import Any, Final

from equipoise.apps.report.plain import plain
from equipoise.core.tables import load_table, table_names

__all__ = [
    "MONTHS",
    "Figure",
    "Printed",
    "Words",
    "faults",
    "numbers_in",
    "read",
    "record_texts",
    "rounded",
    "table_texts",
    "texts_of",
]

HOLE: Final = "\N{BLACK SQUARE}"
"""Stands where a figure or a date stood, or a place of a sentence to be filled in."""
UNREAD: Final = {"style", "script", "head", "svg"}
WITHIN: Final = {
    *("a", "abbr", "b", "bdi", "code", "data", "em", "i", "small", "span", "strong", "sub"),
    *("sup", "time", "u"),
}
EMPTY: Final = {"br", "hr", "img", "input", "meta", "link", "col", "wbr"}
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
ROUNDING: Final = {
    "low80": ROUND_FLOOR,
    "low95": ROUND_FLOOR,
    "high80": ROUND_CEILING,
    "high95": ROUND_CEILING,
}


@dataclass(frozen=True)
class Figure:
    """A number that names its row: what is printed, what it claims to be exactly, and where."""

    printed: str
    exact: str
    row: str
    column: str


@dataclass
class Printed(HTMLParser):
    """The figures of a page, and its blocks of text with a hole for each figure and date."""

    figures: list[Figure] = field(default_factory=list)
    dates: list[tuple[str, str]] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._text = ""
        self._unread = 0
        self._held: tuple[str, dict[str, str]] | None = None
        self._inner = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if label := named.get("aria-label"):
            self.blocks.append(label)
        if tag in UNREAD:
            self._unread += 1
        elif tag in ("data", "time") and not self._unread:
            self._held, self._inner = (tag, named), ""
        elif tag not in WITHIN:
            self._end_block()
        elif tag == "span":
            self._text += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in UNREAD:
            self._unread -= 1
        elif self._held is not None and tag == self._held[0]:
            self._end_held(self._held[1])
        elif tag not in WITHIN and tag not in EMPTY:
            self._end_block()

    def handle_data(self, data: str) -> None:
        if self._unread:
            return
        if self._held is not None:
            self._inner += data
        else:
            self._text += data

    def _end_held(self, named: dict[str, str]) -> None:
        if "data-row" in named:
            row, column = named["data-row"], named["data-column"]
            self.figures.append(Figure(self._inner, named["value"], row, column))
            self._text += HOLE
        elif "datetime" in named:
            self.dates.append((self._inner, named["datetime"]))
            self._text += HOLE
        else:
            self._text += self._inner
        self._held = None

    def _end_block(self) -> None:
        if self._text.strip():
            self.blocks.append(" ".join(self._text.split()))
        self._text = ""


def read(page: str) -> Printed:
    """Return what a page prints."""
    found = Printed()
    found.feed(page)
    found.close()
    return found


def rounded(figure: Figure, unit: str) -> set[str]:
    """Return every text that the stated rounding allows for a figure."""
    try:
        value = Decimal(figure.exact)
    except ArithmeticError:
        return {figure.exact}
    how = ROUNDING.get(figure.column, ROUND_HALF_UP)
    if re.fullmatch(r"trial\.\d+\.weeks", figure.row):
        how = ROUND_FLOOR  # "at least": whole weeks that are certain
    allowed = set()
    if unit == "1" and -1 <= value <= 1:
        whole = int((value * 100).quantize(Decimal(1), rounding=how))
        allowed |= {str(whole), *_small(value * 100, whole)}
        allowed |= {str(min(max(whole, 0), 100))} if figure.column in ROUNDING else set()
    if figure.column == "rest":
        share = value * 100 if unit == "1" else value
        return {str(100 - int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP)))}
    match = re.search(r"\.(\d+)$", figure.printed)
    places = len(match[1]) if match else 0
    told = f"{value.quantize(Decimal(1).scaleb(-places), rounding=how):f}"
    if Decimal(told) != 0 or value == 0:
        allowed |= {told, told.replace("-", "\N{MINUS SIGN}"), f"+{told}"}
    return allowed


def _small(share: Decimal, whole: int) -> set[str]:
    if 0 <= share < 1:
        return {"fewer than 1"}
    return {"more than 99"} if share > 99 or whole > 99 else set()


def texts_of(value: Any) -> Iterator[str]:
    """Return every text inside plain values, dates and ids too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts_of(inner)


class Words:
    """Numbers that stand in texts of the tables or of a record, each with its neighbours."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for text in texts:
            for left, token, right in numbers_in(text):
                self._seen[token].add((left, right))

    def __or__(self, other: Words) -> Words:
        both = Words(())
        for one in (self, other):
            for token, around in one._seen.items():
                both._seen[token] |= around
        return both

    def hold(self, left: str, token: str, right: str) -> bool:
        """Whether some text has this number between these words; one of them must be the same.

        A code such as F33.2 or PHQ-9 is no number: it may stand anywhere.
        """
        if token[0].isalpha():
            return token in self._seen
        return any(
            _meets(left, a) and _meets(right, b) and (_same(left, a) or _same(right, b))
            for a, b in self._seen.get(token, ())
        )


def _meets(one: str, other: str) -> bool:
    return one == other or not one or not other or HOLE in (one, other)


def _same(one: str, other: str) -> bool:
    return bool(one) and one == other != HOLE


def numbers_in(text: str) -> Iterator[tuple[str, str, str]]:
    """Return every word with a digit, with the words before and after it."""
    text = re.sub(r"\{\w+\}", HOLE, text.replace("\N{NO-BREAK SPACE}", " "))
    text = text.replace("\N{MINUS SIGN}", "-").replace(" %", "%").casefold()
    words = [word for raw in re.sub(f"({HOLE})", r" \1 ", text).split() if (word := bare(raw))]
    for place, word in enumerate(words):
        if any(letter.isdigit() for letter in word):
            left = words[place - 1] if place else ""
            right = words[place + 1] if place + 1 < len(words) else ""
            yield left, word, right


def bare(word: str) -> str:
    return word.strip(".,;:()[]\"'\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}?!")


def table_texts() -> Iterator[str]:
    """Return every cell of every table in force."""
    for name in table_names():
        for row in load_table(name).rows:
            yield from row.cells.values()


def record_texts(dossier: dict[str, Any]) -> Iterator[str]:
    """Return every text of the results, as it stands and in words for people."""
    for text in texts_of(dossier):
        yield text
        yield plain(text)


def faults(page: str, lines: dict[str, Any], words: Words) -> list[str]:
    """Return every figure that is not its row, and every other number that no text holds.

    Parameters
    ----------
    page : str
        HTML.
    lines : dict
        Lines of the data sheet by id.
    words : Words
        Texts of the tables, of the record, and what was said to be expected.

    Returns
    -------
    list of str
        Empty where every number is true.
    """
    printed = read(page)
    found = [fault for figure in printed.figures if (fault := _fault(figure, lines))]
    found += [f"not the day: {day}" for day in printed.dates if not _is_day(*day)]
    found += [
        f"no row and no text: {token!r} in {block!r}"
        for block in printed.blocks
        for left, token, right in numbers_in(block)
        if not words.hold(left, token, right)
    ]
    return found


def _fault(figure: Figure, lines: dict[str, Any]) -> str:
    line = lines.get(figure.row)
    if line is None:
        return f"no such row: {figure}"
    cell = getattr(line, "value" if figure.column == "rest" else figure.column)
    if cell != figure.exact:
        return f"not the cell: {figure}, {cell}"
    allowed = rounded(figure, line.unit)
    return "" if figure.printed in allowed else f"not rounded so: {figure}, {sorted(allowed)}"


def _is_day(printed: str, iso: str) -> bool:
    year, *rest = iso.split("-")
    words = [str(int(rest[1]))] if len(rest) > 1 else []
    words += [MONTHS[int(rest[0]) - 1]] if rest else []
    return printed == " ".join([*words, year])
