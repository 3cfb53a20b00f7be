"""Thickness of the cortex: the mean, and three regions that are thinner in depression.

What it measures: mean thickness of both hemispheres, and of the orbitofrontal cortex, the
cingulate cortex and the insula (left and right together), mm.

Why in depression: adults with depression have a thinner cortex there by about 0.1 standard
deviations on average: a difference of groups that tells nothing about one person. No treatment
choice rests on it.

Method: ``MeanThickness`` of ``lh.aparc.stats`` and ``rh.aparc.stats``, and the thickness of the
regions of the Desikan-Killiany atlas (or its revision, DKT), weighted by their area; the error of
measurement from retest reliabilities, which are ours: below the published mean over all regions.

Limits: thickness depends on the scanner, its sequence and the version of FreeSurfer more than
volumes do; motion makes the cortex look thinner. The regions have no norm unless the site learns
its own.

References: schmaal2017, subcortical_retest2022.
"""

from __future__ import annotations

from typing import Final

from equipoise.assays.mri.structure.brain import Brain
from equipoise.assays.mri.structure.tables import StatsTable
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.structure_thickness",
    title="Thickness of the cortex",
    needs=("freesurfer:aparc",),
    yields=(
        Yield("mri.structure_thickness_mean", "mm", 1, 5),
        Yield("mri.structure_thickness_orbitofrontal", "mm", 0.5, 6),
        Yield("mri.structure_thickness_cingulate", "mm", 0.5, 6),
        Yield("mri.structure_thickness_insula", "mm", 0.5, 6),
    ),
    table="norms/spreads",
    retest="mri.structure_thickness_mean",
    references=("schmaal2017", "subcortical_retest2022"),
)

_REGIONS: Final = {
    "orbitofrontal": ("lateralorbitofrontal", "medialorbitofrontal"),
    "cingulate": (
        "rostralanteriorcingulate",
        "caudalanteriorcingulate",
        "posteriorcingulate",
        "isthmuscingulate",
    ),
    "insula": ("insula",),
}


def measure(brain: Brain, *, seed: int) -> tuple[Measurement | NotMeasured, ...]:
    """Return mean and regional thickness (mm), or why each could not be taken."""
    del seed
    if isinstance(brain.cortex, str):
        return tuple(brain.missed(part.measure, brain.cortex) for part in SPEC.yields)
    return tuple(_part(brain, part, brain.cortex) for part in SPEC.yields)


def _part(
    brain: Brain, part: Yield, cortex: tuple[StatsTable, StatsTable]
) -> Measurement | NotMeasured:
    name = part.measure.rpartition("_")[2]
    try:
        if name in _REGIONS:
            labels = _REGIONS[name]
            value = _weighted([_region(table, label) for table in cortex for label in labels])
        else:
            labels = ("MeanThickness",)
            value = sum(_mean(table) for table in cortex) / len(cortex)
    except RecordingError as error:
        return brain.missed(part.measure, error.line())
    return brain.result(part, value, (("labels", ", ".join(labels)),))


def _mean(table: StatsTable) -> float:
    value = table.measured(("MeanThickness",), "mm")
    if value is None:
        raise RecordingError("no measure MeanThickness", where=table.name)
    return value


def _region(table: StatsTable, label: str) -> tuple[float, float]:
    """Return area (mm2) and thickness (mm) of a region."""
    area, thickness = table.cell(label, "SurfArea"), table.cell(label, "ThickAvg")
    if area is None or thickness is None:
        raise RecordingError(f"no row {label}", where=table.name)
    if area <= 0 or thickness <= 0:
        raise RecordingError("a region without area or thickness", where=f"{table.name}, {label}")
    return area, thickness


def _weighted(regions: list[tuple[float, float]]) -> float:
    """Return the mean thickness, weighted by area."""
    return sum(area * thickness for area, thickness in regions) / sum(a for a, _ in regions)
