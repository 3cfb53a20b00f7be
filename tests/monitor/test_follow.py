"""Change of the PHQ-9: reliable change by hand, verdicts, words, baseline."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from equipoise.core.nouns import Timeline, Trajectory
from equipoise.core.tables import load_table
from equipoise.monitor import follow

Follow = Callable[..., Trajectory]
RANK = {"reliable_improvement": 0, "no_reliable_change": 1, "reliable_worsening": 2}


def test_the_published_rule_agrees_with_its_formula() -> None:
    # 1.96 * sqrt(2) * 5.4 * sqrt(1 - 0.84) = 5.99; the NHS rule says 6 points or more.
    precision = load_table("scales/precision").row(scale="phq9")
    by_hand = 1.96 * math.sqrt(2) * 5.4 * math.sqrt(1 - 0.84)
    assert by_hand == pytest.approx(5.99, abs=0.005)
    assert precision.number("reliable_change") == math.ceil(by_hand) == 6


@pytest.mark.parametrize(
    ("first", "last", "verdict"),
    [
        (18, 12, "reliable_improvement"),
        (18, 13, "no_reliable_change"),
        (12, 17, "no_reliable_change"),
        (12, 18, "reliable_worsening"),
        (9, 9, "no_reliable_change"),
    ],
)
def test_verdicts(course: Follow, first: float, last: float, verdict: str) -> None:
    found = course(("2024-11-01", first), ("2025-01-10", last))
    assert found.verdict == verdict
    assert found.change == last - first
    assert found.reliable_change == 6
    assert found.reference == "nhs_talking_therapies"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (18, 9, "Response (at least halved), not remission"),
        (18, 10, "Less than response"),
        (18, 4, "Remission (below 5)"),
        (9, 4, "within measurement error (6 points). The last value lies below 5"),
        (18, 17, "within measurement error"),
    ],
)
def test_words(course: Follow, first: float, last: float, words: str) -> None:
    assert words in course(("2024-11-01", first), ("2025-01-10", last)).words


def test_words_name_bands_and_dates(course: Follow) -> None:
    found = course(("2024-11-01", 18), ("2025-01-10", 9))
    assert found.words.startswith(
        "PHQ-9 18 (moderately severe) on 2024-11-01, 9 (mild) on 2025-01-10: 9 points lower, 50 %,"
    )


def test_response_is_not_claimed_within_error(course: Follow) -> None:
    # 8 to 4 is half, but 4 points are less than measurement error.
    found = course(("2024-11-01", 8), ("2025-01-10", 4))
    assert found.percent_change == pytest.approx(-50)
    assert found.verdict == "no_reliable_change"
    assert "Response" not in found.words
    assert "Remission" not in found.words


def test_missing_answers_ask_for_a_larger_change(course: Follow) -> None:
    # 1.96 * sqrt(2) * 2.449 = 6.79 with seven of nine answers on both days.
    found = course(("2024-11-01", 18), ("2025-01-10", 11.5), error=2.449)
    assert found.reliable_change == pytest.approx(6.79, abs=0.005)
    assert found.verdict == "no_reliable_change"


def test_one_point_cannot_tell(course: Follow) -> None:
    found = course(("2025-01-10", 18))
    assert found.verdict == "cannot_tell"
    assert found.words == "Only one PHQ-9: no change can be told."
    assert found.change is None
    assert found.percent_change is None


def test_no_point_is_no_trajectory() -> None:
    assert follow((), Timeline("01"), today="2025-01-20") == ()


def test_baseline_is_the_last_value_before_the_present_trial(course: Follow) -> None:
    values = (("2024-06-01", 22), ("2024-11-01", 16), ("2025-01-10", 9))
    assert course(*values, start="2024-11-04").change == -7
    assert course(*values).change == -13


def test_a_value_in_the_month_of_the_start_is_the_baseline(course: Follow) -> None:
    assert course(("2024-11-20", 16), ("2025-01-10", 9), start="2024-11").change == -7


def test_no_value_since_the_start_cannot_tell(course: Follow) -> None:
    found = course(("2024-06-01", 22), ("2024-11-01", 16), start="2024-12-01")
    assert found.verdict == "cannot_tell"
    assert "since sertraline began" in found.words


def test_points_are_put_in_order(course: Follow) -> None:
    found = course(("2025-01-10", 9), ("2024-11-01", 18))
    assert [point.date for point in found.points] == ["2024-11-01", "2025-01-10"]
    assert found.change == -9


def test_a_trial_that_ended_is_not_the_present_one(course: Follow) -> None:
    values = (("2024-06-01", 22), ("2024-11-01", 16), ("2025-01-10", 9))
    assert course(*values, start="2024-10", stop="2024-12").change == -13


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(st.lists(st.integers(0, 27), min_size=2, max_size=6), st.integers(1, 27))
def test_a_lower_last_score_never_makes_it_worse(
    course: Follow, totals: list[int], less: int
) -> None:
    dates = [f"2024-{month:02}-01" for month in range(1, len(totals) + 1)]
    lower = [*totals[:-1], max(totals[-1] - less, 0)]
    before = course(*zip(dates, totals, strict=True))
    after = course(*zip(dates, lower, strict=True))
    assert RANK[after.verdict] <= RANK[before.verdict]
    worse = {"worsening"} & {trigger.id for trigger in after.triggers}
    assert worse <= {trigger.id for trigger in before.triggers}
