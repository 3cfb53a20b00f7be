"""The files of one recording, opened and checked before its voxels are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.cleaning.components import denoised_notes
from equipoise.assays.mri.cleaning.confounds import Confounds, read_confounds
from equipoise.assays.mri.image.grey_matter import Grey, VolumeMap, grey_of, read_map, sample
from equipoise.assays.mri.image.header import ImageHeader, repetition_time
from equipoise.assays.mri.image.regions import family_of
from equipoise.assays.mri.image.sidecar import check_sidecar
from equipoise.assays.mri.image.source import (
    Source,
    check_same_grid,
    functional_header,
    name_below,
    needed,
    open_source,
)
from equipoise.assays.mri.image.stream import Mask, check_length, read_mask
from equipoise.assays.mri.options import Options
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import InputDigest, Recording
from equipoise.core.steps import file_digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Opened", "faults", "open_recording"]


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
    reference : VolumeMap or None
        The reference map that the user gave.
    inputs : tuple of InputDigest
        The files beside the image that were read.
    notes : tuple of str
        Flags, one sentence each.
    """

    recording: Recording
    source: Source
    grey: Grey
    seconds: float
    confounds: Confounds
    reference: VolumeMap | None
    inputs: tuple[InputDigest, ...]
    notes: tuple[str, ...]

    def weights(self, elements: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """Return the reference map at some elements, shape (n,); None where none was given."""
        if self.reference is None:
            return None
        places = self.source.places
        return sample(self.reference, places.to_mni(places.positions(elements)), 0.0)


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
    reference = _reference(options)
    confounds = _confounds(recording, source.volumes, options)
    return Opened(
        recording=recording,
        source=source,
        grey=grey,
        seconds=seconds,
        confounds=confounds,
        reference=reference,
        inputs=(*source.inputs, *_inputs(recording, grey, reference, options)),
        notes=(
            *source.notes,
            *notes,
            *confounds.notes,
            *denoised_notes(recording.name, recording.mixing),
        ),
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


def _reference(options: Options) -> VolumeMap | None:
    if options.reference_map is None:
        return None
    return read_map(options.reference_map, Path(options.reference_map).name)


def _inputs(
    recording: Recording, grey: Grey, reference: VolumeMap | None, options: Options
) -> tuple[InputDigest, ...]:
    """Return the digests of the files beside the image that were read here."""
    beside = ("confounds", "sidecar", "mixing")
    found = [
        InputDigest(name_below(recording, field), file_digest(path))
        for field in beside
        if (path := getattr(recording, field)) is not None
    ]
    if grey.own and grey.map is not None:
        found.append(InputDigest(name_below(recording, "grey_matter"), str(grey.map.sha256)))
    if reference is not None:
        found.append(InputDigest(Path(str(options.reference_map)).name, str(reference.sha256)))
    return tuple(found)


def faults(recording: Recording, options: Options | None = None) -> tuple[str, ...]:
    """Return what is wrong with a recording, one line each, without reading its voxels.

    Parameters
    ----------
    recording : Recording
        Where image, mask, confounds and sidecar lie.
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
    header = _tried(lambda: functional_header(recording))
    _tried(lambda: _check_sidecar(recording))
    mask = _tried(
        lambda: read_mask(needed(recording.mask, "brain mask", name), name_below(recording, "mask"))
    )
    if isinstance(header, ImageHeader):
        _tried(lambda: check_length(recording.path, header, name))
        _tried(lambda: repetition_time(header, recording.repetition_time, name))
        if isinstance(mask, Mask):
            _tried(lambda: check_same_grid(header.grid, mask.grid, name))
        _tried(lambda: _confounds(recording, header.volumes, chosen))
    elif recording.confounds is None:
        _tried(lambda: needed(None, "confounds file", name))
    return tuple(found)
