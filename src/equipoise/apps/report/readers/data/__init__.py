"""The data sheet: every number of every page, one row each, for whoever checks them.

No sentence and no colour: rows by group, each with an id that the other pages link to, then the
sources and what the run was made with. The whole sheet stands in the file as TSV and as JSON too.
"""

from __future__ import annotations

from equipoise.apps.report.document import Block, Document, Section
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.readers.data.copies import as_json, saved
from equipoise.apps.report.readers.data.groups import grouped
from equipoise.apps.report.readers.data.made import files_read, run_facts, sources
from equipoise.apps.report.readers.data.rows import anchors_of, table
from equipoise.apps.report.readers.shared import document
from equipoise.apps.report.sections.sheet import data_lines
from equipoise.apps.report.views import DataTable
from equipoise.core.nouns import Dossier

__all__ = ["build"]


def build(dossier: Dossier, edition: Edition) -> Document:
    """Return the data sheet of one person; with an emergency flag it holds no ranking.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    edition : Edition
        Not read: the sheet is the same for everybody.

    Returns
    -------
    Document
        A section for each group of numbers.
    """
    del edition
    lines = data_lines(dossier)
    anchors = anchors_of(lines)
    copy = as_json(dossier, lines)
    groups = grouped(dossier, lines)
    parts = [
        Section(group.id, group.title, (table(group, anchors),)) for group in groups if group.lines
    ]
    run: tuple[Block, ...] = (run_facts(dossier), *_tables(files_read(dossier)))
    made: tuple[tuple[str, str, tuple[Block, ...]], ...] = (
        ("sources", _("Sources"), _tables(sources(lines))),
        ("made", _("What the run was made with"), run),
    )
    parts += [Section(name, title, blocks) for name, title, blocks in made if blocks]
    first = Section("save", _("Save all numbers"), saved(dossier, lines, parts))
    names = (_("Data sheet"), _("Every number, with its source"))
    return document(dossier, "data", names, (first, *parts), data=copy)


def _tables(*found: DataTable) -> tuple[DataTable, ...]:
    return tuple(one for one in found if one.rows)
