"""Distance of a point from the scalp, from a whole-head T1w image.

The head is what the air around the image does not reach. Air is darker than Otsu's threshold; it
is followed from the sides and the top of the image (never from below, where the neck is cut), and
it does not pass gaps that two voxels close, so that the dark skull below the scalp stays inside.
The depth is the distance to the nearest voxel outside.

The standard error is half a voxel and the spread over a lower and a higher threshold. It does not
hold the hair, a tilted coil, or how far the scalp is pressed in.

An image whose skull was stripped has no scalp: the air would lie at the brain, and every depth
would be centimetres too small. It is known by what is missing: below the scalp of a whole head
lies a dark shell, the bone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.image.header import Grid
from equipoise.assays.mri.image.stream import check_length, read_header, read_voxels
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import Quantity
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Single = NDArray[np.float32]

__all__ = ["OUTSIDE", "Head", "head_of", "read_head"]

OUTSIDE: Final = "the point does not lie in the head of the T1w image"
_BINS: Final = 256
_TOP: Final = 99
"""Centile of the brightness above which everything counts as equally bright."""
_GAP: Final = 2
"""Voxels by which the air is kept away from gaps in the scalp."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The air about a head, for three thresholds.

    Parameters
    ----------
    grid : Grid
        Of the T1w image.
    inside : ndarray of bool, shape (x, y, z)
        The head at the middle threshold.
    outside : tuple of ndarray, shapes (n, 3)
        Centres in mm of the voxels of air that touch the head; the middle threshold first.
    """

    grid: Grid
    inside: Flags
    outside: tuple[NDArray[np.float64], ...]

    def depth(self, point: tuple[float, float, float]) -> Quantity:
        """Return the distance of a point from the scalp.

        Parameters
        ----------
        point : tuple of float
            x, y, z in mm, RAS+, in the space of the image.

        Returns
        -------
        Quantity
            mm, with its standard error.

        Raises
        ------
        RecordingError
            If the point does not lie in the head: then image and point are of different spaces.
        """
        place = np.linalg.inv(self.grid.affine) @ (*point, 1.0)
        voxel = tuple(round(float(n)) for n in place[:3])
        size = self.inside.shape
        seen = all(0 <= n < most for n, most in zip(voxel, size, strict=True))
        if not seen or not self.inside[voxel]:
            raise RecordingError(
                OUTSIDE,
                todo="check that the image and the transform are of the same person",
            )
        half = _edge(self.grid) / 2
        found = [
            max(0.0, float(np.linalg.norm(air - np.array(point), axis=1).min()) - half)
            for air in self.outside
        ]
        error = float(np.hypot(half, np.std(found, ddof=1)))
        return Quantity(found[0], "mm", error)


def read_head(path: str, name: str) -> Head:
    """Read a whole-head T1w image.

    Parameters
    ----------
    path : str
        NIfTI file.
    name : str
        Its name in messages.

    Returns
    -------
    Head
        The head and the air about it.

    Raises
    ------
    RecordingError
        If the file is missing or damaged, has no single volume, or shows no scalp.
    """
    header = read_header(path, name)
    if header.has_time and header.volumes > 1:
        raise RecordingError("a T1w image has three dimensions", where=name, got="4")
    check_length(path, header, name)
    streamed = read_voxels(path, header, np.arange(header.voxels), name)
    values = streamed.series[0].reshape(header.grid.shape, order="F")
    return head_of(values, header.grid, name)


def head_of(values: Single, grid: Grid, name: str) -> Head:
    """Find the head in an image.

    Parameters
    ----------
    values : ndarray, shape (x, y, z)
        Brightness.
    grid : Grid
        Its grid.
    name : str
        Name of the image in messages.

    Returns
    -------
    Head
        The head and the air about it.

    Raises
    ------
    RecordingError
        If there is no contrast between head and air, or no scalp.
    """
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    limit = _otsu(values, name)
    away = setting("head_threshold_spread")
    first = _air(values <= limit, grid)
    inside = ~first
    if not inside.any() or not first.any():
        raise RecordingError("no head was found in the T1w image", where=name)
    _check_scalp(inside, values <= limit, grid, name)
    air = (first, *(_air(values <= limit * factor, grid) for factor in (1 - away, 1 + away)))
    return Head(grid, inside, tuple(_edge_of_air(found, grid) for found in air))


def _otsu(values: Single, name: str) -> float:
    """Return the threshold that parts dark from bright best (largest variance between them)."""
    top = float(np.percentile(values[values > 0], _TOP)) if (values > 0).any() else 0.0
    if top <= 0:
        raise RecordingError("the T1w image holds nothing", where=name)
    counts, edges = np.histogram(np.clip(values, 0, top), bins=_BINS)
    middle = (edges[:-1] + edges[1:]) / 2
    below, total = np.cumsum(counts), counts.sum()
    mass = np.cumsum(counts * middle)
    above = total - below
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = mass / below - (mass[-1] - mass) / above
        between = np.nan_to_num(below * above * apart**2)
    return float(edges[1:][int(np.argmax(between))])


def _air(dark: Flags, grid: Grid) -> Flags:
    """Return the dark voxels that the air reaches from the sides and from above."""
    from scipy.ndimage import binary_dilation, binary_erosion, label

    wide = binary_erosion(dark, iterations=_GAP, border_value=1)
    labels, _ = label(wide)
    up = int(np.argmax(np.abs(grid.affine[2, :3])))
    upward = grid.affine[2, up] > 0
    faces = [labels.take(end, axis) for axis in range(3) if axis != up for end in (0, -1)]
    faces.append(labels.take(-1 if upward else 0, up))
    reached = np.unique(np.concatenate([face.ravel() for face in faces]))
    open_air = np.isin(labels, reached[reached > 0])
    return np.asarray(binary_dilation(open_air, iterations=_GAP, mask=dark))


def _edge_of_air(air: Flags, grid: Grid) -> NDArray[np.float64]:
    """Return the centres of the voxels of air beside the head, shape (n, 3)."""
    from scipy.ndimage import binary_dilation

    touching = binary_dilation(~air) & air
    return grid.to_mm(np.argwhere(touching))


def _check_scalp(inside: Flags, dark: Flags, grid: Grid, name: str) -> None:
    """Refuse a head without a dark shell below its surface, in the half above its centre."""
    from scipy.ndimage import distance_transform_edt

    spacing = np.linalg.norm(grid.affine[:3, :3], axis=0)
    below = distance_transform_edt(inside, sampling=spacing)
    height = np.argwhere(inside) @ grid.affine[2, :3]
    depth = below[inside]
    shell = (depth <= setting("head_shell_depth")) & (height > np.median(height))
    share = float(dark[inside][shell].mean()) if shell.any() else 0.0
    least = setting("head_dark_shell_share")
    if share < least:
        raise RecordingError(
            "the T1w image shows no scalp and skull: depth cannot be told from it",
            where=name,
            got=f"{share:.0%} of the outer {setting('head_shell_depth'):g} mm are dark",
            allowed=f"at least {least:.0%}, the bone",
            todo="give the whole-head image, before the skull was stripped",
        )


def _edge(grid: Grid) -> float:
    """Return the mean edge of a voxel in mm."""
    return float(np.linalg.norm(grid.affine[:3, :3], axis=0).mean())
