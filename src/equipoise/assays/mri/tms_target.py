"""Personal stimulation point in the left dorsolateral prefrontal cortex.

What it measures: the place of the search region whose signal at rest runs most against that of
the subgenual anterior cingulate cortex, with the region in which it would fall if the scan were
repeated under the same conditions.

Why in depression: sites that are more anticorrelated with the subgenual cingulate had the better
record (Fox 2012). Later and larger work is less kind: the link was not found prospectively, and
the distance to an individual target did not tell who improved in 501 people (Gregory 2025). The
point is one defensible place, not a promise; grade D.

Method: mean series of the subgenual seed (10 mm sphere); search region of four 20 mm spheres,
smoothed within itself; correlation after cleaning; the most negative tenth of the voxels, the
cluster with the largest sum, its centre of gravity, the nearest voxel of the cluster. Whether any
such cluster stands out is judged against seeds with the same spectrum and random signs. Covariance
and radii come from a block bootstrap, the split-half distance from two halves cleaned apart.

Limits: the point is in template space; a person's own anatomy is not used, neither is scalp
distance. The region tells about noise in this scan, not about change from day to day. Left and
right are those of the file's header: sform and qform are compared, but no check on one image can
prove them. The correlation at a place picked for being low lies too far from zero.

References: fox2012, contarg, dlpfc_retest2022, gregory2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.cleaning.resample import (
    block_counts,
    fisher,
    resampled_correlations,
)
from equipoise.assays.mri.image.regions import centre
from equipoise.assays.mri.options import Options
from equipoise.assays.mri.scan import Part, Scan
from equipoise.assays.mri.target.search import Search, search_left, unit_columns
from equipoise.assays.mri.target.spot import kept_strength, strongest
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import NotMeasured, Provenance, Quantity, Target
from equipoise.core.streams import stream
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Single = NDArray[np.float32]

__all__ = ["SPEC", "measure"]

SEED: Final = "sgacc_r"
SEARCH: Final = ("dlpfc_ba9_l", "dlpfc_ba46_l", "dlpfc_5cm_l", "dlpfc_f3_l")
GROUP: Final = "dlpfc_group_target_l"

SPEC = AssaySpec(
    id="mri.tms_target",
    title="Personal TMS target",
    needs=("bold:rest", *(f"region:{region}" for region in (SEED, *SEARCH))),
    yields=(Yield("mri.tms_target", "1", -1.0, 1.0),),
    table="regions/regions",
    retest="mri.tms_target",
    references=("fox2012", "contarg", "dlpfc_retest2022", "gregory2025"),
)

_SIDE_FLAG: Final = (
    "left and right are those of the image header; confirm the side before stimulating"
)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The spot of the whole run: its voxel in the patch, the map, the chance that noise does it."""

    voxel: int
    point: NDArray[np.float64]
    map: Single
    chance: float


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """Resampled centres, shape (replicates, 3), and the standard error of z at the point."""

    centres: NDArray[np.float64]
    error: float


def measure(scan: Scan, options: Options, *, seed: int) -> tuple[Target | NotMeasured, ...]:
    """Return the target, or why there is none."""
    del options
    missed = scan.missed(SPEC.id, (SEED, *SEARCH))
    if missed:
        return (missed,)
    halves = scan.halves()
    freedom, least = min(half.freedom for half in halves), setting("tms_min_half_dof")
    if freedom < least:
        reason = (
            f"the run is too short to check itself: a half keeps {freedom} degrees of freedom, "
            f"at least {least:g} are needed"
        )
        return (NotMeasured(SPEC.id, reason),)
    search = search_left(scan, SEED, SEARCH)
    found = _find(search, scan.whole, seed)
    if found.chance > setting("tms_alpha"):
        reason = (
            f"no anticorrelated spot: {found.chance:.0%} of unrelated seeds give one as strong "
            f"(limit {setting('tms_alpha'):.0%})"
        )
        return (NotMeasured(SPEC.id, reason),)
    spread = _resample(search, found, scan, seed)
    first, second = (_spot_of_half(search, half) for half in halves)
    return (_target(scan, found, spread, float(np.linalg.norm(first - second))),)


def _find(search: Search, part: Part, seed: int) -> _Found:
    """Find the spot and compare its score with those of unrelated seeds."""
    share = setting("tms_extreme_share")
    region, subgenual = search.cleaned(part)
    observed = fisher(subgenual.T @ region)
    spot = strongest(search.patch, observed, share)
    drawn = stream(f"{SPEC.id}/surrogates", seed)
    count = int(setting("tms_surrogates"))
    signs = drawn.choice(np.array([-1, 1]), size=(len(subgenual), count))
    seeds = unit_columns(part.without_removed(signs * subgenual).astype(np.float32))
    maps = fisher(seeds.T @ region)
    # No cluster is stronger than all kept voxels together: most maps need no clustering.
    maps = maps[kept_strength(maps, share) >= spot.scores[0]]
    scores = strongest(search.patch, maps, share).scores if len(maps) else np.zeros(0)
    chance = (1 + np.count_nonzero(scores >= spot.scores[0])) / (1 + count)
    members = np.flatnonzero(spot.members[0])
    apart = np.linalg.norm(search.patch.positions[members] - spot.centres[0], axis=1)
    voxel = int(members[apart.argmin()])
    return _Found(voxel, search.patch.positions[voxel], observed[0], float(chance))


