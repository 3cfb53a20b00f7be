"""The methods that look for a target, side by side, and its place in every space."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import region_title
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import sentence
from equipoise.core.nouns import Target, TargetEstimate

__all__ = [
    "METHODS",
    "Method",
    "agreement_words",
    "drawn_methods",
    "method_tables",
    "method_title",
    "place_table",
]

NONE: Final = "no point"
NOT_KNOWN: Final = "not known"
LEVELS: Final = ((0.80, n.P80), (0.95, n.P95))
NEAR_ONE: Final = 1 - 1e-6
HUNDREDTHS: Final = 0.1
"""The error from which on a correlation has two decimals; it never has more."""


@dataclass(frozen=True, slots=True)
class Method:
    """Name, letter and shape in the pictures."""

    title: str
    letter: str
    shape: str


METHODS: Final = {
    "classic": Method("Classic seed", "C", "triangle"),
    "reference_map": Method("Reference map", "M", "square"),
    "clustering": Method("Clustering", "K", "diamond"),
}
SIGNS: Final = {
    "negative": "most negative correlation with the seed",
    "positive": "most positive correlation with the seed",
}


def method_title(method: str) -> str:
    """Return the printed name of a method."""
    found = METHODS.get(method)
    return found.title if found else method.replace("_", " ").capitalize()


def _chosen_sign(target: Target) -> str:
    for estimate in target.estimates:
        if estimate.method == target.chosen and estimate.point is not None:
            return estimate.sign
    return "negative"


def drawn_methods(target: Target) -> tuple[TargetEstimate, ...]:
    """Return the other methods' estimates that have a point, of the sign of the chosen one."""
    sign = _chosen_sign(target)
    return tuple(
        estimate
        for estimate in target.estimates
        if estimate.point is not None and estimate.sign == sign and estimate.method != target.chosen
    )


def agreement_words(target: Target) -> str:
    """Return in words how far the methods lie apart; nothing with fewer than two points."""
    found = [e for e in target.estimates if e.point is not None]
    methods = {e.method for e in found if e.sign == _chosen_sign(target)}
    if target.agreement is None or len(methods) < 2:  # noqa: PLR2004
        return ""
    number = n.WORDS[len(methods)].capitalize()
    far = n.reach_mm(target.agreement)
    inside = "within" if target.agreement <= target.radius95 else "beyond"
    return (
        f"{number} methods put the point at most {far} apart: {inside} the reach of the "
        f"95 % region ({n.reach_mm(target.radius95)})."
    )


def method_tables(target: Target) -> tuple[DataTable, ...]:
    """Return one table for each sign that was looked for, a column for each method."""
    signs = dict.fromkeys(estimate.sign for estimate in target.estimates)
    return tuple(
        _table(target, sign, tuple(e for e in target.estimates if e.sign == sign)) for sign in signs
    )


def _table(target: Target, sign: str, found: tuple[TargetEstimate, ...]) -> DataTable:
    rows: list[tuple[str, Callable[[TargetEstimate], str]]] = [
        ("Point", _point),
        ("Correlation with the seed", _correlation),
        (f"{n.P95} region, semi-axes", lambda e: _axes(e.axes95)),
        ("Halves of the scan apart", lambda e: _far(e.split_half)),
        ("Sessions apart", lambda e: _far(e.session_distance, "one session")),
        (
            f"To the group target ({region_title(target.group_target)})",
            lambda e: _far(e.group_distance),
        ),
        ("To Beam F3", lambda e: _far(e.f3_distance)),
        ("Depth below the scalp", _depth),
    ]
    heads = tuple(
        method_title(e.method) + (" (chosen)" if e.method == target.chosen else "") for e in found
    )
    cells = tuple(
        (name, *(NONE if e.point is None and name != "Point" else words(e) for e in found))
        for name, words in rows
    )
    share = 70 // max(len(found), 1)
    widths = (100 - share * len(found), *[share] * len(found))
    caption = f"The methods side by side: {SIGNS.get(sign, sign)}, {target.space}"
    return DataTable(caption, ("What", *heads), cells, widths=widths)


def _point(estimate: TargetEstimate) -> str:
    if estimate.point is not None:
        return n.point_mm(estimate.point)
    return f"{NONE}: {estimate.reason}" if estimate.reason else NONE


def _correlation(estimate: TargetEstimate) -> str:
    if estimate.connectivity is None:
        return NOT_KNOWN
    value, error = estimate.connectivity.value, estimate.connectivity.standard_error
    if error is None:
        return n.measured(value)
    shown = max(error, HUNDREDTHS)
    spans = []
    for share, level in LEVELS:
        spans.append(f"{level}: {n.range_measured(_ends(value, error, share), shown, fine=True)}")
    return "; ".join((n.measured(value, shown), *spans))


def _ends(r: float, error: float, share: float) -> tuple[float, float]:
    """Return the interval of a correlation in Fisher z, as the verdict takes it."""
    near = max(-NEAR_ONE, min(r, NEAR_ONE))
    low, high = n.around(math.atanh(near), error / (1 - near**2), share)
    return math.tanh(low), math.tanh(high)


def _axes(axes: tuple[float, float, float] | None) -> str:
    if axes is None:
        return NOT_KNOWN
    whole = [n.reach_mm(axis).removesuffix(" mm") for axis in axes]
    return " \N{MULTIPLICATION SIGN} ".join(whole) + " mm"


def _far(distance: float | None, missing: str = NOT_KNOWN) -> str:
    return missing if distance is None else n.reach_mm(distance)


def _depth(estimate: TargetEstimate) -> str:
    if estimate.depth is None:
        return "no head image was given"
    error = estimate.depth.standard_error
    spread = "" if error is None else f", standard error {n.reach_mm(error)}"
    return f"{n.nearest_mm(estimate.depth.value)}{spread}"


def place_table(target: Target) -> DataTable | None:
    """Return the chosen point in every space, and how it got there; None without such places."""
    if not target.places:
        return None
    rows = tuple(
        (
            "T1w, the person's own image" if place.space == "T1w" else place.space,
            "not known" if place.point is None else n.point_mm(place.point),
            sentence(place.how),
        )
        for place in target.places
    )
    return DataTable(
        "The point in each space (RAS+: x to the right, y to the front, z up)",
        ("Space", "Point", "How"),
        rows,
        widths=(30, 30, 40),
    )
