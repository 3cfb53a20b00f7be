"""What an answer to a scale may be: items, totals and further questions, by `tables/scales`."""

from __future__ import annotations

from functools import cache

from equipoise.core.tables import Row, load_table, tables_digest

__all__ = ["answer_fault", "answer_range", "extra_fault", "extra_id", "total_fault"]


def answer_range(scale: str, number: int) -> tuple[int, int]:
    """Return the lowest and highest answer to an item.

    Parameters
    ----------
    scale : str
        Id of `scales/scales`.
    number : int
        Number of the item, from 1.

    Returns
    -------
    tuple of int
        Those of the item where the scale has its own for it, else those of the scale.
    """
    whole = load_table("scales/scales").row(id=scale)
    own = _items(tables_digest()).get((scale, str(number)), ())
    lows = [row.optional_number("minimum") for row in own]
    highs = [row.optional_number("maximum") for row in own]
    low = next((v for v in lows if v is not None), whole.number("item_minimum"))
    high = next((v for v in highs if v is not None), whole.number("item_maximum"))
    return int(low), int(high)


@cache
def _items(_digest: str) -> dict[tuple[str, str], tuple[Row, ...]]:
    """Return the rows of `scales/items` by scale and number of the item."""
    found: dict[tuple[str, str], tuple[Row, ...]] = {}
    for row in load_table("scales/items"):
        for number in row.items("items"):
            key = row.text("scale"), number
            found[key] = (*found.get(key, ()), row)
    return found


def answer_fault(scale: str, number: int, value: float) -> str:
    """Return what is wrong with an answer to an item; empty where nothing is."""
    count = int(load_table("scales/scales").row(id=scale).number("items"))
    if not 1 <= number <= count:
        return f"{scale} has {count} items"
    low, high = answer_range(scale, number)
    if value != int(value) or not low <= value <= high:
        return f"answer {number} of {scale} is out of range: {value:g}; allowed {low} to {high}"
    return ""


def total_fault(scale: str, value: float) -> str:
    """Return what is wrong with a total; empty where nothing is."""
    row = load_table("scales/scales").row(id=scale)
    low, high = row.number("total_minimum"), row.number("total_maximum")
    if not low <= value <= high:
        return f"the total of {scale} is out of range: {value:g}; allowed {low:g} to {high:g}"
    return ""


def extra_fault(scale: str, name: str, value: float) -> str:
    """Return what is wrong with a further question of a scale; empty where nothing is."""
    row = _extra(scale, name)
    if row is None:
        rows = [row for row in load_table("scales/extras") if row.text("scale") == scale]
        names = ", ".join(r.text("id") for r in rows) or "none"
        return f"{scale} has no further question {name!r}; allowed: {names}"
    low, high = row.number("minimum"), row.number("maximum")
    if value != int(value) or not low <= value <= high:
        return f"{name} of {scale} is out of range: {value:g}; allowed {low:g} to {high:g}"
    return ""


def extra_id(scale: str, name: str) -> str:
    """Return the id of a further question, which may be named in another listed way."""
    row = _extra(scale, name)
    return name if row is None else row.text("id")


def _extra(scale: str, name: str) -> Row | None:
    rows = (row for row in load_table("scales/extras") if row.text("scale") == scale)
    return next((row for row in rows if name in {row.text("id"), *row.items("aliases")}), None)
