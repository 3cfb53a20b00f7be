"""One task run: read, designed and fitted once for all tasks that it holds.

The voxels of the regions are streamed, brought to percent of their means and fitted. The effect of
a region is the mean of its voxels' effects; its error is that of its mean series, since the noise
of neighbours is shared (:mod:`equipoise.assays.mri.task.memory`).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from equipoise import __version__
from equipoise.assays.mri.cleaning.confounds import Confounds
from equipoise.assays.mri.image.levels import centre
from equipoise.assays.mri.image.source import name_below, needed
from equipoise.assays.mri.opened import Opened, open_recording
from equipoise.assays.mri.options import Options
from equipoise.assays.mri.run import Region
from equipoise.assays.mri.task.contrasts import Contrast
from equipoise.assays.mri.task.design import Design, build_design, impulse_peak, model_row
from equipoise.assays.mri.task.events import Events, read_events
from equipoise.assays.mri.task.interaction import interaction
from equipoise.assays.mri.task.memory import variance_of
from equipoise.assays.mri.task.model import Estimate, Fit, fit_model, percent
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import InputDigest, Provenance, Recording
from equipoise.core.steps import Watcher, file_digest, quiet
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["TaskRun", "read_task_run"]


@dataclass(frozen=True, slots=True, eq=False)
class TaskRun:
    """One fitted run of a task.

    Parameters
    ----------
    recording : Recording
        What was read.
    seconds : float
        Time between volumes.
    confounds : Confounds
        Regressors and motion.
    events : Events
        What happened in it.
    design : Design
        The model.
    fit : Fit
        Of the voxels.
    means : dict of str to ndarray, shape (volumes,)
        Mean series of the regions in percent.
    regions : dict of str to Region
        Where the regions lie among the fitted voxels.
    flags : tuple of str
        Quality flags, one sentence each.
    provenance : Provenance
        Input digests, software, parameters.
    """

    recording: Recording
    seconds: float
    confounds: Confounds
    events: Events
    design: Design
    fit: Fit
    means: dict[str, Array]
    regions: dict[str, Region]
    flags: tuple[str, ...]
    provenance: Provenance

    @property
    def mean_fd(self) -> float | None:
        """Mean framewise displacement in mm; None where it is not known."""
        return _mean_fd(self.confounds)

    def activation(self, region: str, contrast: Contrast) -> Estimate:
        """Return the effect of a contrast in a region, in percent, with its variance.

        At the plateau of a long event; of events without duration at the peak of the response.
        """
        weights = self.design.vector(contrast)
        if self.events.instant((*contrast.high, *contrast.low)):
            weights = weights * impulse_peak(self.seconds)
        effect = self.fit.contrast(weights).effect[self.regions[region].columns].mean()
        mean = self.means[region][:, None]
        return Estimate(np.array([effect]), variance_of(mean, self.design.matrix, weights))

    def coupling(self, first: str, second: str, contrast: Contrast) -> Estimate:
        """Return the task connectivity of two regions, unit 1."""
        return interaction(
            self.means[first],
            self.means[second],
            self.design,
            self.design.vector(contrast),
            model_row().text("noise_model"),
        )


def read_task_run(
    recording: Recording, regions: tuple[str, ...], options: Options, watch: Watcher = quiet
) -> TaskRun:
    """Read and fit one run.

    Parameters
    ----------
    recording : Recording
        Where image, mask, confounds, events and sidecar lie.
    regions : tuple of str
        Rows of `tables/regions`.
    options : Options
        What the user chose.
    watch : Watcher, optional
        Told how far the reading is.

    Returns
    -------
    TaskRun
        Regions that the image misses have no series; ask their :attr:`Region.missed`.

    Raises
    ------
    RecordingError
        If a file is missing or damaged, the head moved too much, or too few degrees of freedom
        are left.
    """
    opened, start, notes = _opened(recording, options)
    length = opened.source.volumes * opened.seconds
    path = needed(recording.events, "events file", recording.name)
    events = read_events(path, name_below(recording, "events"), length)
    frame_times = start + opened.seconds * np.arange(opened.source.volumes)
    confounds = opened.confounds
    design = build_design(events, frame_times, confounds.values, confounds.censored)
    _check_freedom(design, recording.name)
    series, found, digest, broken = _series(opened, regions, watch)
    means = {
        name: series[:, region.columns].mean(axis=1)
        for name, region in found.items()
        if len(region.columns)
    }
    return TaskRun(
        recording=recording,
        seconds=opened.seconds,
        confounds=confounds,
        events=events,
        design=design,
        fit=fit_model(series, design.matrix, model_row().text("noise_model")),
        means=means,
        regions=found,
        flags=(*_notice(recording), *opened.notes, *notes, *events.notes, *broken),
        provenance=_provenance(opened, design, start, digest),
    )


def _opened(recording: Recording, options: Options) -> tuple[Opened, float, tuple[str, ...]]:
    """Open a run with the cleaning of the model, where the user chose none and its columns stand.

    Also returns the seconds of the first volume after the time that onsets count from, and flags.
    """
    chosen = replace(options, reference_map=None)
    if options.cleaning is None:
        usual = replace(chosen, cleaning=model_row().text("cleaning"))
        try:
            opened = open_recording(recording, usual)
        except RecordingError:  # its columns are missing; any other fault stays and is raised here
            opened = open_recording(recording, chosen)
    else:
        opened = open_recording(recording, chosen)
    moved, limit = _mean_fd(opened.confounds), setting("bold_max_mean_fd")
    if moved is not None and moved > limit:
        raise RecordingError(
            "the head moved too much",
            where=recording.name,
            got=f"mean framewise displacement {moved:.2f} mm",
            allowed=f"at most {limit:g} mm",
        )
    return opened, *_start(recording, opened.seconds)


def _start(recording: Recording, seconds: float) -> tuple[float, tuple[str, ...]]:
    """Return the moment of a volume that its slices were shifted to, as the sidecar says."""
    content = {} if recording.sidecar is None else json.loads(_text(recording.sidecar))
    stated = content.get("StartTime")
    if isinstance(stated, int | float) and math.isfinite(stated) and 0 <= stated < seconds:
        return float(stated), ()
    if content.get("SliceTimingCorrected"):
        return 0.0, (
            "the sidecar does not say to which moment of a volume the slices were shifted: "
            "its start is taken",
        )
    return 0.0, ()


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8-sig")


def _mean_fd(confounds: Confounds) -> float | None:
    moved = confounds.displacement
    return None if moved is None else float(moved.mean())


def _check_freedom(design: Design, name: str) -> None:
    least = setting("bold_min_dof")
    if design.freedom < least:
        raise RecordingError(
            "too little is left after the model",
            where=name,
            got=f"{design.freedom} degrees of freedom of {len(design.conditions)} volumes",
            allowed=f"at least {least:g}",
            todo="name a cleaning with fewer regressors, or leave out fewer volumes",
        )


def _series(
    opened: Opened, regions: tuple[str, ...], watch: Watcher
) -> tuple[Array, dict[str, Region], str, tuple[str, ...]]:
    """Return the voxels' series in percent, the regions, the digest of the image and flags."""
    name, source = opened.recording.name, opened.source
    located = opened.locate(regions)
    voxels = np.unique(np.concatenate([region.voxels for region in located]))
    read = source.read(voxels, watch)
    levels = centre(read.series, name)
    kept = np.flatnonzero(levels.tsnr > 0)
    spread = read.series[:, kept].std(axis=0, dtype=np.float64)
    series = percent(read.series[:, kept], levels.tsnr[kept] * spread)
    found = {}
    for region in located:
        columns = np.searchsorted(voxels, region.voxels)
        columns = columns[levels.tsnr[columns] > 0]
        middle = float(np.median(levels.tsnr[columns])) if len(columns) else 0.0
        place = np.searchsorted(kept, columns)
        found[region.id] = Region(
            region.id, place, region.coverage(len(columns)), middle, region.fault
        )
    broken = (f"{levels.bad} voxels hold no numbers and were left out",) if levels.bad else ()
    return series, found, read.sha256, broken


