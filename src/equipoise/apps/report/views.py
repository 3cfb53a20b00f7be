"""Shapes that several sections hand to the templates."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

__all__ = ["DataTable", "Legend", "PlotGroup", "PlotRow", "RowChart", "table_or_none"]


@dataclass(frozen=True, slots=True)
class Legend:
    """One entry of a legend: a small picture and its words."""

    picture: Markup
    words: str


@dataclass(frozen=True, slots=True)
class PlotRow:
    """One row of a chart: words at the left, marks, values at the right.

    `kind` is a CSS class: empty, ``research`` or ``quiet``. `anchor` is the id of the data-sheet
    row that the label links to. `mark` is a word with the id of what explains it.
    """

    label: str
    plot: Markup
    value: str
    notes: tuple[str, ...] = ()
    value_notes: tuple[str, ...] = ()
    anchor: str | None = None
    kind: str = ""
    mark: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PlotGroup:
    """Rows under one heading; `kind` as for a row."""

    title: str | None
    rows: tuple[PlotRow, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class RowChart:
    """A chart of rows that share one axis.

    `summary` is the text alternative: what it is, the finding, the extremes, where the numbers are.
    """

    id: str
    title: str
    summary: str
    label_head: str
    axis_title: str
    value_head: str
    axis: Markup | None
    groups: tuple[PlotGroup, ...]
    legend: tuple[Legend, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table: a caption, column heads, rows whose first cell is the row's head.

    `anchors` gives each row its id, where it has one; `widths` the columns in percent; `groups`
    the headings with the number of rows under each, top to bottom.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    anchors: tuple[str | None, ...] = ()
    widths: tuple[int, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, tuple[tuple[str | None, tuple[str, ...]], ...]], ...]:
        """The rows with their ids under their headings; without groups under an empty one."""
        ids = self.anchors or (None,) * len(self.rows)
        rows = tuple(zip(ids, self.rows, strict=True))
        found, start = [], 0
        for title, number in self.groups or (("", len(rows)),):
            found.append((title, rows[start : start + number]))
            start += number
        return tuple(found)


def table_or_none(
    caption: str,
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    widths: tuple[int, ...],
) -> DataTable | None:
    """Return a table; None without rows, so that no empty table is shown.

    Parameters
    ----------
    caption : str
        Above the table.
    columns : tuple of str
        Heads.
    rows : tuple of tuple of str
        Cells, the head of the row first.
    widths : tuple of int
        Of the columns in percent.

    Returns
    -------
    DataTable or None
        As given.
    """
    return DataTable(caption, columns, rows, widths=widths) if rows else None
