"""Resting connectivity of the reward circuit: ventral striatum to medial prefrontal cortex.

What it measures: the mean Fisher z of the edges from the right and left ventral striatum to the
ventromedial prefrontal and medial orbitofrontal cortex.

Why in depression: the path carries the value of what may be gained; weaker coupling is one account
of anhedonia. The difference between groups is small and its studies are heterogeneous; none says
what to do for one person; grade D.

Method: see :mod:`equipoise.assays.mri.connectivity`.

Limits: the regions are those that the six-circuit taxonomy looks at under a task; at rest the
pairs are our choice. The medial orbitofrontal cortex lies where the signal drops out, and the
striatum is small and deep: look at the signal of both. The lateral orbitofrontal cortex is not in
it, since no sure coordinate was at hand. No norm was published in this unit.

References: tozzi2024, noble2019.
"""

from __future__ import annotations

from equipoise.assays.mri.connectivity import measure_circuit
from equipoise.assays.mri.scan import Scan
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.rest_frontostriatal",
    title="Frontostriatal connectivity at rest",
    needs=(
        "bold:rest",
        "region:pos_vs_l",
        "region:pos_vs_r",
        "region:pos_vmpfc",
    ),
    yields=(Yield("mri.rest_frontostriatal", "1", -3.0, 3.0),),
    table="circuits/circuits",
    retest="mri.rest_frontostriatal",
    references=("tozzi2024", "noble2019"),
)


def measure(scan: Scan, *, seed: int) -> tuple[Measurement | NotMeasured, ...]:
    """Return the circuit score (Fisher z, unit 1), or why it could not be taken."""
    return measure_circuit(scan, SPEC, seed=seed)
