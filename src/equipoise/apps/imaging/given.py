"""The files that a user names on the command line, checked and turned into recordings.

Nothing is guessed: a space, a direction of a transform or a person that the names of the files
contradict is refused. What the files hold is checked by the assays.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from equipoise.assays.mri.image.spaces import T1W
from equipoise.assays.mri.image.stream import read_header
from equipoise.core.errors import InputError, RecordingError
from equipoise.core.nouns import Recording, SpaceTransform
from equipoise.core.steps import file_digest
from equipoise.core.tables import setting

__all__ = ["Given", "check_label", "check_own_space", "entity", "recordings", "transform"]

_SERIES: Final = ".func.gii"
_SURFACE: Final = (".dtseries.nii", _SERIES)
_XFM: Final = re.compile(r"from-([A-Za-z0-9+]+)_to-([A-Za-z0-9+]+)_mode-image_xfm\b")
_LABEL: Final = re.compile(r"[A-Za-z0-9]+")
REST: Final = "rest"
_OF_RUN: Final = ("ses", "task", "acq", "dir", "run")
"""Entities by which runs differ."""
_TEMPLATES: Final = frozenset({3, 4})
"""Codes of NIfTI for coordinates of Talairach and of MNI."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was named on the command line.

    Parameters
    ----------
    bold, confounds, mask : tuple of Path
        One confounds file for each run; one mask for all, or one for each.
    tr : float
        Seconds between volumes.
    space : str
        BIDS name of the space of the images.
    transforms : tuple of Path
        Spatial transforms with BIDS names.
    t1w, grey_matter, events : Path or None
        Files beside the runs.
    surfaces : tuple of Path
        Surfaces of the vertices, left then right.
    task : str or None
        Task of the runs; None takes what their names say, else rest.
    label : str or None
        Label of the person without ``sub-``.
    date : str or None
        Day of the scan.
    """

    bold: tuple[Path, ...]
    confounds: tuple[Path, ...]
    mask: tuple[Path, ...]
    tr: float
    space: str
    transforms: tuple[Path, ...] = ()
    t1w: Path | None = None
    grey_matter: Path | None = None
    events: tuple[Path, ...] = ()
    surfaces: tuple[Path, ...] = ()
    task: str | None = None
    label: str | None = None
    date: str | None = None


def recordings(given: Given, chosen: tuple[Path, ...] = ()) -> tuple[Recording, ...]:
    """Return one recording for each run.

    Parameters
    ----------
    given : Given
        What was named.
    chosen : tuple of Path, optional
        Maps and masks that were named besides; they have to be of the same person.

    Returns
    -------
    tuple of Recording
        Named by their files, without folders.

    Raises
    ------
    InputError
        If the numbers of files do not fit, a file is missing or names contradict what was said.
    """
    _check_numbers(given)
    _check_files(given)
    _check_person(given, chosen)
    _check_pairs(given)
    _check_spaces(given)
    names = _names(given.bold)
    masks = given.mask * len(given.bold) if len(given.mask) == 1 else given.mask
    transforms = tuple(transform(path) for path in given.transforms)
    found = []
    for number, path in enumerate(given.bold):
        _check_entity("--space", given.space, path, "space")
        found.append(
            Recording(
                kind="bold_surface" if path.name.endswith(_SURFACE) else "bold",
                name=names[number],
                path=str(path),
                mask=str(masks[number]) if masks else None,
                confounds=str(given.confounds[number]),
                sidecar=_sidecar(path, given.tr),
                notice=_notice(path),
                space=given.space,
                repetition_time=given.tr,
                session=entity(path, "ses"),
                task=_task(given, path),
                run=_run(given, path, number),
                events=str(given.events[number]) if given.events else None,
                date=given.date,
                grey_matter=_text(given.grey_matter),
                t1w=_text(given.t1w),
                surfaces=_surfaces(given, path),
                transforms=transforms,
            )
        )
    return tuple(found)


def transform(path: Path) -> SpaceTransform:
    """Return a transform by the BIDS entities of its name; a direction is never guessed."""
    found = _XFM.search(path.name)
    if found is None:
        raise InputError(
            "the name of the transform does not say from which space to which it leads",
            where=f"--t1w-xfm {path.name}",
            allowed="names such as sub-01_from-MNI152NLin6Asym_to-T1w_mode-image_xfm.h5",
            todo="keep the name that fMRIPrep gave it: a direction is never guessed",
        )
    return SpaceTransform(found[1], found[2], str(path))


def check_label(label: str | None) -> None:
    """Refuse a label that cannot stand in the name of a BIDS file."""
    if label is not None and _LABEL.fullmatch(label) is None:
        raise InputError(
            "this label cannot stand in a file name",
            where="--label",
            got=label or "nothing",
            allowed="letters and digits",
        )


def entity(path: Path, key: str) -> str | None:
    """Return the value of a BIDS entity in a file's name, or None."""
    found = re.search(rf"(?:^|_){key}-([A-Za-z0-9+]+)(?=_|\.)", path.name)
    return found[1] if found else None


