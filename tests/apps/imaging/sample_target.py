"""A target made by hand, for what is written about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from equipoise.core.nouns import PlacedPoint, Provenance, Quantity, Target
from equipoise.core.nouns.target import TargetEstimate

POINT = (-38.4, 41.2, 27.9)
NATIVE = (-41.3, 55.6, 12.2)


def estimate(method: str = "classic", **changes: Any) -> TargetEstimate:
    made = TargetEstimate(
        method=method,
        sign="negative",
        point=POINT,
        connectivity=Quantity(-0.412345, "1", 0.051234),
        covariance=((4.0, 0.0, 0.0), (0.0, 2.25, 0.0), (0.0, 0.0, 1.0)),
        axes50=(3.1, 2.3, 1.5),
        axes95=(5.6, 4.2, 2.8),
        directions=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        split_half=3.14159,
        cluster_volume=640.0,
        depth=Quantity(17.26, "mm", 1.13),
        group_distance=3.4,
        f3_distance=26.1,
    )
    return replace(made, **changes)


def target(**changes: Any) -> Target:
    """Return a target with all methods, in MNI and in T1w."""
    made = Target(
        id="mri.tms_target",
        point=POINT,
        space="MNI152NLin6Asym",
        side="L",
        method="seed-based",
        connectivity=Quantity(-0.412345, "1", 0.051234),
        covariance=((4.0, 0.0, 0.0), (0.0, 2.25, 0.0), (0.0, 0.0, 1.0)),
        radius50=2.9,
        radius95=5.4,
        split_half=3.14159,
        group_distance=3.4,
        group_target="dlpfc_group_target_l",
        verdict="use",
        reasons=("the halves agree", "the region is narrow"),
        coverage=0.98,
        date=None,
        flags=("checked by nobody",),
        provenance=Provenance((), "equipoise"),
        chosen="classic",
        estimates=(
            estimate(),
            estimate("reference_map", point=(-40.0, 40.0, 30.0)),
            TargetEstimate("clustering", "negative", None, reason="no cluster is large enough"),
        ),
        agreement=3.0,
        places=(
            PlacedPoint("T1w", NATIVE, "by from-MNI152NLin6Asym_to-T1w_mode-image_xfm.h5"),
            PlacedPoint("MNI152NLin6Asym", POINT, "the point was found here"),
        ),
    )
    return replace(made, **changes)
