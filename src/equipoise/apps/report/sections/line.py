"""One line of the data sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.sections.strips import LEVEL80, LEVEL95
from equipoise.core.nouns import Provenance

__all__ = ["NA", "Line", "made_with", "normal_ends", "single_ids"]

NA: Final = "n/a"


@dataclass(frozen=True, slots=True)
class Line:
    """One number; every field is text, ``n/a`` where it does not apply.

    Parameters
    ----------
    id : str
        Names the line on every page: ``established.sertraline.response``.
    label, value, unit : str
        What it is; the number, or ``n/a`` where nothing was measured; a UCUM unit.
    standard_error, low80, high80, low95, high95 : str
        In `unit`.
    reference_group : str
        Whom the number holds for, or was compared with.
    people : str
        How many they were.
    time : str
        By when, or after how long: ``week 8``.
    date : str
        Day of the measurement, or of the step.
    coverage, quality : str
        Share of what the measure needs that was there; quality flags.
    grade, source, as_of, checked : str
        Grade of the evidence, keys of the references, how old the row is, whether it was checked
        against its source.
    software, inputs : str
        What it was computed with, and the first digits of the SHA-256 of every file read.
    note : str
        Why nothing was measured, and what else must be known.
    """

    id: str
    label: str
    value: str
    unit: str
    standard_error: str = NA
    low80: str = NA
    high80: str = NA
    low95: str = NA
    high95: str = NA
    reference_group: str = NA
    people: str = NA
    time: str = NA
    date: str = NA
    coverage: str = NA
    quality: str = NA
    grade: str = NA
    source: str = NA
    as_of: str = NA
    checked: str = NA
    software: str = NA
    inputs: str = NA
    note: str = NA


DIGEST: Final = 12
"""Digits of a digest that tell files apart; the list of files gives it in full."""


def made_with(made: Provenance) -> dict[str, str]:
    """Return software and inputs of a measured number, as fields of its line."""
    digests = (f"{one.name} {one.sha256[:DIGEST]}" for one in made.inputs)
    return {"software": made.software or NA, "inputs": "; ".join(digests) or NA}


def single_ids(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return lines of which no two share an id.

    Of several values of one measure the newest keeps the plain id; the others add their day, or
    their place.
    """
    found = list(lines)
    newest: dict[str, Line] = {}
    for line in found:
        if line.id not in newest or _day(line) >= _day(newest[line.id]):
            newest[line.id] = line
    taken = set(newest)
    for place, line in enumerate(found):
        if newest[line.id] is line:
            continue
        name = f"{line.id}.{place}" if line.date == NA else f"{line.id}.{line.date}"
        name = f"{name}.{place}" if name in taken else name
        taken.add(name)
        found[place] = replace(line, id=name)
    return tuple(found)


def _day(line: Line) -> str:
    return "" if line.date == NA else line.date


def normal_ends(mean: float, error: float | None) -> tuple[str, str, str, str]:
    """Return the 80 and 95 % ends of a normal error as text."""
    if error is None:
        return NA, NA, NA, NA
    ends = (*n.around(mean, error, LEVEL80), *n.around(mean, error, LEVEL95))
    low80, high80, low95, high95 = (n.exact(end) for end in ends)
    return low80, high80, low95, high95
