"""Structure: what FreeSurfer measured, one reading of its tables for each session.

To add a measure: one file with ``SPEC`` and ``measure(brain, *, seed)``, one line in ``_ASSAYS``.
"""

from __future__ import annotations

from collections.abc import Callable

from equipoise.assays.mri import structure_amygdala, structure_hippocampus, structure_thickness
from equipoise.assays.mri.options import Options
from equipoise.assays.mri.structure.brain import Brain, read_brain
from equipoise.core.assay import AssaySpec
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import NotMeasured, Recording, Result
from equipoise.core.steps import Watcher, quiet

__all__ = ["SPECS", "measure"]

_Measure = Callable[..., tuple[Result, ...]]
_ASSAYS: tuple[tuple[AssaySpec, _Measure], ...] = (
    (structure_hippocampus.SPEC, structure_hippocampus.measure),
    (structure_amygdala.SPEC, structure_amygdala.measure),
    (structure_thickness.SPEC, structure_thickness.measure),
)

SPECS: tuple[AssaySpec, ...] = tuple(spec for spec, _ in _ASSAYS)
"""What these measures need and yield."""


def measure(
    recordings: tuple[Recording, ...], options: Options, *, seed: int, watch: Watcher = quiet
) -> tuple[Result, ...]:
    """Take all measures of this kind of recording of one person.

    Parameters
    ----------
    recordings : tuple of Recording
        Of one person; those of other kinds are passed over.
    options : Options
        What the user chose; nothing here depends on it.
    seed : int
        Seed of the run's random streams; nothing here is drawn.
    watch : Watcher, optional
        Told how far the reading is; tables are read at once.

    Returns
    -------
    tuple of Measurement or NotMeasured
        At least one result for each measure of each session.
    """
    del options, watch
    tables = [recording for recording in recordings if recording.kind == "freesurfer_stats"]
    if not tables:
        return _none("no tables of FreeSurfer in the data")
    return tuple(result for recording in tables for result in _session(recording, seed))


def _session(recording: Recording, seed: int) -> tuple[Result, ...]:
    try:
        brain: Brain = read_brain(recording)
        return tuple(result for _, take in _ASSAYS for result in take(brain, seed=seed))
    except RecordingError as error:
        return _none(error.line(), recording.date, recording.session)


def _none(reason: str, date: str | None = None, session: str | None = None) -> tuple[Result, ...]:
    return tuple(
        NotMeasured(part.measure, reason, date, session) for spec in SPECS for part in spec.yields
    )
