"""The sheet of wishes as one page to print."""

from __future__ import annotations

from importlib import resources
from typing import Final

from markupsafe import Markup

from equipoise.apps.decide.elicit import MOST, Wishes, say
from equipoise.apps.report.palette import css_variables

__all__ = ["STEPS", "wishes_page"]

STEPS: Final = tuple(range(0, MOST + 1, 10))
"""The boxes of each line."""


def wishes_page(wishes: Wishes) -> str:
    """Return the sheet as one HTML file without scripts, for A4 paper.

    Parameters
    ----------
    wishes : Wishes
        What is asked.

    Returns
    -------
    str
        A page that holds its style and asks nothing of a network.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("equipoise.apps.decide"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    own = resources.files("equipoise.apps.decide")
    style = own.joinpath("templates/wishes.css").read_text(encoding="utf-8")
    css = Markup(f":root{{{css_variables('light')}}}\n{style}")
    template = environment.get_template("wishes.html.j2")
    return template.render(wishes=wishes, say=say, steps=STEPS, css=css)
