"""Forbidden phrases are found, allowed ones are not; the words are sound tables."""

from __future__ import annotations

import pytest

from equipoise.apps.report.wording import capital, exactness, joined, say, sentence, slips
from equipoise.core.tables import load_table, problems


@pytest.mark.parametrize("name", ["sentences", "grades", "exactness", "forbidden"])
def test_tables_are_sound(name: str) -> None:
    assert problems(f"wording/{name}") == []


@pytest.mark.parametrize(
    "phrase",
    [
        "you will respond to this",
        "This treatment will work.",
        "an abnormal scan",
        "the result is normal",
        "a chemical imbalance",
        "the scan shows you need TMS",
        "the best drug for you",
        "a proven method",
        "it is safe",
        "a cure",
        "the patient failed two drugs",
        "non-compliant",
        "refused treatment",
        "suffers from depression",
        "she is a bipolar",
        "committed suicide",
        "suicide risk score of 7",
        "high suicide risk",
        "cheer up",
        "a last resort",
        "only 12 of 100",
    ],
)
def test_forbidden_phrases_are_found(phrase: str) -> None:
    assert slips(phrase)


@pytest.mark.parametrize(
    "phrase",
    [
        "we will call you",
        "unproven research",
        "about 35 of 100 respond",
        "safety comes first",
        "a bipolar disorder was ruled out",
        "died by suicide",
        "thoughts of suicide were asked about",
        "Two adequate trials without enough benefit",
        "the medicine did not help enough",
    ],
)
def test_allowed_phrases_pass(phrase: str) -> None:
    assert slips(phrase) == ()


def test_patient_rules_are_stricter() -> None:
    assert slips("a common side effect") == ()
    assert [slip.rule for slip in slips("a common side effect", "patient")] == ["frequency_words"]


def test_no_fixed_sentence_breaks_the_rules() -> None:
    for row in load_table("wording/sentences"):
        assert slips(row.text("text")) == (), row.where


def test_sentences_are_filled_in() -> None:
    words = say("average_cannot_tell", ci95="a to b")
    told = "No better for this person than on average: cannot tell"
    assert words == f"{told} (95\N{NO-BREAK SPACE}%: a to b)"


def test_the_same_and_cannot_tell_stay_apart() -> None:
    assert say("average_the_same") != say("average_cannot_tell", ci95="")


@pytest.mark.parametrize(
    ("width", "words"),
    [(0, "fairly exact"), (10, "fairly exact"), (11, "rough"), (25, "rough"), (26, "very rough")],
)
def test_exactness_bands(width: int, words: str) -> None:
    assert exactness(width) == words


def test_lists_and_sentences() -> None:
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert joined(["a", "b", "c", "d"], most=2) == "a, b and 2 more"
    assert sentence("take an ECG") == "Take an ECG."
    assert sentence("Why?") == "Why?"
    assert capital("eGFR") == "eGFR"
    assert capital("thyroid") == "Thyroid"
