"""Whose weights were used, what could not count and what is not known, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equipoise.core.nouns import Treatment
from equipoise.predict.preferences.attributes import (
    Attribute,
    Weights,
    read_attributes,
)
from equipoise.predict.preferences.levels import unknown_levels
from equipoise.predict.preferences.worth import in_remission

__all__ = ["weights_said"]


def weights_said(
    weights: Weights,
    treatments: Sequence[Treatment],
    whose: tuple[Mapping[str, float], str],
    missing: Sequence[str],
    moved: Sequence[tuple[str, str]],
) -> str:
    """Return what a reader must know about the weights.

    Parameters
    ----------
    weights : Weights
        What counts how much.
    treatments : sequence of Treatment
        The options that are ranked.
    whose : tuple of (dict, str)
        Swings that the person set, and why there are none.
    missing : sequence of str
        Attributes that could not count.
    moved : sequence of (str, str)
        Attributes whose weight went to another one.

    Returns
    -------
    str
        Sentences.
    """
    rows = read_attributes()
    parts = [
        _source(rows, *whose),
        *(_moved(rows, *pair) for pair in moved),
        _left_out(rows, missing),
        _unweighed(rows, whose[0]),
        _unknown(weights, treatments, rows),
        _experience(weights, rows),
        _rate(weights),
    ]
    return " ".join(part for part in parts if part)


def _source(rows: Mapping[str, Attribute], own: Mapping[str, float], why: str) -> str:
    if not own:
        return f"Default weights ({why})."
    named = ", ".join(row.title for name, row in rows.items() if own.get(name))
    none = ", ".join(row.title for name, row in rows.items() if own.get(name) == 0)
    usual = (name for name, row in rows.items() if row.share and not row.if_weighed)
    whole = all(name in own for name in usual)
    rest = "" if whole else " Default weights for the rest."
    said = f"Weights set by the person: {named}." if named else ""
    left = f"The person gives no weight to: {none}." if none else ""
    return " ".join(part for part in (said, left) if part) + rest


def _moved(rows: Mapping[str, Attribute], name: str, instead: str) -> str:
    title = rows[name].title
    return (
        f"How far each option helps with {title} is not known: the weight of {title} went to"
        f" {rows[instead].title}."
    )


def _left_out(rows: Mapping[str, Attribute], missing: Sequence[str]) -> str:
    if not missing:
        return ""
    named = ", ".join(rows[name].title for name in missing)
    return (
        f"Not counted, because the level is not known for every option: {named};"
        " the other weights take their share."
    )


def _unweighed(rows: Mapping[str, Attribute], own: Mapping[str, float]) -> str:
    titles = [row.title for name, row in rows.items() if row.if_weighed and name not in own]
    if not titles:
        return ""
    return f"Counts only where the person gives it a weight: {', '.join(titles)}."


def _unknown(
    weights: Weights, treatments: Sequence[Treatment], rows: Mapping[str, Attribute]
) -> str:
    """Name the options that count as average, those with the same gaps together."""
    gaps: dict[str, list[str]] = {}
    for name, _ in weights.shares:
        if rows[name].kind == "level":
            for option in unknown_levels(rows[name], treatments):
                gaps.setdefault(option, []).append(rows[name].title)
    whole = [rows[n].title for n, _ in weights.shares if rows[n].group == "side_effects"]
    together: dict[tuple[str, ...], list[str]] = {}
    for option, titles in gaps.items():
        said_of = ("all side effects",) if titles == whole else tuple(titles)
        together.setdefault(said_of, []).append(option)
    if not together:
        return ""
    said = "; ".join(f"{', '.join(t)}: {', '.join(sorted(o))}" for t, o in together.items())
    return f"Not known, and counted as the average of all options: {said}."


def _experience(weights: Weights, rows: Mapping[str, Attribute]) -> str:
    titles = {rows[name].reported_as: rows[name].title for name, _ in weights.shares}
    had = [
        f"{titles[one.effect]} on {one.treatment.replace('_', ' ')}"
        for one in weights.experience
        if one.effect in titles
    ]
    if not had:
        return ""
    return (
        f"The person had {', '.join(had)}: it counts as likelier on the same drug, and somewhat"
        " likelier on drugs of its class."
    )


def _rate(weights: Weights) -> str:
    points = in_remission(1.0, weights)
    if points is None:
        return ""
    return (
        f"One of the 100 points of weighted benefit counts as much as {points:.1f} points of the"
        " chance of getting well or nearly well."
    )
