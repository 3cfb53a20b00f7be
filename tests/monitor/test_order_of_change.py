"""Whether the brain changed before the symptoms: said only where the dates allow it."""

from __future__ import annotations

import pytest

from equipoise.core.nouns import Change, Quantity, SeriesPoint, Trajectory
from equipoise.monitor import order_of_change


def _change(first: str | None, last: str | None, verdict: str = "fall") -> Change:
    value = Quantity(4000, "mm3", 100)
    return Change(
        "mri.structure_hippocampus",
        first,
        last,
        "1",
        "2",
        value,
        value,
        -500,
        164,
        -3,
        verdict,
        "words",
        "reference",
    )


def _course(*points: tuple[str, float], least: float = 5) -> Trajectory:
    series = tuple(SeriesPoint(date, value, 2.0) for date, value in points)
    return Trajectory("scales.phq9", series, None, None, least, "x", "x", (), "x")


def _verdict(change: Change, *courses: Trajectory) -> str:
    found = order_of_change((change,), courses)
    assert found is not None
    return found.verdict


def test_without_two_sessions_nothing_is_said() -> None:
    assert order_of_change((), (_course(("2025-01-01", 20), ("2025-05-01", 5)),)) is None


def test_the_brain_came_first() -> None:
    course = _course(("2025-01-01", 20), ("2025-03-05", 19), ("2025-05-01", 9))
    found = order_of_change((_change("2025-01-02", "2025-03-01"),), (course,))
    assert found is not None
    assert found.verdict == "before"
    assert "changed reliably by 2025-03-01 (volume of the hippocampus: fall)" in found.words
    assert "only after 2025-03-05" in found.words
    assert "does not show that the one caused the other" in found.words


@pytest.mark.parametrize(
    "course",
    [
        _course(("2025-01-01", 20), ("2025-02-01", 10), ("2025-05-01", 9)),
        # A scale that stood unchanged before the second scan and fell some time after it began.
        _course(("2025-01-01", 20), ("2025-02-20", 20), ("2025-05-01", 9)),
    ],
)
def test_overlapping_intervals_are_refused(course: Trajectory) -> None:
    assert _verdict(_change("2025-01-02", "2025-03-01"), course) == "not_before"


def test_the_earliest_scale_counts() -> None:
    late = _course(("2025-01-01", 20), ("2025-04-01", 20), ("2025-05-01", 9))
    early = _course(("2025-01-01", 20), ("2025-02-01", 9))
    assert _verdict(_change("2025-01-02", "2025-03-01"), late) == "before"
    assert _verdict(_change("2025-01-02", "2025-03-01"), late, early) == "not_before"


def test_a_vague_date_is_taken_at_its_worst() -> None:
    course = _course(("2025-01-01", 20), ("2025-03-10", 20), ("2025-05-01", 9))
    assert _verdict(_change("2025-01", "2025-03"), course) == "not_before"


@pytest.mark.parametrize(
    ("change", "courses", "verdict", "words"),
    [
        (_change(None, None, "cannot_tell"), (), "cannot_tell", "could be compared"),
        (_change("2025-01", "2025-03", "no_reliable_change"), (), "no_reliable_change", "1 comp"),
        (_change("2025-01", "2025-03"), (), "cannot_tell", "no scale was followed"),
        (
            _change("2025-01", "2025-03"),
            (_course(("2025-01-01", 20), ("2025-06-01", 18)),),
            "cannot_tell",
            "no scale changed reliably up to 2025-06-01",
        ),
    ],
)
def test_what_cannot_be_said(
    change: Change, courses: tuple[Trajectory, ...], verdict: str, words: str
) -> None:
    found = order_of_change((change,), courses)
    assert found is not None
    assert found.verdict == verdict
    assert words in found.words
