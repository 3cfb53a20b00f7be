"""The page "What matters to me", which works with a pen and can be read back by `decide elicit`."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.document import Block, Folded, Form, FormLine, Section, Text
from equipoise.apps.report.figures import date
from equipoise.apps.report.readers.patient.offered import shows_options
from equipoise.apps.report.wording import tell
from equipoise.core.nouns import Dossier

__all__ = ["BOXES", "KEYS", "wishes_section"]

SECTION: Final = "wishes"
KEYS: Final = {
    "sleep": "insomnia",
    "weight": "weight_gain",
    "sex": "sexual_dysfunction",
    "memory": "cognition",
    "speed": "speed",
    "visits": "visits",
    "cost": "cost",
    "talking": "",
}
"""Lines of the page, and the attribute of `hyperparameters/attributes` that each weighs.

Talking has none: no attribute stands for it.
"""
BOXES: Final = (0, 25, 50, 75, 100)
"""Swing weights that the boxes of a line stand for."""
ALWAYS: Final = frozenset({"cost"})
"""Asked whoever the person is: it counts only where the person weighs it."""


def wishes_section(dossier: Dossier) -> Section | None:
    """Return the page of wishes; None where no options may be shown."""
    if not shows_options(dossier) or not dossier.decision.predictions:
        return None
    boxes = tuple(str(tell(f"options.box_{box}")) for box in BOXES)
    lines = tuple(FormLine(tell(f"options.wish_{name}"), boxes) for name in KEYS)
    blocks: tuple[Block, ...] = (
        _text("wishes_lead", "lead"),
        _told(dossier),
        _text("wishes_how"),
        Form("", lines, heads=boxes),
        Form("", (_write("talk_first"),)),
        _text("never_note"),
        Form("", (_write("never"), FormLine(tell("options.filled")))),
        Folded(tell("options.team"), _for_team(dossier), printed=False),
    )
    return Section(SECTION, tell("options.wishes_title"), blocks, new_page=True)


def _text(name: str, kind: str = "") -> Text:
    return Text(tell(f"options.{name}"), kind)


def _write(name: str) -> FormLine:
    return FormLine(tell(f"options.{name}"), lines=1)


def _told(dossier: Dossier) -> Text:
    """Return whether the person was asked already; weights of nobody are called usual ones."""
    given = dossier.timeline.preferences.value
    if given is None or not given.weights:
        return _text("wishes_usual")
    if given.date is None:
        return _text("wishes_told")
    return Text(tell("options.wishes_given", day=date(given.date)))


def _for_team(dossier: Dossier) -> tuple[Block, ...]:
    """Return how the ticks come into the record: the lines that differ for this person."""
    asked = ALWAYS | {name for name, _ in dossier.decision.weights}
    pairs = Markup("; ").join(
        tell("options.team_pair", line=_subject(line), key=element("code", key))
        for line, key in KEYS.items()
        if key and key in asked
    )
    names = Text(tell("options.team_names", pairs=pairs), "small")
    return (_text("team_how", "small"), names, _text("team_talking", "small"))


def _subject(line: str) -> str:
    """Return what a line is about: its words before the colon."""
    return str(tell(f"options.wish_{line}")).partition(":")[0]
