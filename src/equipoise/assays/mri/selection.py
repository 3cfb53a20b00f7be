"""Which resting images of one person are measured, and which of their runs belong together.

fMRIPrep writes a run once for each output space. All runs of a person are taken in one space: the
one in which most of them are there, by preference an MNI space, then T1w, then surfaces. A run
that is there twice in that space, such as at two resolutions, counts once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from equipoise.assays.mri.image.spaces import MNI_SPACES, T1W, warp_between
from equipoise.assays.mri.run import Run
from equipoise.assays.mri.scan import Scan
from equipoise.core.nouns import Recording
from equipoise.core.tables import load_table, setting

__all__ = ["Choice", "agreeing", "choices", "identity", "resting", "sessions_of"]

_RESTING: Final = "rest"
_PREFERRED: Final = (*MNI_SPACES, T1W)
_VARIANT: Final = re.compile(r"_(space|res|den|desc|hemi)-[A-Za-z0-9+]+")
"""Entities that tell versions of one run apart."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The resting runs of a person in one space.

    Parameters
    ----------
    recordings : tuple of Recording
        One for each run, in the order of the dataset.
    spare : tuple of Recording
        Further versions of these runs in the same space.
    """

    recordings: tuple[Recording, ...]
    spare: tuple[Recording, ...]


def resting(recordings: tuple[Recording, ...]) -> tuple[Recording, ...]:
    """Return the functional recordings whose task is rest."""
    return tuple(
        r
        for r in recordings
        if r.kind in ("bold", "bold_surface") and (r.task or "").startswith(_RESTING)
    )


def choices(recordings: tuple[Recording, ...]) -> tuple[Choice, ...]:
    """Return the resting runs in each space, best space first.

    Parameters
    ----------
    recordings : tuple of Recording
        Of one person.

    Returns
    -------
    tuple of Choice
        Empty without a resting run; where no image is in a known space, the first image alone,
        whose refusal then says what is missing.
    """
    found = resting(recordings)
    known = {row.text("id") for row in load_table("regions/spaces")}
    usable = tuple(r for r in found if r.space in known and _leads_to_mni(r))
    if not usable:
        return tuple(Choice((first,), ()) for first in found[:1])
    spaces = dict.fromkeys(r.space for r in usable)
    each = [_in_space(tuple(r for r in usable if r.space == space)) for space in spaces]
    return tuple(sorted(each, key=_order))


def _leads_to_mni(recording: Recording) -> bool:
    """Return whether a volume lies in MNI, or transforms lead there; surfaces tell when opened."""
    space = str(recording.space)
    if recording.kind != "bold" or space in MNI_SPACES:
        return True
    return any(warp_between(recording.transforms, space, mni) is not None for mni in MNI_SPACES)


def _in_space(found: tuple[Recording, ...]) -> Choice:
    first: dict[str, Recording] = {}
    spare = []
    for recording in found:
        if first.setdefault(identity(recording), recording) is not recording:
            spare.append(recording)
    return Choice(tuple(first.values()), tuple(spare))


def identity(recording: Recording) -> str:
    """Return what names a run, whatever its space and resolution.

    Parameters
    ----------
    recording : Recording
        One image of the run.

    Returns
    -------
    str
        The same for all images of the run.
    """
    name = PurePosixPath(recording.name).name
    return _VARIANT.sub("", name).partition(".")[0]


def _order(choice: Choice) -> tuple[int, int]:
    """Return a key: many runs first, then volumes in MNI, T1w, surfaces."""
    first = choice.recordings[0]
    volume = first.kind == "bold" and first.space in _PREFERRED
    rank = _PREFERRED.index(str(first.space)) if volume else len(_PREFERRED)
    return -len(choice.recordings), rank


def sessions_of(runs: tuple[Run, ...]) -> tuple[tuple[Scan, ...], tuple[str, ...]]:
    """Join the runs of each session that can be joined.

    Parameters
    ----------
    runs : tuple of Run
        All that could be read.

    Returns
    -------
    scans : tuple of Scan
        One for each session, by date where each has one, else in the order of the dataset.
    reasons : tuple of str
        Why runs were left out, one sentence each.
    """
    scans, reasons = [], []
    for name in _in_time(runs):
        here = tuple(run for run in runs if run.session == name)
        usable = tuple(run for run in here if run.unusable is None)
        reasons += [f"{run.name}: {run.unusable}" for run in here if run.unusable and usable]
        kept, odd = agreeing(usable or here)
        reasons += odd
        scans.append(Scan(kept))
    return tuple(scans), tuple(reasons)


def _in_time(runs: tuple[Run, ...]) -> tuple[str | None, ...]:
    """Return the names of the sessions in the order in which they were."""
    names = tuple(dict.fromkeys(run.session for run in runs))
    days = {name: [r.recording.date or "" for r in runs if r.session == name] for name in names}
    if not all(min(found) for found in days.values()):
        return names
    return tuple(sorted(names, key=lambda name: min(days[name])))


def agreeing(runs: tuple[Run, ...]) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """Return the runs on the grid and at the repetition time of the first, and why not the others.

    Parameters
    ----------
    runs : tuple of Run
        At least one.

    Returns
    -------
    kept : tuple of Run
        The first and those that agree with it.
    reasons : tuple of str
        One sentence for each of the others.
    """
    first = runs[0]
    apart = {run.name: _difference(first, run) for run in runs[1:]}
    kept = tuple(run for run in runs if not apart.get(run.name))
    return kept, tuple(f"{name}: {why}" for name, why in apart.items() if why)


def _difference(first: Run, other: Run) -> str | None:
    """Return why two runs cannot be joined, or None."""
    here, there = first.places.grid, other.places.grid
    if here is None or there is None:
        same = first.places.count == other.places.count and here is there
    else:
        near = setting("bold_orientation_tolerance")
        same = here.shape == there.shape and here.distance(there) <= near
    if not same:
        return f"the image lies on another grid than {first.name}"
    if abs(first.seconds - other.seconds) > setting("bold_tr_tolerance") * first.seconds:
        return (
            f"the repetition time is {other.seconds:g} s, that of {first.name} {first.seconds:g} s"
        )
    return None
