"""The output folder of an analysis: what may be replaced in it, and the files written whole."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from equipoise.apps.evidence.shown import exact
from equipoise.apps.files import LEFTOVER, STALE, make_folder, write_all
from equipoise.core.errors import OutputError

__all__ = ["SUMMARY", "check_folder", "csv_text", "json_text", "write_results"]

SUMMARY: Final = "summary.json"
GENERATOR: Final = "Equipoise"


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV with decimal points; what is missing is empty.

    Parameters
    ----------
    columns : sequence of str
        Header.
    rows : iterable of sequence
        Text and numbers; numbers get 10 significant digits.

    Returns
    -------
    str
        One line a row.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return stream.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{exact(value):.15g}"
    return str(value)


def json_text(document: dict[str, Any]) -> str:
    """Return a document as JSON with sorted keys, ending in a newline."""
    text = json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def check_folder(out: Path, names: Sequence[str], data: Path, analysis: str) -> None:
    """Refuse an output folder in which something else would be replaced.

    Parameters
    ----------
    out : Path
        Output folder; it need not exist.
    names : sequence of str
        Files that will be written.
    data : Path
        The file that is analysed.
    analysis : str
        ``pairwise`` or ``network``.

    Raises
    ------
    OutputError
        If the data themselves, files of another program or another kind of analysis stand there
        under these names.
    """
    present = [out / name for name in names if (out / name).exists()]
    if not present:
        return
    if any(path.samefile(data) for path in present):
        raise OutputError(
            "the results would replace the data themselves",
            where=str(data),
            todo="name another folder",
        )
    kind = _kind(out / SUMMARY)
    if kind != analysis:
        holds = f"a {kind} analysis" if kind else "files that Equipoise did not write"
        raise OutputError(
            f"this folder holds {holds}, part of which would be replaced",
            where=str(out),
            got=", ".join(path.name for path in present),
            todo="name another folder",
        )


def _kind(summary: Path) -> str | None:
    """Return the kind of analysis that a summary of ours tells of, or None."""
    try:
        document = json.loads(summary.read_text(encoding="utf-8"))
        if document["generator"] != GENERATOR:
            return None
        return str(document["analysis"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def write_results(out: Path, files: dict[str, str]) -> None:
    """Write the files of an analysis, all or none, and remove what a killed run left of them."""
    make_folder(out)
    for name in files:
        for part in out.glob(f"{LEFTOVER}{name}-*"):
            _remove_stale(part)
    write_all({out / name: files[name].encode("utf-8") for name in sorted(files)})


def _remove_stale(part: Path) -> None:
    try:
        if time.time() - part.stat().st_mtime > STALE:
            part.unlink()
    except FileNotFoundError:
        return
