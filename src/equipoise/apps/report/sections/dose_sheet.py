"""Data-sheet lines of the doses that hold for this person: first, least and highest."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.sections.line import NA, Line
from equipoise.core.nouns import Dossier

__all__ = ["dose_lines"]


def dose_lines(dossier: Dossier) -> Iterator[Line]:
    """Return the doses of every drug, with what lowered them and what stands against it."""
    for one in dossier.appraisal.dose_limits:
        notes = [*one.because, *(f"not known: {fact}" for fact in one.missing)]
        notes += [f"not for giving: {reason}" for reason in one.stopped_by]
        for name, label, dose in (
            ("start", "first dose", one.start),
            ("adequate", "least dose of an adequate trial", one.adequate),
            ("maximum", "highest dose", one.maximum),
        ):
            if dose is not None:
                yield Line(
                    f"dose.{one.drug}.{name}",
                    f"{treatment_title(one.drug)}, {label}",
                    n.exact(dose),
                    one.unit,
                    date=dossier.date,
                    source=one.reference,
                    note="; ".join(notes) or NA,
                )
