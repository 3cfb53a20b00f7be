"""Regions of `tables/regions` in an image: which elements, and how much was covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.image.places import Places
from equipoise.core.errors import RecordingError
from equipoise.core.tables import Row, load_table, setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RegionVoxels", "centre", "family_of", "is_deep", "locate", "region_title"]

_FAMILY: Final = "MNI"
_DEEP: Final = frozenset({"amygdala", "caudate", "hippocampus", "putamen", "thalamus", "vs"})
"""Parts of region ids that stand for grey matter below the cortex."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionVoxels:
    """One region on a grid.

    Parameters
    ----------
    id : str
        Row of `tables/regions`.
    voxels : ndarray of int, shape (n,)
        Voxels of the region inside the mask, as indices in the order of the file, rising.
    expected : float
        Number of voxels that a full brain mask would give.
    """

    id: str
    voxels: NDArray[np.int64]
    expected: float

    def coverage(self, found: int) -> float:
        """Return the share of the expected voxels that `found` is, at most 1."""
        return min(1.0, found / self.expected)


def family_of(space: str | None, name: str) -> str:
    """Return the coordinate family of a BIDS space; a space that is not in the table is refused."""
    table = load_table("regions/spaces")
    row = table.find(id=space) if space is not None else None
    if row is None:
        raise RecordingError(
            "the image is in a space without coordinates",
            where=name,
            got=space or "no space- entity",
            allowed=", ".join(row.text("id") for row in table),
            todo="give fMRIPrep one of these as --output-spaces",
        )
    return row.text("family")


def centre(region: str) -> tuple[float, float, float]:
    """Return the centre of a region in mm."""
    row = load_table("regions/regions").row(id=region)
    return row.number("x"), row.number("y"), row.number("z")


def region_title(region: str) -> str:
    """Return the printed name of a region."""
    return load_table("regions/regions").row(id=region).text("title")


def locate(region: str, places: Places, inside: NDArray[np.bool_], name: str) -> RegionVoxels:
    """Find the elements of a region: within its radius, inside the mask.

    Parameters
    ----------
    region : str
        Row of `tables/regions`.
    places : Places
        Where the voxels or vertices of the image lie.
    inside : ndarray of bool, shape (elements,)
        The mask in the order of the file.
    name : str
        File name for messages.

    Returns
    -------
    RegionVoxels
        Elements and how many were expected.

    Raises
    ------
    RecordingError
        If the region has no coordinates in MNI, or no voxel centre of the grid lies in it.
    """
    row = load_table("regions/regions").row(id=region)
    if row.text("family") != _FAMILY:
        raise RecordingError(
            f"region {region} has no coordinates in this space", where=name, got=places.space
        )
    radius = row.optional_number("radius") or setting("bold_region_radius")
    point = np.array([row.number("x"), row.number("y"), row.number("z")])
    flat, total = places.within(point, radius, deep=is_deep(row))
    if places.grid is None:
        # Vertices are cortex by nature: no share of the sphere is skull or water.
        return RegionVoxels(region, flat[inside[flat]], max(1, total))
    if total == 0:
        raise RecordingError(f"no voxel of this grid lies in region {region}", where=name)
    return RegionVoxels(region, flat[inside[flat]], total * row.number("brain_share"))


def is_deep(row: Row) -> bool:
    """Return whether a region lies below the cortex, where surfaces have no vertices."""
    return any(part in _DEEP for part in row.text("id").split("_"))
