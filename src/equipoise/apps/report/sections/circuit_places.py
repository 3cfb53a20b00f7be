"""Where the circuits that were scored lie in the brain: a small picture of each."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.circuit_brain import circuit_view
from equipoise.apps.report.charts.template_brain import Plane, Point
from equipoise.apps.report.document import Picture
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.names import (
    measure_title,
    region_point,
    region_title,
    rows_of,
)
from equipoise.apps.report.sections.imaging import ASSAY
from equipoise.apps.report.sections.strips import centile_words, measured_words
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, say
from equipoise.core.nouns import NormedMeasurement

__all__ = ["circuit_places"]

TABLE: Final = "circuits/circuits"
VIEWS: Final[tuple[Plane, ...]] = ("sagittal", "axial")
Link = tuple[str, str]


def circuit_places(newest: list[NormedMeasurement]) -> Picture | None:
    """Return the circuits in a glass brain, each with value, interval and place on the norm.

    Parameters
    ----------
    newest : list of NormedMeasurement
        The newest value of each measure of the brain.

    Returns
    -------
    Picture or None
        None where no measure is a circuit whose regions the tables hold.
    """
    found = [(item, _links(item.measurement.id)) for item in newest]
    drawn = [(item, links) for item, links in found if links]
    if not drawn:
        return None
    titles = [measure_title(item.measurement.id) for item, *_rest in drawn]
    return Picture(
        id="circuit-places",
        title=say("places_title", n=n.count(len(drawn), "circuit")),
        summary=say("places_summary", circuits=joined(titles)),
        plots=tuple((_words(item), _views(links)) for item, links in drawn),
        table=_table(drawn),
        caption=say("places_caption"),
    )


def _links(measure: str) -> tuple[Link, ...]:
    """Return the connections of a circuit whose regions have a known place."""
    circuit = measure.removeprefix(ASSAY)
    pairs = [
        (row.text("region_a"), row.text("region_b")) for row in rows_of(TABLE, circuit=circuit)
    ]
    return tuple(pair for pair in pairs if all(region_point(name) for name in pair))


def _points(names: tuple[str, ...]) -> tuple[Point, ...]:
    return tuple(point for name in names if (point := region_point(name)) is not None)


def _regions(links: tuple[Link, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for pair in links for name in pair))


def _views(links: tuple[Link, ...]) -> Markup:
    points = _points(_regions(links))
    ends = [_points(pair) for pair in links]
    lines = tuple((pair[0], pair[1]) for pair in ends)
    return Markup("").join(circuit_view(plane, points, lines) for plane in VIEWS)


def _words(item: NormedMeasurement) -> str:
    value, _ci80, ci95 = measured_words(item)
    place = centile_words(item.centile) or say("no_norm")
    return f"{measure_title(item.measurement.id)}: {value} ({n.P95}: {ci95}). {place}."


def _table(drawn: list[tuple[NormedMeasurement, tuple[Link, ...]]]) -> DataTable:
    rows = tuple(
        (
            region_title(name),
            measure_title(item.measurement.id),
            n.point_mm(region_point(name) or (0.0, 0.0, 0.0)),
        )
        for item, links in drawn
        for name in _regions(links)
    )
    columns = (_("Region"), _("Circuit"), _("Centre in MNI152, mm"))
    return DataTable(say("places_table"), columns, rows, widths=(42, 34, 24))
