"""Resting connectivity of the attention circuit.

What it measures: the mean Fisher z of six edges: both lateral prefrontal cortices to the medial
superior prefrontal cortex, and on each side the anterior inferior parietal lobule to the lateral
prefrontal cortex and to the precuneus.

Why in depression: the frontoparietal system holds attention on a task; one published biotype is
named after its low connectivity. The biotype has no independent prospective replication, and no
treatment choice rests on it.

Method: see :mod:`equipoise.assays.mri.connectivity`.

Limits: spheres about the centres of the published masks, not the masks; no norm was published in
this unit. Alertness and sleep in the scanner change it.

References: tozzi2024.
"""

from __future__ import annotations

from equipoise.assays.mri.connectivity import measure_circuit
from equipoise.assays.mri.scan import Scan
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.rest_attention",
    title="Attention connectivity at rest",
    needs=(
        "bold:rest",
        "region:att_mspfc",
        "region:att_lpfc_l",
        "region:att_lpfc_r",
        "region:att_aipl_l",
        "region:att_aipl_r",
        "region:att_precuneus_l",
        "region:att_precuneus_r",
    ),
    yields=(Yield("mri.rest_attention", "1", -3.0, 3.0),),
    table="circuits/circuits",
    retest="mri.rest_attention",
    references=("tozzi2024",),
)


def measure(scan: Scan, *, seed: int) -> tuple[Measurement | NotMeasured, ...]:
    """Return the circuit score (Fisher z, unit 1), or why it could not be taken."""
    return measure_circuit(scan, SPEC, seed=seed)
