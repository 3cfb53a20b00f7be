"""Which line an early change is read on: by week, scaled to the course of the treatment."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.tables import Row, load_table
from equipoise.predict.layers import LEVELS

if TYPE_CHECKING:
    from equipoise.core.nouns import Treatment

__all__ = ["Course", "course_of", "line_at", "line_errors"]

THOUSAND: Final = 1000


@dataclass(frozen=True, slots=True)
class Course:
    """How early change is read for one treatment.

    Parameters
    ----------
    weeks : float
        Of a full course.
    studied : bool
        Whether the numbers come from such treatments.
    failure_counts : bool
        Whether a failed course raises the stage.
    references : tuple of str
        Keys of `references/references`.
    """

    weeks: float
    studied: bool
    failure_counts: bool
    references: tuple[str, ...]


def course_of(treatment: Treatment) -> Course | None:
    """Return the course of a treatment, of its class or of its group; None without a row.

    Parameters
    ----------
    treatment : Treatment
        What is taken.

    Returns
    -------
    Course or None
        Without a row nothing is foretold from a change.
    """
    courses = load_table("baselines/early_courses")
    names = {
        "treatment": treatment.id,
        "class": treatment.drug_class,
        "group": treatment.group,
    }
    each = (courses.find(id=name, applies_to=kind) for kind, name in names.items())
    row = next((found for found in each if found is not None), None)
    if row is None:
        return None
    return Course(
        weeks=row.number("course_weeks"),
        studied=row.flag("studied"),
        failure_counts=row.flag("failure_counts"),
        references=row.items("reference"),
    )


def line_at(week: float, course_weeks: float) -> tuple[tuple[float, float], Row]:
    """Return slope and centre for a week of a course, and the row that lies nearest.

    Parameters
    ----------
    week : float
        Since the start.
    course_weeks : float
        Of the full course.

    Returns
    -------
    line : tuple of (slope, centre)
        On a straight line between the weeks of the table; before the first those of the first.
    row : Row
        Of `baselines/early`, for grade and references.

    Notes
    -----
    The last week of the table is the length of the course that its weeks are of: week 3 of a course
    of 6 weeks is read as week 4 of 8.
    """
    rows, weeks = _weeks()
    scaled = week * weeks[-1] / course_weeks
    slope, centre = (_between(rows, weeks, scaled, name) for name in ("slope", "centre"))
    nearest = min(rows, key=lambda row: abs(row.number("week") - scaled))
    return (slope, centre), nearest


def line_errors(week: float, course_weeks: float) -> tuple[float, float]:
    """Return the standard deviations of slope and centre.

    Parameters
    ----------
    week : float
        Since the start.
    course_weeks : float
        Of the full course.

    Returns
    -------
    slope_sd, centre_sd : float
        The ranges of the table are read as 95 % limits.
    """
    rows, weeks = _weeks()
    scaled = week * weeks[-1] / course_weeks
    width = 2 * NormalDist().inv_cdf(LEVELS[-1] / THOUSAND)
    ends = (
        _between(rows, weeks, scaled, f"{name}_upper")
        - _between(rows, weeks, scaled, f"{name}_lower")
        for name in ("slope", "centre")
    )
    slope_sd, centre_sd = (end / width for end in ends)
    return slope_sd, centre_sd


def _weeks() -> tuple[list[Row], list[float]]:
    rows = sorted(load_table("baselines/early"), key=lambda row: row.number("week"))
    return rows, [row.number("week") for row in rows]


def _between(rows: list[Row], weeks: list[float], week: float, column: str) -> float:
    return float(np.interp(week, weeks, [row.number(column) for row in rows]))
