"""What holds for every schedule of every pair of drugs, whatever the dose and the dates.

Days without a drug are judged by the safety rules of the options, which are other code.
"""

from __future__ import annotations

import datetime as dt
import itertools
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipoise.appraise.drug_use import Catalogue, DrugInUse, drugs_of, option_of, read_catalogue
from equipoise.appraise.pairs import PairRules, pair_reasons, read_pair_rules
from equipoise.core.nouns import DoseLimit, Schedule, Timeline
from equipoise.core.tables import load_table
from equipoise.plan.schedules import make_schedules
from equipoise.plan.schedules.drawing import Head
from equipoise.plan.schedules.ground import make_ground
from equipoise.plan.schedules.pairs import read_pairs
from equipoise.plan.schedules.taper import taper
from equipoise.plan.schedules.words import NoScheduleError

HEALTH = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
LADDERS = [row.text("treatment") for row in load_table("schedules/titrations")]
COURSES = sorted({row.text("treatment") for row in load_table("schedules/courses")})
OPTIONS = [*LADDERS, *COURSES, "venlafaxine_mirtazapine", "bupropion_augmentation"]
DRUGS = [row.text("id") for row in load_table("drugs/drugs")]
BASES = [
    row.text("id")
    for row in load_table("drugs/drugs")
    if row.flag("is_antidepressant") and row.text("id") in LADDERS
]
DOSES = st.sampled_from([2.0, 7.5, 12.5, 20.0, 37.5, 60.0, 100.0, 150.0, 225.0, 300.0])
DAYS_AGO = st.integers(min_value=0, max_value=60)


@cache
def _rules() -> tuple[Catalogue, PairRules]:
    return read_catalogue(), read_pair_rules()


def _uses(schedule: Schedule, day: dt.date, held: dict[str, dt.date | None]) -> list[DrugInUse]:
    """Return what counts on a day: what was taken or stopped before, and what the steps say."""
    uses = []
    last = dict(held)
    for drug in {step.drug for step in schedule.steps} & set(_rules()[0].names):
        steps = [s for s in schedule.steps if s.drug == drug]
        off = [dt.date.fromisoformat(s.date) for s in steps if s.dose == 0]
        begun = dt.date.fromisoformat(steps[0].date)
        if drug in held or begun <= day:
            last[drug] = off[0] - dt.timedelta(days=1) if off and off[0] <= day else None
    for drug, end in last.items():
        days = None if end is None else ((day - end).days,) * 2
        uses.append(DrugInUse(drug, None if days is None or days[0] <= 0 else days))
    return uses


def _stops(treatment: str, uses: list[DrugInUse]) -> list[str]:
    catalogue, rules = _rules()
    option = option_of(treatment, catalogue)
    reasons = pair_reasons(option, rules, catalogue, uses, Timeline("01"))
    return [reason.text for reason in reasons if reason.verdict == "hard_stop"]


@settings(max_examples=200, deadline=None, suppress_health_check=HEALTH)
@given(
    old=st.sampled_from(BASES),
    new=st.sampled_from(OPTIONS),
    dose=DOSES,
    others=st.tuples(st.sampled_from(DRUGS), DAYS_AGO, st.sampled_from(DRUGS)),
)
def test_no_day_overlaps_a_washout_or_a_hard_stop(
    old: str, new: str, dose: float, others: tuple[str, int, str], ways: Any
) -> None:
    past, ago, beside = others
    stop = ways.TODAY - dt.timedelta(days=ago)
    person = ways.case(
        ways.taken(old, dose), past=(ways.stopped(past, stop.isoformat()),), drugs=(beside,)
    )
    held: dict[str, dt.date | None] = {past: stop, old: None, beside: None}
    for schedule in make_schedules(person, (ways.step(new),)):
        own = set(drugs_of(new, _rules()[0])) or {new}
        for step in schedule.steps:
            day = dt.date.fromisoformat(step.date)
            begun = [s for s in schedule.steps if s.drug in own and s.dose and s.date <= step.date]
            if begun:
                assert _stops(new, _uses(schedule, day, held)) == [], (schedule, step)


