"""A course of sessions is read week by week; a page of 36 rows is not read."""

from __future__ import annotations

from equipoise.apps.report.sections.way import _doses
from equipoise.core.nouns import DoseStep, Schedule


def _session(day: int, date: str, number: int) -> DoseStep:
    return DoseStep(
        day=day, date=date, drug="rtms", dose=1, unit="{session}/d", note=f"Session {number} of 4."
    )


def test_sessions_of_one_week_stand_in_one_row_and_none_is_lost() -> None:
    steps = (
        _session(0, "2026-03-05", 1),
        _session(1, "2026-03-06", 2),
        _session(4, "2026-03-09", 3),
        _session(5, "2026-03-10", 4),
    )
    made = Schedule(
        id="course_rtms",
        kind="course",
        title="Course",
        treatments=("rtms",),
        steps=steps,
        washout=None,
        rules=(),
        withheld=None,
        reference="recalled",
        grade="n/a",
        checked="recalled",
    )
    table = _doses(made)
    assert table is not None
    assert [row[3] for row in table.rows] == ["2 sessions", "2 sessions"]
    assert table.rows[0][0] == "5 March 2026 to 6 March 2026"
    assert table.rows[1][4] == "Session 3 of 4 to session 4 of 4."
