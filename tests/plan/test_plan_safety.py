"""Rules that hold for every plan: hard stops, emergencies, dates, forbidden words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from equipoise.core import answers
from equipoise.core.nouns import Condition, DoseLimit, Episode, Plan, ReportedEffect
from equipoise.core.nouns.numbers import Dose
from equipoise.core.tables import load_table, table_names
from equipoise.plan.situations import SITUATIONS

Planner = Callable[..., Plan]

IDS = (
    "amitriptyline",
    "cbt",
    "escitalopram",
    "sertraline",
    "venlafaxine",
    "lithium_augmentation",
    "rtms",
    "ect",
    "vns",
)
CODES = ("F60.3", "F41.1", "F10.2", "E11.9", "G47.0", "G40.9", "F34.1", "I21.9")
FORBIDDEN = re.compile(
    r"\b(normal|abnormal|healthy brain|will respond|will work|patient failed|failed|"
    r"non-compliant|refused|committed|last resort|nothing left|proven|cure)\b",
    re.IGNORECASE,
)
NOT_READ = {"id", "applies_when", "population", "reference"}
KINDS = st.sampled_from(["hard_stop", "caution", "clear", "cannot_tell"])


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    """Draw verdicts, ranking, present treatments and their adequacy, stage and flags."""
    order = draw(st.permutations(IDS))
    count = draw(st.integers(0, 5))
    return {
        "kinds": {key: draw(KINDS) for key in IDS},
        "tied": tuple(order[: draw(st.integers(0, 6))]),
        "order": tuple(order),
        "running": draw(st.lists(st.sampled_from(IDS), unique=True, max_size=3)),
        "adequate": draw(st.sampled_from(["yes", "no", "cannot_tell"])),
        "failed": draw(st.sampled_from(["yes", "no", "cannot_tell"])),
        "outcome": draw(st.sampled_from([None, "remission", "partial_response", "worse"])),
        "stage": (count, count + draw(st.integers(0, 2))),
        "known": draw(st.booleans()),
        "grades": draw(st.lists(st.sampled_from(["watch", "emergency"]), max_size=2)),
        "age": draw(st.sampled_from([20.0, 43.0, 80.0])),
        "today": draw(st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))).isoformat(),
        "acknowledged": draw(st.booleans()),
        "codes": draw(st.lists(st.sampled_from(CODES), unique=True, max_size=6)),
        "effects": draw(st.lists(st.sampled_from(["tremor", "nausea"]), unique=True)),
        "episode": draw(st.sampled_from([None, 1, 4])),
        "highest": draw(st.sampled_from([None, 50.0, 200.0])),
    }


def _plan(plan: Planner, make: Any, drawn_person: dict[str, Any]) -> Plan:
    p = drawn_person
    judged = make.appraisal(
        *(make.verdict(key, kind) for key, kind in p["kinds"].items()),
        trials=tuple(make.appraised(key, p["adequate"], p["failed"]) for key in p["running"]),
        at=make.stage(*p["stage"], known=p["known"]),
        flags=tuple(make.flag(grade) for grade in p["grades"]),
    )
    dose = answers.given(Dose(100, "mg/d"))
    timeline = make.person(
        *(make.running(key, p["outcome"], dose=dose) for key in p["running"]), age=p["age"]
    )
    number = answers.not_asked() if p["episode"] is None else answers.given(p["episode"])
    timeline = replace(
        timeline,
        episode=Episode(number=number),
        conditions=answers.given(tuple(Condition(c, "icd10", "active") for c in p["codes"])),
        side_effects=answers.given(
            tuple(ReportedEffect(e, "severe", "2025-01-10") for e in p["effects"])
        ),
    )
    limits = tuple(
        DoseLimit(key, "mg/d", None, None, p["highest"], (), (), "recalled") for key in p["running"]
    )
    judged = replace(judged, dose_limits=limits)
    rest = tuple(key for key in p["order"] if key not in p["tied"])
    decision = make.ranking(*p["tied"], rest=rest)
    return plan(timeline, judged, decision, today=p["today"], acknowledged=p["acknowledged"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@drawn(people())
def test_rules_of_every_plan(plan: Planner, make: Any, someone: dict[str, Any]) -> None:
    found = _plan(plan, make, someone)
    stopped = {key for key, kind in someone["kinds"].items() if kind == "hard_stop"}
    titles = {key.replace("_", " ").capitalize() for key in stopped}
    today = dt.date.fromisoformat(someone["today"])
    assert {option.treatment for option in found.blocked} == stopped
    assert all(option.reasons for option in found.blocked)
    for step in found.steps:
        assert not stopped & set(step.treatments)
        assert not titles & set(step.alternatives)
        assert dt.date.fromisoformat(step.review) > today
        assert all((step.action, step.why, step.stop_rule, step.evidence, step.reference, step.id))
        assert step.prerequisites
        assert step.alternatives
        assert "{" not in step.action + step.why + step.stop_rule + step.evidence
    assert [step.order for step in found.steps] == list(range(1, len(found.steps) + 1))
    released = someone["acknowledged"] or "emergency" not in someone["grades"]
    assert bool(found.steps) == released
    assert (found.withheld is None) == released


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@drawn(people())
def test_the_same_person_the_same_plan(plan: Planner, make: Any, someone: dict[str, Any]) -> None:
    assert _plan(plan, make, someone) == _plan(plan, make, someone)


def test_an_emergency_withholds_the_steps(plan: Planner, make: Any) -> None:
    judged = make.appraisal(flags=(make.flag("emergency"),))
    found = plan(make.person(), judged, make.ranking("sertraline"))
    assert found.steps == ()
    assert found.withheld is not None
    assert "Suicidal thoughts" in found.withheld


def test_an_acknowledged_emergency_puts_the_pathway_first(plan: Planner, make: Any) -> None:
    judged = make.appraisal(flags=(make.flag("emergency"),))
    found = plan(make.person(), judged, make.ranking("sertraline"), acknowledged=True)
    assert found.withheld is None
    assert found.steps[0].action == "Follow the urgent pathway first: suicidal thoughts."
    assert found.steps[0].review == "2025-01-16"


def test_a_withheld_ranking_withholds_the_plan(plan: Planner, make: Any) -> None:
    found = plan(make.person(), make.appraisal(), make.ranking("cbt", withheld="not now"))
    assert (found.steps, found.withheld) == ((), "not now")


def test_watch_puts_safety_first_and_keeps_the_plan(plan: Planner, make: Any) -> None:
    judged = make.appraisal(flags=(make.flag("watch"),))
    found = plan(make.person(), judged, make.ranking("sertraline"))
    assert found.steps[0].action.startswith("Ask in person about thoughts of suicide")
    assert found.steps[0].review == "2025-01-22"
    assert any(step.treatments == ("sertraline",) for step in found.steps)


@pytest.mark.parametrize(
    ("today", "review"), [("2025-01-31", "2025-02-07"), ("2024-02", "2024-03-07")]
)
def test_dates_count_from_the_last_day_that_today_allows(
    plan: Planner, make: Any, today: str, review: str
) -> None:
    judged = make.appraisal(flags=(make.flag("watch"),))
    found = plan(make.person(), judged, make.ranking("sertraline"), today=today)
    assert found.steps[0].review == review


def test_every_situation_of_the_table_is_known_and_used() -> None:
    named = [row.text("applies_when") for row in load_table("phases/steps")]
    assert set(named) == set(SITUATIONS)
    assert len(named) == len(set(named))


def test_the_phases_follow_each_other() -> None:
    rows = load_table("phases/phases").rows
    assert [row.number("order") for row in rows] == list(range(1, len(rows) + 1))
    entries = [row.number("entry_failed_trials") for row in rows]
    assert entries == sorted(entries)
    assert entries[0] == 0


@pytest.mark.parametrize(
    "table",
    [
        *(name for name in table_names() if name.startswith("phases/")),
        "guidelines/statements",
    ],
)
def test_no_forbidden_word(table: str) -> None:
    for row in load_table(table):
        texts = [text for column, text in row.cells.items() if column not in NOT_READ]
        assert not [text for text in texts if FORBIDDEN.search(text)], row.where


def test_starts_name_known_groups() -> None:
    known = {row.text("id") for row in load_table("treatments/treatments")}
    groups = {row.cells["group"] for row in load_table("treatments/treatments")}
    for row in load_table("phases/starts"):
        assert row.text("id") in (known if row.text("kind") == "treatment" else groups)
    ranked = groups - {"n/a"}
    assert ranked <= {
        r.text("id") for r in load_table("phases/starts") if r.text("kind") == "group"
    }


def test_every_class_has_a_line() -> None:
    judged = [row for row in load_table("treatments/treatments") if row.flag("judged")]
    assert {row.text("drug_class") for row in judged} <= {
        row.text("drug_class") for row in load_table("phases/lines")
    }


def test_every_treatment_has_a_phase() -> None:
    phases = {row.text("id") for row in load_table("phases/phases")}
    named = {row.cells["phase"] for row in load_table("treatments/treatments")} - {"n/a"}
    assert named <= phases
