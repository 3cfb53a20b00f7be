"""Regions that the user gives: a mask, or a label of an atlas, in place of a published sphere.

An element of the image belongs to the region if the voxel of the atlas nearest to its place does;
so an atlas of another grid needs no resampling. Its space is told by its name (``space-`` or
``tpl-``), which has to be that of the image or the MNI space that the image leads to; a name that
tells none is taken as that MNI space where the image is in it, and a note says so; with an image
in another space it is refused. The side of a region is judged in MNI. The voxels are taken as they
were given: they are not clipped by grey matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.image.grey_matter import VolumeMap, read_map, sample
from equipoise.assays.mri.image.places import Places, VoxelPlaces
from equipoise.assays.mri.image.regions import RegionVoxels
from equipoise.core.errors import RecordingError
from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

__all__ = ["Given", "read_given"]

_MEMBER: Final = 0.5
_TELLS_SPACE: Final = ("space-", "tpl-")
_SHOWN: Final = 12
_SIDES: Final = {"L": -1, "R": 1}
_MOST: Final = 3
"""One part in so many may lie beyond the midline."""


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A region that the user gave.

    Parameters
    ----------
    region : str
        Row of `tables/regions` that it replaces.
    file : str
        Name of the atlas.
    space : str or None
        What the name tells.
    map : VolumeMap
        1 for its voxels, 0 for the others.
    """

    region: str
    file: str
    space: str | None
    map: VolumeMap

    @property
    def sha256(self) -> str:
        """Digest of the atlas."""
        return str(self.map.sha256)

    @property
    def note(self) -> str:
        """One sentence for the reader of a result."""
        told = "" if self.space else "; its name tells no space, it was taken as MNI"
        return f"the region {self.region} is the one given as {self.file}{told}"

    def locate(self, places: Places, inside: NDArray[np.bool_], name: str) -> RegionVoxels:
        """Find the elements of the region.

        Parameters
        ----------
        places : Places
            Where the voxels or vertices of the image lie.
        inside : ndarray of bool, shape (elements,)
            The brain mask.
        name : str
            File name of the image for messages.

        Returns
        -------
        RegionVoxels
            Elements inside the mask, and how many a brain seen whole would give.

        Raises
        ------
        RecordingError
            If the atlas is in another space than the image, or lies on the other side than the
            region that it replaces.
        """
        native = self._is_native(places, name)
        centres = self._centres()
        self._check_side(places.to_mni(centres) if native else centres)
        elements = np.arange(places.count)
        points = places.positions(elements)
        found = sample(self.map, points if native else places.to_mni(points), 0.0) > _MEMBER
        seen = elements[found]
        fault = None if len(seen) else "no voxel or vertex of this image lies in it"
        expected = len(seen) * (1 + self._unseen(places, centres, native=native))
        return RegionVoxels(self.region, seen[inside[seen]], expected, fault)

    def _is_native(self, places: Places, name: str) -> bool:
        """Return whether the atlas is in the image's own space rather than in MNI."""
        if self.space is None and places.space != places.mni_space:
            raise RecordingError(
                f"the name of the atlas {self.file} tells no space, and the image is in "
                f"{places.space}",
                where=name,
                allowed=f"space-{places.space} or space-{places.mni_space} in its name",
                todo="never guess a space: name the atlas after the space that it is in",
            )
        if self.space in (None, places.mni_space):
            return False
        if self.space == places.space:
            return True
        raise RecordingError(
            f"the atlas {self.file} is in another space than the image",
            where=name,
            got=str(self.space),
            allowed=" or ".join(dict.fromkeys((places.mni_space, places.space))),
            todo="give the atlas in the space of the image",
        )

    def _centres(self) -> Points:
        nx, ny, _ = self.map.grid.shape
        flat = np.flatnonzero(self.map.values)
        index = np.stack([flat % nx, flat // nx % ny, flat // (nx * ny)], axis=1)
        return self.map.grid.to_mm(index)

    def _check_side(self, centres: Points) -> None:
        side = load_table("regions/regions").row(id=self.region).text("side")
        across = centres[:, 0] * _SIDES.get(side, 0)
        # Masks of both sides have half of their voxels on the wrong one; no number is one, too.
        if side not in _SIDES or _MOST * np.count_nonzero(~(across >= 0)) <= len(across):
            return
        seen = centres[np.isfinite(centres[:, 0]), 0]
        middle = f"centre at x = {seen.mean():.0f} mm" if len(seen) else "no place in MNI"
        raise RecordingError(
            f"the region {self.region} was given on the other side of the head, or on both",
            where=self.file,
            got=middle,
            allowed=f"side {side}: x {'below' if side == 'L' else 'above'} 0",
            todo="give the label of this side",
        )

    def _unseen(self, places: Places, centres: Points, *, native: bool) -> float:
        """Return how much of the region lies outside the field of view, per part inside it."""
        if not isinstance(places, VoxelPlaces):
            return 0.0
        matrix = places.grid.affine if native else places.fit @ places.grid.affine
        back = np.linalg.inv(matrix)
        index = centres @ back[:3, :3].T + back[:3, 3]
        shape = np.array(places.grid.shape)
        inside = ((index >= -_MEMBER) & (index <= shape - _MEMBER)).all(axis=1)
        return float(np.count_nonzero(~inside)) / max(1, int(np.count_nonzero(inside)))


def read_given(regions: tuple[tuple[str, str, int], ...]) -> tuple[Given, ...]:
    """Read the regions that a user gave.

    Parameters
    ----------
    regions : tuple of (id, file, label)
        Row of `tables/regions` that is replaced, NIfTI file, label of the atlas; label 0 takes
        every voxel above one half.

    Returns
    -------
    tuple of Given
        In the same order.

    Raises
    ------
    RecordingError
        If there is no such region, it is given twice, the file is missing, damaged or no atlas,
        or the label is not in it.
    """
    known = [row.text("id") for row in load_table("regions/regions")]
    ids = [region for region, _, _ in regions]
    for region in ids:
        if region not in known or ids.count(region) > 1:
            raise RecordingError(
                "this region is given twice" if region in known else "there is no such region",
                where="regions",
                got=region,
                allowed=", ".join(known),
            )
    return tuple(_given(*one) for one in regions)


def _given(region: str, path: str, label: int) -> Given:
    file = Path(path).name
    atlas = read_map(path, file)
    values = np.asarray(atlas.values)
    if label and not (values == np.rint(values)).all():
        raise RecordingError(
            "this is no atlas of labels: its values are no whole numbers",
            where=file,
            todo="give label 0 to take every voxel above one half",
        )
    members = values == label if label else values > _MEMBER
    if not members.any():
        raise _empty(file, label, values)
    picked = VolumeMap(atlas.grid, members.astype(np.uint8), sha256=atlas.sha256)
    return Given(region, file, _space_of(file), picked)


def _empty(file: str, label: int, values: NDArray[np.generic]) -> RecordingError:
    if not label:
        return RecordingError("the mask is empty", where=file, allowed="voxels above one half")
    found = [str(int(value)) for value in np.unique(values) if value]
    shown = ", ".join(found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
    return RecordingError(
        "the atlas does not hold this label", where=file, got=str(label), allowed=shown
    )


def _space_of(file: str) -> str | None:
    for part in file.partition(".")[0].split("_"):
        for tells in _TELLS_SPACE:
            if part.startswith(tells):
                return part.removeprefix(tells)
    return None
