"""The files of a run: a BIDS derivative, written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from equipoise import __version__
from equipoise.apps.documents import (
    MEASURE_COLUMNS,
    PREDICTION_COLUMNS,
    measure_rows,
    plan_document,
    prediction_rows,
    tsv,
)
from equipoise.apps.files import STORE, write_all
from equipoise.core.documents import to_json, to_plain
from equipoise.core.errors import OutputError
from equipoise.core.nouns import Dossier, Measurement
from equipoise.core.tables import load_table

__all__ = [
    "check_place",
    "cited",
    "clear_earlier",
    "group_text",
    "manifest",
    "person_files",
    "study_files",
    "unchanged",
    "write_files",
]

MANIFEST = "manifest"
DESCRIPTION = "dataset_description.json"
GENERATOR = "Equipoise"
PAGES: Final = ("html", "pdf")
"""Formats in which ``equipoise report`` writes pages."""


def person_files(dossier: Dossier, t1w: Path | None = None) -> dict[str, str]:
    """Return the files of one person by path below the output folder.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    t1w : Path, optional
        The T1w image that the target was placed in; the report shows slices of it.

    Returns
    -------
    dict of str to str
        The same dossier always gives the same text.
    """
    from equipoise.apps.report.edition import Edition
    from equipoise.apps.report.readers import file_name, render_for

    label = f"sub-{dossier.label}"
    stem = f"{label}/{label}"
    plan = plan_document(dossier, decide=True)
    files = {
        f"{stem}_measures.tsv": tsv(MEASURE_COLUMNS, measure_rows(dossier)),
        f"{stem}_measures.json": _json(_measures_sidecar(dossier)),
        f"{stem}_profile.json": to_json(dossier.profile),
        f"{stem}_appraisal.json": to_json(dossier.appraisal),
        f"{stem}_predictions.tsv": tsv(PREDICTION_COLUMNS, prediction_rows(dossier)),
        f"{stem}_plan.json": _json(plan),
        f"{stem}_trajectory.json": _json(_course(dossier)),
        # The clinician's page names the rows of the data page, so the two are written together.
        **{
            file_name(dossier.label, reader, "html"): render_for(reader, dossier, Edition(t1w))
            for reader in ("clinician", "data")
        },
    }
    for target in dossier.targets:
        files[f"{stem}_tmstarget.json"] = to_json(target)
    return files


def _course(dossier: Dossier) -> dict[str, Any]:
    """Return scales over time and, where scans were repeated, what changed between sessions."""
    return {
        "trajectories": to_plain(dossier.trajectories),
        "changes": to_plain(dossier.changes),
        "change_order": to_plain(dossier.change_order),
    }


def _measures_sidecar(dossier: Dossier) -> dict[str, Any]:
    taken = [item.measurement for item in dossier.measurements]
    return {
        "measures": {
            _name(m): to_plain(m.provenance)
            for m in sorted(taken, key=lambda m: (m.id, m.date or "", m.session or ""))
        },
        "targets": {t.id: to_plain(t.provenance) for t in dossier.targets},
        "notices": list(dossier.notices),
        "seed": dossier.seed,
        "date": dossier.date,
        "version": dossier.version,
        "tables_digest": dossier.tables_digest,
    }


def _name(one: Measurement) -> str:
    """Return what tells one value of a measure from another: its day, or else its session."""
    session = f" session {one.session}" if one.session and not one.date else ""
    return f"{one.id} {one.date or 'undated'}{session}"


def study_files(references: tuple[str, ...]) -> dict[str, str]:
    """Return the files that stand once in an output folder.

    Parameters
    ----------
    references : tuple of str
        Keys that the results rest on.

    Returns
    -------
    dict of str to str
        ``dataset_description.json`` and ``CITATION.md``.
    """
    description = {
        "Name": "Equipoise: decision support for depression (research software)",
        "BIDSVersion": "1.10.0",
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": GENERATOR, "Version": __version__}],
    }
    return {
        DESCRIPTION: _json(description),
        "CITATION.md": _citations(references),
    }


def _citations(references: tuple[str, ...]) -> str:
    table = load_table("references/references")
    lines = ["# Sources", "", f"Written by Equipoise {__version__}.", ""]
    for key in sorted(set(references)):
        row = table.find(key=key)
        if row is None:
            continue
        parts = [row.optional_text(c) for c in ("authors", "year", "title", "journal")]
        doi = row.optional_text("doi")
        text = ". ".join(part for part in parts if part)
        lines.append(f"- `{key}` {text}." + (f" doi:{doi}" if doi else ""))
    return "\n".join(lines) + "\n"


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def write_files(out: Path, files: dict[str, str]) -> None:
    """Write `files` below `out`, all or none."""
    write_all({out / name: files[name].encode("utf-8") for name in sorted(files)})


def clear_earlier(out: Path, label: str, written: Iterable[str]) -> None:
    """Remove what an earlier run left of one person and this run did not write again.

    A page for the patient of last week, with options, must not lie beside the emergency of today;
    nor a point for stimulation that the newest scan did not give.

    Parameters
    ----------
    out : Path
        Output folder.
    label : str
        The BIDS label.
    written : Iterable of str
        What this run wrote, by path below `out`.

    Raises
    ------
    OutputError
        If a file cannot be removed.
    """
    from equipoise.apps.report.readers import READERS, file_name

    pages = [file_name(label, reader, form) for reader in READERS for form in PAGES]
    path = out
    try:
        for name in {*pages, f"sub-{label}/sub-{label}_tmstarget.json"} - set(written):
            path = out / name
            if path.is_file():
                path.unlink()
    except OSError as error:
        raise OutputError(
            "this file of an earlier run cannot be removed",
            where=str(path),
            got=error.strerror or str(error),
            todo="remove it: what it says no longer holds",
        ) from error


def check_place(out: Path) -> None:
    """Refuse an output folder that is another dataset: its description would be replaced.

    Parameters
    ----------
    out : Path
        Output folder; it need not exist.

    Raises
    ------
    OutputError
        If it holds a ``dataset_description.json`` that Equipoise did not write.
    """
    path = out / DESCRIPTION
    if not path.is_file():
        return
    try:
        written = json.loads(path.read_text(encoding="utf-8"))["GeneratedBy"][0]["Name"]
    except (OSError, ValueError, LookupError, TypeError):
        written = None
    if written != GENERATOR:
        raise OutputError(
            "this folder holds another dataset, whose description would be replaced",
            where=str(out),
            todo="name a folder of its own, such as derivatives/equipoise",
        )


def manifest(files: dict[str, str], references: tuple[str, ...]) -> str:
    """Return the digests of `files`, and the keys of the references behind them, as text."""
    digests = {n: hashlib.sha256(t.encode("utf-8")).hexdigest() for n, t in files.items()}
    return _json({"files": digests, "references": list(references)})


def cited(out: Path) -> tuple[str, ...]:
    """Return the keys of the references behind all finished people of an output folder, sorted."""
    found: set[str] = set()
    for path in out.glob(f"{STORE}/sub-*/{MANIFEST}_*.json"):
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
            found |= set(json.loads(path.read_text(encoding="utf-8"))["references"])
    return tuple(sorted(found))


def unchanged(out: Path, kept: str) -> bool:
    """Return whether every file of a kept manifest stands below `out` with the same bytes."""
    try:
        digests = json.loads(kept)["files"].items()
    except (ValueError, LookupError, TypeError, AttributeError):
        return False
    for name, digest in digests:
        path = out / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            return False
    return True


def group_text(out: Path, labels: tuple[str, ...]) -> str:
    """Return the measures of all people of an output folder as one table.

    Parameters
    ----------
    out : Path
        Output folder with finished people.
    labels : tuple of str
        BIDS labels; people without results are left out.

    Returns
    -------
    str
        Tab-separated text with the column ``participant_id`` first.
    """
    lines = ["\t".join(("participant_id", *MEASURE_COLUMNS))]
    for label in labels:
        path = out / f"sub-{label}" / f"sub-{label}_measures.tsv"
        if path.is_file():
            rows = path.read_text(encoding="utf-8").splitlines()[1:]
            lines += [f"sub-{label}\t{row}" for row in rows]
    return "\n".join(lines) + "\n"
