"""Task runs: activation and task connectivity of the circuits."""

from __future__ import annotations

from equipoise.assays.mri.options import Options
from equipoise.core.assay import AssaySpec
from equipoise.core.nouns import Recording, Result
from equipoise.core.steps import Watcher, quiet

__all__ = ["SPECS", "measure"]

SPECS: tuple[AssaySpec, ...] = ()
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
        What the user chose.
    seed : int
        Seed of the run's random streams.
    watch : Watcher, optional
        Told how far the reading is.

    Returns
    -------
    tuple of Measurement, ScanSummary or NotMeasured
        At least one result for each measure of each session.
    """
    del recordings, options, seed, watch
    return ()
