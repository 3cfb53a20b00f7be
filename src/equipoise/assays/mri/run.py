"""One resting run, read and cleaned once for all assays of the folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from equipoise import __version__
from equipoise.assays.mri.cleaning.confounds import Confounds, read_confounds
from equipoise.assays.mri.cleaning.projection import Projection, projection
from equipoise.assays.mri.cleaning.resample import inflation
from equipoise.assays.mri.image.header import Grid, ImageHeader, repetition_time
from equipoise.assays.mri.image.levels import centre
from equipoise.assays.mri.image.regions import RegionVoxels, family_of, locate, region_title
from equipoise.assays.mri.image.sidecar import check_sidecar
from equipoise.assays.mri.image.stream import (
    Mask,
    Streamed,
    check_length,
    read_header,
    read_mask,
    read_voxels,
)
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
    grid : Grid
        Of the image.
    space : str
        BIDS name of the space.
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

    grid: Grid
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

    header: ImageHeader
    mask: Mask
    seconds: float
    confounds: Confounds
    family: str
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
    grid, inside = parts.header.grid, parts.mask.inside
    found = [locate(r, grid, inside, parts.family, recording.name) for r in regions]
    voxels = np.unique(np.concatenate([region.voxels for region in found]))
    read = read_voxels(recording.path, parts.header, voxels, recording.name, watch)
    levels = centre(read.series, recording.name)
    cleaning = projection(parts.confounds.values, parts.seconds, band())
    return Run(
        grid=grid,
        space=str(recording.space),
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
    family = family_of(recording.space, name)
    header = _functional(recording)
    check_length(recording.path, header, name)  # before memory is taken for what it promises
    _check_sidecar(recording)
    seconds, notes = repetition_time(header, recording.repetition_time, name)
    mask = read_mask(_present(recording.mask, "brain mask", name), _below(recording, "mask"))
    _check_same_grid(header.grid, mask.grid, name)
    path = _present(recording.confounds, "confounds file", name)
    confounds = read_confounds(path, header.volumes, _below(recording, "confounds"))
    return _Parts(header, mask, seconds, confounds, family, (*header.notes, *notes))


def _functional(recording: Recording) -> ImageHeader:
    header = read_header(recording.path, recording.name)
    if not header.has_time:
        raise RecordingError(
            "this is no run: the image has no time", where=recording.name, got="3 dimensions"
        )
    return header


def _check_sidecar(recording: Recording) -> None:
    if recording.sidecar is not None:
        check_sidecar(recording.sidecar, _below(recording, "sidecar"))


def _present(path: str | None, what: str, name: str) -> str:
    if path is None:
        raise RecordingError(f"the {what} that belongs to this image is missing", where=name)
    return path


def _below(recording: Recording, field: str) -> str:
    """Return the name below the dataset of a file beside the image; never an absolute path."""
    path = Path(getattr(recording, field))
    folder = Path(recording.name).parent
    if path.parent == Path(recording.path).parent:
        return (folder / path.name).as_posix()
    return path.name


def _check_same_grid(image: Grid, mask: Grid, name: str) -> None:
    if image.shape != mask.shape:
        raise RecordingError(
            "the brain mask has another shape than the image",
            where=name,
            got=" x ".join(map(str, mask.shape)),
            allowed=" x ".join(map(str, image.shape)),
        )
    apart = image.distance(mask)
    if apart > setting("bold_orientation_tolerance"):
        raise RecordingError(
            "the brain mask lies elsewhere than the image: their affines differ",
            where=name,
            got=f"corners {apart:.1f} mm apart",
            allowed=f"{setting('bold_orientation_tolerance'):g} mm",
        )


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
        InputDigest(_below(recording, "mask"), parts.mask.sha256),
        InputDigest(_below(recording, "confounds"), file_digest(str(recording.confounds))),
    ]
    if recording.sidecar is not None:
        inputs.append(InputDigest(_below(recording, "sidecar"), file_digest(recording.sidecar)))
    moved = parts.confounds.displacement
    parameters = (
        ("cleaning", parts.confounds.strategy),
        ("band", "{:g}-{:g} Hz".format(*band())),
        ("repetition_time", f"{parts.seconds:g} s"),
        ("volumes", str(parts.header.volumes)),
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
    header = _tried(lambda: _functional(recording))
    _tried(lambda: _check_sidecar(recording))
    mask = _tried(
        lambda: read_mask(_present(recording.mask, "brain mask", name), _below(recording, "mask"))
    )
    path = _tried(lambda: _present(recording.confounds, "confounds file", name))
    if isinstance(header, ImageHeader):
        _tried(lambda: check_length(recording.path, header, name))
        _tried(lambda: repetition_time(header, recording.repetition_time, name))
        if isinstance(mask, Mask):
            _tried(lambda: _check_same_grid(header.grid, mask.grid, name))
        if isinstance(path, str):
            below = _below(recording, "confounds")
            _tried(lambda: read_confounds(path, header.volumes, below))
    return tuple(found)
