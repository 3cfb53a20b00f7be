"""The patient's page: easy to read throughout, nothing forbidden, five questions answered."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from functools import cache

import pytest

from equipoise.apps.report import numbers as n
from equipoise.apps.report.document import Bullets, Document, Section
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readability import Reading, masked, reading
from equipoise.apps.report.readers.patient import build
from equipoise.apps.report.readers.patient.living import plain_name
from equipoise.apps.report.readers.patient.offered import offered
from equipoise.apps.report.readers.patient.plan import plan_section
from equipoise.apps.report.readers.patient.words import MYTHS
from equipoise.apps.report.spoken import spoken
from equipoise.apps.report.wording import slips, tell
from equipoise.core.errors import InputError
from equipoise.core.nouns import Dossier
from equipoise.core.tables import load_table
from tests.apps.report.people import ALMOST_NOTHING, WATCH, WORKED, dossier_of
from tests.apps.report.sample_dossier import build as sample

READ: tuple[str, ...] = (*WORKED, ALMOST_NOTHING, WATCH)
HIGHEST_GRADE = 7  # age about 12
HIGHEST_SMOG = 9
MEAN_WORDS = 14
MOST_WORDS = 22
LONGEST_LIST = 26  # side effects, or keys of the record for the team, read one by one
WITH_LISTS = frozenset({"options", "wishes"})
FOR_THE_TEAM = frozenset({"wishes"})  # tells the team which key of the record a line is
JARGON = re.compile(
    r"\b(CYP\w+|SLC6A4|HTR2A|z[- ]?scores?|z value|centiles?|percentiles?|forest|Thase|Rush|"
    r"Maudsley|MGH|ATHF|STAR\*?D|CANMAT|NICE|VAST-D|confidence interval|credible|p-value|"
    r"resistan(?:t|ce)|biotypes?|posterior|utility|C-reactive|established|exploratory|moderators?|remission|comorbid)\b"
)


@cache
def page(name: str) -> Document:
    return build(dossier_of(name), Edition())


def prose(section: Section) -> str:
    """Return the lines that are sentences: headings and single cells would make it look easier."""
    return "\n".join(line for line in spoken(section).split("\n") if line[-1] in ".!?")


def drug_names() -> list[str]:
    names = [row.text("title") for row in load_table("treatments/treatments")]
    return names + [plain_name(row.text("id")) for row in load_table("treatments/treatments")]


def sections() -> list[tuple[str, str]]:
    return [(name, section.id) for name in READ for section in page(name).sections]


def section_of(name: str, section: str) -> Section:
    return next(one for one in page(name).sections if one.id == section)


@cache
def grades(name: str, section: str) -> tuple[Reading, Reading]:
    text = prose(section_of(name, section))
    return reading(text), reading(masked(text, drug_names()))


@pytest.mark.parametrize("name", READ)
def test_every_section_reads_at_twelve_years(name: str) -> None:
    lines, hard = [], []
    for section in page(name).sections:
        plain, hidden = grades(name, section.id)
        shown = [
            f"{one.flesch_kincaid:5.1f} {one.ari:5.1f} {one.smog:5.1f}" for one in (plain, hidden)
        ]
        lines.append(f"{name:15} {section.id:10} {shown[0]} | masked {shown[1]}")
        for one in (plain, hidden):
            if max(one.flesch_kincaid, one.ari) > HIGHEST_GRADE or one.smog > HIGHEST_SMOG:
                hard.append(lines[-1])
    sys.stdout.write("\n".join(lines) + "\n")
    assert hard == []


@pytest.mark.parametrize("name", READ)
def test_sentences_are_short(name: str) -> None:
    for section in page(name).sections:
        found = reading(prose(section))
        assert found.mean_length <= MEAN_WORDS, section.id
        longest = reading(spoken(section))
        most = LONGEST_LIST if section.id in WITH_LISTS else MOST_WORDS
        assert longest.longest_length <= most, longest.longest


@pytest.mark.parametrize("name", READ)
def test_nothing_forbidden_is_said(name: str) -> None:
    for section in page(name).sections:
        assert slips(spoken(section), "patient", section.id) == (), section.id


def test_myths_alone_may_quote_what_they_answer() -> None:
    quoted = spoken(section_of("first_episode", MYTHS))
    assert [slip.rule for slip in slips(quoted, "patient")] == ["chemical_imbalance"]


@pytest.mark.parametrize("name", READ)
def test_no_jargon_and_no_ids(name: str) -> None:
    for section in page(name).sections:
        words = spoken(section)
        assert JARGON.findall(words) == [], section.id
        ids = r"\{|\}|\bNone\b|\bnan\b" + (
            "" if section.id in FOR_THE_TEAM else r"|\b[a-z]+_[a-z_]+"
        )
        assert re.findall(ids, words) == [], section.id


# --- the five questions, answered by the words that stand there --------------------------------


@pytest.mark.parametrize("name", READ)
def test_can_the_scan_tell_if_i_have_depression(name: str) -> None:
    words = spoken(section_of(name, "measured"))
    assert "A brain scan cannot tell if someone has depression." in words


@pytest.mark.parametrize("name", READ)
def test_how_many_of_a_hundred_get_better(name: str) -> None:
    first = spoken(section_of(name, "one-page"))
    found = re.search(
        r"Of 100 people [a-z ]+, about (\d+) to (\d+) feel much better by week 8\. "
        r"About (\d+) to (\d+) do not\.",
        first,
    )
    assert found is not None
    low, high, rest_low, rest_high = (int(number) for number in found.groups())
    assert low <= high
    assert (low + rest_high, high + rest_low) == (100, 100)
    shown = re.findall(
        r"(?:About|about) (\d+) feel much better\.", spoken(section_of(name, "options"))
    )
    assert (low, high) == (min(map(int, shown)), max(map(int, shown)))


@pytest.mark.parametrize("name", READ)
def test_what_was_not_measured(name: str) -> None:
    words = spoken(section_of(name, "measured"))
    _, _, missing = words.partition("What we did not measure\n")
    assert "your brain, by a scan\n" in missing
    assert "your genes\n" in missing
    assert "This is not a good sign or a bad sign." in missing
    assert ("your thyroid (a gland" in missing.split("So we cannot")[0]) == (
        name in (ALMOST_NOTHING, WATCH)
    )


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("first_episode", "9 March 2026"),
        ("three_failed", "9 March 2026"),
        ("post_partum", "9 March 2026"),
        (ALMOST_NOTHING, "3 March 2026"),
        (WATCH, "9 March 2026"),
    ],
)
def test_when_the_next_check_is(name: str, day: str) -> None:
    assert f"Your next check is by {day}." in spoken(section_of(name, "one-page"))
    assert f"By {day}" in spoken(section_of(name, "plan"))


@pytest.mark.parametrize("name", READ)
def test_whom_to_call_at_night(name: str) -> None:
    for section in ("one-page", "about"):
        words = spoken(section_of(name, section))
        assert "get help now, day or night" in words
        assert "988" in words
        assert "local emergency number" in words


# --- what a page says of a person --------------------------------------------------------------


def test_page_one_has_three_findings_and_three_things_to_do() -> None:
    for name in READ:
        lists = [b.items for b in section_of(name, "one-page").blocks if isinstance(b, Bullets)]
        assert [len(items) for items in lists] == [3, 3], name


@pytest.mark.parametrize(("name", "flagged"), [("first_episode", False), (WATCH, True)])
def test_whom_to_call_comes_first_after_a_red_flag(name: str, flagged: bool) -> None:
    kinds = [getattr(block, "kind", "") for block in section_of(name, "one-page").blocks]
    assert kinds.count("crisis") == 1
    assert (kinds.index("crisis") == 0) == flagged


def test_a_scan_helps_only_where_a_point_can_be_used() -> None:
    dossier = sample("full")
    for verdict, told in (("use", True), ("fall_back", False)):
        targets = tuple(replace(target, verdict=verdict) for target in dossier.targets)
        made = build(replace(dossier, targets=targets), Edition())
        words = spoken(next(one for one in made.sections if one.id == "measured"))
        assert "A brain scan cannot tell if someone has depression." in words
        assert ("find the spot for the magnetic treatment" in words) == told


def test_a_plan_without_steps_for_patients_shows_no_empty_table() -> None:
    made = build(sample("full"), Edition())
    words = spoken(next(one for one in made.sections if one.id == "plan"))
    assert "The plan is made with you at your next visit." in words
    assert "Dates of the plan" not in words


def test_breastfeeding_stands_beside_the_plan() -> None:
    assert "Most people can be treated and breastfeed." in spoken(section_of("post_partum", "plan"))
    assert "breastfeed" not in spoken(section_of("first_episode", "plan"))


def test_what_was_tried_is_named_without_blame() -> None:
    words = spoken(section_of("three_failed", "one-page"))
    assert "You have tried sertraline, escitalopram and venlafaxine. They did not help" in words
    assert "That is not your fault. There are other things to try." in words


def test_a_treatment_under_way_is_kept() -> None:
    words = spoken(section_of("post_partum", "one-page"))
    assert "Your treatment now is sertraline. We cannot tell yet if it helps." in words
    assert "Keep on with sertraline as agreed. Do not stop all at once." in words
    assert "how to go on with sertraline" in words


def test_where_nothing_is_known_it_says_so() -> None:
    first, doing = (spoken(section_of(ALMOST_NOTHING, one)) for one in ("one-page", "doing"))
    assert "We do not know yet what you have tried." in first
    assert "You have not yet filled in the mood questions for us." in first
    assert "There is no score yet." in doing
    assert "We have measured nothing so far." in spoken(section_of(ALMOST_NOTHING, "measured"))


def test_scores_that_moved_by_error_are_called_too_close_to_tell() -> None:
    words = spoken(section_of("post_partum", "doing"))
    assert "Your score was 16 on 16 February 2026 and 15 on 2 March 2026." in words
    assert "That step is too small to tell." in words


def test_a_real_change_is_told_with_its_direction() -> None:
    dossier = dossier_of("post_partum")
    course = replace(dossier.trajectories[0], verdict="reliable_worsening")
    worse = build(replace(dossier, trajectories=(course,)), Edition())
    words = spoken(next(one for one in worse.sections if one.id == "doing"))
    assert "That is a real rise. Tell us how you are. This can change." in words


def test_a_raised_marker_is_told_in_words_that_leave_hope() -> None:
    words = spoken(section_of("three_failed", "measured"))
    assert "Yours was higher than in most people measured." in words
    assert "This can change." in words
    assert "6.4" not in words


def test_the_plan_waits_where_it_is_withheld() -> None:
    dossier = dossier_of("first_episode")
    bare = replace(dossier, plan=replace(dossier.plan, steps=(), phases=()))
    words = spoken(plan_section(bare))
    assert "The plan is made with you at your next visit." in words
    assert "By " not in words


def test_every_step_of_a_plan_has_words_for_patients() -> None:
    known = {row.text("id") for row in load_table("wording/steps")}
    assert {row.text("id") for row in load_table("phases/steps")} == known


def test_every_measure_belongs_to_a_group_with_words() -> None:
    starts = [start for row in load_table("wording/measured") for start in row.items("measures")]
    known = ("clinical.", *starts)
    alone = [
        row.text("id")
        for row in load_table("measures/measures")
        if not row.text("id").startswith(known)
    ]
    assert alone == []


def test_myths_are_answered_by_claims() -> None:
    rows = {row.text("id"): row for row in load_table("wording/myths")}
    claims = load_table("claims/claims")
    assert len(rows) > 2
    for name, row in rows.items():
        claim = claims.row(id=row.text("claim"))
        assert claim.text("confidence") != "low"
        if name.endswith("_said"):
            assert rows[name.removesuffix("_said")].text("claim") == claim.text("id")
        allowed = set(re.findall(r"\d+", claim.text("evidence")))
        assert set(re.findall(r"\d+", row.text("text"))) <= allowed, name


def test_the_glossary_explains_what_stands_on_the_page_and_nothing_else() -> None:
    words = spoken(section_of(ALMOST_NOTHING, "words"))
    assert "Side effect" in words
    bare = replace(dossier_of(ALMOST_NOTHING))
    rest = "\n".join(
        spoken(one) for one in build(bare, Edition()).sections if one.id not in ("words", "about")
    )
    for row in load_table("wording/glossary"):
        if row.text("id").endswith("_term"):
            stands = bool(re.search(rf"\b(?:{row.text('pattern')})\b", rest, re.IGNORECASE))
            assert (f"\n{row.text('text')}\n" in words) == stands, row.text("id")


def test_who_made_it_who_paid_and_until_when_it_holds() -> None:
    words = spoken(section_of("first_episode", "about"))
    for part in ("Who made this page", "Who paid", "Interests", "Who checked it"):
        assert f"{part}\n" in words
    assert "Do not use this one after 27 April 2026." in words
    assert "There is no fixed day for that." in words


def test_names_from_the_record_stay_text() -> None:
    dossier: Dossier = dossier_of("three_failed")
    trial = replace(dossier.appraisal.trials[0], treatment="<b>odd & name</b>")
    odd = replace(dossier, appraisal=replace(dossier.appraisal, trials=(trial,)))
    html = str([b for s in build(odd, Edition()).sections for b in s.blocks])
    assert "<b>" not in html


def test_sentences_of_the_tables_hold_their_places() -> None:
    assert "{" not in tell("patient.found_tried", 1, treatments="sertraline")
    with pytest.raises((KeyError, InputError)):
        tell("patient.found_tried", 1)


@pytest.mark.parametrize("name", ["first_episode", "post_partum", "three_failed"])
def test_page_one_says_how_low_and_how_high_the_true_numbers_could_be(name: str) -> None:
    shown = offered(dossier_of(name)).shown
    low, high = n.outward((
        min(p.response.ci80[0] for p in shown),
        max(p.response.ci80[1] for p in shown),
    ))
    assert f"The true numbers could be {low} to {high}." in prose(section_of(name, "one-page"))


def test_two_looks_are_told_apart_and_one_stays_one() -> None:
    twice = prose(section_of("post_partum", "plan"))
    assert "First look, by 13 April 2026: if there is too little gain" in twice
    assert "Second look, by 27 April 2026: if your score has not dropped by half" in twice
    assert "look, by" not in prose(section_of("three_failed", "plan"))


def test_a_step_on_what_stood_out_names_it_or_is_not_there() -> None:
    assert "We look into what stood out: inflammation" in prose(section_of("three_failed", "plan"))
    said = prose(section_of("post_partum", "plan"))
    assert "stood out" not in said
    assert "something in your record" not in said


def test_words_explained_are_those_that_are_printed() -> None:
    # ECT stands in the folded table of all numbers alone, which is not printed.
    assert "ECT" not in prose(section_of("three_failed", "words"))


def test_numbers_that_the_outlook_moves_are_not_called_those_of_others() -> None:
    """Severity known at 15 of 27 lowers every chance of the first episode by 2 to 4 of 100."""
    moved = _told("first_episode")
    assert "make all your numbers a little lower than those of others" in moved
    assert "your numbers are those of other people" not in moved
    unmoved = _told("post_partum")
    assert "your numbers are those of other people" in unmoved
    assert "make all your numbers" not in unmoved


def _told(name: str) -> str:
    found = next(section for section in page(name).sections if section.id == "measured")
    return " ".join(spoken(found).split())
