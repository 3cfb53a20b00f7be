"""The files of one recording, opened and checked before its voxels are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.cleaning.components import denoised_notes
from equipoise.assays.mri.cleaning.confounds import Confounds, read_confounds
from equipoise.assays.mri.image.atlas import Given, read_given
from equipoise.assays.mri.image.grey_matter import Grey, VolumeMap, grey_of, read_map, sample
from equipoise.assays.mri.image.header import ImageHeader, repetition_time
from equipoise.assays.mri.image.regions import RegionVoxels, family_of, locate
from equipoise.assays.mri.image.sidecar import check_sidecar
from equipoise.assays.mri.image.source import (
    Source,
    functional_header,
    name_below,
    needed,
    open_source,
)
from equipoise.assays.mri.image.stream import Mask, read_mask
from equipoise.assays.mri.options import Options
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import InputDigest, Recording
from equipoise.core.steps import file_digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Opened", "Reference", "faults", "open_recording"]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A reference map that the user gave: its name, the space that the name tells, its values."""

    file: str
    space: str | None
    map: VolumeMap

    @property
    def note(self) -> str:
        """One sentence for the reader of a result."""
        told = "" if self.space else "; its name tells no space, it was taken as MNI"
        return f"the reference map is the one given as {self.file}{told}"


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """What is known of a recording before its voxels are read.

    Parameters
    ----------
    recording : Recording
        What was opened.
    source : Source
        The image, ready to be streamed.
    grey : Grey
        Which of its elements are grey matter.
    seconds : float
        Time between volumes.
    confounds : Confounds
        Regressors and motion.
    reference : Reference or None
        The reference map that the user gave.
    inputs : tuple of InputDigest
        The files beside the image that were read.
    notes : tuple of str
        Flags, one sentence each.
    given : tuple of Given
        Regions that the user gave in place of published ones.
    """

    recording: Recording
    source: Source
    grey: Grey
    seconds: float
    confounds: Confounds
    reference: Reference | None
    inputs: tuple[InputDigest, ...]
    notes: tuple[str, ...]
    given: tuple[Given, ...] = ()

    def locate(self, regions: tuple[str, ...]) -> tuple[RegionVoxels, ...]:
        """Find the elements of regions, those that the user gave by mask or label.

        Parameters
        ----------
        regions : tuple of str
            Rows of `tables/regions`.

        Returns
        -------
        tuple of RegionVoxels
            In the same order.

        Raises
        ------
        RecordingError
            If a region has no coordinates in MNI, or an atlas does not fit the image.
        """
        own = {given.region: given for given in self.given}
        places, inside, name = self.source.places, self.source.inside, self.recording.name
        return tuple(
            own[region].locate(places, inside, name)
            if region in own
            else locate(region, places, inside, self.grey, name)
            for region in regions
        )

    def weights(self, elements: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """Return the reference map at some elements, shape (n,); None where none was given."""
        if self.reference is None:
            return None
        places = self.source.places
        points = places.positions(elements)
        native = self.reference.space == places.space
        return sample(self.reference.map, points if native else places.to_mni(points), 0.0)


def open_recording(recording: Recording, options: Options) -> Opened:
    """Open the image and read what lies beside it.

    Parameters
    ----------
    recording : Recording
        Where image, mask, confounds and sidecar lie.
    options : Options
        Cleaning and maps that the user chose.

    Returns
    -------
    Opened
        Everything but the voxels.

    Raises
    ------
    RecordingError
        If a file is missing, damaged, or does not fit the others.
    """
    name = recording.name
    family_of(recording.space, name)
    _check_sidecar(recording)
    source = open_source(recording)
    seconds, notes = repetition_time(source, recording.repetition_time, name)
    grey = _grey(recording, source)
    reference = _reference(options, source)
    given = read_given(options.regions)
    confounds = _confounds(recording, source.volumes, options)
    return Opened(
        recording=recording,
        source=source,
        grey=grey,
        seconds=seconds,
        confounds=confounds,
        reference=reference,
        inputs=(*source.inputs, *_inputs(recording, grey), *_chosen(reference, given)),
        notes=(
            *source.notes,
            *notes,
            *confounds.notes,
            *denoised_notes(recording.name, recording.mixing),
            *(one.note for one in given),
            *(() if reference is None else (reference.note,)),
        ),
        given=given,
    )


def _check_sidecar(recording: Recording) -> None:
    if recording.sidecar is not None:
        check_sidecar(recording.sidecar, name_below(recording, "sidecar"))


def _confounds(recording: Recording, volumes: int, options: Options) -> Confounds:
    path = needed(recording.confounds, "confounds file", recording.name)
    return read_confounds(
        path,
        volumes,
        name_below(recording, "confounds"),
        options.cleaning,
        options.censor_above,
        recording.mixing,
    )


def _grey(recording: Recording, source: Source) -> Grey:
    path = recording.grey_matter
    name = recording.name if path is None else name_below(recording, "grey_matter")
    return grey_of(source.places, path, name)


def _reference(options: Options, source: Source) -> Reference | None:
    """Read the reference map; one whose name tells another space, or too little, is refused."""
    if options.reference_map is None:
        return None
    file = Path(options.reference_map).name
    told = re.search(r"(?:^|_)(?:space|tpl)-([A-Za-z0-9]+)", file)
    space = told.group(1) if told else None
    places = source.places
    allowed = tuple(dict.fromkeys((places.mni_space, places.space)))
    if space not in allowed and (space is not None or places.space != places.mni_space):
        raise RecordingError(
            "the reference map is in another space than the image"
            if space
            else "the name of the reference map tells no space, and the image is not in MNI",
            where=file,
            got=space or "no space- or tpl- in its name",
            allowed=" or ".join(allowed),
            todo="give the map in the space of the image",
        )
    return Reference(file, space, read_map(options.reference_map, file))


def _inputs(recording: Recording, grey: Grey) -> tuple[InputDigest, ...]:
    """Return the digests of the files beside the image that were read here."""
    found = [
        InputDigest(name_below(recording, field), file_digest(path))
        for field in ("confounds", "sidecar", "mixing")
        if (path := getattr(recording, field)) is not None
    ]
    if grey.own and grey.map is not None:
        found.append(InputDigest(name_below(recording, "grey_matter"), str(grey.map.sha256)))
    return tuple(found)


def _chosen(reference: Reference | None, given: tuple[Given, ...]) -> tuple[InputDigest, ...]:
    """Return the digests of the files that the user named."""
    found = [InputDigest(one.file, one.sha256) for one in given]
    if reference is not None:
        found.append(InputDigest(reference.file, str(reference.map.sha256)))
    return tuple(dict.fromkeys(found))


def faults(recording: Recording, options: Options | None = None) -> tuple[str, ...]:
    """Return what is wrong with a recording, one line each, without reading its voxels.

    Parameters
    ----------
    recording : Recording
        Image or surfaces and what lies beside them.
    options : Options, optional
        Cleaning and maps that the user chose.

    Returns
    -------
    tuple of str
        Empty where nothing was found.
    """
    name = recording.name
    chosen = Options() if options is None else options
    found: list[str] = []

    def _tried(check: Callable[[], object]) -> object:
        try:
            return check()
        except RecordingError as error:
            found.append(str(error))
            return None

    _tried(lambda: family_of(recording.space, name))
    _tried(lambda: _check_sidecar(recording))
    source = _tried(lambda: open_source(recording))
    # A volume whose geometry is at fault may have more of it: each file is asked by itself.
    header = None
    if source is None and recording.kind == "bold":
        header = _tried(lambda: functional_header(recording))
        _tried(lambda: _mask_of(recording))
    shown = source if isinstance(source, Source) else header
    if isinstance(shown, Source | ImageHeader):
        _tried(lambda: repetition_time(shown, recording.repetition_time, name))
        _tried(lambda: _confounds(recording, shown.volumes, chosen))
    elif recording.confounds is None:
        _tried(lambda: needed(None, "confounds file", name))
    if isinstance(source, Source):
        _tried(lambda: _grey(recording, source))
        _tried(lambda: _reference(chosen, source))
        _tried(lambda: _placed(source, chosen, name))
    return tuple(dict.fromkeys(found))


def _placed(source: Source, options: Options, name: str) -> None:
    """Read the regions that the user gave and find them in the image."""
    for given in read_given(options.regions):
        given.locate(source.places, source.inside, name)


def _mask_of(recording: Recording) -> Mask:
    path = needed(recording.mask, "brain mask", recording.name)
    return read_mask(path, name_below(recording, "mask"))
