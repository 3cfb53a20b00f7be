"""Predictions of whole people with a history: average in is average out, order, stops, words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from equipoise import evidence
from equipoise.core.answers import not_asked
from equipoise.core.documents import to_json
from equipoise.core.nouns import (
    Appraisal,
    Covariate,
    Decision,
    EvidenceBase,
    Moderation,
    Prediction,
    Profile,
    Stage,
    TrialAppraisal,
)
from equipoise.predict import predict
from equipoise.predict.choices import rankable
from equipoise.predict.layers import Layer, layers, prepare
from equipoise.predict.preferences.weights import choose_weights
from equipoise.predict.scores import draw_scores, redrawn, scores_of
from equipoise.predict.settings import load_settings
from equipoise.predict.state import added
from equipoise.profile import infer

SETTINGS = load_settings()
SEED = 20240601
SHIPPED = evidence.load()
NOBODY = infer((), today="2026-03-02")


def _trial(
    treatment: str,
    start: str = "2024-01",
    *,
    failed: str = "yes",
    adequate: str = "yes",
    benefit: str = "none",
    stopped_for: str | None = None,
    counts: bool = True,
) -> TrialAppraisal:
    return TrialAppraisal(
        treatment,
        adequate,
        failed,
        "yes",
        8.0,
        (),
        (),
        benefit=benefit,
        start=start,
        stopped_for=stopped_for,
        counts_for_stage=(treatment,) if counts else (),
    )


def _appraisal(
    *trials: TrialAppraisal, stage: int | None = None, covariates: tuple[Covariate, ...] = ()
) -> Appraisal:
    staged = {t.treatment for t in trials if t.counts_for_stage and t.failed == "yes"}
    count = len(staged) if stage is None else stage
    return replace(
        Appraisal((), trials, Stage(count, count, min(count, 4), True, ""), (), ()),
        covariates=covariates,
    )


def _decide(appraisal: Appraisal, base: EvidenceBase = SHIPPED) -> Decision:
    return predict(NOBODY, appraisal, base, preferences=not_asked(), seed=SEED)


def _by_name(decision: Decision) -> dict[str, Prediction]:
    return {one.treatment: one for one in decision.predictions}


def _layers(appraisal: Appraisal, base: EvidenceBase) -> tuple[Layer, Layer]:
    options, _ = rankable(base, appraisal)
    weights = choose_weights(not_asked(), [one.treatment for one in options])
    return layers(prepare(NOBODY, appraisal, base, (options, weights), (SEED, SETTINGS)))


def _integral(mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return E[logistic] by the trapezoidal rule, exact to about 1e-13 here."""
    z = np.linspace(-10, 10, 4_001)
    density = np.exp(-(z**2) / 2)
    logits = mean[:, None] + np.sqrt(variance)[:, None] * z
    return np.asarray((density / (1 + np.exp(-logits))).sum(axis=1) / density.sum())


def _from_scratch(layer: Layer) -> np.ndarray:
    """Return the response from state and intercept, as other parts of the decision read it."""
    state = layer.state
    mean, variance = added(layer.slopes, state.names, state.loadings, state.mean, state.covariance)
    staying = _integral(layer.intercept + mean, variance + layer.intercept_variance)
    return np.asarray((1 - layer.expected.dropout) * staying)


@pytest.mark.parametrize("stage", range(5))
@pytest.mark.parametrize("prognostic", [False, True])
def test_a_person_without_data_is_the_average_with_every_shipped_option(
    stage: int, prognostic: bool, make_moderation: Callable[..., Moderation]
) -> None:
    rows = tuple(
        make_moderation(grade, row_type="prognostic", estimate=-0.3) for grade in ("B", "C")
    )
    base = replace(SHIPPED, moderations=rows) if prognostic else SHIPPED
    appraisal = _appraisal(stage=stage)
    for layer in _layers(appraisal, base):
        assert layer.expected.average.size >= 30
        np.testing.assert_allclose(_from_scratch(layer), layer.expected.average, atol=1e-9)
        np.testing.assert_allclose(
            layer.expected.response, layer.expected.average, rtol=0, atol=1e-9
        )
        assert (layer.expected.history == 0).all()


@pytest.mark.parametrize("y", [-2.5, 0.0, 2.5])
def test_what_the_fit_is_measured_from_is_a_state_too(y: float) -> None:
    """Known facts vary with nothing; so the fit by quadrature lies within its draws."""
    facts = {one.measure for one in SHIPPED.moderations if one.measure.startswith("clinical.")}
    known = tuple(Covariate(name, name, y, None, "known", "") for name in sorted(facts))
    appraisal = _appraisal(_trial("sertraline"), _trial("venlafaxine", "2024-06"), covariates=known)
    for layer in _layers(appraisal, SHIPPED):
        values = np.linalg.eigvalsh(layer.person.standing.base.covariance)
        assert values.min() >= -1e-12
        ends, fit = layer.drawn.spread.fit, layer.expected.fit
        assert (ends[2] <= fit + 1e-9).all()
        assert (fit <= ends[3] + 1e-9).all()


