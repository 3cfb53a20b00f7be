"""Opens a file of variants, or says in one line why it cannot be used."""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from equipoise.core.errors import RecordingError

__all__ = ["FAULTS", "PHASE_SETS", "Opened", "chosen_sample", "guarded", "opened", "unreadable"]

GZIP: Final = b"\x1f\x8b"
BGZF_END: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
BLOCK: Final = 1 << 20
INDEXES: Final = (".csi", ".tbi")  # in the order in which htslib looks
AGAIN: Final = "export the file again"
# What pysam raises for content that it cannot read.
FAULTS: Final = (
    *(OSError, ValueError, IndexError, KeyError, TypeError),
    *(OverflowError, SystemError, AssertionError),
)
FIELDS: Final = (
    *((name, "Integer") for name in ("DP", "MIN_DP", "GQ", "RGQ", "PS", "CN", "LEN")),
    ("FT", "String"),
)
NAMED: Final = 10
LISTS: Final = (("AD", "Integer"),)
INFO: Final = (("END", 1), ("DP", 1), ("MinDP", 1), ("SVLEN", "."))
# Fields of a header that tell that phased genotypes of the file are phased in sets.
PHASE_SETS: Final = frozenset({"PS", "PSL", "PID", "PGT", "HP", "PQ"})


@dataclass(slots=True)
class Opened:
    """A file of variants that is being read.

    Parameters
    ----------
    path : Path
        The file.
    file : pysam.VariantFile
        As pysam opened it.
    indexed : bool
        Whether a part of it can be fetched; an index that is older than the file counts for none.
    compressed : bool
        Whether it is compressed.
    phase_sets : bool
        Whether its header knows phase sets.
    trouble : list of str
        What went wrong while it was being decompressed.
    """

    path: Path
    file: Any
    indexed: bool
    compressed: bool
    phase_sets: bool = False
    trouble: list[str] = field(default_factory=list)


def unreadable(path: Path, got: str) -> RecordingError:
    """Return the error for a file whose content is damaged."""
    return RecordingError(
        "the file of variants is damaged or cut short", where=str(path), got=got, todo=AGAIN
    )


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turn what pysam raises for damaged content into the one error for it.

    Parameters
    ----------
    path : Path
        The file that is read.

    Yields
    ------
    None
        While pysam reads.

    Raises
    ------
    RecordingError
        If the content is damaged.
    """
    try:
        yield
    except FAULTS as error:
        raise unreadable(path, str(error)) from None


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a file of variants: VCF, plain or compressed, or BCF.

    Parameters
    ----------
    path : Path
        The file.

    Yields
    ------
    Opened
        With its header read.

    Raises
    ------
    RecordingError
        If it is missing, empty, no VCF, or cut short.
    """
    _present(path)
    try:
        import pysam
    except ImportError:
        raise RecordingError(
            "reading variants needs pysam, which is not installed",
            where=str(path),
            todo='install it with: pip install "equipoise[genetics]"',
        ) from None

    before = pysam.set_verbosity(0)
    try:
        with _source(path) as (source, trouble):
            file, phase_sets = _header(path, source)
            with file:
                indexed = _indexed(file) and not _stale(path)
                yield Opened(path, file, indexed, _is_gzip(path), phase_sets, trouble)
    finally:
        pysam.set_verbosity(before)


def _present(path: Path) -> None:
    where = str(path)
    try:
        if not path.exists():
            broken = path.is_symlink()
            what = "a link to a file that is not here" if broken else "no such file"
            raise RecordingError(what, where=where, todo="name a VCF or BCF file")
        if not path.is_file():
            raise RecordingError("this is no file", where=where, todo="name a VCF or BCF file")
        if path.stat().st_size == 0:
            raise RecordingError("the file of variants is empty", where=where, todo=AGAIN)
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise RecordingError(
            "the file of variants cannot be read", where=where, got=error.strerror or str(error)
        ) from None


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(GZIP)) == GZIP


def _is_bgzf(path: Path) -> bool:
    """Whether the first block has the extra field that makes gzip BGZF."""
    start = len(BGZF_END) - len(b"\x1b\x00\x03") - 9
    with path.open("rb") as stream:
        head = stream.read(start + 2)
    return head[3:4] == BGZF_END[3:4] and b"BC\x02\x00" in head


