"""A patch of voxels whose series are compared with those of a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.clean import Projection
from equipoise.assays.mri.run import Run
from equipoise.assays.mri.spot import Patch, patch_of, smooth
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Single = NDArray[np.float32]

__all__ = ["Search", "search_left", "unit_columns"]


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """The search region of a run.

    Parameters
    ----------
    patch : Patch
        Its voxels.
    series : ndarray, shape (volumes, voxels)
        Their series, smoothed within the patch.
    seed : ndarray, shape (volumes, 1)
        Mean series of the seed.
    """

    patch: Patch
    series: Single
    seed: Single

    def cleaned(self, part: slice, cleaning: Projection) -> tuple[Single, Single]:
        """Return the coefficients of region (m, voxels) and seed (m, 1), of length 1."""
        region = cleaning.coefficients(self.series[part]).astype(np.float32)
        seed = cleaning.coefficients(self.seed[part]).astype(np.float32)
        return unit_columns(region), unit_columns(seed)


def search_left(run: Run, seed: str, regions: tuple[str, ...]) -> Search:
    """Return the voxels of some regions in the left hemisphere, with the series of a seed.

    Parameters
    ----------
    run : Run
        The run.
    seed : str
        Region whose mean series is the seed's.
    regions : tuple of str
        Regions to search.

    Returns
    -------
    Search
        Never a voxel on the right, whatever the tables say.
    """
    columns = np.unique(np.concatenate([run.regions[region].columns for region in regions]))
    patch = patch_of(run.grid, run.voxels[columns])
    left = patch.positions[:, 0] < 0
    if not left.all():
        columns = columns[left]
        patch = patch_of(run.grid, run.voxels[columns])
    series = smooth(patch, run.series[:, columns], setting("tms_smoothing_fwhm"))
    course = run.series[:, run.regions[seed].columns].mean(axis=1, keepdims=True)
    return Search(patch, series, course)


def unit_columns(columns: Single) -> Single:
    """Return `columns`, shape (m, n), each divided by its length; a zero column stays zero."""
    length = np.sqrt(np.einsum("mv,mv->v", columns, columns))
    return np.asarray(columns / np.where(length > 0, length, 1), dtype=np.float32)
