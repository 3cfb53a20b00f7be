"""Schedules worked out by hand from labels, NHS switching advice and the usual practice.

Day 0 is 2025-01-15; the last dose of a drug that is stopped at once is on day 0.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from equipoise.core.nouns import DoseLimit, Schedule
from equipoise.plan.case import Case
from equipoise.plan.schedules import make_schedules
from equipoise.plan.schedules.drawing import Head
from equipoise.plan.schedules.ground import make_ground
from equipoise.plan.schedules.taper import taper

One = Callable[[Case, str], Schedule]


def _last_and_first(schedule: Schedule, old: str, new: str) -> tuple[int, int]:
    """Return the day of the last old dose and of the first new one."""
    off = next(step.day for step in schedule.steps if step.drug == old and step.dose == 0)
    first = next(step.day for step in schedule.steps if step.drug == new)
    return off - 1, first


@pytest.mark.parametrize(
    ("old", "dose", "new", "days"),
    [
        ("fluoxetine", 40, "tranylcypromine", 35),  # five weeks
        ("sertraline", 100, "tranylcypromine", 14),
        ("venlafaxine", 225, "phenelzine", 14),  # labels 7; the longer of services
        ("duloxetine", 60, "phenelzine", 5),
        ("vortioxetine", 20, "tranylcypromine", 21),  # US 21, EU 14
        ("clomipramine", 150, "tranylcypromine", 21),  # UK 21, US 14
        ("amitriptyline", 100, "tranylcypromine", 14),
        ("tranylcypromine", 40, "sertraline", 14),
        ("phenelzine", 45, "clomipramine", 21),
        ("phenelzine", 45, "mirtazapine", 14),
        ("fluvoxamine", 200, "agomelatine", 4),  # NHS: no cross-taper, wait 4 days
        ("fluoxetine", 20, "clomipramine", 21),  # 14 to 21, the longer
        ("moclobemide", 450, "sertraline", 1),
        ("fluoxetine", 20, "moclobemide", 35),
        ("bupropion", 300, "dextromethorphan_bupropion", 14),  # two bupropion products
    ],
)
def test_days_between_the_last_dose_and_the_first(
    old: str, dose: float, new: str, days: int, ways: Any, one: One
) -> None:
    found = one(ways.case(ways.taken(old, dose)), new)
    assert found.kind == "stop_and_wait"
    last, first = _last_and_first(found, old, new)
    assert first - last == days
    assert found.washout == ((last + 1, first - 1) if days > 1 else None)


def test_fluoxetine_to_an_inhibitor_day_by_day(ways: Any, one: One) -> None:
    found = one(ways.case(ways.taken("fluoxetine", 40)), "tranylcypromine")
    assert [(s.date, s.drug, s.dose) for s in found.steps] == [
        ("2025-01-15", "fluoxetine", 40),
        ("2025-01-16", "fluoxetine", 0),
        ("2025-02-19", "tranylcypromine", 10),
        ("2025-02-26", "tranylcypromine", 20),
        ("2025-03-05", "tranylcypromine", 30),
    ]
    assert any("35 days" in rule for rule in found.rules)


def test_sertraline_to_venlafaxine_directly(ways: Any, one: One) -> None:
    found = one(ways.case(ways.taken("sertraline", 150)), "venlafaxine")
    assert (found.kind, found.washout) == ("direct_switch", None)
    # A week at the usual dose, then one day to the next.
    assert ways.by_day(found, "sertraline") == [(0, 150), (1, 50), (8, 0)]
    assert ways.by_day(found, "venlafaxine") == [(8, 37.5), (15, 75)]


def test_sertraline_to_mirtazapine_crosses(ways: Any, one: One) -> None:
    found = one(ways.case(ways.taken("sertraline", 150)), "mirtazapine")
    assert found.kind == "cross_taper"
    assert ways.by_day(found, "sertraline") == [(0, 150), (1, 100), (8, 50), (15, 0)]
    assert ways.by_day(found, "mirtazapine") == [(1, 15)]


@pytest.mark.parametrize(
    ("old", "dose", "new"),
    [
        ("sertraline", 100, "clomipramine"),
        ("clomipramine", 100, "escitalopram"),
        ("venlafaxine", 150, "clomipramine"),
        ("fluvoxamine", 200, "duloxetine"),
        ("fluvoxamine", 200, "agomelatine"),
        ("sertraline", 100, "phenelzine"),
    ],
)
def test_forbidden_cross_tapers_never_overlap(
    old: str, dose: float, new: str, ways: Any, one: One
) -> None:
    found = one(ways.case(ways.taken(old, dose)), new)
    last, first = _last_and_first(found, old, new)
    assert first > last


def test_a_change_that_no_source_names_does_not_overlap(ways: Any, one: One) -> None:
    found = one(ways.case(ways.taken("reboxetine", 8)), "escitalopram")
    last, first = _last_and_first(found, "reboxetine", "escitalopram")
    assert first == last + 1
    assert any("No source here names this change" in rule for rule in found.rules)


def test_vortioxetine_stays_at_half_while_cyp2d6_is_slowed(ways: Any, one: One) -> None:
    found = one(ways.case(ways.taken("paroxetine", 20)), "vortioxetine")
    assert ways.by_day(found, "vortioxetine") == [(1, 5), (14, 10)]


def test_paroxetine_is_stopped_over_months(ways: Any) -> None:
    person = ways.case(ways.taken("paroxetine", 20))
    head = Head("taper_paroxetine", "taper", "", ("paroxetine",))
    found = taper(make_ground(person), person.running[0].trial, "paroxetine", head)
    doses = [dose for _, dose in ways.by_day(found, "paroxetine")]
    # A quarter less each time, up to the next milligram; from 2 mg (a tenth of 20) to none.
    assert doses == [20, 15, 12, 9, 7, 6, 5, 4, 3, 2, 0]
    assert found.steps[-1].day == 1 + 9 * 21
    assert any("liquid" in step.note for step in found.steps)


def test_a_short_use_is_stopped_shortly(ways: Any) -> None:
    person = ways.case(ways.taken("paroxetine", 40, start="2024-12-20"))
    head = Head("taper_paroxetine", "taper", "", ("paroxetine",))
    found = taper(make_ground(person), person.running[0].trial, "paroxetine", head)
    assert ways.by_day(found, "paroxetine") == [(0, 40), (1, 20), (8, 0)]


def test_a_use_of_unknown_length_counts_as_long(ways: Any) -> None:
    person = ways.case(ways.taken("paroxetine", 40, start=None))
    head = Head("taper_paroxetine", "taper", "", ("paroxetine",))
    found = taper(make_ground(person), person.running[0].trial, "paroxetine", head)
    assert found.steps[-1].day > 84
    assert any("long use is assumed" in rule for rule in found.rules)


def test_fluoxetine_needs_hardly_any_taper(ways: Any) -> None:
    person = ways.case(ways.taken("fluoxetine", 20))
    head = Head("taper_fluoxetine", "taper", "", ("fluoxetine",))
    found = taper(make_ground(person), person.running[0].trial, "fluoxetine", head)
    assert ways.by_day(found, "fluoxetine") == [(0, 20), (1, 0)]


def test_lithium_is_stopped_over_three_months(ways: Any) -> None:
    person = ways.case(ways.taken("sertraline", 50), ways.taken("lithium_augmentation", 600))
    found = {s.id: s for s in make_schedules(person, (ways.step("aripiprazole_augmentation"),))}
    doses = ways.by_day(found["taper_lithium_augmentation"], "lithium")
    assert [dose for _, dose in doses] == [600, 450, 300, 150, 0]
    assert doses[-1][0] == 1 + 84


def test_an_addition_leaves_the_base_alone(ways: Any, one: One) -> None:
    found = one(ways.case(ways.taken("sertraline", 50)), "lithium_augmentation")
    assert {step.drug for step in found.steps} == {"lithium"}
    assert ways.by_day(found, "lithium") == [(0, 300)]
    assert any("0.6 to 0.8 mmol/L" in rule for rule in found.rules)


@pytest.mark.parametrize(("age", "first"), [(43, 50), (64.9, 50), (65, 25), (None, 25)])
def test_older_people_begin_lower_and_an_unknown_age_counts(
    age: float | None, first: float, ways: Any, one: One
) -> None:
    found = one(ways.case(age=age), "sertraline")
    assert found.steps[0].dose == first
    assert found.steps[-1].dose == 50
    assert any("age is not known" in rule for rule in found.rules) == (age is None)


def test_older_people_are_raised_more_slowly(ways: Any, one: One) -> None:
    assert ways.by_day(one(ways.case(age=43), "venlafaxine"), "venlafaxine")[1][0] == 7
    assert ways.by_day(one(ways.case(age=70), "venlafaxine"), "venlafaxine")[1][0] == 14


def _limit(**more: Any) -> DoseLimit:
    facts: dict[str, Any] = {
        "start": 20.0,
        "adequate": 20.0,
        "maximum": 20.0,
        "because": (),
        "missing": (),
    }
    facts |= more
    return DoseLimit("citalopram", "mg/d", reference="recalled", **facts)


def test_the_persons_own_limits_hold(ways: Any, one: One) -> None:
    limit = _limit(start=10.0, because=("CYP2C19 poor metaboliser: at most 20 mg/d",))
    found = one(ways.case(limits=(limit,)), "citalopram")
    # What lowers a dose slows the steps too: those of older people.
    assert ways.by_day(found, "citalopram") == [(0, 10), (14, 20)]
    assert "CYP2C19 poor metaboliser: at most 20 mg/d" in found.rules
    assert any("never above 20 mg/d" in rule for rule in found.rules)


def test_an_adequate_dose_out_of_reach_is_said(ways: Any, one: One) -> None:
    limit = _limit(start=10.0, maximum=10.0, missing=("eGFR",))
    found = one(ways.case(limits=(limit,)), "citalopram")
    assert ways.by_day(found, "citalopram") == [(0, 10)]
    assert any("lies below that of an adequate trial" in rule for rule in found.rules)
    assert any("eGFR" in rule for rule in found.rules)


def test_a_pending_drug_is_raised_first_and_the_option_waits(ways: Any) -> None:
    person = ways.case(ways.taken("venlafaxine", 37.5, state="inadequate"))
    steps = (ways.step("venlafaxine"), ways.step("cbt", review="2025-02-26"))
    raised, therapy = make_schedules(person, steps)
    assert ways.by_day(raised, "venlafaxine") == [(0, 75)]
    assert therapy.steps[0].date == "2025-02-26"
    assert any("2025-02-26" in rule for rule in therapy.rules)


def test_an_emergency_waits_for_nothing(ways: Any, one: One) -> None:
    person = ways.case(
        ways.taken("sertraline", 25, state="inadequate"), flags={"catatonia": "emergency"}
    )
    assert one(person, "ect").steps[0].date == "2025-01-16"  # the first Thursday


@pytest.mark.parametrize(
    ("outcome", "dose", "steps"),
    [
        ("partial_response", 50, [(0, 100)]),  # one step, then a review
        ("partial_response", 200, []),  # the highest already
        ("no_response", 50, []),  # no reason to raise what did nothing
    ],
)
def test_what_helped_in_part_is_raised_by_one_step(
    outcome: str, dose: float, steps: list[tuple[int, float]], ways: Any
) -> None:
    limit = DoseLimit("sertraline", "mg/d", 50.0, 50.0, 200.0, (), (), "recalled")
    running = ways.taken("sertraline", dose, outcome=outcome)
    person = ways.case(running, limits=(limit,))
    found = {s.id: s for s in make_schedules(person, (ways.step("sertraline", "mirtazapine"),))}
    raised = found.pop("titration_sertraline", None)
    assert ([] if raised is None else ways.by_day(raised, "sertraline")) == steps
    # While it is raised, the next option waits for the review.
    (option,) = found.values()
    assert option.steps[0].date == ("2025-02-12" if steps else "2025-01-15")


def test_time_is_not_dose(ways: Any) -> None:
    person = ways.case(ways.taken("sertraline", 100, state="inadequate"))
    assert make_schedules(person, (ways.step("sertraline"),)) == ()


def test_a_stopped_drug_keeps_the_first_day_away(ways: Any, one: One) -> None:
    person = ways.case(past=(ways.stopped("fluoxetine", "2025-01-05"),))
    found = one(person, "tranylcypromine")
    assert found.steps[0].date == "2025-02-09"  # 35 days after the last dose
    assert any("2025-01-05" in rule for rule in found.rules)
    # Of a month without a day, the last day counts.
    person = ways.case(past=(ways.stopped("fluoxetine", "2025-01"),))
    assert one(person, "tranylcypromine").steps[0].date == "2025-03-07"


def test_two_drugs_of_one_option_begin_one_after_the_other(ways: Any, one: One) -> None:
    found = one(ways.case(), "venlafaxine_mirtazapine")
    assert ways.by_day(found, "venlafaxine") == [(0, 37.5), (7, 75)]
    assert ways.by_day(found, "mirtazapine") == [(14, 15)]
    person = ways.case(ways.taken("venlafaxine", 150))
    found = one(person, "venlafaxine_mirtazapine")
    assert {step.drug for step in found.steps} == {"mirtazapine"}


WITHHELD = [
    ("no dose", "sertraline", {"dose": None}, "venlafaxine", "dose of sertraline is not recorded"),
    ("no unit", "sertraline", {"dose": 50, "unit": "mg"}, "venlafaxine", "(mg) cannot be read"),
    ("none", "sertraline", {"dose": 0}, "venlafaxine", "dose of sertraline is not recorded"),
    ("a slip", "paroxetine", {"dose": 2e9}, "mirtazapine", "check the record"),
    ("blocked", "sertraline", {"dose": 50, "state": "blocked"}, "venlafaxine", "hard stop"),
    ("no way", "olanzapine_fluoxetine", {"dose": 6}, "sertraline", "No way from"),
    ("no taper", "st_johns_wort", {"dose": 600}, "sertraline", "No taper of"),
]


@pytest.mark.parametrize("why", WITHHELD, ids=lambda why: why[0])
def test_nothing_is_guessed(why: tuple[Any, ...], ways: Any, one: One) -> None:
    _, old, facts, new, words = why
    found = one(ways.case(ways.taken(old, **facts)), new)
    assert found.steps == ()
    assert words in str(found.withheld)


def test_no_dose_beside_a_drug_that_must_not_meet_it(ways: Any, one: One) -> None:
    found = one(ways.case(drugs=("tamoxifen",)), "paroxetine")
    assert "must not be taken with paroxetine" in str(found.withheld)
    found = one(ways.case(past=(ways.stopped("phenelzine", None),)), "sertraline")
    assert "stop date of phenelzine is not known" in str(found.withheld)
    found = one(ways.case(ways.taken("sertraline", 50), ways.taken("bupropion", 150)), "duloxetine")
    assert "Several antidepressants" in str(found.withheld)


def test_no_steps_no_schedules(ways: Any) -> None:
    assert make_schedules(ways.case(ways.taken("sertraline", 50)), ()) == ()


def test_stimulation_on_weekdays_for_six_weeks_and_less_often_after(ways: Any, one: One) -> None:
    found = one(ways.case(), "rtms")
    dates = [dt.date.fromisoformat(step.date) for step in found.steps]
    assert len(dates) == 36
    assert all(date.weekday() < 5 for date in dates)
    assert sum(date < ways.TODAY + dt.timedelta(weeks=6) for date in dates) == 30
    assert {step.unit for step in found.steps} == {"{session}/d"}


def test_snt_from_monday_to_friday(ways: Any, one: One) -> None:
    found = one(ways.case(), "snt")
    assert [s.date for s in found.steps] == [f"2025-01-{day}" for day in (20, 21, 22, 23, 24)]
    assert sum(step.dose for step in found.steps) == 50


@pytest.mark.parametrize(("age", "dose"), [(43, 56), (70, 28)])
def test_esketamine_twice_a_week_then_weekly(age: float, dose: float, ways: Any, one: One) -> None:
    found = one(ways.case(age=age), "esketamine")
    days = [step.day for step in found.steps]
    assert (sum(d < 28 for d in days), sum(28 <= d < 56 for d in days)) == (8, 4)
    assert {(step.dose, step.unit) for step in found.steps} == {(dose, "mg")}


def test_ect_twice_a_week_up_to_twelve(ways: Any, one: One) -> None:
    found = one(ways.case(), "ect")
    assert len(found.steps) == 12
    assert {dt.date.fromisoformat(s.date).weekday() for s in found.steps} == {0, 3}


def test_stimulation_waits_after_an_abrupt_stop_of_a_sedative(ways: Any, one: One) -> None:
    person = ways.case(past=(ways.stopped("lorazepam", "2025-01-10"),))
    assert one(person, "rtms").steps[0].date == "2025-01-24"
    # While it is taken nothing is said.
    assert one(ways.case(drugs=("lorazepam",)), "rtms").steps[0].date == "2025-01-15"


@pytest.mark.parametrize("new", ["paroxetine", "fluoxetine", "bupropion", "duloxetine"])
def test_no_tricyclic_beside_what_slows_its_breakdown(new: str, ways: Any, one: One) -> None:
    found = one(ways.case(ways.taken("nortriptyline", 75)), new)
    last, first = _last_and_first(found, "nortriptyline", new)
    assert first == last + 1
    assert ways.by_day(found, "nortriptyline")[-1] == (15, 0)


def _slowed(drug: str, start: float, adequate: float, maximum: float) -> DoseLimit:
    because = ("A strong inhibitor of CYP2D6 is taken: half the dose",)
    return DoseLimit(drug, "mg/d", start, adequate, maximum, because, (), "recalled")


@pytest.mark.parametrize(
    ("old", "dose", "raised"),
    [("fluoxetine", 40, 35), ("paroxetine", 40, 22), ("bupropion", 300, 15)],
)
def test_lower_shares_do_not_multiply(
    old: str, dose: float, raised: int, ways: Any, one: One
) -> None:
    # The interaction halves the first dose to 5 mg and so does the rule of the change: 5, not 2.5.
    person = ways.case(ways.taken(old, dose), limits=(_slowed("vortioxetine", 5, 10, 10),))
    found = one(person, "vortioxetine")
    assert found.withheld is None
    days = ways.by_day(found, "vortioxetine")
    assert [amount for _, amount in days] == [5, 10]
    assert days[1][0] >= raised


def test_after_fluoxetine_another_ssri_begins_at_half(ways: Any, one: One) -> None:
    found = one(ways.case(ways.taken("fluoxetine", 40)), "sertraline")
    assert ways.by_day(found, "sertraline") == [(7, 25), (14, 50)]


def test_a_change_uses_tablets_where_they_do(ways: Any, one: One) -> None:
    found = one(ways.case(ways.taken("fluoxetine", 40)), "mirtazapine")
    assert ways.by_day(found, "fluoxetine") == [(0, 40), (1, 20), (8, 10), (15, 0)]
    assert not any("liquid" in step.note for step in found.steps)


def test_a_highest_dose_between_two_listed_ones_is_reached(ways: Any, one: One) -> None:
    limit = _slowed("brexpiprazole_augmentation", 0.5, 1.5, 1.5)
    person = ways.case(ways.taken("sertraline", 200), limits=(limit,))
    found = one(person, "brexpiprazole_augmentation")
    assert [amount for _, amount in ways.by_day(found, "brexpiprazole")] == [0.5, 1, 1.5]
    assert not any("lies below" in rule for rule in found.rules)


def test_a_drug_that_is_lowered_carries_the_rule_on_withdrawal(ways: Any, one: One) -> None:
    found = one(ways.case(ways.taken("venlafaxine", 225)), "nortriptyline")
    assert any("electric sensations" in rule for rule in found.rules)


def test_what_works_shows_how_it_would_be_stopped_one_day(ways: Any) -> None:
    works = ways.taken("venlafaxine", 225, start="2023-01-15", state="working", outcome="remission")
    (found,) = make_schedules(ways.case(works), (ways.step("venlafaxine"),))
    assert found.kind == "taper"
    assert found.title.startswith("Not now")
    assert found.steps[0].date >= "2025-07-15"  # half a year after today at the earliest
    doses = [step.dose for step in found.steps]
    assert doses[0] == 225
    assert doses[-1] == 0
    drops = [(a - b) / a for a, b in itertools.pairwise(doses[:-2])]
    assert max(drops) <= 0.34  # a quarter, or the next piece
    assert found.steps[-1].day >= 100  # months
    assert any("electric sensations" in rule for rule in found.rules)


def test_a_drug_begun_three_weeks_ago_is_long_used_by_the_day_of_its_taper(ways: Any) -> None:
    works = ways.taken("paroxetine", 40, start="2024-12-25", state="working", outcome="response")
    (found,) = make_schedules(ways.case(works), (ways.step("paroxetine"),))
    assert not any("less than six weeks" in rule for rule in found.rules)


def test_a_large_last_step_is_said(ways: Any) -> None:
    works = ways.taken("desvenlafaxine", 50, state="working", outcome="remission")
    (found,) = make_schedules(ways.case(works), (ways.step("desvenlafaxine"),))
    assert [step.dose for step in found.steps] == [50, 25, 0]
    assert any("from 25 mg/d of desvenlafaxine to none" in rule for rule in found.rules)


@pytest.mark.parametrize(("dose", "drawn"), [(400, True), (401, False), (1200, False)])
def test_no_schedule_begins_at_a_dose_that_may_be_a_slip(
    dose: float, drawn: bool, ways: Any, one: One
) -> None:
    found = one(ways.case(ways.taken("sertraline", dose)), "venlafaxine")
    assert (found.withheld is None) is drawn
    assert drawn or "check the record" in (found.withheld or "")
