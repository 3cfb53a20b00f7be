"""Response to changing the rule (set shifting).

What it measures: the difference between switch and repeat trials in the activation of the right
and left dorsolateral prefrontal cortex and the dorsal anterior cingulate (unit %), and in the
coupling of these (unit 1).

Why in depression: flexibility of thought suffers in many patients. No imaging score of it was
tested for a treatment choice; nothing at hand supports more than showing the value. Grade D.

Method: a first-level model of percent signal change, see :mod:`equipoise.assays.mri.task`;
activation is the mean effect of the region, task connectivity a psychophysiological interaction.

Limits: The six-circuit taxonomy has no such task: the regions are those of its cognitive-control
circuit, the choice is ours. Task measures repeat poorly between days (all regions 0.40, those
chosen beforehand 0.07 to 0.49), so one value tells little about one person. No norm was published
in these units.

References: elliott2020, tozzi2024.
"""

from __future__ import annotations

from equipoise.assays.mri.task.measured import TaskScan, measure_task
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.task_flexibility",
    title="Cognitive flexibility, set shifting",
    needs=(
        "bold:task_flexibility",
        "region:ctl_dlpfc_l",
        "region:ctl_dacc",
        "region:ctl_dlpfc_r",
    ),
    yields=(
        Yield("mri.task_flexibility.dlpfc_l", "%", -100.0, 100.0),
        Yield("mri.task_flexibility.dacc", "%", -100.0, 100.0),
        Yield("mri.task_flexibility.dlpfc_r", "%", -100.0, 100.0),
        Yield("mri.task_flexibility.dlpfc_l__dacc", "1", -100.0, 100.0),
        Yield("mri.task_flexibility.dlpfc_r__dacc", "1", -100.0, 100.0),
    ),
    table="circuits/task_measures",
    retest="mri.task_flexibility.dlpfc_l__dacc",
    references=("elliott2020", "tozzi2024"),
)


def measure(scan: TaskScan) -> tuple[Measurement | NotMeasured, ...]:
    """Return activation (unit %) and task connectivity (unit 1), or why there is none."""
    return measure_task(scan, SPEC)
