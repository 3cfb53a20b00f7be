"""Where the recordings of a person lie, with what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath, PurePosixPath

from equipoise.core.dates import IsoDate

__all__ = ["Recording", "SpaceTransform", "VariantFile"]


@dataclass(frozen=True, slots=True)
class SpaceTransform:
    """A spatial transform as fMRIPrep writes it.

    Parameters
    ----------
    source, target : str
        BIDS ``from-`` and ``to-``: images of `source` are brought into `target`. Points go the
        other way round, as in ITK.
    path : str
        Where the file lies.
    """

    source: str
    target: str
    path: str


@dataclass(frozen=True, slots=True)
class Recording:
    """Where a recording lies: paths and BIDS entities, never its content.

    Parameters
    ----------
    kind : {"bold", "bold_surface", "freesurfer_stats"}
        Functional volumes; functional surfaces (CIFTI ``dtseries``, or GIFTI); a folder of
        FreeSurfer tables.
    name : str
        File name below the dataset, the id of the recording.
    path, mask, confounds, sidecar : str or None
        Absolute paths, or names below the dataset in a dossier; None where the file is missing.
    space : str or None
        BIDS name of the space (``space-`` entity).
    repetition_time : float or None
        Seconds between volumes, from the sidecar.
    session, task, run : str or None
        BIDS entities.
    notice : str or None
        What the dataset says about itself, such as "synthetic geometry".
    date : str or None
        Day of the recording, from ``scans.tsv`` or ``sessions.tsv``.
    scanner : str or None
        Maker, model and field strength, from the sidecar.
    events : str or None
        ``events.tsv`` of a task run.
    physio : str or None
        ``physio.tsv.gz`` with the breathing trace.
    mixing : str or None
        Mixing matrix of tedana (``desc-ICA_mixing.tsv``); its table of components lies beside it.
    grey_matter : str or None
        Probability of grey matter (``label-GM_probseg``) in the space of the image.
    t1w : str or None
        The person's whole-head T1w image that `transforms` lead to.
    surfaces : tuple of str
        Surfaces (``.surf.gii``) that the vertices of a ``bold_surface`` lie on, left then right;
        they may be left out for ``space-fsaverage5``. For GIFTI series `path` is the left
        hemisphere's and the right one's (``.func.gii``) stands last.
    transforms : tuple of SpaceTransform
        Between the space of the image, T1w and the MNI spaces.
    """

    kind: str
    name: str
    path: str
    mask: str | None = None
    confounds: str | None = None
    sidecar: str | None = None
    space: str | None = None
    repetition_time: float | None = None
    session: str | None = None
    task: str | None = None
    run: str | None = None
    notice: str | None = None
    date: IsoDate | None = None
    scanner: str | None = None
    events: str | None = None
    physio: str | None = None
    mixing: str | None = None
    grey_matter: str | None = None
    t1w: str | None = None
    surfaces: tuple[str, ...] = ()
    transforms: tuple[SpaceTransform, ...] = ()

    def files(self) -> tuple[str, ...]:
        """Return the path of every file that belongs to the recording."""
        single = (
            self.path,
            self.mask,
            self.confounds,
            self.sidecar,
            self.events,
            self.physio,
            self.mixing,
            self.grey_matter,
            self.t1w,
        )
        found = [path for path in single if path is not None]
        return (*found, *self.surfaces, *(t.path for t in self.transforms))

    def portable(self) -> Recording:
        """Return the recording with names below the dataset in place of absolute paths."""
        folder = PurePosixPath(self.name).parent

        def _named(path: str | None) -> str | None:
            return None if path is None else (folder / PurePath(path).name).as_posix()

        return replace(
            self,
            path=self.name,
            mask=_named(self.mask),
            confounds=_named(self.confounds),
            sidecar=_named(self.sidecar),
            events=_named(self.events),
            physio=_named(self.physio),
            mixing=_named(self.mixing),
            grey_matter=_named(self.grey_matter),
            t1w=_named(self.t1w),
            surfaces=tuple(PurePath(path).name for path in self.surfaces),
            transforms=tuple(replace(t, path=PurePath(t.path).name) for t in self.transforms),
        )


@dataclass(frozen=True, slots=True)
class VariantFile:
    """A file of variants (VCF) of one person.

    Parameters
    ----------
    name : str
        File name below the dataset.
    path : str
        Where it lies; the name below the dataset in a dossier.
    outside_calls : str or None
        Table of calls that another test made (structure and copy number of CYP2D6).
    """

    name: str
    path: str
    outside_calls: str | None = None

    def files(self) -> tuple[str, ...]:
        """Return the path of every file that belongs to it."""
        return (self.path,) if self.outside_calls is None else (self.path, self.outside_calls)

    def portable(self) -> VariantFile:
        """Return it with names below the dataset in place of absolute paths."""
        beside = self.outside_calls
        if beside is not None:
            folder = self.name.rpartition("/")[0]
            beside = f"{folder}/{beside.rpartition('/')[2]}".lstrip("/")
        return replace(self, path=self.name, outside_calls=beside)
