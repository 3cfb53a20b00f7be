"""Plans of a year for people of the shipped evidence, and plans that somebody wrote."""

from __future__ import annotations

from collections import Counter

import pytest

from equipoise.core.answers import not_asked
from equipoise.core.documents import to_json
from equipoise.core.errors import InputError
from equipoise.core.nouns import Appraisal, OptionVerdict, SafetyReason, Stage
from equipoise.core.tables import load_table, setting
from equipoise.evidence import load
from equipoise.predict import predict
from equipoise.predict.sequences import PlanAsked, Year, compare_plans
from equipoise.profile import infer

EVIDENCE = load()
KNOWN = {one.id: one for one in EVIDENCE.treatments}
PERSON = infer((), today="2025-01-10")


def _appraisal(stage: int, verdicts: tuple[OptionVerdict, ...] = ()) -> Appraisal:
    return Appraisal((), (), Stage(stage, stage, stage, True, ""), (), verdicts)


def _year(appraisal: Appraisal, seed: int = 1) -> Year:
    decision = predict(PERSON, appraisal, EVIDENCE, preferences=not_asked(), seed=seed)
    return Year(decision.year_plans, decision.year_comparisons)


def _stop(treatment: str, rule: str = "a_rule") -> OptionVerdict:
    reason = SafetyReason(rule, "hard_stop", "a reason", "", None, "recalled", "C", "recalled")
    return OptionVerdict(treatment, "hard_stop", (reason,))


def _asked(title: str, *steps: str, add: str | None = None) -> PlanAsked:
    return PlanAsked(title, steps, add, f"{title}.yaml")


def _compare(stage: int, *plans: PlanAsked, people: int = 600, seed: int = 1) -> Year:
    return compare_plans(PERSON, _appraisal(stage), EVIDENCE, plans, run=(seed, people, 52.0))


@pytest.mark.parametrize("stage", [0, 1, 2, 4])
def test_the_plans_of_a_year_keep_the_rules(stage: int) -> None:
    year = _year(_appraisal(stage))
    entry = {
        row.text("id"): int(row.optional_number("entry_failed_trials") or 0)
        for row in load_table("phases/phases")
    }
    assert 3 <= len(year.plans) <= 5
    assert len(year.comparisons) == len(year.plans) - 1
    assert "drug" in {plan.id for plan in year.plans}
    for plan in year.plans:
        assert len(set(plan.steps)) == len(plan.steps) <= 6
        # After two of a class that did not help, guidelines change the class.
        assert max(Counter(KNOWN[name].drug_class for name in plan.steps).values()) <= 2
        for place, name in enumerate(plan.steps):
            one = KNOWN[name]
            assert stage + place >= max(one.failed_trials_before, entry[one.phase])
        assert 0.0 <= plan.weeks_well.ci95[0] <= plan.weeks_well.mean <= 52.0
        assert 0.0 < plan.ever_well < 1.0
        assert plan.weeks_error > 0.0
    weeks = [plan.weeks_well.mean for plan in year.plans]
    assert weeks == sorted(weeks, reverse=True)


def test_a_hard_stop_is_in_no_plan() -> None:
    stopped = tuple(_stop(name) for name in ("ect", "snt", "ketamine_iv", "esketamine"))
    year = _year(_appraisal(2, verdicts=stopped))
    named = {name for plan in year.plans for name in plan.steps}
    assert not named & {"ect", "snt", "ketamine_iv", "esketamine"}


def test_verdicts_follow_lead_and_error() -> None:
    least, errors = setting("predict_year_lead"), setting("predict_year_lead_errors")
    for stage in (0, 2):
        for one in _year(_appraisal(stage)).comparisons:
            equal = abs(one.lead) < least or abs(one.lead) < errors * one.lead_error
            assert (one.verdict == "equal") == equal
            assert one.why


def test_the_same_run_gives_the_same_bytes_in_any_order() -> None:
    plans = (
        _asked("a", "sertraline", "venlafaxine"),
        _asked("b", "cbt", "sertraline"),
        _asked("c", "sertraline", "mirtazapine"),
    )
    one, other = _compare(0, *plans), _compare(0, *reversed(plans))
    assert [to_json(plan) for plan in one.plans] == [to_json(plan) for plan in other.plans]
    assert [to_json(pair) for pair in one.comparisons] == [to_json(p) for p in other.comparisons]
    assert _compare(0, *plans, seed=2).plans[0].weeks_well != one.plans[0].weeks_well


def test_one_plan_under_two_names_is_equal() -> None:
    year = _compare(1, _asked("a", "sertraline", "cbt"), _asked("b", "sertraline", "cbt"))
    (pair,) = year.comparisons
    assert (pair.lead, pair.lead_error, pair.verdict) == (0.0, 0.0, "equal")
    assert pair.why == "The steps are the same."


def test_a_step_more_never_costs_weeks() -> None:
    year = _compare(1, _asked("long", "venlafaxine", "mirtazapine"), _asked("short", "venlafaxine"))
    (pair,) = year.comparisons
    assert (pair.a, pair.b) == ("long", "short")
    assert pair.lead > 0
    assert "step 2" in pair.why
    assert "no further step" in pair.why


@pytest.mark.parametrize(
    ("stage", "plan", "words"),
    [
        (0, _asked("x", "sertralin"), "no such treatment; got sertralin; allowed: sertraline"),
        (0, _asked("x"), "a plan has steps; got 0; allowed: 1 to 6"),
        (0, _asked("x", "cbt", "cbt"), "stands twice"),
        (0, _asked("x", "ect"), "too early; got ect after at most 0 failed drug trials"),
        (0, _asked("x", "vns"), "step 1"),
        (1, _asked("x", "pill_placebo"), "no such treatment"),
        (1, _asked("x", "bupropion", "bupropion_augmentation"), "beside bupropion"),
        (1, _asked("x", "sertraline", add="cbt"), "no add-on"),
        (
            1,
            _asked("x", "sertraline", "lithium_augmentation", add="lithium_augmentation"),
            "a step of the plan as well",
        ),
    ],
)
def test_plans_that_cannot_be_are_refused(stage: int, plan: PlanAsked, words: str) -> None:
    with pytest.raises(InputError, match=words.replace("+", r"\+")) as caught:
        _compare(stage, plan, _asked("y", "venlafaxine"))
    assert "x.yaml" in str(caught.value)


def test_an_addition_without_an_antidepressant_is_refused() -> None:
    alone = _appraisal(1, verdicts=(_stop("lithium_augmentation", "needs_antidepressant"),))
    plans = (_asked("x", "lithium_augmentation"), _asked("y", "cbt"))
    with pytest.raises(InputError, match="needs an antidepressant before it"):
        compare_plans(PERSON, alone, EVIDENCE, plans, run=(1, 200, 52.0))
    later = (_asked("x", "sertraline", "lithium_augmentation"), _asked("y", "cbt"))
    assert compare_plans(PERSON, alone, EVIDENCE, later, run=(1, 200, 52.0)).plans


def test_a_hard_stop_refuses_a_plan_with_its_reason() -> None:
    stopped = _appraisal(2, verdicts=(_stop("ect"),))
    plans = (_asked("x", "ect"), _asked("y", "snt"))
    with pytest.raises(InputError, match="hard stop: a reason"):
        compare_plans(PERSON, stopped, EVIDENCE, plans, run=(1, 200, 52.0))


def test_two_plans_need_two_titles() -> None:
    with pytest.raises(InputError, match="two plans have one title"):
        _compare(0, _asked("x", "cbt"), _asked("x", "ipt"))
