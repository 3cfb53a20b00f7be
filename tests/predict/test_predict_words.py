"""What may be said of a shift, and the answer in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from equipoise.core.answers import not_asked
from equipoise.core.nouns import (
    Appraisal,
    CheckItem,
    Effect,
    EvidenceBase,
    Moderation,
    OptionVerdict,
    Profile,
    SafetyReason,
    Stage,
)
from equipoise.evidence.treatments import read_treatments
from equipoise.predict import predict
from equipoise.predict.words import by_kind, kind_of, shift_words

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
    assert text.startswith("No clear first choice among a drug, b drug and c drug:")


def test_many_ties_are_counted(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    rates = [(f"drug_{letter}", 0.40) for letter in "abcdefgh"]
    text = _sentence(make_person(), stage_one, make_evidence(rates))
    assert text.startswith("The data do not separate 8 of 8 options: 8 drugs. Their rates come")
    assert "Drug a" not in text.split(".")[0]


def test_up_to_four_ties_are_named(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    rates = [(f"drug_{letter}", 0.40) for letter in "abcd"]
    text = _sentence(make_person(), stage_one, make_evidence(rates))
    assert text.startswith("No clear first choice among drug a, drug b, drug c and drug d:")
    rates = [(f"drug_{letter}", 0.40) for letter in "abcde"]
    text = _sentence(make_person(), stage_one, make_evidence(rates))
    assert text.startswith("The data do not separate 5 of 5 options: 5 drugs.")


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["drug"], "1 drug"),
        (["therapy", "rapid", "rapid"], "2 rapid drugs and 1 psychotherapy"),
        (
            ["therapy", "augmentation", "procedure", "procedure", "strategy", "other"],
            "1 addition to an antidepressant, 2 kinds of stimulation and other procedures,"
            " 1 psychotherapy, 1 combined treatment and 1 other option",
        ),
    ],
)
def test_options_are_counted_by_kind(kinds: list[str], words: str) -> None:
    assert by_kind(kinds) == words


def test_every_option_of_the_tables_has_a_kind() -> None:
    found = {one.id: kind_of(one.kind, one.group) for one in read_treatments()}
    assert "other" not in found.values()
    assert (found["esketamine"], found["ect"], found["cbt"]) == ("rapid", "procedure", "therapy")


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
    assert "its rate is from: outpatients; it is carried to this stage" in text


def test_two_that_were_compared_are_not_said_to_be_apart(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    # THREE-D compared theta-burst and 10 Hz stimulation directly.
    pair = make_evidence([("itbs", 0.44), ("rtms", 0.43)])
    trial = Effect(
        "itbs", "rtms", "response", 0.1, 0.2, None, "outpatients", 2.0, 6.0,
        False, True, 414, 1, "A", "checked", ("recalled",), id="threed",
    )  # fmt: skip
    text = _sentence(make_person(), stage_one, replace(pair, effects=(trial,)))
    assert "No clear first choice" in text
    assert "compared directly" not in text
    text = _sentence(make_person(), stage_one, pair)
    assert "not all of them were ever compared directly." in text


def test_no_established_moderator_is_not_the_finding_of_no_difference(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    make_moderation: Callable[..., Moderation],
    stage_one: Appraisal,
) -> None:
    weak = make_evidence(moderations=(make_moderation("D"),))
    nothing = "nothing that is recorded is an established sign"
    assert nothing in _sentence(make_person(1.5), stage_one, weak)
    assert nothing not in _sentence(make_person(), stage_one, weak)
    wide = make_moderation("B", estimate=0.0, standard_error=0.4, comparator="pill_placebo")
    text = _sentence(make_person(1.5), stage_one, make_evidence(moderations=(wide,)))
    assert "it cannot be told for nortriptyline." in text


def test_a_chance_below_average_is_said(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    make_moderation: Callable[..., Moderation],
    stage_one: Appraisal,
) -> None:
    strong = make_moderation("A", estimate=0.8, standard_error=0.05, comparator="pill_placebo")
    evidence = make_evidence(moderations=(strong,), sd=0.05)
    text = _sentence(make_person(-2.5), stage_one, evidence)
    assert "No option is better than average for this person." in text
    assert "The chance is lower than average with nortriptyline." in text
    text = _sentence(make_person(2.5), stage_one, evidence)
    assert "The chance is better than average with nortriptyline." in text


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (Stage(1, 3, 1, True, ""), "2 more trials may count, and then they would be lower."),
        (Stage(1, 2, 1, True, ""), "1 more trial may count, and then they would be lower."),
        (Stage(0, 0, 1, False, ""), "with failed trials they would be lower."),
    ],
)
def test_an_open_history_is_never_taken_for_the_better_one(
    stage: Stage,
    words: str,
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    text = _sentence(make_person(), replace(stage_one, stage=stage), make_evidence())
    assert words in text
    assert "lower" not in _sentence(make_person(), stage_one, make_evidence())


def test_no_sentence_promises(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    never = re.compile(r"\b(will|best|proven|cure|safe|normal|abnormal|right|failed to)\b", re.I)
    for y in (None, 1.5):
        text = _sentence(make_person(y), stage_one, make_evidence())
        assert not never.search(text)


def _avoiding(*names: str) -> tuple[OptionVerdict, ...]:
    reason = SafetyReason(
        "bipolar_antidepressant", "caution", "a text", "", None, "recalled", "C", "recalled"
    )
    return tuple(OptionVerdict(name, "caution", (reason,)) for name in names)


def test_a_first_choice_that_a_rule_says_to_avoid_is_never_said_alone(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    base = make_evidence([("best", 0.70), ("second", 0.30), ("third", 0.10)], sd=0.01)
    appraisal = replace(stage_one, verdicts=_avoiding("best"))
    text = _sentence(make_person(), appraisal, base)
    assert "Best comes first" in text
    assert "Safety rules say to avoid it: a specialist decides" in text
    assert "Of the others second comes first." in text
    tied = make_evidence([("a_drug", 0.40), ("b_drug", 0.40)])
    text = _sentence(make_person(), replace(stage_one, verdicts=_avoiding("a_drug")), tied)
    assert "Safety rules say to avoid 1 of these 2" in text


def test_signs_of_bipolar_disorder_are_said_with_the_answer(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    item = CheckItem("bipolarity", "Bipolar disorder", "abnormal", "on record", "ask", "recalled")
    told = replace(stage_one, diagnosis_check=(item,))
    assert "these rates are of unipolar depression" in _sentence(
        make_person(), told, make_evidence()
    )
    assert "unipolar" not in _sentence(make_person(), stage_one, make_evidence())
