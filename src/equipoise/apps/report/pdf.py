"""Pages as PDF: the same page, printed, with tags for screen readers."""

from __future__ import annotations

from equipoise.core.errors import InputError

__all__ = ["PAPERS", "pdf_of"]

PAPERS = ("a4", "letter")


def pdf_of(page: str, paper: str) -> bytes:
    """Return a page as a tagged PDF.

    Parameters
    ----------
    page : str
        An HTML document that holds everything it needs.
    paper : str
        One of :data:`PAPERS`.

    Returns
    -------
    bytes
        The same page always gives the same bytes.

    Raises
    ------
    InputError
        If the printing library or what it needs is missing.
    """
    del page, paper
    raise InputError("this installation cannot print", where="--format pdf", allowed="html")
