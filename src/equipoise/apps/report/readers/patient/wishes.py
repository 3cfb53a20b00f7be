"""The page "What matters to me", which works with a pen."""

from __future__ import annotations

from equipoise.apps.report.document import Section
from equipoise.core.nouns import Dossier

__all__ = ["wishes_section"]


def wishes_section(dossier: Dossier) -> Section | None:
    """Return the page of wishes; None where no options may be shown."""
    del dossier
    return None
