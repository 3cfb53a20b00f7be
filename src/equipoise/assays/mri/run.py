"""One functional run, read and cleaned once for all assays of the folder.

The file passes once. From each volume the regions' voxels are kept; what the reference map needs
of the whole grey matter is gathered meanwhile (:mod:`equipoise.assays.mri.gram`), and a few
hundred voxels are kept for the carpet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise import __version__
from equipoise.assays.mri.cleaning.censoring import shortage
from equipoise.assays.mri.cleaning.confounds import Confounds
from equipoise.assays.mri.cleaning.projection import Projection, projection
from equipoise.assays.mri.cleaning.resample import calibration
from equipoise.assays.mri.gram import Moments
from equipoise.assays.mri.image.header import Grid
from equipoise.assays.mri.image.levels import centre
from equipoise.assays.mri.image.places import Places
from equipoise.assays.mri.image.regions import RegionVoxels, region_title
from equipoise.assays.mri.opened import Opened, open_recording
from equipoise.assays.mri.options import Options
from equipoise.assays.mri.passing import choose_voxels, pass_once, stretches
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import InputDigest, NotMeasured, Provenance, Recording
from equipoise.core.steps import Watcher, quiet
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Single = NDArray[np.float32]

__all__ = ["Region", "Run", "band", "read_run"]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A region of a run.

    Parameters
    ----------
    id : str
        Row of `tables/regions`.
    columns : ndarray of int
        Its columns of the run's series: voxels inside the mask that hold a signal.
    coverage : float
        Share of its grey matter that these are.
    tsnr : float
        Median temporal signal-to-noise ratio; 0 where there is no voxel.
    fault : str or None
        Why the region cannot be measured here, whatever the signal; a clause.
    """

    id: str
    columns: NDArray[np.int64]
    coverage: float
    tsnr: float
    fault: str | None = None

    @property
    def missed(self) -> str | None:
        """Why the region cannot be used, or None."""
        least = setting("bold_min_coverage")
        if self.fault is None and self.coverage >= least:
            return None
        known = f"{region_title(self.id)} ({self.id})"
        if self.fault is not None:
            return f"the region {known} cannot be measured in this image: {self.fault}"
        return (
            f"the image covers {self.coverage:.0%} of the region {known}; "
            f"at least {least:.0%} are needed"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One functional run.

    Parameters
    ----------
    recording : Recording
        What was read.
    places : Places
        Where voxels or vertices lie.
    seconds : float
        Time between volumes.
    voxels : ndarray of int, shape (n,)
        Voxels read, as indices in the order of the file, rising.
    series : ndarray, shape (volumes, n)
        Their series, mean removed.
    regions : dict of str to Region
        Where the regions lie in `series`.
    confounds : Confounds
        Regressors and motion.
    projections : tuple of Projection
        Cleaning of the whole run, of its first and its second half.
    moments : tuple of Moments
        The grey matter of the same three stretches; empty where it was not asked for.
    inflation : float
        By how much bootstrap deviations of a correlation are too small.
    carpet : ndarray, shape (volumes, k)
        Series of some grey-matter voxels, as read.
    carpet_voxels : ndarray of int, shape (k,)
        Which voxels these are.
    flags : tuple of str
        Quality flags, one sentence each.
    provenance : Provenance
        Input digests, software, parameters.
    """

    recording: Recording
    places: Places
    seconds: float
    voxels: NDArray[np.int64]
    series: Single
    regions: dict[str, Region]
    confounds: Confounds
    projections: tuple[Projection, Projection, Projection]
    moments: tuple[Moments, ...]
    inflation: float
    carpet: Single
    carpet_voxels: NDArray[np.int64]
    flags: tuple[str, ...]
    provenance: Provenance

    @property
    def name(self) -> str:
        """Name of the file below the dataset."""
        return self.recording.name

    @property
    def session(self) -> str | None:
        """BIDS session; None where the dataset has none."""
        return self.recording.session

    @property
    def space(self) -> str:
        """BIDS name of the space of the positions."""
        return self.places.space

    @property
    def projection(self) -> Projection:
        """Cleaning of the whole run."""
        return self.projections[0]

    @property
    def volumes(self) -> int:
        """Number of volumes."""
        return len(self.series)

    @property
    def grid(self) -> Grid:
        """Grid of a volume; surfaces have none."""
        if self.places.grid is None:
            raise RecordingError("surfaces have no grid", where=self.space)
        return self.places.grid

    @property
    def block(self) -> int:
        """Volumes in a bootstrap block."""
        return _block(self.seconds)

    @property
    def mean_fd(self) -> float | None:
        """Mean framewise displacement in mm; None where it is not known."""
        moved = self.confounds.displacement
        return None if moved is None else float(moved.mean())

    @property
    def still_seconds(self) -> float:
        """Time in volumes that did not move."""
        moved = self.confounds.displacement
        out = self.confounds.censored
        if moved is not None:
            out = out | (moved > setting("bold_fd_threshold"))
        return float(np.count_nonzero(~out) * self.seconds)

    @property
    def unusable(self) -> str | None:
        """Why the run cannot be used alone or with others, or None."""
        limit, moved = setting("bold_max_mean_fd"), self.mean_fd
        if moved is not None and moved > limit:
            return (
                f"the head moved too much: mean framewise displacement {moved:.2f} mm, "
                f"at most {limit:g} mm can be used"
            )
        if self.projection.freedom <= 0 or min(p.freedom for p in self.projections) < 0:
            out = int(np.count_nonzero(self.confounds.censored))
            return shortage(0, self.volumes, out)
        return None

    def missed(self, measure: str, regions: tuple[str, ...]) -> NotMeasured | None:
        """Return why `measure` cannot be taken from this run, or None.

        The head moved too much, or the mask or the signal misses a region. Whether there is time
        enough is a matter of all runs together, see :class:`~equipoise.assays.mri.scan.Scan`.
        """
        found = (self.regions[region].missed for region in regions)
        reason = self.unusable or next(filter(None, found), None)
        return NotMeasured(measure, reason, self.recording.date) if reason else None

    def quality(self, regions: tuple[str, ...]) -> tuple[str, ...]:
        """Return the flags of the run and of some of its regions."""
        low = setting("bold_low_tsnr")
        weak = [
            f"low signal in {region_title(r)}: median temporal signal-to-noise ratio "
            f"{self.regions[r].tsnr:.0f}, below {low:g}"
            for r in regions
            if self.regions[r].tsnr < low
        ]
        return (*self.flags, *weak, *self._holes(regions))

    def _holes(self, regions: tuple[str, ...]) -> list[str]:
        """Return flags for regions of which a part is lost."""
        full = setting("bold_full_coverage")
        return [
            f"{1 - self.regions[r].coverage:.0%} of {region_title(r)} are not seen: outside the "
            "image or its mask, or without signal"
            for r in regions
            if self.regions[r].coverage < full
        ]

    def coverage(self, regions: tuple[str, ...]) -> float:
        """Return the mean coverage of some regions."""
        return float(np.mean([self.regions[region].coverage for region in regions]))


def band() -> tuple[float, float]:
    """Return the pass band in Hz."""
    return setting("bold_band_low"), setting("bold_band_high")


def _block(seconds: float) -> int:
    return max(1, round(setting("bold_block_seconds") / seconds))


def read_run(
    recording: Recording,
    regions: tuple[str, ...],
    options: Options | None = None,
    watch: Watcher = quiet,
    *,
    whole_brain: bool = True,
) -> Run:
    """Read and clean one recording for the union of `regions`.

    Parameters
    ----------
    recording : Recording
        Where image, mask, confounds and sidecar lie.
    regions : tuple of str
        Rows of `tables/regions`.
    options : Options, optional
        Cleaning, regions and maps that the user chose.
    watch : Watcher, optional
        Told how far the reading is.
    whole_brain : bool, optional
        Whether to gather the grey matter for the reference map.

    Returns
    -------
    Run
        Series of the regions' voxels, cleaning and flags.

    Raises
    ------
    RecordingError
        If a file is missing, damaged, or does not fit the others.
    """
    chosen = Options() if options is None else options
    opened = open_recording(recording, chosen)
    found = opened.locate(regions)
    cleanings = _cleanings(opened)
    wanted = choose_voxels(opened, found, whole_brain=whole_brain)
    passed = pass_once(opened, wanted, cleanings if whole_brain else (), watch)
    levels = centre(passed.series, recording.name)
    notes = (*_notice(recording), *opened.notes, *_motion(opened.confounds), *_broken(levels.bad))
    seen = {region.id: _region(region, wanted.regions, levels.tsnr) for region in found}
    return Run(
        recording=recording,
        places=opened.source.places,
        seconds=opened.seconds,
        voxels=wanted.regions,
        series=passed.series,
        regions=seen,
        confounds=opened.confounds,
        projections=cleanings,
        moments=passed.moments,
        inflation=calibration(
            cleanings[0], _block(opened.seconds), _means(passed.series, tuple(seen.values()))
        ),
        carpet=passed.carpet,
        carpet_voxels=wanted.carpet,
        flags=notes,
        provenance=_provenance(opened, passed.sha256),
    )


def _means(series: Single, regions: tuple[Region, ...]) -> NDArray[np.float64]:
    """Return the mean series of the regions that were seen, shape (volumes, regions)."""
    found = [series[:, r.columns].mean(axis=1) for r in regions if len(r.columns)]
    return np.stack(found, axis=1).astype(np.float64) if found else np.zeros((len(series), 0))


def _cleanings(opened: Opened) -> tuple[Projection, Projection, Projection]:
    known = opened.confounds
    whole, first, second = (
        projection(known.values[part], opened.seconds, band(), known.censored[part])
        for part in stretches(opened.source.volumes)
    )
    return whole, first, second


def _notice(recording: Recording) -> tuple[str, ...]:
    """Return what the data say about themselves: it stands wherever their results show."""
    return () if recording.notice is None else (recording.notice,)


def _region(found: RegionVoxels, voxels: NDArray[np.int64], tsnr: NDArray[np.float64]) -> Region:
    columns = np.searchsorted(voxels, found.voxels)
    columns = columns[tsnr[columns] > 0]
    middle = float(np.median(tsnr[columns])) if len(columns) else 0.0
    return Region(found.id, columns, found.coverage(len(columns)), middle, found.fault)


def _motion(confounds: Confounds) -> tuple[str, ...]:
    moved = confounds.displacement
    if moved is None:
        return ("the confounds hold no framewise displacement: motion was not judged",)
    limit = setting("bold_fd_threshold")
    share = np.mean(moved > limit)
    if share == 0:
        return ()
    return (
        f"{share:.0%} of the volumes moved by more than {limit:g} mm (mean {moved.mean():.2f})",
    )


def _broken(bad: int) -> tuple[str, ...]:
    return (
        (f"{bad} voxels hold values that are no numbers, or too large, and were left out",)
        if bad
        else ()
    )


def _provenance(opened: Opened, sha256: str) -> Provenance:
    recording, moved = opened.recording, opened.confounds.displacement
    parameters = (
        ("cleaning", opened.confounds.strategy),
        ("band", "{:g}-{:g} Hz".format(*band())),
        ("repetition_time", f"{opened.seconds:g} s"),
        ("volumes", str(opened.source.volumes)),
        ("volumes_left_out", str(np.count_nonzero(opened.confounds.censored))),
        ("regressors", str(opened.confounds.values.shape[1])),
        ("mean_framewise_displacement", "n/a" if moved is None else f"{moved.mean():.3f} mm"),
        ("grey_matter", "the person's own map" if opened.grey.own else "template"),
        ("space", str(recording.space)),
    )
    inputs = (InputDigest(recording.name, sha256), *opened.inputs)
    return Provenance(inputs, f"equipoise {__version__}", parameters)
