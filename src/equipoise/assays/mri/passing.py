"""One pass over a run: some voxels are kept, the whole grey matter is gathered and forgotten.

The linear algebra of the pass runs in one thread: the file is decompressed in another meanwhile,
and threads that wait for each other cost more than they give.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.cleaning.projection import Projection
from equipoise.assays.mri.gram import Gather, Moments
from equipoise.assays.mri.image.regions import RegionVoxels, in_regions
from equipoise.assays.mri.image.stream import Rows
from equipoise.assays.mri.opened import Opened
from equipoise.core.steps import Watcher
from equipoise.core.tables import load_table, setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Single = NDArray[np.float32]

__all__ = ["Passed", "Wanted", "choose_voxels", "one_thread", "pass_once", "stretches"]

_BLOCK: Final = 64
"""Volumes gathered at once: bounds the memory."""
_PER_MM: Final = 10
"""Places closer than a tenth of a mm are one."""
_BITS: Final = 14
"""More than the places of a head along one axis need."""
_CARPET: Final = 1200
"""Voxels of grey matter kept for the carpet."""


def stretches(volumes: int) -> tuple[slice, slice, slice]:
    """Return the whole of a run, its first and its second half."""
    middle = volumes // 2
    return slice(0, volumes), slice(0, middle), slice(middle, volumes)


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """Which voxels are read, and what for.

    Parameters
    ----------
    all : ndarray of int, shape (n,)
        Every voxel that is read, rising.
    regions, carpet : ndarray of int
        Those whose series are kept, rising.
    counted : ndarray of bool, shape (n,)
        Which of `all` belong to the reference map.
    weights : ndarray, shape (n,), or None
        Those of a given reference map.
    """

    all: NDArray[np.int64]
    regions: NDArray[np.int64]
    carpet: NDArray[np.int64]
    counted: NDArray[np.bool_]
    weights: Single | None


def choose_voxels(opened: Opened, found: tuple[RegionVoxels, ...], *, whole_brain: bool) -> Wanted:
    """Choose what is read.

    Parameters
    ----------
    opened : Opened
        The recording.
    found : tuple of RegionVoxels
        The regions.
    whole_brain : bool
        Whether the grey matter is gathered for the reference map. The search regions, whole
        spheres, take no part in it.

    Returns
    -------
    Wanted
        Voxels of the regions, of the carpet and of the map.
    """
    inside = opened.source.inside
    brain = np.flatnonzero(inside)
    grey = brain[opened.grey.members(brain)]
    carpet = grey[:: max(1, -(-len(grey) // _CARPET))]
    regions = np.unique(np.concatenate([region.voxels for region in found]))
    mapped = _map_voxels(opened, found, grey) if whole_brain else carpet[:0]
    voxels = np.unique(np.concatenate([regions, carpet, mapped]))
    counted = np.isin(voxels, mapped, assume_unique=True)
    return Wanted(voxels, regions, carpet, counted, opened.weights(voxels) if whole_brain else None)


def _map_voxels(
    opened: Opened, found: tuple[RegionVoxels, ...], grey: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the grey matter of the reference map: outside the search regions, thinned evenly."""
    outside = np.zeros(len(opened.source.inside), dtype=bool)
    outside[grey] = True
    outside[in_regions(_search(), opened.source.places)] = False
    for region in found:
        if region.id in _search():
            outside[region.voxels] = False
    kept = np.flatnonzero(outside)
    step = -(-len(kept) // int(setting("bold_map_voxels")))
    if step <= 1:
        return kept
    # In the order of their places, not of the file: a mirrored file gives the same voxels.
    x, y, z = np.rint(opened.source.places.positions(kept) * _PER_MM).astype(np.int64).T
    order = np.argsort((z << _BITS << _BITS) + (y << _BITS) + x, kind="stable")
    return np.sort(kept[order[::step]])


def _search() -> tuple[str, ...]:
    """Return the regions that targets are looked for in: their voxels belong to no map."""
    table = load_table("regions/regions")
    return tuple(r.text("id") for r in table if r.text("used_for") == "tms_search")


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """What one pass over the file left.

    Parameters
    ----------
    series, carpet : ndarray, shapes (volumes, n)
        Kept voxels, as read.
    moments : tuple of Moments
        The grey matter of the whole run, its first and its second half; empty where not asked for.
    sha256 : str
        Digest of the file.
    """

    series: Single
    carpet: Single
    moments: tuple[Moments, ...]
    sha256: str


def pass_once(
    opened: Opened, wanted: Wanted, cleanings: tuple[Projection, ...], watch: Watcher
) -> Passed:
    """Stream the file once: keep some voxels, gather the others.

    Parameters
    ----------
    opened : Opened
        The recording.
    wanted : Wanted
        Which voxels.
    cleanings : tuple of Projection
        Of the whole run, its first and its second half; empty where nothing is gathered.
    watch : Watcher
        Told how far the reading is.

    Returns
    -------
    Passed
        Series and moments.

    Raises
    ------
    RecordingError
        If the file is cut short or damaged.
    """
    source, digest = opened.source, Rows()
    volumes, count = source.volumes, len(wanted.all)
    series = np.empty((volumes, len(wanted.regions)), dtype=np.float32)
    carpet = np.empty((volumes, len(wanted.carpet)), dtype=np.float32)
    kept, shown = (np.searchsorted(wanted.all, v) for v in (wanted.regions, wanted.carpet))
    gathered = [
        Gather(cleaning, part.start, count)
        for cleaning, part in zip(cleanings, stretches(volumes), strict=False)
    ]
    block = np.empty((min(_BLOCK, volumes), count), dtype=np.float32)
    level = np.zeros(count, dtype=np.float32)
    # Values that are no numbers, or too large, are left out later.
    with one_thread(), np.errstate(over="ignore", invalid="ignore"):
        for number, row in enumerate(source.each(wanted.all, digest, watch)):
            series[number], carpet[number] = row[kept], row[shown]
            if not gathered:
                continue
            if number == 0:
                level[:] = row
            held = number % len(block)
            np.subtract(row, level, out=block[held])
            if held == len(block) - 1 or number == volumes - 1:
                for one in gathered:
                    one.add(block[: held + 1], number - held)
        moments = tuple(one.moments(wanted.counted, wanted.weights) for one in gathered)
    return Passed(series, carpet, moments, digest.sha256)


def one_thread() -> contextlib.AbstractContextManager[object]:
    """Return a context in which linear algebra uses one thread: its sums then keep one order."""
    try:
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ModuleNotFoundError:  # it comes with nilearn; without it the pass is only slower
        return contextlib.nullcontext()
    limited: contextlib.AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limited
