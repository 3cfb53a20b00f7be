"""The standard target: Beam F3, found by three measures of the head.

Its average place in the MNI family is the row ``dlpfc_f3_l`` of `tables/regions`; how it is found
on a head stands in `regions/fall_back`. The distances that follow from the three measures come
from the published tool: its formula is not repeated here, because it could not be checked whole
against its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from equipoise.assays.mri.image.regions import centre
from equipoise.core.tables import load_table

__all__ = ["F3", "FallBack", "f3_distance", "fall_back"]

F3: Final = "dlpfc_f3_l"


@dataclass(frozen=True, slots=True)
class FallBack:
    """A standard target.

    Parameters
    ----------
    id : str
        Row of `regions/fall_back`.
    title : str
        Printed name.
    measures : tuple of str
        What is measured on the head.
    steps : tuple of str
        What is done, in order, one sentence each.
    tool : str
        What works out the distances.
    note : str
        What to know about it.
    reference : str
        Keys of `references/references`.
    """

    id: str
    title: str
    measures: tuple[str, ...]
    steps: tuple[str, ...]
    tool: str
    note: str
    reference: str


def f3_distance(point: tuple[float, float, float]) -> float:
    """Return the distance in mm of a point of the MNI family to Beam F3's average place."""
    return float(np.linalg.norm(np.array(point) - centre(F3)))


def fall_back(name: str = "beam_f3") -> FallBack:
    """Return how a standard target is found.

    Parameters
    ----------
    name : str, optional
        Row of `regions/fall_back`.

    Returns
    -------
    FallBack
        Measures and steps.
    """
    row = load_table("regions/fall_back").row(id=name)
    return FallBack(
        id=row.text("id"),
        title=row.text("title"),
        measures=_parts(row.text("measures")),
        steps=_parts(row.text("steps")),
        tool=row.text("tool"),
        note=row.text("note"),
        reference=row.text("reference"),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";"))
