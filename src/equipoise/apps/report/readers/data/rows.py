"""The rows of the data sheet as tables: what all rows of a group share stands in the caption."""

from __future__ import annotations

import math
from itertools import groupby
from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.listing import Column, shares
from equipoise.apps.report.names import anchor, cite, keys_of, once
from equipoise.apps.report.readers.data.groups import RESEARCH, Group
from equipoise.apps.report.sections.line import NA, Line
from equipoise.apps.report.views import DataTable

__all__ = ["anchors_of", "table"]

NAME: Final = 22
NARROW: Final = 8
UNBROKEN: Final = 11
"""A date stays on one line."""
WIDE: Final = 28
NOT_APPLICABLE: Final = Markup(NA)
OPTIONS: Final = ("established", RESEARCH)


def anchors_of(lines: tuple[Line, ...]) -> dict[str, str]:
    """Return the id of the HTML element of each line: ``d-established-sertraline-response``."""
    ids = [line.id for line in lines]
    return dict(zip(ids, once([anchor(name) for name in ids]), strict=True))


def table(group: Group, anchors: dict[str, str]) -> DataTable:
    """Return one group as a table.

    Parameters
    ----------
    group : Group
        Its lines.
    anchors : dict of str to str
        Element ids by line id.

    Returns
    -------
    DataTable
        A column whose cells are all alike is named in the caption, with what it holds.
    """
    lines = group.lines
    blocks = _blocks(group)
    head = Column(_("Number"), NAME, [_name(line) for line in lines])
    shown, same = _told_apart(_columns(lines, _about() if blocks else ()), group.keep)
    columns = (head, *shown)
    return DataTable(
        ". ".join(part for part in (group.title, group.note, "; ".join(same)) if part),
        tuple(column.head for column in columns),
        tuple(zip(*(column.cells for column in columns), strict=True)),
        tuple(anchors[line.id] for line in lines),
        shares(columns),
        blocks,
    )


def _about() -> tuple[str, ...]:
    """Return the heads of the columns that the heading of an option holds for all its rows."""
    return _("Grade"), _("Source"), _("As of"), _("Checked")


def _blocks(group: Group) -> tuple[tuple[str, int], ...]:
    """Return the heading of each option with the number of its rows; none in other groups."""
    if group.id not in OPTIONS:
        return ()
    found = groupby(group.lines, key=lambda line: line.id.split(".")[1])
    return tuple(_block(list(lines)) for _name_, lines in found)


def _block(lines: list[Line]) -> tuple[str, int]:
    first = lines[0]
    heads, cells = _about(), (first.grade, _source(first), first.as_of, first.checked)
    about = [Markup("{}: {}").format(h, c) for h, c in zip(heads, cells, strict=True)]
    title = first.label.rpartition(", ")[0]
    return Markup("{}. {}").format(title, Markup("; ").join(about)), len(lines)


def _told_apart(columns: list[Column], keep: str) -> tuple[list[Column], list[str]]:
    shown, same, empty = [], [], []
    for column in columns:
        cells = set(column.cells)
        if (
            column.head == keep
            or len(cells) > 1
            or (len(column.cells) == 1 and NOT_APPLICABLE not in cells)
        ):
            shown.append(column)
        elif cells == {NOT_APPLICABLE}:
            empty.append(column.head)
        else:
            same.append(f"{column.head}: {Markup(column.cells[0]).striptags()}")
    if empty:
        same.append(f"{NA}: {', '.join(empty)}")
    return shown, same


def _name(line: Line) -> Markup:
    return Markup("{} {}").format(line.label, element("span", line.id, class_="note"))


def _columns(lines: tuple[Line, ...], leave: tuple[str, ...]) -> list[Column]:
    cited = {} if leave else {line.source: _source(line) for line in lines}
    columns = [
        (_("Value"), [line.value for line in lines]),
        (_("Unit"), [line.unit for line in lines]),
        (_("Standard error"), [line.standard_error for line in lines]),
        (n.P80, [_ends(line.low80, line.high80) for line in lines]),
        (n.P95, [_ends(line.low95, line.high95) for line in lines]),
        (_("Reference group"), [line.reference_group for line in lines]),
        (_("n"), [line.people for line in lines]),
        (_("Time"), [line.time for line in lines]),
        (_("Date"), [line.date for line in lines]),
        (_("Coverage"), [line.coverage for line in lines]),
        (_("Quality"), [line.quality for line in lines]),
        (_("Grade"), [line.grade for line in lines]),
        (_("Source"), [cited.get(line.source, NA) for line in lines]),
        (_("As of"), [line.as_of for line in lines]),
        (_("Checked"), [line.checked for line in lines]),
        (_("Software"), [line.software for line in lines]),
        (_("Inputs"), [line.inputs for line in lines]),
        (_("Note"), [line.note for line in lines]),
    ]
    return [
        Column(head, _width(cells), [_marked(cell) for cell in cells])
        for head, cells in columns
        if head not in leave
    ]


def _width(cells: list[str]) -> int:
    """Return a width that gives long texts room, but less than in proportion."""
    texts = {Markup(cell).striptags() for cell in cells}
    longest = max((len(text) for text in texts), default=0)
    word = max((len(word) for text in texts for word in text.split()), default=0)
    wanted = max(round(2 + 2 * math.sqrt(longest)), min(word, UNBROKEN))
    return min(max(wanted, NARROW), WIDE)


def _marked(cell: str) -> str:
    """Return a cell; one that does not apply is marked, for a phone leaves it out of its card."""
    return NOT_APPLICABLE if cell == NA else cell


def _ends(low: str, high: str) -> str:
    return NA if low == NA else _("{low} to {high}").format(low=low, high=high)


def _source(line: Line) -> str:
    return cite(line.source) if keys_of(line.source) else NA
