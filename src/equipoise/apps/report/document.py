"""The document: what a page for any reader is made of, from the safety strip to the last table.

A reader's page is a :class:`Document` of sections, a section a row of blocks. Texts are
:class:`markupsafe.Markup` where they hold figures (:mod:`equipoise.apps.report.figures`), else
plain text that the templates escape. One template lays out every block.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

from equipoise.apps.report.views import DataTable, Legend, RowChart

__all__ = [
    "Block",
    "Box",
    "Bullets",
    "Document",
    "Facts",
    "Folded",
    "Form",
    "FormLine",
    "Grid",
    "Heading",
    "Picture",
    "Section",
    "Text",
]

BoxKind = Literal["stop", "crisis", "watch", "info", "research", "plain"]


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph; `kind` is empty, ``lead``, ``small`` or ``note``."""

    words: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    words: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; `kind` is empty, ``steps`` (numbered, with rings), ``checks`` or ``run``."""

    items: tuple[str, ...]
    ordered: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a term and what it is."""

    pairs: tuple[tuple[str, str], ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """Blocks on a ground of their own; the kind is said by icon and word too, never by colour."""

    kind: BoxKind
    title: str
    blocks: tuple[Block, ...]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with its answer as title, its text alternative and the table behind it.

    `summary` says what it is, the finding, the extremes and where the numbers are. Several `plots`
    stand side by side, each under its own words.
    """

    id: str
    title: str
    summary: str
    plots: tuple[tuple[str, Markup], ...]
    table: DataTable | None = None
    legend: tuple[Legend, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Options side by side: one column each, one row for each question.

    On a phone each question becomes a card that lists the options. A `wide` one sets each question
    across the page above its answers, without a corner: more room for each option.
    """

    caption: str
    corner: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    wide: bool = False


@dataclass(frozen=True, slots=True)
class FormLine:
    """A line to fill in: boxes to tick with their words, or an empty line where there are none."""

    words: str
    boxes: tuple[str, ...] = ()
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Form:
    """Lines that work with a pen; `heads` name the columns of boxes that all lines share."""

    title: str
    lines: tuple[FormLine, ...]
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Folded:
    """Blocks behind a summary: closed on a screen, open in print unless they are not `printed`."""

    summary: str
    blocks: tuple[Block, ...]
    printed: bool = True


Block = (
    Text | Heading | Bullets | Facts | Box | Picture | Grid | Form | Folded | DataTable | RowChart
)


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its answer; `new_page` starts a sheet of paper."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    kicker: str = ""
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """The page of one reader.

    Parameters
    ----------
    reader : str
        ``patient``, ``family``, ``letter``, ``authorization`` or ``data``.
    kind : str
        Its printed name ("For you").
    title : str
        The first heading.
    facts : tuple of (str, str)
        Under the title: person, date, version.
    notices : tuple of str
        Sentences that stand wherever results show; they come before everything else.
    safety : tuple of Section
        What comes first: urgent pathway, crisis box.
    sections : tuple of Section
        In reading order.
    footer : tuple of str
        Who made it, when it is out of date.
    data : str
        A machine-readable copy (JSON text) inside the file, or nothing.
    """

    reader: str
    kind: str
    title: str
    label: str
    date: str
    facts: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]
    safety: tuple[Section, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    data: str = ""
    lang: str = field(default="en")
    direction: str = field(default="ltr")
