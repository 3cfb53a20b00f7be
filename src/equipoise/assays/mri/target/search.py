"""A patch of voxels whose series are compared with those of a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.scan import Part, Scan
from equipoise.assays.mri.target.spot import Patch, patch_of, smooth
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
    series : tuple of ndarray, shapes (volumes of the run, voxels)
        Their series in each run, smoothed within the patch.
    seed : tuple of ndarray, shapes (volumes of the run, 1)
        Mean series of the seed in each run.
    """

    patch: Patch
    series: tuple[Single, ...]
    seed: tuple[Single, ...]

    def cleaned(self, part: Part) -> tuple[Single, Single]:
        """Return the coefficients of region (m, voxels) and seed (m, 1), of length 1."""
        return unit_columns(part.coefficients(self.series)), unit_columns(
            part.coefficients(self.seed)
        )


def search_left(scan: Scan, seed: str, regions: tuple[str, ...]) -> Search:
    """Return the voxels of some regions in the left hemisphere, with the series of a seed.

    Parameters
    ----------
    scan : Scan
        The runs.
    seed : str
        Region whose mean series is the seed's.
    regions : tuple of str
        Regions to search.

    Returns
    -------
    Search
        Voxels that hold a signal in every run; never one on the right, whatever the tables say.
    """
    grid = scan.first.grid
    voxels = _in_all(scan, regions)
    patch = patch_of(grid, voxels)
    left = patch.positions[:, 0] < 0
    if not left.all():
        voxels = voxels[left]
        patch = patch_of(grid, voxels)
    fwhm = setting("tms_smoothing_fwhm")
    series = tuple(
        smooth(patch, run.series[:, np.searchsorted(run.voxels, voxels)], fwhm) for run in scan.runs
    )
    seeds = tuple(course.astype(np.float32) for course in scan.means((seed,)))
    return Search(patch, series, seeds)


def _in_all(scan: Scan, regions: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the voxels of some regions that hold a signal in every run, rising."""
    found = scan.first.voxels
    for run in scan.runs:
        columns = np.concatenate([run.regions[region].columns for region in regions])
        found = np.intersect1d(found, run.voxels[columns])
    return found


def unit_columns(columns: Single) -> Single:
    """Return `columns`, shape (m, n), each divided by its length; a zero column stays zero."""
    length = np.sqrt(np.einsum("mv,mv->v", columns, columns))
    return np.asarray(columns / np.where(length > 0, length, 1), dtype=np.float32)
