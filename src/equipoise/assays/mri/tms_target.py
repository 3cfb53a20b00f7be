"""Personal stimulation point in the left dorsolateral prefrontal cortex.

What it measures: the place of the search region whose signal at rest runs most against that of
the subgenual anterior cingulate cortex (or, on request, most with it), by up to three methods side
by side, each with the region in which it would fall if the scan were repeated.

Why in depression: sites that are more anticorrelated with the subgenual cingulate had the better
record (Fox 2012). Later and larger work is less kind: the correlation explains about 3 % of the
outcome (Elbau 2023), and the distance to an individual target did not tell who improved in 501
people (Gregory 2025). The point is one defensible place, not a promise; grade D.

Method: search region of four 20 mm spheres, smoothed within itself; see `target/classic`,
`target/reference_map` and `target/clustering`. Whether a spot stands out is judged against
unrelated seeds with the same spectrum. Regions come from a block bootstrap, split-half distances
from two halves cleaned apart. The point is that of the preferred method that finds one.

Limits: the region tells about noise in this scan, not about change from day to day. Left and
right are those of the file's header: sform and qform are compared, but no check on one image can
prove them. The correlation at a place picked for being extreme lies too far from zero.

References: fox2012, contarg, cash2021, cole2022, dlpfc_retest2022, gregory2025, elbau2023.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from equipoise.assays.mri.options import Options
from equipoise.assays.mri.scan import Scan
from equipoise.assays.mri.target.circumstances import circumstances
from equipoise.assays.mri.target.estimate import Bench, Found, estimate, furthest
from equipoise.assays.mri.target.placed import places_of, with_distances
from equipoise.assays.mri.target.search import search_left
from equipoise.assays.mri.target.verdict import against, verdict
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import NotMeasured, Provenance, Target, TargetEstimate
from equipoise.core.tables import setting

__all__ = ["SPEC", "measure"]

SEED: Final = "sgacc_r"
BOTH: Final = ("sgacc_r", "sgacc_l")
SEARCH: Final = ("dlpfc_ba9_l", "dlpfc_ba46_l", "dlpfc_5cm_l", "dlpfc_f3_l")
GROUP: Final = "dlpfc_group_target_l"

SPEC = AssaySpec(
    id="mri.tms_target",
    title="Personal TMS target",
    needs=("bold:rest", *(f"region:{region}" for region in (*BOTH, *SEARCH))),
    yields=(Yield("mri.tms_target", "1", -1.0, 1.0),),
    table="regions/regions",
    retest="mri.tms_target",
    references=("fox2012", "contarg", "cash2021", "cole2022", "dlpfc_retest2022", "gregory2025"),
)

_SIDE_FLAG: Final = (
    "left and right are those of the image header; confirm the side before stimulating"
)
_WORDS: Final = {
    "classic": "seed-based",
    "reference_map": "seed replaced by the reference map's series",
    "clustering": "clusters of voxels that go together",
}


def measure(scan: Scan, options: Options, *, seed: int) -> tuple[Target | NotMeasured, ...]:
    """Return the target, or why there is none."""
    date = scan.first.recording.date
    missed = scan.missed(SPEC.id, (SEED, *SEARCH))
    if missed:
        return (missed,)
    freedom, least = min(half.freedom for half in scan.halves()), setting("tms_min_half_dof")
    if freedom < least:
        reason = (
            f"the scan is too short to check itself: a half keeps {freedom} degrees of freedom, "
            f"at least {least:g} are needed"
        )
        return (NotMeasured(SPEC.id, reason, date),)
    search = search_left(scan, SEED, SEARCH, _both(scan))
    bench = Bench.of(scan, search, options.sign, SPEC.id, seed)
    # Mostly linear algebra, which leaves the interpreter free: the methods run side by side.
    with ThreadPoolExecutor() as pool:
        each = pool.map(lambda method: estimate(method, options.sign, bench), options.methods)
        found = dict(zip(options.methods, each, strict=True))
    whole = (name for name in _order(options) if found[name].estimate.split_half is not None)
    chosen = next(whole, None)
    if chosen is None:
        return (NotMeasured(SPEC.id, _why(found, _order(options)), date),)
    return (_target(scan, bench, found, chosen),)


def _both(scan: Scan) -> tuple[str, ...]:
    """Return the seeds of both sides that are covered, for clustering."""
    return BOTH if scan.missed(SPEC.id, BOTH) is None else ()


def _order(options: Options) -> list[str]:
    """Return the methods asked for, the preferred first."""
    return sorted(options.methods, key=lambda name: setting(f"tms_preference_{name}"))


def _why(found: dict[str, Found], order: list[str]) -> str:
    """Return why no method gives a point, each reason with its methods where they differ."""
    told: dict[str, list[str]] = {}
    for name in order:
        told.setdefault(_reason(found[name].estimate), []).append(name.replace("_", " "))
    if len(told) == 1:
        return next(iter(told))
    return "; ".join(f"by {' and '.join(names)}: {reason}" for reason, names in told.items())


def _reason(found: TargetEstimate) -> str:
    return found.reason or "one half of the scan alone gives no point"


def _target(scan: Scan, bench: Bench, found: dict[str, Found], chosen: str) -> Target:
    best, region = found[chosen].estimate, found[chosen].region
    assert best.point is not None
    assert best.connectivity is not None
    assert best.split_half is not None
    assert region is not None
    estimates = with_distances(scan, tuple(one.estimate for one in found.values()), GROUP)
    agreement = furthest([one.point for one in estimates if one.point is not None])
    around = circumstances(scan, bench, (SEED, *SEARCH), region.radius95, agreement)
    name, reasons = verdict(best, around)
    group = next(one.group_distance for one in estimates if one.method == chosen)
    assert group is not None  # the point lies in a region that was found by its place in MNI
    way = "anticorrelated" if best.sign == "negative" else "correlated"
    return Target(
        id=SPEC.id,
        point=best.point,
        space=scan.first.space,
        side="L",
        method=(
            f"strongest cluster of the voxels of the left dorsolateral prefrontal cortex that are "
            f"most {way} with the subgenual cingulate, {_WORDS[chosen]}"
        ),
        connectivity=best.connectivity,
        covariance=best.covariance,
        radius50=region.radius50,
        radius95=region.radius95,
        split_half=best.split_half,
        group_distance=group,
        group_target=GROUP,
        verdict=name,
        reasons=reasons,
        coverage=scan.coverage((SEED, *SEARCH)),
        date=scan.first.recording.date,
        flags=(*scan.quality((SEED, *SEARCH)), _SIDE_FLAG),
        provenance=_provenance(scan, bench),
        chosen=chosen,
        estimates=estimates,
        agreement=agreement,
        places=places_of(scan, best.point),
        against=against(best, around),
    )


def _provenance(scan: Scan, bench: Bench) -> Provenance:
    known = scan.provenance
    method = (
        ("seed_region", SEED),
        ("search_regions", "; ".join(SEARCH)),
        ("degrees_of_freedom", str(scan.whole.freedom)),
        ("smoothing", f"{setting('tms_smoothing_fwhm'):g} mm"),
        ("extreme_share", f"{setting('tms_extreme_share'):g}"),
        ("bootstrap_block", f"{scan.first.block} volumes"),
        ("bootstrap_replicates", f"{setting('tms_bootstrap_replicates'):g}"),
        ("chance_of_noise", f"{bench.chance:.3f}"),
    )
    return Provenance(known.inputs, known.software, (*known.parameters, *method))
