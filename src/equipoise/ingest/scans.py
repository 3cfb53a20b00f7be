"""The functional runs of one person: each image of the derivative with all that belongs to it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from equipoise.core.nouns import Recording
from equipoise.ingest.anatomy import Anatomy, anatomy_of, freesurfer_folders
from equipoise.ingest.names import BidsName, parsed
from equipoise.ingest.raw import Parts, Raw, scanner_words

__all__ = ["Derived", "freesurfer_tables", "runs", "wanted"]

_PREPROCESSED: Final = "preproc"
_DENOISED: Final = ("optcomDenoised", "denoised")
"""What tedana calls its cleaned images; taken where the run has no other in that space."""
_DENSE: Final = ".dtseries.nii"
_VERTICES: Final = ".func.gii"
_OF_IMAGE: Final = ("space", "res", "den", "cohort", "desc")
# fMRIPrep names mask and sidecar like the image; confounds belong to a run in every space.
_OF_SPACE: Final = (*_OF_IMAGE, "hemi")


@dataclass(frozen=True, slots=True)
class Derived:
    """The person's files of the fMRIPrep derivative.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.
    names : frozenset of str
        Names below the dataset.
    files : tuple of BidsName
        The same, where they are BIDS names.
    notice : str or None
        What the derivative says about itself.
    """

    dataset: Path
    names: frozenset[str]
    files: tuple[BidsName, ...]
    notice: str | None

    @classmethod
    def of(cls, dataset: Path, names: list[str], notice: str | None) -> Derived:
        """Return the files with these names."""
        files = (parsed(name) for name in names)
        known = tuple(file for file in files if file is not None)
        return cls(dataset, frozenset(names), known, notice)

    def path(self, name: str) -> str:
        """Return where a file lies."""
        return str((self.dataset / name).absolute())

    def beside(self, image: BidsName, *others: str) -> str | None:
        """Return the first of some files in the folder of an image that is there."""
        for other in others:
            if f"{image.folder}/{other}" in self.names:
                return self.path(f"{image.folder}/{other}")
        return None


def wanted(names: Iterable[str]) -> list[BidsName]:
    """Return the images to be read, of the names of images that were found.

    Parameters
    ----------
    names : iterable of str
        Files with the suffix ``bold``, below the dataset.

    Returns
    -------
    list of BidsName
        Volumes, dense series and left hemispheres, by name; one image for each run and space.
    """
    found: dict[tuple[str, str], BidsName] = {}
    for file in sorted(filter(None, map(parsed, names)), key=_rank):
        if file.get("task") is None or file.get("echo") is not None or _rank(file) < 0:
            continue
        found.setdefault((f"{file.folder}/{file.stem('desc')}", file.extension), file)
    return sorted(found.values(), key=lambda file: file.name)


def _rank(file: BidsName) -> int:
    """Return how an image is preferred to others of its run and space; below 0: not read."""
    desc = file.get("desc")
    if file.extension == ".nii.gz":
        order = (_PREPROCESSED, *_DENOISED)
        return order.index(desc) if desc in order else -1
    if file.extension == _DENSE or (file.extension == _VERTICES and file.get("hemi") == "L"):
        return 0 if desc in (None, _PREPROCESSED) else -1
    return -1


def runs(derived: Derived, raw: Raw, images: list[BidsName]) -> tuple[Recording, ...]:
    """Return the recordings of some images.

    Parameters
    ----------
    derived : Derived
        The person's files of the derivative.
    raw : Raw
        The person's raw files.
    images : list of BidsName
        As :func:`wanted` gives them.

    Returns
    -------
    tuple of Recording
        In the same order; parts that are missing are None.
    """
    return tuple(_recording(derived, raw, image) for image in images)


def _recording(derived: Derived, raw: Raw, image: BidsName) -> Recording:
    run = image.without(*_OF_SPACE)
    stem = image.stem(*_OF_SPACE)
    anatomy = anatomy_of(derived.dataset, derived.files, image.get("ses"))
    sidecar = derived.beside(image, *_sidecars(image))
    said = _json(sidecar)
    volume = image.extension == ".nii.gz"
    space = image.get("space")
    taken = raw.taken(run)
    return Recording(
        kind="bold" if volume else "bold_surface",
        name=image.name,
        path=derived.path(image.name),
        mask=derived.beside(image, f"{image.stem('desc')}_desc-brain_mask.nii.gz")
        if volume
        else None,
        confounds=derived.beside(image, f"{stem}_desc-confounds_timeseries.tsv"),
        sidecar=sidecar,
        space=space,
        repetition_time=_seconds(said.get("RepetitionTime")),
        session=image.get("ses"),
        task=image.get("task"),
        run=image.get("run"),
        notice=_joined(derived.notice, taken.notice),
        date=taken.date,
        scanner=scanner_words(said, raw.sidecar(run)),
        events=None if (image.get("task") or "").startswith("rest") else raw.events(run),
        physio=raw.breathing(run),
        mixing=derived.beside(image, f"{stem}_desc-ICA_mixing.tsv"),
        grey_matter=anatomy.grey_matter(space) if volume else None,
        t1w=anatomy.t1w(),
        surfaces=() if volume else _surfaces(derived, anatomy, image),
        transforms=anatomy.transforms(),
    )


def _sidecars(image: BidsName) -> tuple[str, ...]:
    """Return the names that the sidecar of an image may have; versions of fMRIPrep differ."""
    stem = image.file.removesuffix(image.extension)
    first, *_ = image.extension.removeprefix(".").split(".")
    middle = () if image.extension == ".nii.gz" else (f"{stem}.{first}.json",)
    return (f"{stem}.json", *middle)


def _surfaces(derived: Derived, anatomy: Anatomy, image: BidsName) -> tuple[str, ...]:
    """Return left and right surface, then the right hemisphere's series of a GIFTI pair."""
    meshes = anatomy.surfaces(image.get("space"))
    if image.extension == _DENSE:
        return meshes
    right = derived.beside(image, image.file.replace("_hemi-L_", "_hemi-R_"))
    return meshes if right is None else (*meshes, right)


def freesurfer_tables(derived: Derived, raw: Raw) -> tuple[Recording, ...]:
    """Return the folders of FreeSurfer tables of one person, one for each session.

    Parameters
    ----------
    derived : Derived
        The person's files of the fMRIPrep derivative, for its notice.
    raw : Raw
        The person's raw files.

    Returns
    -------
    tuple of Recording
        Of kind ``freesurfer_stats``; the path is the folder ``stats``.
    """
    found = []
    for name, session in freesurfer_folders(derived.dataset, raw.label):
        own: Parts = (("sub", raw.label),)
        scan = own if session is None else (*own, ("ses", session))
        taken = raw.taken(scan, "T1w")
        found.append(
            Recording(
                kind="freesurfer_stats",
                name=name,
                path=derived.path(name),
                session=session,
                notice=_joined(derived.notice, taken.notice),
                date=taken.date,
                scanner=scanner_words(raw.sidecar(scan, "T1w")),
            )
        )
    return tuple(found)


def _joined(*notices: str | None) -> str | None:
    return "; ".join(notice for notice in notices if notice) or None


def _seconds(value: object) -> float | None:
    """Return seconds between volumes; None where the sidecar has no usable number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < math.inf else None


def _json(path: str | None) -> dict[str, Any]:
    """Return what a sidecar says; one that is damaged loses no other recording."""
    if path is None:
        return {}
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}  # the reader refuses this one
    return content if isinstance(content, dict) else {}
