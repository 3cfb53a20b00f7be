"""One method's estimate: point, region, halves and sessions, from one search."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.cleaning.resample import block_counts, fisher
from equipoise.assays.mri.options import CLASSIC, CLUSTERING
from equipoise.assays.mri.scan import Scan
from equipoise.assays.mri.target import classic, reference_map
from equipoise.assays.mri.target.clustering import cluster_spot, coarse_spot, resample_clusters
from equipoise.assays.mri.target.noise import chance_of_noise
from equipoise.assays.mri.target.region import Region, region_about
from equipoise.assays.mri.target.search import Ready, Search
from equipoise.assays.mri.target.seeded import Course, resample_spot, spot_of
from equipoise.core.nouns import Quantity, TargetEstimate
from equipoise.core.streams import stream
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Single = NDArray[np.float32]

__all__ = ["Bench", "Found", "estimate", "furthest", "sign_of"]

POSITIVE = "positive"


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What all methods work on.

    Parameters
    ----------
    whole : Ready
        The whole scan.
    halves : tuple of Ready
        Two halves, each cleaned apart.
    sessions : tuple of Ready
        Single sessions; empty where there is only one.
    counts : ndarray, shape (replicates, volumes)
        How often each volume stands in each replicate of the block bootstrap.
    sign : int
        -1 for the most negative correlation, 1 for the most positive.
    chance : float
        Share of unrelated seeds that find a cluster as strong as the seed's.
    measure : str
        Measure id, for the random streams.
    seed : int
        Seed of the run's random streams.
    """

    whole: Ready
    halves: tuple[Ready, Ready]
    sessions: tuple[Ready, ...]
    counts: Single
    sign: int
    chance: float
    measure: str
    seed: int

    @classmethod
    def of(cls, scan: Scan, search: Search, sign: str, measure: str, seed: int) -> Bench:
        """Clean the parts of a scan, draw the replicates and ask whether noise does as well.

        Parameters
        ----------
        scan : Scan
            The runs.
        search : Search
            Patch and series.
        sign : {"negative", "positive"}
            Which correlation is looked for.
        measure : str
            Measure id, for the random streams.
        seed : int
            Seed of the run's random streams.

        Returns
        -------
        Bench
            What all methods work on.
        """
        whole = Ready.of(search, scan.whole)
        first, second = (Ready.of(search, half) for half in scan.halves())
        counts = block_counts(
            whole.part.lengths,
            scan.first.block,
            int(setting("tms_bootstrap_replicates")),
            stream(f"{measure}/blocks", seed),
        )
        way = sign_of(sign)
        spot = spot_of(whole, classic.course(whole), way)
        chance = chance_of_noise(whole, spot, way, stream(f"{measure}/surrogates", seed))
        sessions = _sessions(scan, search)
        return cls(whole, (first, second), sessions, counts, way, chance, measure, seed)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """An estimate with what is not kept in it.

    Parameters
    ----------
    estimate : TargetEstimate
        What the method says.
    region : Region or None
        Its confidence region.
    centres : ndarray, shape (replicates, 3)
        Centres in the resampled scans; those without one hold NaN. For a probability map.
    """

    estimate: TargetEstimate
    region: Region | None
    centres: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A point with its cluster, the z there, its error, and resampled centres."""

    point: Array
    volume: float
    z: float
    error: float
    centres: Array


def sign_of(sign: str) -> int:
    """Return -1 or 1 for the name of a sign."""
    return 1 if sign == POSITIVE else -1


def estimate(method: str, sign: str, bench: Bench) -> Found:
    """Return what a method says.

    Parameters
    ----------
    method : {"classic", "reference_map", "clustering"}
        Which method.
    sign : {"negative", "positive"}
        Which correlation is looked for.
    bench : Bench
        What all methods work on.

    Returns
    -------
    Found
        An estimate without a point, but with the reason, where the method finds none.
    """
    found = _clustered(bench) if method == CLUSTERING else _seeded(method, bench)
    if isinstance(found, str):
        return Found(TargetEstimate(method, sign, None, found), None, np.zeros((0, 3)))
    point_of = _finder(method, bench.sign)
    halves = [point_of(half) for half in bench.halves]
    sessions = [point_of(one) for one in bench.sessions]
    spacing, factor = bench.whole.search.patch.spacing, setting(f"tms_region_{method}")
    region = region_about(found.point, found.centres, spacing, factor)
    r = float(np.tanh(found.z))
    return Found(
        TargetEstimate(
            method=method,
            sign=sign,
            point=_triple(found.point),
            connectivity=Quantity(r, "1", float((1 - r**2) * found.error)),
            covariance=tuple(_triple(row) for row in region.covariance),
            axes50=_triple(region.axes50),
            axes95=_triple(region.axes95),
            directions=tuple(_triple(row) for row in region.directions),
            split_half=_all_known(halves),
            session_distance=_all_known(sessions),
            cluster_volume=found.volume,
        ),
        region,
        found.centres,
    )


def _sessions(scan: Scan, search: Search) -> tuple[Ready, ...]:
    """Return the search in each session with enough left to be looked at alone."""
    sessions = scan.sessions
    if len(sessions) == 1:
        return ()
    found: list[Ready] = []
    for session in sessions:
        runs = tuple(number for number, run in enumerate(scan.runs) if run in session.runs)
        if session.whole.freedom >= setting("tms_min_half_dof"):
            found.append(Ready.of(search.of_runs(runs), session.whole))
    return tuple(found)


def _seeded(method: str, bench: Bench) -> _Place | str:
    """Find the place of a method that compares with one series, or say why there is none."""
    whole, sign = bench.whole, bench.sign
    course = _course(method, whole)
    if isinstance(course, str):
        return course
    spot = spot_of(whole, course, sign)
    chance, limit = bench.chance, setting("tms_alpha")
    if method != CLASSIC and chance > limit:
        drawn = stream(f"{bench.measure}/surrogates/{method}", bench.seed)
        chance = chance_of_noise(whole, spot, sign, drawn, _through(whole))
    if chance > limit:
        return _no_more_than_noise(chance, sign)
    drawn_again = resample_spot(whole, course, spot, bench.counts, sign)
    volume = len(spot.members) * whole.search.patch.volume
    z = float(spot.map[spot.voxel])
    return _Place(spot.point, volume, z, drawn_again.error, drawn_again.centres)


def _course(method: str, ready: Ready) -> Course | str:
    return classic.course(ready) if method == CLASSIC else reference_map.course(ready)


def _through(ready: Ready) -> Callable[[Single], Single]:
    return lambda seeds: reference_map.weighted(ready.part, seeds)


def _no_more_than_noise(chance: float, sign: int) -> str:
    kind = "anticorrelated" if sign < 0 else "correlated"
    limit = setting("tms_alpha")
    return f"no {kind} spot: {chance:.0%} of unrelated seeds give one as strong (limit {limit:.0%})"


def _clustered(bench: Bench) -> _Place | str:
    """Find the place of clustering, or say why there is none."""
    whole, sign = bench.whole, bench.sign
    if bench.chance > setting("tms_alpha"):
        return _no_more_than_noise(bench.chance, sign)
    with ThreadPoolExecutor() as pool:  # one is linear algebra, the other many small steps
        resampled = pool.submit(resample_clusters, whole, bench.counts, sign)
        winner = cluster_spot(whole, sign)
    if isinstance(winner, str):
        return winner
    centres = winner.centre + resampled.result()
    share = float(np.isfinite(centres[:, 0]).mean())
    if share < setting("tms_cluster_found"):
        return f"only {share:.0%} of the resampled scans hold a cluster that would do"
    course = classic.course(whole)
    z = fisher(course.coefficients.T @ whole.region)[0]
    error = float(np.sqrt(1 / max(1, whole.part.freedom - 3)))
    volume = len(winner.members) * whole.search.patch.volume
    return _Place(winner.point, volume, float(z[winner.voxel]), error, centres)


def _finder(method: str, sign: int) -> Callable[[Ready], Array | None]:
    """Return what finds a method's point in a part of the scan."""

    def _find(ready: Ready) -> Array | None:
        if method == CLUSTERING:
            return coarse_spot(ready, sign)
        course = _course(method, ready)
        return None if isinstance(course, str) else spot_of(ready, course, sign).point

    return _find


def _all_known(points: list[Array | None]) -> float | None:
    known = [_triple(point) for point in points if point is not None]
    return furthest(known) if len(known) == len(points) else None


def furthest(points: list[tuple[float, float, float]]) -> float | None:
    """Return the largest distance of two of some points in mm; None with fewer than two."""
    pairs = combinations(np.array(points), 2)
    return max((float(np.linalg.norm(one - other)) for one, other in pairs), default=None)


def _triple(values: Array) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
