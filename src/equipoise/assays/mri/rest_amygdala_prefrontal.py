"""Resting connectivity of the amygdala with the anterior cingulate cortex.

What it measures: the mean Fisher z of the four edges from the right and left amygdala to the
perigenual and the dorsal anterior cingulate cortex.

Why in depression: these prefrontal regions are thought to hold the answer of the amygdala in
check. Group differences under tasks are small and inconsistent, and a meta-analysis of 99 task
experiments found no place where they agree (Mueller 2017, recalled). It says nothing about a
diagnosis; grade D.

Method: see :mod:`equipoise.assays.mri.connectivity`.

Limits: the regions are those that the six-circuit taxonomy looks at under faces; at rest the pairs
are our choice. The perigenual region is a sphere at the midline between two published points, not
the taxonomy's mask. The amygdala is small and close to veins and air. No norm was published in this
unit.

References: mueller2017, tozzi2024, noble2019.
"""

from __future__ import annotations

from equipoise.assays.mri.connectivity import measure_circuit
from equipoise.assays.mri.scan import Scan
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.rest_amygdala_prefrontal",
    title="Amygdala to prefrontal connectivity at rest",
    needs=(
        "bold:rest",
        "region:neg_amygdala_l",
        "region:neg_amygdala_r",
        "region:neg_pgacc",
        "region:neg_dacc",
    ),
    yields=(Yield("mri.rest_amygdala_prefrontal", "1", -3.0, 3.0),),
    table="circuits/circuits",
    retest="mri.rest_amygdala_prefrontal",
    references=("mueller2017", "tozzi2024", "noble2019"),
)


def measure(scan: Scan, *, seed: int) -> tuple[Measurement | NotMeasured, ...]:
    """Return the circuit score (Fisher z, unit 1), or why it could not be taken."""
    return measure_circuit(scan, SPEC, seed=seed)
