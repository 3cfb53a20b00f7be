"""Treatments given together: what trials found, what was put together, and what is never shown."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import integrate, optimize, special

from equipoise import evidence
from equipoise.core.answers import not_asked
from equipoise.core.nouns import (
    Appraisal,
    Combination,
    Decision,
    Effect,
    OptionVerdict,
    SafetyReason,
    Stage,
)
from equipoise.core.tables import load_table
from equipoise.predict import predict
from equipoise.predict.combinations.gains import Rules, added_by_third, gains_of, load_rules
from equipoise.predict.combinations.parts import candidates
from equipoise.profile import infer

SEED = 20240601
LOGIT_OF_SMD = math.pi / math.sqrt(3)
SURE = Rules(share=0.5, share_sd=0.0, error=0.0, heterogeneity=0.0, third=0.5)


@cache
def _decision(stage: int, stopped: tuple[str, ...] = ()) -> Decision:
    reason = SafetyReason("rule", "hard_stop", "a test", "do", None, "recalled", "n/a", "recalled")
    verdicts = tuple(OptionVerdict(name, "hard_stop", (reason,)) for name in stopped)
    appraisal = Appraisal((), (), Stage(stage, stage, stage, True, ""), (), verdicts)
    state = infer((), today="2026-03-02")
    return predict(state, appraisal, evidence.load(), preferences=not_asked(), seed=SEED)


@cache
def _effects() -> dict[str, Effect]:
    return {one.id: one for one in evidence.load().effects}


def _kinds(one: Combination) -> set[str]:
    by_id = {each.id: each for each in evidence.load().treatments}
    return {by_id[part].group for part in one.parts}


def _pair(stage: int, kinds: set[str]) -> list[Combination]:
    return [one for one in _decision(stage).combinations if _kinds(one) == kinds]


def _row(name: str) -> tuple[float, float]:
    row = load_table("combinations/gains").row(id=name)
    return row.number("estimate"), row.number("standard_error")


@pytest.mark.parametrize(
    ("name", "ratio", "low", "high"),
    [
        ("psychotherapy_over_drug", 1.25, 1.14, 1.37),
        ("drug_over_psychotherapy", 1.27, 1.14, 1.39),
    ],
)
def test_risk_ratios_became_odds_at_half(name: str, ratio: float, low: float, high: float) -> None:
    # Cuijpers 2020; d logit(p) = d ln(p) / (1 - p).
    p = 0.5 * ratio
    error = (math.log(high) - math.log(low)) / 3.92 / (1 - p)
    assert _row(name) == pytest.approx((math.log(p / (1 - p)), error), abs=6e-5)


def test_differences_became_odds() -> None:
    # SELECT-TDCS: MADRS 5.9 (0.36 to 11.43) at sd 9.5; Giron 2025: g 0.55, standard error 0.14.
    error = (11.43 - 0.36) / 3.92 / 9.5 * LOGIT_OF_SMD * 1.15
    expected = 5.9 / 9.5 * LOGIT_OF_SMD, error
    assert _row("drug_over_current") == pytest.approx(expected, abs=2e-4)
    expected = 0.55 * LOGIT_OF_SMD, 0.14 * LOGIT_OF_SMD * 1.15
    assert _row("magnetic_over_psychotherapy") == pytest.approx(expected, abs=1e-4)
    expected = math.log(5.12), math.log(12.45 / 2.11) / 3.92
    assert _row("magnetic_over_drug") == pytest.approx(expected, abs=1e-4)


def test_two_trials_that_disagree_were_pooled_with_their_spread() -> None:
    # DerSimonian and Laird by hand; SELECT-TDCS 8.5 (2.96 to 14.03), DepressionDC 0.024
    # (-0.296 to 0.344).
    seen = np.array([8.5 / 9.5, 0.024]) * LOGIT_OF_SMD
    width = np.array([(14.03 - 2.96) / 9.5, 0.344 + 0.296]) / 3.92
    variance = (width * LOGIT_OF_SMD * 1.15) ** 2
    w = 1 / variance
    spread = (w @ (seen - w @ seen / w.sum()) ** 2 - 1) / (w.sum() - w @ w / w.sum())
    w = 1 / (variance + spread)
    assert _row("current_over_drug") == pytest.approx(
        (w @ seen / w.sum(), w.sum() ** -0.5), abs=1e-3
    )


def test_without_trials_a_share_of_the_own_effect_is_added() -> None:
    gains = gains_of(_effects(), SURE)
    drug = gains["drug", "magnetic"]
    assert drug.mean == pytest.approx(0.5 * math.log(1.67), rel=1e-6)
    assert drug.sd == pytest.approx(0.5 * _effects()["antidepressant_mean_response"].standard_error)
    assert not drug.tested


def test_variance_of_a_composed_gain_against_draws() -> None:
    rules = load_rules()
    effect = _effects()["antidepressant_mean_response"]
    rng = np.random.default_rng(7)
    share = rules.share + rules.share_sd * rng.standard_normal(400_000)
    own = effect.estimate + effect.standard_error * rng.standard_normal(400_000)
    drawn = share * own + rules.error * rng.standard_normal(400_000)
    gain = gains_of(_effects(), rules)["drug", "magnetic"]
    # Standard errors of mean and sd of 4e5 draws: 0.0003 and 0.0002.
    assert gain.mean == pytest.approx(drawn.mean(), abs=1.5e-3)
    assert gain.sd == pytest.approx(drawn.std(), abs=1.5e-3)


def test_trials_pull_as_far_as_their_error_allows() -> None:
    sure = gains_of(_effects(), replace(load_rules(), heterogeneity=0.0, error=50.0))
    vague = gains_of(_effects(), replace(load_rules(), heterogeneity=50.0))
    found = sure["psychotherapy", "drug"]
    assert (found.mean, found.sd) == pytest.approx(_row("psychotherapy_over_drug"), abs=1e-3)
    prior = 0.5 * math.log(1.67)
    assert vague["psychotherapy", "drug"].mean == pytest.approx(prior, abs=1e-3)
    ours = gains_of(_effects(), load_rules())["psychotherapy", "drug"]
    assert prior < ours.mean < _row("psychotherapy_over_drug")[0]


def test_a_third_adds_less_and_widens() -> None:
    rules = load_rules()
    gains = gains_of(_effects(), rules)
    two, third = gains["psychotherapy", "drug"], gains["current", "drug"]
    mean, sd = added_by_third(two, third, rules)
    assert two.mean < mean < two.mean + third.mean
    assert sd > max(two.sd, rules.third * third.sd)


@pytest.mark.parametrize("stage", [0, 1])
def test_psychotherapy_with_a_drug_gains_five_to_fifteen_points_early(stage: int) -> None:
    found = _pair(stage, {"drug", "psychotherapy"})
    assert found
    for one in found:
        assert one.path == "randomised"
        assert 0.05 <= one.gain.mean <= 0.15
        assert 0 < one.gain.ci95[0] < one.gain.mean < one.gain.ci95[1] < 0.25
        assert "cuijpers2020" in one.references


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_what_was_never_tested_says_so_and_may_add_nothing(stage: int) -> None:
    found = [one for one in _decision(stage).combinations if one.path == "composed"]
    assert found
    for one in found:
        assert one.why.startswith(("never tested together", "trials of it give no estimate"))
        if len(one.parts) > 2:
            assert one.why.startswith("never tested together")
        assert one.gain.ci95[0] < 0 < one.gain.mean
        assert one.grade in {"C", "D"}


def test_four_null_trials_leave_psychotherapy_little_to_add_to_magnetic_stimulation() -> None:
    (one,) = _pair(2, {"psychotherapy", "stimulation"})
    assert 0 < one.gain.mean < 0.05
    assert "found no gain" in one.why


def _expected(shift: float, sd: float) -> float:
    def value(z: float) -> float:
        return float(special.expit(shift + sd * z) * math.exp(-z * z / 2))

    return float(integrate.quad(value, -9, 9)[0] / math.sqrt(2 * math.pi))


def _kind(name: str) -> str:
    (one,) = [each for each in evidence.load().treatments if each.id == name]
    return {"tms": "magnetic", "tdcs": "current"}.get(one.drug_class, one.group)


@pytest.mark.parametrize("stage", range(5))
def test_means_against_an_integral_of_their_own(stage: int) -> None:
    # The better part keeps its mean and its 95 % interval, read as normal in log odds; the gain is
    # normal in log odds too, so the mean is one integral.
    decision = _decision(stage)
    gains = gains_of(_effects(), load_rules())
    alone = {one.treatment: one.response for one in decision.predictions}
    for one in decision.combinations:
        better = max(one.parts, key=lambda part: alone[part].mean)
        part = alone[better]
        assert one.response.mean - one.gain.mean == pytest.approx(part.mean, abs=1e-12)
        assert one.remission.mean < one.response.mean
        if len(one.parts) > 2:
            continue
        (other,) = set(one.parts) - {better}
        gain = gains[_kind(other), _kind(better)]
        low, high = (float(special.logit(end)) for end in part.ci95)
        sd = (high - low) / (2 * 1.959964)
        centre = float(
            optimize.brentq(lambda x, sd=sd, mean=part.mean: _expected(x, sd) - mean, -9, 9)
        )
        expected = _expected(centre + gain.mean, math.hypot(sd, gain.sd))
        # Gauss-Hermite nodes against adaptive quadrature.
        assert one.response.mean == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("stage", range(5))
def test_only_sensible_combinations_best_first(stage: int) -> None:
    decision = _decision(stage)
    ranked = {one.treatment for one in decision.predictions}
    by_id = {one.id: one for one in evidence.load().treatments}
    assert 1 <= len(decision.combinations) <= 6
    means = [one.response.mean for one in decision.combinations]
    assert means == sorted(means, reverse=True)
    for one in decision.combinations:
        assert set(one.parts) <= ranked
        groups = [by_id[part].group for part in one.parts]
        assert len(groups) == len(set(groups)) >= 2
        assert set(groups) <= {"drug", "psychotherapy", "stimulation"}
        assert sum(len(by_id[part].drugs) for part in one.parts) <= 1
        for interval in (one.response, one.remission, one.gain):
            low95, high95 = interval.ci95
            low80, high80 = interval.ci80
            assert low95 <= low80 <= interval.mean <= high80 <= high95
        assert one.response.ci95[0] > 0
        assert one.response.ci95[1] < 1


def test_a_hard_stop_of_a_part_stops_the_combination() -> None:
    first = {part for one in _decision(2).combinations for part in one.parts}
    after = _decision(2, tuple(sorted(first)))
    assert after.combinations
    assert not first & {part for one in after.combinations for part in one.parts}


def test_drugs_that_lower_the_seizure_threshold_are_not_shown_with_magnetic_stimulation() -> None:
    every = evidence.load().treatments
    chosen = ("bupropion", "clomipramine", "sertraline", "rtms", "tdcs")
    treatments = [one for name in chosen for one in every if one.id == name]
    shown = [
        {treatments[t].id for t in parts.values()} for parts in candidates(treatments, range(5))
    ]
    assert shown == [{"sertraline", "rtms"}]
    # It holds for magnetic stimulation alone; of two kinds of stimulation the first by rank counts.
    shown = [
        {treatments[t].id for t in parts.values()}
        for parts in candidates(treatments, [4, 0, 1, 2, 3])
    ]
    assert shown == [{"tdcs", "bupropion"}, {"tdcs", "clomipramine"}]


def test_without_the_effects_of_the_parts_nothing_is_shown() -> None:
    assert gains_of({}, load_rules()) == {}


def test_titles_read_as_one_sentence() -> None:
    titles = {one.parts: one.title for stage in range(3) for one in _decision(stage).combinations}
    by_id = {one.id: one.title for one in evidence.load().treatments}
    for parts, title in titles.items():
        assert title.startswith(by_id[parts[0]])
        assert title.count(" and ") >= 1
        assert title.lower().endswith(f" and {by_id[parts[-1]].lower()}")
    named = [title for parts, title in titles.items() if "snt" in parts[1:]]
    assert named
    assert all("Stanford" in title for title in named)
