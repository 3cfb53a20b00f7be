"""Resting connectivity of the subgenual cingulate with the left dorsolateral prefrontal cortex.

What it measures: the Fisher z of one edge, from the subgenual seed of the targeting literature
(10 mm sphere) to a sphere about the published group target.

Why in depression: sites more anticorrelated with the subgenual cingulate had the better record
under magnetic stimulation (Fox 2012). In 295 people the link was weak (Elbau 2023), and in 501 the
distance to an individual target was not associated with outcome (Gregory 2025, a preprint). The
strength of this edge in one person chooses nothing; grade D.

Method: see :mod:`equipoise.assays.mri.connectivity`.

Limits: one edge, the least reliable kind of score. The subgenual cingulate lies where the signal
drops out and where breathing shows: look at the region's signal and at the respiration check.
Global-signal regression makes the edge negative in most people. It is not the connectivity of the
personal target, which is searched for. The coordinate of the group target is recalled.

References: fox2012, elbau2023, gregory2025, dlpfc_retest2022.
"""

from __future__ import annotations

from equipoise.assays.mri.connectivity import measure_circuit
from equipoise.assays.mri.scan import Scan
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["SPEC", "measure"]

SPEC = AssaySpec(
    id="mri.rest_sgacc_dlpfc",
    title="Subgenual to left dorsolateral prefrontal connectivity at rest",
    needs=(
        "bold:rest",
        "region:sgacc_r",
        "region:dlpfc_group_l",
    ),
    yields=(Yield("mri.rest_sgacc_dlpfc", "1", -3.0, 3.0),),
    table="circuits/circuits",
    retest="mri.rest_sgacc_dlpfc",
    references=("fox2012", "elbau2023", "gregory2025", "dlpfc_retest2022"),
)


def measure(scan: Scan, *, seed: int) -> tuple[Measurement | NotMeasured, ...]:
    """Return the circuit score (Fisher z, unit 1), or why it could not be taken."""
    return measure_circuit(scan, SPEC, seed=seed)
