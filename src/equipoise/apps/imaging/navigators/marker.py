"""What the writers of navigator files get, and what a reader of one gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["ORIENTATION", "STAMP", "UNREAD", "Marker", "ReadBack", "side_of"]

STAMP: Final = "research; verify before stimulating"
"""Stands in every file for a navigator."""
ORIENTATION: Final = "coil orientation not computed; the identity stands in its place"

UNREAD: Final = (
    "images are not read for disease here: a clinician has to read the scan before stimulation"
)

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Marker:
    """A point to be written.

    Parameters
    ----------
    name : str
        Name of the target in the navigator.
    point : tuple of float
        x, y, z in mm, RAS+.
    space : str
        BIDS name of the space.
    side : {"L", "R"}
        Hemisphere.
    """

    name: str
    point: Point
    space: str
    side: str


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a file says when it is read again: a point in mm, RAS+, and the name of its space."""

    point: Point
    space: str


def side_of(point: Point) -> str:
    """Return the hemisphere of a point of MNI, by the sign of x: ``L`` or ``R``."""
    return "L" if point[0] < 0 else "R"
