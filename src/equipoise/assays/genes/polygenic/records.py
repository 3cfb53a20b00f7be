"""Streams the records of one sample out of a VCF, a batch of lines at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise.assays.genes.polygenic.builds import agreed_build
from equipoise.assays.genes.polygenic.text_lines import TextBatches
from equipoise.core.errors import InputError
from equipoise.core.steps import Watcher

__all__ = ["REFERENCE_ONLY", "Record", "VariantStream"]

FIXED: Final = 9
"""Columns before the first sample."""

REFERENCE_ONLY: Final = frozenset({b".", b"<NON_REF>", b"<*>", b""})
"""Alternatives of a record that says only that the reference was seen."""

PASSED: Final = frozenset({b"PASS", b".", b"RefCall", b""})
EMPTY: Final = frozenset({b"GQ", b"DP"})
NO_GENOTYPE: Final = b"."
_ORDER: Final = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
CHROM, POS, REF, ALT, FILTER, INFO, FORMAT = 0, 1, 3, 4, 6, 7, 8
_END: Final = b"END="


@dataclass(frozen=True, slots=True)
class Record:
    """One line, cut into its columns where it was needed.

    Parameters
    ----------
    cells : list of bytes
        The first nine columns and the rest of the line.
    line : int
        Number of the line.
    """

    cells: list[bytes]
    line: int

    @property
    def only_reference(self) -> bool:
        """Whether the record has no alternative that a person could carry."""
        return self.cells[ALT] in REFERENCE_ONLY

    @property
    def start(self) -> int:
        """First position."""
        return int(self.cells[POS])

    @property
    def end(self) -> int:
        """Last position that a record of the reference speaks for; the first one for others."""
        if not self.only_reference:
            return self.start
        for part in self.cells[INFO].split(b";"):
            if part.startswith(_END):
                return max(self.start, int(part[len(_END) :]))
        return self.start + len(self.cells[REF]) - 1


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
        self.build = agreed_build(header, build, str(path))
        names = columns[FIXED:]
        self.sample = _chosen(names, sample, path)
        self._column = names.index(self.sample)
        self._width = len(columns)
        self._formats: dict[bytes, tuple[int, ...]] = {}

    def __iter__(self) -> Iterator[list[Record]]:
        """Yield the records in batches, in the order of the file."""
        rest, first = self._first, self._first_number
        while True:
            if rest:
                yield [self._record(line, first + i) for i, line in enumerate(rest) if line]
            found = next(self._left, None)
            if found is None:
                return
            rest, first = found, self._batches.number

    def genotype(self, record: Record) -> bytes:
        """Return the genotype of the sample, ``.`` where it was not read or failed a filter."""
        cells = record.cells
        if cells[FILTER] not in PASSED or not cells[FORMAT].startswith(b"GT"):
            return NO_GENOTYPE
        samples = cells[FIXED].split(b"\t", self._column + 1)
        if len(samples) <= self._column:
            raise self.fault("the line has fewer columns than the header", record.line)
        parts = samples[self._column].split(b":")
        for index in self._empty_signs(cells[FORMAT]):
            if index < len(parts) and parts[index] == b"0":
                return NO_GENOTYPE
        return parts[0]

    def _empty_signs(self, form: bytes) -> tuple[int, ...]:
        """Return the places of depth and quality: a zero says that nothing was seen."""
        if form not in self._formats:
            names = form.split(b":")
            self._formats[form] = tuple(i for i, name in enumerate(names) if name in EMPTY)
        return self._formats[form]

    def _record(self, line: bytes, number: int) -> Record:
        cells = line.split(b"\t", FIXED)
        if len(cells) <= FIXED:
            raise self.fault("the line has too few columns", number)
        if not cells[POS].isdigit():
            raise self.fault("a position is no number", number)
        return Record(cells, number)

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
        )


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
