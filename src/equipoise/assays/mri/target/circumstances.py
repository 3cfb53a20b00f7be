"""What a verdict rests on beside the estimate: motion, length, coverage, the global signal."""

from __future__ import annotations

from typing import Final

import numpy as np

from equipoise.assays.mri.cleaning.projection import Projection, projection
from equipoise.assays.mri.run import Run, band
from equipoise.assays.mri.scan import Part, Scan
from equipoise.assays.mri.target import classic
from equipoise.assays.mri.target.estimate import Bench
from equipoise.assays.mri.target.search import Ready
from equipoise.assays.mri.target.seeded import spot_of
from equipoise.assays.mri.target.verdict import Circumstances

__all__ = ["circumstances"]

_GLOBAL: Final = "global_signal"


def circumstances(
    scan: Scan, bench: Bench, regions: tuple[str, ...], radius95: float, agreement: float | None
) -> Circumstances:
    """Gather what a verdict rests on beside the estimate.

    Parameters
    ----------
    scan : Scan
        The runs.
    bench : Bench
        What all methods worked on.
    regions : tuple of str
        Seed and search regions.
    radius95 : float
        Radius in mm of the ball that holds 95 % of the resampled points.
    agreement : float or None
        Largest distance in mm between the points of the methods.

    Returns
    -------
    Circumstances
        Over all runs.
    """
    removed = all(any(map(_is_global, run.confounds.names)) for run in scan.runs)
    moved = [run.mean_fd for run in scan.runs]
    known = [fd for fd in moved if fd is not None]
    return Circumstances(
        radius95=radius95,
        agreement=agreement,
        still=sum(run.still_seconds for run in scan.runs),
        moved=float(np.mean(known)) if known and len(known) == len(moved) else None,
        coverage=min(run.coverage((region,)) for run in scan.runs for region in regions),
        global_removed=removed,
        global_distance=_without_global(scan, bench) if removed else None,
    )


def _is_global(name: str) -> bool:
    return name.startswith(_GLOBAL)


def _without_global(scan: Scan, bench: Bench) -> float:
    """Return how far the classic point moves when the global signal is not removed."""
    part = scan.whole
    kept = Part(part.runs, part.stretches, tuple(_kept(run) for run in scan.runs))
    with_it = spot_of(bench.whole, classic.course(bench.whole), bench.sign)
    other = Ready.of(bench.whole.search, kept)
    without = spot_of(other, classic.course(other), bench.sign)
    return float(np.linalg.norm(with_it.point - without.point))


def _kept(run: Run) -> Projection:
    """Return the cleaning of a run without the global signal, its derivatives and squares."""
    names, values = run.confounds.names, run.confounds.values
    others = [number for number, name in enumerate(names) if not _is_global(name)]
    return projection(values[:, others], run.seconds, band(), run.confounds.censored)
