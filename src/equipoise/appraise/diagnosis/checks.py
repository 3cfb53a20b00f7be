"""The diagnosis check: the minimum work-up, item by item, never "negative" for unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from equipoise.appraise.questions import Reply, questions_of
from equipoise.appraise.rules import answer
from equipoise.core.nouns import CheckItem, Timeline
from equipoise.core.tables import Row

__all__ = ["check_diagnosis"]

Status = Literal["clear", "abnormal", "not_checked"]
Found = Sequence[tuple[Row, Reply]]


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
    for row, question in questions_of("checks/checks"):
        reply = answer(question, timeline)
        if reply.applies:
            by_item.setdefault(row.text("item"), []).append((row, reply))
    return tuple(_item(name, found) for name, found in by_item.items())


def _item(name: str, found: Found) -> CheckItem:
    """Join the rows of one item: abnormal if one is, clear only if all that are needed are.

    A row that is not needed can make the item abnormal, and holds it open where it was asked and
    could not be told.
    """
    abnormal = [pair for pair in found if pair[1].truth == "yes"]
    open_rows = [pair for pair in found if pair[1].truth == "unknown" and _holds_open(*pair)]
    settled = [pair for pair in found if pair[1].truth == "no"]
    if abnormal:
        return _made(name, "abnormal", abnormal)
    if open_rows or not any(row.flag("needed") for row, _ in settled):
        return _made(name, "not_checked", open_rows or found)
    return _made(name, "clear", settled)


def _holds_open(row: Row, reply: Reply) -> bool:
    return row.flag("needed") or reply.asked


def _made(name: str, status: Status, rows: Found) -> CheckItem:
    todo = {"abnormal": "todo_abnormal", "not_checked": "todo_not_checked"}.get(status)
    return CheckItem(
        id=name,
        title=rows[0][0].text("title"),
        status=status,
        evidence="; ".join(_once(reply.evidence for _, reply in rows)),
        todo="n/a" if todo is None else "; ".join(_once(row.text(todo) for row, _ in rows)),
        reference="; ".join(_once(key for row, _ in rows for key in row.items("reference"))),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
