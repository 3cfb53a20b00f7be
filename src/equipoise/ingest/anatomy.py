"""What fMRIPrep and FreeSurfer leave of a person's anatomy: transforms, maps, surfaces, tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise.core.nouns import SpaceTransform
from equipoise.ingest.names import BidsName

__all__ = ["Anatomy", "anatomy_of", "freesurfer_folders"]

FREESURFER: Final = ("derivatives/freesurfer", "derivatives/fmriprep/sourcedata/freesurfer")
_T1W: Final = "T1w"
_XFM: Final = (".h5", ".txt")
_SHEETS: Final = ("midthickness", "pial")
_HEMISPHERES: Final = ("L", "R")


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The files of one anatomical session.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.
    files : tuple of BidsName
        What lies in the folder ``anat``.
    """

    dataset: Path
    files: tuple[BidsName, ...]

    def _path(self, file: BidsName) -> str:
        return str((self.dataset / file.name).absolute())

    def transforms(self) -> tuple[SpaceTransform, ...]:
        """Return the transforms between T1w and other spaces."""
        return tuple(
            SpaceTransform(source, target, self._path(file))
            for file in self.files
            if file.suffix == "xfm"
            and file.extension in _XFM
            and file.get("mode") == "image"
            and (source := file.get("from")) is not None
            and (target := file.get("to")) is not None
            and _T1W in (source, target)
        )

    def t1w(self) -> str | None:
        """Return the whole-head T1w image in its own space."""
        return self._only(
            file
            for file in self.files
            if file.suffix == _T1W
            and file.extension == ".nii.gz"
            and file.get("desc") == "preproc"
            and file.get("space") is None
        )

    def grey_matter(self, space: str | None) -> str | None:
        """Return the map of grey matter in a space, at whatever resolution it is."""
        wanted = None if space == _T1W else space
        if space is None:
            return None
        return self._only(
            file
            for file in self.files
            if file.suffix == "probseg"
            and file.extension == ".nii.gz"
            and file.get("label") == "GM"
            and file.get("space") == wanted
        )

    def surfaces(self, space: str | None) -> tuple[str, ...]:
        """Return left and right surface of a mesh; the midthickness where it is there."""
        wanted = None if space == "fsnative" else space
        for sheet in _SHEETS:
            found = [
                self._only(
                    file
                    for file in self.files
                    if (file.suffix, file.extension) == (sheet, ".surf.gii")
                    and file.get("hemi") == side
                    and file.get("space") == wanted
                )
                for side in _HEMISPHERES
            ]
            if all(path is not None for path in found):
                return tuple(path for path in found if path is not None)
        return ()

    def _only(self, files: Iterable[BidsName]) -> str | None:
        """Return the first of some files; fMRIPrep writes one of each kind for a session."""
        first = min(files, key=lambda file: (len(file.parts), file.name), default=None)
        return None if first is None else self._path(first)


def anatomy_of(dataset: Path, files: Iterable[BidsName], session: str | None) -> Anatomy:
    """Return the anatomy that the runs of a session were aligned to.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.
    files : iterable of BidsName
        The person's files of the fMRIPrep derivative.
    session : str or None
        Of the run.

    Returns
    -------
    Anatomy
        That of the session, else the one of all sessions, else that of the only session that has
        one. Where several others have one, none is taken: it could be the wrong head position.
    """
    by_session: dict[str | None, list[BidsName]] = {}
    for file in files:
        if file.folder.rpartition("/")[2] == "anat":
            by_session.setdefault(file.get("ses"), []).append(file)
    for key in (session, None):
        if key in by_session:
            return Anatomy(dataset, tuple(by_session[key]))
    only = next(iter(by_session.values())) if len(by_session) == 1 else []
    return Anatomy(dataset, tuple(only))


def freesurfer_folders(dataset: Path, label: str) -> tuple[tuple[str, str | None], ...]:
    """Return the folders with FreeSurfer's tables of one person.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.
    label : str
        BIDS label without ``sub-``.

    Returns
    -------
    tuple of (str, str or None)
        Name below the dataset and session, each session once.
    """
    found: dict[str | None, str] = {}
    for place in FREESURFER:
        root = dataset / place
        for folder in (root / f"sub-{label}", *sorted(root.glob(f"sub-{label}_ses-*"))):
            session = folder.name.partition("_ses-")[2] or None
            plain = session is None or session.isalnum()  # not the longitudinal stream
            if plain and (folder / "stats").is_dir():
                found.setdefault(session, (folder / "stats").relative_to(dataset).as_posix())
    if len(found) > 1:
        found.pop(None, None)  # beside sessions it is their template, no scan of its own
    return tuple((name, session) for session, name in found.items())
