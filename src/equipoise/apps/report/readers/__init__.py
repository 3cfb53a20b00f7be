"""The readers of the report: one module for each page, one document for each.

:func:`render_for` joins them: the clinician's page has templates of its own, all others are
:class:`~equipoise.apps.report.document.Document`. :mod:`urgent` decides what a person with an
emergency flag may be shown; it comes before every reader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Final

from equipoise.apps.report.document import Document
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.language import direction, language
from equipoise.core.nouns import Dossier

__all__ = ["READERS", "build_for", "file_name", "render_for"]

CLINICIAN: Final = "clinician"
READERS: Final = (CLINICIAN, "patient", "family", "letter", "authorization", "data")
"""Readers, in the order in which they are written."""


def file_name(label: str, reader: str, suffix: str) -> str:
    """Return the name of a page below the output folder: ``sub-01_desc-patient_report.html``."""
    if reader == CLINICIAN:
        return f"sub-{label}.{suffix}"
    return f"sub-{label}_desc-{reader}_report.{suffix}"


def render_for(reader: str, dossier: Dossier, edition: Edition) -> str:
    """Return the page of one reader, in the language in force.

    Parameters
    ----------
    reader : str
        One of :data:`READERS`.
    dossier : Dossier
        The results of one run.
    edition : Edition
        What the page needs besides.

    Returns
    -------
    str
        An HTML document that holds its style, its pictures and its data.

    Raises
    ------
    InputError
        If this page must not be made: an emergency without a name, no crisis number at all.
    """
    from equipoise.apps.report.layout import laid_out
    from equipoise.apps.report.page import build_page, header_of, theme

    dossier = replace(dossier, notices=(*dossier.notices, *edition.notices))
    if reader == CLINICIAN:
        page = build_page(dossier, edition.t1w)
        return laid_out("page.html.j2", theme(page.header), page)
    document = build_for(reader, dossier, edition)
    # The margins of the paper say no more of the person than the page does.
    margin = replace(header_of(dossier), label=document.label, notices=document.notices)
    return laid_out("document.html.j2", theme(margin), document, "document.css")


def build_for(reader: str, dossier: Dossier, edition: Edition) -> Document:
    """Return the document of a reader other than the clinician; errors as :func:`render_for`."""
    from equipoise.apps.report.readers import urgent

    urgent.check(reader, dossier, edition)
    document = urgent.instead(reader, dossier, edition)
    if document is None:
        build: Callable[[Dossier, Edition], Document] = import_module(
            f"equipoise.apps.report.readers.{reader}"
        ).build
        document = build(urgent.without_ranking(dossier), edition)
    safety = (*urgent.first(reader, dossier, edition), *document.safety)
    return replace(document, safety=safety, lang=language(), direction=direction())
