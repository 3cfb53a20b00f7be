"""The sheet as a page to print or to fill in, and as a table."""

from __future__ import annotations

import csv
import io
from importlib import resources

from markupsafe import Markup

from equipoise.apps.report.palette import BANNER, css_variables
from equipoise.apps.visit.sheet import Sheet, say

__all__ = ["HEADER", "page_text", "table_text"]

HEADER = ("key", "question", "allowed", "answer")


def page_text(sheet: Sheet) -> str:
    """Return the sheet as one HTML file that holds its style and asks nothing of a network.

    Parameters
    ----------
    sheet : Sheet
        What stands on it.

    Returns
    -------
    str
        A page.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("equipoise.apps.visit"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    own = resources.files("equipoise.apps.visit")
    style = own.joinpath("templates/visit.css").read_text(encoding="utf-8")
    script = own.joinpath("templates/visit.js").read_text(encoding="utf-8")
    theme = (
        f":root{{{css_variables('light')}--banner:{BANNER.light};}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{css_variables('dark')}}}}}\n"
        # A label holds letters and digits only: each printed page bears it.
        f'@page{{@bottom-left{{content:"sub-{sheet.label}, {sheet.made}"}}'
        '@bottom-right{content:counter(page) " / " counter(pages)}}\n'
    )
    template = environment.get_template("visit.html.j2")
    return template.render(sheet=sheet, say=say, css=Markup(theme + style), script=Markup(script))


def table_text(sheet: Sheet) -> str:
    """Return the sheet as a table; only the last column is filled in.

    Parameters
    ----------
    sheet : Sheet
        What stands on it.

    Returns
    -------
    str
        CSV with a row for each question; the label stands in the first.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerow(("label", sheet.notice, "", sheet.label))
    for field in sheet.fields:
        writer.writerow((field.key, field.question, field.allowed, ""))
    return text.getvalue()
