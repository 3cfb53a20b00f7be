"""What a plan may name of options with several drugs, of additions, and of what comes late."""

from __future__ import annotations

from typing import Any

from equipoise.core import answers
from equipoise.core.nouns import Appraisal, DrugUse, OptionVerdict, Timeline
from equipoise.evidence.treatments import read_treatments
from equipoise.plan import make_plan

TODAY = "2025-01-15"
OPTIONS = read_treatments()


def _named(make: Any, timeline: Timeline, *ranked: str, stage: int) -> set[str]:
    verdicts = tuple(OptionVerdict(option.id, "clear", ()) for option in OPTIONS)
    trials = tuple(
        make.appraised(trial.treatment, "yes", "no") for trial in timeline.treatments.or_else(())
    )
    judged = Appraisal((), trials, make.stage(stage), (), verdicts)
    plan = make_plan(timeline, judged, make.ranking(*ranked), OPTIONS, today=TODAY)
    return {name for step in plan.steps for name in step.treatments}


def test_an_inhibitor_of_monoamine_oxidase_is_no_first_treatment(make: Any) -> None:
    # US label of tranylcypromine: not for initial treatment.
    ranked = ("tranylcypromine", "sertraline")
    assert _named(make, make.person(), *ranked, stage=0) == {"sertraline"}
    assert _named(make, make.person(), *ranked, stage=1) == {"sertraline"}
    assert _named(make, make.person(), *ranked, stage=2) == {"sertraline", "tranylcypromine"}


def test_two_drugs_that_are_taken_are_not_named_as_a_pair(make: Any) -> None:
    pair = (make.running("venlafaxine"), make.running("mirtazapine"))
    ranked = ("venlafaxine_mirtazapine", "lithium_augmentation")
    assert "venlafaxine_mirtazapine" in _named(make, make.person(pair[0]), *ranked, stage=2)
    assert _named(make, make.person(*pair), *ranked, stage=2) == {"lithium_augmentation"}


def test_ketamine_that_is_taken_is_not_named_again(make: Any) -> None:
    timeline = Timeline(
        "01", treatments=answers.given(()), drugs=answers.given((DrugUse("ketamine"),))
    )
    assert _named(make, timeline, "ketamine_iv", "ect", stage=2) == {"ect"}


def test_nothing_is_added_to_a_course_of_esketamine(make: Any) -> None:
    ranked = ("quetiapine_augmentation", "ect")
    alone = make.person(make.running("esketamine"))
    assert _named(make, alone, *ranked, stage=2) == {"ect"}
    with_drug = make.person(make.running("esketamine"), make.running("sertraline"))
    assert "quetiapine_augmentation" in _named(make, with_drug, *ranked, stage=2)
