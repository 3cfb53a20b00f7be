"""Letters about a crowd of marks: each near its own mark, none on another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

__all__ = ["Letter", "arranged"]

Place = tuple[float, float]
APART: Final = 11.0
"""Distance of two letters along their ring, in units of the drawing."""
NEAREST: Final = 16.0
FARTHEST: Final = 30.0
BEYOND: Final = 8.0
ROUNDS: Final = 40
EDGES: Final = (9.0, 18.0)
UP: Final = -math.pi / 2


@dataclass(frozen=True, slots=True)
class Letter:
    """A mark and the middle of its letter."""

    text: str
    place: Place
    words: Place


def arranged(
    marks: Sequence[tuple[str, Place]],
    centre: Place,
    reach: float,
    size: Place,
    unit: float = 1.0,
) -> list[Letter]:
    """Put the letters of marks on a ring about the centre, in the directions of their marks.

    Parameters
    ----------
    marks : sequence of (letter, place)
        What is marked.
    centre : tuple of float
        Middle of the ring.
    reach : float
        How far the region about the centre goes; the ring lies outside of it where there is room.
    size : tuple of float
        Width and height of the drawing.
    unit : float, optional
        Scale of letters and gaps.

    Returns
    -------
    list of Letter
        In the order of `marks`.
    """
    beyond = BEYOND * unit
    ring = min(max(NEAREST * unit, reach + beyond), FARTHEST)
    wanted = [_direction(place, centre) for _, place in marks]
    turned = _spread(wanted, APART * unit / ring)
    found: list[Letter] = []
    for (text, place), angle in zip(marks, turned, strict=True):
        far = math.dist(place, centre)
        radius = max(ring, far + beyond)
        x, y = centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)
        if far > ring:
            # A mark outside of the ring carries its letter beside it.
            x = place[0] + beyond * math.cos(wanted[len(found)])
            y = place[1] + beyond * math.sin(wanted[len(found)])
        inside = (
            min(max(x, EDGES[0] * unit), size[0] - EDGES[0] * unit),
            min(max(y, EDGES[1] * unit), size[1] - EDGES[1] * unit),
        )
        found.append(Letter(text, place, inside))
    return found


def _direction(place: Place, centre: Place) -> float:
    if math.dist(place, centre) < 1:
        return UP
    return math.atan2(place[1] - centre[1], place[0] - centre[0])


def _spread(angles: list[float], gap: float) -> list[float]:
    """Push directions apart until neighbours are `gap` radians from each other."""
    order = sorted(range(len(angles)), key=lambda i: (angles[i], i))
    found = [angles[i] for i in order]
    for _ in range(ROUNDS):
        pairs = [*pairwise(range(len(found))), (len(found) - 1, 0)] if len(found) > 1 else []
        for a, b in pairs:
            turn = 2 * math.pi if b < a else 0.0
            short = gap - (found[b] + turn - found[a])
            if short > 0:
                found[a], found[b] = found[a] - short / 2, found[b] + short / 2
    spread = dict(zip(order, found, strict=True))
    return [spread[i] for i in range(len(angles))]
