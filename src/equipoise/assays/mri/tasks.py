"""Task runs: activation and task connectivity of the circuits.

To add a task: one file with ``SPEC`` and ``measure(scan)``, one line in ``_ASSAYS``, one row of
`circuits/tasks` and its rows of `circuits/task_measures`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from equipoise.assays.mri import (
    task_control,
    task_flexibility,
    task_happy,
    task_masked_threat,
    task_reward,
    task_sad,
    task_threat,
)
from equipoise.assays.mri.options import Options
from equipoise.assays.mri.selection import identity
from equipoise.assays.mri.task.contrasts import belongs, task_of
from equipoise.assays.mri.task.measured import TaskScan
from equipoise.assays.mri.task.recorded import TaskRun, read_task_run
from equipoise.assays.mri.task.summary import summary_of
from equipoise.core.assay import AssaySpec
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import NotMeasured, Recording, Result
from equipoise.core.steps import Watcher, quiet
from equipoise.core.tables import load_table

__all__ = ["SPECS", "measure"]

_Measure = Callable[[TaskScan], tuple[Result, ...]]
_ASSAYS: tuple[tuple[AssaySpec, _Measure], ...] = (
    (task_sad.SPEC, task_sad.measure),
    (task_threat.SPEC, task_threat.measure),
    (task_masked_threat.SPEC, task_masked_threat.measure),
    (task_happy.SPEC, task_happy.measure),
    (task_reward.SPEC, task_reward.measure),
    (task_control.SPEC, task_control.measure),
    (task_flexibility.SPEC, task_flexibility.measure),
)

SPECS: tuple[AssaySpec, ...] = tuple(spec for spec, _ in _ASSAYS)
"""What the measures of task runs need and yield."""


def measure(
    recordings: tuple[Recording, ...], options: Options, *, seed: int, watch: Watcher = quiet
) -> tuple[Result, ...]:
    """Take all measures of the task runs of one person.

    Parameters
    ----------
    recordings : tuple of Recording
        Of one person; those of other kinds and tasks are passed over.
    options : Options
        What the user chose.
    seed : int
        Seed of the run's random streams; nothing here is drawn.
    watch : Watcher, optional
        Told how far the reading is.

    Returns
    -------
    tuple of Measurement, ScanSummary or NotMeasured
        For each session in which a task was run, one result for each of its measures; for a task
        that was never run, one reason for each. Then a summary of each run that was read.
    """
    del seed
    runs = _runs(recordings)
    reader = _Reader(options, watch)
    results = tuple(
        result for spec, take in _ASSAYS for result in _of_task(spec, take, runs, reader)
    )
    read = (run for run in reader.kept.values() if isinstance(run, TaskRun))
    return (*results, *(summary_of(run) for run in read))


_Images = tuple[Recording, ...]
"""The images of one run, in several spaces."""


def _runs(recordings: tuple[Recording, ...]) -> tuple[_Images, ...]:
    """Return the task runs, each with its images in the order in which they are tried."""
    order = [row.text("id") for row in load_table("regions/spaces")]
    found: dict[tuple[str | None, ...], list[Recording]] = {}
    for one in recordings:
        if one.kind.startswith("bold") and one.task is not None:
            key = (one.session, one.task, one.run, identity(one))
            found.setdefault(key, []).append(one)
    return tuple(
        tuple(sorted(images, key=lambda image: _rank(image, order))) for images in found.values()
    )


def _rank(image: Recording, order: list[str]) -> tuple[bool, int]:
    """Return the place in the order: volumes, surfaces; then the spaces of their table."""
    place = order.index(image.space) if image.space in order else len(order)
    return image.kind != "bold", place


@dataclass(slots=True)
class _Reader:
    """What reads each run once, for all tasks that it may hold."""

    options: Options
    watch: Watcher
    kept: dict[str, TaskRun | str] = field(default_factory=dict)

    def read(self, images: _Images) -> TaskRun | str:
        """Return the run, or why none of its images could be read."""
        name = images[0].name
        # The same image may stand under two labels, with other events.
        key = f"{name} {images[0].task} {images[0].run} {images[0].events}"
        if key not in self.kept:
            self.kept[key] = self._read(images)
        return self.kept[key]

    def _read(self, images: _Images) -> TaskRun | str:
        reasons = []
        for image in images:
            try:
                return read_task_run(image, _regions(image.task), self.options, self.watch)
            except RecordingError as error:
                reasons.append(str(error))
        return "; ".join(dict.fromkeys(reasons))


def _regions(label: str | None) -> tuple[str, ...]:
    """Return the regions of all tasks that a label stands for."""
    needs = [
        need.removeprefix("region:")
        for spec in SPECS
        if belongs(task_of(spec.id), label)
        for need in spec.needs
        if need.startswith("region:")
    ]
    return tuple(dict.fromkeys(needs))


def _of_task(
    spec: AssaySpec, take: _Measure, runs: tuple[_Images, ...], reader: _Reader
) -> tuple[Result, ...]:
    task = task_of(spec.id)
    mine = [images for images in runs if belongs(task, images[0].task)]
    if not mine:
        reason = "no run of this task was recorded"
        return tuple(NotMeasured(part.measure, reason) for part in spec.yields)
    sessions = dict.fromkeys(images[0].session for images in mine)
    return tuple(
        result
        for session in sessions
        for result in take(
            _scan([images for images in mine if images[0].session == session], reader)
        )
    )


def _scan(runs: list[_Images], reader: _Reader) -> TaskScan:
    read = [reader.read(images) for images in runs]
    return TaskScan(
        tuple(run for run in read if isinstance(run, TaskRun)),
        tuple(reason for reason in read if isinstance(reason, str)),
        next((images[0].date for images in runs if images[0].date is not None), None),
        runs[0][0].session,
    )
