"""Phantoms with a known target: how far off each method is, and how often its region holds it.

Run it with ``python benchmarks/target_phantoms.py [SCENE ...] [--people N] [--workers W]``; without
a scene it runs 20 minutes of signal, and no signal; ``all`` runs every scene.

A phantom is a search region on a 2 mm grid of the template. A parcel of the left dorsolateral
prefrontal cortex, a ball with a soft edge at a place of its own well inside the region, carries a
signal of which a part runs against the signal of the subgenual cingulate. All voxels carry
spatially smooth noise with a 1/f spectrum, white voxel noise and a share of the global signal; the
seeds carry the subgenual signal with noise of their own; some of the grey matter elsewhere goes
with it, some against it, and all of it carries other networks. Motion regressors and the global
signal are removed as in a scan. Series hold the band alone: what lies outside is removed anyhow.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import repeat
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from equipoise.assays.mri.cleaning.projection import Projection, projection
from equipoise.assays.mri.cleaning.resample import block_counts, calibration
from equipoise.assays.mri.image.header import Grid
from equipoise.assays.mri.options import METHODS
from equipoise.assays.mri.scan import Part
from equipoise.assays.mri.target import classic
from equipoise.assays.mri.target.estimate import Bench, Found, estimate
from equipoise.assays.mri.target.noise import chance_of_noise
from equipoise.assays.mri.target.search import Ready, Search
from equipoise.assays.mri.target.seeded import spot_of
from equipoise.assays.mri.target.spot import Patch, patch_of, smooth
from equipoise.core.tables import load_table, setting

Array = NDArray[np.float64]
Single = NDArray[np.float32]

SECONDS = 2.0
BAND = (0.01, 0.1)
SEARCH = ("dlpfc_ba9_l", "dlpfc_ba46_l", "dlpfc_5cm_l", "dlpfc_f3_l")
SEEDS = ("sgacc_r", "sgacc_l")
MARGIN = 4
ELSEWHERE = 1500
NETWORKS = 6
SAMPLED = 100
"""Every how many voxels the spectrum of a run is taken from."""


@dataclass(frozen=True)
class Scene:
    """What a phantom is made of.

    `minutes` of scan; `against`, the correlation of the parcel's signal with the subgenual
    signal (negative); `share` of the variance at the parcel's middle that its signal is; `radius`
    and `edge` of the parcel in mm; `fwhm` of the smooth noise in mm; `white`, the share of voxel
    noise; `slope` of the spectrum (power falls with frequency to this power); `whole`, the
    amplitude of the global signal; `spacing` of the grid in mm.
    """

    minutes: float = 20
    against: float = -0.5
    share: float = 0.6
    radius: float = 10
    edge: float = 2
    fwhm: float = 6
    white: float = 0.5
    slope: float = 1
    whole: float = 0.5
    spacing: float = 2


SCENES = {
    "20 minutes": Scene(),
    "10 minutes": Scene(minutes=10),
    "5 minutes": Scene(minutes=5),
    "weak": Scene(against=-0.35),
    "small parcel": Scene(radius=7),
    "faint parcel": Scene(share=0.4),
    "flat spectrum": Scene(slope=0),
    "steep spectrum": Scene(slope=2),
    "wide noise": Scene(fwhm=9, white=0.2),
    "voxels of 3 mm": Scene(spacing=3),
    "no signal": Scene(share=0, fwhm=0, white=1, whole=0, slope=0),
    "no spot": Scene(share=0),
}
USUAL = ("20 minutes", "no signal")


@dataclass(frozen=True)
class _Confounds:
    """What a part asks of the confounds of a run."""

    censored: NDArray[np.bool_]


@dataclass(frozen=True)
class _Run:
    """What a part asks of a run."""

    inflation: float
    seconds: float
    confounds: _Confounds


@dataclass(frozen=True)
class Phantom:
    """A search in the whole and in both halves, and the place of the parcel in mm."""

    bench: Bench
    centre: Array


@cache
def patch_around(spacing: float, regions: tuple[str, ...]) -> Patch:
    """Return the voxels of some spheres inside an ellipsoid of the size of the brain."""
    affine = np.diag([spacing, spacing, spacing, 1.0])
    affine[:3, 3] = (-90, -126, -72)
    nx, ny, nz = (round(edge / spacing) for edge in (182, 218, 182))
    grid = Grid((nx, ny, nz), affine)
    flat = np.arange(nx * ny * nz)
    mm = grid.to_mm(np.stack([flat % nx, flat // nx % ny, flat // (nx * ny)], axis=1))
    found = np.zeros(len(flat), dtype=bool)
    for region in regions:
        row = load_table("regions/regions").row(id=region)
        point = np.array([row.number("x"), row.number("y"), row.number("z")])
        found |= ((mm - point) ** 2).sum(axis=1) <= row.number("radius") ** 2
    found &= (((mm - (0, -18, 12)) / (70, 88, 66)) ** 2).sum(axis=1) <= 1
    return patch_of(grid, flat[found])


def places(patch: Patch, depth: float) -> Array:
    """Return the voxels about which a ball of `depth` mm lies in the patch, but for a tenth."""
    from scipy.spatial import cKDTree

    tree = cKDTree(patch.positions)
    near = tree.query_ball_point(patch.positions, depth, return_length=True)
    full = 4 / 3 * np.pi * depth**3 / patch.volume
    return patch.positions[near >= 0.9 * full]


class _Maker:
    """Draws courses and fields of noise for one scene."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.generator = scene, np.random.default_rng(seed)
        self.volumes = round(scene.minutes * 60 / SECONDS)
        plain = projection(np.zeros((self.volumes, 1)), SECONDS, BAND)
        self.basis = plain.basis.astype(np.float32)
        number = np.arange(1, self.basis.shape[1] + 1) + BAND[0] * 2 * self.volumes * SECONDS
        amplitude = number ** (-scene.slope / 2)
        self.amplitude = (amplitude / np.sqrt((amplitude**2).mean())).astype(np.float32)[:, None]

    def course(self, count: int = 1) -> Single:
        """Return coefficients of `count` signals of variance 1, shape (m, count)."""
        shape = (len(self.amplitude), count)
        drawn = self.generator.standard_normal(shape, dtype=np.float32)
        return np.asarray(self.amplitude * drawn, dtype=np.float32)

    def field(self, patch: Patch) -> Single:
        """Return coefficients of noise of variance 1 in a patch: smooth and white together."""
        from scipy.ndimage import gaussian_filter

        assert patch.inside is not None
        scene, m = self.scene, len(self.amplitude)
        white = self.generator.standard_normal((m, len(patch.positions)), dtype=np.float32)
        if scene.fwhm <= 0:
            return np.asarray(self.amplitude * white, dtype=np.float32)
        shape = (m, *(edge + 2 * MARGIN for edge in patch.inside.shape))
        drawn = self.generator.standard_normal(shape, dtype=np.float32)
        sigma = scene.fwhm / np.sqrt(8 * np.log(2)) / patch.spacing
        drawn = gaussian_filter(drawn, sigma, axes=(1, 2, 3), truncate=3)
        inner = slice(MARGIN, -MARGIN)
        kept = drawn[:, inner, inner, inner][:, patch.inside]
        kept *= np.float32(np.sqrt(1 - scene.white)) / kept.std()
        noise = kept + np.float32(np.sqrt(scene.white)) * white
        return np.asarray(self.amplitude * noise, dtype=np.float32)

    def in_time(self, coefficients: Single) -> Single:
        """Return series, shape (volumes, n)."""
        return np.asarray(self.basis @ coefficients, dtype=np.float32)


