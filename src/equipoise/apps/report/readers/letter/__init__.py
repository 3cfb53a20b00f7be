"""The page "Referral letter": one printed page, text first, in the order of SBAR.

Situation, background, assessment, recommendation. Who sends it, to whom and about whom stays blank:
names are never read from a record and never guessed. It holds no ranking and no research layer.
"""

from __future__ import annotations

from dataclasses import replace

from equipoise.apps.report.document import Document, Form, FormLine, Section
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import record
from equipoise.apps.report.readers.letter.background import background
from equipoise.apps.report.readers.letter.findings import assessment
from equipoise.apps.report.readers.letter.request import situation
from equipoise.apps.report.readers.letter.steps import recommendation
from equipoise.apps.report.readers.shared import document
from equipoise.apps.report.wording import tell
from equipoise.core.nouns import Dossier

__all__ = ["build"]

BLANKS = ("to", "from", "person", "signed")


def build(dossier: Dossier, edition: Edition) -> Document:
    """Return the letter about one person; urgent steps stand before it."""
    del edition
    names = (tell("letter.kind"), tell("letter.title"))
    first = situation(dossier)
    sections = (
        Section(first.id, first.title, (_blanks(), *first.blocks)),
        background(dossier),
        assessment(dossier),
        recommendation(dossier),
    )
    made = document(dossier, "letter", names, sections)
    person, *others = made.facts
    about = (tell("letter.age_head"), record.person(dossier))
    return replace(made, facts=(person, about, *others))


def _blanks() -> Form:
    lines = tuple(FormLine(tell(f"letter.blank_{name}")) for name in BLANKS)
    return Form("", lines)
