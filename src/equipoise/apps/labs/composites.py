"""What several markers say together: the mechanisms that rest on samples, with their posterior."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

from equipoise.core.preparation import is_sampled
from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from equipoise.apps.labs.values import Record
    from equipoise.core.nouns import MechanismState

__all__ = ["composites"]

WITHIN_80: Final = NormalDist().inv_cdf(9 / 10)
"""Standard deviations on each side that hold 80 % of a normal curve."""
UNIT: Final = "standard deviations of depressed patients"


def composites(record: Record) -> list[dict[str, Any]]:
    """Return every mechanism that rests on blood, in the order of the profile.

    Parameters
    ----------
    record : Record
        With the profile of the person.

    Returns
    -------
    list of dict
        Keys ``id title mean sd ci80 words unit used aside``. A missing marker leaves it wider.
    """
    markers: dict[str, list[str]] = {}
    for row in load_table("mechanisms/loadings"):
        if is_sampled(row.text("measure")):
            markers.setdefault(row.text("mechanism"), []).append(row.text("measure"))
    states = [state for state in record.profile.mechanisms if state.id in markers]
    return [_composite(state, markers[state.id], record) for state in states]


def _composite(state: MechanismState, markers: list[str], record: Record) -> dict[str, Any]:
    half = WITHIN_80 * state.sd
    ends = [state.mean - half, state.mean + half]
    used = [one.measure for one in state.contributions]
    return {
        "id": state.id,
        "title": state.title,
        "mean": state.mean,
        "sd": state.sd,
        "ci80": ends,
        "unit": UNIT,
        "words": _words(state, ends),
        "used": used,
        "aside": _aside(state.id, markers, used, record),
    }


def _words(state: MechanismState, ends: list[float]) -> str:
    if not state.informed:
        return "nothing that was measured speaks of it"
    low, high = ends
    place = "not told apart from the average patient"
    if low > 0:
        place = "higher than in the average patient"
    if high < 0:
        place = "lower than in the average patient"
    return f"{state.mean:+.1f} (80 % {low:+.1f} to {high:+.1f}): {place}"


def _aside(
    mechanism: str, markers: list[str], used: list[str], record: Record
) -> list[dict[str, str]]:
    """Return the markers of the record that do not count, and why."""
    set_aside = record.profile.measures_set_aside
    found = [{"test": m, "reason": reason} for m, reason in set_aside if m in markers]
    reported = {lab.test for lab in record.timeline.labs.or_else(())}
    there = {m for m in markers if m.rpartition(".")[2] in reported}
    left = there - {entry["test"] for entry in found} - set(used)
    found += [{"test": one.id, "reason": one.reason} for one in record.missing if one.id in left]
    return found + [_unused(row) for row in _rows(mechanism) if row.text("test") in reported]


def _rows(mechanism: str) -> list[Row]:
    rows = load_table("mechanisms/unused")
    return [row for row in rows if row.text("mechanism") == mechanism]


def _unused(row: Row) -> dict[str, str]:
    return {"test": row.text("test"), "reason": row.text("reason")}
