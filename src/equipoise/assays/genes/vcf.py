"""Reads the positions of the pharmacogenes from a file of variants."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from equipoise.assays.genes.at_place import known_bases, observe
from equipoise.assays.genes.build import (
    chromosome_names,
    compared,
    decided,
    told_by_header,
)
from equipoise.assays.genes.observed import Observed, VariantReading
from equipoise.assays.genes.opened import Opened, chosen_sample, guarded, opened
from equipoise.assays.genes.places import BUILDS, Place, places, windows
from equipoise.assays.genes.records import WHOLE, Gathered, Near, Record, gather
from equipoise.core.errors import InputError, RecordingError
from equipoise.core.steps import Watcher, file_digest, quiet
from equipoise.core.tables import setting

__all__ = ["read_variants"]

NO_INDEX: Final = "the file has no index of its own: all of it was read; tabix -p vcf makes one"
ONE_PHASE: Final = "phased without phase sets: every phased genotype was taken as one set"
STRUCTURAL: Final = "a structural variant of this sample lies over positions of the genes"


def read_variants(
    path: Path,
    *,
    sample: str | None = None,
    build: str | None = None,
    watch: Watcher = quiet,
) -> VariantReading:
    """Return what one sample of the file has at every position of `genes/positions`.

    Parameters
    ----------
    path : Path
        VCF (plain, bgzip or gzip) or BCF, with or without an index.
    sample : str, optional
        The sample; it may be left out where the file has one.
    build : {"GRCh38", "GRCh37"}, optional
        Where the file does not tell.
    watch : Watcher, optional
        Told how far the reading of a large file is.

    Returns
    -------
    VariantReading
        One observation for each row of the table, in table order; a position that cannot be used
        has the reason.

    Raises
    ------
    InputError
        If the file cannot be used: missing, damaged, of an unknown or contradictory build, of
        several samples, without genotypes.
    """
    if build is not None and build not in BUILDS:
        raise InputError("no such build", where="--build", got=build, allowed=" or ".join(BUILDS))
    wanted = places()
    with opened(path) as found:
        name = chosen_sample(found, sample)
        with guarded(path):
            told = told_by_header(found.file.header, path)
        builds = BUILDS if told is None else (told, *(b for b in BUILDS if b != told))
        spans = windows(wanted, builds, int(setting("gene_window")))
        gathered = gather(found, name, chromosome_names(build or told), spans, watch)
        flags = _flags(found, gathered)
    _usable(path, gathered)
    near = Near(gathered.records, int(setting("gene_window")))
    evidence = {one: compared(wanted, near, one) for one in BUILDS}
    decision = decided(path, build, told, evidence)
    observed = _observed(wanted, decision, gathered.records, near)
    return VariantReading(decision, name, file_digest(path), observed, flags)


def _usable(path: Path, gathered: Gathered) -> None:
    if not gathered.any_record:
        raise RecordingError(
            "the file holds a header and no record, or its index is of another file",
            where=str(path),
            todo="export it again, or make the index again",
        )
    if gathered.records and not gathered.any_genotype:
        raise RecordingError(
            "the records have no genotypes", where=str(path), allowed="the field GT",
            todo="export the file with genotypes",
        )  # fmt: skip


def _flags(found: Opened, gathered: Gathered) -> tuple[str, ...]:
    flags = [NO_INDEX] if found.compressed and not found.indexed else []
    if any(record.phase == WHOLE for record in gathered.records):
        flags.append(ONE_PHASE)
    return (*flags, *([STRUCTURAL] if gathered.structural else []))


def _observed(
    wanted: Sequence[Place], build: str, records: Sequence[Record], near: Near
) -> tuple[Observed, ...]:
    known = known_bases(wanted, records, build)
    found = []
    for place in wanted:
        site, by_base = place.site(build), known.get(place.chromosome, {})
        around = near.around(place.chromosome, site.position, site.last) if site else []
        found.append(observe(place, build, around, by_base))
    return tuple(found)
