"""What surrounds a choice, invented: tests, wishes, going on, a year, combinations."""

from __future__ import annotations

import dataclasses
import runpy
from pathlib import Path
from typing import Any

from equipoise.core.nouns import (
    Combination,
    Continuation,
    Covariate,
    Dossier,
    InformationValue,
    Interval,
    NextMove,
    PreferenceChange,
    SafetyTest,
    UnderWay,
    YearComparison,
    YearPlan,
)

__all__ = ["choosing", "with_choice"]

BASE: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))


def _around(mean: float, reach: float) -> Interval:
    return Interval(mean, (mean - reach, mean + reach), (mean - 1.5 * reach, mean + 1.5 * reach))


def _tests() -> tuple[tuple[InformationValue, ...], tuple[InformationValue, ...]]:
    crp = InformationValue(
        "crp_hs", "C-reactive protein, sensitive", 0.0, 0.0, 0.0, (), ("blood.crp_hs",),
        "no established finding lets this test move a choice", "low", "one blood sample", "2 days",
    )  # fmt: skip
    scan = dataclasses.replace(
        crp, test="rest_fmri", title="Resting scan", cost_band="high", burden="an hour in a scanner"
    )
    research = dataclasses.replace(
        crp, evsi=1.0, p_changes_choice=0.12, would_lead=("nortriptyline",), why="it would move two"
    )
    return (crp, scan), (research, scan)


def _continuation() -> Continuation:
    chance = _around(0.34, 0.1)
    moves = (
        NextMove("continue", ("sertraline",), chance, "by week 8", "B", ("wagner2017",)),
        NextMove("raise", ("sertraline",), None, "no trial shows that it helps", "C", ("lam2024",)),
        NextMove("augment", ("aripiprazole_augmentation",), _around(0.3, 0.12), "at the next stage",
                 "B", ("rush2006",)),
        NextMove("switch", ("venlafaxine", "mirtazapine"), _around(0.27, 0.1), "at the next stage",
                 "B", ("rush2006",)),
    )  # fmt: skip
    return Continuation(
        "sertraline", "Sertraline", 2.0, 12.0, _around(0.4, 0.1), chance, moves,
        "Of 100 people with this change at week 2, about 34 get much better if they go on", False,
    )  # fmt: skip


def _plans() -> tuple[tuple[YearPlan, ...], tuple[YearComparison, ...]]:
    weeks = Interval(21.0, (0.0, 44.0), (0.0, 49.0))
    first = YearPlan(
        "found", "Drug, then stimulation", ("venlafaxine", "rtms"), weeks, 0.71, 0.4, 38.0, "year"
    )
    second = YearPlan(
        "steps", "Drugs step by step", ("venlafaxine", "mirtazapine"),
        Interval(18.0, (0.0, 41.0), (0.0, 48.0)), 0.63, 0.6, 12.0, "year",
        ("after the last step: specialist opinion",),
    )  # fmt: skip
    versus = YearComparison(
        "found", "steps", 3.1, 0.3, "a", "step 2 differs: magnetic stimulation, not mirtazapine"
    )
    return (first, second), (versus,)


def with_choice(base: Dossier) -> Dossier:
    """Return the dossier with everything that surrounds a choice."""
    tests, research = _tests()
    plans, versus = _plans()
    together = Combination(
        ("venlafaxine", "cbt"), "Venlafaxine with cognitive behavioural therapy",
        _around(0.5, 0.12), _around(0.3, 0.1), _around(0.08, 0.06), "randomised",
        "trials gave both and one alone", "B", "checked", ("rush2006",),
    )  # fmt: skip
    composed = dataclasses.replace(
        together, parts=("venlafaxine", "rtms"), title="Venlafaxine with magnetic stimulation",
        path="composed", why="never tested together", grade="D",
    )  # fmt: skip
    decision = dataclasses.replace(
        base.decision,
        tests=tests,
        exploratory_tests=research,
        tests_sentence="Nothing you could test would change the choice.",
        perfect=6.0,
        safety_tests=(SafetyTest("tsh", "Thyroid test (TSH)", "not done yet"),),
        continuations=(_continuation(),),
        preference_changes=(PreferenceChange("visits", "visits", 0.04, 0.12, "rtms"),),
        combinations=(together, composed),
        year_plans=plans,
        year_comparisons=versus,
    )
    appraisal = dataclasses.replace(
        base.appraisal,
        covariates=(
            Covariate("clinical.anxious_distress", "anxious distress", 1.1, 1.0, "known",
                      "specifiers: anxious distress"),
            Covariate("clinical.chronicity", "length of the episode", None, None, "not_asked", ""),
        ),
        under_way=(
            UnderWay("cbt", None, None, None, None, None, None, None, None, "cannot_tell",
                     "cannot_tell", (), "no scale was answered since it began"),
        ),
    )  # fmt: skip
    return dataclasses.replace(base, decision=decision, appraisal=appraisal)


def choosing() -> Dossier:
    """Return the invented person of the other samples with everything that surrounds a choice."""
    return with_choice(BASE["build"]("full"))
