"""Correlations of all regions of one run, regions of a circuit beside each other."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.matrix import colour_bar, heat_map, span_of
from equipoise.apps.report.names import measure_title, region_title, rows_of
from equipoise.apps.report.sections.imaging import ASSAY, Imaging
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import say
from equipoise.core.nouns import ScanSummary

__all__ = ["Connectome", "connectome"]

OTHER = "Other regions"


@dataclass(frozen=True, slots=True)
class Connectome:
    """The matrix, the names of its rows under their circuits, its scale and its numbers."""

    picture: Markup
    summary: str
    groups: tuple[tuple[str, tuple[tuple[int, str], ...]], ...]
    scale: tuple[tuple[str, str], ...]
    caption: str
    table: DataTable


def connectome(scan: ScanSummary, imaging: Imaging) -> Connectome | None:
    """Return the matrix of a run; None where it is not square or has fewer than two regions."""
    names, values = scan.matrix_regions, scan.matrix
    size = len(names)
    if size < 2 or len(values) != size or any(len(row) != size for row in values):  # noqa: PLR2004
        return None
    grouped = _grouped(names, imaging)
    order = [i for _, members in grouped for i in members]
    sorted_values = [[values[i][j] for j in order] for i in order]
    titles = [region_title(names[i]) for i in order]
    number = {i: k + 1 for k, i in enumerate(order)}
    return Connectome(
        picture=heat_map(sorted_values, [len(members) for _, members in grouped]),
        summary=_summary(titles, sorted_values),
        groups=tuple(
            (title, tuple((number[i], region_title(names[i])) for i in members))
            for title, members in grouped
        ),
        scale=_scale(sorted_values),
        caption=say("matrix_words"),
        table=_table(titles, sorted_values),
    )


def _scale(values: list[list[float]]) -> tuple[tuple[str, str], ...]:
    span, size = span_of(values), range(len(values))
    return colour_bar(span, beyond=any(abs(values[i][j]) > span for i in size for j in range(i)))


def _grouped(names: tuple[str, ...], imaging: Imaging) -> list[tuple[str, list[int]]]:
    """Return the regions under the first circuit that uses them, circuits in order of use."""
    home: dict[str, str] = {}
    pairs = [(e.circuit, e.region_a, e.region_b) for s in imaging.scans for e in s.edges]
    pairs += [
        (row.text("circuit"), row.text("region_a"), row.text("region_b"))
        for row in rows_of("circuits/circuits")
    ]
    for circuit, *ends in pairs:
        for region in ends:
            home.setdefault(region, circuit)
    found: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        found.setdefault(home.get(name, ""), []).append(i)
    ordered = sorted(found.items(), key=lambda item: item[0] == "")
    return [(measure_title(f"{ASSAY}{c}") if c else OTHER, members) for c, members in ordered]


def _pairs(titles: list[str], values: list[list[float]]) -> list[tuple[float, str, str]]:
    size = len(titles)
    return sorted(
        (values[i][j], titles[i], titles[j]) for i in range(size) for j in range(i + 1, size)
    )


def _summary(titles: list[str], values: list[list[float]]) -> str:
    found = _pairs(titles, values)
    low, high = found[0], found[-1]
    negative = sum(value < 0 for value, _, _ in found)
    return (
        f"Correlations of {len(titles)} regions, {len(found)} pairs, {negative} of them negative. "
        f"Lowest: {n.measured(round(low[0], 2))} ({low[1]} with {low[2]}). "
        f"Highest: {n.measured(round(high[0], 2))} ({high[1]} with {high[2]}). "
        "The numbers stand in the table below."
    )


def _table(titles: list[str], values: list[list[float]]) -> DataTable:
    """Return the strongest partners of every region, both ways."""
    rows = []
    for i, title in enumerate(titles):
        others = sorted((values[i][j], titles[j]) for j in range(len(titles)) if j != i)
        rows.append((title, _partner(others[-1]), _partner(others[0])))
    return DataTable(
        "Strongest partners of every region (correlation)",
        ("Region", "Highest", "Lowest"),
        tuple(rows),
        widths=(34, 33, 33),
    )


def _partner(found: tuple[float, str]) -> str:
    return f"{n.measured(round(found[0], 2))} {found[1]}"
