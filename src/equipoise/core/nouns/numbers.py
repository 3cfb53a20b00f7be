"""Number types that say how they are rounded when written to JSON.

Chances and utilities are written to 4 decimals, every other number to 6 significant digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

__all__ = ["Chance", "Dose", "Interval", "Points", "Quantity"]

Chance = Annotated[float, "chance"]
"""A probability, or a difference of two, from -1 to 1."""

Points = Annotated[float, "points"]
"""Utility points of 100."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value that is never bare.

    Parameters
    ----------
    value : float
        The value in `unit`.
    unit : str
        A UCUM unit, ``1`` for a pure number, ``{score}`` for points of a scale.
    standard_error : float or None
        Standard error of measurement in `unit`; None where none is known.
    """

    value: float
    unit: str
    standard_error: float | None = None


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose as the record gives it: value and UCUM unit, such as 150 mg/d."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Interval:
    """The posterior of a chance: mean with 80 % and 95 % intervals, each ``(low, high)``."""

    mean: Chance
    ci80: tuple[Chance, Chance]
    ci95: tuple[Chance, Chance]
