"""One run as it lies on disk: its elements, which of them are brain, and how to stream them.

:func:`open_source` looks at headers, mask and geometry and reads no series; ``source.read`` then
passes the file once and keeps the elements that are asked for. Volumes, GIFTI and CIFTI give the
same object, so that nothing behind it asks what the file was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.image.cifti import dense_places, open_dense, read_dense
from equipoise.assays.mri.image.gifti import read_series
from equipoise.assays.mri.image.header import Grid, ImageHeader
from equipoise.assays.mri.image.places import Places, VoxelPlaces, volume_places
from equipoise.assays.mri.image.spaces import MNI_SPACES
from equipoise.assays.mri.image.stream import (
    Rows,
    Streamed,
    check_length,
    read_header,
    read_mask,
    read_rows,
    read_voxels,
)
from equipoise.assays.mri.image.surface import read_cortex, vertex_places
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import InputDigest, Recording
from equipoise.core.steps import Watcher, file_digest, quiet
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    RowReader = Callable[[NDArray[np.int64], Rows, Watcher], Iterator[NDArray[np.float32]]]

__all__ = [
    "Source",
    "check_same_grid",
    "functional_header",
    "name_below",
    "needed",
    "open_source",
]


_ON_SURFACES: Final = "bold_surface"
_DENSE: Final = ".dtseries.nii"
_SERIES: Final = ".func.gii"


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
    rows : callable or None
        Reads chosen elements volume by volume; see :meth:`each`.
    """

    places: Places
    volumes: int
    repetition_time: float | None
    inside: NDArray[np.bool_]
    notes: tuple[str, ...]
    inputs: tuple[InputDigest, ...]
    stream: Callable[[NDArray[np.int64], Watcher], Streamed]
    rows: RowReader | None = None

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

    def each(
        self, elements: NDArray[np.int64], digest: Rows, watch: Watcher = quiet
    ) -> Iterator[NDArray[np.float32]]:
        """Pass the file once and yield some elements of one volume after the other.

        Parameters
        ----------
        elements : ndarray of int, shape (n,)
            Rising.
        digest : Rows
            Gets the digest of the image after the last volume.
        watch : Watcher, optional
            Told how far the reading is.

        Yields
        ------
        ndarray, shape (n,), float32
            The same array may come each time, overwritten.

        Raises
        ------
        RecordingError
            If the file is cut short or damaged.
        """
        if self.rows is not None:
            yield from self.rows(elements, digest, watch)
            return
        read = self.read(elements, watch)
        digest.sha256 = read.sha256
        yield from read.series


def open_source(recording: Recording) -> Source:
    """Open a run.

    Parameters
    ----------
    recording : Recording
        Of kind ``bold`` or ``bold_surface``.

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
    if recording.kind != _ON_SURFACES:
        return _volume(recording)
    return _dense(recording) if recording.path.endswith(_DENSE) else _hemispheres(recording)


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
        notes=(*header.notes, *_small(places, mask.inside)),
        inputs=(InputDigest(name_below(recording, "mask"), mask.sha256), *_warps(recording)),
        stream=lambda voxels, watch: read_voxels(recording.path, header, voxels, name, watch),
        rows=lambda voxels, digest, watch: read_rows(
            recording.path, header, voxels, name, rows=digest, watch=watch
        ),
    )


def _small(places: VoxelPlaces, inside: NDArray[np.bool_]) -> tuple[str, ...]:
    """Return a note if a transform makes the brain small: it may have been turned round."""
    litres = places.litres(np.flatnonzero(inside))
    if places.warp is None or litres >= setting("xfm_brain_least"):
        return ()
    return (
        f"after the transform into MNI the brain mask has {litres:.1f} L: either the transform is "
        "turned round, or much of the brain lies outside the image",
    )


def _dense(recording: Recording) -> Source:
    name = recording.name
    dense = open_dense(recording.path, name)
    cortex = read_cortex(recording.surfaces, recording.space, recording.transforms, name)
    places = dense_places(dense, cortex, name)
    return Source(
        places=places,
        volumes=dense.volumes,
        repetition_time=dense.repetition_time,
        inside=places.placed,
        notes=cortex.notes,
        inputs=(*_digests(recording.surfaces), *_warps(recording)),
        stream=lambda chosen, watch: read_dense(recording.path, dense, chosen, name, watch),
    )


def _hemispheres(recording: Recording) -> Source:
    name = recording.name
    other = [path for path in recording.surfaces if path.endswith(_SERIES)]
    meshes = tuple(path for path in recording.surfaces if path not in other)
    right = needed(other[0] if other else None, "series of the right hemisphere", name)
    left_series, right_series = read_series(recording.path, "L"), read_series(right, "R")
    if len(left_series) != len(right_series):
        raise RecordingError(
            "the hemispheres have different numbers of volumes",
            where=name,
            got=f"{len(left_series)} and {len(right_series)}",
        )
    cortex = read_cortex(meshes, recording.space, recording.transforms, name)
    places = vertex_places(cortex, left_series.shape[1], right_series.shape[1], name)

    def _stream(chosen: NDArray[np.int64], watch: Watcher) -> Streamed:
        first = chosen[chosen < left_series.shape[1]]
        second = chosen[len(first) :] - left_series.shape[1]
        watch(f"reading {name}", len(left_series), len(left_series))
        both = np.hstack([left_series[:, first], right_series[:, second]])
        return Streamed(both, file_digest(recording.path))

    return Source(
        places=places,
        volumes=len(left_series),
        repetition_time=None,
        inside=places.placed,
        notes=cortex.notes,
        inputs=(*_digests(recording.surfaces), *_warps(recording)),
        stream=_stream,
    )


def _digests(paths: tuple[str, ...]) -> tuple[InputDigest, ...]:
    return tuple(InputDigest(Path(path).name, file_digest(path)) for path in paths)


def _warps(recording: Recording) -> tuple[InputDigest, ...]:
    """Return the transforms, which matter to every image that is not in an MNI space already."""
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
