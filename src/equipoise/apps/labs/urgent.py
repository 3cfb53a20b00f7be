"""What stands at the top of the page: red flags, and the newest values beyond an urgent limit."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["told_first"]

GRADES: Final = ("emergency", "urgent", "watch")
"""The order of what is urgent; the grade between is that of a limit (`labs/thresholds`)."""


def told_first(flags: list[dict[str, Any]], labs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return red flags with the urgent values that none of them tells of.

    Parameters
    ----------
    flags : list of dict
        Red flags of the record: ``id title grade evidence steps``.
    labs : list of dict
        The entries of all values; an older value of a test is not urgent.

    Returns
    -------
    list of dict
        Emergencies, then values beyond an urgent limit, then what is to be watched.
    """
    told = [flag["evidence"] for flag in flags]
    values = [
        _of_value(entry)
        for entry in labs
        if entry["urgent"] and not any(entry["title"] in evidence for evidence in told)
    ]
    order = {grade: place for place, grade in enumerate(GRADES)}
    return sorted([*flags, *values], key=lambda one: order[one["grade"]])


def _of_value(entry: dict[str, Any]) -> dict[str, Any]:
    reported = f"{entry['comparator'] or ''}{entry['reported']:g} {entry['unit']}"
    return {
        "id": f"limit_{entry['test']}",
        "title": f"{entry['title']} {reported}",
        "grade": GRADES[1],
        "evidence": f"{'; '.join(entry['flags'])} ({entry['date']})",
        "steps": [],
    }
