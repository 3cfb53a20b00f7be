"""Streams the records of one sample out of a VCF, a batch of lines at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from equipoise.assays.genes.polygenic.builds import agreed_build
from equipoise.assays.genes.polygenic.text_lines import TextBatches
from equipoise.core.errors import InputError
from equipoise.core.steps import Watcher

__all__ = ["ALT", "CHROM", "NO_ALTERNATIVE", "REF", "REFERENCE_ONLY", "Batch", "VariantStream"]

Ints = npt.NDArray[np.int32]

FIXED: Final = 9
"""Columns before the first sample."""

NO_ALTERNATIVE: Final = frozenset({b".", b""})
REFERENCE_ONLY: Final = NO_ALTERNATIVE | {b"<NON_REF>", b"<*>"}
"""Alternatives of a record that says only that the reference was seen."""

PASSED: Final = frozenset({b"PASS", b".", b"RefCall", b""})
EMPTY: Final = frozenset({b"GQ", b"DP"})
OWN_FILTER: Final = b"FT"
NO_GENOTYPE: Final = b"."
_ORDER: Final = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
CHROM, POS, REF, ALT, FILTER, INFO, FORMAT = 0, 1, 3, 4, 6, 7, 8
_END: Final = b"END="
_INDEL: Final = b"INDEL"
_DIGITS: Final = 9
"""Digits of the longest chromosome's length."""
_POSITION: Final = itemgetter(POS)
_REFERENCE: Final = itemgetter(REF)
_ALTERNATIVE: Final = itemgetter(ALT)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines of the file, in its order.

    Parameters
    ----------
    rows : list of list of bytes
        The first nine columns and the rest of each line.
    starts : ndarray of int32
        Position of each line.
    ends : ndarray of int32
        Last position that a line speaks for.
    first : int
        Number of the first line.
    """

    rows: list[list[bytes]]
    starts: Ints
    ends: Ints
    first: int


class VariantStream:
    """A VCF of which one sample is read.

    Parameters
    ----------
    path : Path
        Plain, gzipped or bgzipped.
    sample : str or None
        Name of the sample; needed where the file holds several.
    build : str or None
        What the user says of the build; needed where the header does not tell it.
    watch : Watcher
        Told how far the reading is.

    Raises
    ------
    InputError
        If the header is no header of a VCF, or sample or build cannot be told.
    """

    def __init__(self, path: Path, sample: str | None, build: str | None, watch: Watcher) -> None:
        self.path = path
        self._batches = TextBatches(path, "reading variants", watch)
        self._left = iter(self._batches)
        header, columns = self._header()
        self.build = agreed_build(header, build, path)
        names = columns[FIXED:]
        self.sample = _chosen(names, sample, path)
        self._column = names.index(self.sample)
        self._several = len(names) > 1
        self._signs: dict[tuple[bytes, bytes], tuple[tuple[int, bool], ...]] = {}

    def __iter__(self) -> Iterator[Batch]:
        """Yield the records in batches, in the order of the file."""
        lines, first = self._first, self._first_number
        while True:
            if any(lines):
                yield self._batch([line for line in lines if line], first)
            found = next(self._left, None)
            if found is None:
                return
            lines, first = found, self._batches.number

    def _batch(self, lines: list[bytes], first: int) -> Batch:
        rows = [line.split(b"\t", FIXED) for line in lines]
        try:
            starts = np.fromiter(map(int, map(_POSITION, rows)), dtype=np.int32, count=len(rows))
            whole = min(map(len, rows)) > FIXED and b"_" not in b"".join(map(_POSITION, rows))
        except (ValueError, IndexError, OverflowError):
            whole = False
        if not whole:
            raise self._broken(rows, first)
        lengths = np.fromiter(map(len, map(_REFERENCE, rows)), dtype=np.int32, count=len(rows))
        ends = starts + np.maximum(lengths, 1) - 1
        # A block of the reference and a long change tell their end elsewhere.
        long = {a for a in set(map(_ALTERNATIVE, rows)) if a in REFERENCE_ONLY or a[:1] == b"<"}
        if long:
            for i, row in enumerate(rows):
                if row[ALT] in long:
                    ends[i] = self._end(row, first + i)
        return Batch(rows, starts, ends, first)

    def _broken(self, rows: list[list[bytes]], first: int) -> InputError:
        """Return the error of the first line that is none of a VCF."""
        for number, row in enumerate(rows, first):
            if len(row) <= FIXED:
                return self.fault("the line has too few columns", number)
            if not row[POS].isdigit() or len(row[POS]) > _DIGITS:
                return self.fault("a position is no number", number)
        return self.fault("a position is no number, after", first)

    def _end(self, row: list[bytes], number: int) -> int:
        """Return the last position that a line without a run of other bases speaks for."""
        start = int(row[POS])
        for part in row[INFO].split(b";"):
            if part == _INDEL:
                # An insertion or deletion was looked for: the line tells none of the bases.
                return start
            if part.startswith(_END):
                text = part[len(_END) :]
                if not text.isdigit() or len(text) > _DIGITS:
                    raise self.fault("an end is no position", number)
                return max(start, int(text))
        return start + len(row[REF]) - 1

    def genotype(self, row: list[bytes], number: int) -> bytes:
        """Return the genotype of the sample, ``.`` where it was not read or failed a filter."""
        form = (row[FILTER], row[FORMAT])
        signs = self._signs.get(form)
        if signs is None:
            signs = self._signs[form] = _empty_signs(*form)
        cell = row[FIXED]
        if self._several:
            samples = cell.split(b"\t", self._column + 1)
            if len(samples) <= self._column:
                raise self.fault("the line has fewer columns than the header", number)
            cell = samples[self._column]
        elif b"\t" in cell:
            raise self.fault("the line has more columns than the header", number)
        parts = cell.split(b":")
        for index, is_filter in signs:
            if index < 0:
                return NO_GENOTYPE
            if index < len(parts):
                part = parts[index]
                if (part not in PASSED) if is_filter else part == b"0":
                    return NO_GENOTYPE
        return parts[0]

    def fault(self, what: str, line: int) -> InputError:
        """Return an error that names the line."""
        return InputError(what, where=f"{self.path}, line {line}")

    def _header(self) -> tuple[list[str], list[str]]:
        header: list[str] = []
        for lines in self._left:
            for i, line in enumerate(lines):
                if not line.startswith(b"#"):
                    raise self._no_vcf(line)
                text = line.decode("utf-8", "replace")
                if not line.startswith(b"##"):
                    columns = text.split("\t")
                    if tuple(columns[:FIXED]) != _ORDER or not header:
                        raise self._no_vcf(line)
                    self._first, self._first_number = lines[i + 1 :], self._batches.number + i + 1
                    return header, columns
                header.append(text)
        raise self._no_vcf(header[-1].encode() if header else b"")

    def _no_vcf(self, line: bytes) -> InputError:
        return InputError(
            "no VCF with genotypes: the header is not whole",
            where=str(self.path),
            got=line[:80].decode("utf-8", "replace"),
            allowed="lines that begin with ##, then #CHROM to FORMAT and the samples",
            todo="write it as text first: bcftools view" if line.startswith(b"BCF") else "",
        )


def _empty_signs(filtered: bytes, form: bytes) -> tuple[tuple[int, bool], ...]:
    """Return the places that may say that nothing was read, and whether by a filter.

    A zero says so elsewhere; -1 stands for a line of which nothing can be read.
    """
    names = form.split(b":")
    if filtered not in PASSED or names[0] != b"GT":
        return ((-1, False),)
    return tuple((i, n == OWN_FILTER) for i, n in enumerate(names) if n in {*EMPTY, OWN_FILTER})


def _chosen(names: list[str], sample: str | None, path: Path) -> str:
    if len(set(names)) != len(names):
        raise InputError("two samples have one name", where=str(path))
    if not names:
        raise InputError("the file holds no sample", where=str(path))
    if sample is None:
        if len(names) > 1:
            raise InputError(
                f"the file holds {len(names)} samples",
                where=str(path),
                todo="name one with --sample",
            )
        return names[0]
    if sample not in names:
        raise InputError("no such sample", where=str(path), got=sample, todo="look at #CHROM")
    return sample
