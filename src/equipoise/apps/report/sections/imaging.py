"""What the sections about scans read, from a dossier or from the results of one command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise.core.nouns import (
    Change,
    ChangeOrder,
    Dossier,
    Measurement,
    NormedMeasurement,
    NotMeasured,
    Result,
    ScanSummary,
    Target,
)

__all__ = ["ASSAY", "TARGET", "Imaging", "imaging_of", "imaging_of_results", "is_imaging"]

ASSAY: Final = "mri."
TARGET: Final = "mri.tms_target"


@dataclass(frozen=True, slots=True)
class Imaging:
    """Everything about scans.

    Parameters
    ----------
    targets : tuple of Target
        As in the dossier.
    scans : tuple of ScanSummary
        As in the dossier.
    measurements : tuple of NormedMeasurement
        Of scans only.
    not_measured : tuple of NotMeasured
        Of scans only.
    notices : tuple of str
        Sentences about the data.
    changes : tuple of Change
        Of any measure.
    change_order : ChangeOrder or None
        Whether the brain changed before the symptoms.
    used : tuple of str or None
        Measures that move the profile; None where there is no profile.
    set_aside : tuple of (measure, reason)
        Measures that move nothing.
    t1w : Path or None
        The person's T1w image, to draw the target on.
    """

    targets: tuple[Target, ...] = ()
    scans: tuple[ScanSummary, ...] = ()
    measurements: tuple[NormedMeasurement, ...] = ()
    not_measured: tuple[NotMeasured, ...] = ()
    notices: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    change_order: ChangeOrder | None = None
    used: tuple[str, ...] | None = None
    set_aside: tuple[tuple[str, str], ...] = ()
    t1w: Path | None = None


def is_imaging(measure: str) -> bool:
    """Whether a measure comes from a scan of the brain."""
    return measure.startswith(ASSAY)


def imaging_of(dossier: Dossier, t1w: Path | None = None) -> Imaging:
    """Return what a dossier says about scans.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    t1w : Path, optional
        The person's T1w image; a dossier holds no paths.

    Returns
    -------
    Imaging
        Without the measures of anything but scans.
    """
    return Imaging(
        targets=dossier.targets,
        scans=dossier.scans,
        measurements=tuple(m for m in dossier.measurements if is_imaging(m.measurement.id)),
        not_measured=tuple(gap for gap in dossier.not_measured if is_imaging(gap.id)),
        notices=dossier.notices,
        changes=dossier.changes,
        change_order=dossier.change_order,
        used=dossier.profile.measures_used,
        set_aside=dossier.profile.measures_set_aside,
        t1w=t1w,
    )


def imaging_of_results(
    results: tuple[Result, ...],
    notices: tuple[str, ...],
    normed: tuple[NormedMeasurement, ...] = (),
    t1w: Path | None = None,
) -> Imaging:
    """Return what the results of one command say about scans.

    Parameters
    ----------
    results : tuple of Result
        What the assay returned.
    notices : tuple of str
        Sentences about the data.
    normed : tuple of NormedMeasurement, optional
        Measurements on their norms; those that are not among them stay in their own unit.
    t1w : Path, optional
        The person's T1w image.

    Returns
    -------
    Imaging
        Without profile and changes.
    """
    placed = {item.measurement: item for item in normed}
    taken = [result for result in results if isinstance(result, Measurement)]
    bare = {m: NormedMeasurement(m, None, None, None, None, False, None) for m in taken}
    return Imaging(
        targets=tuple(r for r in results if isinstance(r, Target)),
        scans=tuple(r for r in results if isinstance(r, ScanSummary)),
        measurements=tuple(placed.get(m, bare[m]) for m in taken) or normed,
        not_measured=tuple(r for r in results if isinstance(r, NotMeasured)),
        notices=notices,
        t1w=t1w,
    )
