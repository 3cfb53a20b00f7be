"""Pharmacogenes: CYP2C19, CYP2B6 and CYP2D6 from a file of variants."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from equipoise.assays.genes.caller import call_genes
from equipoise.assays.genes.outside import (
    OutsideTable,
    read_outside_calls,
    read_outside_table,
)
from equipoise.assays.genes.samples import sample_names
from equipoise.assays.genes.vcf import read_variants
from equipoise.core.errors import InputError, RecordingError
from equipoise.core.nouns import GeneCall, NotMeasured, VariantFile
from equipoise.core.steps import Watcher, quiet

__all__ = [
    "call_genes",
    "measure",
    "read_outside_calls",
    "read_outside_table",
    "read_variants",
    "sample_names",
]

PHARMACOGENES: Final = "genes.pharmacogenes"
_PERSON: Final = re.compile(r"sub-([A-Za-z0-9]+)", re.ASCII)


def measure(
    files: tuple[VariantFile, ...], watch: Watcher = quiet
) -> tuple[GeneCall | NotMeasured, ...]:
    """Return the call of every gene.

    Parameters
    ----------
    files : tuple of VariantFile
        The person's files of variants: one, or a table of outside calls alone.
    watch : Watcher, optional
        Told how far the reading of a large file is.

    Returns
    -------
    tuple of GeneCall or NotMeasured
        One call for each gene, in table order. Where only one of the two files can be used, the
        calls of that one, and why the other is not.

    Raises
    ------
    InputError
        If there are several, nothing can be used, or the file is called as another person.
    """
    if not files:
        return ()
    if len(files) > 1:
        raise RecordingError(
            "there are several files of variants of this person",
            where=PurePosixPath(files[0].name).parent.as_posix(),
            got=", ".join(PurePosixPath(file.name).name for file in files),
            todo="keep the one that holds",
        )
    (file,) = files
    _own(file.name)
    outside, faults = OutsideTable((), ()), []
    if file.outside_calls is not None:
        try:
            outside = read_outside_table(Path(file.outside_calls))
        except InputError as fault:
            faults.append(_named(fault, file))
    calls = outside.calls
    if file.path != file.outside_calls:
        try:
            calls = _called(file, outside, watch)
        except InputError as fault:
            faults.append(_named(fault, file))
    if faults and not calls:
        raise faults[-1]
    reasons = "; ".join(fault.line() for fault in faults)
    missed = (NotMeasured(PHARMACOGENES, reasons),) if faults else ()
    return (*_flagged(calls, outside.not_used), *missed)


def _named(fault: InputError, file: VariantFile) -> InputError:
    """Return an error with names below the dataset: results hold no path of this machine."""
    where, got = fault.where, fault.got
    for path, name in zip(file.files(), file.portable().files(), strict=True):
        where, got = where.replace(path, name), got.replace(path, name)
    return RecordingError(fault.what, where=where, got=got, allowed=fault.allowed, todo=fault.todo)


def _called(file: VariantFile, outside: OutsideTable, watch: Watcher) -> tuple[GeneCall, ...]:
    path = Path(file.path)
    reading = read_variants(path, sample=_sample(path, file.name), watch=watch)
    return call_genes(reading, outside.calls)


def _own(name: str) -> None:
    """Refuse a file that is called as another person than the folder it lies in."""
    folder, file = _PERSON.match(name), _PERSON.match(PurePosixPath(name).name)
    if folder is not None and file is not None and folder[0] != file[0]:
        raise RecordingError(
            "the file is called as another person",
            where=name,
            got=file[0],
            allowed=folder[0],
            todo="put the file where it belongs",
        )


def _flagged(calls: tuple[GeneCall, ...], not_used: tuple[str, ...]) -> tuple[GeneCall, ...]:
    """Return the calls; the first one says which genes of the other table nothing reads."""
    if not calls or not not_used:
        return calls
    told = f"the table of outside calls also holds {', '.join(not_used)}: not used"
    return (replace(calls[0], flags=(*calls[0].flags, told)), *calls[1:])


def _sample(path: Path, name: str) -> str | None:
    """Return the sample of the person whom the file belongs to; None where there is only one.

    A file of several samples needs one that is called as the person is. A single sample may have
    a laboratory's number; it may not be called as another person of a dataset.
    """
    owner = _PERSON.match(Path(name).name)
    samples = sample_names(path)
    if owner is None:
        return None
    own = [s for s in samples if s in {owner[0], owner[1]}]
    if len(samples) > 1:
        return own[0] if len(own) == 1 else None
    other = _PERSON.fullmatch(samples[0]) if samples else None
    if other is not None and not own:
        raise RecordingError(
            "the sample is another person's",
            where=name,
            got=samples[0],
            allowed=owner[0],
            todo="put the file where it belongs, or name the sample as the laboratory does",
        )
    return None
