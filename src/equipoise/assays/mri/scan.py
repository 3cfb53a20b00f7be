"""The runs of one or several sessions, joined: cleaned each by itself, weighed by what is left.

Runs are joined after cleaning. Each series gets, in each run, a length of the square root of the
degrees of freedom that the cleaning left there; so a correlation over all runs is the mean of the
runs' correlations, weighted by how much each knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.cleaning.censoring import shortage
from equipoise.assays.mri.cleaning.projection import Projection
from equipoise.assays.mri.passing import stretches
from equipoise.assays.mri.run import Run
from equipoise.core.nouns import NotMeasured, Provenance
from equipoise.core.tables import setting

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
    grams : tuple of ndarray, shapes (m, m), or None
        For each run, in the basis of its projection: the mean over grey-matter voxels outside the
        search region of c c', c being the cleaned coefficients of a voxel, of length 1. The
        reference series of the run is this matrix times the coefficients of the seed.
    mapped : tuple of ndarray, shapes (m, 1), or None
        For each run the coefficients of the reference series of a map given as a file.
    """

    runs: tuple[Run, ...]
    stretches: tuple[slice, ...]
    projections: tuple[Projection, ...]
    grams: tuple[Single, ...] | None = None
    mapped: tuple[Single, ...] | None = None

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
        return self._part(0)

    def halves(self) -> tuple[Part, Part]:
        """Return two halves: each run cut in the middle and cleaned again.

        Every run is cut, however many there are, so that both halves hold the same runs and
        sessions in equal shares: their difference then speaks of noise within the scan, and not
        of change from day to day, which the distance between sessions tells.
        """
        return self._part(1), self._part(2)

    def _part(self, number: int) -> Part:
        """Return the whole (0), the first (1) or the second half (2) of all runs."""
        moments = [run.moments[number] for run in self.runs if run.moments]
        known = len(moments) == len(self.runs)
        mapped = [m.mapped for m in moments if m.mapped is not None]
        return Part(
            self.runs,
            tuple(stretches(run.volumes)[number] for run in self.runs),
            tuple(run.projections[number] for run in self.runs),
            tuple(m.gram for m in moments) if known else None,
            tuple(mapped) if known and len(mapped) == len(self.runs) else None,
        )

    @property
    def sessions(self) -> tuple[Scan, ...]:
        """The runs of each session, as scans of their own, in the order of the runs."""
        names = dict.fromkeys(run.session for run in self.runs)
        return tuple(Scan(tuple(run for run in self.runs if run.session == name)) for name in names)

    def missed(self, measure: str, regions: tuple[str, ...]) -> NotMeasured | None:
        """Return why `measure` cannot be taken, or None.

        The first run's reason, or too little time without motion, or too few degrees of freedom
        over all runs together.
        """
        found = (run.missed(measure, regions) for run in self.runs)
        missed = next((reason for reason in found if reason is not None), None)
        reason = None if missed else self._too_short()
        return NotMeasured(measure, reason, self.first.recording.date) if reason else missed

    def _too_short(self) -> str | None:
        out = sum(int(np.count_nonzero(run.confounds.censored)) for run in self.runs)
        reason = shortage(self.whole.freedom, sum(run.volumes for run in self.runs), out)
        if reason:
            return reason
        still, least = (
            sum(run.still_seconds for run in self.runs),
            setting("bold_min_still_seconds"),
        )
        if still < least:
            return (
                f"{still:.0f} s of the {self._called()} are without motion; "
                f"at least {least:g} s are needed"
            )
        return None

    def _called(self) -> str:
        return "run" if len(self.runs) == 1 else f"{len(self.runs)} runs"

    @property
    def session(self) -> str | None:
        """Session of all runs; None where there is none, or several."""
        names = {run.session for run in self.runs}
        return names.pop() if len(names) == 1 else None

    @property
    def date(self) -> str | None:
        """Day of the last run; None where no run has one."""
        return max((d for run in self.runs if (d := run.recording.date)), default=None)

    @property
    def scanner(self) -> str | None:
        """Machine of all runs; None where it is not known, or there were several."""
        found = {run.recording.scanner for run in self.runs}
        return found.pop() if len(found) == 1 else None

    @property
    def covariates(self) -> tuple[tuple[str, float], ...]:
        """What a norm may need: the mean framewise displacement over all volumes, in mm."""
        moved = [run.mean_fd for run in self.runs if run.mean_fd is not None]
        if len(moved) < len(self.runs):
            return ()
        weights = [run.volumes for run in self.runs]
        return (("mean_fd", float(np.average(moved, weights=weights))),)

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
