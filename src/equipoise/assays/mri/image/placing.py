"""A point of one space in the others, with the checks that the way there makes sense.

A place is refused, with the reason, where the point changes sides, lies outside the T1w image, or
where the way makes the head larger than heads are: a transform that is named the wrong way round
does that, because templates are larger than people.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.image.header import Grid
from equipoise.assays.mri.image.spaces import (
    MNI_SPACES,
    T1W,
    chain_words,
    map_points,
    warp_between,
)
from equipoise.assays.mri.image.stream import read_header
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import PlacedPoint, SpaceTransform
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

__all__ = ["check_pairs", "place_in_spaces"]

_EDGE: Final = 0.5
"""Half a voxel: how far an image reaches beyond the centre of its last voxel."""
_MIDDLE: Final = (0, -15, 10)
"""About the middle of the brain in MNI, mm."""
_WIDE: Final = (-40, -20, 0, 20, 40)
"""Steps about it that stay inside the brain, mm."""


def place_in_spaces(
    point: tuple[float, float, float],
    space: str,
    transforms: tuple[SpaceTransform, ...],
    t1w: str | None = None,
) -> tuple[PlacedPoint, ...]:
    """Place a point in the person's T1w image and in both MNI spaces.

    Parameters
    ----------
    point : tuple of float
        mm, RAS+.
    space : str
        BIDS name of its space.
    transforms : tuple of SpaceTransform
        Of the person.
    t1w : str, optional
        The T1w image; where it is given the point has to lie in its field of view.

    Returns
    -------
    tuple of PlacedPoint
        T1w first. Where no transform leads, where a transform cannot be read or where the point
        comes out on the other side of the head or outside the image, there is no point but a
        reason.
    """
    return tuple(_placed(point, space, other, transforms, t1w) for other in (T1W, *MNI_SPACES))


def check_pairs(transforms: tuple[SpaceTransform, ...]) -> None:
    """Refuse two transforms between one pair of spaces that are not each other's inverse.

    Parameters
    ----------
    transforms : tuple of SpaceTransform
        Of the person; pairs between T1w and an MNI space are compared inside the brain.

    Raises
    ------
    RecordingError
        If half of the points come out further apart than `xfm_pair_limit`: then one of the two
        is of another person or session, or named the wrong way round.
    """
    for one, other in product(transforms, repeat=2):
        ends = (one.source, one.target)
        if ends != (other.target, other.source) or one.source not in MNI_SPACES:
            continue
        there = [warp_between((way,), *ends) for way in (one, other)]
        places = [warp(_inside()) for warp in there if warp is not None]
        known = np.linalg.norm(places[0] - places[1], axis=1)
        known = known[np.isfinite(known)]
        apart = float(np.median(known)) if len(known) else np.inf
        if apart > setting("xfm_pair_limit"):
            raise RecordingError(
                "two transforms between the same spaces contradict each other",
                where=f"{Path(one.path).name} and {Path(other.path).name}",
                got=f"places {apart:.1f} mm apart",
                allowed=f"{setting('xfm_pair_limit'):g} mm",
                todo="find out which one is of this person and named the right way round",
            )


def _inside() -> Points:
    """Return points inside the brain in MNI, shape (n, 3), mm."""
    return np.array(list(product(_WIDE, repeat=3)), dtype=np.float64) + _MIDDLE


def _placed(
    point: tuple[float, float, float],
    space: str,
    other: str,
    transforms: tuple[SpaceTransform, ...],
    t1w: str | None,
) -> PlacedPoint:
    way = chain_words(transforms, space, other)
    if other != space and not way:
        return PlacedPoint(other, None, f"no transform leads from {space} to {other}")
    try:
        moved = map_points(transforms, point, space, other)
        fault = _turned(np.asarray(point), space, moved, other, transforms)
        fault = fault or _grown({space, other}, transforms)
        if fault is None and other == T1W and t1w is not None:
            fault = _outside(moved, t1w)
    except RecordingError as error:
        return PlacedPoint(other, None, str(error))
    if fault is not None:
        return PlacedPoint(other, None, f"refused: {fault}")
    x, y, z = (float(value) for value in moved)
    return PlacedPoint(other, (x, y, z), f"by {way}" if way else "the point was found here")


def _turned(
    point: Points, space: str, moved: Points, other: str, transforms: tuple[SpaceTransform, ...]
) -> str | None:
    """Return a reason if the two places of a point lie on different sides of the midline."""
    sides = [_from_midline(*place, transforms) for place in ((point, space), (moved, other))]
    if sides[0] * sides[1] >= 0:
        return None
    left, right = ("left", "right") if sides[0] < 0 else ("right", "left")
    return f"a {left} point of {space} comes out on the {right} of {other}"


def _grown(spaces: set[str], transforms: tuple[SpaceTransform, ...]) -> str | None:
    """Return a reason if a transform makes the brain larger on its way into the T1w image.

    The sizes of the affines nearest to the ways are compared, over the inside of the brain.
    """
    inside = _inside()
    for template in spaces & set(MNI_SPACES) if len(spaces) > 1 else ():
        warp = warp_between(transforms, template, T1W)
        if warp is None:
            continue
        moved = warp(inside)
        known = np.isfinite(moved).all(axis=1)
        if np.count_nonzero(known) <= inside.shape[1] + 1:
            continue
        ones = np.ones((np.count_nonzero(known), 1))
        solved, *_ = np.linalg.lstsq(np.hstack([inside[known], ones]), moved[known], rcond=None)
        growth, most = abs(float(np.linalg.det(solved[:3]))), setting("xfm_growth_most")
        if growth > most:
            return (
                f"from {template} to {T1W} the brain grows {growth:.2f} times (at most {most:g}): "
                "the transform may be turned round"
            )
    return None


def _from_midline(point: Points, space: str, transforms: tuple[SpaceTransform, ...]) -> float:
    """Return how far right of the midline a point lies, along x; 0 where it cannot be told."""
    if space in MNI_SPACES:
        return float(point[0])
    for template in MNI_SPACES:
        there, back = (
            warp_between(transforms, *ends) for ends in ((space, template), (template, space))
        )
        if there is None or back is None:
            continue
        middle = there(point[None]) * (0, 1, 1)
        return float(np.nan_to_num(point[0] - back(middle)[0, 0]))
    return 0.0


def _outside(point: Points, t1w: str) -> str | None:
    """Return a reason if a point lies outside the field of view of the T1w image."""
    grid: Grid = read_header(t1w, Path(t1w).name).grid
    index = (np.linalg.inv(grid.affine) @ (*point, 1))[:3]
    if ((index >= -_EDGE) & (index <= np.array(grid.shape) - _EDGE)).all():
        return None
    return f"the point lies outside the field of view of {Path(t1w).name}"
