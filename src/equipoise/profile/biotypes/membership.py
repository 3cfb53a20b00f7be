"""Chances of belonging to each circuit biotype.

The authors published no rule that assigns a new person, and no mean profile as numbers. What stands
here is a device of this project on the pattern that the names of the biotypes tell, so it is shown
as exploratory and moves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import BiotypeChance
from equipoise.core.tables import Row, load_table, setting
from equipoise.profile.biotypes.shape import chances, log_evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.core.nouns import NormedMeasurement

    Array = NDArray[np.float64]

__all__ = ["EXPLORATORY", "NONE_FITS", "Membership", "membership"]

NONE_FITS: Final = "none_fits"
PATTERNS: Final = "mechanisms/biotype_patterns"
EXPLORATORY: Final = (
    "Exploratory: no published rule assigns a new person to one of these biotypes, the pattern of"
    " each is known only from its name, and one scan repeats badly. The biotype without a prominent"
    " circuit has no shape and counts among those that none fits. Nothing rests on it."
)


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
        The latest of each circuit measure counts, as standard deviations from the healthy.

    Returns
    -------
    Membership
        Biotypes in the order of `mechanisms/biotypes`, then ``none_fits``; without enough circuit
        measures no chance is given. Without any, the note is empty.

    Notes
    -----
    A scan of a member is expected to show the pattern only as far as each measure repeats, so low
    reliability takes the chances back to those before the scan; a measure that is missing leaves
    the comparison. Before the scan a biotype has its share of the sample that it was found in,
    times the chance that any of them describes the person.
    """
    rows = tuple(load_table("mechanisms/biotype_measures"))
    names = {row.text("measure") for row in rows}
    taken = {one.measurement.id for one in measurements} & names
    if not taken:
        return Membership((), "")
    placed = _placed(measurements, names)
    seen = tuple(row for row in rows if row.text("measure") in placed)
    least = int(np.ceil(setting("profile_biotype_least") * len(rows)))
    if len(seen) < least:
        return Membership((), _too_few(len(seen), least, len(rows), taken - set(placed)))
    return Membership(_chances(seen, placed), EXPLORATORY)


def _placed(measurements: tuple[NormedMeasurement, ...], names: set[str]) -> dict[str, float]:
    """Return the latest z of each circuit measure that has one."""
    placed: dict[str, float] = {}
    for item in sorted(measurements, key=lambda one: (one.measurement.date or "", one.z or 0.0)):
        one = item.measurement
        if one.id in names and item.z is not None and one.coverage > 0:
            placed[one.id] = item.z
    return placed


def _too_few(seen: int, least: int, total: int, unplaced: set[str]) -> str:
    text = (
        f"Not assessed: {seen} of the {total} circuit measures of the biotypes could be compared"
        f" with healthy people, and {least} are needed."
    )
    if not unplaced:
        return text
    return text + (
        " No norm of them is published: a site learns its own from healthy people on its scanner."
    )


def _chances(rows: tuple[Row, ...], placed: Mapping[str, float]) -> tuple[BiotypeChance, ...]:
    profile = np.array([placed[row.text("measure")] for row in rows])
    types = tuple(load_table("mechanisms/biotypes"))
    shaped = [row for row in types if load_table(PATTERNS).find(biotype=row.text("id"))]
    evidence = log_evidence(profile, _expected(shaped, rows), _together(rows))
    people = np.array([row.number("people") for row in shaped])
    total = sum(row.number("people") for row in types)
    shares = (1.0 - setting("profile_biotype_none")) * people / total
    found = chances(np.append(shares, 1.0 - shares.sum()), evidence)
    ids = (*(row.text("id") for row in shaped), NONE_FITS)
    return tuple(
        BiotypeChance(name, float(chance)) for name, chance in zip(ids, found, strict=True)
    )


def _expected(types: list[Row], rows: tuple[Row, ...]) -> Array:
    """Return what one scan of a member is expected to show, shape (b, m)."""
    directions = {
        (row.text("biotype"), row.text("circuit")): row.number("direction")
        for row in load_table(PATTERNS)
    }
    measures = load_table("measures/measures")
    repeats = [measures.row(id=row.text("measure")).number("reliability") for row in rows]
    pattern = [
        [directions.get((one.text("id"), row.text("circuit")), 0.0) for row in rows]
        for one in types
    ]
    return np.asarray(setting("profile_biotype_amplitude") * np.array(pattern) * np.array(repeats))


def _together(rows: tuple[Row, ...]) -> Array:
    """Return the correlation of measures around a pattern: 1 of one, some in a circuit."""
    within = setting("profile_biotype_within")
    measure = np.array([row.text("measure") for row in rows])
    circuit = np.array([row.text("circuit") for row in rows])
    same = measure[:, None] == measure
    return np.asarray(np.where(same, 1.0, np.where(circuit[:, None] == circuit, within, 0.0)))
