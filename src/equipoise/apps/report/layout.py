"""How views become text: templates, style sheet, colours."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from equipoise.apps.report.document import Document
from equipoise.apps.report.language import gettext, ngettext, npgettext, pgettext
from equipoise.apps.report.palette import css_classes
from equipoise.apps.report.scripts import Script, page_script
from equipoise.apps.report.wording import tell

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["laid_out"]

TURNS: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Invisible characters that turn what follows: a dose in a note must not read backwards."""
WITH_SCRIPT: Final = ("patient",)
"""Readers whose document has something to move or to fill in; the clinician's pages always do."""


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
    folder, script = resources.files("equipoise.apps.report"), _script(page)
    names = ("style.css", *sheets, *(("interaction.css",) if script else ()))
    styles = (folder.joinpath(name).read_text(encoding="utf-8") for name in names)
    css = theme + css_classes() + Markup("\n".join(styles))
    text = _environment().get_template(template).render(page=page, css=css, script=script)
    return text.translate(TURNS)


def _script(page: object) -> Script | None:
    """Return the script of a page; None where it would have nothing to do."""
    if isinstance(page, Document) and page.reader not in WITH_SCRIPT:
        return None
    return page_script()


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
    environment.globals["tell"] = tell
    install = environment.install_gettext_callables  # type: ignore[attr-defined]
    # Old style: a translation is text, escaped as any other, and its per cent signs stay.
    install(gettext, ngettext, newstyle=False, pgettext=pgettext, npgettext=npgettext)
    return environment
