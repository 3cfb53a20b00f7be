"""Finds people, records and recordings in a BIDS dataset with fMRIPrep derivatives.

ancpbids indexes the files of one person; it is handed their names, so that nothing else in the
dataset is walked or opened. What it gives back are names. :mod:`~equipoise.ingest.scans` puts
together what belongs to one run; :mod:`~equipoise.ingest.raw` and
:mod:`~equipoise.ingest.anatomy` find it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from equipoise.core.errors import InputError
from equipoise.core.nouns import Recording
from equipoise.ingest.fields import did_you_mean, near_names
from equipoise.ingest.names import names_below
from equipoise.ingest.raw import raw_files
from equipoise.ingest.scans import Derived, freesurfer_tables, runs, wanted

__all__ = [
    "dataset_notice",
    "find_recordings",
    "participant_labels",
    "person_file",
    "require_participant",
]

DERIVATIVE: Final = "derivatives/fmriprep"
_LABEL: Final = re.compile(r"[A-Za-z0-9]+", re.ASCII)


def participant_labels(dataset: Path) -> tuple[str, ...]:
    """Return the labels of the people in a dataset, raw or in its fMRIPrep derivative.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.

    Returns
    -------
    tuple of str
        Without ``sub-``, sorted.

    Raises
    ------
    InputError
        If this is no BIDS dataset, or holds nobody.
    """
    _description(dataset)
    folders = (
        path
        for root in (dataset, dataset / DERIVATIVE)
        for path in root.glob("sub-*")
        if path.is_dir()
    )
    labels = tuple(sorted({path.name.removeprefix("sub-") for path in folders}))
    if not labels:
        raise InputError(
            "the dataset holds no participants",
            where=str(dataset),
            allowed="folders such as sub-01",
            todo="give the root of a BIDS dataset",
        )
    return labels


def person_file(dataset: Path, label: str) -> Path | None:
    """Return where a person's record lies.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.
    label : str
        BIDS label without ``sub-``.

    Returns
    -------
    Path or None
        ``sub-<label>/clinical/sub-<label>_person.yaml``, else ``sub-<label>_fhir.json`` there;
        None where there is neither. The reader joins the two where both are there.

    Raises
    ------
    InputError
        If the label is not in the dataset, or a record lies there under another name.
    """
    require_participant(dataset, label)
    folder = dataset / f"sub-{label}" / "clinical"
    path = folder / f"sub-{label}_person.yaml"
    if path.is_file():
        return path
    others = sorted(p.name for p in folder.glob("*person.y*ml"))
    if others:
        raise InputError(
            "the record has another name than expected",
            where=str(folder),
            got=", ".join(others),
            allowed=path.name,
            todo="rename the file, if it is this person's",
        )
    bundle = folder / f"sub-{label}_fhir.json"
    if bundle.is_file():
        return bundle
    other_bundles = sorted(p.name for p in folder.glob("*fhir*.json"))
    if other_bundles:
        raise InputError(
            "the FHIR bundle has another name than expected",
            where=str(folder),
            got=", ".join(other_bundles),
            allowed=bundle.name,
            todo="rename the file, if it is this person's",
        )
    return None


def find_recordings(dataset: Path, label: str) -> tuple[Recording, ...]:
    """Return the functional images of one person as fMRIPrep leaves them, and FreeSurfer's tables.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.
    label : str
        BIDS label without ``sub-``.

    Returns
    -------
    tuple of Recording
        Below ``derivatives/fmriprep/sub-<label>``: volumes (``desc-preproc_bold.nii.gz``), dense
        series (``bold.dtseries.nii``) and pairs of hemispheres (``bold.func.gii``) of every
        session, task, run and space, sorted by name; then a folder of FreeSurfer tables for each
        session. Parts that are missing are None.

    Raises
    ------
    InputError
        If the label is not in the dataset.
    """
    require_participant(dataset, label)
    names = names_below(dataset, dataset / DERIVATIVE / f"sub-{label}")
    derived = Derived.of(dataset, names, dataset_notice(dataset))
    raw = raw_files(dataset, label)
    images = wanted(_functional_images(dataset, label, names)) if names else []
    return (*runs(derived, raw, images), *freesurfer_tables(derived, raw))


def dataset_notice(dataset: Path) -> str | None:
    """Return what the fMRIPrep derivative says about itself (its field ``Notice``)."""
    content = _json(dataset / DERIVATIVE / "dataset_description.json")
    notice = content.get("Notice")
    return notice if isinstance(notice, str) and notice.strip() else None


def _description(dataset: Path) -> None:
    if not dataset.is_dir():
        raise InputError(
            "the dataset does not exist" if not dataset.exists() else "this is not a folder",
            where=str(dataset),
            todo="give the root of a BIDS dataset",
        )
    path = dataset / "dataset_description.json"
    if not path.is_file():
        raise InputError(
            "dataset_description.json is missing",
            where=str(dataset),
            todo='give the root of a BIDS dataset, or add it: {"Name": ..., "BIDSVersion": ...}',
        )
    _json(path)


def require_participant(dataset: Path, label: str) -> None:
    """Refuse a label that is not in the dataset, or that is no BIDS label."""
    labels = participant_labels(dataset)
    if label not in labels:
        told = ", ".join(f"sub-{name}" for name in labels)
        raise InputError(
            "there is no such participant",
            where=str(dataset),
            got=f"sub-{label}",
            allowed=told,
            todo=did_you_mean(f"sub-{name}" for name in near_names(label, labels)),
        )
    if _LABEL.fullmatch(label) is None:
        raise InputError(
            "a label has letters and digits only",
            where=str(dataset),
            got=f"sub-{label}",
            todo="rename the folder and its files",
        )


def _functional_images(dataset: Path, label: str, names: list[str]) -> list[str]:
    try:
        from ancpbids import DatasetOptions, load_dataset
    except ImportError:
        raise InputError(
            "finding scans needs ancpbids, which is not installed",
            where=str(dataset),
            todo='install it with: pip install "equipoise[imaging]"',
        ) from None
    # A pickled index inside a dataset would be run as code.
    options = DatasetOptions(ignore_pickle_file=True)
    index = load_dataset(str(dataset), options, paths=names)
    found: list[Any] = index.query(scope="derivatives", sub=label, suffix="bold")
    return sorted(artifact.get_relative_path() for artifact in found)


def _json(path: Path) -> dict[str, Any]:
    """Return the content of a JSON file; nothing where the file does not exist."""
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise InputError("this is not a JSON object", where=str(path), todo="repair the file")
    return content
