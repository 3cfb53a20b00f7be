"""What the table of living with a treatment holds, and how hard the words are to read."""

from __future__ import annotations

import re

import pytest

from equipoise.apps.report.readability import masked, reading
from equipoise.apps.report.wording import slips
from equipoise.core.tables import load_table

QUESTIONS = ("name", "what", "effort", "stopping", "driving", "alcohol", "pregnancy")
GRADE = 7
LONGEST = 22
PLACE = re.compile(r"\{\w+\}")


def test_every_treatment_that_can_be_ranked_has_an_answer_to_each_question() -> None:
    rows = load_table("treatments/living")
    told = {(row.text("about"), row.text("question")) for row in rows}
    missing = [
        (row.text("id"), question)
        for row in load_table("treatments/treatments")
        if row.flag("ranked")
        for question in QUESTIONS
        if not {(row.text("id"), question), (row.text("drug_class"), question)} & told
    ]
    assert not missing


def test_a_name_belongs_to_one_treatment() -> None:
    rows = load_table("treatments/living")
    names = [row.text("text") for row in rows if row.text("question") == "name"]
    assert len(names) == len(set(names))


def test_every_row_is_about_a_treatment_or_a_class() -> None:
    rows = load_table("treatments/treatments")
    known = {row.text(column) for row in rows for column in ("id", "drug_class")}
    assert {row.text("about") for row in load_table("treatments/living")} <= known


def test_no_row_holds_a_digit_an_overdose_or_a_forbidden_phrase() -> None:
    for row in load_table("treatments/living"):
        text = row.text("text")
        allowed = text.replace("(T3)", "")
        assert not re.search(r"\d|overdos|lethal", allowed, re.IGNORECASE), text
        assert not slips(text, "patient"), text


def test_the_sentences_hold_no_forbidden_phrase() -> None:
    for row in load_table("wording/options"):
        text = f"{row.text('text')} {row.optional_text('plural') or ''}"
        assert not slips(text, "patient"), row.text("id")


@pytest.mark.parametrize("question", QUESTIONS[1:])
def test_what_living_with_it_is_like_reads_at_twelve(question: str) -> None:
    rows = load_table("treatments/living")
    found = reading("\n".join(r.text("text") for r in rows if r.text("question") == question))
    assert max(found.flesch_kincaid, found.ari) <= GRADE
    assert found.longest_length <= LONGEST, found.longest


@pytest.mark.parametrize("place", ["options", "wishes", "side effects"])
def test_the_sentences_read_at_twelve(place: str) -> None:
    texts = [
        row.text("text") for row in load_table("wording/options") if row.text("place") == place
    ]
    found = reading("\n".join(PLACE.sub("20", text) for text in texts))
    assert max(found.flesch_kincaid, found.ari) <= GRADE
    assert found.longest_length <= LONGEST, found.longest


def test_names_of_medicines_are_hard_and_masked_they_are_not() -> None:
    # By every formula a name of five syllables is as hard as a word of science.
    text = "You take sertraline every day. Mirtazapine can make you sleepy."
    easy = masked(text, ("sertraline", "mirtazapine"))
    assert reading(easy).flesch_kincaid < reading(text).flesch_kincaid
