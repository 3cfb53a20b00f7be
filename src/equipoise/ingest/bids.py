"""Finds people, records and recordings in a BIDS dataset with fMRIPrep derivatives.

ancpbids indexes the files of one person; it is handed their names, so that nothing else in the
dataset is walked or opened. What it gives back are names and entities; sidecars are read here.
"""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path
from typing import Any, Final

from equipoise.core.errors import InputError
from equipoise.core.nouns import Recording
from equipoise.ingest.fields import did_you_mean, near_names

__all__ = ["dataset_notice", "find_recordings", "participant_labels", "person_file"]

DERIVATIVE: Final = "derivatives/fmriprep"
_LABEL: Final = re.compile(r"[A-Za-z0-9]+", re.ASCII)
_BOLD: Final = "_desc-preproc_bold"
# fMRIPrep names mask and sidecar like the image; confounds belong to a run in every space.
_OF_SPACE: Final = ("space-", "res-", "den-", "cohort-")


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
        ``sub-<label>/clinical/sub-<label>_person.yaml``; None where there is none.

    Raises
    ------
    InputError
        If the label is not in the dataset, or a record lies there under another name.
    """
    _known(dataset, label)
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
    return None


def find_recordings(dataset: Path, label: str) -> tuple[Recording, ...]:
    """Return the resting functional images of one person, as fMRIPrep leaves them.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.
    label : str
        BIDS label without ``sub-``.

    Returns
    -------
    tuple of Recording
        One for each file ``*_task-rest*_desc-preproc_bold.nii.gz`` below
        ``derivatives/fmriprep/sub-<label>``, sorted by name: every session, run and space. Parts
        that are missing are None.

    Raises
    ------
    InputError
        If the label is not in the dataset.
    """
    _known(dataset, label)
    folder = dataset / DERIVATIVE / f"sub-{label}"
    names = _names_below(dataset, folder)
    if not names:
        return ()
    notice = dataset_notice(dataset)
    return tuple(
        _recording(dataset, name, frozenset(names), notice)
        for name in _resting_images(dataset, label, names)
    )


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


def _known(dataset: Path, label: str) -> None:
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


def _names_below(dataset: Path, folder: Path) -> list[str]:
    """Return the files below `folder`, named from the root of the dataset, links not followed."""
    return sorted(
        (Path(place) / name).relative_to(dataset).as_posix()
        for place, _, files in os.walk(folder)
        for name in files
    )


def _resting_images(dataset: Path, label: str, names: list[str]) -> list[str]:
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
    found: list[Any] = index.query(
        scope="derivatives",
        sub=label,
        task="rest*",
        desc="preproc",
        suffix="bold",
        extension=".nii.gz",
    )
    return sorted(artifact.get_relative_path() for artifact in found)


def _recording(dataset: Path, name: str, names: frozenset[str], notice: str | None) -> Recording:
    folder, _, file = name.rpartition("/")
    parts = file.removesuffix(f"{_BOLD}.nii.gz").split("_")
    entities = dict(part.partition("-")[::2] for part in parts)
    run = "_".join(part for part in parts if not part.startswith(_OF_SPACE))

    def _beside(other: str) -> str | None:
        return str((dataset / folder / other).absolute()) if f"{folder}/{other}" in names else None

    sidecar = _beside(file.removesuffix(".nii.gz") + ".json")
    return Recording(
        kind="bold",
        name=name,
        path=str((dataset / name).absolute()),
        mask=_beside("_".join(parts) + "_desc-brain_mask.nii.gz"),
        confounds=_beside(f"{run}_desc-confounds_timeseries.tsv"),
        sidecar=sidecar,
        space=entities.get("space"),
        repetition_time=_repetition_time(sidecar),
        session=entities.get("ses"),
        task=entities.get("task"),
        run=entities.get("run"),
        notice=notice,
    )


def _repetition_time(sidecar: str | None) -> float | None:
    """Return seconds between volumes; None where the sidecar has no usable number."""
    if sidecar is None:
        return None
    try:
        value: object = _json(Path(sidecar)).get("RepetitionTime")
    except InputError:
        # One damaged sidecar must not lose the other recordings; the reader refuses this one.
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < math.inf else None


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
