"""In an emergency every page speaks of it first, in plain words, and none shows a ranking."""

from __future__ import annotations

import dataclasses
import re

import pytest

from equipoise import pipeline
from equipoise.apps.report.document import Box, Text
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.readability import reading
from equipoise.apps.report.readers import READERS, render_for, urgent
from equipoise.apps.report.wording import slips, tell
from equipoise.core.answers import given
from equipoise.core.nouns import Finding
from equipoise.core.steps import NoStore
from equipoise.core.tables import load_table
from tests.apps.report.people import DATE, dossier_of
from tests.apps.report.urgent_people import (
    EVERY_TOPIC,
    FOUND,
    agreed,
    every_emergency,
    flagged,
    found,
    page_of,
    urgent_page_of,
    words_in,
)

ONE_OF_EACH = tuple(
    {
        row.text("kind"): row.text("flag")
        for row in load_table("red_flags/plain_flags")
        if row.text("flag") in every_emergency()
    }.values()
)
"""One emergency for each kind of words."""
OTHERS = ("letter", "authorization", "data")
MIND_AND_BODY = (
    "psychosis",
    "mania",
    "mixed_state",
    "catatonia",
    "postpartum_psychosis",
    "delirium",
    "serotonin_toxicity",
    "not_eating_or_drinking",
)
# Words that would name a way to die, or a dose.
WAYS = re.compile(
    r"\b(hang|rope|pills?|tablets?|jump|bridge|railway|knife|knives|gun|firearm|weapon|blade|"
    r"poison|gas|cut|mg|milligrams?|lethal|overdos\w*)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("flag", every_emergency())
def test_every_emergency_has_plain_words_for_person_and_family(flag: str) -> None:
    row = load_table("red_flags/plain_flags").find(flag=flag)
    assert row is not None
    for reader in ("patient", "family"):
        page = words_in(urgent_page_of(reader, flag))
        assert "TITLE" not in page, "the clinician's words"
        assert "EVIDENCE" not in page
        assert not slips(page, "patient")
        assert not WAYS.search(page)
        assert (
            "not to blame" in page
            or "no one" in page.lower()
            or "not your fault" in page
            or (row.text("kind") in {"suicide_open", "baby", "others", "confusion", "together"})
        )


@pytest.mark.parametrize("flag", every_emergency())
def test_every_step_of_an_emergency_is_told_or_kept_for_talk(flag: str) -> None:
    known = load_table("red_flags/plain_steps")
    actions = [r.text("action") for r in load_table("red_flags/pathways") if r.text("flag") == flag]
    told = [known.find(action=action) for action in actions]
    assert all(told), [a for a, row in zip(actions, told, strict=True) if row is None]
    for reader in ("patient", "family"):
        assert any(row and row.optional_text(reader) for row in told)


@pytest.mark.parametrize("flag", every_emergency())
def test_no_treatment_no_number_and_no_picture_reaches_person_or_family(flag: str) -> None:
    dossier = flagged(flag)
    assert dossier.decision.predictions, "there is a ranking that could leak"
    for reader in ("patient", "family"):
        page = urgent_page_of(reader, flag)
        words = words_in(page)
        for option in dossier.decision.predictions:
            assert treatment_title(option.treatment).lower() not in words.lower()
        assert not re.search(r"<figure|data-row|class=\"grid|<img", page)
        assert not re.search(r"\b(ECT|esketamine|lithium|lorazepam|TMS)\b", words)
        numbers = set(re.findall(r"\d+", words)) - {"988", "2", "2026", "0", "1"}
        assert numbers <= set(re.findall(r"\d+", dossier.label)), numbers


@pytest.mark.parametrize("flag", ONE_OF_EACH)
def test_a_frightened_reader_can_read_it(flag: str) -> None:
    for reader in ("patient", "family"):
        page = urgent_page_of(reader, flag)
        for section in re.findall(r"<section .*?</section>", page, re.DOTALL):
            text = words_in("<body>" + section)
            # A number to dial and the lines to fill in are no sentences.
            found = reading(text.replace("(Suicide and Crisis Lifeline)", ""))
            assert found.flesch_kincaid <= 7, found
            assert found.ari <= 7, found
            assert found.longest_length <= 22, found.longest


@pytest.mark.parametrize("flag", MIND_AND_BODY)
def test_other_emergencies_do_not_speak_as_of_suicide(flag: str) -> None:
    for reader in ("patient", "family"):
        words = words_in(urgent_page_of(reader, flag))
        assert "ending" not in words
        assert "My plan for hard moments" not in words


@pytest.mark.parametrize("flag", ["catatonia", "serotonin_toxicity", "new_seizure", "delirium"])
def test_where_the_body_is_in_danger_the_emergency_number_stands_alone(flag: str) -> None:
    words = words_in(page_of("patient", flagged(flag)))
    assert "call the local emergency number" in words
    assert "988" not in words


def test_a_plan_to_end_life_is_thanked_named_and_acted_on() -> None:
    words = words_in(page_of("patient", dossier_of("emergency")))
    for part in (
        "Thank you for telling us",
        "You told us about thoughts of ending your life.",
        "988",
        "Someone you trust stays with you.",
        "My plan for hard moments",
        "Given to you by Dr Ada Kahn.",
    ):
        assert part in words
    assert words.index("Thank you") < words.index("988") < words.index("Who does what next")


def test_an_attempt_is_not_called_a_thought() -> None:
    words = words_in(page_of("patient", flagged("suicide_attempt_recent")))
    assert "You told us that you tried to end your life" in words
    assert "thoughts of ending your life. That took" not in words


def test_several_emergencies_share_one_page_without_saying_a_step_twice() -> None:
    words = words_in(page_of("patient", flagged("suicidal_intent", "suicidal_plan", "psychosis")))
    assert words.count("A psychiatrist (a doctor for mental health) talks with you") == 1
    assert words.count("Thank you for telling us") == 1
    assert "hear, see or believe" in words
    assert "988" in words


@pytest.mark.parametrize("reader", ["patient", "family"])
@pytest.mark.parametrize("danger", ["overdose", "lithium_toxicity"])
def test_the_emergency_department_comes_before_every_other_advice(danger: str, reader: str) -> None:
    dossier = agreed(flagged("suicidal_intent", "mania", danger), *EVERY_TOPIC)
    words = words_in(page_of(reader, dossier))
    to_do = words[words.index("What to do now") :]
    act = "overdose" if danger == "overdose" else "medicine"
    first = str(tell(f"urgent.{reader}_act_{act}_1"))
    assert 0 <= to_do.index(first) < to_do.index(str(tell(f"urgent.{reader}_act_suicide_1")))


@pytest.mark.parametrize("finding", FOUND)
def test_all_six_pages_of_an_emergency_put_it_first(finding: str) -> None:
    dossier = found(finding)
    assert dossier.appraisal.emergency
    assert dossier.decision.predictions, "released: the clinician sees the ranking"
    for reader in READERS:
        page = page_of(reader, dossier)
        main = page[page.index("<main") :]
        first = re.search(r'<section id="([^"]+)"', main)
        assert first is not None
        wanted = {"clinician": "safety", "patient": "found", "family": "found"}
        assert first.group(1) == wanted.get(reader, "urgent"), reader


@pytest.mark.parametrize("finding", ["psychosis", "postpartum_psychosis"])
@pytest.mark.parametrize("reader", ["patient", "family", *OTHERS])
def test_no_reader_but_the_clinician_sees_a_ranking(finding: str, reader: str) -> None:
    page = page_of(reader, found(finding))
    assert not re.search(r'data-row="(established|exploratory)\.', page)
    assert not re.search(r'id="(established|exploratory|option)[.-]', page)
    assert not re.search(r"\bof 100 people\b", words_in(page))


@pytest.mark.parametrize("reader", READERS)
def test_nobody_sees_a_ranking_that_was_not_released(reader: str) -> None:
    page = page_of(reader, dossier_of("emergency"))
    assert not re.search(r'data-row="(established|exploratory)\.', page)
    assert "Response by week 8" not in words_in(page)


def test_a_watch_keeps_the_ranking_and_puts_a_banner_first() -> None:
    dossier = dossier_of("watch")
    for reader in ("patient", *OTHERS):
        page = page_of(reader, dossier)
        main = page[page.index("<main") :]
        assert main.index('class="card is-watch"') < main.index("</section>"), reader
    patient = page_of("patient", dossier)
    assert "You told us about thoughts of death" in words_in(patient)
    assert 'data-row="established.' in patient


def test_a_watch_is_told_to_the_family_by_consent_alone() -> None:
    words = words_in(page_of("family", dossier_of("watch")))
    assert "told the clinic" not in words
    assert "Please read this first" not in words
    shared = words_in(page_of("family", agreed(dossier_of("watch"), "warning_signs")))
    assert "The person told the clinic about thoughts of death" in shared


@pytest.mark.parametrize("finding", ["suicidal_intent", "intent_to_harm_others"])
def test_nobody_is_told_that_they_said_what_nobody_knows(finding: str) -> None:
    known = dossier_of("first_episode").timeline
    open_ = Finding(finding, "unknown", given(DATE))
    others = tuple(one for one in known.findings.or_else(()) if one.finding != finding)
    timeline = dataclasses.replace(known, findings=given((*others, open_)))
    settings = pipeline.RunSettings(DATE, pipeline.default_seed())
    dossier = agreed(pipeline.run_person(timeline, settings, store=NoStore()), "warning_signs")
    assert dossier.appraisal.red_flags
    patient, family = (words_in(page_of(reader, dossier)) for reader in ("patient", "family"))
    assert "Some questions about how safe you feel have no answer yet." in patient
    assert "to ask the person again how safe they feel" in family
    for page in (patient, family):
        assert not re.search("You told us|told the clinic|We noticed|or we noticed", page)


@pytest.mark.parametrize(
    "flag", sorted({r.text("flag") for r in load_table("red_flags/plain_flags")})
)
def test_every_flag_on_watch_has_a_banner_in_plain_words(flag: str) -> None:
    dossier = agreed(flagged(flag, grade="watch"), "warning_signs")
    for reader in ("patient", "family"):
        (section,) = urgent.first(reader, dossier, Edition())
        (box,) = section.blocks
        assert isinstance(box, Box)
        text = " ".join(str(block.words) for block in box.blocks if isinstance(block, Text))
        assert len(text.split()) > 15
        assert not slips(text, "patient")
        assert reading(text).flesch_kincaid <= 7


def test_a_flag_that_no_row_knows_is_told_in_general() -> None:
    dossier = flagged("psychosis")
    odd = dataclasses.replace(dossier.appraisal.red_flags[0], id="of_a_site", pathway=())
    appraisal = dataclasses.replace(dossier.appraisal, red_flags=(odd,))
    words = words_in(page_of("patient", dataclasses.replace(dossier, appraisal=appraisal)))
    assert "We noticed something that a doctor needs to look at." in words
    assert "See a doctor today." in words


def test_a_name_with_markup_stays_text() -> None:
    page = render_for("patient", flagged("mania"), Edition(released_by="<b>Dr & Co</b>"))
    assert "&lt;b&gt;Dr &amp; Co&lt;/b&gt;" in page


def test_no_notice_of_the_clinic_keeps_anyone_from_acting() -> None:
    edition = Edition(released_by="Dr A", notices=("Run it again before anyone acts.",))
    for reader in ("patient", "family"):
        words = words_in(render_for(reader, flagged("mania"), edition))
        assert "before anyone acts" not in words
        assert "Invented person." in words
