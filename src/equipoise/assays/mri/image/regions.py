"""Regions of `tables/regions` on the grid of an image: which voxels, and how much was covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.image.header import Grid
from equipoise.core.errors import RecordingError
from equipoise.core.tables import Row, load_table, setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RegionVoxels", "centre", "family_of", "locate", "region_title"]


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


def locate(
    region: str, grid: Grid, inside: NDArray[np.bool_], family: str, name: str
) -> RegionVoxels:
    """Find the voxels of a region: centres within its radius, inside the mask.

    Parameters
    ----------
    region : str
        Row of `tables/regions`.
    grid : Grid
        Of the image.
    inside : ndarray of bool, shape (voxels of a volume,)
        The mask in the order of the file.
    family : str
        Family of the image's space.
    name : str
        File name for messages.

    Returns
    -------
    RegionVoxels
        Voxels and how many were expected.

    Raises
    ------
    RecordingError
        If the region is of another family, or no voxel centre of the grid lies in it.
    """
    row = load_table("regions/regions").row(id=region)
    if row.text("family") != family:
        raise RecordingError(
            f"region {region} has no coordinates in this space", where=name, got=family
        )
    flat, total = _ball(row, grid)
    if total == 0:
        raise RecordingError(f"no voxel of this grid lies in region {region}", where=name)
    return RegionVoxels(region, flat[inside[flat]], total * row.number("brain_share"))


def _ball(row: Row, grid: Grid) -> tuple[NDArray[np.int64], int]:
    """Return the voxels of a sphere inside the field of view, and how many it has in all."""
    radius = row.optional_number("radius") or setting("bold_region_radius")
    point = np.array([row.number("x"), row.number("y"), row.number("z")])
    back = np.linalg.inv(grid.affine)
    middle = back[:3, :3] @ point + back[:3, 3]
    reach = radius * np.linalg.norm(back[:3, :3], axis=1)
    axes = [
        np.arange(int(np.ceil(low)), int(np.floor(high)) + 1)
        for low, high in zip(middle - reach, middle + reach, strict=True)
    ]
    box = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    near = box[((grid.to_mm(box) - point) ** 2).sum(axis=1) <= radius**2]
    seen = near[((near >= 0) & (near < grid.shape)).all(axis=1)]
    nx, ny, _ = grid.shape
    flat = seen[:, 0] + nx * (seen[:, 1] + ny * seen[:, 2])
    return np.sort(flat.astype(np.int64)), len(near)
