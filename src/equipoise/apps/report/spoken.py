"""The words of a section as they would be read aloud: what reading age is measured on.

Each paragraph, heading, item and cell is a line. A table is read row by row, its cells one after
the other. Pictures speak by their title and text alternative.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Final

from equipoise.apps.report.document import (
    Block,
    Box,
    Bullets,
    Facts,
    Folded,
    Form,
    Grid,
    Heading,
    Picture,
    Section,
    Text,
)
from equipoise.apps.report.views import DataTable

__all__ = ["SOURCES", "lines_of", "plain_words", "spoken"]

SOURCES: Final = "sources"
"""Kind of a list of works, which is looked up and not read aloud."""
TAG: Final = re.compile(r"<[^>]*>")
DRAWN: Final = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
BREAK: Final = re.compile(r"</(?:p|li|div|td|th|dt|dd|h\d|span)>|<br ?/?>")


def spoken(section: Section) -> str:
    """Return the words of a section, a line for each part."""
    return "\n".join((*_pieces(section.title), *lines_of(section.blocks)))


def plain_words(text: str) -> str:
    """Return text on one line, without markup and drawings."""
    return " ".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    """Return the lines of a text; in markup each part that stands on its own is one."""
    plain = str(text)
    if hasattr(text, "__html__"):
        plain = html.unescape(TAG.sub("", BREAK.sub("\n", DRAWN.sub("", plain))))
    for line in plain.splitlines():
        words = " ".join(line.split())
        if words:
            yield words


def lines_of(blocks: Iterable[Block]) -> Iterator[str]:
    """Return the words of blocks, a line for each part."""
    for block in blocks:
        for line in _lines(block):
            yield from _pieces(line)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Text(words=words) | Heading(words=words):
            yield words
        case Bullets(items=items, kind=kind):
            yield from () if kind == SOURCES else items
        case Facts(pairs=pairs):
            for term, words in pairs:
                yield from (term, words)
        case Box(title=title, blocks=inner) | Folded(summary=title, blocks=inner):
            yield title
            yield from lines_of(inner)
        case Form():
            yield from _form(block)
        case _:
            yield from _shown(block)


def _form(form: Form) -> Iterator[str]:
    yield form.title
    yield from form.heads
    for line in form.lines:
        yield line.words
        yield from line.boxes


def _shown(block: Block) -> Iterator[str]:
    """Return the words of pictures and tables."""
    match block:
        case Picture():
            yield from (block.title, block.summary)
            yield from (words for words, _ in block.plots)
            yield from (entry.words for entry in block.legend)
            yield block.caption
            if block.table is not None:
                yield from _shown(block.table)
        case Grid():
            yield from (block.caption, block.corner, *block.heads)
            for question, cells in block.rows:
                yield from (question, *cells)
        case DataTable():
            yield from (block.caption, *block.columns)
            for title, rows in block.parts:
                yield title
                for _, cells in rows:
                    yield from cells
