"""Data-sheet lines of the doses that hold for this person: first, least and highest."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.sections.line import NA, Line
from equipoise.core.nouns import Dossier

__all__ = ["dose_lines"]


def dose_lines(dossier: Dossier) -> Iterator[Line]:
    """Return the doses of every drug; none of a drug that a hard stop stands against."""
    for one in dossier.appraisal.dose_limits:
        title = treatment_title(one.drug)
        if one.stopped_by:
            note = f"not for giving: {'; '.join(one.stopped_by)}"
            yield Line(f"dose.{one.drug}", f"{title}, doses", NA, NA, date=dossier.date, note=note)
            continue
        notes = [*one.because, *(f"not known: {fact}" for fact in one.missing)]
        for name, label, dose in (
            ("start", "first dose", one.start),
            ("adequate", "least dose of an adequate trial", one.adequate),
            ("maximum", "highest dose", one.maximum),
        ):
            if dose is not None:
                yield Line(
                    f"dose.{one.drug}.{name}",
                    f"{title}, {label}",
                    n.exact(dose),
                    one.unit,
                    date=dossier.date,
                    source=one.reference,
                    note="; ".join(notes) or NA,
                )
