"""The pages that the browser looks at: all readers of the worked people, some from the right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from equipoise.apps.report.edition import Edition
from equipoise.apps.report.language import in_language
from equipoise.apps.report.readers import READERS, render_for
from tests.apps.report.people import PEOPLE, dossier_of

__all__ = ["RTL", "RTL_READERS", "page_names", "rendered", "write_all"]

RTL: Final = "ar"
RTL_READERS: Final = ("clinician", "patient", "family", "letter")
RELEASED: Final = Edition(released_by="Dr A. Example")
LARGE: Final = {
    "clinician": ("three_failed", "emergency", "almost_nothing"),
    "data": ("emergency",),
}
"""People whose large pages go through every check; the others' are of the same parts."""
CATALOGUE: Final = (
    Path(__file__).resolve().parents[2] / "src/equipoise/apps/report/locale/equipoise.pot"
)


def page_names() -> tuple[str, ...]:
    """Return the names of all pages, as the browser names them in its answer."""
    return (
        *(_name(person, reader) for person, reader in _shown()),
        *(f"{RTL}-{reader}.light.html" for reader in RTL_READERS),
    )


def _shown() -> Iterator[tuple[str, str]]:
    """Give person and reader of each page; a data sheet has the same parts for everybody."""
    for person in PEOPLE:
        yield from ((person, r) for r in READERS if r != "data" or person in LARGE["data"])


def _name(person: str, reader: str) -> str:
    light = reader in LARGE and person not in LARGE[reader]
    return f"{person}-{reader}{'.light' if light else ''}.html"


def rendered(person: str, reader: str) -> str:
    """Return one page, handed over by a clinician where there is an emergency."""
    return render_for(reader, dossier_of(person), RELEASED)


def write_all(folder: Path) -> None:
    """Write every page into `folder`."""
    for person, reader in _shown():
        (folder / _name(person, reader)).write_text(rendered(person, reader), "utf-8")
    catalogues = folder / "locale"
    _mirrored(catalogues)
    with in_language(RTL, catalogues):
        for reader in RTL_READERS:
            path = folder / f"{RTL}-{reader}.light.html"
            path.write_text(rendered("three_failed", reader), "utf-8")


def _mirrored(folder: Path) -> None:
    """Write a catalogue whose words are Arabic letters, with the fields of the English texts."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale=RTL)
    for message in catalogue:
        if not message.id:
            continue
        if isinstance(message.id, tuple | list):
            message.string = (_letters(message.id[-1]),) * catalogue.num_plurals
        else:
            message.string = _letters(message.id)
    path = folder / RTL / "LC_MESSAGES" / "equipoise.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)


ARABIC: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابثدهفغحيجكلمنوبقرستعفوخيز")


def _letters(text: str) -> str:
    """Return `text` with other letters, but for fields, marks and entities."""
    parts = re.split(r"(\{[^}]*\}|%\([^)]*\)\w|%%|<[^>]*>|&\w+;)", text)
    return "".join(p if n % 2 else p.lower().translate(ARABIC) for n, p in enumerate(parts))
