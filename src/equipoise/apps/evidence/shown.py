"""How an analysed number is shown: as it is, as the ratio or as the proportion that it stands for.

Everything is computed on the scale of the data. Logarithms of ratios and logits of proportions are
turned back for text and page only; the CSV files hold what was computed.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Final

from equipoise.apps.report.charts.scales import Linear, Logarithmic, log_scale, nice_scale

__all__ = ["KINDS", "P95", "Shown", "exact", "interval_text", "p_text"]

KINDS: Final = ("plain", "log", "logit")
P95: Final = "95\N{NO-BREAK SPACE}%"
DIGITS: Final = 10
"""Significant digits in files: enough to compare with another program to a millionth."""

PLACES: Final = 2
LONG: Final = 10**6
"""Numbers from here on are written with a power of ten."""

LEAST_P: Final = 3
FAR: Final = 4
"""Powers of e beyond which a ratio is drawn at the edge."""

NEAR: Final = 1e-9
"""Share by which an end may pass the tick that it stands on: rounding."""

MOST_TICKS: Final = 7
"""Ticks of a logarithmic axis whose labels stand apart on a narrow page."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A scale and its words.

    Parameters
    ----------
    kind : {"plain", "log", "logit"}
        What the computed numbers are.
    word : str
        What the shown numbers are called, for example ``odds ratio``.
    places : int
        Decimals of a shown number, where it is not a ratio.
    """

    kind: str
    word: str
    places: int = PLACES

    def of(self, value: float) -> float:
        """Return the shown number of a computed one."""
        if self.kind == "log":
            return math.exp(min(value, math.log(sys.float_info.max) - 1))
        if self.kind == "logit":
            return 1 / (1 + math.exp(-value)) if value > 0 else 1 - 1 / (1 + math.exp(value))
        return value

    @property
    def computed(self) -> str:
        """What the numbers of the files are called, many of them: ``log odds ratios``."""
        return f"{'' if self.kind == 'plain' else f'{self.kind} '}{self.word}s"

    @property
    def nothing(self) -> float | None:
        """The shown number that stands for no difference; None for proportions."""
        return {"plain": 0.0, "log": 1.0}.get(self.kind)

    def text(self, value: float) -> str:
        """Return a computed number as it is shown, with a plain hyphen for a minus."""
        shown = self.of(value)
        places = self.places
        if self.kind == "log" and shown > 0:
            places = max(PLACES, 1 - math.floor(math.log10(shown)))
        return f"{shown:.{places}f}" if abs(shown) < LONG else f"{shown:.{PLACES}e}"

    def axis(self, low: float, high: float) -> tuple[Linear | Logarithmic, tuple[float, ...]]:
        """Return an axis in shown numbers that holds two computed ones, and its ticks."""
        if self.kind == "logit":
            return nice_scale(0.0, 1.0)
        if self.kind == "log":
            return _ratio_axis(self.of(max(low, -FAR)), self.of(min(high, FAR)))
        return nice_scale(low, high)


def _ratio_axis(low: float, high: float) -> tuple[Logarithmic, tuple[float, ...]]:
    """Return a logarithmic axis with ticks at 0.5, 1, 2, 5 and so on, where they are not many."""
    first, last = math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1
    steps = [float(f"{m}e{k}") for k in range(first, last + 1) for m in (1, 2, 5)]
    start = max(tick for tick in steps if tick <= low * (1 + NEAR))
    end = min(tick for tick in steps if tick >= high * (1 - NEAR))
    ticks = tuple(tick for tick in steps if start <= tick <= end)
    if not 1 < len(ticks) <= MOST_TICKS:
        return log_scale(low, high)
    return Logarithmic(min(start, low), max(end, high)), ticks


def interval_text(shown: Shown, low: float, high: float) -> str:
    """Return an interval in shown numbers: ``0.42 to 0.61``."""
    return f"{shown.text(low)} to {shown.text(high)}"


def p_text(value: float) -> str:
    """Return a p-value: ``p = 0.03``, ``p < 0.001``."""
    least = 10.0**-LEAST_P
    return f"p < {least:g}" if value < least else f"p = {value:.{LEAST_P}f}"


def exact(value: float | None) -> float | None:
    """Return a number as the files hold it, to 10 significant digits."""
    return None if value is None else float(f"{value:.{DIGITS}g}") + 0.0
