"""The classic target: correlation with the mean series of the subgenual seed.

Method: Fisher z of every voxel of the search region with the seed; the most extreme tenth, the
cluster with the largest sum, its centre of gravity (contarg's defaults).

Limits: one noisy seed; the peak of such maps does not repeat, and of the cluster's centre of
gravity retests report several mm.

References: fox2012, contarg, dlpfc_retest2022.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.target.search import Ready
from equipoise.assays.mri.target.seeded import Course

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Single = NDArray[np.float32]

__all__ = ["course"]


def course(ready: Ready) -> Course:
    """Return the seed itself as what the search region is compared with."""
    in_time = ready.part.in_time(ready.seed).T
    return Course(ready.seed, lambda _: in_time)
