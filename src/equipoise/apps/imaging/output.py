"""The output folder of `target` and `circuits`: a BIDS derivative, written whole or not at all."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from equipoise.apps import outputs, session
from equipoise.apps.files import LEFTOVER, clear_leftovers, make_folder, write_all
from equipoise.core.errors import OutputError

__all__ = ["json_text", "open_folder", "stem", "withdraw", "write"]

LOG: Final = logging.getLogger("equipoise")
_PLACES: Final = (
    "navigators/{stem}space-*_desc-tmstarget_*",
    "navigators/{stem}task-planning_stimsys-tms_acq-*",
    "{stem}space-*_desc-tmstarget_probseg.nii.gz",
)
"""Files that hold the place of a target."""


def open_folder(out: Path) -> None:
    """Make the output folder before any work is done, and start its log.

    Parameters
    ----------
    out : Path
        Output folder.

    Raises
    ------
    OutputError
        If it cannot be written, is a file, or holds another dataset.
    """
    if out.exists() and not out.is_dir():
        raise OutputError("this is no folder", where=str(out), todo="name a folder")
    outputs.check_place(out)
    make_folder(out)
    clear_leftovers(out)
    probe = out / f"{LEFTOVER}probe"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise OutputError(
            "this output folder cannot be written",
            where=str(out),
            got=error.strerror or str(error),
            todo="name a folder that can be written",
        ) from error
    session.start_log(out)


def stem(label: str | None) -> str:
    """Return the beginning of file names: ``sub-01_``, or nothing without a label."""
    return f"sub-{label}_" if label else ""


def withdraw(out: Path, label: str | None, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Remove the places of a target that an earlier run left and that are not written again.

    A navigator file beside an answer that it does not belong to could be used for it.

    Parameters
    ----------
    out : Path
        Output folder.
    label : str or None
        Label of the person.
    files : Mapping of str to bytes
        What is about to be written.

    Returns
    -------
    tuple of str
        What was removed, by path below the person's folder.

    Raises
    ------
    OutputError
        If a file cannot be removed; then nothing new may be written.
    """
    below = out / f"sub-{label}" if label else out
    gone = []
    for pattern in _PLACES:
        for path in sorted(below.glob(pattern.format(stem=stem(label)))):
            name = path.relative_to(below).as_posix()
            if name in files:
                continue
            try:
                path.unlink()
            except OSError as error:
                raise OutputError(
                    "a file of an earlier target cannot be removed",
                    where=name,
                    got=error.strerror or str(error),
                    todo="remove it, or name another folder",
                ) from error
            LOG.info("%s, of an earlier run, was removed", name)
            gone.append(name)
    return tuple(gone)


def write(out: Path, label: str | None, files: Mapping[str, bytes]) -> None:
    """Write the files of a run and the description of the dataset, all or none.

    Parameters
    ----------
    out : Path
        Output folder.
    label : str or None
        Label of the person: their files lie below ``sub-<label>/``.
    files : Mapping of str to bytes
        Content by path below that folder; pages (``.html``) lie in `out` itself.

    Raises
    ------
    OutputError
        If the folder cannot be written; then every old file stays as it was.
    """
    below = out / f"sub-{label}" if label else out
    placed = {
        (out if name.endswith(".html") else below) / name: data for name, data in files.items()
    }
    texts = outputs.study_files(outputs.cited(out))
    placed |= {out / name: text.encode("utf-8") for name, text in texts.items()}
    write_all(placed)


def json_text(document: dict[str, Any]) -> str:
    """Return a document as JSON with sorted keys, ending in a newline."""
    return (
        json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    )
