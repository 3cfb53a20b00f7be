"""What tests are worth to people: invented evidence, and the tables that ship."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equipoise import evidence, ingest, pipeline
from equipoise.core.answers import not_asked
from equipoise.core.gaussian import expected_logistic
from equipoise.core.nouns import (
    Appraisal,
    CheckItem,
    Decision,
    EvidenceBase,
    InformationValue,
    Measurement,
    Moderation,
    NormedMeasurement,
    NormUsed,
    Profile,
    Provenance,
    Quantity,
)
from equipoise.core.steps import NoStore
from equipoise.core.tables import load_table, setting
from equipoise.predict import decision, predict
from equipoise.predict.information.kernels import directions, trapezoid, utilities_given
from equipoise.predict.information.numerics import load_fineness
from equipoise.predict.information.reading import read, still_told
from equipoise.predict.information.request import worth_of_sets
from equipoise.predict.information.sets import Question, best_set, forward
from equipoise.predict.information.worth import beliefs_of, worth_of_tests
from equipoise.predict.scores import scores_of
from equipoise.predict.settings import load_settings
from equipoise.profile import infer

TODAY = "2025-01-10"
PERSON = Path(__file__).parents[3] / "examples" / "person.yaml"
NOTHING = "Nothing you could test would change the choice."
CLOSE = (("escitalopram", 0.44), ("nortriptyline", 0.40), ("rtms", 0.45), ("sertraline", 0.43))
Decide = Callable[..., Decision]


@pytest.fixture
def decide(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> Decide:
    """Return a function: moderations and a person to the decision about four options."""

    def run(
        *rows: Moderation, y: float | None = None, appraisal: Appraisal = stage_one
    ) -> Decision:
        base = make_evidence(CLOSE, moderations=rows)
        return predict(make_person(y), appraisal, base, preferences=not_asked(), seed=1)

    return run


def _of(tests: tuple[InformationValue, ...], name: str) -> InformationValue:
    return next(one for one in tests if one.test == name)


@pytest.fixture
def strong(make_moderation: Callable[..., Moderation]) -> Moderation:
    """Return a slope of grade A, larger than any that is known."""
    return make_moderation("A", estimate=1.2, standard_error=0.1, treatment="sertraline")


def test_nothing_to_test_never_hides_what_safety_asks_for() -> None:
    timeline = ingest.read_person(PERSON, today="2026-03-04")
    found = pipeline.run_person(
        timeline, pipeline.RunSettings("2026-03-04", 1, None), store=NoStore()
    ).decision
    assert found.safety_tests
    count = len(found.safety_tests)
    assert found.tests_sentence.endswith(f"Safety or a dose asks for {count} tests all the same.")


def test_without_a_moderator_every_test_is_worth_exactly_nothing(decide: Decide) -> None:
    found = decide()
    for one in (*found.tests, *found.exploratory_tests):
        assert (one.evsi, one.evsi_error, one.p_changes_choice, one.would_lead) == (0, 0, 0, ())
    assert found.tests_sentence.startswith(NOTHING)
    assert found.tests[-1].test == "all"
    assert found.perfect is not None
    assert found.perfect > 0


def test_a_moderator_of_grade_d_is_worth_nothing_in_the_established_layer(
    decide: Decide, make_moderation: Callable[..., Moderation]
) -> None:
    found = decide(make_moderation("D", estimate=1.2, standard_error=0.1, treatment="sertraline"))
    assert {one.evsi for one in found.tests} == {0.0}
    assert "no established finding" in _of(found.tests, "crp_hs").why
    crp = _of(found.exploratory_tests, "crp_hs")
    assert crp.evsi > 0.2
    assert crp.would_lead
    assert found.tests_sentence.startswith(f"{NOTHING} By unproven research")


def test_an_established_moderator_gives_its_test_a_worth(
    decide: Decide, strong: Moderation
) -> None:
    found = decide(strong)
    crp, whole = _of(found.tests, "crp_hs"), found.tests[-1]
    assert found.tests[0].test == "crp_hs"
    assert crp.evsi > 0.2
    assert 0.05 < crp.p_changes_choice < 1
    assert set(crp.would_lead) == {"escitalopram", "sertraline"}
    assert "C-reactive protein" in found.tests_sentence
    assert NOTHING not in found.tests_sentence
    tied = {one.treatment for one in found.predictions if one.tied}
    within = set(crp.would_lead) <= tied
    assert ("not told apart anyway" in found.tests_sentence) == within
    # White blood cells speak of the same mechanism, and less.
    assert 0 < _of(found.tests, "white_cells").evsi < crp.evsi <= whole.evsi
    assert _of(found.tests, "hba1c").evsi == 0.0


def test_a_test_that_was_done_is_not_listed_again(decide: Decide, strong: Moderation) -> None:
    assert "crp_hs" not in {one.test for one in decide(strong, y=0.3).tests}


def test_a_value_that_says_little_by_now_is_listed_again() -> None:
    def tests_on(day: str) -> set[str]:
        person = ingest.read_person(PERSON, today=day)
        settings = pipeline.RunSettings(day, 1)
        found = pipeline.run_person(person, settings, store=NoStore()).decision
        return {one.test for one in found.tests}

    # CRP of 2026-02-16; what it says falls to a half in 21 days (decay of 60 days, squared).
    assert "crp_hs" not in tests_on("2026-03-02")
    assert "crp_hs" in tests_on("2026-06-02")


def test_the_order_of_options_changes_no_value(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
    strong: Moderation,
) -> None:
    base = make_evidence(moderations=(strong,))
    turned = replace(base, treatments=base.treatments[::-1], baselines=base.baselines[::-1])
    one, other = (
        predict(make_person(), stage_one, each, preferences=not_asked(), seed=1)
        for each in (base, turned)
    )
    assert (one.tests, one.exploratory_tests) == (other.tests, other.exploratory_tests)


def test_a_test_reads_what_the_profile_would_say_of_its_result(
    make_person: Callable[..., Profile],
) -> None:
    """Bayes by two ways: the profile with the result in it, and the reading before it is there."""
    settings, before = load_settings(), make_person()
    names = ("blood.crp_hs", "inflammation")
    scores = scores_of(before, names, settings)
    reading = read(("blood.crp_hs",), before, scores, settings)
    total = reading.design @ scores.covariance @ reading.design.T + reading.noise
    gain = scores.covariance @ reading.design.T / total
    after = scores_of(make_person(1.3), names, settings)
    np.testing.assert_allclose(gain[:, 0] * 1.3, after.mean, atol=1e-9)
    left = scores.covariance - gain @ gain.T * total
    np.testing.assert_allclose(left, after.covariance, atol=1e-9)
    assert still_told("blood.crp_hs", make_person(1.3), settings) == pytest.approx(1.0)
    assert still_told("blood.crp_hs", before, settings) == pytest.approx(0.0, abs=1e-12)


def test_a_test_is_as_unsure_of_its_norm_as_a_value_that_was_taken() -> None:
    """Studies differ on where patients lie on this measure; that error is in both or in neither."""
    name, settings, before = "mri.rest_default_mode", load_settings(), infer((), today=TODAY)
    scores = scores_of(before, (name,), settings)
    reading = read((name,), before, scores, settings)
    total = reading.design @ scores.covariance @ reading.design.T + reading.noise
    taken = Measurement(name, Quantity(0.0, "z"), TODAY, 1.0, (), Provenance((), "test"))
    norm = NormUsed("site", "", "", "n/a", "derived")
    error = setting("norms_error")
    value = NormedMeasurement(taken, norm, 0.0, error, 50.0, False, None)
    after = scores_of(infer((value,), today=TODAY), (name,), settings)
    gain = scores.covariance @ reading.design.T / total
    np.testing.assert_allclose(
        scores.covariance - gain @ gain.T * total, after.covariance, atol=1e-9
    )


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Catch the case and the layers on their way to the value of tests."""
    held: list[Any] = []
    work = worth_of_tests

    def catch(*given: Any) -> Any:
        held.append(given)
        return work(*given)

    monkeypatch.setattr(decision, "worth_of_tests", catch)
    return held


