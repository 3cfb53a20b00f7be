"""What three worked people read: no part of the page may seem to say something else than another.

Each test holds one sentence that a reader took wrongly.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from equipoise import ingest, pipeline
from equipoise.apps.report.sections.answer import decision_sentence
from equipoise.apps.report.sections.worth import worth
from equipoise.apps.report.sections.year import year
from equipoise.apps.report.wording import slips
from equipoise.apps.summary import summary
from equipoise.core.nouns import Dossier
from equipoise.core.steps import NoStore

EXAMPLES = Path(__file__).parents[3] / "examples"
DAY = "2026-03-02"
PEOPLE = ("first_episode", "three_failed", "post_partum")


@cache
def run(name: str) -> Dossier:
    settings = pipeline.RunSettings(DAY, 20240601, None)
    person = ingest.read_person(EXAMPLES / f"{name}.yaml", today=DAY)
    return pipeline.run_person(person, settings, store=NoStore())


def part(text: str, head: str) -> str:
    return text.split(f"\n{head}", 1)[1].split("\n\n", 1)[0]


@pytest.mark.parametrize("name", PEOPLE)
def test_nothing_is_promised_and_no_word_is_left_unexplained(name: str) -> None:
    text = summary(run(name))
    chosen = text[text.index("\nANSWER") : text.index("\nNEXT")]
    assert slips(chosen) == ()
    assert not re.search(r"utility|EVSI|prior|Found by the search|people like you", chosen)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_wish_says_what_it_would_overtake(name: str) -> None:
    lines = part(summary(run(name)), "WHAT MATTERS")
    ahead = re.search(r"By these weights (.+?) has the most weighted benefit", lines)
    assert ahead is not None
    # A change that put ahead what is ahead already would be none.
    assert f"{ahead[1]} would be ahead" not in lines


@pytest.mark.parametrize("name", PEOPLE)
def test_plans_name_their_steps_and_are_no_advice(name: str) -> None:
    dossier = run(name)
    view = year(dossier)
    assert view is not None
    text = part(summary(dossier), "THE YEAR AHEAD")
    assert ", then " in text
    assert "no plan is advice" in text
    # Leads stand in whole weeks: the second decimal is noise.
    assert not re.search(r"by about \d+\.\d", text)


def test_plans_that_come_out_equal_share_the_headline() -> None:
    dossier = run("three_failed")
    view = year(dossier)
    assert view is not None
    plans = {plan.id: plan.title for plan in dossier.decision.year_plans}
    equal = [plans[one.b] for one in dossier.decision.year_comparisons if one.verdict == "equal"]
    assert equal
    assert all(title in view.title for title in equal)


def test_no_test_is_drawn_where_none_would_change_the_choice() -> None:
    found = worth(run("post_partum"))
    assert found is not None
    assert found.title.startswith("Nothing you could test would change the choice")
    assert found.chart is None


def test_what_is_under_way_stands_in_the_question_and_in_the_answer() -> None:
    dossier = run("post_partum")
    assert decision_sentence(dossier).startswith("What next, with sertraline under way")
    assert "Under way already: sertraline." in dossier.decision.sentence
    text = summary(dossier)
    assert "The ranking counts whoever stops as no response" in text
    assert "going on with sertraline alone is not among them" in text


def test_a_high_crp_is_answered_where_the_options_stand() -> None:
    text = part(summary(run("three_failed")), "OPTIONS")
    line = next(one for one in text.splitlines() if "Research layer" in one)
    assert "not used for the ranking: High-sensitivity C-reactive protein" in line


def test_the_step_names_what_belongs_to_the_phase_of_the_plan() -> None:
    text = part(summary(run("three_failed")), "NEXT")
    assert re.search(r"early: intermittent theta-burst stimulation, repetitive", text)


@pytest.mark.parametrize("name", PEOPLE)
def test_equal_shares_at_the_first_step_are_no_reason_for_a_lead(name: str) -> None:
    for one in run(name).decision.year_comparisons:
        silent = one.verdict != "equal" and "a difference of 0 (" in one.why
        assert silent == ("The lead comes from the steps after it." in one.why)
