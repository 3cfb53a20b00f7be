"""What the documents of all readers share: head and foot."""

from __future__ import annotations

from equipoise.apps.report.document import Document, Section
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.page import header_of
from equipoise.core.nouns import Dossier

__all__ = ["document"]


def document(
    dossier: Dossier,
    reader: str,
    names: tuple[str, str],
    sections: tuple[Section, ...],
    data: str = "",
) -> Document:
    """Return the document of a reader.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    reader : str
        For whom.
    names : tuple of str
        The printed kind of page, and its first heading.
    sections : tuple of Section
        In reading order.
    data : str, optional
        A machine-readable copy.

    Returns
    -------
    Document
        With label, date, version, intended use and notices.
    """
    header = header_of(dossier)
    kind, title = names
    return Document(
        reader=reader,
        kind=kind,
        title=title,
        label=header.label,
        date=header.date,
        facts=(
            (_("Person"), header.label),
            (_("Date"), header.date),
            (_("Version"), f"Equipoise {header.version}"),
        ),
        notices=header.notices,
        safety=(),
        sections=sections,
        footer=(header.use, header.reviewed),
        data=data,
    )
