"""Every measure of brain images: resting runs, task runs, structure.

Each kind of recording has one file that reads it once and asks its measures: :mod:`.rest`,
:mod:`.tasks`, :mod:`.structures`. To add a measure see there.
"""

from __future__ import annotations

from equipoise.assays.mri import rest, structures, tasks
from equipoise.assays.mri.options import Options
from equipoise.core.assay import AssaySpec
from equipoise.core.nouns import Recording, Result
from equipoise.core.steps import Watcher, quiet

__all__ = ["SPECS", "candidates", "inspect", "measure"]

SPECS: tuple[AssaySpec, ...] = (*rest.SPECS, *tasks.SPECS, *structures.SPECS)
"""What the measures of this folder need and yield."""

candidates = rest.candidates
inspect = rest.inspect


def measure(
    recordings: tuple[Recording, ...],
    options: Options | None = None,
    *,
    seed: int,
    watch: Watcher = quiet,
) -> tuple[Result, ...]:
    """Take all measures of the folder.

    Parameters
    ----------
    recordings : tuple of Recording
        Of one person.
    options : Options, optional
        What the user chose about reading and cleaning.
    seed : int
        Seed of the run's random streams.
    watch : Watcher, optional
        Told how far the reading is.

    Returns
    -------
    tuple of Measurement, Target, ScanSummary or NotMeasured
        At least one result for each measure; recordings that cannot be used give the reason.
    """
    chosen = Options() if options is None else options
    kinds = (rest, tasks, structures)
    return tuple(
        result
        for kind in kinds
        for result in kind.measure(recordings, chosen, seed=seed, watch=watch)
    )
