"""The copies of the data sheet inside the file: TSV to save, JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Final

from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.document import Block, Bullets, Section
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.sections.line import NA, Line
from equipoise.apps.report.sections.sheet import download
from equipoise.core.nouns import Dossier

__all__ = ["as_json", "saved"]

SCHEMA: Final = "1.0"
NAMES: Final = tuple(field.name for field in fields(Line))


def as_json(dossier: Dossier, lines: tuple[Line, ...]) -> str:
    """Return the sheet as JSON: about the run, then one object for each line.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    lines : tuple of Line
        All of them; a field that does not apply is left out.

    Returns
    -------
    str
        JSON text that holds no ``<``; every character beyond ASCII is as it is.
    """
    told = {
        "schema_version": SCHEMA,
        "label": dossier.label,
        "date": dossier.date,
        "version": dossier.version,
        "seed": dossier.seed,
        "tables_digest": dossier.tables_digest,
        "notices": list(dossier.notices),
        "lines": [_fields(line) for line in lines],
    }
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    # Inside a script element "<!--<script" of a record would swallow the rest of the page.
    return text.replace("<", "\\u003c")


def _fields(line: Line) -> dict[str, str]:
    told = ((name, getattr(line, name)) for name in NAMES)
    return {name: cell for name, cell in told if cell != NA}


def saved(dossier: Dossier, lines: tuple[Line, ...], parts: Sequence[Section]) -> tuple[Block, ...]:
    """Return what stands first: the copies to save, then where each group stands.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    lines : tuple of Line
        All of them.
    parts : sequence of Section
        The groups.

    Returns
    -------
    tuple of Block
        Two lists of links.
    """
    file, words = f"sub-{dossier.label}_numbers.tsv.gz", _("Table (TSV, gzip)")
    copies = (
        element("a", words, href=download(lines), download=file),
        _("JSON: inside this file, the element with the id {id}").format(id="data"),
    )
    places = tuple(element("a", part.title, href=f"#{part.id}") for part in parts)
    return Bullets(copies), Bullets(places, kind="plain")
