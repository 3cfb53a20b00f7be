"""All ranked options in one table, by kind of treatment where there are many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from markupsafe import escape

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.listing import (
    Column,
    against_average,
    never_compared,
    only_averages,
    shares,
)
from equipoise.apps.report.names import attribute_title, cell
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import capital, exactness, joined, say
from equipoise.core.casing import within
from equipoise.core.nouns import Dossier, Prediction

__all__ = ["all_options", "option_title", "sorted_by"]

KINDS: Final = ("drug", "augmentation", "procedure", "therapy", "strategy")
OTHER: Final = "other"
MANY: Final = 12
"""Options beyond which they stand by kind."""


def all_options(dossier: Dossier) -> DataTable:
    """Return every ranked option with its numbers.

    Parameters
    ----------
    dossier : Dossier
        The results of one run; its ranking is not empty.

    Returns
    -------
    DataTable
        In the order of the ranking, or of more than a dozen options in that order within each
        kind of treatment. A column in which all options say the same is left out.
    """
    shown = dossier.decision.predictions
    groups = _kinds(shown)
    ordered = [p for _, members in groups for p in members]
    columns = _columns(dossier, ordered)
    return DataTable(
        f"All {n.count(len(shown), 'option')}: of 100 people like this, by week 8",
        tuple(column.head for column in columns),
        tuple(zip(*(column.cells for column in columns), strict=True)),
        widths=shares(columns),
        groups=tuple((say(f"kind_{kind}"), len(members)) for kind, members in groups if kind),
    )


def _kinds(shown: Sequence[Prediction]) -> list[tuple[str, list[Prediction]]]:
    """Return the options by kind, each in the order of the ranking; few stay together."""
    if len(shown) <= MANY:
        return [("", list(shown))]
    found: dict[str, list[Prediction]] = {kind: [] for kind in (*KINDS, OTHER)}
    for p in shown:
        kind = cell("treatments/treatments", "kind", id=p.treatment)
        found[kind if kind in KINDS else OTHER].append(p)
    return [(kind, members) for kind, members in found.items() if members]


def _columns(dossier: Dossier, shown: Sequence[Prediction]) -> list[Column]:
    never = never_compared(dossier.decision)
    measured = not only_averages(dossier)
    places = _places(dossier.decision.predictions)
    columns = [
        Column("Option", 24, [option_title(p.title, p.treatment in never) for p in shown]),
        Column("Place", 9, [places[p.treatment] for p in shown]),
        Column("Response", 19, [_both(p) for p in shown]),
        Column("Remission", 14, [_one(p.remission.mean, p.remission.ci80) for p in shown]),
        Column("Leave treatment early", 14, [_one(p.dropout.mean, p.dropout.ci80) for p in shown]),
    ]
    if any(p.weeks_to_response for p in shown):
        columns.append(Column("Weeks until response", 12, [_weeks(p) for p in shown]))
    if any(n.of_100(p.average) != n.of_100(p.response.mean) for p in shown):
        columns.append(Column("Average person, response", 9, [n.of_100(p.average) for p in shown]))
    words = [against_average(p, measured=measured) for p in shown]
    if len(set(words)) > 1:
        columns.append(Column("This person and the average", 17, words))
    widths = [n.outward(p.response.ci80) for p in shown]
    columns.append(Column("How exact", 10, [exactness(high - low) for low, high in widths]))
    return columns


def option_title(title: str, never: bool) -> str:
    """Return the name of an option, marked where it was never compared with the others."""
    if not never:
        return title
    return escape(f"{title} ") + element("span", capital(say("never_short")), class_="note")


def _places(ranked: Sequence[Prediction]) -> dict[str, str]:
    """Return the place of each option; tied options share the first."""
    tied = sum(p.tied for p in ranked)
    shared = f"1 to {tied}, tied" if tied > 1 else "1"
    return {
        p.treatment: shared if p.tied else str(place) for place, p in enumerate(ranked, start=1)
    }


def _both(p: Prediction) -> str:
    return (
        f"{n.of_100(p.response.mean)} ({n.P80}: {n.range_of_100(p.response.ci80)}; "
        f"{n.P95}: {n.range_of_100(p.response.ci95)})"
    )


def _one(mean: float, ci80: tuple[float, float]) -> str:
    return f"{n.of_100(mean)} ({n.P80}: {n.range_of_100(ci80)})"


def _weeks(p: Prediction) -> str:
    """Return when those who respond do, with 80 % of them, rounded outward."""
    time = p.weeks_to_response
    if time is None:
        return say("weeks_not_known")
    low, high = (math.floor(time.ci80[0]), math.ceil(time.ci80[1]))
    middle = round(time.mean)
    shown = str(middle) if middle else say("weeks_under_one")
    return f"{shown} ({n.P80}: {low} to {high})"


def sorted_by(dossier: Dossier) -> str:
    """Return how the options were sorted, and what holds for every one of them."""
    decision = dossier.decision
    weights = [f"{attribute_title(name)} {n.whole(share)} %" for name, share in decision.weights]
    parts = [say("sorted_by", whose=decision.weights_source, weights=joined(weights))]
    if len(decision.predictions) > MANY:
        parts.append(say("sorted_kinds"))
    measured = not only_averages(dossier)
    words = {against_average(p, measured=measured) for p in decision.predictions}
    if len(words) == 1 and len(decision.predictions) > 1:
        parts.append(say("all_alike", words=within(words.pop())))
    return " ".join(parts)
