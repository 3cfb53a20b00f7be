"""Reading grades: formulas against published and hand-worked examples, syllables against speech."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.apps.report.readability import (
    masked,
    reading,
    sentences_of,
    syllables,
    words_of,
)
from equipoise.apps.report.wording import verbal
from equipoise.core.tables import load_table

PLATYPUS = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."


def test_flesch_kincaid_of_the_published_sentence() -> None:
    # The worked sentence of Wikipedia's article on the formula: 13 words, 24 syllables, grade 11.3.
    found = reading(PLATYPUS)
    assert found.words == 13
    assert sum(map(syllables, words_of(PLATYPUS))) == 24
    assert found.flesch_kincaid == pytest.approx(11.3, abs=0.05)


def test_the_grades_of_a_sentence_worked_by_hand() -> None:
    # "The cat sat on the mat.": 6 words, 6 syllables, 17 letters, 1 sentence, no long word.
    found = reading("The cat sat on the mat.")
    assert found.flesch_kincaid == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)
    assert found.ari == pytest.approx(4.71 * 17 / 6 + 0.5 * 6 - 21.43)
    assert found.smog == pytest.approx(3.1291)


def test_smog_counts_the_words_of_three_syllables() -> None:
    # Two sentences, three long words (medicine, anxiety, hospital).
    found = reading("The medicine helps with anxiety. You go to the hospital.")
    assert found.smog == pytest.approx(1.0430 * 45**0.5 + 3.1291)


@pytest.mark.parametrize(
    ("count", "spoken"),
    [
        (1, "helped takes called nurse like voice scans don't months sleeps"),
        (2, "people every doses started being quiet science trial table safely likely"),
        (2, "little tired something safety questions troubled changes idol going seeing"),
        (3, "medicine anxious-ly idea influence serious usual reptilian radio area"),
        (3, "prediction creating together depression diary video"),
        (4, "anxiety society medication psychiatrist experience February information"),
        (5, "serotonin-ic electricity personality examination"),
    ],
)
def test_syllables_counted_by_ear(count: int, spoken: str) -> None:
    # "anxious-ly" and "serotonin-ic" are joined again: hyphens only keep the two parts in view.
    words = [word.replace("-", "") for word in spoken.split()]
    assert {word: syllables(word) for word in words} == dict.fromkeys(words, count)


@pytest.mark.parametrize(
    ("number", "count"),
    [("7", 2), ("12", 1), ("20", 2), ("35", 3), ("77", 5), ("100", 3), ("144", 7), ("2026", 5)],
)
def test_numbers_are_counted_as_they_are_spoken(number: str, count: int) -> None:
    assert syllables(number) == count


def test_letters_are_spelled() -> None:
    assert [syllables(word) for word in ("ECG", "TMS", "PHQ")] == [3, 3, 3]


def test_each_line_and_each_full_stop_ends_a_sentence() -> None:
    assert sentences_of("First. Second one?\nA cell\n--\nWhy: because") == (
        "First.",
        "Second one?",
        "A cell",
        "Why:",
        "because",
    )


def test_names_are_masked_long_ones_first_and_only_as_words() -> None:
    text = "Take venlafaxine with mirtazapine or Mirtazapine, not mirtazapines."
    found = masked(text, ["mirtazapine", "venlafaxine with mirtazapine", ""])
    assert found == "Take Name or Name, not mirtazapines."


def test_a_masked_name_is_easier_than_the_name() -> None:
    text = "You take levomilnacipran now."
    assert reading(masked(text, ["levomilnacipran"])).ari < reading(text).ari


def test_a_text_without_words_has_no_grade() -> None:
    assert reading(" -- \n").words == 0


@given(st.lists(st.sampled_from(["cat", "medicine", "anxiety", "go"]), min_size=1, max_size=30))
def test_longer_sentences_are_never_easier(words: list[str]) -> None:
    one = reading(" ".join(words) + ".")
    two = reading(" ".join(words * 2) + ".")
    assert two.flesch_kincaid > one.flesch_kincaid
    assert two.ari > one.ari


# --- how likely, in words ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chance", "clinician", "patient"),
    [
        (1.0, "almost certain", "almost sure"),
        (0.95, "extremely likely", "almost sure"),
        (0.9, "very likely", "very likely"),
        (0.899, "likely", "a good chance"),
        (0.33, "about as likely as not", "about even"),
        (0.1, "unlikely", "a small chance"),
        (0.0, "almost impossible", "fewer than 1 in 100"),
    ],
)
def test_words_of_the_bands(chance: float, clinician: str, patient: str) -> None:
    assert (verbal(chance), verbal(chance, "patient")) == (clinician, patient)


def test_an_interval_across_two_bands_has_no_word() -> None:
    assert verbal((0.6, 0.7)) == ""
    assert verbal((0.7, 0.89), "patient") == "a good chance"


def test_the_bands_cover_every_chance_once() -> None:
    rows = sorted(load_table("wording/verbal"), key=lambda row: row.number("at_least"))
    ends = [(row.number("at_least"), row.number("below")) for row in rows]
    assert ends[0][0] == 0
    assert ends[-1][1] == 1
    assert [high for _, high in ends[:-1]] == [low for low, _ in ends[1:]]


def test_the_example_of_the_documentation_holds() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "reports.md"
    found = doctest.testfile(str(page), module_relative=False)
    assert found.attempted > 0
    assert found.failed == 0
