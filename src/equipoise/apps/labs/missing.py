"""What is usual to check in a depression and is not in the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from equipoise.core.prepared import prepared
from equipoise.core.tables import Table, load_table

if TYPE_CHECKING:
    from equipoise.core.nouns import Appraisal, Timeline

__all__ = ["not_measured"]

NOT_CHECKED: Final = "not_checked"


def not_measured(timeline: Timeline, appraisal: Appraisal) -> list[dict[str, Any]]:
    """Return the open items of the diagnosis check that a laboratory value would settle.

    Parameters
    ----------
    timeline : Timeline
        The record.
    appraisal : Appraisal
        With the diagnosis check.

    Returns
    -------
    list of dict
        Keys ``item title tests todo``, in the order of the check.
    """
    tests = prepared(load_table("checks/checks"), _tests)
    there = {lab.test for lab in timeline.labs.or_else(())}
    return [
        {
            "item": item.id,
            "title": item.title,
            "tests": [test for test in tests[item.id] if test not in there],
            "todo": item.todo,
        }
        for item in appraisal.diagnosis_check
        if item.status == NOT_CHECKED and item.id in tests and not there & set(tests[item.id])
    ]


def _tests(table: Table) -> dict[str, tuple[str, ...]]:
    """Return the tests of every item that one settles."""
    found: dict[str, tuple[str, ...]] = {}
    for row in table:
        test = row.optional_text("lab")
        if test is not None:
            found[row.text("item")] = (*found.get(row.text("item"), ()), test)
    return {item: tuple(dict.fromkeys(tests)) for item, tests in found.items()}
