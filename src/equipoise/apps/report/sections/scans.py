"""How each functional scan looked: motion, carpet, coverage of regions, checks, correlations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.carpet import carpet_picture, motion_trace, moved
from equipoise.apps.report.charts.scales import nice_ticks
from equipoise.apps.report.names import cell
from equipoise.apps.report.sections.connectome import Connectome, connectome
from equipoise.apps.report.sections.imaging import Imaging
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, say, sentence
from equipoise.core.nouns import RegionQuality, ScanDiagnostic, ScanSummary
from equipoise.core.tables import setting

__all__ = ["Carpet", "Check", "ScanView", "Scans", "scans_view"]

MINUTE: Final = 60.0
PICTURES: Final = 12
"""Carpets and matrices are drawn for so many runs; the page stays small."""
NAMED: Final = 6
SEEN: Final = "drop_out"
"""The check of regions; their list stands beside the checks and says more."""
CANNOT_TELL: Final = "Cannot tell"


@dataclass(frozen=True, slots=True)
class Carpet:
    """Motion and carpet, with the places of their words.

    `bands` is (name, share of the height in percent); `minutes` is (label, place in percent).
    """

    motion: Markup | None
    top: str
    picture: Markup | None
    bands: tuple[tuple[str, str], ...]
    minutes: tuple[tuple[str, str], ...]
    summary: str
    caption: str


@dataclass(frozen=True, slots=True)
class Check:
    """One diagnostic that speaks against trusting the scan, and why it matters."""

    title: str
    words: str


@dataclass(frozen=True, slots=True)
class ScanView:
    """One run."""

    id: str
    title: str
    facts: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    carpet: Carpet | None
    coverage: str
    missed: tuple[str, ...]
    regions: DataTable | None
    checks: tuple[Check, ...]
    other_checks: DataTable | None
    matrix: Connectome | None


@dataclass(frozen=True, slots=True)
class Scans:
    """All runs; the first is open, the others are folded."""

    title: str
    runs: tuple[ScanView, ...]
    more: str
    limit: str


def scans_view(imaging: Imaging) -> Scans | None:
    """Return every run that was read; None where there was none."""
    if not imaging.scans:
        return None
    runs = tuple(
        _view(scan, k, imaging, drawn=k < PICTURES) for k, scan in enumerate(imaging.scans)
    )
    left = len(runs) - PICTURES
    more = "" if left <= 0 else f"Pictures of {n.count(left, 'further run')} are left out."
    return Scans(_title(imaging.scans), runs, more, say("image_not_read"))


def _title(scans: tuple[ScanSummary, ...]) -> str:
    minutes = sum(scan.volumes * scan.seconds for scan in scans) / MINUTE
    lost = sum(scan.censored for scan in scans)
    runs = n.count(len(scans), "functional run", spelled=True).capitalize()
    words = f"{runs}, {round(minutes)} minutes in all"
    if lost:
        return f"{words}, {lost} of {sum(s.volumes for s in scans)} volumes left out for motion"
    return f"{words}, no volume left out for motion"


def _view(scan: ScanSummary, number: int, imaging: Imaging, *, drawn: bool) -> ScanView:
    worst = sorted(scan.regions, key=lambda r: (r.enough, r.coverage, r.tsnr))
    return ScanView(
        id=f"scan-{number + 1}",
        title=_name(scan),
        facts=_facts(scan),
        flags=_flags(scan, imaging.notices),
        carpet=_carpet(scan) if drawn else None,
        coverage=_coverage(scan.regions),
        missed=tuple(_region_words(r) for r in worst if not r.enough),
        regions=_region_table(worst) if worst else None,
        checks=tuple(_check(one) for one in scan.diagnostics if one.concern and one.id != SEEN),
        other_checks=_other_checks(scan.diagnostics),
        matrix=connectome(scan, imaging) if drawn and scan.matrix else None,
    )


def _flags(scan: ScanSummary, notices: tuple[str, ...]) -> tuple[str, ...]:
    """Return the flags, but for what the page says elsewhere: notices and regions badly seen."""
    elsewhere = (*(region.title for region in scan.regions), *notices)
    flags = (flag for flag in scan.flags if not any(words in flag for words in elsewhere))
    return tuple(dict.fromkeys(sentence(flag) for flag in flags))


def _name(scan: ScanSummary) -> str:
    task = "Scan" if scan.task is None else "Rest" if scan.task == "rest" else f"Task {scan.task}"
    parts = [task]
    parts += [f"run {scan.run}"] if scan.run else []
    parts += [f"session {scan.session}"] if scan.session else []
    parts += [n.day(scan.date)] if scan.date else []
    return ", ".join(parts)


def _facts(scan: ScanSummary) -> tuple[tuple[str, str], ...]:
    title = cell("circuits/cleaning", "title", id=scan.strategy)
    minutes = scan.volumes * scan.seconds / MINUTE
    return (
        ("Length", f"{minutes:.0f} minutes, {scan.volumes} volumes of {scan.seconds:g} s"),
        ("Left out for motion", f"{scan.censored} of {scan.volumes} volumes"),
        ("Mean displacement", _mean_motion(scan.displacement)),
        ("Cleaning", f"{scan.strategy}: {title}" if title else scan.strategy),
        ("Degrees of freedom left", str(scan.freedom)),
        ("Space", scan.space),
        ("Scanner", scan.scanner or "not recorded"),
        ("File", scan.name),
    )


def _mean_motion(displacement: tuple[float, ...]) -> str:
    if not displacement:
        return "not known"
    return f"{sum(displacement) / len(displacement):.2f} mm a volume"


def _coverage(regions: tuple[RegionQuality, ...]) -> str:
    if not regions:
        return "Coverage of regions is not known."
    seen = [region for region in regions if region.enough]
    missed = len(regions) - len(seen)
    if missed:
        words = n.count(missed, "region holds", "regions hold", spelled=True).capitalize()
        start = f"{words} too little signal, of {len(regions)} that were asked for."
    else:
        start = f"All {n.count(len(regions), 'region')} hold enough signal."
    if not seen:
        return start
    low = min(region.coverage for region in seen)
    quiet = min(region.tsnr for region in seen)
    rest = "The others are" if missed else "They are"
    return (
        f"{start} {rest} covered to {n.whole(low)}\N{NO-BREAK SPACE}% or more, with a "
        f"signal-to-noise ratio of {quiet:.0f} or more."
    )


def _region_words(region: RegionQuality) -> str:
    return (
        f"{region.title}: {n.whole(region.coverage)}\N{NO-BREAK SPACE}% covered, "
        f"signal-to-noise ratio {region.tsnr:.0f}."
    )


def _region_table(regions: list[RegionQuality]) -> DataTable:
    rows = tuple(
        (
            region.title,
            f"{n.whole(region.coverage)}\N{NO-BREAK SPACE}%",
            f"{region.tsnr:.0f}",
            "enough" if region.enough else "too little signal",
        )
        for region in regions
    )
    columns = ("Region", "Covered", "Temporal signal-to-noise ratio", "Signal")
    return DataTable("Every region, the weakest first", columns, rows, widths=(46, 14, 20, 20))


def _check(one: ScanDiagnostic) -> Check:
    why = cell("circuits/diagnostics", "reason", id=one.id)
    words = sentence(one.words)
    return Check(one.title, f"{words} About the limit: {sentence(why)}" if why else words)


def _other_checks(found: tuple[ScanDiagnostic, ...]) -> DataTable | None:
    """Return the checks that speak against nothing, and those that could not be made."""
    rows = tuple((one.title, sentence(one.words)) for one in found if not one.concern)
    if not rows:
        return None
    unclear = sum(words.startswith(CANNOT_TELL) for _, words in rows)
    heading = f"{n.count(len(rows) - unclear, 'check', spelled=True).capitalize()} without concern"
    if unclear:
        heading += f", {n.count(unclear, 'that', 'that', spelled=True)} cannot be told"
    return DataTable(heading, ("Check", "What it says"), rows, widths=(40, 60))


def _carpet(scan: ScanSummary) -> Carpet | None:
    limit = setting("bold_fd_threshold")
    bands = [number for _, number in scan.carpet_rows]
    picture = carpet_picture(scan.carpet, scan.carpet_shape, bands) if scan.carpet else None
    if picture is None and not scan.displacement:
        return None
    motion, top = None, limit
    if scan.displacement:
        top = nice_ticks(0.0, max(2 * limit, *scan.displacement), 3)[-1]
        motion = motion_trace(scan.displacement, limit, top)
    rows = max(scan.carpet_shape[0], 1)
    return Carpet(
        motion=motion,
        top=f"{top:g} mm",
        picture=picture,
        bands=tuple((name, f"{100 * k / rows:.2f}%") for name, k in scan.carpet_rows),
        minutes=_minutes(scan.volumes * scan.seconds / MINUTE),
        summary=_carpet_summary(scan, limit),
        caption=_carpet_caption(scan, limit, drawn=picture is not None),
    )


def _minutes(length: float) -> tuple[tuple[str, str], ...]:
    ticks = [tick for tick in nice_ticks(0.0, length, 6) if tick <= length]
    return tuple((f"{tick:g}", f"{100 * tick / max(length, 1e-9):.2f}%") for tick in ticks)


def _carpet_summary(scan: ScanSummary, limit: float) -> str:
    high = len(moved(scan.displacement, limit))
    bands = joined([name for name, _ in scan.carpet_rows], most=NAMED)
    words = f"Carpet plot of {n.count(scan.volumes, 'volume')}"
    words += f" in the bands {bands}." if bands else "."
    if not scan.displacement:
        return f"{words} {say('scan_no_motion')}"
    return (
        f"{words} Framewise displacement lies above {limit:g} mm in "
        f"{n.count(high, 'volume')}; its largest value is {max(scan.displacement):.1f} mm."
    )


def _carpet_caption(scan: ScanSummary, limit: float, *, drawn: bool) -> str:
    parts = [say("scan_carpet")] if drawn else []
    if scan.displacement:
        parts.append(say("scan_moved", limit=f"{limit:g}"))
    else:
        parts.append(say("scan_no_motion"))
    return " ".join(parts)
