"""Data-sheet lines of what was measured, of what was not and why, and of the mechanisms."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import keys_of, measure_title, rows_of
from equipoise.apps.report.norm_facts import error_range
from equipoise.apps.report.sections.line import NA, Line, made_with, normal_ends
from equipoise.apps.report.sections.strips import LEVEL80, LEVEL95
from equipoise.core.nouns import Dossier, NormedMeasurement, NormUsed

__all__ = ["measure_lines"]


def measure_lines(dossier: Dossier) -> Iterator[Line]:
    """Return measures with their place among others, gaps with their reason, mechanisms."""
    for item in dossier.measurements:
        yield from _measured(item)
    for gap in dossier.not_measured:
        note = f"not measured: {gap.reason}"
        yield Line(gap.id, measure_title(gap.id), NA, NA, date=gap.date or NA, note=note)
    for m in dossier.profile.mechanisms:
        yield Line(
            f"mechanism.{m.id}",
            m.title,
            n.exact(m.mean),
            "1",
            n.exact(m.sd),
            *normal_ends(m.mean, m.sd),
            note=NA if m.informed else "not informed",
        )


def _ends(item: NormedMeasurement) -> tuple[str, str, str, str]:
    found = [error_range(item, level) for level in (LEVEL80, LEVEL95)]
    (low80, high80), (low95, high95) = (
        (NA, NA) if ends is None else (n.exact(ends[0]), n.exact(ends[1])) for ends in found
    )
    return low80, high80, low95, high95


def _measured(item: NormedMeasurement) -> Iterator[Line]:
    m, norm = item.measurement, item.norm
    error = m.quantity.standard_error
    shared = {
        "date": m.date or NA,
        "coverage": n.exact(m.coverage),
        "quality": "; ".join(m.flags) or NA,
        **made_with(m.provenance),
    }
    yield Line(
        m.id,
        measure_title(m.id),
        n.exact(m.quantity.value),
        m.quantity.unit,
        NA if error is None else n.exact(error),
        *_ends(item),
        note=NA if norm else item.reason or NA,
        **shared,
    )
    if norm is None or item.z is None:
        return
    about = {
        "reference_group": norm.population,
        **_norm_row(norm),
        "grade": norm.grade,
        "checked": norm.checked,
        "source": "; ".join(keys_of(norm.reference)),
        "note": f"extrapolated: {item.reason}" if item.extrapolated else NA,
        **shared,
    }
    z_error = item.z_standard_error
    z_text = NA if z_error is None else n.exact(z_error)
    title = f"{measure_title(m.id)}, z"
    yield Line(
        f"{m.id}.z", title, n.exact(item.z), "1", z_text, *normal_ends(item.z, z_error), **about
    )
    if item.centile is not None:
        yield Line(
            f"{m.id}.centile",
            f"{measure_title(m.id)}, centile",
            n.exact(item.centile),
            "%",
            **about,
        )


def _norm_row(norm: NormUsed) -> dict[str, str]:
    """Return of how many people a norm was made, and how old its row is."""
    found: dict[str, str] = {}
    for table in ("norms/norms", "norms/regressions"):
        for row in rows_of(table, id=norm.id)[:1]:
            for name, column in (("people", "n"), ("as_of", "as_of")):
                found[name] = row.cells.get(column, NA)
    return found
