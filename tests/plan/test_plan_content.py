"""Single situations of the wider plan: combination, side effects, questions, doses, guidelines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from equipoise.core.answers import given
from equipoise.core.nouns import (
    CheckItem,
    DoseLimit,
    EpisodeCriteria,
    GuidelineView,
    Plan,
    ReportedEffect,
    ScaleAnswers,
    Step,
    VisitNote,
)
from equipoise.core.nouns.numbers import Dose
from equipoise.core.tables import load_table
from tests.plan.conftest import Planner

PARTLY = {"dose": given(Dose(100, "mg/d")), "start": given("2024-09-01")}


def _step(plan: Plan, name: str) -> Step:
    return next(step for step in plan.steps if step.id == name)


def _ids(plan: Plan) -> set[str]:
    return {step.id for step in plan.steps}


def _view(plan: Plan, guideline: str, subject: str) -> GuidelineView:
    return next(v for v in plan.guidelines if (v.guideline, v.subject) == (guideline, subject))


def _limit(maximum: float | None, unit: str = "mg/d") -> DoseLimit:
    because = ("age 66: at most half",)
    return DoseLimit("sertraline", unit, 25, 50, maximum, because, ("eGFR",), "recalled")


def _partly(make: Any, *limits: DoseLimit) -> tuple[Any, Any]:
    judged = make.appraisal(trials=(make.appraised("sertraline", "yes", "yes"),), at=make.stage(1))
    person = make.person(make.running("sertraline", "partial_response", **PARTLY))
    return person, replace(judged, dose_limits=limits)


@pytest.mark.parametrize(
    ("limits", "raised"),
    [
        ((_limit(200),), True),
        ((_limit(100),), False),  # at the highest dose of this person
        ((_limit(200, "mg"),), False),  # another unit is not compared
        ((_limit(None),), False),
        ((), False),
    ],
)
def test_a_dose_rises_before_a_change_where_the_person_has_room(
    plan: Planner, make: Any, limits: tuple[DoseLimit, ...], raised: bool
) -> None:
    person, judged = _partly(make, *limits)
    found = plan(person, judged, make.ranking("escitalopram"))
    assert ("room_in_dose" in _ids(found)) == raised
    assert ("choose_later" in _ids(found)) == raised
    assert ("add_or_change" in _ids(found)) != raised
    if raised:
        action = _step(found, "room_in_dose").action
        assert "Adequate from 50 mg/d, highest for this person 200 mg/d" in action
        assert "age 66: at most half" in action
        assert "not known: eGFR" in action


@pytest.mark.parametrize(("severity", "raised"), [("severe", False), ("mild", True)])
def test_a_dose_that_is_hard_to_bear_is_not_raised(
    plan: Planner, make: Any, severity: str, raised: bool
) -> None:
    person, judged = _partly(make, _limit(200))
    told = (
        ReportedEffect("nausea", "severe", "2024-12-01"),
        ReportedEffect("nausea", severity, "2025-01-10"),
    )
    found = plan(replace(person, side_effects=given(told)), judged, make.ranking("escitalopram"))
    assert ("room_in_dose" in _ids(found)) == raised
    assert ("slower rise" in _step(found, "act_on_effects").action) != raised
    assert "2024-12-01" not in _step(found, "act_on_effects").action


def test_an_effect_that_is_gone_asks_for_nothing(plan: Planner, make: Any) -> None:
    gone = given((ReportedEffect("nausea", "none", "2025-01-10"),))
    found = plan(
        replace(make.person(), side_effects=gone), make.appraisal(), make.ranking("sertraline")
    )
    assert "act_on_effects" not in _ids(found)


def test_the_most_urgent_side_effect_sets_the_review(plan: Planner, make: Any) -> None:
    told = tuple(ReportedEffect(e, "moderate", "2025-01-10") for e in ("weight_gain", "tremor"))
    someone = replace(make.person(), side_effects=given(told))
    step = _step(plan(someone, make.appraisal(), make.ranking("sertraline")), "act_on_effects")
    assert step.review == "2025-01-22"
    assert "Coarse tremor, unsteadiness or confusion: same day." in step.stop_rule


def test_every_side_effect_that_is_asked_for_has_an_answer() -> None:
    asked = {row.text("id") for row in load_table("checks/effects")}
    assert asked == {row.text("id") for row in load_table("phases/side_effects")}


def test_scales_and_checks_that_the_tables_name_exist() -> None:
    scales = {row.text("id") for row in load_table("scales/scales")}
    findings = {row.text("id") for row in load_table("red_flags/findings")}
    items = {row.text("item") for row in load_table("checks/checks")}
    tables = ("comorbidities", "referrals", "formulations", "habits", "relapse_risks")
    for name in tables:
        for row in load_table(f"phases/{name}"):
            cells = row.cells
            assert set(row.items("findings") if "findings" in cells else ()) <= findings, row.where
            assert set(row.items("checks") if "checks" in cells else ()) <= items, row.where
            assert set(row.items("scale") if "scale" in cells else ()) <= scales, row.where


def test_words_of_the_person_are_quoted_as_they_are(plan: Planner, make: Any) -> None:
    """Braces and quotes in a note are no part of a template."""
    notes = (VisitNote('What is {trial}, "really"?', "2025-01-10"),)
    someone = replace(make.person(), visit_notes=given(notes))
    found = plan(someone, make.appraisal(), make.ranking("sertraline"))
    assert 'What is {trial}, "really"?' in _step(found, "answer_the_person").action


def test_a_therapy_that_is_stopped_by_a_rule_is_not_combined(plan: Planner, make: Any) -> None:
    judged = make.appraisal(make.verdict("cbt", "hard_stop"))
    found = plan(make.person(), judged, make.ranking("sertraline", "cbt"))
    assert "combine" not in _ids(found)


def test_the_combination_says_where_no_trial_stands(plan: Planner, make: Any) -> None:
    judged = make.appraisal(trials=(make.appraised("sertraline", "yes", "yes"),), at=make.stage(2))
    taken = make.person(make.running("sertraline", "no_response"))
    step = _step(plan(taken, judged, make.ranking("rtms", "cbt")), "combine")
    assert "brain stimulation" in step.action
    assert "No trial tested drug, psychotherapy and stimulation together" in step.evidence
    first = _step(
        plan(make.person(), make.appraisal(), make.ranking("sertraline", "cbt")), "combine"
    )
    assert "stimulation" not in first.action + first.evidence


def test_a_running_therapy_is_kept_in_the_combination(plan: Planner, make: Any) -> None:
    trials = (make.running("sertraline", "no_response"), make.running("cbt", "partial_response"))
    judged = make.appraisal(
        trials=(make.appraised("sertraline", "yes", "yes"), make.appraised("cbt", "yes", "yes")),
        at=make.stage(1),
    )
    found = plan(make.person(*trials), judged, make.ranking("escitalopram"))
    assert "cbt every week" in _step(found, "combine").action


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        ("met", set()),
        ("not_met", {"settle_diagnosis"}),
        ("cannot_tell", {"complete_check"}),
    ],
)
def test_criteria_that_are_not_met_are_settled_first(
    plan: Planner, make: Any, status: Any, steps: set[str]
) -> None:
    criteria = EpisodeCriteria(status, (), (), (), ("2 of 5 symptoms",), (), "recalled")
    judged = replace(make.appraisal(), episode_criteria=criteria)
    found = plan(make.person(), judged, make.ranking("sertraline"))
    assert _ids(found) & {"settle_diagnosis", "complete_check"} == steps
    if status == "not_met":
        assert "2 of 5 symptoms" in _step(found, "settle_diagnosis").action


def test_what_imitates_resistance_is_asked_only_where_a_trial_counts(
    plan: Planner, make: Any
) -> None:
    item = CheckItem("levels", "Blood levels", "not_checked", "", "take", "recalled")
    for count, asked in ((0, False), (1, True)):
        judged = make.appraisal(at=make.stage(count))
        judged = replace(judged, pseudo_resistance=(item,))
        found = plan(make.person(), judged, make.ranking("sertraline"))
        assert ("look_like_resistance" in _ids(found)) == asked


def test_a_reported_total_counts_as_a_score(plan: Planner, make: Any) -> None:
    told = given((ScaleAnswers("phq9", "2025-01-10", (), total=3),))
    found = plan(replace(make.person(), scales=told), make.appraisal(), make.ranking("sertraline"))
    assert "no_need" in _ids(found)


@pytest.mark.parametrize(
    ("scale", "total", "step"),
    [("gad7", 10, "treat_beside"), ("isi", 15, "treat_beside"), ("pcptsd5", 4, "treat_beside")],
)
def test_a_score_from_its_limit_changes_the_plan(
    plan: Planner, make: Any, scale: str, total: int, step: str
) -> None:
    """GAD-7 moderate from 10, ISI clinical from 15, PC-PTSD-5 positive from 4."""
    for value, planned in ((total - 1, False), (total, True)):
        told = (
            ScaleAnswers("phq9", "2025-01-10", (2,) * 8 + (0,)),
            ScaleAnswers(scale, "2024-12-01", (), total=0),
            ScaleAnswers(scale, "2025-01-10", (), total=value),
        )
        someone = replace(make.person(), scales=given(told))
        found = plan(someone, make.appraisal(), make.ranking("sertraline"))
        assert (step in _ids(found)) == planned


def test_adversity_by_a_scale_leads_to_a_formulation(plan: Planner, make: Any) -> None:
    """CTQ-SF: 15 points of emotional abuse are moderate (from 13)."""
    phq9 = ScaleAnswers("phq9", "2025-01-10", (2,) * 8 + (0,))
    for answer, planned in ((3, True), (1, False)):
        ctq = ScaleAnswers("ctq_sf", "2025-01-10", (answer,) * 28)
        someone = replace(make.person(), scales=given((phq9, ctq)))
        found = plan(someone, make.appraisal(), make.ranking("sertraline"))
        assert ("formulation" in _ids(found)) == planned


def test_a_guideline_that_hangs_on_an_open_trial_cannot_be_told(plan: Planner, make: Any) -> None:
    judged = make.appraisal(
        trials=(make.appraised("sertraline", "yes", "yes"),), at=make.stage(1, 2)
    )
    taken = make.person(make.running("sertraline", "no_response"))
    view = _view(plan(taken, judged, make.ranking("cbt")), "vadod2022", "rtms")
    assert view.stance == "cannot_tell"
    assert view.why == "Not known: how many adequate trials did not help enough."


def test_a_departure_names_the_stop(plan: Planner, make: Any) -> None:
    judged = make.appraisal(make.verdict("rtms", "hard_stop"), at=make.stage(2))
    view = _view(plan(make.person(), judged, make.ranking("ect", "rtms")), "vadod2022", "rtms")
    assert (view.stance, view.treatments) == ("departs", ())
    assert view.why == "Rtms: a safety rule blocks it."


def test_no_guideline_is_compared_while_the_plan_is_withheld(plan: Planner, make: Any) -> None:
    judged = make.appraisal(flags=(make.flag("emergency"),))
    found = plan(make.person(), judged, make.ranking("sertraline"))
    assert (found.guidelines, found.phases) == ((), ())


def test_every_subject_stands_once_and_names_what_exists() -> None:
    steps = {row.text("id") for row in load_table("phases/steps")}
    treatments = load_table("treatments/treatments").rows
    tokens = {row.cells[c] for row in treatments for c in ("id", "drug_class", "group")}
    flags = {row.text("flag") for row in load_table("red_flags/red_flags")}
    for row in load_table("guidelines/statements"):
        assert set(row.items("steps")) <= steps, row.where
        assert set(row.items("named")) | set(row.items("not_named")) <= tokens, row.where
        assert set(row.items("flags")) | set(row.items("without_flags")) <= flags, row.where
        assert row.items("steps") or row.items("named") or row.items("not_named")
