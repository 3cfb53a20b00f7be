"""The options side by side: how many get better, how many stop, what each is like."""

from __future__ import annotations

from equipoise.apps.report.document import Section
from equipoise.core.nouns import Dossier

__all__ = ["options_section"]


def options_section(dossier: Dossier) -> Section | None:
    """Return the options side by side; None where no options may be shown."""
    del dossier
    return None
