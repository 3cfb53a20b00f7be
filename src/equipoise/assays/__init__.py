"""Assays: one file per measure, in folders by modality.

An assay declares a ``SPEC`` and one public ``measure``. Those on the clinical record
(``scales``, ``blood``) take the timeline; the imaging assays share one reading of the scan, so
their folder has one ``measure`` for all of them. Outside packages register a module with
``SPEC`` and ``measure(timeline)`` under the entry point group ``equipoise.assays``.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final, Protocol

from equipoise.assays import blood, mri, scales
from equipoise.assays.mri.options import Options
from equipoise.core.errors import InputError
from equipoise.core.nouns import NotMeasured
from equipoise.core.steps import Watcher, quiet

if TYPE_CHECKING:
    from equipoise.core.assay import AssaySpec
    from equipoise.core.nouns import Result, Timeline

__all__ = ["RECORD_ASSAYS", "SPECS", "Options", "RecordAssay", "measure"]

GROUP: Final = "equipoise.assays"
IMAGING_PACKAGES: Final = frozenset({"nibabel", "isal", "nilearn", "nitransforms", "scipy"})


class RecordAssay(Protocol):
    """A module that measures something in the clinical record."""

    SPEC: AssaySpec

    def measure(self, timeline: Timeline) -> tuple[Result, ...]:
        """Return every dated result, or `NotMeasured` with a reason."""
        ...


RECORD_ASSAYS: tuple[RecordAssay, ...] = (*scales.ASSAYS, *blood.ASSAYS)
"""Assays that read the clinical record, in the order of their results."""

SPECS: tuple[AssaySpec, ...] = (*(assay.SPEC for assay in RECORD_ASSAYS), *mri.SPECS)
"""What every assay of this package needs and yields."""


def measure(
    timeline: Timeline, *, seed: int, options: Options | None = None, watch: Watcher = quiet
) -> tuple[Result, ...]:
    """Take every measure that the records allow.

    Parameters
    ----------
    timeline : Timeline
        One person's records and where the recordings lie.
    seed : int
        Seed of the random streams of the imaging assays.
    options : Options, optional
        What the user chose about reading and cleaning scans.
    watch : Watcher, optional
        Told how far the reading of a scan is.

    Returns
    -------
    tuple of Measurement, Target, ScanSummary or NotMeasured
        At least one result for every measure of every assay. Input that one modality cannot use
        is a `NotMeasured` with the message; the others are measured all the same.
    """
    results: list[Result] = []
    for assay in (*RECORD_ASSAYS, *_outside()):
        try:
            results += assay.measure(timeline)
        except InputError as error:
            results += _not_measured((assay.SPEC,), error.line())
    return (*results, *_imaging(timeline, options, seed, watch))


def _imaging(
    timeline: Timeline, options: Options | None, seed: int, watch: Watcher
) -> tuple[Result, ...]:
    if not timeline.recordings:
        return _not_measured(mri.SPECS, "no scan in the data")
    try:
        return mri.measure(timeline.recordings, options, seed=seed, watch=watch)
    except InputError as error:
        return _not_measured(mri.SPECS, error.line())
    except ModuleNotFoundError as error:
        if error.name not in IMAGING_PACKAGES:
            raise
        reason = f"the package {error.name} is not installed: pip install 'equipoise[imaging]'"
        return _not_measured(mri.SPECS, reason)


def _not_measured(specs: tuple[AssaySpec, ...], reason: str) -> tuple[NotMeasured, ...]:
    return tuple(NotMeasured(part.measure, reason) for spec in specs for part in spec.yields)


def _outside() -> tuple[RecordAssay, ...]:
    """Load the assays of other packages; looked up only when measuring."""
    found = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return tuple(point.load() for point in found)
