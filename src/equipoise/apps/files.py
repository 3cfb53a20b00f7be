"""Files written whole or not at all, and the store of finished steps."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from equipoise.core.errors import OutputError

__all__ = ["FileStore", "clear_leftovers", "make_folder", "write_bytes", "write_text"]

STORE: Final = ".equipoise"
LEFTOVER: Final = ".equipoise-part-"


def make_folder(folder: Path) -> Path:
    """Create `folder` and its parents.

    Raises
    ------
    OutputError
        If it cannot be created, or a file stands in the way.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            "this output folder cannot be written",
            where=str(folder),
            got=error.strerror or str(error),
            todo="name a folder that can be created",
        ) from error
    return folder


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` under a temporary name in the same folder, then rename it.

    Raises
    ------
    OutputError
        If the folder cannot be written or the disk is full; the old file stays as it was.
    """
    make_folder(path.parent)
    part: str | None = None
    try:
        handle, part = tempfile.mkstemp(prefix=LEFTOVER, dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(part).chmod(0o644)
        Path(part).replace(path)
    except OSError as error:
        if part is not None:
            Path(part).unlink(missing_ok=True)
        raise OutputError(
            "this file cannot be written",
            where=str(path),
            got=error.strerror or str(error),
            todo="make room or name another folder; nothing was half-written",
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def clear_leftovers(folder: Path) -> None:
    """Remove parts that a killed run left below `folder`."""
    for part in folder.rglob(f"{LEFTOVER}*"):
        part.unlink(missing_ok=True)


class FileStore:
    """Finished steps of one person below ``OUT_DIR/.equipoise``; the newest of each step is kept.

    Parameters
    ----------
    out : Path
        The output folder.
    label : str
        The BIDS label.
    """

    def __init__(self, out: Path, label: str) -> None:
        self._folder = out / STORE / f"sub-{label}"

    def fetch(self, step: str, key: str, /) -> str | None:
        """Return the kept text of `step` under `key`, or None."""
        path = self._folder / f"{step}_{key}.json"
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def keep(self, step: str, key: str, text: str, /) -> None:
        """Keep `text` and forget older results of the same step."""
        path = self._folder / f"{step}_{key}.json"
        write_text(path, text)
        for old in self._folder.glob(f"{step}_*.json"):
            if old != path:
                old.unlink(missing_ok=True)