def phantom(scene: Scene, seed: int) -> Phantom:
    """Make one phantom.

    Parameters
    ----------
    scene : Scene
        What it is made of.
    seed : int
        Each seed is another person: place of the parcel, signals and noise.
    """
    maker = _Maker(scene, seed)
    patch, around = patch_around(scene.spacing, SEARCH), patch_around(scene.spacing, SEEDS)
    inner = places(patch, scene.radius + 2 * scene.edge)
    draw = maker.generator
    centre = inner[draw.integers(len(inner))] + draw.uniform(-0.5, 0.5, 3) * scene.spacing
    signal, own, whole = maker.course(), maker.course(), np.float32(scene.whole) * maker.course()
    parcel = scene.against * signal + np.sqrt(1 - scene.against**2) * own
    away = np.linalg.norm(patch.positions - centre, axis=1)
    loading = np.sqrt(scene.share / (1 - scene.share)) / (
        1 + np.exp((away - scene.radius) / scene.edge)
    )
    here = maker.field(patch) + parcel * loading.astype(np.float32) + whole
    there = maker.field(around) + np.float32(scene.share > 0) * signal + whole
    # Smoothing within the band before it is laid out in time is the same, and a third of the work.
    width = setting("tms_smoothing_fwhm")
    smoothed = tuple(
        maker.in_time(smooth(*pair, width)) for pair in ((patch, here), (around, there))
    )
    right = around.positions[:, 0] > 0
    seeds = maker.in_time(there[:, right].mean(axis=1, keepdims=True))
    search = Search(patch, (smoothed[0],), (seeds,), (smoothed[1],))
    elsewhere = maker.in_time(_elsewhere(maker, signal if scene.share else maker.course(), whole))
    regressors = _regressors(maker, whole)
    return Phantom(_bench(search, elsewhere, regressors, seed), centre)


def _elsewhere(maker: _Maker, signal: Single, whole: Single) -> Single:
    """Return grey matter outside the search region: networks, of which one holds the seed."""
    draw = maker.generator
    network = draw.integers(0, NETWORKS, ELSEWHERE)
    side = draw.choice(np.array([-1, 1]), ELSEWHERE).astype(np.float32)
    courses = np.concatenate([signal, maker.course(NETWORKS - 1)], axis=1)
    mixed = maker.course(ELSEWHERE) + courses[:, network] * side + whole
    return np.asarray(mixed, dtype=np.float32)


