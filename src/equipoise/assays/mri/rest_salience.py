"""Resting connectivity of the salience circuit.

What it measures: the mean Fisher z of three edges: left insula to left amygdala, right insula to
right amygdala, left to right anterior insula.

Why in depression: the circuit marks what deserves attention, within and outside the body, and is
studied with anxiety and threat. It tells nothing about a diagnosis, and no treatment choice rests
on it in a replicated trial.

Method: see :mod:`equipoise.assays.mri.connectivity`.

Limits: the amygdalae lie where the signal often drops out (see the flags); the published mask of
the right one is very small, so the sphere stands for the region rather than for the mask. No norm
was published in this unit. Breathing and heart beat reach these edges.

References: tozzi2024.
"""

from __future__ import annotations

from equipoise.assays.mri.connectivity import measure_circuit
from equipoise.assays.mri.scan import Scan
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.rest_salience",
    title="Salience connectivity at rest",
    needs=(
        "bold:rest",
        "region:sal_ai_l",
        "region:sal_ai_r",
        "region:sal_amygdala_l",
        "region:sal_amygdala_r",
    ),
    yields=(Yield("mri.rest_salience", "1", -3.0, 3.0),),
    table="circuits/circuits",
    retest="mri.rest_salience",
    references=("tozzi2024",),
)


def measure(scan: Scan, *, seed: int) -> tuple[Measurement | NotMeasured, ...]:
    """Return the circuit score (Fisher z, unit 1), or why it could not be taken."""
    return measure_circuit(scan, SPEC, seed=seed)
