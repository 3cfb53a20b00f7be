"""The report: one self-contained, printable HTML file for the clinician.

:func:`render` turns a dossier into text: `page` builds the view, `templates` lay it out, `charts`
draw it. There is no clock, no request and no script; the same dossier gives the same bytes.
"""

from __future__ import annotations

from importlib import resources
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
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    from equipoise.apps.report.page import build_page, theme
    from equipoise.apps.report.palette import css_classes

    environment = Environment(
        loader=PackageLoader("equipoise.apps.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    page = build_page(dossier, t1w)
    style = resources.files("equipoise.apps.report").joinpath("style.css")
    css = theme(page) + css_classes() + Markup(style.read_text(encoding="utf-8"))
    return environment.get_template("page.html.j2").render(page=page, css=css)
