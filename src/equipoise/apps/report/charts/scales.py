"""Scales: a value to its place on an axis, in percent of the axis' width."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final

__all__ = [
    "HUNDRED",
    "Linear",
    "Logarithmic",
    "TimeScale",
    "log_scale",
    "nice_scale",
    "nice_ticks",
]


@dataclass(frozen=True, slots=True)
class Linear:
    """A straight scale from `low` to `high`."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Return the place of `value` in percent; what lies outside stays at the edge."""
        share = (value - self.low) / (self.high - self.low)
        return 100 * min(max(share, 0.0), 1.0)

    def holds(self, value: float) -> bool:
        """Whether `value` lies on the axis."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """A logarithmic scale from `low` to `high`, both above 0."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Return the place of `value` in percent; what lies outside stays at the edge."""
        held = min(max(value, self.low), self.high)
        return 100 * math.log(held / self.low) / math.log(self.high / self.low)


HUNDRED: Final = Linear(0, 100)
"""Of 100 people; always from 0."""


def nice_ticks(low: float, high: float, about: int = 5) -> tuple[float, ...]:
    """Return round numbers from at or below `low` to at or above `high`."""
    span = (high - low) or abs(high) or 1.0
    raw = span / max(about - 1, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(k * step, 12) for k in range(first, max(last, first + 1) + 1))


def nice_scale(low: float, high: float) -> tuple[Linear, tuple[float, ...]]:
    """Return a scale that starts and ends on round numbers, and its ticks."""
    ticks = nice_ticks(low, high)
    return Linear(ticks[0], ticks[-1]), ticks


def log_scale(low: float, high: float) -> tuple[Logarithmic, tuple[float, ...]]:
    """Return a logarithmic scale that holds `low` to `high`, and ticks at 1, 3, 10 and so on."""
    first = math.floor(2 * math.log10(low) + 1e-9)
    last = math.ceil(2 * math.log10(high) - 1e-9)
    ticks = tuple(float(f"{3 if k % 2 else 1}e{k // 2}") for k in range(first, last + 1))
    ticks = ticks if len(ticks) > 1 else (ticks[0], 10 * ticks[0])
    return Logarithmic(min(ticks[0], low), max(ticks[-1], high)), ticks


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Dates to places. What lies before `split` is pressed into the first `share` percent.

    Parameters
    ----------
    start, end : datetime.date
        First and last day shown.
    split : datetime.date or None
        First day at full scale; None where the whole span is at one scale.
    share : float
        Percent of the width for the time before `split`.
    """

    start: dt.date
    end: dt.date
    split: dt.date | None = None
    share: float = 0.0

    def place(self, date: dt.date) -> float:
        """Return the place of `date` in percent."""
        if self.split is None:
            return _share(self.start, self.end, date) * 100
        if date < self.split:
            return _share(self.start, self.split, date) * self.share
        return self.share + _share(self.split, self.end, date) * (100 - self.share)


def _share(start: dt.date, end: dt.date, date: dt.date) -> float:
    return min(max((date - start).days / max((end - start).days, 1), 0.0), 1.0)