@pytest.fixture
def shipped(captured: list[Any]) -> tuple[Decision, Any]:
    """Return the decision about the invented person of the examples, and what it was made of."""
    person = ingest.read_person(PERSON, today="2026-06-02")
    found = pipeline.run_person(person, pipeline.RunSettings("2026-06-02", 1), store=NoStore())
    return found.decision, captured[-1]


def test_the_beliefs_are_those_of_the_ranking(shipped: tuple[Decision, Any]) -> None:
    """Utility now equals utility of no response plus gain times chance, by the finer rule."""
    case, both, *_ = shipped[1]
    for layer in both:
        beliefs = beliefs_of(case, layer)
        own = np.einsum("tn,nk,tk->t", beliefs.weights, beliefs.covariance, beliefs.weights)
        second = beliefs.mean**2 + np.diag(beliefs.covariance)
        variance = beliefs.literature + own + beliefs.spread @ second
        mean = beliefs.intercept + beliefs.weights @ beliefs.mean
        staying = expected_logistic(mean, variance, case.settings.numerics.nodes)
        expected = layer.expected
        np.testing.assert_allclose(staying * (1 - expected.dropout), expected.response, atol=1e-6)


def test_looking_changes_no_expectation(shipped: tuple[Decision, Any]) -> None:
    case, both, profile, _ = shipped[1]
    fine = load_fineness()
    normals, weights = trapezoid(fine.points, fine.reach)
    for layer in both:
        beliefs = beliefs_of(case, layer)
        for measure in ("blood.crp_hs", "clinical.anxious_distress"):
            reading = read((measure,), profile, layer.scores, case.settings)
            paths = directions(beliefs, reading.on(beliefs.mean.size), reading.noise)
            if paths.shape[1] != 1:
                continue
            after = utilities_given(beliefs, paths, normals[:, None], fine.nodes)
            assert np.abs(weights @ after - beliefs.utility).max() / 100 < 2e-5


