"""The measures of one task in one session: activation of regions, task connectivity of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from equipoise.assays.mri.image.regions import region_title
from equipoise.assays.mri.task.contrasts import (
    Contrast,
    TaskMeasure,
    contrast_of,
    task_measures,
    task_of,
)
from equipoise.assays.mri.task.model import Estimate, joined
from equipoise.assays.mri.task.quality import quality_flags
from equipoise.assays.mri.task.recorded import TaskRun
from equipoise.core.assay import AssaySpec
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.tables import setting

__all__ = ["TaskScan", "measure_task"]

_INSTANT: Final = (
    "the events have no duration: activation is in percent at the peak of the response to one event"
)


@dataclass(frozen=True, slots=True, eq=False)
class TaskScan:
    """The runs of one task in one session.

    Parameters
    ----------
    runs : tuple of TaskRun
        Those that could be read.
    reasons : tuple of str
        Why others could not.
    date : str or None
        Day of the session.
    session : str or None
        Its BIDS name.
    """

    runs: tuple[TaskRun, ...]
    reasons: tuple[str, ...] = ()
    date: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Usable:
    """Runs with the contrast of the task in their own trial types."""

    runs: tuple[tuple[TaskRun, Contrast], ...]
    flags: tuple[str, ...]


def measure_task(scan: TaskScan, spec: AssaySpec) -> tuple[Measurement | NotMeasured, ...]:
    """Take all measures of a task.

    Parameters
    ----------
    scan : TaskScan
        The runs of one session.
    spec : AssaySpec
        Of the assay; the last part of its id is the row of `circuits/tasks`.

    Returns
    -------
    tuple of Measurement or NotMeasured
        One result for each row of `circuits/task_measures`, in its order.
    """
    task = task_of(spec.id)
    found: list[tuple[TaskRun, Contrast]] = []
    reasons = list(scan.reasons)
    for run in scan.runs:
        try:
            contrast = contrast_of(task, run.events, _events_name(run))
            run.events.instant((*contrast.high, *contrast.low))  # refuses a mixture
            found.append((run, contrast))
        except RecordingError as error:
            reasons.append(str(error))
    measures = task_measures(task.text("id"))
    if not found:
        reason = "; ".join(reasons)
        return tuple(NotMeasured(one.id, reason, scan.date, scan.session) for one in measures)
    flags = [f"another run of this task could not be used: {reason}" for reason in reasons]
    flags += [flag for run, contrast in found for flag in _run_flags(run, contrast)]
    usable = _Usable(tuple(found), tuple(flags))
    return tuple(_measured(one, usable, spec, scan) for one in measures)


def _events_name(run: TaskRun) -> str:
    return run.provenance.inputs[-1].name


def _run_flags(run: TaskRun, contrast: Contrast) -> tuple[str, ...]:
    found = quality_flags(run.events, run.design, contrast, run.confounds.known)
    if run.events.instant((*contrast.high, *contrast.low)):
        found = (*found, _INSTANT)
    return (*run.flags, *found)


def _measured(
    one: TaskMeasure, usable: _Usable, spec: AssaySpec, scan: TaskScan
) -> Measurement | NotMeasured:
    usable, missed = _showing(one, usable)
    if not usable.runs:
        return NotMeasured(one.id, missed[0], scan.date, scan.session)
    whole = joined([_estimate(one, run, contrast) for run, contrast in usable.runs])
    value, error = float(whole.effect[0]), float(np.sqrt(whole.variance[0]))
    part = next(part for part in spec.yields if part.measure == one.id)
    if not (part.minimum <= value <= part.maximum and 0 < error < part.maximum):
        reason = f"the model of this task gives no possible value: {value:.3g}, error {error:.3g}"
        return NotMeasured(one.id, reason, scan.date, scan.session)
    first = usable.runs[0][0]
    return Measurement(
        id=one.id,
        quantity=Quantity(value, part.unit, error),
        date=scan.date,
        coverage=float(np.mean([_coverage(run, one) for run, _ in usable.runs])),
        flags=tuple(dict.fromkeys((*usable.flags, *_weak(one, usable)))),
        provenance=_provenance(usable, spec),
        covariates=_covariates(usable),
        scanner=first.recording.scanner,
        session=first.recording.session,
    )


def _showing(one: TaskMeasure, usable: _Usable) -> tuple[_Usable, list[str]]:
    """Return the runs that show all regions of a measure, and why others do not."""
    kept, reasons, flags = [], [], []
    for run, contrast in usable.runs:
        found = (run.regions[region].missed for region in one.regions)
        missed = next(filter(None, found), None)
        if missed is None:
            kept.append((run, contrast))
        else:
            reasons.append(missed)
            flags.append(f"{run.recording.name} was left out: {missed}")
    return _Usable(tuple(kept), (*usable.flags, *flags)), reasons


def _estimate(one: TaskMeasure, run: TaskRun, contrast: Contrast) -> Estimate:
    if one.is_pair:
        first, second = one.regions
        return run.coupling(first, second, contrast)
    return run.activation(one.regions[0], contrast)


def _coverage(run: TaskRun, one: TaskMeasure) -> float:
    return float(np.mean([run.regions[region].coverage for region in one.regions]))


def _weak(one: TaskMeasure, usable: _Usable) -> list[str]:
    low = setting("bold_low_tsnr")
    return [
        f"low signal in {region_title(region)}: median temporal signal-to-noise ratio "
        f"{run.regions[region].tsnr:.0f}, below {low:g}"
        for run, _ in usable.runs
        for region in one.regions
        if run.regions[region].tsnr < low
    ]


def _covariates(usable: _Usable) -> tuple[tuple[str, float], ...]:
    moved = [run.mean_fd for run, _ in usable.runs if run.mean_fd is not None]
    return (("mean_fd", float(np.mean(moved))),) if moved else ()


def _provenance(usable: _Usable, spec: AssaySpec) -> Provenance:
    runs = [run for run, _ in usable.runs]
    inputs = tuple(dict.fromkeys(i for run in runs for i in run.provenance.inputs))
    first, contrast = usable.runs[0]
    known = first.provenance
    counts = "; ".join(
        f"{name} {sum(len(run.events.of((name,))) for run in runs)}"
        for name in (*contrast.high, *contrast.low)
    )
    own = (
        ("runs", str(len(runs))),
        ("contrast", contrast.words),
        ("events", counts),
        ("task", spec.id.rpartition(".")[2]),
    )
    return Provenance(inputs, known.software, (*known.parameters, *own))
