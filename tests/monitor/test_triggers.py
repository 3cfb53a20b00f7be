"""What asks for an action: worsening, little change, item 9, an old score."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest

from equipoise.core.nouns import Trajectory, Trigger
from equipoise.core.tables import Row, load_table

Follow = Callable[..., Trajectory]


def _ids(found: Trajectory) -> set[str]:
    return {trigger.id for trigger in found.triggers}


def _one(found: Trajectory, key: str) -> Trigger:
    (trigger,) = (t for t in found.triggers if t.id == key)
    return trigger


@pytest.mark.parametrize(
    ("date", "last", "raised"),
    [
        ("2025-01-08", 17, set()),  # 1 week: too early to look
        ("2025-01-15", 17, {"little_early_change"}),  # 2 weeks, 15 %
        ("2025-01-22", 17, {"little_early_change"}),  # 3 weeks
        ("2025-01-15", 16, set()),  # 20 % is enough
        ("2025-01-29", 17, {"little_change"}),  # 4 weeks
        ("2025-01-29", 12, set()),  # 40 % at 4 weeks
        ("2025-02-26", 12, {"no_response"}),  # 8 weeks, 40 %
        ("2025-02-26", 10, set()),  # 50 % is response
    ],
)
def test_little_change_for_the_weeks(
    course: Follow, date: str, last: float, raised: set[str]
) -> None:
    found = course(("2025-01-01", 20), (date, last), start="2025-01-01", today=date)
    assert _ids(found) == raised


def test_early_change_is_a_prompt_and_no_stop_rule(course: Follow) -> None:
    found = course(("2025-01-01", 20), ("2025-01-15", 17), start="2025-01-01", today="2025-01-15")
    trigger = _one(found, "little_early_change")
    assert "not a stop rule" in trigger.action
    assert "15 % improvement 2 weeks into sertraline" in trigger.why
    assert trigger.reference.startswith("wagner2017")


def test_without_a_baseline_before_the_start_early_change_is_not_judged(course: Follow) -> None:
    found = course(("2025-01-05", 20), ("2025-01-15", 20), start="2025-01-01", today="2025-01-15")
    assert _ids(found) == set()


def test_a_start_known_by_month_counts_its_fewest_weeks(course: Follow) -> None:
    # From 31 January 1 week at least; from 1 January 5 weeks at most: only the first is sure.
    found = course(("2025-01-01", 20), ("2025-02-07", 20), start="2025-01", today="2025-02-07")
    assert _ids(found) == set()


def test_worse_since_the_baseline(course: Follow) -> None:
    found = course(("2025-01-01", 12), ("2025-01-15", 18))
    assert "rose by 6 points from 12 to 18" in _one(found, "worsening").why


def test_worse_since_the_last_visit(course: Follow) -> None:
    # From 20 to 8 and back to 16: better than at first, but 8 points worse than last time.
    found = course(("2024-10-01", 20), ("2024-12-01", 8), ("2025-01-15", 16))
    assert found.verdict == "no_reliable_change"
    assert "rose by 8 points from 8 to 16" in _one(found, "worsening").why


@pytest.mark.parametrize(
    ("asked", "raised"),
    [
        ((("2025-01-10", 0),), False),
        ((("2025-01-10", 1),), True),
        ((("2024-12-01", 0), ("2025-01-10", 1)), True),
        ((("2024-12-01", 1), ("2025-01-10", 1)), False),
        ((("2024-12-01", 1), ("2025-01-10", 2)), True),
        ((("2024-12-01", 2), ("2025-01-10", 1)), False),
        ((("2024-12-01", 2), ("2025-01-10", 0)), False),
    ],
)
def test_item_nine_new_or_higher(
    course: Follow, asked: tuple[tuple[str, int], ...], raised: bool
) -> None:
    assert ("item9" in _ids(course(("2025-01-10", 9), asked=asked))) == raised


def test_item_nine_counts_even_where_no_total_could_be_scored(course: Follow) -> None:
    found = course(asked=(("2025-01-10", 2),))
    assert found.verdict == "cannot_tell"
    assert "was 2 on 2025-01-10, before that not asked" in _one(found, "item9").why


@pytest.mark.parametrize(("today", "raised"), [("2025-01-28", False), ("2025-01-29", True)])
def test_an_old_score(course: Follow, today: str, raised: bool) -> None:
    found = course(("2025-01-01", 9), start="2024-12-01", today=today)
    assert ("stale" in _ids(found)) == raised


def test_an_old_score_without_treatment_is_no_trigger(course: Follow) -> None:
    assert _ids(course(("2024-01-01", 9), today="2025-01-20")) == set()


@pytest.mark.parametrize("row", tuple(load_table("phases/triggers")), ids=lambda r: r.text("id"))
def test_texts_name_only_facts_that_are_filled_in(row: Row) -> None:
    texts = row.text("why") + row.text("action")
    named = {name for _, name, _, _ in string.Formatter().parse(texts) if name}
    known = {
        "item9": {"item", "scale", "now", "date", "before"},
        "worsening": {"moved", "change", "baseline", "last", "reliable"},
        "stale": {"weeks", "trial", "scale"},
    }.get(row.text("id"), {"percent", "weeks", "trial", "limit"})
    assert named <= known
