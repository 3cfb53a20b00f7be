"""The worth of tests as text, with cost, burden and wait beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final

from equipoise.core.tables import load_table, setting

__all__ = ["worth_text"]

WIDTH: Final = 100
HUNDRED: Final = 100
JOINED: Final = "+"
ALL: Final = "all"
LAYERS: Final = (
    ("established", "By established findings"),
    ("exploratory", "By unproven research too (never used for the ranking)"),
)


def worth_text(document: dict[str, Any]) -> str:
    """Return the worth of tests as text.

    Parameters
    ----------
    document : dict
        As :func:`equipoise.apps.decide.worth.worth` returns it.

    Returns
    -------
    str
        The answer first, then each layer, then the tests that safety or a dose asks for.
    """
    lines = [f"What a test could change for {document['label']}", *_wrapped(document["sentence"])]
    if not document["tests"]:
        return "\n".join([*lines, "", "Not clinically reviewed."])
    layers = {"established": document, "exploratory": document["exploratory"]}
    for layer, heading in LAYERS:
        lines += ["", heading, *_layer(layers[layer])]
    lines += _below(document["tests"], document["exploratory"]["tests"])
    if document["safety_tests"]:
        lines += ["", "For safety or dose, whatever they are worth here"]
        for one in document["safety_tests"]:
            lines += _wrapped(f"{one['title']}: {one['why']}", "  ")
    lines += ["", *_wrapped(_scale(document["perfect_information"])), "Not clinically reviewed."]
    return "\n".join(lines)


def _layer(layer: dict[str, Any]) -> list[str]:
    found = [one for one in layer["tests"] if _noticed(one)]
    if not found:
        return ["  None is worth anything that would be noticed."]
    lines = [
        line
        for one in found
        for line in _wrapped(f"{one['title']}: {_worth(one)}; {_effort(one)}", "  ")
    ]
    return [*lines, *_sets(layer["sets"])]


def _below(*layers: Sequence[dict[str, Any]]) -> list[str]:
    """Return the single tests that are worth nothing that would be noticed, by either layer."""
    counting = {one["test"] for layer in layers for one in layer if _noticed(one)}
    found = [one for one in layers[0] if one["test"] not in counting and one["test"] != ALL]
    if not found:
        return []
    heading = f"Worth less than {setting('predict_test_gain'):g} points to the choice"
    told = [_wrapped(f"{one['title']}: {_effort(one)}", "  ") for one in found]
    return ["", heading, *(line for lines in told for line in lines)]


def _sets(sets: Sequence[dict[str, Any]]) -> list[str]:
    """Return which test to do first, what to add to it, and the best pair and triple."""
    found = [one for one in sets if _noticed(one)]
    if all(JOINED not in one["test"] for one in found):
        return ["  No other test adds anything to the best one."]
    lines = ["  The best one first, then what is best together:"]
    for one in found:
        parts = [_row(name) for name in one["test"].split(JOINED)]
        titles = " and ".join(row["title"] for row in parts)
        effort = "; ".join(_effort(row) for row in parts)
        lines += _wrapped(f"{titles}: {_worth(one)}; {effort}", "    ")
    return lines


def _noticed(one: dict[str, Any]) -> bool:
    floor, chance = setting("predict_test_gain"), setting("predict_test_chance")
    return bool(one["evsi"] >= floor or one["p_changes_choice"] >= chance)


def _row(test: str) -> dict[str, Any]:
    row = load_table("measures/tests").row(id=test)
    return {name: row.optional_text(name) for name in ("title", "cost_band", "burden", "wait")}


def _worth(one: dict[str, Any]) -> str:
    floor = setting("predict_test_gain")
    points = f"{one['evsi']:.1f} points" if one["evsi"] >= floor else f"less than {floor:g} points"
    people = round(HUNDRED * one["p_changes_choice"])
    often = str(people) if people else "fewer than 1"
    said = f"{points}, another option first in {often} of {HUNDRED} people like this one"
    return f"{said} ({_names(one['would_lead'])})" if one["would_lead"] else said


def _names(treatments: Sequence[str]) -> str:
    table = load_table("treatments/treatments")
    rows = ((name, table.find(id=name)) for name in treatments)
    return ", ".join(name if row is None else row.text("title") for name, row in rows)


def _effort(one: dict[str, Any]) -> str:
    cost = f"cost {one['cost_band']}" if one["cost_band"] else None
    wait = f"result in {one['wait']}" if one["wait"] else None
    return (
        ", ".join(part for part in (cost, one["burden"], wait) if part)
        or "the cost and burden of all of them"
    )


def _scale(perfect: float | None) -> str:
    said = "Points are of utility, of 100, on average over the results that may come."
    if perfect is None:
        return said
    return f"{said} To know every rate and every score exactly would be worth {perfect:.1f}."


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  " * bool(indent)
    )
