"""The folder's one reader: a NIfTI image volume by volume, only the voxels that are asked for.

The compressed bytes pass once: they are hashed and decompressed together, a few volumes ahead of
whoever takes voxels from them, in a thread of its own. The whole run is never held.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.image.header import HEAD_BYTES, Grid, ImageHeader, parse_header
from equipoise.core.errors import RecordingError
from equipoise.core.steps import Watcher, quiet

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Mask",
    "Rows",
    "Streamed",
    "Volume",
    "check_length",
    "read_header",
    "read_mask",
    "read_rows",
    "read_volume",
    "read_voxels",
]

_GZIP: Final = b"\x1f\x8b"
_PIECE: Final = 1 << 20
_TOLD: Final = 20
_MEMBER: Final = 0.5
_AHEAD: Final = 8
"""Volumes that may be decompressed before they are asked for: bounds the memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Streamed:
    """Voxel series, shape (volumes, voxels), float32, and the SHA-256 of the file's bytes."""

    series: NDArray[np.float32]
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """A brain mask: its grid and, in the order of the file (x fastest), which voxels it holds."""

    grid: Grid
    inside: NDArray[np.bool_]
    sha256: str


class _Hashed(io.RawIOBase):
    """A raw file that hashes what passes, in a second thread (hashing releases the lock)."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._digest = hashlib.sha256()
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._last: Future[None] | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; the digest takes them on in the background."""
        piece = self._raw.read(size)
        self._wait()
        if piece:
            self._last = self._worker.submit(self._digest.update, piece)
        return piece

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` and return how many bytes there were."""
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def finish(self) -> str:
        """Hash what is left and return the digest."""
        while self.read(_PIECE):
            pass
        self._wait()
        return self._digest.hexdigest()

    def _wait(self) -> None:
        if self._last is not None:
            self._last.result()

    def close(self) -> None:
        """Close the file and end the background work."""
        if not self.closed:
            self._worker.shutdown()
            self._raw.close()
        super().close()


@contextlib.contextmanager
def _opened(path: str, name: str) -> Iterator[tuple[IO[bytes], _Hashed]]:
    """Yield the decompressed stream and the hashed one below; faults become one line."""
    from isal import igzip, isal_zlib

    damaged: type[Exception] = isal_zlib.IsalError  # type: ignore[assignment]
    try:
        with _Hashed(Path(path).open("rb", buffering=0)) as hashed:
            if _compressed(path):
                with igzip.open(hashed, "rb") as image:
                    yield image, hashed
            else:
                yield io.BufferedReader(hashed), hashed
    except EOFError as error:
        raise _short(name) from error
    except FileNotFoundError as error:
        raise RecordingError("the file is missing", where=name) from error
    except (damaged, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RecordingError(f"the file cannot be read: {reason}", where=name) from error


def _compressed(path: str) -> bool:
    with Path(path).open("rb") as raw:
        return raw.read(len(_GZIP)) == _GZIP


def _short(name: str) -> RecordingError:
    return RecordingError(
        "the file is cut short: it ends before its last volume",
        where=name,
        todo="copy it again, or run the preprocessing again",
    )


def read_header(path: str, name: str) -> ImageHeader:
    """Read the header of a NIfTI file, compressed or not.

    Parameters
    ----------
    path : str
        Where the file lies.
    name : str
        Its name in messages.

    Returns
    -------
    ImageHeader
        See :func:`~equipoise.assays.mri.image.header.parse_header`.

    Raises
    ------
    RecordingError
        If the file is missing, damaged or no NIfTI image.
    """
    with _opened(path, name) as (image, _):
        return parse_header(image.read(HEAD_BYTES), name)


def read_voxels(
    path: str,
    header: ImageHeader,
    voxels: NDArray[np.int64],
    name: str,
    watch: Watcher = quiet,
) -> Streamed:
    """Stream an image and keep some voxels of each volume.

    Parameters
    ----------
    path : str
        Where the file lies.
    header : ImageHeader
        Its header.
    voxels : ndarray of int, shape (n,)
        Indices into a volume in the order of the file (x fastest), rising.
    name : str
        Its name in messages.
    watch : Watcher, optional
        Told how many volumes are read.

    Returns
    -------
    Streamed
        Values, scaled as the header says, of shape (volumes, n), and the digest.

    Raises
    ------
    RecordingError
        If the file is cut short or damaged.
    """
    rows = Rows()
    series = np.empty((header.volumes, len(voxels)), dtype=np.float32)
    for number, row in enumerate(read_rows(path, header, voxels, name, rows=rows, watch=watch)):
        series[number] = row
    return Streamed(series, rows.sha256)


@dataclass(slots=True)
class Rows:
    """What is known of a file once all its rows were taken: the SHA-256 of its bytes."""

    sha256: str = ""


def read_rows(
    path: str,
    header: ImageHeader,
    voxels: NDArray[np.int64],
    name: str,
    *,
    rows: Rows,
    watch: Watcher = quiet,
) -> Iterator[NDArray[np.float32]]:
    """Stream an image and yield some voxels of one volume after the other.

    Parameters
    ----------
    path : str
        Where the file lies.
    header : ImageHeader
        Its header.
    voxels : ndarray of int, shape (n,)
        Indices into a volume in the order of the file (x fastest), rising.
    name : str
        Its name in messages.
    rows : Rows
        Gets the digest after the last row.
    watch : Watcher, optional
        Told how many volumes are read.

    Yields
    ------
    ndarray, shape (n,), float32
        Values, scaled as the header says; the same array each time, overwritten by the next.

    Raises
    ------
    RecordingError
        If the file is cut short or damaged.
    """
    taken = np.empty(len(voxels), dtype=header.dtype)
    row = np.empty(len(voxels), dtype=np.float32)
    step = max(1, header.volumes // _TOLD)
    with _opened(path, name) as (image, hashed):
        _exactly(image, header.offset, name)
        for number, content in enumerate(_volumes(image, header, name), start=1):
            volume = np.frombuffer(content, dtype=header.dtype)
            np.take(volume, voxels, out=taken, mode="clip")
            _scale(taken, header, row)
            if number % step == 0 or number == header.volumes:
                watch(f"reading {name}", number, header.volumes)
            yield row
        while image.read(_PIECE):  # to the end, so that the checksum is compared
            pass
        rows.sha256 = hashed.finish()


def _volumes(image: IO[bytes], header: ImageHeader, name: str) -> Iterator[bytes]:
    """Yield the bytes of each volume; the next ones are decompressed meanwhile."""
    size = header.voxels * header.dtype.itemsize
    worker = ThreadPoolExecutor(max_workers=1)
    waiting: deque[Future[bytes]] = deque()
    try:
        for number in range(header.volumes + _AHEAD):
            if number < header.volumes:
                waiting.append(worker.submit(_exactly, image, size, name))
            if waiting and (number >= header.volumes or len(waiting) > _AHEAD):
                yield waiting.popleft().result()
    finally:
        worker.shutdown(wait=True, cancel_futures=True)


def _scale(taken: NDArray[np.generic], header: ImageHeader, row: NDArray[np.float32]) -> None:
    """Write scaled values; one too large for the row becomes infinite, and is left out later."""
    with np.errstate(over="ignore", invalid="ignore"):
        if header.scaled:
            row[:] = taken.astype(np.float64) * header.slope + header.inter
        else:
            row[:] = taken


def _exactly(image: IO[bytes], count: int, name: str) -> bytes:
    piece = image.read(count)
    if len(piece) < count:
        raise _short(name)
    return piece


def read_mask(path: str, name: str) -> Mask:
    """Read a 3-D mask: voxels of at least 0.5 belong to it.

    Parameters
    ----------
    path : str
        Where the file lies.
    name : str
        Its name in messages.

    Returns
    -------
    Mask
        Grid and voxels.

    Raises
    ------
    RecordingError
        If the file is missing, damaged, not 3-D or empty.
    """
    header = read_header(path, name)
    if header.has_time and header.volumes > 1:
        raise RecordingError("a mask has three dimensions", where=name, got="4")
    check_length(path, header, name)  # before memory is taken for what a damaged header promises
    volume = read_volume(path, header, name)
    inside = np.asarray(volume.values, dtype=np.float32) >= _MEMBER
    if not inside.any():
        raise RecordingError("the mask is empty", where=name)
    return Mask(header.grid, inside, volume.sha256)


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """One volume, shape (voxels,), in the order of the file, and the SHA-256 of its bytes."""

    values: NDArray[np.generic]
    sha256: str


def read_volume(path: str, header: ImageHeader, name: str) -> Volume:
    """Read the first volume of an image.

    Parameters
    ----------
    path : str
        Where the file lies.
    header : ImageHeader
        Its header.
    name : str
        Its name in messages.

    Returns
    -------
    Volume
        As stored where the header has no scale, float32 otherwise.

    Raises
    ------
    RecordingError
        If the file is cut short or damaged.
    """
    with _opened(path, name) as (image, hashed):
        _exactly(image, header.offset, name)
        content = _exactly(image, header.voxels * header.dtype.itemsize, name)
        stored = np.frombuffer(content, dtype=header.dtype)
        if header.dtype.kind == "f" or header.scaled:
            values = np.empty(len(stored), dtype=np.float32)
            _scale(stored, header, values)
            stored = values
        while image.read(_PIECE):  # to the end, so that the checksum is compared
            pass
        digest = hashed.finish()
    return Volume(stored, digest)


def check_length(path: str, header: ImageHeader, name: str) -> None:
    """Refuse an image whose file is shorter than its header says, mostly without reading it.

    Parameters
    ----------
    path : str
        Where the file lies.
    header : ImageHeader
        Its header.
    name : str
        Its name in messages.

    Raises
    ------
    RecordingError
        If the file is cut short or damaged.

    Notes
    -----
    A gzip file ends with its length modulo 2**32. Where that differs the file is read through,
    since a file of several gzip members only states the length of the last.
    """
    needed = header.offset + header.volumes * header.voxels * header.dtype.itemsize
    compressed = _compressed(path)
    with Path(path).open("rb") as raw:
        size = raw.seek(0, io.SEEK_END)
        raw.seek(max(0, size - 4))
        stated = int.from_bytes(raw.read(4), "little")
    if (compressed and stated == needed % (1 << 32)) or (not compressed and size >= needed):
        return
    if not compressed:
        raise _short(name)
    found = 0
    with _opened(path, name) as (image, _):
        while piece := image.read(_PIECE):
            found += len(piece)
    if found < needed:
        raise _short(name)
