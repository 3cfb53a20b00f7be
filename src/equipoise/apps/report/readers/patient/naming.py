"""How a patient's page names treatments inside a sentence, and joins names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from markupsafe import Markup, escape

from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.readers.patient.living import plain_name

__all__ = ["called", "listed", "short_name"]

ASIDE: Final = re.compile(r"\s*\([^()]*\)$")
ABBREVIATION: Final = 2


def short_name(treatment: str) -> str:
    """Return a name as it stands inside a sentence: ``sertraline``, without its form."""
    name = ASIDE.sub("", plain_name(treatment))
    return name if name[:ABBREVIATION].isupper() else name[:1].lower() + name[1:]


def called(treatments: Iterable[str]) -> Markup:
    """Return treatments as a list in words."""
    return listed(element("bdi", name) for name in dict.fromkeys(map(short_name, treatments)))


def listed(names: Iterable[Markup]) -> Markup:
    """Return names as a list in words: ``one, two and three``."""
    items = list(names)
    if len(items) < 2:  # noqa: PLR2004
        return Markup("").join(items)
    return escape(_("{first} and {last}")).format(
        first=Markup(", ").join(items[:-1]), last=items[-1]
    )
