"""The report: one self-contained, printable HTML file for the clinician.

:func:`render` turns a dossier into text: `page` builds the view, `templates` lay it out, `charts`
draw it. There is no clock and no request, and the page is whole without its one script
(:mod:`scripts`); the same dossier gives the same bytes.
`imaging_page` does the same for the results of a single command.
"""

from __future__ import annotations

from pathlib import Path

from equipoise.core.nouns import Dossier

__all__ = ["render"]


def render(dossier: Dossier, t1w: Path | None = None) -> str:
    """Return the clinician report of one person.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    t1w : Path, optional
        The person's T1w image; the target is drawn on it where it has a point there.

    Returns
    -------
    str
        An HTML document that holds its style, its pictures and its data.
    """
    from equipoise.apps.report.layout import laid_out
    from equipoise.apps.report.page import build_page, theme

    page = build_page(dossier, t1w)
    return laid_out("page.html.j2", theme(page.header), page)
