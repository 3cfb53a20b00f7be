"""What the tables know of each rating scale, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from equipoise.core.scale_rules import ScaleRules
    from equipoise.core.tables import Row

__all__ = ["described", "listed"]


def listed() -> str:
    """Return one line for each scale: id, title, items and range of the total."""
    lines = []
    for row in load_table("scales/scales"):
        low, high = row.cells["total_minimum"], row.cells["total_maximum"]
        total = "no total" if low == "n/a" else f"{low} to {high}"
        items = f"{row.text('items')} items"
        lines.append(f"{row.text('id'):<14}{row.text('title'):<18}{items:<10}{total}")
    return "\n".join(lines)


def described(rules: ScaleRules) -> str:
    """Return the rules of one scale, with their sources."""
    row = rules.row
    ranges = ", ".join(
        f"{low} to {high} ({_spelled(numbers)})" for (low, high), numbers in _ranges(rules)
    )
    lines = [
        f"{row.text('title')} ({rules.id})",
        f"items: {row.text('items')}, answers {ranges}",
        *_total(rules),
        *_turned(rules),
        f"missing answers: {_missing(row)}",
        *(f"further question {e.id}: {e.title} ({e.minimum} to {e.maximum})" for e in rules.extras),
        *(f"subscale {part.id}: items {_spelled(part.items)}" for part in rules.parts),
        *_bands(rules),
        *_outcomes(row),
        f"standard error: {_error(rules)}",
        f"licence: {row.text('licence')}",
        f"sources: {row.text('reference')} ({_surety(row)})",
    ]
    note = row.optional_text("note")
    return "\n".join([*lines, f"note: {note}"] if note else lines)


def _surety(row: Row) -> str:
    return f"{row.text('checked')}, {row.text('confidence')} confidence"


def _ranges(rules: ScaleRules) -> list[tuple[tuple[int, int], tuple[int, ...]]]:
    found: dict[tuple[int, int], list[int]] = {}
    for item in rules.items:
        found.setdefault((item.minimum, item.maximum), []).append(item.number)
    return [(span, tuple(numbers)) for span, numbers in found.items()]


def _spelled(numbers: tuple[int, ...]) -> str:
    """Return numbers with runs joined: ``3, 5-10``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if run[1:] else str(run[0]) for run in runs)


def _total(rules: ScaleRules) -> list[str]:
    if not rules.has_total:
        return ["total: none"]
    row = rules.row
    words = {"symptoms": "worse", "wellbeing": "better"}[row.text("direction")]
    span = f"{row.text('total_minimum')} to {row.text('total_maximum')}"
    highest = [group.items for group in rules.groups if len(group.items) > 1]
    lines = [f"total: {span}, higher is {words}"]
    return lines + [f"counted once, by the highest: items {_spelled(items)}" for items in highest]


def _turned(rules: ScaleRules) -> list[str]:
    """Return which items a form asks the other way round."""
    turned = tuple(item.number for item in rules.items if item.reversed_on_form)
    if not turned:
        return []
    return [
        f"the form asks items {_spelled(turned)} the other way round: "
        "give the scored values, they are not turned again"
    ]


def _missing(row: Row) -> str:
    most = row.text("missing_allowed")
    own = row.text("missing_reference") == "equipoise_method"
    rule = "no total without all of them" if most == "0" else f"at most {most} are scaled up"
    return f"{rule} ({'our own safe convention' if own else row.text('missing_reference')})"


def _bands(rules: ScaleRules) -> list[str]:
    if rules.decisions:
        names = ", ".join(dict.fromkeys(decision.band for decision in rules.decisions))
        return [f"bands, gravest first: {names}"]
    if not rules.bands:
        return []
    return ["bands: " + ", ".join(f"{name} from {lowest:g}" for lowest, name in rules.bands)]


def _outcomes(row: Row) -> list[str]:
    said = {
        "response_percent": "response: a fall of {} % or more",
        "response_points": "response: better by {} points or more",
        "response_at_most": "response: {} or less",
        "remission_below": "remission: below {}",
        "remission_above": "remission: above {}",
    }
    values = {column: row.optional_text(column) for column in said}
    return [text.format(values[column]) for column, text in said.items() if values[column]]


def _error(rules: ScaleRules) -> str:
    row = load_table("scales/precision").find(scale=rules.id)
    change = None if row is None else row.optional_text("reliable_change")
    size = "not known" if rules.standard_error is None else f"{rules.standard_error:.3g}"
    more = f"; reliable change {change}" if change else ""
    note = f" ({row.text('note')}; {row.text('reference')})" if row is not None else ""
    return f"{size}{more}{note}"
