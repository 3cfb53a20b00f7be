"""One resting run, read and cleaned once for all assays of the folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise import __version__
from equipoise.assays.mri.cleaning.confounds import Confounds, read_confounds
from equipoise.assays.mri.cleaning.projection import Projection, projection
from equipoise.assays.mri.cleaning.resample import inflation
from equipoise.assays.mri.image.header import Grid, ImageHeader, repetition_time
from equipoise.assays.mri.image.levels import centre
from equipoise.assays.mri.image.places import Places
from equipoise.assays.mri.image.regions import RegionVoxels, family_of, locate, region_title
from equipoise.assays.mri.image.sidecar import check_sidecar
from equipoise.assays.mri.image.source import (
    Source,
    check_same_grid,
    functional_header,
    name_below,
    needed,
    open_source,
)
from equipoise.assays.mri.image.stream import Mask, Streamed, check_length, read_mask
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import InputDigest, NotMeasured, Provenance, Recording
from equipoise.core.steps import Watcher, file_digest, quiet
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Region", "Run", "band", "faults", "read_run"]


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
        Share of its brain voxels that these are.
    tsnr : float
        Median temporal signal-to-noise ratio; 0 where there is no voxel.
    """

    id: str
    columns: NDArray[np.int64]
    coverage: float
    tsnr: float


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One resting run.

    Parameters
    ----------
    places : Places
        Where voxels or vertices lie.
    space : str
        BIDS name of the space of the positions.
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
    projection : Projection
        Cleaning of the whole run.
    inflation : float
        By how much bootstrap deviations of a correlation are too small.
    flags : tuple of str
        Quality flags, one sentence each.
    provenance : Provenance
        Input digests, software, parameters.
    """

    places: Places
    space: str
    seconds: float
    voxels: NDArray[np.int64]
    series: NDArray[np.float32]
    regions: dict[str, Region]
    confounds: Confounds
    projection: Projection
    inflation: float
    flags: tuple[str, ...]
    provenance: Provenance

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

    def missed(self, measure: str, regions: tuple[str, ...]) -> NotMeasured | None:
        """Return why `measure` cannot be taken from this run, or None.

        Too few degrees of freedom, too little time without motion, or a region that the mask or
        the signal misses.
        """
        reason = self._too_short() or next(filter(None, map(self._uncovered, regions)), None)
        return NotMeasured(measure, reason) if reason else None

    def _too_short(self) -> str | None:
        least = setting("bold_min_dof")
        if self.projection.freedom < least:
            return (
                f"after cleaning, {self.projection.freedom} degrees of freedom are left of "
                f"{self.volumes} volumes; at least {least:g} are needed"
            )
        still = self._still_seconds()
        least = setting("bold_min_still_seconds")
        if still < least:
            return f"{still:.0f} s of the run are without motion; at least {least:g} s are needed"
        return None

    def _still_seconds(self) -> float:
        moved = self.confounds.displacement
        still = (
            self.volumes
            if moved is None
            else np.count_nonzero(moved <= setting("bold_fd_threshold"))
        )
        return float(still * self.seconds)

    def _uncovered(self, region: str) -> str | None:
        found = self.regions[region]
        least = setting("bold_min_coverage")
        if found.coverage >= least:
            return None
        return (
            f"the image covers {found.coverage:.0%} of the region {region_title(region)} "
            f"({region}); at least {least:.0%} are needed"
        )

    def quality(self, regions: tuple[str, ...]) -> tuple[str, ...]:
        """Return the flags of the run and of some of its regions."""
        low = setting("bold_low_tsnr")
        weak = [
            f"low signal in {region_title(r)}: median temporal signal-to-noise ratio "
            f"{self.regions[r].tsnr:.0f}, below {low:g}"
            for r in regions
            if self.regions[r].tsnr < low
        ]
        return (*self.flags, *weak)

    def coverage(self, regions: tuple[str, ...]) -> float:
        """Return the mean coverage of some regions."""
        return float(np.mean([self.regions[region].coverage for region in regions]))


def band() -> tuple[float, float]:
    """Return the pass band in Hz."""
    return setting("bold_band_low"), setting("bold_band_high")


def _block(seconds: float) -> int:
    return max(1, round(setting("bold_block_seconds") / seconds))


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """What is known of a recording before its voxels are read."""

    source: Source
    seconds: float
    confounds: Confounds
    notes: tuple[str, ...]


def read_run(recording: Recording, regions: tuple[str, ...], watch: Watcher = quiet) -> Run:
    """Read and clean one recording for the union of `regions`.

    Parameters
    ----------
    recording : Recording
        Where image, mask, confounds and sidecar lie.
    regions : tuple of str
        Rows of `tables/regions`.
    watch : Watcher, optional
        Told how far the reading is.

    Returns
    -------
    Run
        Series of the regions' voxels, cleaning and flags.

    Raises
    ------
    RecordingError
        If a file is missing, damaged, or does not fit the others.
    """
    parts = _parts(recording)
    places, inside = parts.source.places, parts.source.inside
    found = [locate(r, places, inside, recording.name) for r in regions]
    voxels = np.unique(np.concatenate([region.voxels for region in found]))
    read = parts.source.read(voxels, watch)
    levels = centre(read.series, recording.name)
    cleaning = projection(parts.confounds.values, parts.seconds, band())
    return Run(
        places=places,
        space=places.space,
        seconds=parts.seconds,
        voxels=voxels,
        series=read.series,
        regions={region.id: _region(region, voxels, levels.tsnr) for region in found},
        confounds=parts.confounds,
        projection=cleaning,
        inflation=inflation(cleaning.kernel(), _block(parts.seconds)),
        flags=(*_notice(recording), *parts.notes, *_motion(parts.confounds), *_broken(levels.bad)),
        provenance=_provenance(recording, parts, read),
    )


def _notice(recording: Recording) -> tuple[str, ...]:
    """Return what the data say about themselves: it stands wherever their results show."""
    return () if recording.notice is None else (recording.notice,)


def _parts(recording: Recording) -> _Parts:
    name = recording.name
    family_of(recording.space, name)
    _check_sidecar(recording)
    source = open_source(recording)
    seconds, notes = repetition_time(source, recording.repetition_time, name)
    path = needed(recording.confounds, "confounds file", name)
    confounds = read_confounds(path, source.volumes, name_below(recording, "confounds"))
    return _Parts(source, seconds, confounds, (*source.notes, *notes))


def _check_sidecar(recording: Recording) -> None:
    if recording.sidecar is not None:
        check_sidecar(recording.sidecar, name_below(recording, "sidecar"))


def _region(found: RegionVoxels, voxels: NDArray[np.int64], tsnr: NDArray[np.float64]) -> Region:
    columns = np.searchsorted(voxels, found.voxels)
    columns = columns[tsnr[columns] > 0]
    middle = float(np.median(tsnr[columns])) if len(columns) else 0.0
    return Region(found.id, columns, found.coverage(len(columns)), middle)


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


def _provenance(recording: Recording, parts: _Parts, read: Streamed) -> Provenance:
    inputs = [
        InputDigest(recording.name, read.sha256),
        *parts.source.inputs,
        InputDigest(name_below(recording, "confounds"), file_digest(str(recording.confounds))),
    ]
    if recording.sidecar is not None:
        inputs.append(InputDigest(name_below(recording, "sidecar"), file_digest(recording.sidecar)))
    moved = parts.confounds.displacement
    parameters = (
        ("cleaning", parts.confounds.strategy),
        ("band", "{:g}-{:g} Hz".format(*band())),
        ("repetition_time", f"{parts.seconds:g} s"),
        ("volumes", str(parts.source.volumes)),
        ("regressors", str(parts.confounds.values.shape[1])),
        ("mean_framewise_displacement", "n/a" if moved is None else f"{moved.mean():.3f} mm"),
        ("space", str(recording.space)),
    )
    return Provenance(tuple(inputs), f"equipoise {__version__}", parameters)


def faults(recording: Recording) -> tuple[str, ...]:
    """Return what is wrong with a recording, one line each, without reading its voxels.

    Parameters
    ----------
    recording : Recording
        Where image, mask, confounds and sidecar lie.

    Returns
    -------
    tuple of str
        Empty where nothing was found.
    """
    name = recording.name
    found: list[str] = []

    def _tried(check: Callable[[], object]) -> object:
        try:
            return check()
        except RecordingError as error:
            found.append(str(error))
            return None

    _tried(lambda: family_of(recording.space, name))
    header = _tried(lambda: functional_header(recording))
    _tried(lambda: _check_sidecar(recording))
    mask = _tried(
        lambda: read_mask(needed(recording.mask, "brain mask", name), name_below(recording, "mask"))
    )
    path = _tried(lambda: needed(recording.confounds, "confounds file", name))
    if isinstance(header, ImageHeader):
        _tried(lambda: check_length(recording.path, header, name))
        _tried(lambda: repetition_time(header, recording.repetition_time, name))
        if isinstance(mask, Mask):
            _tried(lambda: check_same_grid(header.grid, mask.grid, name))
        if isinstance(path, str):
            below = name_below(recording, "confounds")
            _tried(lambda: read_confounds(path, header.volumes, below))
    return tuple(found)
