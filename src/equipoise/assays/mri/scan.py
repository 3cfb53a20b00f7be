"""The runs of one or several sessions, joined: cleaned each by itself, weighed by what is left.

Runs are joined after cleaning. Each series gets, in each run, a length of the square root of the
degrees of freedom that the cleaning left there; so a correlation over all runs is the mean of the
runs' correlations, weighted by how much each knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.cleaning.projection import Projection, projection
from equipoise.assays.mri.run import Run, band
from equipoise.core.nouns import NotMeasured, Provenance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Single = NDArray[np.float32]

__all__ = ["Part", "Scan"]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A stretch of each of some runs, with a cleaning of its own.

    Parameters
    ----------
    runs : tuple of Run
        The runs.
    stretches : tuple of slice
        Volumes of each run.
    projections : tuple of Projection
        Cleaning of each stretch.
    """

    runs: tuple[Run, ...]
    stretches: tuple[slice, ...]
    projections: tuple[Projection, ...]

    @property
    def freedom(self) -> int:
        """Degrees of freedom left, over all runs."""
        return sum(cleaning.freedom for cleaning in self.projections)

    @property
    def lengths(self) -> tuple[int, ...]:
        """Volumes of each stretch."""
        return tuple(len(cleaning.basis) for cleaning in self.projections)

    @property
    def inflation(self) -> float:
        """By how much bootstrap deviations of a correlation are too small."""
        weights = [cleaning.freedom for cleaning in self.projections]
        squares = [run.inflation**2 for run in self.runs]
        return float(np.sqrt(np.average(squares, weights=weights)))

    def coefficients(self, series: Sequence[NDArray[np.floating]]) -> Single:
        """Return cleaned series in the bases of the runs, one below the other.

        Parameters
        ----------
        series : sequence of ndarray, shapes (volumes of the run, n)
            One for each run, whole: the stretch is cut out here.

        Returns
        -------
        ndarray, shape (sum of m, n), float32
            In each run the length of a column is the square root of the run's degrees of
            freedom; a column without signal stays zero.
        """
        found = []
        for one, stretch, cleaning in zip(series, self.stretches, self.projections, strict=True):
            left = cleaning.coefficients(one[stretch])
            length = np.sqrt(np.einsum("mn,mn->n", left, left))
            scale = np.sqrt(cleaning.freedom) / np.where(length > 0, length, 1)
            found.append((left * scale).astype(np.float32))
        return np.concatenate(found)

    def in_time(self, coefficients: Single) -> Single:
        """Return series in time, shape (sum of volumes, n), of :meth:`coefficients`."""
        ends = np.cumsum([cleaning.basis.shape[1] for cleaning in self.projections])[:-1]
        pieces = np.split(coefficients, ends)
        return np.concatenate([
            cleaning.in_time(piece).astype(np.float32)
            for cleaning, piece in zip(self.projections, pieces, strict=True)
        ])

    def without_removed(self, coefficients: NDArray[np.floating]) -> NDArray[np.floating]:
        """Project coefficients of shape (sum of m, n) off what was removed in each run."""
        ends = np.cumsum([cleaning.basis.shape[1] for cleaning in self.projections])[:-1]
        pieces = np.split(coefficients, ends)
        return np.concatenate([
            cleaning.without_removed(piece)
            for cleaning, piece in zip(self.projections, pieces, strict=True)
        ])


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """Runs on one grid that are measured together, at least one.

    Parameters
    ----------
    runs : tuple of Run
        In the order of their names.
    """

    runs: tuple[Run, ...]

    @property
    def first(self) -> Run:
        """The first run, for what all runs share: grid, space, voxels."""
        return self.runs[0]

    @property
    def whole(self) -> Part:
        """All volumes of all runs."""
        return Part(
            self.runs,
            tuple(slice(0, run.volumes) for run in self.runs),
            tuple(run.projection for run in self.runs),
        )

    def halves(self) -> tuple[Part, Part]:
        """Return two halves: each run cut in the middle and cleaned again."""
        first, second = (
            tuple(slice(*ends) for ends in pairs)
            for pairs in zip(*(self._cut(run) for run in self.runs), strict=True)
        )
        return self._part(first), self._part(second)

    @staticmethod
    def _cut(run: Run) -> tuple[tuple[int, int], tuple[int, int]]:
        middle = run.volumes // 2
        return (0, middle), (middle, run.volumes)

    def _part(self, stretches: tuple[slice, ...]) -> Part:
        cleanings = tuple(
            projection(run.confounds.values[stretch], run.seconds, band())
            for run, stretch in zip(self.runs, stretches, strict=True)
        )
        return Part(self.runs, stretches, cleanings)

    def missed(self, measure: str, regions: tuple[str, ...]) -> NotMeasured | None:
        """Return why `measure` cannot be taken, or None: the first run's reason."""
        found = (run.missed(measure, regions) for run in self.runs)
        return next((reason for reason in found if reason is not None), None)

    def means(self, regions: tuple[str, ...]) -> list[NDArray[np.float64]]:
        """Return for each run the mean series of some regions, shape (volumes, regions)."""
        return [
            np.column_stack([
                run.series[:, run.regions[region].columns].mean(axis=1) for region in regions
            ]).astype(np.float64)
            for run in self.runs
        ]

    def coverage(self, regions: tuple[str, ...]) -> float:
        """Return the mean coverage of some regions over the runs."""
        return float(np.mean([run.coverage(regions) for run in self.runs]))

    def quality(self, regions: tuple[str, ...]) -> tuple[str, ...]:
        """Return the flags of all runs and of some regions, each once."""
        return tuple(dict.fromkeys(flag for run in self.runs for flag in run.quality(regions)))

    @property
    def provenance(self) -> Provenance:
        """Inputs of all runs; parameters of the first, and the names of the runs."""
        known = self.first.provenance
        inputs = tuple(dict.fromkeys(i for run in self.runs for i in run.provenance.inputs))
        return Provenance(
            inputs, known.software, (*known.parameters, ("runs", str(len(self.runs))))
        )
