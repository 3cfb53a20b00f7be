"""The target by clusters of voxels that go together (Cole 2022, as contarg writes it down).

Method: Spearman correlations (over as many volumes as the band needs) between the voxels of the
search region, and between those of the subgenual cingulate of both sides; average linkage on
1 - r, cut at 0.5; the median series of each cluster. The net score of a cluster is the sum over
the subgenual clusters of the Spearman correlation times their number of voxels. Clusters that are
too small, or whose net score has the wrong sign, are dropped; the others are ranked by size, by
concentration (voxels over their mean distance) and by net score, and the smallest product of the
ranks wins. Its centre of gravity is the point.

In halves, sessions and resampled scans the same is done with cubes of voxels, whose mean rank
series stand for their voxels, and the deviations of resampled scans are those from the same coarse
clustering of the whole scan: joining thousands of voxels some hundred times would take minutes.

Limits: retests repeat less well than with a reference map (head to head; facts in the table of
methods). The published method also weighs how near the scalp a cluster lies; this one does not.

References: cole2022, contarg.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.scan import Part
from equipoise.assays.mri.target.linkage import (
    average_linkage,
    joined_by_similarity,
    unit_ranks,
)
from equipoise.assays.mri.target.search import Ready
from equipoise.assays.mri.target.spot import Patch, reported_point
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Single = NDArray[np.float32]
    Index = NDArray[np.int64]

__all__ = ["Winner", "cluster_spot", "coarse_spot", "resample_clusters", "telling_volumes"]


@dataclass(frozen=True, slots=True, eq=False)
class Winner:
    """The winning cluster.

    Parameters
    ----------
    point, centre : ndarray, shape (3,)
        Point and centre of gravity in mm.
    voxel : int
        Voxel of the patch nearest to the point.
    members : ndarray of int
        Its voxels.
    """

    point: Array
    centre: Array
    voxel: int
    members: Index


def cluster_spot(ready: Ready, sign: int) -> Winner | str:
    """Find the winning cluster, or say why there is none.

    Parameters
    ----------
    ready : Ready
        The cleaned search.
    sign : int
        -1 for clusters against the subgenual cingulate, 1 for those that go with it.

    Returns
    -------
    Winner or str
        The cluster, or the reason.
    """
    if not ready.search.both:
        return "the subgenual cingulate of both sides was not read"
    part, cut, patch = ready.part, setting("tms_cluster_distance"), ready.search.patch
    volumes = telling_volumes(part)
    here = part.in_time(ready.region)[volumes]
    there = part.in_time(part.coefficients(ready.search.both))[volumes]
    labels = average_linkage(unit_ranks(here), cut)
    around = average_linkage(unit_ranks(there), cut)
    sizes = np.bincount(labels)
    large = np.flatnonzero(sizes * patch.volume > setting("tms_cluster_volume"))
    if not len(large):
        return f"no cluster of voxels that go together is larger than {_least()} mm3"
    course = unit_ranks(_medians(here, labels, large))
    other = unit_ranks(_medians(there, around, np.arange(around.max() + 1)))
    net = (course @ other.T) @ np.bincount(around)
    best = _smallest_product(patch, labels, large, sign * net)
    if best is None:
        wanted = "against" if sign < 0 else "with"
        return f"no large cluster runs {wanted} the subgenual cingulate"
    members = np.flatnonzero(labels == best)
    centre = patch.positions[members].mean(axis=0)
    point, voxel = reported_point(patch, members, centre)
    return Winner(point, centre, voxel, members)


def telling_volumes(part: Part) -> Index:
    """Return the volumes that are ranked: those that say all that a filtered series can say.

    Parameters
    ----------
    part : Part
        Of the scan.

    Returns
    -------
    ndarray of int
        Of all volumes of the part, counted over its runs: every n-th, n as large as the upper end
        of the band allows (two volumes in its shortest period), and none that was left out for
        motion, whose cleaned values are zero everywhere and would tie.
    """
    shortest, found, before = 1 / setting("bold_band_high"), [], 0
    for run, stretch in zip(part.runs, part.stretches, strict=True):
        kept = ~run.confounds.censored[stretch]
        step = max(1, int(shortest / 2 / run.seconds))
        found.append(before + np.flatnonzero(kept)[::step])
        before += len(kept)
    return np.concatenate(found)


def _least() -> str:
    return f"{setting('tms_cluster_volume'):g}"


def _medians(series: Single, labels: Index, wanted: Index) -> Single:
    return np.column_stack([np.median(series[:, labels == one], axis=1) for one in wanted])


def _smallest_product(patch: Patch, labels: Index, large: Index, net: Array) -> int | None:
    """Return the label with the smallest product of three ranks; `net` is good above 0."""
    right = net > 0
    large, net = large[right], net[right]
    if not len(large):
        return None
    from scipy.spatial.distance import pdist

    places = [patch.positions[labels == one] for one in large]
    counts = np.array([len(place) for place in places], dtype=np.float64)
    tight = counts / np.array([pdist(place).mean() for place in places])
    return int(large[_best_ranked(counts, tight, net)])


def _best_ranked(counts: Array, tight: Array, net: Array) -> int:
    """Return the place of the smallest product of ranks; ties go to net score, then to size."""
    product = _ranks(-counts) * _ranks(-tight) * _ranks(-net)
    return int(np.lexsort((-counts, -tight, -net, product))[0])


def _ranks(values: Array) -> Array:
    """Return ranks from 1, the mean rank where values are equal."""
    below = (values < values[:, None]).sum(axis=1)
    equal = (values == values[:, None]).sum(axis=1)
    return np.asarray(below + (equal + 1) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class _Coarse:
    """Cubes of voxels: mean rank series (cubes, volumes), voxels in each, centres in mm."""

    series: Single
    weights: Array
    centres: Array

    @property
    def count(self) -> int:
        """Number of cubes."""
        return len(self.weights)


@dataclass(frozen=True, slots=True, eq=False)
class _Cubes:
    """A part in cubes: those of the search region, then those of the subgenual cingulate."""

    here: _Coarse
    there: _Coarse

    @classmethod
    def of(cls, ready: Ready) -> _Cubes:
        """Return the cubes of the part that a search is made ready for."""
        part = ready.part
        volumes = telling_volumes(part)
        ranks = unit_ranks(part.in_time(ready.region)[volumes])
        here = _coarse(ranks, ready.search.patch.positions)
        # The subgenual voxels need no places: consecutive voxels of one line do.
        there = unit_ranks(part.in_time(part.coefficients(ready.search.both))[volumes])
        return cls(here, _lines(there))

    @property
    def series(self) -> Single:
        """Rank series of the cubes, those of the search region first."""
        return np.concatenate([self.here.series, self.there.series])


def coarse_spot(ready: Ready, sign: int) -> Array | None:
    """Return the centre of the winning cluster on cubes of voxels; None without one.

    Parameters
    ----------
    ready : Ready
        The cleaned search in a part of the scan.
    sign : int
        As for :func:`cluster_spot`.

    Returns
    -------
    ndarray, shape (3,), or None
        In mm: for distances between parts, which the cubes blur alike.
    """
    if not ready.search.both:
        return None
    cubes = _Cubes.of(ready)
    series = cubes.series
    volume = ready.search.patch.volume
    return _coarse_winner(series @ series.T, cubes, volume, sign)


def resample_clusters(ready: Ready, counts: Single, sign: int) -> Array:
    """Find the winner again in each replicate, on cubes of voxels.

    Parameters
    ----------
    ready : Ready
        The cleaned search.
    counts : ndarray, shape (replicates, volumes)
        How often each volume stands in each replicate.
    sign : int
        As for :func:`cluster_spot`.

    Returns
    -------
    ndarray, shape (replicates, 3)
        Centres less that of the whole scan on the same cubes; NaN where a replicate has no winner.
    """
    cubes, volume = _Cubes.of(ready), ready.search.patch.volume
    series = cubes.series
    known = series @ series.T
    start = _coarse_winner(known, cubes, volume, sign)
    if start is None:
        return np.full((len(counts), 3), np.nan)
    inflation = np.float32(ready.part.inflation)
    power = np.square(series)
    own = power.sum(axis=1)
    counts = counts[: int(setting("tms_cluster_replicates")), telling_volumes(ready.part)]
    away = np.full((len(counts), 3), np.nan)
    for number, drawn in enumerate(counts):
        again = (series * drawn) @ series.T
        scale = np.sqrt(power @ drawn / np.where(own > 0, own, 1))
        scale[scale == 0] = 1
        again /= scale[:, None] * scale
        again -= known
        found = _coarse_winner(known + inflation * again, cubes, volume, sign)
        if found is not None:
            away[number] = found - start
    return away


def _coarse(ranks: Single, positions: Array) -> _Coarse:
    edge = setting("tms_cluster_cube")
    cell = np.floor((positions - positions.min(axis=0)) / edge).astype(np.int64)
    _, label = np.unique(cell, axis=0, return_inverse=True)
    return _Coarse(_means(ranks, label), *_weights(label, positions))


def _lines(ranks: Single) -> _Coarse:
    width = max(1, round(np.sqrt(len(ranks)) / 2))
    label = np.arange(len(ranks)) // width
    return _Coarse(_means(ranks, label), *_weights(label, np.zeros((len(ranks), 3))))


def _means(ranks: Single, label: Index) -> Single:
    from scipy.sparse import csr_array

    count = np.bincount(label)
    rows = csr_array((1 / count[label], (label, np.arange(len(label)))))
    return np.asarray(rows @ ranks, dtype=np.float32)


def _weights(label: Index, positions: Array) -> tuple[Array, Array]:
    count = np.bincount(label).astype(np.float64)
    total = [np.bincount(label, weights=positions[:, axis]) for axis in range(3)]
    return count, np.stack(total, axis=1) / count[:, None]


def _coarse_winner(similarity: Single, cubes: _Cubes, volume: float, sign: int) -> Array | None:
    """Return the winner's centre from the similarity of cubes, shape (n, n), of both regions."""
    here, there = cubes.here, cubes.there
    count = here.count
    cut = setting("tms_cluster_distance")
    labels = joined_by_similarity(similarity[:count, :count], cut)
    sizes = np.bincount(labels, weights=here.weights).astype(np.float64)
    large = np.flatnonzero(sizes * volume > setting("tms_cluster_volume"))
    if not len(large):
        return None
    around = joined_by_similarity(similarity[count:, count:], cut)
    own = _shares(labels, here.weights, large)
    other = _shares(around, there.weights, np.arange(around.max() + 1))
    cross = own @ similarity[:count, count:] @ other.T
    length = _length(own, similarity[:count, :count])
    cross /= np.outer(length, _length(other, similarity[count:, count:]))
    net = sign * (cross @ np.bincount(around, weights=there.weights))
    right = net > 0
    if not right.any():
        return None
    centre = own @ here.centres
    spread = np.sqrt(np.maximum(((own @ here.centres**2) - centre**2).sum(axis=1), 0))
    tight = sizes[large] / np.maximum(spread, np.finfo(float).eps)
    best = np.flatnonzero(right)[_best_ranked(sizes[large][right], tight[right], net[right])]
    return np.asarray(centre[best], dtype=np.float64)


def _length(shares: Single, similarity: Single) -> Array:
    total = ((shares @ similarity) * shares).sum(axis=1, dtype=np.float64)
    return np.asarray(np.sqrt(np.maximum(total, np.finfo(np.float32).eps)))


def _shares(labels: Index, weights: Array, wanted: Index) -> Single:
    """Return the share of each cube in some clusters, shape (clusters, cubes)."""
    shares = np.where(labels == wanted[:, None], weights, 0)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)
