"""One scale in points of another, for display: a converted score never triggers a rule.

The totals that go together, and how surely, are rows of `scales/crosswalks`. Each can be read both
ways. The error is that of the score, carried over to the other scale, with the error of the link;
where that is not known what is shown is the least that the error can be, and the caution says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from equipoise.core.errors import InputError
from equipoise.core.scale_rules import ScaleRules, read_scale
from equipoise.core.tables import Row, load_table

__all__ = ["ConvertedScore", "Crosswalk", "convert_score", "find_crosswalk"]

LINKS: Final = "scales/crosswalks"
RANGES: Final = "scales/crosswalk_ranges"
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ConvertedScore:
    """A score in points of another scale.

    Parameters
    ----------
    scale : str
        Scale of the points.
    value : float
        Middle of what goes with the score.
    low, high : float
        The range that goes with the score.
    standard_error : float or None
        At least this; None where neither that of the score nor that of the link is known.
    caution : str
        What a reader has to know.
    reference : str
        Keys of `references/references`.
    """

    scale: str
    value: float
    low: float
    high: float
    standard_error: float | None
    caution: str
    reference: str


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The way from one scale to another.

    Parameters
    ----------
    row : Row
        Row of `scales/crosswalks`.
    target : ScaleRules
        The other scale.
    slope : float
        Points of the other scale for one of the first; by ranges, over the whole scale.
    spans : tuple of (Span, Span)
        Totals of the first scale and those that go with them; empty for a line.
    linking_error : float or None
        Error of the link for one person, in points of the other scale; None where it is not known.
    """

    row: Row
    target: ScaleRules
    slope: float
    spans: tuple[tuple[Span, Span], ...]
    linking_error: float | None

    @property
    def caution(self) -> str:
        """What a reader of a converted score has to know."""
        return f"In points of the {self.target.row.text('title')}: {self.row.text('caution')}"

    def convert(self, total: float, standard_error: float | None) -> ConvertedScore:
        """Return a total with its error in points of the other scale."""
        low, high = self._span(total)
        own = None if standard_error is None else self.slope * standard_error
        known = [part for part in (own, self.linking_error) if part is not None]
        return ConvertedScore(
            scale=self.target.id,
            value=(low + high) / 2,
            low=low,
            high=high,
            standard_error=math.hypot(*known) if known else None,
            caution=self.caution,
            reference=self.row.text("reference"),
        )

    def _span(self, total: float) -> Span:
        """Return the range that goes with a total; one between two ranges takes the nearest."""
        if not self.spans:
            lowest = self.target.row.number("total_minimum")
            highest = self.target.row.number("total_maximum")
            value = min(max(self.slope * total, lowest), highest)
            return value, value
        away = [max(low - total, total - high, 0.0) for (low, high), _ in self.spans]
        met = [
            other
            for distance, (_, other) in zip(away, self.spans, strict=True)
            if distance == min(away)
        ]
        return min(low for low, _ in met), max(high for _, high in met)


def find_crosswalk(scale: str, other: str) -> Crosswalk:
    """Return the way from one scale to another.

    Parameters
    ----------
    scale, other : str
        Ids of `scales/scales`.

    Returns
    -------
    Crosswalk
        From the first to the other.

    Raises
    ------
    InputError
        If no row links the two.
    """
    for row in load_table(LINKS):
        pair = (row.text("scale"), row.text("other"))
        if {scale, other} == set(pair) and scale != other:
            return _crosswalk(row, read_scale(other), turned=pair[0] == other)
    found = {tuple(row.text(side) for side in ("scale", "other")) for row in load_table(LINKS)}
    ways = sorted({b if a == scale else a for a, b in found if scale in {a, b}})
    raise InputError(
        f"no table links {scale} with {other}",
        got=other,
        allowed=", ".join(ways) or f"none: {scale} is linked with no scale",
    )


def convert_score(
    scale: str, total: float, other: str, *, standard_error: float | None = None
) -> ConvertedScore:
    """Return a total of one scale in points of another, for display only.

    Parameters
    ----------
    scale : str
        Id of `scales/scales`.
    total : float
        In points of `scale`.
    other : str
        Id of `scales/scales`.
    standard_error : float, optional
        Of `total`.

    Returns
    -------
    ConvertedScore
        In points of `other`.
    """
    return find_crosswalk(scale, other).convert(total, standard_error)


def _crosswalk(row: Row, target: ScaleRules, *, turned: bool) -> Crosswalk:
    spans = _spans(row, turned=turned)
    slope = row.optional_number("slope")
    if slope is None:
        (first, _), (_, last) = spans[0][0], spans[-1][0]
        (low, _), (_, high) = spans[0][1], spans[-1][1]
        slope = (high - low) / (last - first)
    elif turned:
        slope = 1 / slope
    linking = row.optional_number("linking_error")
    if linking is not None and turned:
        linking *= slope
    return Crosswalk(row, target, slope, spans, linking)


def _spans(row: Row, *, turned: bool) -> tuple[tuple[Span, Span], ...]:
    """Return totals of the one scale with those of the other; none for a line."""
    found = []
    for link in load_table(RANGES):
        if any(link.text(side) != row.text(side) for side in ("scale", "other")):
            continue
        here = (link.number("lowest"), link.number("highest"))
        there = (link.number("other_lowest"), link.number("other_highest"))
        found.append((there, here) if turned else (here, there))
    return tuple(found)
