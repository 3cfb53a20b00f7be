"""The box that says whom to call in a crisis, on paper and on a telephone.

It stands on the pages of patient and family and in the letter, flagged or not.
"""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.document import Block, Box, Bullets, Form, FormLine, Text
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.whom_to_call import (
    ANYWHERE,
    Clinic,
    CrisisNumber,
    clinic_of,
    crisis_numbers,
)
from equipoise.apps.report.wording import joined, tell
from equipoise.core.nouns import Dossier

__all__ = ["call_lines", "clinic_lines", "crisis_box", "urgent_box"]

COLLEAGUES: Final = ("letter", "authorization", "data", "clinician")
"""Readers who are told whether a number was checked."""
NAMED: Final = {"US": "urgent.place_us", ANYWHERE: "urgent.place_anywhere"}


def crisis_box(dossier: Dossier, reader: str = "patient") -> Box:
    """Return the box that says whom to call, day and night.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    reader : str, optional
        Whose page it stands on; only colleagues are told that a number was not checked of late.

    Returns
    -------
    Box
        Of the kind ``crisis``, without an id: it may stand twice on a page.
    """
    words = "letter" if reader in COLLEAGUES else "family" if reader == "family" else "patient"
    blocks: list[Block] = [Text(tell(f"urgent.crisis_lead_{words}"))]
    blocks.append(Bullets(call_lines(dossier, reader)))
    if words != "letter":
        blocks += clinic_lines(clinic_of(dossier))
    return Box("crisis", tell(f"urgent.crisis_title_{words}"), tuple(blocks))


def urgent_box(dossier: Dossier, reader: str, groups: tuple[str, ...]) -> Box:
    """Return whom to call in the emergency that was found.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    reader : str
        ``patient`` or ``family``.
    groups : tuple of str
        What the dangers are about: ``life``, ``mind``, ``body``, in this order.

    Returns
    -------
    Box
        Thoughts of ending life have words of their own; where only the body is in danger, the
        emergency number stands alone.
    """
    if "life" in groups:
        return crisis_box(dossier, reader)
    lines: tuple[str, ...] = (tell("urgent.life_in_danger"),)
    if "mind" in groups:
        lines = call_lines(dossier, reader)
    lead = Text(tell(f"urgent.crisis_lead_{groups[0]}"))
    blocks = (lead, Bullets(lines), *clinic_lines(clinic_of(dossier)))
    return Box("crisis", tell(f"urgent.crisis_title_{groups[0]}"), blocks)


def call_lines(dossier: Dossier, reader: str = "patient") -> tuple[str, ...]:
    """Return a line for each number, the emergency number last.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    reader : str, optional
        Whose page it stands on.

    Returns
    -------
    tuple of str
        With the digits as links that a telephone dials.
    """
    numbers = crisis_numbers(dossier)
    lines = [_line(one, reader, alone=len(numbers) == 1) for one in numbers]
    if [one.place for one in numbers] != [ANYWHERE]:
        lines.append(tell("urgent.life_in_danger"))
    return tuple(lines)


def clinic_lines(clinic: Clinic) -> list[Block]:
    """Return the clinic's telephone by day and night; an empty line to fill in where not known."""
    known, open_ = [], []
    for name, phone, hours in (("day", clinic.day, clinic.hours), ("night", clinic.night, None)):
        if phone is None:
            open_.append(FormLine(tell(f"urgent.clinic_{name}")))
        else:
            words = tell(f"urgent.clinic_{name}_is", phone=_dialled(phone, phone))
            known.append(words if hours is None else Markup("{} ({})").format(words, hours))
    blocks: list[Block] = [Bullets(tuple(known))] if known else []
    return [*blocks, Form("", tuple(open_))] if open_ else blocks


def _line(one: CrisisNumber, reader: str, *, alone: bool) -> Markup:
    text = one.text if alone else _inside(one.text)
    words = _dialled(text, one.digits)
    if not alone:
        named = NAMED.get(one.place)
        place = tell(named) if named else element("bdi", one.place)
        words = Markup("{}: {}").format(place, words)
    languages = None
    if one.language not in (None, "local"):
        languages = joined([part.strip() for part in (one.language or "").split(";")], _("or"))
        languages = _("in {languages}").format(languages=languages)
    about = [text for text in (one.hours, languages) if text]
    if about:
        words = Markup("{}, {}").format(words, ", ".join(about))
    words = Markup("{}.").format(words)
    if one.stale and reader in COLLEAGUES:
        return Markup("{} {}").format(words, tell("urgent.number_not_checked"))
    return words


def _inside(text: str) -> str:
    """Return a sentence as it goes on after a colon."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _dialled(text: str, digits: str | None) -> Markup:
    """Return a text in which the digits are a link that a telephone dials.

    A text that does not hold them is followed by them: a name alone helps nobody in the night.
    """
    if digits is None:
        return Markup("{}").format(text)
    dial = re.sub(r"[^0-9+*#]", "", digits)
    link = element("a", digits, href=f"tel:{dial}", class_="phone")
    found = re.search(rf"(?<!\d){re.escape(digits)}(?!\d)", text)
    if found is None:
        return Markup("{}: {}").format(text, link)
    return Markup("{}{}{}").format(text[: found.start()], link, text[found.end() :])