def test_with_the_tables_that_ship_no_test_of_body_or_brain_is_worth_anything(
    shipped: tuple[Decision, Any],
) -> None:
    found, _ = shipped
    assert len(found.tests) == len(found.exploratory_tests) > 10
    measured = [one for one in found.tests if one.test not in ("all", "outlook_questions")]
    assert {(one.evsi, one.p_changes_choice) for one in measured} == {(0.0, 0.0)}
    assert all("no established finding" in one.why for one in measured)
    assert found.tests_sentence.startswith(NOTHING)
    assert "the result would move" in _of(found.exploratory_tests, "crp_hs").why


def test_safety_is_listed_apart_with_who_asks(shipped: tuple[Decision, Any]) -> None:
    found, _ = shipped
    asked = {one.test: one.why for one in found.safety_tests}
    assert {"tsh", "ecg", "kidney_electrolytes"} <= set(asked)
    assert "the diagnosis check" in asked["tsh"]
    assert "safety rules" in asked["ecg"]
    # The person is a man.
    assert "pregnancy_test" not in asked
    assert not set(asked) & {one.test for one in found.tests}


def test_a_question_that_is_settled_asks_for_no_safety_test(
    decide: Decide, stage_one: Appraisal
) -> None:
    def thyroid(status: Any) -> Appraisal:
        item = CheckItem("thyroid", "TSH", status, "", "", "recalled")
        return replace(stage_one, diagnosis_check=(item,))

    assert [one.test for one in decide(appraisal=thyroid("not_checked")).safety_tests] == ["tsh"]
    assert decide(appraisal=thyroid("clear")).safety_tests == ()


def test_sets_of_tests_grow_while_they_gain(
    captured: list[Any],
    decide: Decide,
    strong: Moderation,
    make_moderation: Callable[..., Moderation],
) -> None:
    other = make_moderation(
        "A", estimate=1.0, standard_error=0.1, measure="blood.hba1c", treatment="rtms"
    )
    decide(strong, other)
    case, both, profile, _ = captured[-1]
    layer = both[0]
    question = Question(
        beliefs_of(case, layer), profile, layer.scores, case.settings, load_fineness(), 1
    )
    tests = {
        "crp": ("blood.crp_hs",),
        "hba1c": ("blood.hba1c",),
        "scan": ("mri.rest_default_mode",),
    }
    steps = forward(question, tests)
    assert [set(names) for names, _ in steps][-1] == {"crp", "hba1c"}
    pair, value = best_set(question, tests, 2)
    assert pair == ("crp", "hba1c")
    for name, measures in tests.items():
        assert value.evsi >= question.worth(measures).evsi - 2 * value.error, name
    triple, whole = best_set(question, tests, 3)
    assert len(triple) == 3
    assert whole.evsi == pytest.approx(value.evsi, abs=2 * whole.error + 1e-9)


def test_sets_are_worked_out_on_request(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
    strong: Moderation,
    decide: Decide,
) -> None:
    base = make_evidence(CLOSE, moderations=(strong,))
    established, exploratory = worth_of_sets(
        make_person(), stage_one, base, preferences=not_asked(), seed=1
    )
    alone = _of(decide(strong).tests, "crp_hs")
    assert established[0] == alone
    assert [one.test for one in established[1:2]] == ["crp_hs+white_cells"]
    assert all(one.evsi >= alone.evsi - 1e-9 for one in established)
    assert exploratory[0].evsi == established[0].evsi
    nothing = make_evidence(CLOSE)
    assert worth_of_sets(make_person(), stage_one, nothing, preferences=not_asked(), seed=1) == (
        (),
        (),
    )


def test_every_safety_test_says_why_and_is_asked_for_by_some_rule() -> None:
    sources = {row.cells["missing"] for row in load_table("contraindications/contraindications")}
    genes = {gene for row in load_table("genes/rules") for gene in row.items("gene")}
    for row in load_table("measures/tests"):
        triggers = [row.items(name) for name in ("missing", "checks", "retrial", "workup", "genes")]
        if row.text("purpose") == "choice":
            assert not any(triggers), row.where
            continue
        assert any(triggers), row.where
        assert row.optional_text("why"), row.where
        assert set(row.items("missing")) <= sources, row.where
        assert set(row.items("genes")) <= genes, row.where


def test_every_finding_about_a_measure_has_a_test_that_reads_it() -> None:
    """A moderator that moves options of a person can be learned by some test of the list."""
    readable = {
        one
        for row in load_table("measures/tests")
        for one in (*row.items("measures"), *row.items("covariates"))
    }
    targets = {
        row.text("id") for row in load_table("measures/measures") if row.text("kind") == "target"
    }
    moving = {one.measure for one in evidence.load().moderations} - targets
    assert moving <= readable


def test_reasons_are_whole_words(shipped: tuple[Decision, Any]) -> None:
    found, _ = shipped
    texts = [one.why for one in (*found.tests, *found.exploratory_tests)]
    texts += [one.why for one in found.safety_tests]
    assert not [text for text in texts if re.search(r"  |\.\.|None|_", text)]