def test_the_response_is_what_state_and_intercept_say() -> None:
    appraisal = _appraisal(_trial("sertraline"), _trial("venlafaxine", "2024-06"))
    for layer in _layers(appraisal, SHIPPED):
        # The fit is a difference of two integrals, each exact to about 1e-12.
        np.testing.assert_allclose(_from_scratch(layer), layer.expected.response, atol=1e-9)


def test_a_failed_ssri_lowers_the_others_and_says_so() -> None:
    predictions = _by_name(_decide(_appraisal(_trial("sertraline"))))
    for name in ("citalopram", "paroxetine", "fluoxetine"):
        one = predictions[name]
        assert -0.02 < one.history < -0.001
        assert one.shift.mean == pytest.approx(one.history, abs=1e-15)
        assert one.response.mean == pytest.approx(one.average + one.history, abs=1e-12)
        assert one.shift.words == "the_same"
        assert [(d.measure, d.amount) for d in one.drivers] == [("history", one.history)]
        # Draws say what quadrature says; Monte Carlo error of a fit is below 0.0005.
        low, high = one.shift.ci95
        assert low < one.shift.mean < high < 0
    assert predictions["duloxetine"].history > 0
    # What was never tried, and shares no group with it, keeps its average exactly.
    for name in ("cbt", "rtms"):
        one = predictions[name]
        assert (one.history, one.shift.mean, one.shift.words) == (0.0, 0.0, "not_estimated")
        assert one.response.mean == one.average


def test_the_order_of_the_record_does_not_matter() -> None:
    trials = (
        _trial("sertraline", "2023-05"),
        _trial("venlafaxine", "2024-01", benefit="partial"),
        _trial("cbt", "2024-06", counts=False),
    )
    texts = {
        to_json(_decide(_appraisal(*order)))
        for order in (trials, trials[::-1], trials[1:] + trials[:1])
    }
    assert len(texts) == 1


@pytest.mark.parametrize(
    "trial",
    [
        _trial("fluoxetine", adequate="cannot_tell", failed="cannot_tell"),
        _trial("fluoxetine", failed="no", benefit="enough"),
        _trial("fluoxetine", adequate="no", failed="no"),
        replace(_trial("fluoxetine"), in_episode="no"),
    ],
)
def test_only_a_certain_failure_of_this_episode_counts(trial: TrialAppraisal) -> None:
    without = _by_name(_decide(_appraisal(_trial("sertraline"))))
    beside = _by_name(_decide(_appraisal(_trial("sertraline"), trial, stage=1)))
    for name, one in beside.items():
        assert one.response == without[name].response


def test_drugs_that_do_not_make_up_the_stage_leave_the_average() -> None:
    # Two failures by the stage, one of them not among the trials: the usual histories stand in.
    decision = _decide(_appraisal(_trial("sertraline"), stage=2))
    assert all(one.response.mean == pytest.approx(one.average) for one in decision.predictions)
    assert all(one.history == 0 for one in decision.predictions)


def test_a_drug_counts_once_however_often_it_was_tried() -> None:
    once = _by_name(_decide(_appraisal(_trial("sertraline"))))
    twice = _by_name(_decide(_appraisal(_trial("sertraline"), _trial("sertraline", "2025-01"))))
    assert {n: p.response for n, p in once.items()} == {n: p.response for n, p in twice.items()}


def test_a_failed_therapy_lowers_therapies_alone() -> None:
    before = _by_name(_decide(_appraisal(stage=0)))
    after = _by_name(_decide(_appraisal(_trial("cbt", counts=False), stage=0)))
    assert after["behavioural_activation"].history < 0
    for name in ("sertraline", "venlafaxine"):
        assert after[name].response == before[name].response


def test_a_stop_for_side_effects_is_no_failure_but_raises_the_drop_out_of_its_class() -> None:
    stop = _trial(
        "sertraline", adequate="no", failed="no", benefit="not_judged", stopped_for="side_effects"
    )
    before = _by_name(_decide(_appraisal(stage=0)))
    after = _by_name(_decide(_appraisal(stop, stage=0)))
    for name in ("citalopram", "sertraline"):
        one, old = after[name], before[name]
        assert one.dropout.mean > old.dropout.mean + 0.01
        assert one.dropout.ci95[0] > old.dropout.ci95[0]
        # Fewer stay, and among those who stay as many respond.
        staying = [p.response.mean / (1 - p.dropout.mean) for p in (one, old)]
        assert staying[0] == pytest.approx(staying[1], abs=1e-9)
        assert one.history == pytest.approx(one.response.mean - one.average, abs=1e-12)
    for name in ("venlafaxine", "cbt"):
        assert after[name].dropout == before[name].dropout
        assert after[name].response == before[name].response


