"""Which pairs of options were compared, and where comparisons contradict each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from equipoise.core.nouns import Effect, EvidenceBase
from equipoise.predict.choices import Option
from equipoise.predict.comparisons import compare, head_to_head


def effect(treatment: str, comparator: str, estimate: float, outcome: str = "response") -> Effect:
    return Effect(
        treatment, comparator, outcome, estimate, 0.3, None, "inpatients", 2.0, 4.0,
        None, False, 100, 1, "B", "checked", ("recalled",), id=f"{treatment}_{comparator}",
    )  # fmt: skip


def options(make_evidence: Callable[..., EvidenceBase], *groups: str) -> list[Option]:
    base = make_evidence([(f"option_{n}", 0.4) for n in range(len(groups))])
    return [
        Option(replace(treatment, group=group), baseline)
        for treatment, baseline, group in zip(base.treatments, base.baselines, groups, strict=True)
    ]


def test_one_component_is_joined_and_not_compared(
    make_evidence: Callable[..., EvidenceBase],
) -> None:
    three = options(make_evidence, "drug", "drug", "ect")
    assert compare(three, ()).joined.all()
    assert np.array_equal(compare(three, ()).direct, np.eye(3, dtype=bool))
    three[1] = replace(three[1], baseline=replace(three[1].baseline, component="other"))
    assert compare(three, ()).joined.tolist() == [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


def test_a_trial_of_the_two_is_a_direct_comparison(
    make_evidence: Callable[..., EvidenceBase],
) -> None:
    pair = options(make_evidence, "drug", "ect")
    assert compare(pair, [effect("option_1", "option_0", 0.5)]).direct.all()
    assert not compare(pair, [effect("option_1", "pill_placebo", 0.5)]).direct[0, 1]
    assert not compare(pair, [effect("option_1", "option_0", 0.5, "dropout")]).direct[0, 1]


def test_only_clear_contradictions_are_disputed(
    make_evidence: Callable[..., EvidenceBase],
) -> None:
    pair = options(make_evidence, "rapid", "ect")
    forth, back = effect("option_1", "option_0", 0.7), effect("option_0", "option_1", 0.5)
    assert np.array_equal(compare(pair, [forth, back]).disputed, ~np.eye(2, dtype=bool))
    # Less than one standard error is no side taken.
    weak = effect("option_0", "option_1", 0.2)
    assert not compare(pair, [forth, weak]).disputed.any()
    assert not compare(pair, [forth, forth]).disputed.any()


def test_the_comparisons_are_listed(make_evidence: Callable[..., EvidenceBase]) -> None:
    pair = options(make_evidence, "rapid", "ect")
    rows = [effect("option_1", "option_0", 0.7), effect("option_1", "sham", 0.9)]
    assert [(one.treatment, one.comparator, one.estimate) for one in head_to_head(pair, rows)] == [
        ("option_1", "option_0", 0.7)
    ]
