"""Response to sad faces, seen consciously.

What it measures: the difference between sad and neutral faces in the activation of the perigenual
cingulate, both anterior insulae and both amygdalae (unit %), and in the coupling of insula and
amygdala with the perigenual cingulate (unit 1).

Why in depression: a bias towards sadness is a core account of the illness. Across 99 task
experiments no place was found where groups differ reliably (Mueller 2017, recalled). One large
study sorts patients by such scores (Tozzi 2024); no trial chose treatment by them. Grade D.

Method: a first-level model of percent signal change, see :mod:`equipoise.assays.mri.task`;
activation is the mean effect of the region, task connectivity a psychophysiological interaction.

Limits: Spheres about the centres of the published masks stand for the masks. The perigenual region
is a sphere of ours between two published points. Task measures repeat poorly between days (all
regions 0.40, those chosen beforehand 0.07 to 0.49; the amygdala -0.14 to 0.43), so one value tells
little about one person. No norm was published in these units.

References: tozzi2024, mueller2017, nord2017, elliott2020.
"""

from __future__ import annotations

from equipoise.assays.mri.task.measured import TaskScan, measure_task
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.task_sad",
    title="Negative affect, sad faces",
    needs=(
        "bold:task_sad",
        "region:neg_pgacc",
        "region:neg_ai_l",
        "region:neg_ai_r",
        "region:neg_amygdala_l",
        "region:neg_amygdala_r",
    ),
    yields=(
        Yield("mri.task_sad.pgacc", "%", -100.0, 100.0),
        Yield("mri.task_sad.ai_l", "%", -100.0, 100.0),
        Yield("mri.task_sad.ai_r", "%", -100.0, 100.0),
        Yield("mri.task_sad.amygdala_l", "%", -100.0, 100.0),
        Yield("mri.task_sad.amygdala_r", "%", -100.0, 100.0),
        Yield("mri.task_sad.ai_l__pgacc", "1", -100.0, 100.0),
        Yield("mri.task_sad.ai_r__pgacc", "1", -100.0, 100.0),
        Yield("mri.task_sad.amygdala_l__pgacc", "1", -100.0, 100.0),
        Yield("mri.task_sad.amygdala_r__pgacc", "1", -100.0, 100.0),
    ),
    table="circuits/task_measures",
    retest="mri.task_sad.amygdala_l",
    references=("tozzi2024", "mueller2017", "nord2017", "elliott2020"),
)


def measure(scan: TaskScan) -> tuple[Measurement | NotMeasured, ...]:
    """Return activation (unit %) and task connectivity (unit 1), or why there is none."""
    return measure_task(scan, SPEC)
