"""What may be said of a shift, and the answer in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from equipoise.core.answers import not_asked
from equipoise.core.nouns import Appraisal, EvidenceBase, Profile
from equipoise.predict import predict
from equipoise.predict.words import shift_words

RULE = (0.02, 0.975)


@pytest.mark.parametrize(
    ("mean", "above", "interval", "words"),
    [
        (0.020, 0.975, (0.001, 0.05), "better"),
        (0.020, 0.974, (-0.001, 0.05), "cannot_tell"),
        (0.019, 0.999, (0.01, 0.03), "cannot_tell"),
        (0.010, 0.999, (0.005, 0.015), "the_same"),
        (0.0, 0.0, (0.0, 0.0), "the_same"),
        (0.0, 0.5, (-0.02, 0.02), "the_same"),
        (0.0, 0.5, (-0.021, 0.02), "cannot_tell"),
        (-0.03, 0.02, (-0.05, -0.001), "worse"),
    ],
)
def test_the_rule(mean: float, above: float, interval: tuple[float, float], words: str) -> None:
    below = 0.0 if mean == 0.0 and above == 0.0 else 1 - above
    assert shift_words(mean, (above, below), interval, RULE) == words


def _sentence(person: Profile, appraisal: Appraisal, evidence: EvidenceBase) -> str:
    return predict(person, appraisal, evidence, preferences=not_asked(), seed=3).sentence


def test_a_tie_is_said(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    rates = [("b_drug", 0.40), ("a_drug", 0.40), ("c_drug", 0.40), ("poor", 0.10)]
    text = _sentence(make_person(), stage_one, make_evidence(rates))
    assert text.startswith("No clear first choice among A drug, B drug and C drug:")


def test_many_ties_are_counted(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    rates = [(f"drug_{letter}", 0.40) for letter in "abcdefgh"]
    text = _sentence(make_person(), stage_one, make_evidence(rates))
    assert "No clear first choice among 8 of 8 options, among them drug a, drug b" in text


def test_one_that_was_never_compared_says_so(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    evidence = make_evidence([("a_drug", 0.30), ("b_procedure", 0.75)], sd=0.05)
    assert _sentence(make_person(), stage_one, evidence).startswith(
        "B procedure comes first of 2 options by the weights used."
    )
    far = replace(evidence.baselines[1], evidence_path="anchored", extrapolated=True)
    evidence = replace(evidence, baselines=(evidence.baselines[0], far))
    text = _sentence(make_person(), stage_one, evidence)
    assert "was never compared directly" in text
    assert "its rate is from: outpatients; estimated outside the studied group." in text


def test_no_sentence_promises(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    never = re.compile(r"\b(will|best|proven|cure|safe|normal|abnormal|right|failed to)\b", re.I)
    for y in (None, 1.5):
        text = _sentence(make_person(y), stage_one, make_evidence())
        assert not never.search(text)
