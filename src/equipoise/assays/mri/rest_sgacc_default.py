"""Resting connectivity of the subgenual cingulate with the default-mode circuit.

What it measures: the mean Fisher z of the four edges from the subgenual seed (10 mm sphere) to the
regions of the default-mode circuit.

Why in depression: the subgenual cingulate is thought to bind mood to self-referential thought, and
a tighter bond was tied to rumination in small studies. Within the default mode itself the larger
studies find less connectivity, not more, and differ from one another (Tozzi 2021). No treatment
choice rests on it; grade D.

Method: see :mod:`equipoise.assays.mri.connectivity`.

Limits: which pairs are joined is our choice. The seed lies where the signal drops out and where
breathing shows: look at the region's signal and at the respiration check. No norm was published in
this unit.

References: tozzi2021, kaiser2015, noble2019.
"""

from __future__ import annotations

from equipoise.assays.mri.connectivity import measure_circuit
from equipoise.assays.mri.scan import Scan
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.rest_sgacc_default",
    title="Subgenual to default-mode connectivity at rest",
    needs=(
        "bold:rest",
        "region:sgacc_r",
        "region:dmn_ampfc",
        "region:dmn_pcc",
        "region:dmn_ag_l",
        "region:dmn_ag_r",
    ),
    yields=(Yield("mri.rest_sgacc_default", "1", -3.0, 3.0),),
    table="circuits/circuits",
    retest="mri.rest_sgacc_default",
    references=("tozzi2021", "kaiser2015", "noble2019"),
)


def measure(scan: Scan, *, seed: int) -> tuple[Measurement | NotMeasured, ...]:
    """Return the circuit score (Fisher z, unit 1), or why it could not be taken."""
    return measure_circuit(scan, SPEC, seed=seed)