def _check_numbers(given: Given) -> None:
    runs = len(given.bold)
    counts: list[tuple[str, int, tuple[int, ...]]] = [
        ("--confounds", len(given.confounds), (runs,))
    ]
    if not given.surfaces:
        counts.append(("--mask", len(given.mask), (1, runs)))
    if given.events:
        counts.append(("--events", len(given.events), (runs,)))
    for option, count, allowed in counts:
        if count not in allowed:
            raise InputError(
                f"{option} does not fit the number of runs",
                got=f"{runs} --bold and {count} {option}",
                allowed=" or ".join(str(n) for n in dict.fromkeys(allowed)),
            )
    if not given.tr > 0:
        raise InputError(
            "this is no repetition time", where="--tr", got=f"{given.tr:g}", allowed="seconds"
        )


def _check_files(given: Given) -> None:
    """Refuse what is no file, or an empty one, before anything is read."""
    several = (
        *(("--bold", path) for path in given.bold),
        *(("--confounds", path) for path in given.confounds),
        *(("--mask", path) for path in given.mask),
        *(("--t1w-xfm", path) for path in given.transforms),
        *(("--events", path) for path in given.events),
        *(("--surface", path) for path in given.surfaces),
        ("--t1w", given.t1w),
        ("--grey-matter", given.grey_matter),
    )
    for option, path in several:
        if path is None:
            continue
        where = f"{option} {path.name}"
        if path.is_dir():
            raise InputError("this is a folder", where=where, todo="name the file in it")
        if not path.is_file():
            raise InputError("the file is missing", where=where)
        if path.stat().st_size == 0:
            raise InputError("the file is empty", where=where, todo="copy it again")
    _check_different(given.bold)


def _check_different(paths: tuple[Path, ...]) -> None:
    """Refuse one run given twice: it would count as two that agree."""
    seen: dict[int, list[Path]] = {}
    for path in paths:
        for other in seen.setdefault(path.stat().st_size, []):
            if file_digest(str(path)) == file_digest(str(other)):
                raise InputError(
                    "two runs hold the same data",
                    where="--bold",
                    got=f"{other.name} and {path.name}",
                    todo="name each run once",
                )
        seen[path.stat().st_size].append(path)


def _check_person(given: Given, chosen: tuple[Path, ...]) -> None:
    """Refuse files of different people, or of another one than the label says."""
    check_label(given.label)
    named = (*given.bold, *given.confounds, *given.mask, *given.transforms, *given.events)
    single = tuple(path for path in (given.t1w, given.grey_matter) if path is not None)
    people = {entity(path, "sub") for path in (*named, *single, *given.surfaces, *chosen)} - {None}
    if given.label is not None:
        people.add(given.label)
    if len(people) > 1:
        raise InputError(
            "the names tell of more than one person",
            got=", ".join(sorted(f"sub-{label}" for label in people if label)),
            allowed="files of one person, and a --label that fits them",
        )


def _check_pairs(given: Given) -> None:
    """Refuse a run whose confounds, mask or events are named after another run."""
    beside = [("--confounds", given.confounds), ("--events", given.events)]
    if len(given.mask) == len(given.bold):
        beside.append(("--mask", given.mask))
    for option, paths in beside:
        for run, path in zip(given.bold, paths, strict=False):
            for key in _OF_RUN:
                here, there = entity(run, key), entity(path, key)
                if here is not None and there is not None and here != there:
                    raise InputError(
                        f"{option} and --bold name different runs",
                        got=f"{run.name} and {path.name}",
                        todo="give both in the same order",
                    )


def _check_spaces(given: Given) -> None:
    """Refuse files beside the runs whose names tell another space than they have to be in."""
    for path in given.mask:
        _check_entity("--space", given.space, path, "space")
    if given.t1w is not None:
        _check_entity("--t1w", T1W, given.t1w, "space")
    grey = given.grey_matter
    # BIDS: a map of a person that names no space lies in the person's own.
    own = grey is not None and entity(grey, "space") is None and entity(grey, "sub") is not None
    if grey is not None and own and given.space != T1W and not given.surfaces:
        raise InputError(
            "the map of grey matter names no space: it lies in the person's T1w image",
            where=f"--grey-matter {grey.name}",
            allowed=f"space-{given.space} in its name, as of the runs",
            todo="give fMRIPrep's map in the space of the runs, or leave it out",
        )
    if grey is not None:
        _check_entity("--space", given.space, grey, "space")


