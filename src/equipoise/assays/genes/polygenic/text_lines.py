"""Opens plain and gzipped text for streaming; a file that was cut off is told, not read short."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

from equipoise.core.errors import InputError
from equipoise.core.steps import Watcher

__all__ = ["TextBatches"]

BATCH: Final = 1 << 18
"""Bytes of text that are held at once."""

LONGEST: Final = 1 << 26
"""Bytes of one line beyond which a file is no table of text."""

GZIP: Final = b"\x1f\x8b"
BGZF_MARK: Final = slice(12, 14)
BGZF: Final = b"BC"
BGZF_END: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block that ends every whole file of the blocked gzip format."""


class TextBatches:
    """Lines of one file in batches, as bytes without their ends.

    Parameters
    ----------
    path : Path
        Plain or gzipped text; told by the first bytes, not by the name.
    what : str
        What the file is, for the progress bar.
    watch : Watcher
        Told the bytes of the file that were read.
    """

    def __init__(self, path: Path, what: str, watch: Watcher) -> None:
        self.path, self._what, self._watch = path, what, watch
        self.number = 0

    def __iter__(self) -> Iterator[list[bytes]]:
        """Yield lists of lines; `number` is that of the first line of the list."""
        try:
            with self.path.open("rb") as raw:
                yield from self._read(raw)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise self._cut() from None
        except OSError as error:
            raise InputError(
                "this file cannot be read", where=str(self.path), got=error.strerror or str(error)
            ) from None

    def _read(self, raw: BinaryIO) -> Iterator[list[bytes]]:
        start = raw.read(BGZF_MARK.stop)
        size = raw.seek(0, io.SEEK_END)
        if not size:
            raise InputError("the file is empty", where=str(self.path))
        if start.startswith(GZIP) and start[BGZF_MARK] == BGZF:
            raw.seek(max(0, size - len(BGZF_END)))
            if raw.read() != BGZF_END:
                raise self._cut()
        raw.seek(0)
        text: BinaryIO = raw
        if start.startswith(GZIP):
            # The reader around it makes reading by lines several times faster.
            unpacked = cast(io.RawIOBase, gzip.GzipFile(fileobj=raw))
            text = io.BufferedReader(unpacked, BATCH)
        first, rest = 1, b""
        block = text.read(BATCH).removeprefix(codecs.BOM_UTF8)
        while block:
            # Cutting a block at once is faster than reading it line by line.
            lines = (rest + block).replace(b"\r\n", b"\n").split(b"\n")
            rest = lines.pop()
            if len(rest) > LONGEST:
                raise InputError("no table of text: a line has no end", where=str(self.path))
            if lines:
                self.number = first
                yield lines
                first += len(lines)
            self._watch(self._what, raw.tell(), size)
            block = text.read(BATCH)
        rest = rest.removesuffix(b"\r")
        if rest:
            self.number = first
            yield [rest]

    def _cut(self) -> InputError:
        return InputError(
            "the compressed file is damaged or was cut off",
            where=str(self.path),
            todo="copy or download it again",
        )
