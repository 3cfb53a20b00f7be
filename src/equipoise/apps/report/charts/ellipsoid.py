"""What a plane shows of an ellipsoid: its cut through the centre, or its shadow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ellipse", "Ellipsoid", "ball"]

Point = tuple[float, float, float]
THINNEST: Final = 0.5
"""An axis is drawn at least this long, in mm, so that a flat region stays visible."""
ROUND: Final = 0.01
"""Axes that differ by less, in mm, make a circle, which has no angle."""


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Semi-axes in mm, and the angle of the first from the picture's right, clockwise."""

    long: float
    short: float
    degrees: float


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid about the origin: semi-axes in mm and their unit vectors, in the same order."""

    axes: Point
    directions: tuple[Point, ...]

    def cut(self, right: int, up: int) -> Ellipse:
        """Return its cut by the plane of two axes through its centre."""
        return _ellipse(np.linalg.inv(self._shape(-2.0)[np.ix_((right, up), (right, up))]))

    def slice(self, right: int, up: int, away: float) -> tuple[Ellipse, tuple[float, float]] | None:
        """Return its cut by a plane of two axes that lies off its centre.

        Parameters
        ----------
        right, up : int
            Axes of the plane.
        away : float
            How far the plane lies from the centre along the third axis, in mm.

        Returns
        -------
        (Ellipse, (float, float)) or None
            The cut, and where its centre lies from that of the ellipsoid, to the right and
            upward in mm; None where the plane misses it.
        """
        shape, through = self._shape(-2.0), 3 - right - up
        within = np.linalg.inv(shape[np.ix_((right, up), (right, up))])
        across = shape[[right, up], through]
        left = 1.0 - away**2 * (shape[through, through] - across @ within @ across)
        if left <= 0:
            return None
        x, y = -away * (within @ across)
        return _ellipse(left * within), (float(x), float(y))

    def shadow(self, right: int, up: int) -> Ellipse:
        """Return its outline as seen along the third axis."""
        return _ellipse(self._shape(2.0)[np.ix_((right, up), (right, up))])

    def _shape(self, power: float) -> NDArray[np.float64]:
        """Return the sum of the directions' outer products, axes raised to `power`, (3, 3)."""
        lengths = np.maximum(np.array(self.axes), THINNEST) ** power
        rows = np.array(self.directions)
        return np.asarray(rows.T @ (lengths[:, None] * rows))


def ball(radius: float) -> Ellipsoid:
    """Return a ball of `radius` mm."""
    return Ellipsoid((radius,) * 3, ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))


def _ellipse(squares: NDArray[np.floating]) -> Ellipse:
    values, vectors = np.linalg.eigh(squares)
    long, short = math.sqrt(values[1]), math.sqrt(values[0])
    if long - short < ROUND:
        return Ellipse(long, short, 0.0)
    right, up = vectors[:, 1]
    # Pictures count downwards: what rises in the brain falls in the drawing. An axis has no
    # sign, so the angle lies within a half turn.
    degrees = round(math.degrees(math.atan2(-up, right)) % 180.0, 3) % 180.0
    return Ellipse(long, short, degrees)
