"""What the plan must and must not say, case by case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from equipoise.core.answers import given
from equipoise.core.nouns import DrugUse, Plan, Step, Timeline, TreatmentTrial

Planner = Callable[..., Plan]


def _step(plan: Plan, start: str) -> Step:
    found = [step for step in plan.steps if step.action.startswith(start)]
    assert found, [step.action for step in plan.steps]
    return found[0]


def _says(plan: Plan, part: str) -> bool:
    return any(part in step.action for step in plan.steps)


def test_nobody_known_is_asked_first(plan: Planner, make: Any) -> None:
    judged = make.appraisal(at=make.stage(known=False))
    found = plan(Timeline("01"), judged, make.ranking("sertraline", "escitalopram"))
    assert found.steps[0].action.startswith("Record every treatment of this episode")
    assert _says(found, "PHQ-9 today")
    assert not any(step.treatments for step in found.steps)
    assert found.still_missing[:2] == (
        "present and past treatments of the depression",
        "the drugs taken now",
    )
    assert "PHQ-9" in found.still_missing
    assert found.phase == "optimise_augment"
    assert "No treatment history" in found.phase_reason


def test_asked_and_none_is_no_missing_history(plan: Planner, make: Any) -> None:
    found = plan(make.person(), make.appraisal(), make.ranking("sertraline"))
    assert found.still_missing == ()
    assert _step(found, "Offer sertraline").treatments == ("sertraline",)


def test_one_first_choice_with_its_chance(plan: Planner, make: Any) -> None:
    found = plan(make.person(), make.appraisal(), make.ranking("sertraline", rest=("cbt",)))
    step = _step(found, "Offer sertraline.")
    # 35.2 (28.4 to 43.1) of 100: the mean to the nearest, the interval outward.
    assert step.evidence == "Sertraline: about 35 of 100 respond by week 8 (80 %: 28-44)."
    assert step.alternatives == ("Cbt",)
    assert "No better than average" in step.why
    assert (step.grade, step.checked, step.reference) == ("A", "checked", "ref_sertraline; shared")


def test_a_tie_has_no_first_choice(plan: Planner, make: Any) -> None:
    decision = make.ranking("sertraline", "cbt", "escitalopram", "venlafaxine")
    found = plan(make.person(), make.appraisal(), decision)
    step = _step(found, "Choose with the person")
    assert (
        "among 4 options that the data do not separate; guidelines name these and 1 more"
        in step.action
    )
    assert step.treatments == ("sertraline", "cbt", "escitalopram")
    assert step.alternatives == ("Venlafaxine",)
    assert step.grade == "B"


def test_a_small_tie_is_named_whole(plan: Planner, make: Any) -> None:
    found = plan(make.person(), make.appraisal(), make.ranking("sertraline", "cbt"))
    assert _says(found, "Choose with the person among sertraline and cbt: no clear first choice.")


def test_first_line_options_of_a_tie_are_named_first(plan: Planner, make: Any) -> None:
    decision = make.ranking("amitriptyline", "sertraline", "venlafaxine", "escitalopram")
    step = _step(plan(make.person(), make.appraisal(), decision), "Choose with the person")
    assert step.treatments == ("sertraline", "venlafaxine", "escitalopram")
    assert step.alternatives == ("Amitriptyline",)


def test_a_line_never_moves_what_ranks_first(plan: Planner, make: Any) -> None:
    decision = make.ranking("amitriptyline", rest=("sertraline",))
    found = plan(make.person(), make.appraisal(), decision)
    assert _step(found, "Offer").treatments == ("amitriptyline",)


def test_what_is_open_may_tie_below_a_first_choice_that_is_not(plan: Planner, make: Any) -> None:
    # Sertraline and cognitive therapy are 1 point apart, below the margin of 2 points.
    decision = make.ranking("ect", rest=("sertraline", "cbt"))
    close = tuple(
        replace(p, utility=54.0) if p.treatment == "cbt" else p for p in decision.predictions
    )
    found = plan(make.person(), make.appraisal(), replace(decision, predictions=close))
    assert _says(found, "Choose with the person among sertraline and cbt: no clear first choice.")


def test_an_option_of_a_later_phase_waits(plan: Planner, make: Any) -> None:
    found = plan(make.person(), make.appraisal(), make.ranking("ect", rest=("sertraline", "cbt")))
    step = _step(found, "Offer sertraline.")
    assert "later phase" in step.why
    assert not any("ect" in s.treatments for s in found.steps)


def test_after_two_trials_stimulation_opens(plan: Planner, make: Any) -> None:
    judged = make.appraisal(at=make.stage(2))
    found = plan(make.person(), judged, make.ranking("rtms", "ect"))
    assert found.phase == "stimulation"
    assert found.phase_reason == (
        "2 adequate drug trials of this episode without enough benefit; this phase begins at 2."
    )
    step = _step(found, "Choose with the person among rtms and ect")
    assert any(text.startswith("Rtms: Metal and implants") for text in step.prerequisites)
    assert step.checked == "recalled"


def test_an_unclear_trial_does_not_move_the_phase(plan: Planner, make: Any) -> None:
    judged = make.appraisal(at=make.stage(1, 3))
    found = plan(make.person(), judged, make.ranking("sertraline"))
    assert found.phase == "optimise_augment"
    assert "may rise to 3" in found.phase_reason


@pytest.mark.parametrize(("failed", "phase"), [("yes", "specialised"), ("no", "stimulation")])
def test_the_last_phase_needs_stimulation_tried(
    plan: Planner, make: Any, failed: str, phase: str
) -> None:
    judged = make.appraisal(trials=(make.appraised("rtms", "yes", failed),), at=make.stage(4))
    assert plan(make.person(), judged, make.ranking("ect")).phase == phase


def test_a_present_trial_gets_its_fair_chance_first(plan: Planner, make: Any) -> None:
    reasons = ("dose 25 mg/d is below 50 mg/d",)
    judged = make.appraisal(trials=(make.appraised("sertraline", "no", reasons=reasons),))
    found = plan(make.person(make.running("sertraline")), judged, make.ranking("escitalopram"))
    first = _step(found, "Bring sertraline to an adequate dose")
    assert "25 mg/d is below" in first.action
    later = _step(found, "If that does not help enough: offer escitalopram.")
    assert first.order < later.order
    assert first.review < later.review
    assert not any(step.action.startswith("Offer") for step in found.steps)


def test_what_cannot_be_told_is_asked_first(plan: Planner, make: Any) -> None:
    trial = make.appraised("sertraline", "cannot_tell", "cannot_tell", missing=("the dose",))
    judged = make.appraisal(trials=(trial,))
    found = plan(make.person(make.running("sertraline")), judged, make.ranking("escitalopram"))
    assert _step(found, "Ask about sertraline: the dose.").treatments == ("sertraline",)
    assert not _says(found, "Bring sertraline")
    assert _says(found, "If that does not help enough")
    assert "sertraline: the dose" in found.still_missing


def test_what_helps_goes_on(plan: Planner, make: Any) -> None:
    trial = make.running("sertraline", "response")
    judged = make.appraisal(trials=(make.appraised("sertraline", "yes"),))
    found = plan(make.person(trial), judged, make.ranking("escitalopram"))
    assert _says(found, "Continue sertraline.")
    assert not _says(found, "escitalopram")


def test_getting_worse_does_not_wait_for_a_fair_chance(plan: Planner, make: Any) -> None:
    trial = make.running("sertraline", "worse")
    judged = make.appraisal(trials=(make.appraised("sertraline", "no"),))
    found = plan(make.person(trial), judged, make.ranking("escitalopram"))
    assert not _says(found, "Bring sertraline")
    assert _says(found, "Offer escitalopram.")


def test_a_stop_on_what_is_taken_now_comes_first(plan: Planner, make: Any) -> None:
    judged = make.appraisal(
        make.verdict("sertraline", "hard_stop"), trials=(make.appraised("sertraline", "no"),)
    )
    found = plan(make.person(make.running("sertraline")), judged, make.ranking("escitalopram"))
    step = _step(found, "Review sertraline today: The rule for sertraline applies.")
    assert step.treatments == ()
    assert step.review == "2025-01-16"
    assert not _says(found, "Bring sertraline")


def test_a_stop_on_any_drug_that_is_taken_stands_before_the_work_up(
    plan: Planner, make: Any
) -> None:
    """Lithium among the other drugs is no option, and still has to be looked at first."""
    judged = make.appraisal(
        checks=(make.check("tsh", "not_checked"),), current=(make.verdict("lithium", "hard_stop"),)
    )
    found = plan(make.person(), judged, make.ranking("sertraline"))
    step = found.steps[0]
    assert step.action == "Review lithium today: The rule for lithium applies."
    assert "The rule asks: Do this for lithium" in step.prerequisites
    assert step.order < _step(found, "Complete the diagnosis check").order


def test_a_dose_above_the_maximum_is_looked_at_and_what_helps_goes_on(
    plan: Planner, make: Any
) -> None:
    stop = make.verdict("sertraline", "hard_stop")
    dose = replace(stop, reasons=(replace(stop.reasons[0], rule="dose_above_maximum"),))
    judged = make.appraisal(trials=(make.appraised("sertraline", "yes"),), current=(dose,))
    found = plan(make.person(make.running("sertraline", "response")), judged, make.ranking("cbt"))
    assert _says(found, "Review sertraline today")
    assert _says(found, "Continue sertraline.")


@pytest.mark.parametrize("name", ["lithium", "lithium_augmentation"])
def test_a_drug_is_the_same_under_either_name(plan: Planner, make: Any, name: str) -> None:
    """Whether the record says lithium or lithium added, it is not offered while it is taken."""
    trials = (make.running("sertraline", "partial_response"), make.running(name))
    judged = make.appraisal(
        trials=(make.appraised("sertraline", "yes", "yes"), make.appraised(name, "yes", "yes"))
    )
    decision = make.ranking("lithium_augmentation", rest=("cbt",))
    assert _step(plan(make.person(*trials), judged, decision), "Offer").treatments == ("cbt",)


def test_what_is_taken_among_the_other_drugs_is_not_offered(plan: Planner, make: Any) -> None:
    someone = replace(make.person(), drugs=given((DrugUse("sertraline"),)))
    found = plan(someone, make.appraisal(), make.ranking("sertraline", rest=("cbt",)))
    assert _step(found, "Offer").treatments == ("cbt",)


@pytest.mark.parametrize(
    ("rule", "offered"),
    [
        ("older_tca_paroxetine", "cbt"),  # the Beers list says to avoid it
        ("tca_ecg", "amitriptyline"),  # an ECG first is something to do
        ("sri_tramadol", "cbt"),  # a pair of grade A: avoid, specialist override
        ("sri_nsaid", "amitriptyline"),  # a pair of grade B: adjust or monitor
    ],
)
def test_no_step_names_what_a_rule_says_to_avoid(
    plan: Planner, make: Any, rule: str, offered: str
) -> None:
    caution = make.verdict("amitriptyline", "caution")
    caution = replace(caution, reasons=(replace(caution.reasons[0], rule=rule),))
    found = plan(
        make.person(), make.appraisal(caution), make.ranking("amitriptyline", rest=("cbt",))
    )
    assert _step(found, "Offer").treatments == (offered,)


def test_ect_stands_first_where_the_guideline_puts_it_first(plan: Planner, make: Any) -> None:
    """CANMAT: second-line in general, first-line with psychosis or acute suicidality."""
    decision = make.ranking("rtms", "ect")
    judged = make.appraisal(at=make.stage(2))
    found = plan(make.person(), judged, decision)
    assert _step(found, "Choose with the person").treatments[0] == "rtms"
    judged = make.appraisal(at=make.stage(2), flags=(make.flag("emergency", "suicidal_plan"),))
    found = plan(make.person(), judged, decision, acknowledged=True)
    assert _step(found, "Ask a specialist service today").treatments == ("ect",)


def test_a_watch_flag_on_a_drug_is_not_answered_with_questions_on_suicide(
    plan: Planner, make: Any
) -> None:
    judged = make.appraisal(flags=(make.flag("watch", "lithium_level_high"),))
    found = plan(make.person(), judged, make.ranking("sertraline"))
    assert found.steps[0].action.endswith("(item 9): Stay with the person.")
    assert found.steps[0].review == "2025-01-16"
    assert not _says(found, "thoughts of suicide")
    assert not _says(found, "See the person within 1 week")


def test_the_day_of_the_question_follows_the_flag(plan: Planner, make: Any) -> None:
    for when, said in (("today", "today"), ("now", "at this contact")):
        flag = make.flag("watch")
        flag = replace(flag, pathway=(replace(flag.pathway[0], when=when),))
        found = plan(make.person(), make.appraisal(flags=(flag,)), make.ranking("sertraline"))
        assert f", {said}, and make or renew the safety plan" in found.steps[0].action


def test_a_stop_for_want_of_a_date_asks_for_the_date(plan: Planner, make: Any) -> None:
    stop = make.verdict("sertraline", "hard_stop")
    dated = replace(
        stop, reasons=(replace(stop.reasons[0], missing="the stop date of phenelzine"),)
    )
    found = plan(make.person(), make.appraisal(dated), make.ranking("cbt"))
    assert _says(found, "Settle what the safety rules could not tell: the stop date of phenelzine.")


def test_a_trial_without_an_end_counts_as_taken(plan: Planner, make: Any) -> None:
    judged = make.appraisal(trials=(make.appraised("sertraline", "yes", "yes"),))
    timeline = make.person(TreatmentTrial("sertraline"))
    found = plan(timeline, judged, make.ranking("sertraline", "escitalopram"))
    assert _says(found, "Offer escitalopram.")


def test_the_first_trial_of_a_drug_is_not_the_second(plan: Planner, make: Any) -> None:
    ended = TreatmentTrial("sertraline", stop=given("2020"))
    trials = (make.appraised("sertraline", "yes", "no"), make.appraised("sertraline", "no"))
    found = plan(
        make.person(ended, make.running("sertraline")),
        make.appraisal(trials=trials),
        make.ranking("escitalopram"),
    )
    assert _says(found, "Bring sertraline")


def test_what_did_not_help_is_not_offered_again(plan: Planner, make: Any) -> None:
    judged = make.appraisal(trials=(make.appraised("sertraline", "yes", "yes"),), at=make.stage(1))
    ended = TreatmentTrial("sertraline", stop=given("2024-12"))
    found = plan(make.person(ended), judged, make.ranking("sertraline", "escitalopram"))
    assert _step(found, "Offer").treatments == ("escitalopram",)


def test_what_was_not_borne_is_not_offered_again(plan: Planner, make: Any) -> None:
    judged = make.appraisal(trials=(make.appraised("sertraline", "no"),))
    ended = TreatmentTrial("sertraline", stop=given("2023"), stopped_for=given("side_effects"))
    found = plan(make.person(ended), judged, make.ranking("sertraline", "escitalopram"))
    assert _step(found, "Offer").treatments == ("escitalopram",)


@pytest.mark.parametrize(("taken", "offered"), [(True, "Offer lithium"), (False, "Offer cbt")])
def test_an_addition_needs_something_to_add_to(
    plan: Planner, make: Any, taken: bool, offered: str
) -> None:
    trials = (make.running("sertraline", "partial_response"),) if taken else ()
    judged = make.appraisal(trials=(make.appraised("sertraline", "yes", "yes"),) if taken else ())
    found = plan(make.person(*trials), judged, make.ranking("lithium_augmentation", rest=("cbt",)))
    assert _says(found, offered)


def test_an_option_that_cannot_be_told_asks_for_the_fact(plan: Planner, make: Any) -> None:
    judged = make.appraisal(make.verdict("sertraline", "cannot_tell"))
    found = plan(make.person(), judged, make.ranking("sertraline"))
    assert _says(found, "Settle what the safety rules could not tell: fact about sertraline.")
    assert "Find out: fact about sertraline" in _step(found, "Offer sertraline").prerequisites
    assert found.still_missing == ("fact about sertraline",)


def test_a_caution_becomes_something_to_do_before(plan: Planner, make: Any) -> None:
    judged = make.appraisal(make.verdict("sertraline", "caution"))
    found = plan(make.person(), judged, make.ranking("sertraline"))
    assert "Do this for sertraline" in _step(found, "Offer sertraline").prerequisites


def test_a_caution_on_a_pair_names_the_other_drug(plan: Planner, make: Any) -> None:
    caution = make.verdict("sertraline", "caution")
    pair = replace(
        caution.reasons[0], text="With Ibuprofen (taken now): bleeding", action="add a PPI"
    )
    judged = make.appraisal(replace(caution, reasons=(pair,)))
    found = plan(make.person(), judged, make.ranking("sertraline"))
    told = _step(found, "Offer sertraline").prerequisites
    assert "With Ibuprofen (taken now): add a PPI" in told


def test_facts_of_one_reason_are_listed_one_by_one(plan: Planner, make: Any) -> None:
    caution = make.verdict("sertraline", "caution")
    reason = replace(caution.reasons[0], missing="the dose; the dates")
    judged = make.appraisal(replace(caution, reasons=(reason,)))
    found = plan(make.person(), judged, make.ranking("cbt"))
    assert found.still_missing == ("the dose", "the dates")


def test_a_long_list_of_open_facts_is_cut_in_the_step_and_whole_in_the_plan(
    plan: Planner, make: Any
) -> None:
    checks = tuple(make.check(f"test{n}", "not_checked") for n in range(9))
    found = plan(make.person(), make.appraisal(checks=checks), make.ranking("sertraline"))
    step = _step(found, "Complete the diagnosis check: TEST0, ")
    assert step.action.endswith("TEST5 and 3 more that are listed as missing.")
    assert len(found.still_missing) == 9


def test_facts_that_concern_most_options_stand_first(plan: Planner, make: Any) -> None:
    one, many = make.verdict("cbt", "cannot_tell"), make.verdict("venlafaxine", "cannot_tell")
    shared = replace(many, treatment="sertraline")
    found = plan(make.person(), make.appraisal(one, many, shared), make.ranking("escitalopram"))
    assert _says(found, "could not tell: fact about venlafaxine and fact about cbt.")


def test_the_diagnosis_check_is_finished(plan: Planner, make: Any) -> None:
    checks = (make.check("tsh", "not_checked"), make.check("b12", "abnormal"))
    found = plan(make.person(), make.appraisal(checks=checks), make.ranking("sertraline"))
    assert _says(found, "Complete the diagnosis check: TSH.")
    assert _says(found, "Look into what stands out: B12.")
    assert found.still_missing == ("TSH",)


@pytest.mark.parametrize(
    ("items", "therapy"), [((2,) * 7 + (1, 0), True), ((2,) * 8 + (0,), False)]
)
def test_less_severe_depression_hears_of_therapy_first(
    plan: Planner, make: Any, items: tuple[int, ...], therapy: bool
) -> None:
    # NICE NG222: less severe is below 16 on the PHQ-9. Totals here are 15 and 16.
    found = plan(make.person(phq9=items), make.appraisal(), make.ranking("sertraline"))
    assert _says(found, "psychological treatment before a drug") == therapy


@pytest.mark.parametrize(
    ("age", "flagged", "close"), [(25, False, True), (26, False, False), (60, True, True)]
)
def test_who_is_seen_within_a_week(
    plan: Planner, make: Any, age: float, flagged: bool, close: bool
) -> None:
    flags = (make.flag("watch"),) if flagged else ()
    found = plan(make.person(age=age), make.appraisal(flags=flags), make.ranking("sertraline"))
    assert _says(found, "See the person within 1 week") == close
    assert _says(found, "Repeat the PHQ-9 at weeks 2 and 4.") != close


def test_nothing_left_asks_a_specialist(plan: Planner, make: Any) -> None:
    judged = make.appraisal(make.verdict("sertraline", "hard_stop"))
    found = plan(make.person(), judged, make.ranking("sertraline", rest=("ect",)))
    assert _says(found, "Ask a specialist service")
    assert not any(step.treatments for step in found.steps)


def test_an_option_without_a_verdict_is_not_named(plan: Planner, make: Any) -> None:
    judged = make.appraisal()
    judged = replace(
        judged, verdicts=tuple(v for v in judged.verdicts if v.treatment != "sertraline")
    )
    found = plan(make.person(), judged, make.ranking("sertraline", rest=("cbt",)))
    assert _step(found, "Offer").treatments == ("cbt",)
