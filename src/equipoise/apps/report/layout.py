"""How views become text: templates, style sheet, colours."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup

from equipoise.apps.report.language import gettext, ngettext, npgettext, pgettext
from equipoise.apps.report.palette import css_classes

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["laid_out"]


def laid_out(template: str, theme: Markup, page: object, *sheets: str) -> str:
    """Return a page as text.

    Parameters
    ----------
    template : str
        File in ``templates``.
    theme : Markup
        The part of the style sheet that depends on palette and person.
    page : object
        The view that the template reads as ``page``.
    *sheets : str
        Style sheets after ``style.css``.

    Returns
    -------
    str
        An HTML document that holds its style, its pictures and its data.
    """
    folder = resources.files("equipoise.apps.report")
    styles = (folder.joinpath(name).read_text(encoding="utf-8") for name in ("style.css", *sheets))
    css = theme + css_classes() + Markup("\n".join(styles))
    return _environment().get_template(template).render(page=page, css=css)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Return the templates, compiled once however many people a run has."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=PackageLoader("equipoise.apps.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    install = environment.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)
    return environment
