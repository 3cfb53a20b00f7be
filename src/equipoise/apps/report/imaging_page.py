"""Standalone pages of the commands that measure scans without a whole record.

:func:`target_page` and :func:`circuits_page` reuse the sections of the report. Like the report,
each page is one file without script or request; the same results give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from equipoise import __version__
from equipoise.apps.report import numbers as n
from equipoise.apps.report.layout import laid_out
from equipoise.apps.report.names import Source, anchor, keys_of, source
from equipoise.apps.report.page import Header, theme
from equipoise.apps.report.sections.circuits import Circuits, circuits
from equipoise.apps.report.sections.gaps import Gap, gap_groups
from equipoise.apps.report.sections.imaging import TARGET, Imaging, imaging_of_results
from equipoise.apps.report.sections.scans import Scans, scans_view
from equipoise.apps.report.sections.strips import values_table
from equipoise.apps.report.sections.target import (
    TargetView,
    target_keys,
    template_words,
    views_of,
)
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import say, sentence
from equipoise.core.nouns import NormedMeasurement, Provenance, Result

__all__ = ["circuits_page", "target_page"]

UNNAMED: Final = "a person without a label"
TEMPLATE: Final = "imaging.html.j2"


@dataclass(frozen=True, slots=True)
class _Page:
    """What the template lays out; empty parts are left out."""

    header: Header
    kind: str
    heading: str
    targets: tuple[TargetView, ...]
    circuits: Circuits | None
    scans: Scans | None
    values: DataTable | None
    gaps: tuple[Gap, ...]
    sources: tuple[Source, ...]
    anchors: dict[str, str]
    template: str
    made: tuple[tuple[str, str], ...]
    files: DataTable | None


def target_page(
    results: tuple[Result, ...],
    label: str | None,
    date: str,
    notices: tuple[str, ...],
    t1w: Path | None = None,
) -> str:
    """Return the page of the stimulation target: verdict, pictures, methods, what to do.

    Parameters
    ----------
    results : tuple of Result
        What the assay returned; without a target the page says why and what to do.
    label : str or None
        BIDS label of the person; None where none was given.
    date : str
        Day of the run.
    notices : tuple of str
        Sentences about the data that stand wherever results show.
    t1w : Path, optional
        The person's T1w image; its slices are drawn where the target has a point in it.

    Returns
    -------
    str
        An HTML document that holds its style and its pictures.
    """
    imaging = imaging_of_results(results, notices, t1w=t1w)
    page = _base(imaging, label, date)
    keys = tuple(sorted(target_keys(imaging.targets)))
    page = replace(
        page,
        kind="TMS target",
        heading="TMS target",
        targets=views_of(imaging),
        gaps=(),
        template=template_words(imaging.targets),
        sources=tuple(source(key) for key in keys),
        anchors={key: anchor("source", key) for key in keys},
    )
    return laid_out(TEMPLATE, theme(page.header), page)


def circuits_page(
    results: tuple[Result, ...],
    label: str | None,
    date: str,
    notices: tuple[str, ...],
    normed: tuple[NormedMeasurement, ...] = (),
) -> str:
    """Return the page of circuits and scans.

    Parameters
    ----------
    results : tuple of Result
        What the assay returned: measurements, scan summaries, what was not measured.
    label : str or None
        BIDS label of the person; None where none was given.
    date : str
        Day of the run.
    notices : tuple of str
        Sentences about the data that stand wherever results show.
    normed : tuple of NormedMeasurement, optional
        The measurements of `results` on their norms; without them none is placed.

    Returns
    -------
    str
        An HTML document that holds its style and its pictures.
    """
    imaging = imaging_of_results(results, notices, normed)
    page = _base(imaging, label, date)
    found = (item.norm.reference for item in imaging.measurements if item.norm)
    keys = tuple(sorted({key for cell in found for key in keys_of(cell)}))
    values = values_table(imaging.measurements, anchored=True) if imaging.measurements else None
    page = replace(
        page,
        kind="Circuits",
        heading="Brain circuits",
        circuits=circuits(imaging),
        values=values,
        sources=tuple(source(key) for key in keys),
        anchors={key: anchor("source", key) for key in keys},
    )
    return laid_out(TEMPLATE, theme(page.header), page)


def _base(imaging: Imaging, label: str | None, date: str) -> _Page:
    """Return what both pages share."""
    made = [item.measurement.provenance for item in imaging.measurements]
    made += [target.provenance for target in imaging.targets]
    return _Page(
        header=_header(label, date, imaging.notices),
        kind="",
        heading="",
        targets=(),
        circuits=None,
        scans=scans_view(imaging),
        values=None,
        gaps=gap_groups(tuple(gap for gap in imaging.not_measured if gap.id != TARGET)),
        sources=(),
        anchors={},
        template="",
        made=_made(made),
        files=_files(made),
    )


def _header(label: str | None, date: str, notices: tuple[str, ...]) -> Header:
    return Header(
        label=f"sub-{label}" if label else UNNAMED,
        person="",
        date=n.day(date),
        version=__version__,
        use=say("intended_use"),
        reviewed=say("not_reviewed"),
        notices=tuple(dict.fromkeys(sentence(notice) for notice in notices)),
    )


def _made(made: list[Provenance]) -> tuple[tuple[str, str], ...]:
    """Return software and parameters, those that differ between results with all their values."""
    found: dict[str, dict[str, None]] = {}
    for one in made:
        found.setdefault("Software", {})[one.software] = None
        for name, value in one.parameters:
            found.setdefault(name.replace("_", " ").capitalize(), {})[value] = None
    return tuple((name, "; ".join(values)) for name, values in found.items())


def _files(made: list[Provenance]) -> DataTable | None:
    inputs = sorted({i for one in made for i in one.inputs}, key=lambda i: (i.name, i.sha256))
    if not inputs:
        return None
    rows = tuple((i.name, i.sha256) for i in inputs)
    return DataTable("Files that were read", ("File", "SHA-256"), rows, widths=(45, 55))
