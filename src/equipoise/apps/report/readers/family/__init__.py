"""The page "For family and friends": two sheets that help, without a word that was not allowed."""

from __future__ import annotations

from equipoise.apps.report.document import Document, Section
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.readers.consent import for_family, shared_topics
from equipoise.apps.report.readers.crisis import crisis_box
from equipoise.apps.report.readers.family.advice import (
    asking,
    helps,
    not_to_say,
    warning_signs,
    yourself,
)
from equipoise.apps.report.readers.family.personal import plan_dates, what_it_is
from equipoise.apps.report.readers.shared import document
from equipoise.apps.report.wording import tell
from equipoise.core.nouns import Dossier

__all__ = ["build"]


def build(dossier: Dossier, edition: Edition) -> Document:
    """Return the page for the family; an emergency was dealt with before."""
    topics = shared_topics(dossier)
    calls = Section("call", _("Whom to call"), (crisis_box(dossier, "family"),))
    sections = (
        calls,
        what_it_is(dossier, topics),
        helps(),
        not_to_say(),
        warning_signs(),
        asking(),
        *plan_dates(dossier, topics),
        yourself(),
    )
    page = document(
        dossier, "family", (_("For family and friends"), tell("family.title")), sections
    )
    return for_family(page, dossier, edition.notices)
