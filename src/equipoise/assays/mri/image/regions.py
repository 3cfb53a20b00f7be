"""Regions of `tables/regions` in an image: which elements, and how much was covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.image.grey_matter import Grey, template_share
from equipoise.assays.mri.image.places import Places
from equipoise.core.errors import RecordingError
from equipoise.core.tables import Row, load_table, setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RegionVoxels", "centre", "family_of", "in_regions", "is_deep", "locate", "region_title"]

_FAMILY: Final = "MNI"
_DEEP: Final = frozenset({"amygdala", "caudate", "hippocampus", "putamen", "thalamus", "vs"})
"""Parts of region ids that stand for grey matter below the cortex."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionVoxels:
    """One region in an image.

    Parameters
    ----------
    id : str
        Row of `tables/regions`.
    voxels : ndarray of int, shape (n,)
        Its elements inside the mask, rising.
    expected : float
        Number of elements that a brain without a hole, seen whole, would give.
    fault : str or None
        Why the region cannot be measured here, whatever the signal; a clause.
    """

    id: str
    voxels: NDArray[np.int64]
    expected: float
    fault: str | None = None

    def coverage(self, found: int) -> float:
        """Return the share of the expected elements that `found` is, at most 1."""
        return min(1.0, found / self.expected) if self.expected > 0 else 0.0


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


def locate(
    region: str, places: Places, inside: NDArray[np.bool_], grey: Grey, name: str
) -> RegionVoxels:
    """Find the elements of a region: within its radius, of grey matter, inside the mask.

    Parameters
    ----------
    region : str
        Row of `tables/regions`.
    places : Places
        Where the voxels or vertices of the image lie.
    inside : ndarray of bool, shape (elements,)
        The mask in the order of the file.
    grey : Grey
        Which elements are grey matter.
    name : str
        File name for messages.

    Returns
    -------
    RegionVoxels
        Elements and how many were expected; a sphere that holds next to no grey matter says so.

    Raises
    ------
    RecordingError
        If the region has no coordinates in MNI.
    """
    row = load_table("regions/regions").row(id=region)
    if row.text("family") != _FAMILY:
        raise RecordingError(
            f"region {region} has no coordinates in this space", where=name, got=places.space
        )
    point, radius = _sphere(row)
    seen, total = places.within(point, radius, deep=is_deep(row))
    voxels = seen[grey.members(seen)]
    expected = float(len(voxels))
    if total > len(seen):  # what lies outside the field of view was not sampled
        share = 1.0 if grey.map is None else template_share(point, radius)
        expected += (total - len(seen)) * share
    fault = _fault(expected, total)
    return RegionVoxels(region, voxels[inside[voxels]], expected, fault)


def _sphere(row: Row) -> tuple[NDArray[np.float64], float]:
    point = np.array([row.number("x"), row.number("y"), row.number("z")])
    return point, row.optional_number("radius") or setting("bold_region_radius")


def _fault(expected: float, total: int) -> str | None:
    """Return why a sphere stands for no grey matter, or None."""
    if total == 0:
        return "no voxel or vertex of this image lies in its sphere"
    least = setting("grey_matter_min_region")
    if expected < least * total:
        return (
            f"only {expected / total:.0%} of its sphere are grey matter; at least {least:.0%} "
            "are needed"
        )
    return None


def in_regions(regions: tuple[str, ...], places: Places) -> NDArray[np.int64]:
    """Return all elements within the spheres of some regions, whatever they hold, rising."""
    table = load_table("regions/regions")
    found = [
        places.within(*_sphere(row), deep=is_deep(row))[0]
        for row in (table.row(id=region) for region in regions)
    ]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def is_deep(row: Row) -> bool:
    """Return whether a region lies below the cortex, where surfaces have no vertices."""
    return any(part in _DEEP for part in row.text("id").split("_"))