def check_own_space(path: Path, option: str) -> None:
    """Refuse an image of the person's own space that contradicts itself or names a template.

    Parameters
    ----------
    path : Path
        NIfTI file.
    option : str
        Option that named it.

    Raises
    ------
    RecordingError
        If its header is damaged, leaves the sides open, or says that it was moved to a template.
    """
    import nibabel as nib

    read_header(str(path), path.name)
    header: Any = nib.load(path).header
    codes = {int(header["sform_code"]), int(header["qform_code"])}
    if codes & _TEMPLATES:
        raise RecordingError(
            "the image is not in the person's own space: its header names a template",
            where=f"{option} {path.name}",
            got=f"form codes {', '.join(map(str, sorted(codes)))}",
            allowed="1 (scanner) or 2 (aligned)",
            todo="give the image in the space of the person's T1w image, as fMRIPrep writes it",
        )


def _check_entity(option: str, said: str, path: Path, key: str) -> None:
    named = entity(path, key)
    if named is not None and named != said:
        raise InputError(
            f"{option} and the name of the file contradict each other",
            where=path.name,
            got=f"{option} {said}, {key}-{named}",
            todo="find out which one is right: a space is never guessed",
        )


def _names(paths: tuple[Path, ...]) -> list[str]:
    """Return names without folders, numbered where runs of several folders share one."""
    names = [path.name for path in paths]
    if len(set(names)) == len(names):
        return names
    return [f"run-{number}_{name}" for number, name in enumerate(names, start=1)]


def _sidecar(path: Path, tr: float) -> str | None:
    """Return the JSON file beside a run, after comparing its time with what was said."""
    stem = path.name.removesuffix(".gz").removesuffix(".nii").removesuffix(".dtseries")
    beside = path.with_name(f"{stem.removesuffix('.gii').removesuffix('.func')}.json")
    if not beside.is_file():
        return None
    try:
        told = json.loads(beside.read_text(encoding="utf-8-sig")).get("RepetitionTime")
    except (OSError, ValueError, AttributeError):
        return str(beside)  # the reader of sidecars says what is wrong with it
    if isinstance(told, int | float) and abs(told - tr) > setting("bold_tr_tolerance") * tr:
        raise RecordingError(
            "--tr and the sidecar give different repetition times",
            where=path.name,
            got=f"--tr {tr:g} s, sidecar {told:g} s",
            allowed="the same time, in seconds",
            todo="find out which one is right",
        )
    return str(beside)


def _notice(path: Path) -> str | None:
    """Return what the dataset that a run lies in says about itself, such as invented geometry."""
    for folder in path.absolute().parents:
        description = folder / "dataset_description.json"
        if not description.is_file():
            continue
        try:
            told = json.loads(description.read_text(encoding="utf-8-sig")).get("Notice")
        except (OSError, ValueError, AttributeError):
            return None
        return told if isinstance(told, str) and told else None
    return None


def _task(given: Given, path: Path) -> str:
    named = entity(path, "task")
    if given.task is not None:
        _check_entity("--task", given.task, path, "task")
        return given.task
    if named is None and given.events:
        raise InputError("runs with events need the name of their task", where="--task")
    return named or REST


def _run(given: Given, path: Path, number: int) -> str | None:
    named = entity(path, "run")
    return named if named is not None or len(given.bold) == 1 else str(number + 1)


def _surfaces(given: Given, path: Path) -> tuple[str, ...]:
    """Return the meshes and, for a left series, the right one of the same run."""
    meshes = tuple(one for one in given.surfaces if not one.name.endswith(_SERIES))
    series = tuple(one for one in given.surfaces if one.name.endswith(_SERIES))
    if not path.name.endswith(_SERIES) or not series:
        return tuple(str(one) for one in given.surfaces)
    keys = (*_OF_RUN, "space", "den")
    own = [one for one in series if all(entity(one, k) == entity(path, k) for k in keys)]
    if len(own) > 1:
        own = [one for one in own if one.parent == path.parent]
    if len(own) != 1:
        raise InputError(
            "no single series of the right hemisphere belongs to this run",
            where=path.name,
            got=", ".join(one.name for one in series),
            allowed="one --surface ..._hemi-R_....func.gii with the same task, run and space",
        )
    return tuple(str(one) for one in (*meshes, own[0]))


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
