"""The page "For you": page one on its own, then what was measured, the choices, the plan."""

from __future__ import annotations

from dataclasses import replace

from equipoise.apps.report.document import Document, Folded, Section
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.readers.patient.about import about_section, questions_section
from equipoise.apps.report.readers.patient.doing import doing_section
from equipoise.apps.report.readers.patient.first_page import first_page
from equipoise.apps.report.readers.patient.found import found_section
from equipoise.apps.report.readers.patient.options import options_section, others_section
from equipoise.apps.report.readers.patient.plan import plan_section
from equipoise.apps.report.readers.patient.wishes import wishes_section
from equipoise.apps.report.readers.patient.words import myths_section, words_section
from equipoise.apps.report.readers.shared import document
from equipoise.apps.report.spoken import spoken
from equipoise.apps.report.wording import tell
from equipoise.core.nouns import Dossier

__all__ = ["build"]


def build(dossier: Dossier, edition: Edition) -> Document:
    """Return the page of one person; an emergency was dealt with before."""
    del edition
    parts = (
        first_page(dossier),
        found_section(dossier),
        doing_section(dossier),
        options_section(dossier),
        wishes_section(dossier),
        questions_section(),
        plan_section(dossier),
        others_section(dossier),
        myths_section(),
    )
    sections = tuple(part for part in parts if part is not None)
    return document(
        dossier,
        "patient",
        (_("For you"), tell("patient.title")),
        (*sections, *_last(dossier, sections)),
    )


def _printed(section: Section) -> Section:
    """Return a section without what is folded on a screen and not printed."""
    blocks = (b for b in section.blocks if not (isinstance(b, Folded) and not b.printed))
    return replace(section, blocks=tuple(blocks))


def _last(dossier: Dossier, sections: tuple[Section, ...]) -> tuple[Section, ...]:
    words = words_section("\n".join(spoken(_printed(section)) for section in sections))
    about = about_section(dossier)
    return (about,) if words is None else (words, about)