def test_the_stop_against_a_grid() -> None:
    stop = _trial(
        "sertraline", adequate="no", failed="no", benefit="not_judged", stopped_for="side_effects"
    )
    one = _by_name(_decide(_appraisal(stop, stage=0)))["sertraline"]
    (row,) = [b.dropout for b in SHIPPED.baselines if (b.treatment, b.stage) == ("sertraline", 0)]
    own, error = np.meshgrid(*[np.linspace(-8, 8, 401)] * 2, indexing="ij")
    density = np.exp(-(own**2 + error**2) / 2)
    before = float(_integral(np.array([row.mean]), np.array([row.sd**2]))[0])
    # The class deviation has sd 0.4; two independent errors of the evidence, before and after.
    level = row.mean
    for _ in range(50):
        chance = 1 / (1 + np.exp(-(level + 0.4 * own + row.sd * error)))
        level -= (float((density * chance).sum() / density.sum()) - before) / 0.15
    chance = 1 / (1 + np.exp(-(level + 0.4 * own + row.sd * error)))
    given_own = (density * chance).sum(axis=1) / density.sum(axis=1)
    weight = density.sum(axis=1)
    exact = float((weight * given_own**2).sum() / (weight * given_own).sum())
    # The Gaussian match of the deviation and the width of the error in it add 0.0015.
    assert one.dropout.mean == pytest.approx(exact, abs=0.003)


def test_a_second_name_for_an_option_changes_nothing_for_the_others() -> None:
    copy = replace(next(t for t in SHIPPED.treatments if t.id == "fluoxetine"), id="fluoxetine_2")
    rows = tuple(
        replace(b, treatment=copy.id) for b in SHIPPED.baselines if b.treatment == "fluoxetine"
    )
    base = replace(
        SHIPPED,
        treatments=(*SHIPPED.treatments, copy),
        baselines=(*SHIPPED.baselines, *rows),
    )
    appraisal = _appraisal(_trial("sertraline"), _trial("escitalopram", "2024-05"))
    alone, doubled = _by_name(_decide(appraisal)), _by_name(_decide(appraisal, base))
    assert set(doubled) - set(alone) == {copy.id}
    for name, one in alone.items():
        assert doubled[name].response.mean == pytest.approx(one.response.mean, abs=1e-13)
        assert doubled[name].utility == pytest.approx(one.utility, abs=1e-11)
    assert doubled[copy.id].response.mean == pytest.approx(
        doubled["fluoxetine"].response.mean, abs=1e-13
    )


@pytest.mark.parametrize(("y", "status"), [(1.2, "known"), (None, "unknown")])
def test_a_clinical_fact_is_a_score_of_its_own(y: float | None, status: str) -> None:
    fact = Covariate("clinical.anxious", "Anxious", y, None, status, "")
    names = ("blood.crp_hs", "clinical.anxious")
    scores = scores_of(NOBODY, names, SETTINGS, (fact,))
    assert scores.mean == pytest.approx([0.0, y or 0.0])
    np.testing.assert_allclose(scores.population, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(scores.covariance, np.diag([1.0, float(y is None)]), atol=1e-12)
    drawn = draw_scores(NOBODY, scores, SEED, SETTINGS.numerics)
    assert drawn[:, 1].mean() == pytest.approx(y or 0.0, abs=1e-12)
    # 2000 normals and their negatives: standard error of an sd 0.016.
    assert drawn[:, 1].std() == pytest.approx(float(y is None), abs=0.06)


def test_draws_are_moved_to_another_mean_and_covariance(
    make_person: Callable[..., Profile],
) -> None:
    names = ("blood.crp_hs", "clinical.known", "inflammation")
    fact = Covariate("clinical.known", "", 0.7, None, "known", "")
    person = make_person(1.0)
    scores = scores_of(person, names, SETTINGS, (fact,))
    drawn = draw_scores(person, scores, SEED, SETTINGS.numerics)
    gain = scores.covariance @ np.array([0.5, 0.3, -0.2])
    covariance = scores.covariance - 0.4 * np.outer(gain, gain)
    moved = redrawn(drawn, scores, scores.mean - gain, covariance)
    np.testing.assert_allclose(moved.mean(axis=0), scores.mean - gain, atol=1e-12)
    # The map is linear, so the sample changes as the covariance does, up to its own error.
    map_error = np.cov(moved.T) - covariance - (np.cov(drawn.T) - scores.covariance)
    assert np.abs(map_error).max() < 0.02
    assert np.ptp(moved[:, 1]) < 1e-12
