"""Response to happy faces, seen consciously.

What it measures: the difference between happy and neutral faces in the activation of the
ventromedial prefrontal cortex and both parts of the ventral striatum (unit %).

Why in depression: a weak answer to what is pleasant is one account of anhedonia. Group differences
are small and inconsistent (Mueller 2017); no treatment choice rests on them in a replicated trial
(Tozzi 2024). Grade D.

Method: a first-level model of percent signal change, see :mod:`equipoise.assays.mri.task`;
activation is the mean effect of the region.

Limits: Spheres about the centres of the published masks stand for the masks. The medial
orbitofrontal cortex lies where the signal drops out. Task measures repeat poorly between days (all
regions 0.40, those chosen beforehand 0.07 to 0.49), so one value tells little about one person. No
norm was published in these units.

References: tozzi2024, mueller2017, elliott2020.
"""

from __future__ import annotations

from equipoise.assays.mri.task.measured import TaskScan, measure_task
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.task_happy",
    title="Positive affect, happy faces",
    needs=(
        "bold:task_happy",
        "region:pos_vmpfc",
        "region:pos_vs_l",
        "region:pos_vs_r",
    ),
    yields=(
        Yield("mri.task_happy.vmpfc", "%", -100.0, 100.0),
        Yield("mri.task_happy.vs_l", "%", -100.0, 100.0),
        Yield("mri.task_happy.vs_r", "%", -100.0, 100.0),
    ),
    table="circuits/task_measures",
    retest="mri.task_happy.vmpfc",
    references=("tozzi2024", "mueller2017", "elliott2020"),
)


def measure(scan: TaskScan) -> tuple[Measurement | NotMeasured, ...]:
    """Return activation (unit %) and task connectivity (unit 1), or why there is none."""
    return measure_task(scan, SPEC)
