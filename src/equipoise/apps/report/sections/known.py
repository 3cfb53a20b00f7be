"""What is known: each measure on its norm or in its own unit, and what was not measured."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.apps.report import numbers as n
from equipoise.apps.report.sections.gaps import Gap, gap_groups
from equipoise.apps.report.sections.imaging import is_imaging
from equipoise.apps.report.sections.molecules import is_molecule
from equipoise.apps.report.sections.strips import (
    Standing,
    latest_first,
    norm_chart,
    placed,
    unit_charts,
    values_table,
)
from equipoise.apps.report.views import DataTable, RowChart
from equipoise.apps.report.wording import say
from equipoise.core.nouns import Dossier, NormedMeasurement

__all__ = ["Known", "known"]


@dataclass(frozen=True, slots=True)
class Known:
    """Charts of what was measured and the list of what was not.

    Measures of the brain, of blood and of genes stand in sections of their own; `elsewhere`
    points there.
    """

    title: str
    charts: tuple[RowChart, ...]
    table: DataTable | None
    elsewhere: str
    gaps: tuple[Gap, ...]
    gap_title: str
    limit: str
    gap_limit: str


def known(dossier: Dossier) -> Known:
    """Return everything measured, the newest value of each measure in the charts."""
    newest = latest_first(dossier.measurements)
    brain = sum(is_imaging(m.measurement.id) for m in newest)
    blood = sum(is_molecule(m.measurement.id) for m in newest)
    shown = [
        m for m in newest if not is_imaging(m.measurement.id) and not is_molecule(m.measurement.id)
    ]
    standing = Standing(dossier.profile.measures_used, dossier.profile.measures_set_aside)
    with_norm = [m for m in shown if placed(m)]
    charts = [norm_chart(standing, with_norm)] if with_norm else []
    charts += unit_charts(standing, [m for m in shown if not placed(m)])
    missing = n.count(len(dossier.not_measured), "measure was", "measures were", spelled=True)
    return Known(
        title=_title(newest),
        charts=tuple(charts),
        table=values_table(dossier.measurements, anchored=True) if dossier.measurements else None,
        elsewhere=_elsewhere(brain, blood),
        gaps=gap_groups(dossier.not_measured),
        gap_title=f"{missing.capitalize()} not taken",
        limit=say("scan_limit"),
        gap_limit=say("not_measured_limit"),
    )


def _elsewhere(brain: int, blood: int) -> str:
    words = []
    if blood:
        count = n.count(
            blood, "measure of blood or genes stands", "measures of blood or genes stand"
        )
        words.append(f"{count} under Blood and genes, just below.")
    if brain:
        count = n.count(brain, "measure of the brain stands", "measures of the brain stand")
        words.append(f"{count} under Brain, further below.")
    return " ".join(words)


def _title(newest: list[NormedMeasurement]) -> str:
    if not newest:
        return "Nothing was measured"
    number = sum(placed(m) for m in newest)
    taken = n.count(len(newest), "measure", spelled=True).capitalize()
    return f"{taken} taken, {number or 'none'} placed on a norm"
