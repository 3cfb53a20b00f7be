"""A patch of voxels whose series are compared with those of a seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.scan import Part, Scan
from equipoise.assays.mri.target.spot import Patch, patch_at, smooth
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Single = NDArray[np.float32]

__all__ = ["Ready", "Search", "search_left", "unit_columns"]


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """The search region of a scan, with the seed.

    Parameters
    ----------
    patch : Patch
        Its voxels or vertices.
    series : tuple of ndarray, shapes (volumes of the run, voxels)
        Their series in each run, smoothed within the patch.
    seed : tuple of ndarray, shapes (volumes of the run, 1)
        Mean series of the seed in each run.
    both : tuple of ndarray, shapes (volumes of the run, voxels of both seeds), or empty
        Series of the voxels of the subgenual cingulate of both sides, smoothed within it.
    """

    patch: Patch
    series: tuple[Single, ...]
    seed: tuple[Single, ...]
    both: tuple[Single, ...] = ()

    def cleaned(self, part: Part) -> tuple[Single, Single]:
        """Return the coefficients of region (m, voxels) and seed (m, 1), of length 1."""
        return unit_columns(part.coefficients(self.series)), unit_columns(
            part.coefficients(self.seed)
        )

    def of_runs(self, runs: tuple[int, ...]) -> Search:
        """Return the search in some of the runs, given by their numbers."""
        return replace(
            self,
            series=tuple(self.series[run] for run in runs),
            seed=tuple(self.seed[run] for run in runs),
            both=tuple(self.both[run] for run in runs) if self.both else (),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A search in one part of a scan, cleaned once for all methods.

    Parameters
    ----------
    search : Search
        Patch and series.
    part : Part
        The whole or a half.
    region : ndarray, shape (m, voxels)
        Coefficients of the search region, of length 1.
    seed : ndarray, shape (m, 1)
        Coefficients of the seed, of length 1.
    """

    search: Search
    part: Part
    region: Single
    seed: Single

    @classmethod
    def of(cls, search: Search, part: Part) -> Ready:
        """Clean the series of a search in a part."""
        return cls(search, part, *search.cleaned(part))


def search_left(
    scan: Scan, seed: str, regions: tuple[str, ...], both: tuple[str, ...] = ()
) -> Search:
    """Return the voxels of some regions in the left hemisphere, with the series of a seed.

    Parameters
    ----------
    scan : Scan
        The runs.
    seed : str
        Region whose mean series is the seed's.
    regions : tuple of str
        Regions to search.
    both : tuple of str, optional
        Regions of the subgenual cingulate of both sides, for clustering.

    Returns
    -------
    Search
        Voxels that hold a signal in every run; never one on the right, whatever the tables say.
    """
    places = scan.first.places
    voxels = _in_all(scan, regions)
    voxels = voxels[places.left(voxels)]
    patch = patch_at(places, voxels)
    seeds = tuple(course.astype(np.float32) for course in scan.means((seed,)))
    around = _in_all(scan, both) if both else np.zeros(0, dtype=np.int64)
    subgenual = _smoothed(scan, patch_at(places, around), around) if len(around) else ()
    return Search(patch, _smoothed(scan, patch, voxels), seeds, subgenual)


def _smoothed(scan: Scan, patch: Patch, voxels: NDArray[np.int64]) -> tuple[Single, ...]:
    fwhm = setting("tms_smoothing_fwhm")
    return tuple(
        smooth(patch, run.series[:, np.searchsorted(run.voxels, voxels)], fwhm) for run in scan.runs
    )


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