@settings(max_examples=100, deadline=None, suppress_health_check=HEALTH)
@given(
    option=st.sampled_from(LADDERS),
    factors=st.tuples(*(st.sampled_from([0.3, 0.5, 0.75, 1.0, 1.5]) for _ in range(3))),
    age=st.sampled_from([None, 20.0, 43.0, 66.0, 80.0]),
    old=st.sampled_from([None, *BASES]),
)
def test_nothing_exceeds_the_persons_maximum(
    option: str, factors: tuple[float, ...], age: float | None, old: str | None, ways: Any
) -> None:
    row = load_table("doses/doses").row(treatment=option)
    kinds = zip(("start", "adequacy", "maximum"), factors, strict=True)
    start, adequate, maximum = (
        None if row.optional_number(kind) is None else row.number(kind) * by for kind, by in kinds
    )
    limit = DoseLimit(option, row.text("unit"), start, adequate, maximum, (), (), "recalled")
    running = () if old is None else (ways.taken(old, 20),)
    person = ways.case(*running, age=age, limits=(limit,))
    for schedule in make_schedules(person, (ways.step(option),)):
        mine = [s for s in schedule.steps if s.drug == option.removesuffix("_augmentation")]
        if maximum is not None and old != option:
            assert all(step.dose <= maximum + 1e-9 for step in mine)
        assert [s.dose for s in mine] == sorted(s.dose for s in mine)


@settings(max_examples=150, deadline=None, suppress_health_check=HEALTH)
@given(drug=st.sampled_from([*BASES, "lithium", "quetiapine", "aripiprazole"]), dose=DOSES)
def test_a_taper_falls_to_none_and_can_be_taken(drug: str, dose: float, ways: Any) -> None:
    person = ways.case(ways.taken(drug, dose))
    try:
        found = taper(
            make_ground(person), person.running[0].trial, drug, Head("t", "taper", "", ())
        )
    except NoScheduleError:
        return
    doses = [step.dose for step in found.steps]
    assert doses[0] == dose
    assert doses[-1] == 0
    assert all(before > after for before, after in itertools.pairwise(doses))
    assert [step.day for step in found.steps] == sorted({step.day for step in found.steps})


@settings(max_examples=60, deadline=None, suppress_health_check=HEALTH)
@given(
    options=st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=3, unique=True),
    old=st.sampled_from(BASES),
    state=st.sampled_from(["tried", "inadequate", "unknown"]),
    today=st.sampled_from(["2024-02-29", "2025-01-18", "2025-12-31", "2026-03"]),
)
def test_every_date_lies_ahead_and_fits_its_day(
    options: list[str], old: str, state: str, today: str, ways: Any
) -> None:
    person = ways.case(ways.taken(old, 20, state=state), today=today)
    steps = (ways.step(*options, review="2026-06-01"),)
    for schedule in make_schedules(person, steps):
        assert bool(schedule.steps) != bool(schedule.withheld)
        if not schedule.steps:
            continue
        first = dt.date.fromisoformat(schedule.steps[0].date)
        assert schedule.steps[0].day == 0
        for step in schedule.steps:
            assert step.date >= today
            assert dt.date.fromisoformat(step.date) == first + dt.timedelta(days=step.day)


def test_the_days_between_any_two_are_those_of_the_safety_rules() -> None:
    """Not a day fewer, and not a day more, than the rules of the options ask for."""
    pairs = read_pairs()
    wrong = []
    ruled = set().union(*(one | other for _, one, other in _rules()[1].washouts))
    for new in OPTIONS:
        parts = drugs_of(new, _rules()[0])
        if not parts and new not in ruled:
            continue
        names = pairs.of(parts, new)
        for drug in DRUGS:
            days = pairs.gap(drug, names)
            if drug in parts:
                continue
            early = DrugInUse(drug, (days - 1, days - 1) if days > 1 else None)
            if _stops(new, [DrugInUse(drug, (max(days, 1),) * 2)]):
                wrong.append((drug, new, days, "too early"))
            elif days and not _stops(new, [early]):
                wrong.append((drug, new, days, "too late"))
    assert wrong == []
