"""Assays: one file per measure, in folders by modality.

An assay declares a ``SPEC`` and one public ``measure``. Those on the clinical record
(``scales``, ``blood``) take the timeline; the imaging assays share one reading of the scan, so
their folder has one ``measure`` for all of them. Outside packages register a module with
``SPEC`` and ``measure(timeline)`` under the entry point group ``equipoise.assays``.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

from equipoise.assays import blood, scales
from equipoise.assays.mri.options import Options
from equipoise.core.assay import RecordAssay
from equipoise.core.errors import InputError
from equipoise.core.nouns import NotMeasured
from equipoise.core.steps import Watcher, quiet
from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from equipoise.core.assay import AssaySpec
    from equipoise.core.nouns import Result, Timeline

__all__ = ["RECORD_ASSAYS", "Options", "RecordAssay", "measure", "specs"]

GROUP: Final = "equipoise.assays"
_IMAGING: Final = "mri."
_PHARMACOGENES: Final = "genes.pharmacogenes"
GENETICS_PACKAGES: Final = frozenset({"pysam"})
IMAGING_PACKAGES: Final = frozenset({"nibabel", "isal", "nilearn", "nitransforms", "scipy"})


RECORD_ASSAYS: tuple[RecordAssay, ...] = (*scales.ASSAYS, *blood.ASSAYS)
"""Assays that read the clinical record, in the order of their results."""


def specs() -> tuple[AssaySpec, ...]:
    """Return what every assay of this package needs and yields; imports the imaging assays."""
    from equipoise.assays.mri import folder

    return (*(assay.SPEC for assay in RECORD_ASSAYS), *folder.SPECS)


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
    tuple of Measurement, Target, ScanSummary, GeneCall or NotMeasured
        At least one result for every measure of every assay that is expected. Input that one
        modality cannot use is a `NotMeasured` with the message; the others are measured all the
        same.
    """
    results: list[Result] = []
    for assay in (*RECORD_ASSAYS, *_outside()):
        try:
            results += assay.measure(timeline)
        except InputError as error:
            results += _not_measured(_measures(assay.SPEC), error.line())
    return (*results, *_genes(timeline, watch), *_imaging(timeline, options, seed, watch))


def _genes(timeline: Timeline, watch: Watcher) -> tuple[Result, ...]:
    """Call the pharmacogenes; without a file of variants the caller is not even imported."""
    if not timeline.variants:
        return ()
    from equipoise.assays import genes

    try:
        return genes.measure(timeline.variants, watch)
    except InputError as error:
        return _not_measured((_PHARMACOGENES,), error.line())
    except ModuleNotFoundError as error:
        if error.name not in GENETICS_PACKAGES:
            raise
        reason = f"the package {error.name} is not installed: pip install 'equipoise[genetics]'"
        return _not_measured((_PHARMACOGENES,), reason)


def _imaging(
    timeline: Timeline, options: Options | None, seed: int, watch: Watcher
) -> tuple[Result, ...]:
    """Measure the scans; without any, the imaging assays are not even imported."""
    if not timeline.recordings:
        return _not_measured(_imaging_measures(), "no scan in the data")
    from equipoise.assays.mri import folder

    try:
        return folder.measure(timeline.recordings, options, seed=seed, watch=watch)
    except InputError as error:
        return _not_measured(_imaging_measures(), error.line())
    except ModuleNotFoundError as error:
        if error.name not in IMAGING_PACKAGES:
            raise
        reason = f"the package {error.name} is not installed: pip install 'equipoise[imaging]'"
        return _not_measured(_imaging_measures(), reason)


def _imaging_measures() -> tuple[str, ...]:
    rows = load_table("measures/measures")
    return tuple(row.text("id") for row in rows if row.text("id").startswith(_IMAGING))


def _measures(spec: AssaySpec) -> tuple[str, ...]:
    return tuple(part.measure for part in spec.yields)


def _not_measured(measures: tuple[str, ...], reason: str) -> tuple[NotMeasured, ...]:
    return tuple(NotMeasured(measure, reason) for measure in measures)


def _outside() -> tuple[RecordAssay, ...]:
    """Load the assays of other packages; looked up only when measuring."""
    found = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return tuple(point.load() for point in found)
