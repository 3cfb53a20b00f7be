"""What a run looked like: motion, carpet, regions, connections and diagnostics, for the report."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.cleaning.diagnostics import Evidence, diagnose
from equipoise.assays.mri.connectivity import circuit_edges, circuits, score_edges
from equipoise.assays.mri.image.regions import region_title
from equipoise.assays.mri.run import Region, Run
from equipoise.assays.mri.scan import Scan
from equipoise.assays.mri.tms_target import SEARCH, SEED
from equipoise.core.nouns import EdgeScore, RegionQuality, ScanSummary
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["carpet_of", "qualities", "summarise"]

_ROWS: Final = 120
_COLUMNS: Final = 400
_MIDDLE, _STEP, _BYTE_MAX = 128, 32, 255
"""The byte of the mean, of one standard deviation, and the largest."""
_DECIMALS: Final = 4


def summarise(scan: Scan, runs: tuple[Run, ...], *, seed: int) -> tuple[ScanSummary, ...]:
    """Return a summary of each run of a session.

    Parameters
    ----------
    scan : Scan
        The runs of the session that were measured together.
    runs : tuple of Run
        All runs of the session that were read, those left out included.
    seed : int
        Seed of the run's random streams.

    Returns
    -------
    tuple of ScanSummary
        In the order of `runs`; the connections of the session stand on its first measured run.
    """
    return tuple(
        _summary(run, score_edges(scan, seed=seed) if run.name == scan.first.name else ())
        for run in runs
    )


def _summary(run: Run, edges: tuple[EdgeScore, ...]) -> ScanSummary:
    known = run.recording
    names, matrix = _matrix(run)
    picture, shape, bands = carpet_of(run)
    moved = run.confounds.displacement
    lost = () if run.unusable is None else (run.unusable,)
    return ScanSummary(
        id="mri.scan",
        name=run.name,
        task=known.task,
        run=known.run,
        session=run.session,
        date=known.date,
        space=run.space,
        scanner=known.scanner,
        volumes=run.volumes,
        seconds=run.seconds,
        strategy=run.confounds.strategy,
        freedom=run.projection.freedom,
        censored=int(np.count_nonzero(run.confounds.censored)),
        displacement=() if moved is None else tuple(round(float(d), _DECIMALS) for d in moved),
        carpet=picture,
        carpet_shape=shape,
        carpet_rows=bands,
        regions=qualities(run),
        matrix_regions=names,
        matrix=matrix,
        edges=edges,
        diagnostics=diagnose(_evidence(run)),
        flags=tuple(dict.fromkeys((*lost, *run.quality(tuple(run.regions))))),
    )


def qualities(run: Run) -> tuple[RegionQuality, ...]:
    """Return how well each region of a run was seen."""
    return tuple(_quality(region) for region in run.regions.values())


def _quality(region: Region) -> RegionQuality:
    enough = region.missed is None and region.tsnr >= setting("bold_low_tsnr")
    return RegionQuality(region.id, region_title(region.id), region.coverage, region.tsnr, enough)


def _matrix(run: Run) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...]]:
    """Return the correlations of all regions of the circuits that were seen."""
    asked = dict.fromkeys(r for name in circuits() for edge in circuit_edges(name) for r in edge)
    names = tuple(r for r in asked if r in run.regions and run.regions[r].missed is None)
    if not names or run.projection.freedom <= 0:
        return (), ()
    left = run.projection.coefficients(_means(run, names))
    length = np.linalg.norm(left, axis=0)
    unit = left / np.where(length > 0, length, 1)
    found = np.clip(unit.T @ unit, -1, 1)
    return names, tuple(tuple(round(float(r), _DECIMALS) for r in row) for row in found)


def _means(run: Run, regions: Sequence[str]) -> Array:
    """Return the mean series of regions, shape (volumes, regions)."""
    columns = [run.series[:, run.regions[r].columns].mean(axis=1) for r in regions]
    return np.column_stack(columns).astype(np.float64)


def _evidence(run: Run) -> Evidence:
    seen = tuple(name for name, region in run.regions.items() if len(region.columns))
    search = tuple(name for name in SEARCH if name in seen)
    return Evidence(
        confounds=run.confounds,
        seconds=run.seconds,
        cleaning=run.projection,
        seed=_means(run, (SEED,))[:, 0] if SEED in seen else None,
        search=_means(run, search).mean(axis=1) if search else None,
        grey=_means(run, seen) if seen else None,
        regions=qualities(run),
        phase_encoding=_phase_encoding(run),
        physio=run.recording.physio,
    )


def _phase_encoding(run: Run) -> str | None:
    """Return ``PhaseEncodingDirection`` of the sidecar, which was checked when it was opened."""
    if run.recording.sidecar is None:
        return None
    content = json.loads(Path(run.recording.sidecar).read_text(encoding="utf-8-sig"))
    found = content.get("PhaseEncodingDirection")
    return found if isinstance(found, str) else None


def carpet_of(run: Run) -> tuple[str, tuple[int, int], tuple[tuple[str, int], ...]]:
    """Return the carpet of a run: the grey matter before cleaning, without its trend.

    Parameters
    ----------
    run : Run
        As read.

    Returns
    -------
    carpet : str
        Base64, one byte for a cell: 128 is the mean of the row, 32 its standard deviation.
    shape : tuple of int
        Rows and columns, at most 120 and 400.
    bands : tuple of (name, rows)
        The left half of the brain above the right one; in each the highest voxels come first.
    """
    series, voxels = _standardised(run)
    if series.shape[1] == 0:
        return "", (0, 0), ()
    left = run.places.left(voxels)
    binned, bands = [], []
    for name, half in (("left grey matter", left), ("right grey matter", ~left)):
        rows = min(round(_ROWS * float(half.mean())), int(half.sum()))
        if rows:
            binned.append(_binned(series[:, half][:, ::-1].T, rows))
            bands.append((name, rows))
    cells = _binned(np.concatenate(binned).T, min(_COLUMNS, run.volumes)).T
    spread = cells.std(axis=1, keepdims=True)
    cells = (cells - cells.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    content = np.clip(np.rint(_MIDDLE + _STEP * cells), 0, _BYTE_MAX).astype(np.uint8)
    rows, columns = content.shape
    return base64.b64encode(content.tobytes()).decode("ascii"), (rows, columns), tuple(bands)


def _standardised(run: Run) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the series of the carpet without mean and trend, of deviation 1, and their voxels."""
    trend = np.linspace(-1, 1, run.volumes, dtype=np.float32)[:, None]
    trend /= np.linalg.norm(trend)
    with np.errstate(over="ignore", invalid="ignore"):  # such voxels are left out
        series = run.carpet - run.carpet.mean(axis=0)
        series -= trend * (trend.T @ series)
        spread = series.std(axis=0)
    held = np.isfinite(spread) & (spread > 0)
    return series[:, held] / spread[held], run.carpet_voxels[held]


def _binned(values: NDArray[np.floating], bins: int) -> NDArray[np.floating]:
    """Return means over consecutive rows, as even in number as can be, shape (bins, n)."""
    starts = np.linspace(0, len(values), bins, endpoint=False).astype(np.int64)
    counts = np.diff(np.append(starts, len(values)))
    return np.asarray(np.add.reduceat(values, starts, axis=0) / counts[:, None])
