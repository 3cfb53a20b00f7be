"""Response to threatening faces, seen consciously.

What it measures: the difference between fearful or angry and neutral faces in the activation of
the dorsal anterior cingulate and both amygdalae (unit %), and in the coupling of these (unit 1).

Why in depression: a stronger answer to threat goes with anxious depression in some studies; group
differences of the amygdala are small and inconsistent, and none chose a treatment in a replicated
trial (Mueller 2017, Tozzi 2024). Grade D.

Method: a first-level model of percent signal change, see :mod:`equipoise.assays.mri.task`;
activation is the mean effect of the region, task connectivity a psychophysiological interaction.

Limits: Spheres about the centres of the published masks stand for the masks. Whether faces were
seen consciously is taken from the name of the task alone. Task measures repeat poorly between days
(all regions 0.40, those chosen beforehand 0.07 to 0.49; the amygdala -0.14 to 0.43), so one value
tells little about one person. No norm was published in these units.

References: tozzi2024, mueller2017, nord2017, elliott2020.
"""

from __future__ import annotations

from equipoise.assays.mri.task.measured import TaskScan, measure_task
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.task_threat",
    title="Negative affect, threat faces",
    needs=(
        "bold:task_threat",
        "region:neg_dacc",
        "region:neg_amygdala_l",
        "region:neg_amygdala_r",
    ),
    yields=(
        Yield("mri.task_threat.dacc", "%", -100.0, 100.0),
        Yield("mri.task_threat.amygdala_l", "%", -100.0, 100.0),
        Yield("mri.task_threat.amygdala_r", "%", -100.0, 100.0),
        Yield("mri.task_threat.amygdala_l__dacc", "1", -100.0, 100.0),
        Yield("mri.task_threat.amygdala_r__dacc", "1", -100.0, 100.0),
    ),
    table="circuits/task_measures",
    retest="mri.task_threat.amygdala_l",
    references=("tozzi2024", "mueller2017", "nord2017", "elliott2020"),
)


def measure(scan: TaskScan) -> tuple[Measurement | NotMeasured, ...]:
    """Return activation (unit %) and task connectivity (unit 1), or why there is none."""
    return measure_task(scan, SPEC)
