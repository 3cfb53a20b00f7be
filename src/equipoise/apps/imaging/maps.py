"""The map of where the target lies: chance for each voxel, from the covariance of the point."""

from __future__ import annotations

import numpy as np

from equipoise.apps.imaging.navigators.image import box_about, packed
from equipoise.core.nouns import Target
from equipoise.core.nouns.target import TargetEstimate

__all__ = ["probability_map"]


def probability_map(target: Target) -> bytes | None:
    """Return a NIfTI image of the chance that the target lies in each voxel.

    Parameters
    ----------
    target : Target
        With the covariance of its point.

    Returns
    -------
    bytes or None
        ``.nii.gz``, float32, adding up to 1 over the box; None where the covariance has no
        inverse.

    Notes
    -----
    The normal density with the covariance of the resampled points stands for them; its box holds
    the 95 % region with a margin.
    """
    covariance = np.array(target.covariance, dtype=np.float64)
    # numpy's own sign that a matrix is as good as flat.
    if covariance.shape != (3, 3) or np.linalg.matrix_rank(covariance) < len(covariance):
        return None
    widest = float(np.sqrt(np.linalg.eigvalsh(covariance)[-1]))
    reach = max(target.radius95, 3 * widest)
    box = TargetEstimate(target.chosen, "negative", target.point, axes95=(reach, reach, reach))
    centres, _, affine = box_about(target.point, box)
    apart = centres - np.array(target.point)
    far = np.einsum("...i,ij,...j->...", apart, np.linalg.inv(covariance), apart)
    density = np.exp(-far / 2)
    return packed((density / density.sum()).astype(np.float32), affine, target.space)
