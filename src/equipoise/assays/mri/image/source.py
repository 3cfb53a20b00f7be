"""One run as it lies on disk: its elements, which of them are brain, and how to stream them.

:func:`open_source` looks at headers, mask and geometry and reads no series; ``source.read`` then
passes the file once and keeps the elements that are asked for. Volumes, GIFTI and CIFTI give the
same object, so that nothing behind it asks what the file was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.assays.mri.image.header import Grid, ImageHeader
from equipoise.assays.mri.image.places import Places, volume_places
from equipoise.assays.mri.image.stream import (
    Streamed,
    check_length,
    read_header,
    read_mask,
    read_voxels,
)
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import InputDigest, Recording
from equipoise.core.steps import Watcher, file_digest, quiet
from equipoise.core.tables import setting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Source",
    "check_same_grid",
    "functional_header",
    "name_below",
    "needed",
    "open_source",
]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A run that can be read.

    Parameters
    ----------
    places : Places
        Where its elements lie.
    volumes : int
        Time points.
    repetition_time : float or None
        Seconds, as the image says; None where it does not.
    inside : ndarray of bool, shape (elements,)
        Which elements the brain mask holds; all vertices of a surface.
    notes : tuple of str
        What a reader should know, one sentence each.
    inputs : tuple of InputDigest
        The files beside the image that were read: mask, surfaces, transforms.
    stream : callable
        Reads chosen elements; see :meth:`read`.
    """

    places: Places
    volumes: int
    repetition_time: float | None
    inside: NDArray[np.bool_]
    notes: tuple[str, ...]
    inputs: tuple[InputDigest, ...]
    stream: Callable[[NDArray[np.int64], Watcher], Streamed]

    def read(self, elements: NDArray[np.int64], watch: Watcher = quiet) -> Streamed:
        """Pass the file once and keep some elements.

        Parameters
        ----------
        elements : ndarray of int, shape (n,)
            Rising.
        watch : Watcher, optional
            Told how far the reading is.

        Returns
        -------
        Streamed
            Series, shape (volumes, n), float32, and the digest of the image.

        Raises
        ------
        RecordingError
            If the file is cut short or damaged.
        """
        return self.stream(elements, watch)


def open_source(recording: Recording) -> Source:
    """Open a run.

    Parameters
    ----------
    recording : Recording
        Of kind ``bold``.

    Returns
    -------
    Source
        Ready to be read.

    Raises
    ------
    RecordingError
        If a file is missing, damaged, does not fit the others, or lies in a space from which
        nothing leads to the regions.
    """
    return _volume(recording)


def _volume(recording: Recording) -> Source:
    name = recording.name
    header = functional_header(recording)
    check_length(recording.path, header, name)  # before memory is taken for what it promises
    mask = read_mask(needed(recording.mask, "brain mask", name), name_below(recording, "mask"))
    check_same_grid(header.grid, mask.grid, name)
    places = volume_places(
        header.grid, str(recording.space), mask.inside, recording.transforms, name
    )
    return Source(
        places=places,
        volumes=header.volumes,
        repetition_time=header.repetition_time,
        inside=mask.inside,
        notes=header.notes,
        inputs=(InputDigest(name_below(recording, "mask"), mask.sha256), *_warps(recording)),
        stream=lambda voxels, watch: read_voxels(recording.path, header, voxels, name, watch),
    )


def _warps(recording: Recording) -> tuple[InputDigest, ...]:
    """Return the transforms, which matter to every image that is not in an MNI space already."""
    from equipoise.assays.mri.image.spaces import MNI_SPACES

    if recording.space in MNI_SPACES:
        return ()
    return tuple(InputDigest(Path(t.path).name, file_digest(t.path)) for t in recording.transforms)


def functional_header(recording: Recording) -> ImageHeader:
    """Read the header of a volume and refuse one without time.

    Parameters
    ----------
    recording : Recording
        Of kind ``bold``.

    Returns
    -------
    ImageHeader
        Of the image.

    Raises
    ------
    RecordingError
        If the file is missing, damaged, or has three dimensions.
    """
    header = read_header(recording.path, recording.name)
    if not header.has_time:
        raise RecordingError(
            "this is no run: the image has no time", where=recording.name, got="3 dimensions"
        )
    return header


def needed(path: str | None, what: str, name: str) -> str:
    """Return a path, or refuse a recording that lacks a part."""
    if path is None:
        raise RecordingError(f"the {what} that belongs to this image is missing", where=name)
    return path


def name_below(recording: Recording, field: str) -> str:
    """Return the name below the dataset of a file beside the image; never an absolute path."""
    path = Path(getattr(recording, field))
    folder = Path(recording.name).parent
    if path.parent == Path(recording.path).parent:
        return (folder / path.name).as_posix()
    return path.name


def check_same_grid(image: Grid, mask: Grid, name: str) -> None:
    """Refuse a mask of another shape or place than its image."""
    if image.shape != mask.shape:
        raise RecordingError(
            "the brain mask has another shape than the image",
            where=name,
            got=" x ".join(map(str, mask.shape)),
            allowed=" x ".join(map(str, image.shape)),
        )
    apart = image.distance(mask)
    if apart > setting("bold_orientation_tolerance"):
        raise RecordingError(
            "the brain mask lies elsewhere than the image: their affines differ",
            where=name,
            got=f"corners {apart:.1f} mm apart",
            allowed=f"{setting('bold_orientation_tolerance'):g} mm",
        )