@contextmanager
def _source(path: Path) -> Iterator[tuple[Any, list[str]]]:
    """Yield what pysam opens: the name of the file, or a pipe where it is plain gzip."""
    if not _is_gzip(path):
        yield str(path), []
        return
    if _is_bgzf(path):
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - len(BGZF_END)))
            if stream.read() != BGZF_END:
                raise unreadable(path, "no end-of-file block")
        yield str(path), []
        return
    trouble: list[str] = []
    reading, writing = os.pipe()
    feeder = threading.Thread(target=_feed, args=(path, writing, trouble), daemon=True)
    feeder.start()
    try:
        with open(reading, "rb") as stream:  # noqa: PTH123 - a pipe has no path
            yield stream, trouble
    finally:
        feeder.join()


def _feed(path: Path, writing: int, trouble: list[str]) -> None:
    """Decompress a file into a pipe; htslib cannot read plain gzip through pysam."""
    with suppress(BrokenPipeError), open(writing, "wb") as sink:
        try:
            with gzip.open(path) as stream:
                while block := stream.read(BLOCK):
                    sink.write(block)
        except BrokenPipeError:
            raise
        except (OSError, EOFError, ValueError) as error:
            trouble.append(str(error))
        except Exception as error:  # zlib.error has no common base
            trouble.append(str(error))


def _header(path: Path, source: Any) -> tuple[Any, bool]:
    """Return the file with its header completed, and whether that knew phase sets before."""
    import pysam

    try:
        file = pysam.VariantFile(source)
        _ = tuple(file.header.samples)
        phase_sets = not PHASE_SETS.isdisjoint(file.header.formats)
        _complete(file.header)
    except FAULTS:
        raise RecordingError(
            "this is no VCF or BCF file, or its header is damaged",
            where=str(path),
            allowed="a file that starts with ##fileformat=VCF and has a #CHROM line",
            todo=AGAIN,
        ) from None
    return file, phase_sets


def _complete(header: Any) -> None:
    """Declare fields that some programs write without declaring them; htslib drops these."""
    for name, number in INFO:
        if name not in header.info:
            header.info.add(name, number, "Integer", name)
    for name, kind in FIELDS:
        if name not in header.formats:
            header.formats.add(name, 1, kind, name)
    for name, kind in LISTS:
        if name not in header.formats:
            header.formats.add(name, ".", kind, name)


def _indexed(file: Any) -> bool:
    if file.is_stream:
        return False
    try:
        return file.index is not None
    except FAULTS:
        return False


def _stale(path: Path) -> bool:
    """Whether the index is older than the file: it may be of another version of it."""
    found = (path.with_name(path.name + suffix) for suffix in INDEXES)
    index = next((one for one in found if one.exists()), None)
    return index is not None and index.stat().st_mtime < path.stat().st_mtime


def chosen_sample(found: Opened, sample: str | None) -> str:
    """Return the sample to be read.

    Parameters
    ----------
    found : Opened
        The file.
    sample : str or None
        The one asked for; it may be left out where there is only one.

    Returns
    -------
    str
        Its name.

    Raises
    ------
    RecordingError
        If there is none, or several and none was named, or no such one.
    """
    names = tuple(found.file.header.samples)
    where = str(found.path)
    if not names:
        raise RecordingError("the file has no sample, so no genotypes", where=where, todo=AGAIN)
    if sample is None and len(names) > 1:
        raise RecordingError(
            "the file has several samples", where=where, allowed=_few(names),
            todo="name one with --sample",
        )  # fmt: skip
    if sample is not None and sample not in names:
        near = get_close_matches(sample, names, n=1)
        raise RecordingError(
            "there is no such sample",
            where=where,
            got=sample,
            allowed=_few(names),
            todo=f"did you mean {near[0]}?" if near else "",
        )
    return names[0] if sample is None else sample


def _few(names: tuple[str, ...]) -> str:
    """Name the first samples and count the rest: a cohort has thousands."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
