"""One line of the data sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.sections.strips import LEVEL80, LEVEL95

__all__ = ["NA", "Line", "normal_ends"]

NA: Final = "n/a"


@dataclass(frozen=True, slots=True)
class Line:
    """One number; every field is text, ``n/a`` where it does not apply."""

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
    date: str = NA
    coverage: str = NA
    grade: str = NA
    checked: str = NA
    source: str = NA
    note: str = NA


def normal_ends(mean: float, error: float | None) -> tuple[str, str, str, str]:
    """Return the 80 and 95 % ends of a normal error as text."""
    if error is None:
        return NA, NA, NA, NA
    ends = (*n.around(mean, error, LEVEL80), *n.around(mean, error, LEVEL95))
    low80, high80, low95, high95 = (n.exact(end) for end in ends)
    return low80, high80, low95, high95