def _notice(recording: Recording) -> tuple[str, ...]:
    return () if recording.notice is None else (recording.notice,)


def _provenance(opened: Opened, design: Design, start: float, digest: str) -> Provenance:
    recording, model, moved = opened.recording, model_row(), _mean_fd(opened.confounds)
    events = InputDigest(name_below(recording, "events"), file_digest(str(recording.events)))
    parameters = (
        ("cleaning", opened.confounds.strategy),
        ("hrf_model", model.text("hrf_model")),
        ("drift_model", f"{model.text('drift_model')}, {model.number('high_pass'):g} Hz"),
        ("noise_model", model.text("noise_model")),
        ("repetition_time", f"{opened.seconds:g} s"),
        ("volume_time", f"{start:g} s"),
        ("volumes", str(opened.source.volumes)),
        ("censored", str(int(opened.confounds.censored.sum()))),
        ("degrees_of_freedom", str(design.freedom)),
        ("mean_framewise_displacement", "n/a" if moved is None else f"{moved:.3f} mm"),
        ("space", str(recording.space)),
        ("region_radius", f"{setting('bold_region_radius'):g} mm"),
    )
    inputs = (InputDigest(recording.name, digest), *opened.inputs, events)
    return Provenance(inputs, f"equipoise {__version__}", parameters)
