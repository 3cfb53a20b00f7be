"""Resting connectivity of the default-mode circuit.

What it measures: the mean Fisher z of the five edges between anterior medial prefrontal cortex,
posterior cingulate cortex and both angular gyri.

Why in depression: this network is at work in self-referential thought and rumination. Its mean
difference between people with and without depression is small and its direction disputed; it
tells nothing about a diagnosis. No treatment choice rests on it in a replicated trial.

Method: see :mod:`equipoise.assays.mri.connectivity`.

Limits: spheres about the centres of the published masks, not the masks; no norm was published in
this unit, so the value is shown as it is. Single edges repeat poorly between scans, the mean of a
network better. Global-signal regression shifts the whole scale downwards.

References: tozzi2024.
"""

from __future__ import annotations

from equipoise.assays.mri.connectivity import measure_circuit
from equipoise.assays.mri.scan import Scan
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.rest_default_mode",
    title="Default-mode connectivity at rest",
    needs=(
        "bold:rest",
        "region:dmn_ampfc",
        "region:dmn_pcc",
        "region:dmn_ag_l",
        "region:dmn_ag_r",
    ),
    yields=(Yield("mri.rest_default_mode", "1", -3.0, 3.0),),
    table="circuits/circuits",
    retest="mri.rest_default_mode",
    references=("tozzi2024",),
)


def measure(scan: Scan, *, seed: int) -> tuple[Measurement | NotMeasured, ...]:
    """Return the circuit score (Fisher z, unit 1), or why it could not be taken."""
    return measure_circuit(scan, SPEC, seed=seed)
