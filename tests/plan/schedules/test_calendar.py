"""The monitoring calendar against the schedules of labels and guidelines, worked out by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipoise.core.nouns import CalendarEntry, LabResult
from equipoise.core.tables import load_table
from equipoise.plan.calendar import make_calendar
from equipoise.plan.schedules import make_schedules

OPTIONS = ("venlafaxine", "lithium_augmentation", "agomelatine", "rtms", "tranylcypromine", "cbt")


def _calendar(person: Any, *steps: Any) -> tuple[CalendarEntry, ...]:
    return make_calendar(person, steps, make_schedules(person, steps))


def _days(entries: tuple[CalendarEntry, ...], words: str) -> list[int]:
    return [entry.day for entry in entries if words in entry.what]


def test_liver_tests_of_agomelatine_at_0_3_6_12_and_24_weeks(ways: Any) -> None:
    found = _calendar(ways.case(), ways.step("agomelatine"))
    assert _days(found, "Liver tests") == [0, 21, 42, 84, 168]
    assert all("smpc_agomelatine" in e.reference for e in found if "Liver" in e.what)


def test_lithium_level_a_week_after_the_start_and_every_quarter(ways: Any) -> None:
    person = ways.case(ways.taken("sertraline", 50), findings={})
    found = _calendar(person, ways.step("lithium_augmentation"))
    assert _days(found, "Lithium level") == [7, 14, 91, 182, 273, 364]
    assert 0 in _days(found, "eGFR")
    assert any("before the first dose" in e.why for e in found if "eGFR" in e.what)


def test_lithium_that_runs_is_due_three_months_after_the_last_level(ways: Any) -> None:
    level = LabResult("lithium_level", 0.7, "mmol/L", "2024-12-01")
    running = (ways.taken("lithium_augmentation", 600, state="working"),)
    found = _calendar(ways.case(*running, labs=(level,)), ways.step("lithium_augmentation"))
    # 91 days after 2024-12-01 is 2025-03-02: 46 days from now, and every 91 from there.
    assert _days(found, "Lithium level") == [46, 137, 228, 319]
    # Nobody knows when it was last measured: now.
    found = _calendar(ways.case(*running), ways.step("lithium_augmentation"))
    assert _days(found, "Lithium level")[0] == 0


def test_blood_pressure_of_an_snri_before_at_two_and_four_weeks_and_after_a_rise(
    ways: Any,
) -> None:
    found = _calendar(ways.case(), ways.step("venlafaxine"))
    # Started on day 0, raised on day 7: two weeks later is day 21.
    assert _days(found, "Blood pressure and pulse") == [0, 14, 21, 28]


def test_reviews_carry_the_limits_of_the_triggers(ways: Any) -> None:
    found = _calendar(ways.case(), ways.step("sertraline"))
    reviews = {e.day: e for e in found if "PHQ-9" in e.what}
    assert sorted(reviews) == [14, 28, 42, 56]
    triggers = load_table("phases/triggers")
    for day, key in ((14, "little_early_change"), (28, "little_change"), (42, "no_response")):
        limit = triggers.row(id=key).number("below_percent")
        assert f"Less than {limit:g} % improvement" in reviews[day].rule
    assert "not a stop rule" in reviews[14].rule


def test_young_people_and_those_with_a_watch_flag_are_seen_each_week(ways: Any) -> None:
    plain = _calendar(ways.case(age=40), ways.step("sertraline"))
    young = _calendar(ways.case(age=25), ways.step("sertraline"))
    unknown = _calendar(ways.case(age=None), ways.step("sertraline"))
    flagged = _calendar(
        ways.case(age=40, flags={"passive_death_thoughts": "watch"}), ways.step("sertraline")
    )
    assert 7 not in _days(plain, "PHQ-9")
    for found in (young, unknown, flagged):
        assert [d for d in _days(found, "PHQ-9") if d <= 28] == [7, 14, 21, 28]
    assert any("age not known" in entry.why for entry in unknown)


def test_sodium_where_the_risk_is_high_or_not_known(ways: Any) -> None:
    assert _days(_calendar(ways.case(age=40), ways.step("sertraline")), "Sodium") == []
    assert _days(_calendar(ways.case(age=70), ways.step("sertraline")), "Sodium")[:3] == [0, 14, 28]
    person = ways.case(age=40, drugs=("hydrochlorothiazide",))
    assert _days(_calendar(person, ways.step("sertraline")), "Sodium")[:3] == [0, 14, 28]
    assert _days(_calendar(ways.case(age=None), ways.step("sertraline")), "Sodium")


def test_an_ecg_where_the_heart_is_at_risk_or_nobody_asked(ways: Any) -> None:
    asked = {
        name: "absent"
        for row in load_table("schedules/monitoring")
        for name in row.items("findings")
    }
    healthy = ways.case(age=40, findings=asked)
    assert _days(_calendar(healthy, ways.step("citalopram")), "ECG") == []
    ill = ways.case(age=40, findings=asked | {"long_qt": "present"})
    assert _days(_calendar(ill, ways.step("citalopram")), "ECG")[0] == 0
    open_ = ways.case(age=40, findings=asked | {"long_qt": "unknown"})
    entry = next(e for e in _calendar(open_, ways.step("citalopram")) if "ECG" in e.what)
    assert "not recorded" in entry.why


def test_the_same_test_is_done_once(ways: Any) -> None:
    found = _calendar(ways.case(age=70), ways.step("sertraline", "escitalopram", "venlafaxine"))
    sodium = [entry for entry in found if "Sodium" in entry.what]
    assert len({entry.date for entry in sodium}) == len(sodium)
    assert set(sodium[0].treatments) == {"sertraline", "escitalopram", "venlafaxine"}


def test_a_fresh_result_is_not_asked_for_again(ways: Any) -> None:
    alt = LabResult("alt", 20.0, "U/L", "2025-01-10")
    found = _calendar(ways.case(labs=(alt,)), ways.step("agomelatine"))
    assert _days(found, "Liver tests") == [21, 42, 84, 168]


def test_diet_rules_end_two_weeks_after_an_inhibitor(ways: Any) -> None:
    person = ways.case(ways.taken("tranylcypromine", 10))
    steps = (ways.step("sertraline"),)
    (schedule,) = make_schedules(person, steps)
    off = next(s.day for s in schedule.steps if s.drug == "tranylcypromine" and s.dose == 0)
    found = make_calendar(person, steps, (schedule,))
    assert _days(found, "Diet rules end") == [off + 14]


def test_what_works_is_kept_and_looked_at(ways: Any) -> None:
    person = ways.case(ways.taken("sertraline", 100, state="working"))
    found = _calendar(person, ways.step("sertraline"))
    assert _days(found, "what works") == [28, 91]
    assert _days(found, "going on or stopping") == [182, 364]


def test_no_plan_no_calendar(ways: Any) -> None:
    assert make_calendar(ways.case(ways.taken("lithium", 600)), (), ()) == ()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    options=st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=3, unique=True),
    age=st.sampled_from([None, 19.0, 45.0, 81.0]),
    today=st.sampled_from(["2024-02-29", "2025-01-18", "2026-03"]),
)
def test_every_entry_lies_ahead_in_order_with_why_rule_and_source(
    options: list[str], age: float | None, today: str, ways: Any
) -> None:
    person = ways.case(ways.taken("sertraline", 100), age=age, today=today)
    found = _calendar(person, ways.step(*options))
    assert [entry.date for entry in found] == sorted(entry.date for entry in found)
    assert len({(entry.date, entry.what) for entry in found}) == len(found)
    for entry in found:
        assert entry.date >= today
        assert entry.day >= 0
        assert entry.why
        assert entry.rule
        assert entry.reference
        assert entry.treatments
        assert "{" not in entry.rule
        dt.date.fromisoformat(entry.date)


def test_lithium_beside_what_raises_it_is_measured_each_week(ways: Any) -> None:
    alone = ways.case(ways.taken("sertraline", 200))
    beside = ways.case(ways.taken("sertraline", 200), drugs=("enalapril",))
    wanted = ways.step("lithium_augmentation")
    assert _days(_calendar(alone, wanted), "Lithium level")[:3] == [7, 14, 91]
    assert _days(_calendar(beside, wanted), "Lithium level")[:6] == [7, 14, 21, 28, 35, 42]


@pytest.mark.parametrize("drug", ["spironolactone", "trimethoprim", "hydrochlorothiazide"])
def test_sodium_beside_what_lowers_it(drug: str, ways: Any) -> None:
    person = ways.case(drugs=(drug,))
    assert _days(_calendar(person, ways.step("sertraline")), "Sodium")[:3] == [0, 14, 28]


def test_no_entry_forbids_what_the_schedule_begins(ways: Any) -> None:
    person = ways.case(ways.taken("phenelzine", 60))
    entries = _calendar(person, ways.step("sertraline"))
    end = next(entry for entry in entries if entry.what.startswith("Diet rules end"))
    assert "not before the first day that its schedule gives" in end.rule


def test_a_stop_one_day_ends_no_check_of_what_works(ways: Any) -> None:
    person = ways.case(ways.taken("sertraline", 100, state="working", outcome="remission"))
    steps = (ways.step("sertraline"),)
    schedules = make_schedules(person, steps)
    assert make_calendar(person, steps, schedules) == make_calendar(person, steps, ())
