"""Strips: a value in its own unit, with the people of its norm behind it where there is a norm.

The grey zones lie between published quantiles of the norm; a zone is the darker, the more people
fall into it per unit of width. Nothing between the quantiles is made up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts import marks
from equipoise.apps.report.charts.scales import Linear, Logarithmic
from equipoise.apps.report.charts.svg import element, fill, group, percent, plot, stroke

__all__ = ["NormStrip", "norm_strip", "unit_axis", "unit_strip"]

Scale = Linear | Logarithmic
TOP: Final = 18
BAND: Final = 32
HEIGHT: Final = 72
FAINTEST: Final = 0.18
LABEL_GAP: Final = 6.0


@dataclass(frozen=True, slots=True)
class NormStrip:
    """What a strip shows.

    Parameters
    ----------
    scale : Linear or Logarithmic
        Axis in the unit of the measure.
    ticks : tuple of (value, str)
        Labels below.
    quantiles : tuple of (centile, value)
        Published quantiles of the norm, rising; empty where there is none.
    estimate : Estimate
        The person's value with its intervals.
    action : float or None
        Where action starts.
    hollow : bool
        Whether the norm was extrapolated.
    """

    scale: Scale
    ticks: tuple[tuple[float, str], ...]
    quantiles: tuple[tuple[float, float], ...]
    estimate: marks.Estimate
    action: float | None
    hollow: bool


def norm_strip(strip: NormStrip) -> Markup:
    """Return one strip: centiles above, zones and marks, values below."""
    scale = strip.scale
    person = [
        marks.interval(scale, strip.estimate),
        marks.dot(scale.place(strip.estimate.mean), hollow=strip.hollow),
    ]
    return plot(
        _zones(scale, strip.quantiles),
        _centiles(scale, strip.quantiles),
        _action(scale, strip.action),
        group(*person, middle=TOP + BAND / 2),
        _values(scale, strip.ticks),
        height=HEIGHT,
        css="plot high",
    )


def _zones(scale: Scale, quantiles: tuple[tuple[float, float], ...]) -> Markup:
    if not quantiles:
        return Markup("")
    values = [value for _, value in quantiles]
    left = [scale.place(scale.low), *(scale.place(v) for v in values)]
    right = [*(scale.place(v) for v in values), scale.place(scale.high)]
    shares = [0.0, *(centile for centile, _ in quantiles), 100.0]
    crowd = [
        (high - low) / (b - a) if b > a else 0.0
        for a, b, low, high in zip(left, right, shares[:-1], shares[1:], strict=True)
    ]
    zones = [
        element(
            "rect",
            x=percent(a),
            y=TOP,
            width=percent(b - a),
            height=BAND,
            opacity=FAINTEST + (1 - FAINTEST) * math.sqrt(dense / max(crowd)),
            **fill("zone"),
        )
        for a, b, dense in zip(left, right, crowd, strict=True)
    ]
    return Markup("").join(zones)


def _centiles(scale: Scale, quantiles: tuple[tuple[float, float], ...]) -> Markup:
    drawn: list[Markup] = []
    last = -math.inf
    for centile, value in quantiles:
        place = scale.place(value)
        x = percent(place)
        drawn.append(
            element("line", x1=x, x2=x, y1=TOP, y2=TOP + BAND, stroke_width=1, **stroke("axis"))
        )
        if place - last >= LABEL_GAP:
            drawn.append(_label(x, TOP - 5, f"{centile:g}"))
            last = place
    return Markup("").join(drawn)


def _label(x: str, y: float, text: str) -> Markup:
    look = fill("muted")
    return element(
        "text", text, x=x, y=y, text_anchor="middle", fill=look["fill"], class_="f-muted tick"
    )


def _values(scale: Scale, ticks: tuple[tuple[float, str], ...]) -> Markup:
    base = TOP + BAND
    line = element("line", x1="0", x2="100%", y1=base, y2=base, stroke_width=1, **stroke("axis"))
    labels = [_label(percent(scale.place(v)), base + 17, text) for v, text in ticks]
    return line + Markup("").join(labels)


def _action(scale: Scale, action: float | None) -> Markup:
    if action is None:
        return Markup("")
    line = element(
        "path",
        d=f"M0 {TOP - 4}V{TOP + BAND}",
        stroke_width=2,
        stroke_dasharray="3 2",
        **stroke("caution"),
    )
    mark = element("path", d=f"M-7 {TOP - 13}H7L0 {TOP - 2}Z", **fill("caution"))
    place = percent(scale.place(action))
    return element("svg", line, mark, x=place, y=0, width=1, height=1, overflow="visible")


def unit_axis(scale: Linear, labels: list[tuple[float, str]]) -> Markup:
    """Return the axis of measures in their own unit."""
    return marks.axis([(scale.place(value), text) for value, text in labels])


def unit_strip(scale: Linear, ticks: tuple[float, ...], estimate: marks.Estimate) -> Markup:
    """Return the strip of a measure without a norm, with the zero line where it is in sight."""
    drawn = [marks.interval(scale, estimate), marks.dot(scale.place(estimate.mean))]
    zero = []
    if scale.low < 0 < scale.high:
        x = percent(scale.place(0))
        zero = [element("line", x1=x, x2=x, y1="0", y2="100%", stroke_width=1.25, **stroke("axis"))]
    return plot(marks.grid([scale.place(t) for t in ticks]), *zero, group(*drawn))
