"""Volume of the amygdala.

What it measures: the mean of the left and right volume of the amygdala, mm3, as FreeSurfer
segments it.

Why in depression: no sure difference between patients and controls was found (d = -0.06, -0.13 to
0.01). It is shown for what it is; no treatment choice rests on it.

Method: the rows ``Left-Amygdala`` and ``Right-Amygdala`` of ``aseg.stats``; the error of
measurement from a retest reliability that is ours, below that of other subcortical volumes.

Limits: a small structure with weak borders: repeats agree less than for the hippocampus. Other
versions of FreeSurfer and other scanners shift the value.

References: schmaal2016, subcortical_retest2022.
"""

from __future__ import annotations

from equipoise.assays.mri.structure.brain import Brain
from equipoise.assays.mri.structure.volume import measure_volume
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.structure_amygdala",
    title="Volume of the amygdala",
    needs=("freesurfer:aseg",),
    yields=(Yield("mri.structure_amygdala", "mm3", 200, 4500),),
    table="norms/spreads",
    retest="mri.structure_amygdala",
    references=("schmaal2016", "subcortical_retest2022"),
)


def measure(brain: Brain, *, seed: int) -> tuple[Measurement | NotMeasured, ...]:
    """Return the volume (mm3), or why it could not be taken."""
    del seed
    return measure_volume(brain, SPEC, "Amygdala")
