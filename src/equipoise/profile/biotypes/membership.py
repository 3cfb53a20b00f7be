"""Chances of belonging to each circuit biotype."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.core.nouns import BiotypeChance, NormedMeasurement

__all__ = ["Membership", "membership"]


@dataclass(frozen=True, slots=True)
class Membership:
    """Chances, ``none_fits`` among them; empty where none was assessed. `note` says why."""

    chances: tuple[BiotypeChance, ...]
    note: str


def membership(measurements: tuple[NormedMeasurement, ...]) -> Membership:
    """Return the chances of each biotype.

    Parameters
    ----------
    measurements : tuple of NormedMeasurement
        The latest of each circuit measure counts.

    Returns
    -------
    Membership
        Without enough circuit measures no chance is given.
    """
    del measurements
    return Membership((), "")
