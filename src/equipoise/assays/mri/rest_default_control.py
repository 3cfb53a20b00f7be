"""Resting connectivity between the default-mode and the control circuit.

What it measures: the mean Fisher z of the four edges between two hubs of the default mode
(anterior medial prefrontal, posterior cingulate cortex) and the right and left dorsolateral
prefrontal cortex of the control circuit.

Why in depression: a network at rest that does not give way to control is one account of rumination.
A meta-analysis of seed studies found such differences between groups; larger later work disputes
even the sign within the default mode. It says nothing about a diagnosis and chooses no treatment;
grade D.

Method: see :mod:`equipoise.assays.mri.connectivity`.

Limits: which pairs are joined is our choice; no published score has them. Edges between networks
repeat less well than edges within one. The two prefrontal regions are not mirror images.
Global-signal regression makes edges between networks negative of itself. No norm was published in
this unit.

References: kaiser2015, tozzi2024, noble2019.
"""

from __future__ import annotations

from equipoise.assays.mri.connectivity import measure_circuit
from equipoise.assays.mri.scan import Scan
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.rest_default_control",
    title="Default-mode to control connectivity at rest",
    needs=(
        "bold:rest",
        "region:dmn_ampfc",
        "region:dmn_pcc",
        "region:ctl_dlpfc_l",
        "region:ctl_dlpfc_r",
    ),
    yields=(Yield("mri.rest_default_control", "1", -3.0, 3.0),),
    table="circuits/circuits",
    retest="mri.rest_default_control",
    references=("kaiser2015", "tozzi2024", "noble2019"),
)


def measure(scan: Scan, *, seed: int) -> tuple[Measurement | NotMeasured, ...]:
    """Return the circuit score (Fisher z, unit 1), or why it could not be taken."""
    return measure_circuit(scan, SPEC, seed=seed)
