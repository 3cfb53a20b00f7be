"""The referral letter and the packet of the worked people: order, silence, safety, hostile text."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html import unescape
from typing import Final

import pytest

from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import render_for
from equipoise.apps.report.sections.sheet import data_lines
from equipoise.apps.report.wording import slips
from equipoise.core.answers import given
from equipoise.core.nouns import (
    Allergy,
    Condition,
    Dossier,
    Implant,
    OptionVerdict,
    SafetyReason,
    TreatmentTrial,
    Unmapped,
)
from tests.apps.report.people import ALMOST_NOTHING, EMERGENCY, PEOPLE, WATCH, dossier_of

READERS: Final = ("letter", "authorization")
HOSTILE: Final = '<script>alert("x")</script>' + "long " * 60


@cache
def page(reader: str, person: str) -> str:
    return render_for(reader, dossier_of(person), Edition())


def words(html: str) -> str:
    bare = re.sub(r"<(style|svg|head)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())


@pytest.mark.parametrize("person", PEOPLE)
def test_the_letter_keeps_the_order_of_sbar(person: str) -> None:
    found = re.findall(r'<section id="([a-z-]+)"', page("letter", person))
    own = [name for name in found if name in SBAR]
    assert own == list(SBAR)


SBAR: Final = ("situation", "background", "assessment", "recommendation")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("person", PEOPLE)
def test_no_page_holds_a_forbidden_phrase(reader: str, person: str) -> None:
    assert slips(words(page(reader, person))) == ()


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("person", PEOPLE)
def test_no_chance_and_no_research_layer_stand_in_letter_and_packet(
    reader: str, person: str
) -> None:
    rows = re.findall(r'data-row="([^"]+)"', page(reader, person))
    assert [row for row in rows if row.startswith(("established.", "exploratory."))] == []


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("person", PEOPLE)
def test_every_figure_has_its_row_with_the_same_number(reader: str, person: str) -> None:
    sheet = {line.id: line for line in data_lines(dossier_of(person))}
    found = re.findall(
        r'<data value="([^"]+)" data-row="([^"]+)" data-column="([a-z0-9_]+)"', page(reader, person)
    )
    for value, row, column in found:
        assert getattr(sheet[row], column) == value, row


def test_what_was_not_asked_is_said() -> None:
    told = words(page("letter", ALMOST_NOTHING))
    for head in ("Medicines now", "Allergies", "Other diagnoses"):
        assert f"{head} Not asked" in told
    assert "Treatments tried: not asked. This is no sign that there were none." in told
    assert "No scale with a total in the record." in told
    assert "nobody asked about danger signs" in told


def test_the_letter_says_the_trials_of_the_record() -> None:
    """By hand, from the record: three drugs, 14, 14 and 24 weeks, good adherence, no response."""
    told = words(page("letter", "three_failed"))
    wanted = "Sertraline 150 mg a day 7 October 2024 to 13 January 2025 14 good no response yes"
    assert wanted in told
    assert "Venlafaxine 225 mg a day 5 May 2025 to 20 October 2025 24 good no response yes" in told
    assert "PHQ-9 total 19 of 27 on 2 March 2026" in told
    assert "Three adequate trials without enough benefit in this episode." in told


@pytest.mark.parametrize("reader", READERS)
def test_names_stay_blank(reader: str) -> None:
    html = page(reader, "three_failed")
    form = html[html.index('class="form"') :]
    assert form.count('class="write"') >= 4
    assert "sub-12" in html


def test_an_emergency_is_asked_for_today_and_names_no_option() -> None:
    told = words(page("letter", EMERGENCY))
    assert "We ask you to see this person today" in told
    assert "Urgent, today" in told
    assert "Options that are open" not in told
    assert "Choose with the person" not in told


def test_a_warning_sign_is_neither_ordinary_nor_urgent() -> None:
    told = words(page("letter", WATCH))
    assert "Soon. A warning sign stands" in told
    assert "Urgent, today" not in told


@pytest.mark.parametrize("reader", READERS)
def test_hostile_text_of_a_record_stays_text(reader: str) -> None:
    dossier = dossier_of("three_failed")
    trial = TreatmentTrial(HOSTILE, adherence=given(HOSTILE), outcome=given("no_response"))
    allergy = Allergy("codeine", "allergy", given(HOSTILE))
    timeline = replace(dossier.timeline, treatments=given((trial,)), allergies=given((allergy,)))
    html = render_for(reader, replace(dossier, timeline=timeline), Edition())
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def packet_on(dossier: Dossier, date: str, treatment: str) -> str:
    edition = Edition(treatment=treatment)
    return words(render_for("authorization", replace(dossier, date=date), edition))


def test_a_rule_that_is_out_of_date_says_check_the_plan_document() -> None:
    """The rules for TMS are to be looked at again by 2026-10-29 (coverage/policies)."""
    dossier = dossier_of("three_failed")
    for date, times in (("2026-10-29", 0), ("2026-10-30", 6)):
        told = packet_on(dossier, date, treatment="rTMS")
        assert told.count("Check the plan document before anything is sent.") == times


def test_a_hard_stop_stands_first_on_the_packet() -> None:
    dossier = dossier_of("three_failed")
    reason = SafetyReason("epilepsy", "hard_stop", "A seizure", "none", None, "x", "C", "recalled")
    verdict = OptionVerdict("rtms", "hard_stop", (reason,))
    appraisal = replace(dossier.appraisal, verdicts=(verdict,))
    told = packet_on(replace(dossier, appraisal=appraisal), "2026-03-02", treatment="rtms")
    assert "A hard stop stands against Repetitive transcranial magnetic stimulation" in told
    assert "A seizure." in told
    assert "A hard stop stands" not in packet_on(dossier, "2026-03-02", treatment="rtms")


def test_the_packet_shows_what_the_plan_names() -> None:
    """By hand: the plan names iTBS and rTMS; five rules are read for them."""
    told = words(page("authorization", "three_failed"))
    assert "Here are the treatments that the plan names" in told
    assert "Request for prior authorisation: Transcranial magnetic stimulation (TMS)" in told
    assert told.count("Of 17 criteria") == 1
    assert "L37088" in told
    assert "Esketamine nasal spray: typical rules" not in told


def test_an_emergency_has_every_rule_and_no_ranking() -> None:
    told = words(page("authorization", EMERGENCY))
    for name in ("TMS: local coverage L34522", "Esketamine nasal spray: typical", "ECT: typical"):
        assert name in told
    assert "among the first options" not in told


@pytest.mark.parametrize(
    ("asked", "there", "gone"),
    [
        ("SPRAVATO", "REMS", "L34522"),
        ("tms", "L34522", "REMS"),
        ("Electroconvulsive therapy", "ECT-01", "TMS-01"),
        ("vns", "VNS-01", "ECT-01"),
        ("Vagus nerve stimulation", "VNS-01", "ECT-01"),
        ("intranasal esketamine", "REMS", "L34522"),
    ],
)
def test_a_treatment_goes_by_every_name(asked: str, there: str, gone: str) -> None:
    told = packet_on(dossier_of("three_failed"), "2026-03-02", treatment=asked)
    assert there in told
    assert gone not in told


def test_the_packet_never_says_what_a_payer_decides() -> None:
    for person in PEOPLE:
        told = words(page("authorization", person))
        assert not re.search(r"\bwill be (approved|paid|covered)\b", told)
        assert "The payer decides." in told


def _unread(what: str, hides: str) -> Unmapped:
    return Unmapped("MedicationStatement/x", what, "no row of the tables has this code", hides)


@pytest.mark.parametrize("reader", READERS)
def test_what_could_not_be_read_stands_where_it_is_looked_for(reader: str) -> None:
    """A medicine, an allergy and an implant that no table knows are not "none"."""
    dossier = dossier_of("three_failed")
    entries = (
        _unread("herbal calm mixture", "drug"),
        _unread("penicillin G", "allergy"),
        _unread("device 77", "implant"),
        _unread("a haircut", ""),
    )
    timeline = replace(dossier.timeline, unmapped=entries)
    told = words(render_for(reader, replace(dossier, timeline=timeline), Edition()))
    for head, what in (("Medicines now", 0), ("Allergies", 1), ("Implants and metal", 2)):
        line = told[told.index(f" {head} ") :]
        assert f"could not be read: {entries[what].what} ." in line[:250]
    clinic = told.find("For the clinic; not for the payer")  # all that was not read stands there
    assert "haircut" not in told[:clinic]
    assert ("a haircut No row of the tables has this code." in told) == (reader == "authorization")


@pytest.mark.parametrize("reader", READERS)
def test_a_diagnosis_that_is_called_over_and_an_implant_are_told(reader: str) -> None:
    """Bipolar disorder and epilepsy of long ago decide what a colleague may give."""
    dossier = dossier_of("three_failed")
    conditions = (
        Condition("G40.909", "icd10", "resolved"),
        Condition("F10.21", "icd10", "unknown"),
        Condition("I10", "icd10", "active"),
        Condition("999999", "snomed", "active"),
    )
    unread = (_unread("snomed 999999 Rare syndrome", ""),)
    implants = (Implant("pacemaker"), Implant("others_not_asked"))
    timeline = replace(
        dossier.timeline,
        conditions=given(conditions),
        implants=given(implants),
        unmapped=unread,
    )
    told = words(render_for(reader, replace(dossier, timeline=timeline), Edition()))
    wanted = (
        "F10.21 (whether it lasts is not known)",
        "I10 (active)",
        "snomed 999999 Rare syndrome (active)",
        "G40.909 (recorded as over)",
    )
    assert f"Other diagnoses {' ; '.join(wanted)}" in told
    assert "pacemaker (place not recorded) . Whether there are others: not asked." in told


def test_trials_that_cannot_be_judged_are_not_called_none() -> None:
    dossier = dossier_of("three_failed")
    stage = replace(dossier.appraisal.stage, count=0, at_most=2)
    appraisal = replace(dossier.appraisal, stage=stage)
    told = words(render_for("letter", replace(dossier, appraisal=appraisal), Edition()))
    assert "No adequate trial" not in told
    assert "none that is sure, and two at most" in told


def test_the_letter_says_age_and_sex() -> None:
    """The name stays blank, and a pasted letter has to say who it is about."""
    about = dossier_of("three_failed").timeline.demographics
    told = words(page("letter", "three_failed"))
    assert f"Age and sex {about.age_years.value:.0f} years, {about.sex.value}" in told
