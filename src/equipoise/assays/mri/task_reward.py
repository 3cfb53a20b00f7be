"""Response to reward.

What it measures: the difference between reward and a neutral cue or outcome in the activation of
the ventromedial prefrontal cortex and both parts of the ventral striatum (unit %), and in the
coupling of striatum and cortex (unit 1).

Why in depression: a blunted answer of the striatum to reward is often reported, and yet small
(about 0.3 standard deviations, recalled), and 99 task experiments together show no place where
they agree (Mueller 2017, recalled). No treatment choice rests on it. Grade D.

Method: a first-level model of percent signal change, see :mod:`equipoise.assays.mri.task`;
activation is the mean effect of the region, task connectivity a psychophysiological interaction.

Limits: No published score has this contrast with these regions: they are those of the taxonomy's
positive-affect circuit, the choice is ours. Cue and outcome are not told apart where a file names
both alike. Losses are no neutral outcome and are not used. Task measures repeat poorly between
days (all regions 0.40, those chosen beforehand 0.07 to 0.49), so one value tells little about one
person. No norm was published in these units.

References: mueller2017, tozzi2024, elliott2020.
"""

from __future__ import annotations

from equipoise.assays.mri.task.measured import TaskScan, measure_task
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.task_reward",
    title="Positive affect, reward",
    needs=(
        "bold:task_reward",
        "region:pos_vmpfc",
        "region:pos_vs_l",
        "region:pos_vs_r",
    ),
    yields=(
        Yield("mri.task_reward.vmpfc", "%", -100.0, 100.0),
        Yield("mri.task_reward.vs_l", "%", -100.0, 100.0),
        Yield("mri.task_reward.vs_r", "%", -100.0, 100.0),
        Yield("mri.task_reward.vs_l__vmpfc", "1", -100.0, 100.0),
        Yield("mri.task_reward.vs_r__vmpfc", "1", -100.0, 100.0),
    ),
    table="circuits/task_measures",
    retest="mri.task_reward.vs_l__vmpfc",
    references=("mueller2017", "tozzi2024", "elliott2020"),
)


def measure(scan: TaskScan) -> tuple[Measurement | NotMeasured, ...]:
    """Return activation (unit %) and task connectivity (unit 1), or why there is none."""
    return measure_task(scan, SPEC)
