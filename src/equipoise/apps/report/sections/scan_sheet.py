"""Lines of the data sheet about targets, connections, regions and changes."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import measure_title, region_title
from equipoise.apps.report.sections.line import NA, Line, made_with, normal_ends
from equipoise.apps.report.sections.methods import method_title
from equipoise.core.nouns import Change, Dossier, Quantity, ScanSummary, Target, TargetEstimate

__all__ = ["scan_lines", "target_lines"]


def target_lines(target: Target) -> list[Line]:
    """Return the numbers of a target: of the chosen point, then of every method."""
    shared = {
        "date": target.date or NA,
        "coverage": n.exact(target.coverage),
        "quality": "; ".join(target.flags) or NA,
        **made_with(target.provenance),
    }
    numbers = {
        **dict(zip(("x", "y", "z"), target.point, strict=True)),
        "radius50": target.radius50,
        "radius95": target.radius95,
        "split_half": target.split_half,
        "group_distance": target.group_distance,
    }
    lines = [
        Line(
            f"{target.id}.{name}",
            name.replace("_", " "),
            n.exact(value),
            "mm",
            note=target.space,
            **shared,
        )
        for name, value in numbers.items()
    ]
    seed = "Correlation with the seed"
    lines.append(_quantity(f"{target.id}.connectivity", seed, target.connectivity, shared))
    for estimate in target.estimates:
        lines += _estimate(target, estimate, shared)
    return lines


def _quantity(name: str, label: str, value: Quantity, shared: dict[str, str]) -> Line:
    error = value.standard_error
    return Line(
        name,
        label,
        n.exact(value.value),
        value.unit,
        NA if error is None else n.exact(error),
        *normal_ends(value.value, error),
        **shared,
    )


def _estimate(target: Target, estimate: TargetEstimate, shared: dict[str, str]) -> list[Line]:
    stem = f"{target.id}.{estimate.method}.{estimate.sign}"
    title = f"{method_title(estimate.method)}, {estimate.sign}"
    if estimate.point is None:
        return [Line(stem, title, NA, NA, note=estimate.reason or "no point", **shared)]
    numbers: dict[str, float | None] = dict(zip(("x", "y", "z"), estimate.point, strict=True))
    for level, axes in (("50", estimate.axes50), ("95", estimate.axes95)):
        numbers |= {f"axis{level}_{k + 1}": axis for k, axis in enumerate(axes or ())}
    numbers |= {
        "split_half": estimate.split_half,
        "session_distance": estimate.session_distance,
        "group_distance": estimate.group_distance,
        "f3_distance": estimate.f3_distance,
    }
    lines = [
        Line(f"{stem}.{k}", f"{title}, {k.replace('_', ' ')}", n.exact(v), "mm", **shared)
        for k, v in numbers.items()
        if v is not None
    ]
    quantities = {"connectivity": estimate.connectivity, "depth": estimate.depth}
    lines += [
        _quantity(f"{stem}.{name}", f"{title}, {name}", value, shared)
        for name, value in quantities.items()
        if value is not None
    ]
    return lines


def scan_lines(dossier: Dossier) -> list[Line]:
    """Return the numbers of all scans and of all changes between sessions."""
    lines = [line for k, scan in enumerate(dossier.scans) for line in _scan(scan, f"scan{k + 1}")]
    return lines + [_change(change) for change in dossier.changes]


def _scan(scan: ScanSummary, stem: str) -> Iterator[Line]:
    shared = {"date": scan.date or NA, "note": scan.name}
    for name, value, unit in (
        ("volumes", scan.volumes, "{volumes}"),
        ("censored", scan.censored, "{volumes}"),
        ("freedom", scan.freedom, "1"),
    ):
        yield Line(f"{stem}.{name}", f"Scan, {name}", str(value), unit, **shared)
    for region in scan.regions:
        label = f"{region.title}, temporal signal-to-noise ratio"
        yield Line(
            f"{stem}.{region.region}.tsnr",
            label,
            n.exact(region.tsnr),
            "1",
            coverage=n.exact(region.coverage),
            **shared,
        )
    for edge in scan.edges:
        yield Line(
            f"{stem}.{edge.circuit}.{edge.region_a}.{edge.region_b}",
            f"{region_title(edge.region_a)} with {region_title(edge.region_b)}, Fisher z",
            n.exact(edge.z),
            "1",
            n.exact(edge.standard_error),
            *normal_ends(edge.z, edge.standard_error),
            **shared,
        )
    for one in scan.diagnostics:
        told = NA if one.value is None else n.exact(one.value)
        yield Line(f"{stem}.{one.id}", one.title, told, one.unit, **shared)


def _change(change: Change) -> Line:
    return Line(
        f"change.{change.measure}",
        f"{measure_title(change.measure)}, change",
        n.exact(change.difference),
        change.first.unit,
        NA if change.retest_error is None else n.exact(change.retest_error),
        *normal_ends(change.difference, change.retest_error),
        date=change.last_date or NA,
        source=change.reference,
        note=change.verdict,
    )
