"""How a step words its choice: what guidelines name early, and why its number is another."""

from __future__ import annotations

from typing import Any

import pytest

from equipoise.plan.options import listed
from tests.plan.conftest import Planner

DRUGS = ("escitalopram", "sertraline", "venlafaxine")


def _choice(found: Any) -> str:
    return str(next(s.action for s in found.steps if "choose with the person" in s.action.lower()))


def test_what_guidelines_name_later_is_said_to_be_later(plan: Planner, make: Any) -> None:
    """`phases/lines`: TMS is first-line after a drug, ECT second; tricyclics second."""
    ranked = make.ranking("amitriptyline", "ect", "rtms", "lithium_augmentation")
    judged = make.appraisal(at=make.stage(2))
    person = make.person(make.running("sertraline", "no_response"))
    action = _choice(plan(person, judged, ranked))
    assert "; guidelines name these early: rtms, and later " in action.lower()
    assert "first are" not in action


def test_without_early_options_none_is_said_to_be_early(plan: Planner, make: Any) -> None:
    ranked = make.ranking("amitriptyline", "ect", "lithium_augmentation", "vns")
    judged = make.appraisal(at=make.stage(4), trials=(make.appraised("rtms", "yes", "yes"),))
    person = make.person(make.running("sertraline", "no_response"))
    action = _choice(plan(person, judged, ranked))
    assert "among 4 options that the data do not separate, such as " in action
    assert "early" not in action


def test_an_addition_without_a_drug_is_left_out_aloud(plan: Planner, make: Any) -> None:
    ranked = make.ranking(*DRUGS, "cbt", "lithium_augmentation")
    action = _choice(plan(make.person(), make.appraisal(), ranked))
    assert "among 4 options that the data do not separate" in action
    assert action.endswith(
        "4 of the 5 in the answer: lithium augmentation is left out, as no antidepressant is a "
        "running treatment in the record."
    )


def test_several_that_are_left_out_for_one_reason_are_named_together(
    plan: Planner, make: Any
) -> None:
    ranked = make.ranking(*DRUGS, "cbt", "ect", "rtms", "lithium_augmentation")
    judged = make.appraisal(make.verdict("cbt", "hard_stop"))
    action = _choice(plan(make.person(), judged, ranked))
    assert "3 of the 7 in the answer: " in action
    assert "cbt is left out, as a safety rule blocks it; " in action
    assert "ect and rtms are left out, as they belong to a later phase; " in action


def test_nothing_is_said_where_the_numbers_agree(plan: Planner, make: Any) -> None:
    action = _choice(plan(make.person(), make.appraisal(), make.ranking(*DRUGS, "cbt")))
    assert "in the answer" not in action


def test_a_single_first_choice_that_is_open_needs_no_count(plan: Planner, make: Any) -> None:
    found = plan(make.person(), make.appraisal(), make.ranking("cbt", rest=("ect",)))
    assert not any("in the answer" in step.action for step in found.steps)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ((), ""),
        (("a",), "a"),
        (("a", "b", "c"), "a, b and c"),
        (("x, y or z", "b", "c"), "b, c, and x, y or z"),
        (("x, y", "v, w", "c"), "c; x, y; and v, w"),
    ],
)
def test_a_list_with_commas_in_a_part_stays_readable(parts: tuple[str, ...], text: str) -> None:
    assert listed(parts) == text