def _spot_of_half(search: Search, part: Part) -> NDArray[np.float64]:
    region, subgenual = search.cleaned(part)
    maps = fisher(subgenual.T @ region)
    spots = strongest(search.patch, maps, setting("tms_extreme_share"))
    return np.asarray(spots.centres[0])


def _resample(search: Search, found: _Found, scan: Scan, seed: int) -> _Spread:
    """Resample the run in blocks and find the spot again in each replicate."""
    whole = scan.whole
    region, subgenual = search.cleaned(whole)
    counts = block_counts(
        whole.lengths,
        scan.first.block,
        int(setting("tms_bootstrap_replicates")),
        stream(f"{SPEC.id}/blocks", seed),
    )
    drawn = resampled_correlations(
        whole.in_time(region),
        whole.in_time(subgenual),
        counts,
    )
    maps = fisher(drawn)
    maps -= found.map
    maps *= np.float32(whole.inflation)
    error = float(maps[:, found.voxel].std(ddof=1, dtype=np.float64))
    maps += found.map
    spots = strongest(search.patch, maps, setting("tms_extreme_share"))
    return _Spread(spots.centres, error)


def _target(scan: Scan, found: _Found, spread: _Spread, split_half: float) -> Target:
    point, r = found.point, float(np.tanh(found.map[found.voxel]))
    apart = np.linalg.norm(spread.centres - point, axis=1)
    radius50, radius95 = (float(np.percentile(apart, share)) for share in (50, 95))
    upper = float(np.tanh(np.arctanh(r) + NormalDist().inv_cdf(0.5 + 95 / 200) * spread.error))
    verdict, reasons = _verdict(split_half, radius95, r, upper)
    covariance = np.cov(spread.centres.T)
    return Target(
        id=SPEC.id,
        point=(float(point[0]), float(point[1]), float(point[2])),
        space=scan.first.space,
        side="L",
        method=(
            "strongest cluster of the voxels of the left dorsolateral prefrontal cortex that are "
            "most anticorrelated with the subgenual cingulate, seed-based"
        ),
        connectivity=Quantity(r, "1", float((1 - r**2) * spread.error)),
        covariance=tuple((float(a), float(b), float(c)) for a, b, c in covariance),
        radius50=radius50,
        radius95=radius95,
        split_half=split_half,
        group_distance=float(np.linalg.norm(point - centre(GROUP))),
        group_target=GROUP,
        verdict=verdict,
        reasons=reasons,
        coverage=scan.coverage((SEED, *SEARCH)),
        date=None,
        flags=(*scan.quality((SEED, *SEARCH)), _SIDE_FLAG),
        provenance=_provenance(scan, found),
    )


def _verdict(
    split_half: float, radius95: float, r: float, upper: float
) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and its reasons, what speaks against the point first."""
    near, narrow = setting("tms_split_half_limit"), setting("tms_radius95_limit")
    checks = (
        (
            split_half <= near,
            f"the two halves of the scan give points {split_half:.1f} mm apart (limit {near:g} mm)",
        ),
        (
            radius95 <= narrow,
            f"95 % of the resampled points lie within {radius95:.1f} mm (limit {narrow:g} mm)",
        ),
        (
            upper < 0,
            f"the correlation with the subgenual cingulate is {r:.2f}, upper bound {upper:.2f} "
            "(must be below 0)",
        ),
    )
    reasons = tuple(text for good, text in sorted(checks, key=lambda check: check[0]))
    if all(good for good, _ in checks):
        return "use", reasons
    return "use_with_caution", (*reasons, "the standard target serves as well")


def _provenance(scan: Scan, found: _Found) -> Provenance:
    known = scan.provenance
    method = (
        ("seed_region", SEED),
        ("search_regions", "; ".join(SEARCH)),
        ("degrees_of_freedom", str(scan.whole.freedom)),
        ("smoothing", f"{setting('tms_smoothing_fwhm'):g} mm"),
        ("extreme_share", f"{setting('tms_extreme_share'):g}"),
        ("bootstrap_block", f"{scan.first.block} volumes"),
        ("bootstrap_replicates", f"{setting('tms_bootstrap_replicates'):g}"),
        ("chance_of_noise", f"{found.chance:.3f}"),
    )
    return Provenance(known.inputs, known.software, (*known.parameters, *method))
