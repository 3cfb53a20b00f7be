"""Volume of the hippocampus.

What it measures: the mean of the left and right hippocampal volume, mm3, as FreeSurfer segments
it.

Why in depression: it is smaller by 0.14 standard deviations in patients on average (0.17 with
recurrent episodes, no sure difference in a first one): a difference of groups, far too small to
tell about one person. No treatment choice rests on it.

Method: the rows ``Left-Hippocampus`` and ``Right-Hippocampus`` of ``aseg.stats``; the error of
measurement from a retest reliability below the published one, which is of longitudinal processing.

Limits: other versions of FreeSurfer and other scanners shift the value; a norm must be made on
the same ones. The segmentation is not checked here: only its quality figures are flagged.

References: schmaal2016, subcortical_retest2022.
"""

from __future__ import annotations

from equipoise.assays.mri.structure.brain import Brain
from equipoise.assays.mri.structure.volume import measure_volume
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.structure_hippocampus",
    title="Volume of the hippocampus",
    needs=("freesurfer:aseg",),
    yields=(Yield("mri.structure_hippocampus", "mm3", 500, 9000),),
    table="norms/spreads",
    retest="mri.structure_hippocampus",
    references=("schmaal2016", "subcortical_retest2022"),
)


def measure(brain: Brain, *, seed: int) -> tuple[Measurement | NotMeasured, ...]:
    """Return the volume (mm3), or why it could not be taken."""
    del seed
    return measure_volume(brain, SPEC, "Hippocampus")
