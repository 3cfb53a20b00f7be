"""What a caution says to avoid keeps its chance, and nothing proposes it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from equipoise import evidence, ingest, pipeline
from equipoise.core.avoided import avoided_options
from equipoise.core.errors import InputError
from equipoise.core.nouns import Decision, Dossier
from equipoise.core.steps import NoStore
from equipoise.predict.sequences import PlanAsked, compare_plans
from equipoise.predict.sequences.washouts import between

EXAMPLES = Path(__file__).parents[2] / "examples"
DAY = "2026-03-02"


@cache
def _run(path: Path) -> Dossier:
    settings = pipeline.RunSettings(DAY, 20240601, None)
    return pipeline.run_person(ingest.read_person(path, today=DAY), settings, store=NoStore())


def _proposed(decision: Decision) -> dict[str, set[str]]:
    """Return the options that each part of a decision proposes."""
    tests = (*decision.tests, *decision.exploratory_tests)
    moves = [
        move
        for one in decision.continuations
        for move in one.moves
        if move.kind in {"augment", "switch"}
    ]
    return {
        "year": {step for plan in decision.year_plans for step in plan.steps},
        "combinations": {part for one in decision.combinations for part in one.parts},
        "moves": {name for move in moves for name in move.treatments},
        "tests": {name for test in tests for name in test.would_lead},
        "wishes": {one.option for one in decision.preference_changes},
    }


@pytest.mark.parametrize("name", ["post_partum", "first_episode", "three_failed", "two_weeks"])
def test_nothing_proposes_what_is_to_be_avoided(name: str) -> None:
    found = _run(EXAMPLES / f"{name}.yaml")
    avoided = avoided_options(found.appraisal.verdicts)
    proposed = _proposed(found.decision)
    assert {place for place, names in proposed.items() if names & avoided} == set()


def test_the_breastfeeding_woman_has_options_to_avoid_that_rank_high() -> None:
    found = _run(EXAMPLES / "post_partum.yaml")
    avoided = avoided_options(found.appraisal.verdicts)
    ranked = {p.treatment for p in found.decision.predictions}
    assert {"agomelatine", "dextromethorphan_bupropion"} <= avoided & ranked
    proposed = _proposed(found.decision)
    assert proposed["year"]
    assert proposed["combinations"]
    assert proposed["moves"]


def test_what_is_taken_is_nothing_to_begin() -> None:
    found = _run(EXAMPLES / "post_partum.yaml")
    assert "sertraline" not in _proposed(found.decision)["moves"]


KNOWN = {one.id: one for one in evidence.load().treatments}
TO_AVOID = [
    ("amitriptyline", "bupropion_augmentation"),
    ("olanzapine_fluoxetine", "aripiprazole_augmentation"),
    ("tranylcypromine", "pramipexole_augmentation"),
]


@pytest.mark.parametrize(("base", "added"), TO_AVOID)
def test_two_that_should_not_meet_are_kept_apart_over_a_year(base: str, added: str) -> None:
    rules = between()
    assert rules.apart(KNOWN[base], KNOWN[added])
    assert rules.apart(KNOWN[added], KNOWN[base])
    # No hard stop stands between them: the list of interactions only says to avoid it.
    assert not rules.clash(KNOWN[base], KNOWN[added])
    assert not rules.apart(KNOWN["sertraline"], KNOWN["aripiprazole_augmentation"])


def test_an_add_on_to_be_avoided_beside_the_drug_before_it_is_refused() -> None:
    found = _run(EXAMPLES / "first_episode.yaml")
    plans = [
        PlanAsked("a", ("amitriptyline", "bupropion_augmentation"), None, "a.yaml"),
        PlanAsked("b", ("sertraline",), None, "b.yaml"),
    ]
    run = (1, 200, 52.0)
    with pytest.raises(InputError, match="should not, be given beside amitriptyline"):
        compare_plans(found.profile, found.appraisal, evidence.load(), plans, run=run)


def test_an_addition_for_all_steps_must_suit_each_antidepressant() -> None:
    found = _run(EXAMPLES / "first_episode.yaml")
    plans = [
        PlanAsked("a", ("sertraline", "amitriptyline"), "bupropion_augmentation", "a.yaml"),
        PlanAsked("b", ("sertraline",), None, "b.yaml"),
    ]
    run = (1, 200, 52.0)
    with pytest.raises(InputError, match="should not, be given beside amitriptyline"):
        compare_plans(found.profile, found.appraisal, evidence.load(), plans, run=run)


def test_a_written_plan_says_first_what_is_to_be_avoided() -> None:
    found = _run(EXAMPLES / "post_partum.yaml")
    plans = [
        PlanAsked("a", ("agomelatine", "mirtazapine"), None, "a.yaml"),
        PlanAsked("b", ("cbt",), None, "b.yaml"),
    ]
    year = compare_plans(found.profile, found.appraisal, evidence.load(), plans, run=(1, 200, 52.0))
    notes = {plan.id: plan.notes for plan in year.plans}
    assert notes["a"][0].startswith("AVOID: a safety rule speaks against agomelatine")
    assert not any("AVOID" in note for note in notes["b"])


def test_combinations_take_the_parts_of_highest_expected_utility() -> None:
    decision = _run(EXAMPLES / "three_failed.yaml").decision
    worth = {p.treatment: p.utility for p in decision.predictions}
    therapies = [name for name in worth if KNOWN[name].kind == "therapy"]
    best = max(therapies, key=lambda name: worth[name])
    named = {part for one in decision.combinations for part in one.parts}
    assert named & set(therapies) == {best}
