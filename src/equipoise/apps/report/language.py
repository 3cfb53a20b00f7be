"""The language of a page: gettext catalogues, English without one.

English is the language of the source: its texts are the keys of every catalogue. Other languages
are catalogues ``locale/LANG/LC_MESSAGES/equipoise.mo``, made from ``locale/equipoise.pot``. A
translation that lost a place of its sentence, or asks for another, is not used.
"""

from __future__ import annotations

import gettext as catalogues
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from equipoise.core.errors import InputError
from equipoise.core.places import keeps_places

__all__ = [
    "SOURCE",
    "direction",
    "gettext",
    "in_language",
    "language",
    "languages",
    "ngettext",
    "npgettext",
    "pgettext",
]

SOURCE: Final = "en"
DOMAIN: Final = "equipoise"
RIGHT_TO_LEFT: Final = frozenset({
    "ar",
    "arc",
    "ckb",
    "dv",
    "fa",
    "he",
    "ps",
    "sd",
    "ug",
    "ur",
    "yi",
})
"""Languages written from right to left."""

_LANGUAGE: ContextVar[str] = ContextVar("language", default=SOURCE)
_ENGLISH: Final = catalogues.NullTranslations()
_CATALOGUE: ContextVar[catalogues.NullTranslations] = ContextVar("catalogue", default=_ENGLISH)


def languages(folder: Path | None = None) -> tuple[str, ...]:
    """Return the languages that have a catalogue, English first."""
    found = (path.parents[1].name for path in (folder or _shipped()).glob(f"*/*/{DOMAIN}.mo"))
    return (SOURCE, *sorted(set(found) - {SOURCE}))


def _shipped() -> Path:
    return Path(str(resources.files("equipoise.apps.report"))) / "locale"


@contextmanager
def in_language(lang: str, folder: Path | None = None) -> Iterator[None]:
    """Write every text inside in `lang`.

    Parameters
    ----------
    lang : str
        BCP 47 tag of a language with a catalogue.
    folder : Path, optional
        Catalogues other than those shipped.

    Raises
    ------
    InputError
        If there is no catalogue of that language, or it is damaged.
    """
    if lang not in languages(folder):
        raise InputError(
            "no such language",
            where="--lang",
            got=lang,
            allowed=", ".join(languages(folder)),
            todo="translate locale/equipoise.pot, or take one that is there",
        )
    found = _catalogue(lang, folder or _shipped())
    tokens = (_LANGUAGE.set(lang), _CATALOGUE.set(found))
    try:
        yield
    finally:
        _LANGUAGE.reset(tokens[0])
        _CATALOGUE.reset(tokens[1])


def _catalogue(lang: str, folder: Path) -> catalogues.NullTranslations:
    try:
        return catalogues.translation(DOMAIN, folder, [lang], fallback=lang == SOURCE)
    except (OSError, ValueError, struct.error) as error:
        raise InputError(
            "this catalogue cannot be read",
            where=f"--lang {lang}",
            got=str(error),
            todo=f"compile {DOMAIN}.mo of this language again",
        ) from error


def language() -> str:
    """Return the tag of the language in force."""
    return _LANGUAGE.get()


def direction() -> str:
    """Return ``rtl`` for a language written from right to left, else ``ltr``."""
    return "rtl" if language().split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"


def gettext(text: str) -> str:
    """Return `text` in the language in force."""
    return _kept(_CATALOGUE.get().gettext(text), text)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form for `number` in the language in force."""
    found = _CATALOGUE.get().ngettext(one, many, number)
    return _kept(found, _english(one, many, number), one, many)


def pgettext(context: str, text: str) -> str:
    """Return `text`, as it is used in `context`, in the language in force."""
    return _kept(_CATALOGUE.get().pgettext(context, text), text)


def npgettext(context: str, one: str, many: str, number: int) -> str:
    """Return the form for `number`, as it is used in `context`, in the language in force.

    Parameters
    ----------
    context : str
        Tells equal texts apart.
    one, many : str
        The English forms.
    number : int
        What is counted.

    Returns
    -------
    str
        The form that the language takes for it.
    """
    found = _CATALOGUE.get().npgettext(context, one, many, number)
    return _kept(found, _english(one, many, number), one, many)


def _english(one: str, many: str, number: int) -> str:
    return one if number == 1 else many


@lru_cache(maxsize=8192)
def _kept(found: str, english: str, *forms: str) -> str:
    """Return a translation; the English where it lost a place, or asks for one that is not there.

    A sentence in another language is better than one without its number.
    """
    return found if keeps_places(found, forms or (english,)) else english
