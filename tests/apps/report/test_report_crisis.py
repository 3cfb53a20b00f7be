"""Crisis numbers and the record on suicide stand on page and terminal, with dates and no level."""

from __future__ import annotations

import dataclasses
import html
import re
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from equipoise.apps.report import render
from equipoise.apps.report.sections.crisis import shown_flags, suicide_record
from equipoise.apps.summary import summary
from equipoise.core.answers import given
from equipoise.core.nouns import Dossier, Finding, PathwayStep, RedFlag, ScaleAnswers, Timeline
from equipoise.core.tables import use_site

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
build = cast("Callable[[str], Dossier]", SAMPLES["build"])
HEADS = [
    "place",
    "text",
    "number",
    "hours",
    "language",
    "checked_on",
    "population",
    "reference",
    "as_of",
    "grade",
    "checked",
    "confidence",
]


@pytest.fixture
def shipped_again() -> Iterator[None]:
    yield
    use_site(None)


def safety_words(dossier: Dossier) -> str:
    """Return the words of the safety section."""
    page = render(dossier)
    part = page[page.index('<section id="safety"') : page.index('<section id="answer"')]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())


@pytest.mark.parametrize("state", ["watch", "emergency", "released"])
def test_crisis_numbers_stand_with_every_red_flag(state: str) -> None:
    for words in (safety_words(build(state)), summary(build(state))):
        # The US line is 988 since July 2022.
        assert "988" in words
        assert "local emergency number" in words
        assert "not checked on a date" in words


def test_no_crisis_number_without_a_red_flag() -> None:
    assert "988" not in safety_words(build("full"))
    assert "988" not in summary(build("full"))


@pytest.mark.usefixtures("shipped_again")
def test_a_site_replaces_the_crisis_numbers(tmp_path: Path) -> None:
    row = ["XX", "Call 555 0100", "n/a", "day and night", "local", "2024-12-15", "anyone"]
    row += ["recalled", "2026-01", "n/a", "checked", "high"]
    (tmp_path / "red_flags").mkdir()
    table = "\t".join(HEADS) + "\n" + "\t".join(row) + "\n"
    (tmp_path / "red_flags" / "crisis.tsv").write_text(table, encoding="utf-8")
    use_site(tmp_path)
    for words in (safety_words(build("watch")), summary(build("watch"))):
        assert "555 0100" in words
        assert "Checked on 15 December 2024" in words
        assert "988" not in words
        assert "not checked on a date" not in words


def test_answers_about_suicide_stand_with_their_dates() -> None:
    base = build("watch")
    timeline = dataclasses.replace(
        base.timeline,
        findings=given((
            Finding("suicidal_intent", "absent", given("2026-03-02")),
            Finding("suicidal_plan", "unknown", given("2026-03-02")),
            Finding("suicide_attempt_recent", "absent"),
        )),
        scales=given((
            ScaleAnswers("phq9", "2025-11-10", (3, 3, 2, 3, 2, 2, 2, 1, 2)),
            ScaleAnswers("phq9", "2026-03-02", (2, 2, 2, 3, 2, 2, 2, 1, 1)),
            ScaleAnswers("phq9", "2025-12-08", (2, 2, 2, 3, 2, 2, 2, 1, None)),
        )),
    )
    person = dataclasses.replace(base, timeline=timeline)
    for words in (safety_words(person), summary(person)):
        assert "Intent to end their life: absent (2 March 2026)" in words
        assert "Plan to end their life: asked, not known (2 March 2026)" in words
        assert "past three months: absent (no date)" in words
        answers = "1 (2 March 2026); left out (8 December 2025); 2 (10 November 2025)"
        assert f"PHQ-9 item 9 (0 to 3): {answers}" in words
        assert "Not asked, so not known: active thoughts of ending their life" in words
        assert not re.search(r"\b(low|medium|moderate|high)[ -]risk\b", words, re.IGNORECASE)


def test_a_total_alone_is_no_answer_and_a_screener_is_told_by_its_questions() -> None:
    record = Timeline(
        "01",
        scales=given((
            ScaleAnswers("phq9", "2025-01-10", (), total=17),
            ScaleAnswers("cssrs_screen", "2025-01-11", (1, 0, None, None, None, 0)),
        )),
    )
    said = suicide_record(record)
    assert "PHQ-9 item 9 (0 to 3): only the total is recorded: the answer is not known" in said[1]
    assert said[0] == (
        "C-SSRS screener (11 January 2025), by number of the question: yes 1; no 2, 6; "
        "left out 3, 4, 5"
    )


def test_no_step_is_told_twice_and_no_title_denies_a_stated_intent() -> None:
    """Beside an intent, "no intent stated" of a lower answer would speak against it."""
    dossier = build("full")
    plan_step = PathwayStep("Write a safety plan", "clinician", "today", "recalled", "n/a")
    ask = PathwayStep("Ask about intent", "clinician", "today", "recalled", "n/a")
    lower = RedFlag(
        "suicidal_ideation_method",
        "Thoughts of a way, no intent stated",
        "watch",
        "",
        (ask, plan_step),
    )
    higher = RedFlag("suicidal_intent", "Intent to end their life", "emergency", "", (plan_step,))
    for flags, title, steps in (
        ((lower, higher), "Thoughts of a way", [(plan_step,), (ask,)]),
        ((lower,), "Thoughts of a way, no intent stated", [(ask, plan_step)]),
    ):
        judged = dataclasses.replace(dossier.appraisal, red_flags=flags)
        shown = shown_flags(dataclasses.replace(dossier, appraisal=judged))
        assert shown[-1].title == title
        assert [flag.pathway for flag in shown] == steps


def test_what_the_screener_asked_is_not_called_unasked() -> None:
    record = Timeline(
        "01", scales=given((ScaleAnswers("cssrs_screen", "2025-01-11", (1, 1, 0, 0, 0, None)),))
    )
    silent = suicide_record(record)[-1]
    assert "intent" not in silent.split("attempt")[0]
    assert "attempt" in silent
