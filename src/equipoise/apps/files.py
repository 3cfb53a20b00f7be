"""Files written whole or not at all, and the store of finished steps."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from equipoise.core.errors import InputError, OutputError

__all__ = [
    "FileStore",
    "clear_leftovers",
    "clear_person",
    "labels_kept",
    "make_folder",
    "write_all",
    "write_bytes",
    "write_sheet",
    "write_text",
]

STORE: Final = ".equipoise"
LEFTOVER: Final = ".equipoise-part-"
STALE: Final = 3600
"""Seconds after which a part is nobody's."""


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
    write_all({path: data})


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_sheet(out: Path, page: str, table: str) -> Path:
    """Write a sheet to print, and beside it the same as a table to fill in.

    Parameters
    ----------
    out : Path
        An ``.html`` file; the table takes the same name.
    page, table : str
        What they hold.

    Returns
    -------
    Path
        The table.

    Raises
    ------
    InputError
        If the name is not that of a page.
    OutputError
        If one of them is there already.
    """
    if out.suffix != ".html":
        raise InputError("the sheet is an .html file", where=str(out), todo="name an .html file")
    beside = out.with_suffix(".csv")
    for path in (beside, out):
        if path.exists():
            raise OutputError(
                "this file is there already and may be filled in",
                where=str(path),
                todo="move it away, or name another sheet",
            )
    write_all({out: page.encode("utf-8"), beside: table.encode("utf-8")})
    return beside


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together: all under temporary names first, then all are renamed.

    Parameters
    ----------
    files : Mapping of Path to bytes
        Content by path.

    Raises
    ------
    OutputError
        If a folder cannot be written or the disk is full; then every old file stays as it was.
    """
    parts: dict[Path, Path] = {}
    path = Path()
    try:
        for path, data in files.items():
            if not path.name:
                raise OutputError("a file needs a name", where=str(path), todo="name a file")
            make_folder(path.parent)
            # Opened as any other file, so that the umask decides who may read it.
            parts[path] = path.with_name(f"{LEFTOVER}{path.name}-{secrets.token_hex(4)}")
            with parts[path].open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        for path, part in parts.items():
            part.replace(path)
    except OSError as error:
        raise OutputError(
            "this file cannot be written",
            where=str(path),
            got=error.strerror or str(error),
            todo="make room or name another folder; nothing was half-written",
        ) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def clear_leftovers(folder: Path) -> None:
    """Remove parts that a killed run left below `folder`."""
    for part in folder.rglob(f"{LEFTOVER}*"):
        part.unlink(missing_ok=True)


def clear_person(out: Path, label: str) -> None:
    """Remove parts that a killed run left of one person.

    Those of other people may belong to a run that goes on beside this one in the same folder;
    those that belong to nobody are removed once they are old.

    Parameters
    ----------
    out : Path
        The output folder.
    label : str
        The BIDS label.
    """
    for folder in (out / f"sub-{label}", out / STORE / f"sub-{label}"):
        clear_leftovers(folder)
    for part in out.glob(f"{LEFTOVER}sub-{label}.*"):
        part.unlink(missing_ok=True)
    for part in out.glob(f"{LEFTOVER}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > STALE:
                part.unlink()


def labels_kept(out: Path) -> tuple[str, ...]:
    """Return the labels of everybody with finished steps below `out`, sorted."""
    return tuple(sorted(path.name.removeprefix("sub-") for path in (out / STORE).glob("sub-*")))


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
        """Return the kept text of `step` under `key`; None where there is none that can be read."""
        path = self._folder / f"{step}_{key}.json"
        try:
            return path.read_text(encoding="utf-8") if path.is_file() else None
        except (OSError, UnicodeDecodeError):
            return None

    def newest(self, step: str) -> str | None:
        """Return the kept text of `step`, whatever its key; None where there is none."""
        paths = sorted(self._folder.glob(f"{step}_*.json"), key=lambda path: path.stat().st_mtime)
        return paths[-1].read_text(encoding="utf-8") if paths else None

    def keep(self, step: str, key: str, text: str, /) -> None:
        """Keep `text` and forget older results of the same step."""
        path = self._folder / f"{step}_{key}.json"
        write_text(path, text)
        for old in self._folder.glob(f"{step}_*.json"):
            if old != path:
                old.unlink(missing_ok=True)
