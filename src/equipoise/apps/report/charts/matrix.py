"""A heat map of correlations that reads in colour, in grey and by its signs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element, fill, stroke
from equipoise.apps.report.numbers import MINUS

__all__ = ["DIVERGING", "colour_bar", "heat_map", "shade", "span_of"]

DIVERGING: Final = ("#7A3B00", "#C4741A", "#EDBE85", "#F5F5F5", "#A5C8E8", "#3F82C4", "#0B3F75")
"""From most negative to most positive; both ends are equally dark, so the sign is drawn too."""
SELF: Final = "#F5F5F5"
CELL: Final = 20.0
GAP: Final = 3.0
LETTER: Final = 11.0
LEAST_SPAN: Final = 0.3
DARK: Final = 2
"""Steps from the middle of the scale from which the sign is drawn in white."""
BEYOND: Final = ("\N{LESS-THAN OR EQUAL TO}", "\N{GREATER-THAN OR EQUAL TO}")
HELD: Final = 0.95
SMALL: Final = 0.05


def span_of(values: Sequence[Sequence[float]]) -> float:
    """Return the end of the colour scale, in whole tenths.

    It holds nineteen of twenty correlations: two regions that overlap would leave the others pale.
    """
    sizes = sorted(
        abs(value)
        for i, row in enumerate(values)
        for j, value in enumerate(row)
        if i != j and math.isfinite(value)
    )
    most = sizes[math.ceil(HELD * len(sizes)) - 1] if sizes else 0.0
    return max(LEAST_SPAN, math.ceil(10 * most - 1e-9) / 10)


def shade(value: float, span: float) -> str:
    """Return the colour of a correlation on a scale from minus `span` to `span`."""
    place = (min(max(value / span, -1.0), 1.0) + 1) / 2 * (len(DIVERGING) - 1)
    low = min(int(place), len(DIVERGING) - 2)
    part = place - low
    ends = [[int(DIVERGING[k][i : i + 2], 16) for i in (1, 3, 5)] for k in (low, low + 1)]
    mixed = [round(a + part * (b - a)) for a, b in zip(*ends, strict=True)]
    return "#{:02X}{:02X}{:02X}".format(*mixed)


def heat_map(values: Sequence[Sequence[float]], groups: Sequence[int]) -> Markup:
    """Return the matrix with numbers for names at its left and top.

    Parameters
    ----------
    values : sequence of sequence of float
        Correlations, square.
    groups : sequence of int
        How many rows belong together, from top to bottom; a gap stands between groups.

    Returns
    -------
    Markup
        An SVG as wide as its place; a stroke marks what is negative.
    """
    size, span = len(values), span_of(values)
    at = _places(size, groups)
    whole = at[-1] + CELL
    drawn = []
    for i in range(size):
        label = str(i + 1)
        drawn.append(_label(label, CELL - 4, at[i] + CELL / 2 + 4, "end"))
        drawn.append(_label(label, at[i] + CELL / 2, CELL - 4, "middle"))
        drawn += [_cell(values[i][j], at[j], at[i], span, same=i == j) for j in range(size)]
    return element(
        "svg",
        *drawn,
        class_="matrix",
        viewBox=f"0 0 {whole:g} {whole:g}",
        aria_hidden="true",
        focusable="false",
    )


def _places(size: int, groups: Sequence[int]) -> list[float]:
    starts, place, found = set(), 0, []
    for number in groups:
        place += number
        starts.add(place)
    gap = 0.0
    for i in range(size):
        gap += GAP if i in starts else 0.0
        found.append(CELL * (i + 1) + gap)
    return found


def _label(text: str, x: float, y: float, anchor: str) -> Markup:
    return element("text", text, x=x, y=y, text_anchor=anchor, font_size=LETTER, **fill("muted"))


def _cell(value: float, x: float, y: float, span: float, *, same: bool) -> Markup:
    if same or not math.isfinite(value):
        line = f"M{x + 6:g} {y + 14:g}l8 -8"
        return element("path", d=line, stroke_width=1, **stroke("rule"))
    side = CELL - 1
    square = element("rect", x=x, y=y, width=side, height=side, fill=shade(value, span))
    if value > -SMALL:
        return square
    steps = abs(value) / span * (len(DIVERGING) // 2)
    ink = "#FFFFFF" if steps > DARK else "#151A21"
    line = f"M{x + 5.5:g} {y + side / 2:g}h8"
    return square + element("path", d=line, stroke=ink, stroke_width=1.8)


def colour_bar(span: float, *, beyond: bool = False) -> tuple[tuple[str, str], ...]:
    """Return (colour, number) for the seven steps of the scale, from negative to positive.

    Parameters
    ----------
    span : float
        End of the scale.
    beyond : bool, optional
        Whether correlations lie beyond its ends.

    Returns
    -------
    tuple of (colour, number)
        Seven steps.
    """
    steps = len(DIVERGING) // 2
    found = []
    for k, colour in enumerate(DIVERGING):
        number = f"{(k - steps) / steps * span:+.1f}".replace("-", MINUS)
        if beyond and k in (0, len(DIVERGING) - 1):
            number = f"{BEYOND[k > 0]} {number}"
        found.append((colour, "0" if k == steps else number))
    return tuple(found)
