"""Response to threatening faces that were masked.

What it measures: the difference between masked fearful or angry and masked neutral faces in the
activation of the subgenual cingulate and both amygdalae (unit %), and in the coupling of these
(unit 1).

Why in depression: masking is meant to show the answer to threat before it is thought about. The
evidence is one research group's and has no independent prospective test (Tozzi 2024). Grade D.

Method: a first-level model of percent signal change, see :mod:`equipoise.assays.mri.task`;
activation is the mean effect of the region, task connectivity a psychophysiological interaction.

Limits: Spheres about the centres of the published masks stand for the masks. The subgenual region
is a sphere about the midline point of another study, where the signal often drops out. A task
counts as masked only if its name says so. Task measures repeat poorly between days (all regions
0.40, those chosen beforehand 0.07 to 0.49; the amygdala -0.14 to 0.43), so one value tells little
about one person. No norm was published in these units.

References: tozzi2024, nord2017, elliott2020, pmc4631618.
"""

from __future__ import annotations

from equipoise.assays.mri.task.measured import TaskScan, measure_task
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.task_masked_threat",
    title="Negative affect, masked threat faces",
    needs=(
        "bold:task_masked_threat",
        "region:neg_sgacc",
        "region:neg_amygdala_l",
        "region:neg_amygdala_r",
    ),
    yields=(
        Yield("mri.task_masked_threat.sgacc", "%", -100.0, 100.0),
        Yield("mri.task_masked_threat.amygdala_l", "%", -100.0, 100.0),
        Yield("mri.task_masked_threat.amygdala_r", "%", -100.0, 100.0),
        Yield("mri.task_masked_threat.amygdala_l__sgacc", "1", -100.0, 100.0),
        Yield("mri.task_masked_threat.amygdala_r__sgacc", "1", -100.0, 100.0),
    ),
    table="circuits/task_measures",
    retest="mri.task_masked_threat.amygdala_l",
    references=("tozzi2024", "nord2017", "elliott2020", "pmc4631618"),
)


def measure(scan: TaskScan) -> tuple[Measurement | NotMeasured, ...]:
    """Return activation (unit %) and task connectivity (unit 1), or why there is none."""
    return measure_task(scan, SPEC)