def _regressors(maker: _Maker, whole: Single) -> Array:
    """Return twelve motion terms that wander, and the global signal as it is measured."""
    draw, volumes = maker.generator, maker.volumes
    motion = draw.standard_normal((volumes, 6)).cumsum(axis=0) + draw.standard_normal((volumes, 6))
    derivative = np.diff(motion, axis=0, prepend=motion[:1])
    measured = maker.in_time(whole)[:, 0] + 0.1 * draw.standard_normal(volumes)
    return np.column_stack([motion, derivative, measured])


def _bench(search: Search, elsewhere: Single, regressors: Array, seed: int) -> Bench:
    volumes = len(regressors)
    block = round(setting("bold_block_seconds") / SECONDS)
    pieces = (slice(0, volumes), slice(0, volumes // 2), slice(volumes // 2, volumes))
    cleanings = [projection(regressors[piece], SECONDS, BAND) for piece in pieces]
    told = np.hstack([search.seed[0], search.series[0][:, ::SAMPLED]])
    factor = calibration(cleanings[0], block, told)
    known = cast("Any", _Run(factor, SECONDS, _Confounds(np.zeros(volumes, dtype=bool))))
    whole, first, second = (
        Ready.of(
            search, Part((known,), (piece,), (cleaning,), (_gram(cleaning, elsewhere[piece]),))
        )
        for piece, cleaning in zip(pieces, cleanings, strict=True)
    )
    generator = np.random.default_rng((seed, 1))
    replicates = int(setting("tms_bootstrap_replicates"))
    counts = block_counts((volumes,), block, replicates, generator)
    chance = chance_of_noise(whole, spot_of(whole, classic.course(whole), -1), -1, generator)
    return Bench(whole, (first, second), (), counts, -1, chance, "mri.tms_target", seed)


def _gram(cleaning: Projection, series: Single) -> Single:
    left = cleaning.coefficients(series)
    left /= np.linalg.norm(left, axis=0)
    return np.asarray(left @ left.T / left.shape[1], dtype=np.float32)


@dataclass(frozen=True)
class Outcome:
    """One method on one phantom.

    `off` is the distance to the parcel's middle in mm, `held` whether the 95 and the 50 % region
    hold it, `longest` the longest half axis of the former, `spread` the distance of the halves,
    `r` the correlation at the point; NaN where there is no point.
    """

    method: str
    off: float
    held95: bool
    held50: bool
    longest: float
    halves: float
    r: float
    chance: float


def outcome(made: Phantom, method: str) -> Outcome:
    """Let a method find the target of a phantom."""
    found = estimate(method, "negative", made.bench)
    said, nan = found.estimate, float("nan")
    if said.point is None or said.axes95 is None or said.connectivity is None:
        return Outcome(method, nan, False, False, nan, nan, nan, made.bench.chance)
    off = float(np.linalg.norm(made.centre - said.point))
    within95, within50 = (holds(found, made.centre, share) for share in (95, 50))
    return Outcome(
        method,
        off,
        within95,
        within50,
        said.axes95[0],
        nan if said.split_half is None else said.split_half,
        said.connectivity.value,
        made.bench.chance,
    )


def holds(found: Found, point: Array, share: int) -> bool:
    """Return whether the 95 or the 50 % region of an estimate holds a point."""
    said = found.estimate
    axes = said.axes95 if share == 95 else said.axes50
    along = np.array(said.directions) @ (point - np.array(said.point))
    return bool(((along / np.array(axes)) ** 2).sum() <= 1)


def person(scene: Scene, seed: int) -> list[Outcome]:
    """Make a phantom and let all methods find its target."""
    made = phantom(scene, seed)
    return [outcome(made, method) for method in METHODS]


def report(name: str, people: list[list[Outcome]]) -> None:
    """Print one scene's table."""
    print(f"{name}: {len(people)} phantoms")
    for number, method in enumerate(METHODS):
        some = [one[number] for one in people if np.isfinite(one[number].off)]
        if not some:
            print(f"  {method:14} no point in any")
            continue
        off = np.array([one.off for one in some])
        held95, held50 = (np.mean([getattr(o, f"held{n}") for o in some]) for n in (95, 50))
        axis, halves = np.median([o.longest for o in some]), np.nanmedian([o.halves for o in some])
        print(
            f"  {method:14} point {len(some) / len(people):5.1%}  off {np.median(off):5.2f} mm "
            f"(95 % {np.percentile(off, 95):5.2f})  held 95 % {held95:6.1%}  50 % {held50:6.1%}  "
            f"longest half axis {axis:5.1f} mm  halves {halves:5.1f} mm  "
            f"r {np.median([o.r for o in some]):5.2f}",
            flush=True,
        )


def main() -> None:
    """Print the tables of some scenes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", default=[])
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    with ProcessPoolExecutor(chosen.workers) as pool:
        for name in SCENES if "all" in chosen.scenes else chosen.scenes or USUAL:
            scene = replace(SCENES[name])
            people = list(pool.map(person, repeat(scene), range(chosen.people), chunksize=1))
            report(name, people)


if __name__ == "__main__":
    main()
