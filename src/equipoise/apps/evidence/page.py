"""The page of an analysis: its parts as views, and the one file that holds them all.

Style, tables and charts of rows are those of the clinician report. There is no clock, no request
and no script; the same analysis gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from markupsafe import Markup

from equipoise import __version__
from equipoise.apps.evidence.answer import Source
from equipoise.apps.evidence.charts.funnel import ERROR_AXIS, FunnelChart
from equipoise.apps.report.numbers import count
from equipoise.apps.report.views import DataTable, RowChart
from equipoise.apps.report.wording import capital, say

__all__ = ["FunnelView", "NetView", "Page", "Section", "left_out", "notices", "render"]

MINE = "equipoise.apps.evidence"
REPORT = "equipoise.apps.report"
OPEN = 20
"""Rows up to which a table of what was left out stands open."""


@dataclass(frozen=True, slots=True)
class FunnelView:
    """A funnel with its words."""

    title: str
    summary: str
    axis: str
    chart: FunnelChart
    caption: str


@dataclass(frozen=True, slots=True)
class NetView:
    """A network plot, wide with names and narrow with numbers, with its words."""

    title: str
    summary: str
    wide: Markup
    narrow: Markup
    caption: str


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a page; what it has not is empty.

    Parameters
    ----------
    id, kicker, title : str
        Anchor, small words above the head, and the head.
    paragraphs : tuple of str
        The first is set larger.
    net, funnel : NetView, FunnelView or None
        Pictures.
    charts : tuple of RowChart
        Charts of rows.
    tables, folded : tuple of DataTable
        Open, and behind a line to open.
    square : DataTable or None
        A table with a column for each row, which may be moved sideways where it is wide.
    small : tuple of str
        Remarks at the end.
    """

    id: str
    kicker: str
    title: str
    paragraphs: tuple[str, ...] = ()
    net: NetView | None = None
    funnel: FunnelView | None = None
    charts: tuple[RowChart, ...] = ()
    tables: tuple[DataTable, ...] = ()
    folded: tuple[DataTable, ...] = ()
    small: tuple[str, ...] = ()
    square: DataTable | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page: head, facts and sections."""

    brand: str
    title: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    sections: tuple[Section, ...]


def left_out(source: Source) -> Section:
    """Return the section that tells what was not used, and how the file was read.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    Section
        With a table of what was left out, where something was.
    """
    facts, found = source.origin.facts, source.excluded
    title = "Nothing was left out"
    tables: tuple[DataTable, ...] = ()
    if found:
        title = f"{count(len(found), 'entry', 'entries')} of the file left out"
        rows = tuple((", ".join(map(str, e.lines)), e.study or "no label", e.reason) for e in found)
        tables = (DataTable("What was left out", ("Line", "Study", "Why"), rows, widths=(15, 35)),)
    read: tuple[str, ...] = (
        f"{facts.name}: {count(facts.rows, 'row')} read; cells divided by {facts.delimiter}, "
        f"decimal {source.origin.decimal}, {facts.encoding}.",
    )
    if facts.not_selected:
        read += (f"{count(facts.not_selected, 'row')} not selected by the condition given.",)
    columns = tuple(source.origin.columns)
    table = DataTable("Columns that were used", ("What", "Column"), columns)
    return Section(
        *("left-out", "The data", title),
        paragraphs=read,
        tables=tables if len(found) <= OPEN else (),
        folded=(table,) if len(found) <= OPEN else (*tables, table),
    )


def notices(source: Source) -> tuple[str, ...]:
    """Return what was taken for granted as sentences; labels in them stay as they are."""
    return tuple(f"{capital(note)}." for note in source.notes)


def render(page: Page) -> str:
    """Return a page as one HTML document.

    Parameters
    ----------
    page : Page
        What it shows.

    Returns
    -------
    str
        It holds its style and its pictures.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    from equipoise.apps.report.palette import BANNER, css_classes, css_variables

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(MINE), PackageLoader(REPORT)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    theme = (
        f":root{{{css_variables('light')}--banner:{BANNER.light};}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{css_variables('dark')}}}}}\n"
    )
    sheets = [
        resources.files(package).joinpath("style.css").read_text(encoding="utf-8")
        for package in (REPORT, MINE)
    ]
    return environment.get_template("evidence.html.j2").render(
        page=page,
        css=Markup(theme + css_classes() + "\n".join(sheets)),
        error_axis=ERROR_AXIS,
        use=say("intended_use"),
        version=__version__,
    )
