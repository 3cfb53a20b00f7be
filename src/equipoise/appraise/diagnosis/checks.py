"""The diagnosis check: the minimum work-up, item by item, never "negative" for unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from equipoise.appraise.questions import Reply, read_question
from equipoise.appraise.rules import answer
from equipoise.core.nouns import CheckItem, Timeline
from equipoise.core.tables import Row, load_table

__all__ = ["check_diagnosis"]

Status = Literal["clear", "abnormal", "not_checked"]


def check_diagnosis(timeline: Timeline) -> tuple[CheckItem, ...]:
    """Return the items of the work-up that are meant for this person, in table order.

    Parameters
    ----------
    timeline : Timeline
        The record.

    Returns
    -------
    tuple of CheckItem
        ``not_checked`` wherever the record does not tell; a value out of range is a possible
        contributor, not an explanation.
    """
    by_item: dict[str, list[tuple[Row, Reply]]] = {}
    for row in load_table("checks/checks"):
        reply = answer(read_question(row), timeline)
        if reply.applies:
            by_item.setdefault(row.text("item"), []).append((row, reply))
    return tuple(_item(name, found) for name, found in by_item.items())


def _item(name: str, found: Sequence[tuple[Row, Reply]]) -> CheckItem:
    """Join the rows of one item: abnormal if one is, clear only if all are."""
    order = {"yes": 0, "unknown": 1, "no": 2}
    row, reply = min(found, key=lambda pair: order[pair[1].truth])
    status: Status = "not_checked"
    todo = row.text("todo_not_checked")
    if reply.truth == "yes":
        status, todo = "abnormal", row.text("todo_abnormal")
    elif reply.truth == "no":
        status, todo = "clear", "n/a"
    return CheckItem(
        id=name,
        title=row.text("title"),
        status=status,
        evidence=reply.evidence,
        todo=todo,
        reference=row.text("reference"),
    )
