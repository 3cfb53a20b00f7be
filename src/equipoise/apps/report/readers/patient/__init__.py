"""The page "For you"."""

from __future__ import annotations

from equipoise.apps.report.document import Document, Section, Text
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.readers.shared import document
from equipoise.core.nouns import Dossier

__all__ = ["build"]


def build(dossier: Dossier, edition: Edition) -> Document:
    """Return the page of one person; an emergency was dealt with before."""
    del edition
    first = Section("first", _("To come"), (Text(dossier.decision.sentence),))
    return document(
        dossier, "patient", (_("For you"), _("Your results and your choices")), (first,)
    )
