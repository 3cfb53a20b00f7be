"""Write ``locale/equipoise.pot``: every text of the pages, for translators.

Texts come from three places: ``_("...")`` in the code of the pages and in their templates, and the
columns of tables that hold sentences: the wording, and what living with a treatment is like. A
translation is a copy of this file, filled in and compiled to
``locale/LANG/LC_MESSAGES/equipoise.mo`` by :func:`compiled`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from equipoise.core.tables import load_table, table_names

REPORT = Path(__file__).resolve().parents[1] / "src" / "equipoise" / "apps" / "report"
PAGE = REPORT / "locale" / "equipoise.pot"
KEYWORDS = {
    "_": None,
    "_marked": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
WORDING = "wording/"
LIVING = "treatments/living"
Message = tuple[str, str | tuple[str, str], str | None]
"""Where it stands, the text or its two forms, its context."""


def page() -> str:
    """Return the template of a catalogue, without dates: the same texts give the same file."""
    catalogue = Catalog(project="Equipoise", charset="utf-8", fuzzy=False)
    for where, text, context in sorted({*_code(), *_tables()}, key=str):
        catalogue.add(text, locations=[(where, 0)], context=context)
    stream = io.BytesIO()
    write_po(stream, catalogue, width=100, sort_output=True, omit_header=True, include_lineno=False)
    head = '# Texts of the pages of Equipoise, for translators.\nmsgid ""\nmsgstr ""\n'
    return f'{head}"Content-Type: text/plain; charset=utf-8\\n"\n\n{stream.getvalue().decode()}'


def _code() -> Iterator[Message]:
    for method, pattern in (("python", "*.py"), ("jinja2", "*.j2")):
        for path in sorted(REPORT.rglob(pattern)):
            where = path.relative_to(REPORT).as_posix()
            options = {"trimmed": "true"} if method == "jinja2" else {}
            for _line, found, _comments, context in extract_from_file(
                method, path, keywords=KEYWORDS, options=options
            ):
                yield where, found if isinstance(found, str) else (found[0], found[1]), context


def _tables() -> Iterator[Message]:
    for name in table_names():
        if not name.startswith(WORDING):
            continue
        for row in load_table(name):
            if not {"id", "text"} <= set(row.cells):
                continue
            context = f"{name.removeprefix(WORDING)}.{row.text('id')}"
            many = row.cells.get("plural") and row.optional_text("plural")
            text = row.text("text")
            yield f"tables/{name}", (text, many) if many else text, context
    for row in load_table(LIVING):
        context = f"living.{row.text('about')}.{row.text('question')}"
        yield f"tables/{LIVING}", row.text("text"), context


def compiled(text: str, lang: str) -> bytes:
    """Return a filled-in catalogue as the ``.mo`` that the pages read."""
    stream = io.BytesIO()
    write_mo(stream, read_po(io.StringIO(text), locale=lang))
    return stream.getvalue()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
