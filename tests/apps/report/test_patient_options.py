"""The options on a patient's page: which, in which order, with what said and what left unsaid."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest

from equipoise.apps.report.document import Block, Bullets, Folded, Grid, Section, Text
from equipoise.apps.report.readability import reading
from equipoise.apps.report.readers.patient import offered as choice
from equipoise.apps.report.readers.patient.effects import WEIGHED, effects_cell
from equipoise.apps.report.readers.patient.grid import options_grid
from equipoise.apps.report.readers.patient.living import living, plain_name
from equipoise.apps.report.readers.patient.offered import KINDS, kind_of, offered
from equipoise.apps.report.readers.patient.options import options_section, others_section
from equipoise.apps.report.spoken import spoken
from equipoise.core.answers import Answer, not_asked
from equipoise.core.avoided import avoided_options
from equipoise.core.nouns import Decision, Dossier, Prediction
from equipoise.core.tables import load_table
from tests.apps.report.people import ALMOST_NOTHING, EMERGENCY, WATCH, WORKED, dossier_of

SHOWN = (*WORKED, ALMOST_NOTHING, WATCH)
TAG = re.compile(r"<[^>]+>")


def _section(dossier: Dossier) -> Section:
    section = options_section(dossier)
    assert section is not None
    return section


@cache
def _page(name: str) -> Section:
    """Return the section of a worked person, built once."""
    return _section(dossier_of(name))


def _said(blocks: tuple[Block, ...]) -> str:
    return "\n".join(str(block.words) for block in blocks if isinstance(block, Text))


def _grid(section: Section) -> Grid:
    return next(block for block in section.blocks if isinstance(block, Grid))


def _others(dossier: Dossier) -> str:
    """Return the words of the section on the treatments without a column."""
    section = others_section(dossier)
    assert section is not None
    return spoken(section)


def _row(grid: Grid, question: str) -> tuple[str, ...]:
    return next(cells for asked, cells in grid.rows if question in asked)


def _plain(text: str) -> str:
    """Return the words; blocks stand apart, figures do not."""
    return " ".join(TAG.sub("", text.replace("<p>", " <p>")).split())


def _with(dossier: Dossier, *predictions: Prediction) -> Dossier:
    return replace(dossier, decision=replace(dossier.decision, predictions=predictions))


@pytest.mark.parametrize("released_by", [None, "Dr A. Lee"])
def test_an_emergency_shows_no_option_even_when_it_is_released(released_by: str | None) -> None:
    assert options_section(dossier_of(EMERGENCY, released_by)) is None


def test_a_withheld_ranking_shows_no_option() -> None:
    dossier = dossier_of("first_episode")
    decision = replace(dossier.decision, withheld="not to be shown")
    assert options_section(replace(dossier, decision=decision)) is None


@pytest.mark.parametrize("name", SHOWN)
def test_two_to_four_columns_and_staying_as_it_is_comes_last(name: str) -> None:
    grid = _grid(_page(name))
    assert 2 <= len(grid.heads) <= 4
    assert grid.heads[-1].startswith(("Stay as I am", "Go on as now with"))
    assert all(len(cells) == len(grid.heads) for _, cells in grid.rows)
    assert all(_plain(cell) for _, cells in grid.rows for cell in cells)


@pytest.mark.parametrize("name", SHOWN)
def test_staying_as_it_is_has_no_number(name: str) -> None:
    grid = _grid(_page(name))
    cells = [cells[-1] for _, cells in grid.rows if grid.heads[-1].startswith("Stay")]
    assert not [cell for cell in cells if re.search(r"\d", _plain(cell)) or "<svg" in cell]


def test_the_columns_are_those_that_the_plan_names() -> None:
    # The plan of this person names theta-burst, rTMS and behavioural activation, in this order.
    shown = [p.treatment for p in offered(dossier_of("three_failed")).shown]
    assert shown == ["behavioural_activation", "rtms", "itbs"]


def test_without_a_step_that_names_options_the_page_says_so() -> None:
    dossier = dossier_of(ALMOST_NOTHING)
    assert not offered(dossier).planned
    said = _said(_section(dossier).blocks)
    assert "does not name a treatment yet" in said
    assert "start their first treatment" in said  # the history is not known


def test_no_benefit_and_no_chance_moves_the_order() -> None:
    dossier = dossier_of("first_episode")
    ranked = dossier.decision.predictions
    worst_first = tuple(
        replace(p, utility=100 - p.utility, p_best=1 - p.p_best) for p in reversed(ranked)
    )
    for found, other in zip(_lists(dossier), _lists(_with(dossier, *worst_first)), strict=True):
        assert found == other
        kinds = [KINDS.index(kind_of(name)) for name in found]
        assert kinds == sorted(kinds)


def _lists(dossier: Dossier) -> tuple[list[str], list[str]]:
    found = offered(dossier)
    return [p.treatment for p in found.shown], [p.treatment for p in found.more]


@pytest.mark.parametrize("name", SHOWN)
def test_every_ranked_option_is_shown_listed_or_left_out_once(name: str) -> None:
    dossier = dossier_of(name)
    found = offered(dossier)
    places = [p.treatment for p in (*found.shown, *found.more)]
    left = [treatment for treatment, _ in found.left_out]
    assert len(set(places)) == len(places)
    assert not set(places) & set(left)
    assert {p.treatment for p in dossier.decision.predictions} <= {*places, *left}


def test_what_is_to_be_avoided_has_no_column_and_says_why() -> None:
    dossier = dossier_of("post_partum")
    avoided = avoided_options(dossier.appraisal.verdicts)
    assert avoided
    reasons = dict(offered(dossier).left_out)
    assert {
        reasons[p.treatment] for p in dossier.decision.predictions if p.treatment in avoided
    } == {"avoided"}
    assert "leave these to a specialist" in _others(dossier)


def test_a_drug_that_did_not_help_is_no_failure_of_the_person() -> None:
    dossier = dossier_of("three_failed")
    assert dict(offered(dossier).left_out)["sertraline"] == "tried"
    said = _others(dossier)
    assert "You have tried these, and they did not help enough" in said
    assert "\nsertraline\n" in said


@pytest.mark.parametrize("name", SHOWN)
def test_those_who_do_and_those_who_do_not_make_100(name: str) -> None:
    grid = _grid(_page(name))
    pattern = re.compile(r'data-column="(value|rest)">(\d+)</data>')
    for question in ("much better by week 8", "stop it before week 8"):
        for cell in _row(grid, question)[:-1]:
            columns = dict(pattern.findall(cell))
            assert int(columns["value"]) + int(columns["rest"]) == 100


def test_the_range_is_rounded_outward_and_said() -> None:
    dossier = dossier_of("first_episode")
    p = offered(dossier).shown[0]
    made = replace(p, response=replace(p.response, mean=0.352, ci80=(0.281, 0.428)))
    cell = options_grid(dossier, (made,)).rows[1][1][0]
    assert "About 35 feel much better. About 65 do not." in _plain(cell)
    assert "as low as 28 or as high as 43." in _plain(cell)


def test_a_tie_is_said_as_a_tie() -> None:
    assert "Studies cannot tell which of these comes out ahead" in _said(
        _page("first_episode").blocks
    )


def test_one_that_is_ahead_is_named_and_no_tie_is_said() -> None:
    dossier = dossier_of("first_episode")
    ranked = dossier.decision.predictions
    ahead = offered(dossier).shown[1]
    one = [replace(p, tied=p.treatment == ahead.treatment) for p in ranked]
    said = _said(_section(_with(dossier, *one)).blocks)
    assert f"{plain_name(ahead.treatment)} comes out ahead" in said
    assert "tie" not in said.split()


def test_an_option_that_was_never_compared_says_so() -> None:
    dossier = dossier_of("first_episode")
    apart = offered(dossier).shown[0].treatment
    ranked = tuple(
        replace(p, evidence_path="anchored" if p.treatment == apart else "randomised")
        for p in dossier.decision.predictions
    )
    cells = _row(_grid(_section(_with(dossier, *ranked))), "much better by week 8")
    assert ["No study compared this one" in cell for cell in cells] == [True, False, False, False]


@pytest.mark.parametrize(("word", "said"), [("more", "more often"), ("less", "less often")])
def test_better_and_worse_than_average_are_told_beside_the_number(word: str, said: str) -> None:
    dossier = dossier_of("first_episode")
    p = replace(
        offered(dossier).shown[0],
        better_than_average=word == "more",
        worse_than_average=word == "less",
    )
    assert f"may help {said}" in options_grid(dossier, (p,)).rows[1][1][0]


def test_not_being_able_to_tell_differs_from_no_difference() -> None:
    dossier = dossier_of(WATCH)
    same = _said(_section(dossier).blocks)
    ranked = [
        replace(p, shift=replace(p.shift, words="cannot_tell"))
        for p in dossier.decision.predictions
    ]
    unsure = _said(_section(_with(dossier, *ranked)).blocks)
    assert "It does not tell which of these helps you more" in same
    assert "we cannot tell if" in unsure
    assert "It does not tell which" not in unsure


def test_without_any_option_the_page_says_so() -> None:
    section = _section(_with(dossier_of("first_episode")))
    assert "we cannot put a number on any new treatment" in _said(section.blocks)


def test_cost_is_shown_where_the_person_weighs_it() -> None:
    dossier = dossier_of("first_episode")
    asked = [question for question, _ in _grid(_section(dossier)).rows]
    assert "What does it cost?" not in asked
    weights = (*dossier.decision.weights, ("cost", 0.1))
    weighed = replace(dossier, decision=replace(dossier.decision, weights=weights))
    assert all(_row(_grid(_section(weighed)), "What does it cost?"))


def test_pregnancy_is_asked_of_everybody_but_men() -> None:
    dossier = dossier_of("first_episode")
    people = dossier.timeline.demographics
    for sex, shown in (
        (Answer("given", "male"), False),
        (Answer("given", "female"), True),
        (not_asked(), True),
    ):
        timeline = replace(dossier.timeline, demographics=replace(people, sex=sex))
        rows = _grid(_section(replace(dossier, timeline=timeline))).rows
        assert any("pregnant" in question for question, _ in rows) is shown


def test_what_is_taken_now_is_one_column_with_staying_and_no_beginning() -> None:
    grid = _grid(_page("post_partum"))
    assert grid.heads[-1] == "Go on as now with sertraline"
    assert not [head for head in grid.heads if head.startswith(("Stay", "Sertraline"))]
    own = [_plain(cells[-1]) for _, cells in grid.rows]
    assert "You take this now." in own[0]
    assert "Agree on a day to look again." in own[0]
    assert "You have started already, so it is a rough guide." in own[1]
    assert "This counts from the day they began." in own[3]
    said = " ".join(own)
    assert "starts with a low dose" not in said
    assert "Do not drive until" not in said
    begun = " ".join(_plain(cell) for _, cells in grid.rows for cell in cells[:-1])
    assert "You take this now" not in begun


def test_a_medicine_beside_one_that_is_taken_means_instead_of_it() -> None:
    cells = _row(_grid(_page("post_partum")), "What is it like")
    assert "instead of sertraline, not on top of it" in _plain(cells[0])
    assert "instead of" not in _plain(" ".join(cells[1:]))


def test_what_is_open_is_named_and_who_finds_it_out() -> None:
    cells = _row(_grid(_page("three_failed")), "check first")
    assert "Your team first checks if you ever had a fit. Until then it is open" in _plain(cells[1])


def test_a_stop_by_what_is_taken_says_so() -> None:
    dossier = dossier_of("post_partum")
    assert dict(offered(dossier).left_out)["tranylcypromine"] == "together"
    assert "must not be taken together with what you take now" in _others(dossier)


def test_an_option_without_a_verdict_is_not_called_clear() -> None:
    dossier = dossier_of("first_episode")
    appraisal = replace(dossier.appraisal, verdicts=())
    grid = options_grid(replace(dossier, appraisal=appraisal), offered(dossier).shown)
    assert all("we cannot say if you can have it" in cell for cell in grid.rows[0][1][:-1])


def test_a_side_effect_without_a_rate_has_no_number() -> None:
    # Paroxetine has words for nausea and sex, and a rate of low sodium alone.
    cell = _plain(str(effects_cell("paroxetine")))
    assert "feeling sick" in cell
    assert "No number is known." in cell
    assert re.findall(r"\d+", cell) == ["5", "100", "95"]


def test_an_unknown_side_effect_is_neither_none_nor_nought() -> None:
    # Nothing is known of ECT and weight, sex, sleepiness or sleep; memory has a rate.
    cell = _plain(str(effects_cell("ect")))
    unknown = cell.split("Not known:")[1]
    for words in ("weight gain", "sex problems", "being sleepy", "poor sleep"):
        assert words in unknown
        assert words not in cell.split("Not known:")[0]
    assert "Memory problems: about 48 of 100. About 52 do not." in cell


def test_a_treatment_without_any_row_of_side_effects_says_that_nothing_is_known() -> None:
    cell = _plain(str(effects_cell("no_such_treatment")))
    assert "We have no facts on its side effects." in cell
    assert not re.search(r"\d", cell)


def test_less_than_one_in_100_is_said_in_the_fixed_words() -> None:
    # 0.014 of 100 people have a seizure on rTMS (Taylor 2021).
    assert "fewer than 1 in 100 people" in _plain(str(effects_cell("rtms")))


def test_a_rate_stands_beside_that_of_the_dummy() -> None:
    # Label of sertraline: nausea in 25 of 100, in 11 of 100 on placebo.
    cell = _plain(str(effects_cell("sertraline")))
    assert "Feeling sick: about 25 of 100. About 75 do not." in cell
    assert "With a dummy treatment: about 11." in cell


def test_no_effect_is_both_possible_and_ruled_out() -> None:
    sentences = load_table("wording/options")
    weighed = [sentences.row(id=f"effect_{name}").text("text") for name in WEIGHED]
    ruled_out = set()
    for row in load_table("treatments/treatments"):
        cell = _plain(str(effects_cell(row.text("id")))).casefold()
        possible, _, rest = cell.partition("as far as we know")
        not_caused, _, unknown = rest.partition("not known")
        for words in weighed:
            places = [words in part for part in (possible, not_caused, unknown)]
            assert sum(places) <= 1, (row.text("id"), words)
            ruled_out |= {words} if places[1] else set()
    assert ruled_out == set(weighed)


def test_danger_in_overdose_is_never_told() -> None:
    rows = load_table("treatments/side_effects")
    told = {row.text("treatment") for row in rows if "overdose" in row.text("effect")}
    assert told
    assert not [name for name in told if "overdose" in str(effects_cell(name)).casefold()]
    assert "danger_in_overdose" not in WEIGHED


def test_nothing_known_is_said_in_words() -> None:
    assert living("no_such_treatment", "driving") == (
        "We have no checked facts on this. Ask your team."
    )
    assert plain_name("no_such_treatment") == "No such treatment"


def test_options_to_show_come_from_the_tie_group_without_a_plan() -> None:
    dossier = dossier_of("first_episode")
    bare = replace(dossier, plan=replace(dossier.plan, steps=()))
    shown = offered(bare).shown
    assert len(shown) == choice.MOST
    assert all(p.tied for p in shown)
    assert [kind_of(p.treatment) for p in shown] == ["drug", "therapy", "procedure"]


def test_decisions_of_one_option_say_nothing_of_a_tie() -> None:
    dossier = dossier_of("first_episode")
    decision: Decision = replace(dossier.decision, predictions=(offered(dossier).shown[0],))
    said = _said(_section(replace(dossier, decision=decision)).blocks)
    assert "tie" not in said.split()
    assert "ahead" not in said


def test_no_sentence_on_side_effects_is_too_long_for_a_tired_reader() -> None:
    for row in load_table("treatments/treatments"):
        if row.flag("ranked"):
            found = reading(_plain(str(effects_cell(row.text("id")))))
            assert found.longest_length <= 22, found.longest


def test_where_the_history_is_not_known_the_options_are_examples() -> None:
    # The plan names no treatment before the history is known: nothing may look like an offer.
    section = _page(ALMOST_NOTHING)
    said = _said(section.blocks)
    assert section.title.startswith("Examples")
    assert "These are examples" in said
    assert "The choice now" not in said
    assert "comes out ahead" not in said
    assert "a past like yours" not in said
    assert "your past treatments" not in said


@pytest.mark.parametrize("name", SHOWN)
def test_on_paper_the_others_are_names_and_the_long_table_stays_on_the_screen(name: str) -> None:
    section = others_section(dossier_of(name))
    assert section is not None
    folds = [block for block in section.blocks if isinstance(block, Folded)]
    assert [fold.printed for fold in folds] == [False]
    names = next(b for b in section.blocks if isinstance(b, Bullets) and b.kind == "run")
    assert len(names.items) == len(offered(dossier_of(name)).more)
    assert not re.search(r"\d", _plain(" ".join(names.items)))


PICTURE = re.compile(r'<svg class="icons is-(?:help|harm)".*?</svg>(<p>.*?</p>)', re.DOTALL)
FIRST_PATH = re.compile(r'<path d="([^"]*)"')


@pytest.mark.parametrize("name", SHOWN)
def test_each_picture_shows_the_number_of_its_words(name: str) -> None:
    cells = [cell for _, row in _grid(_page(name)).rows for cell in row]
    shown = [(found.group(), found[1]) for cell in cells for found in PICTURE.finditer(cell)]
    assert shown
    for picture, words in shown:
        number = re.search(r"about (\d+)", _plain(words), re.IGNORECASE)
        empty = FIRST_PATH.search(picture)
        assert number is not None
        assert empty is not None
        assert 100 - empty[1].count("M") == int(number[1]), words
