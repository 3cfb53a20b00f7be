"""Response to withholding an answer (go/no-go).

What it measures: the difference between no-go and go trials in the activation of the right and
left dorsolateral prefrontal cortex and the dorsal anterior cingulate (unit %), and in the coupling
of these (unit 1).

Why in depression: raised or lowered activation under control is part of two of six patient groups
of one study (Tozzi 2024), whose link with treatment response was not tested prospectively. Grade
D.

Method: a first-level model of percent signal change, see :mod:`equipoise.assays.mri.task`;
activation is the mean effect of the region, task connectivity a psychophysiological interaction.

Limits: Spheres about the centres of the published masks stand for the masks. The two prefrontal
regions are not mirror images. Task measures repeat poorly between days (all regions 0.40, those
chosen beforehand 0.07 to 0.49), so one value tells little about one person. No norm was published
in these units.

References: tozzi2024, elliott2020.
"""

from __future__ import annotations

from equipoise.assays.mri.task.measured import TaskScan, measure_task
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.task_control",
    title="Cognitive control, go/no-go",
    needs=(
        "bold:task_control",
        "region:ctl_dlpfc_l",
        "region:ctl_dacc",
        "region:ctl_dlpfc_r",
    ),
    yields=(
        Yield("mri.task_control.dlpfc_l", "%", -100.0, 100.0),
        Yield("mri.task_control.dacc", "%", -100.0, 100.0),
        Yield("mri.task_control.dlpfc_r", "%", -100.0, 100.0),
        Yield("mri.task_control.dlpfc_l__dacc", "1", -100.0, 100.0),
        Yield("mri.task_control.dlpfc_r__dacc", "1", -100.0, 100.0),
    ),
    table="circuits/task_measures",
    retest="mri.task_control.dlpfc_l__dacc",
    references=("tozzi2024", "elliott2020"),
)


def measure(scan: TaskScan) -> tuple[Measurement | NotMeasured, ...]:
    """Return activation (unit %) and task connectivity (unit 1), or why there is none."""
    return measure_task(scan, SPEC)
