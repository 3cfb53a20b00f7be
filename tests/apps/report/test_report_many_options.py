"""Fifty-five options: which the page shows, how it groups them, and how it says a reason once."""

from __future__ import annotations

import dataclasses
import html
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import cast

from equipoise.apps.report import render
from equipoise.apps.report.listing import Column, alike, foremost
from equipoise.apps.report.sections.sheet import prediction_lines
from equipoise.apps.summary import summary
from equipoise.core.nouns import Dossier, Interval, OptionVerdict
from equipoise.core.tables import load_table

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
build = cast("Callable[[str], Dossier]", SAMPLES["build"])


def words(source: str) -> str:
    """Return the words of a piece of HTML."""
    bare = html.unescape(re.sub(r"<[^>]+>", " ", source)).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(bare.split())


def section(source: str, name: str) -> str:
    start = source.index(f'<section id="{name}"')
    return source[start : source.index("</section>", start)]


def test_of_many_tied_options_those_of_highest_utility_are_shown_by_id() -> None:
    predictions = build("many_kinds").decision.predictions
    shown = foremost(predictions, 7)
    tied = [p for p in predictions if p.tied]
    highest = sorted((p.utility for p in tied), reverse=True)[:7]
    assert sorted((p.utility for p in shown), reverse=True) == highest
    assert [p.treatment for p in shown] == sorted(p.treatment for p in shown)
    few = build("full").decision.predictions
    assert foremost(few, 7) == few[:7]


def test_headline_and_sentences_name_no_more_than_a_few() -> None:
    dossier = build("many_kinds")
    page = section(render(dossier), "answer")
    head = words(page[page.index("<h2") : page.index("</h2>")])
    assert head.endswith("the data do not separate 30 options")
    titles = [p.title for p in dossier.decision.predictions]
    for part in re.findall(r"<(?:p|h2|h3)[ >].*?</(?:p|h2|h3)>", page, re.DOTALL):
        for line in re.split(r"(?<=[.:;]) ", words(part)):
            assert sum(title.lower() in line.lower() for title in titles) <= 5, line
    lines = summary(dossier)
    assert "No clear first choice among 30; shown in order of name: the 7" in lines
    assert "and 48 more in the report" in lines


def test_the_full_table_stands_by_kind_with_the_place_among_all() -> None:
    dossier = build("many_kinds")
    page = section(render(dossier), "options")
    table = page[page.index("<table") : page.index("</table>")]
    parts = table.split('class="group"')[1:]
    kinds = {row.text("id"): row.text("kind") for row in load_table("treatments/treatments")}
    assert re.findall(r'scope="rowgroup"[^>]*>([^<]*)<', table) == [
        "Drugs",
        "Added to an antidepressant",
        "Stimulation and other procedures",
        "Psychotherapies",
        "Combined treatments",
    ]
    ids = {p.title: p.treatment for p in dossier.decision.predictions}
    seen = []
    for part in parts:
        names = [html.unescape(x) for x in re.findall(r"<bdi>([^<]*?) ?<", part)]
        assert len({kinds[ids[name]] for name in names}) == 1
        seen += names
    assert sorted(seen) == sorted(ids)
    places = re.findall(r'data-label="Place">([^<]*)<', table)
    assert places.count("1 to 30, tied") == 30
    assert sorted(int(x) for x in places if x.isdigit()) == list(range(31, 56))


def test_the_time_to_response_is_shown_where_it_is_known() -> None:
    dossier = build("full")
    times = [
        Interval(5.594, (3.515, 7.513), (2.608, 7.876)),
        Interval(0.31, (0.15, 0.52), (0.1, 0.7)),
        *[None] * (len(dossier.decision.predictions) - 2),
    ]
    predictions = tuple(
        dataclasses.replace(p, weeks_to_response=time)
        for p, time in zip(dossier.decision.predictions, times, strict=True)
    )
    page = render(
        dataclasses.replace(
            dossier, decision=dataclasses.replace(dossier.decision, predictions=predictions)
        )
    )
    shown = re.findall(r'data-label="Weeks until response">([^<]*)<', section(page, "options"))
    # Whole weeks, the ends rounded outward.
    plain = [html.unescape(one).replace("\N{NO-BREAK SPACE}", " ") for one in shown]
    assert plain[:3] == ["6 (80 %: 3 to 8)", "under 1 (80 %: 0 to 1)", "not known"]
    name = f"established.{predictions[0].treatment}.weeks_to_response"
    line = next(one for one in prediction_lines(predictions[0], never=False) if one.id == name)
    assert (line.value, line.unit, line.low80, line.high80) == ("5.594", "wk", "3.515", "7.513")
    assert "Weeks until response" not in section(render(dossier), "options")


def test_few_options_stay_in_one_order() -> None:
    page = section(render(build("full")), "options")
    table = page[page.index("<table") : page.index("</table>")]
    assert 'class="group"' not in table
    names = re.findall(r"<bdi>([^<]*?) ?<", table)
    assert names == [p.title for p in build("full").decision.predictions]


def test_what_is_the_same_for_every_option_stands_once() -> None:
    """In the sample only the words against the average and the outlook are the same for all."""
    page = render(build("full"))
    options = words(section(page, "options"))
    assert options.count("no better for this person than on average: the same") == 1
    assert "Of every option: no better for this person than on average: the same." in options
    assert "This person and the average" not in options
    assert "Of every option: leave early" not in options
    assert re.search(r"this layer ranks\).*?Of every option: [^.]*outlook 0", options)


def test_alike_keeps_what_differs() -> None:
    columns = [Column("Same", 10, ["Yes", "Yes"]), Column("Other", 10, ["a", "b"])]
    assert alike(columns, keep=()) == ([columns[1]], ["same yes"])
    assert alike(columns, keep=("Same",)) == (columns, [])
    single = [Column("Same", 10, ["Yes"])]
    assert alike(single, keep=()) == (single, [])


def cautioned(number: int) -> Dossier:
    """Return the sample person with `number` sets of reasons; the first reason is in all."""
    base = build("full")
    care = next(v for v in base.appraisal.verdicts if v.verdict == "caution").reasons[0]
    verdicts = tuple(
        OptionVerdict(
            p.treatment,
            "caution",
            (care, dataclasses.replace(care, rule=f"own_{k}", text=f"own reason {k}")),
        )
        for k, p in enumerate(base.decision.predictions[:number])
    )
    return dataclasses.replace(
        base, appraisal=dataclasses.replace(base.appraisal, verdicts=verdicts)
    )


def test_a_reason_that_many_options_share_stands_once() -> None:
    dossier = cautioned(6)
    page = render(dossier)
    options = section(page, "options")
    # Once on the screen; on paper once more, for the marks of the first page.
    assert words(options).count("Ibuprofen is taken: bleeding of the stomach.") == 1 + 1
    assert "1. Ibuprofen is taken" in words(options)
    for k, p in enumerate(dossier.decision.predictions[:6]):
        mark = re.findall(rf'<bdi>{p.title}</bdi></a> <a class="mark" href="#([^"]*)"', page)[0]
        row = options[options.index(f'id="{mark}"') :]
        row = row[: row.index("</tr>")]
        assert p.title in row
        reasons = re.findall(r'href="#([^"]*)"', row)
        texts = [words(options[options.index(f'id="{r}"') :][:300]) for r in reasons]
        assert "Ibuprofen is taken" in texts[0]
        assert f"Own reason {k}." in texts[1]


def test_few_reasons_stand_beside_their_options() -> None:
    options = words(section(render(cautioned(2)), "options"))
    assert options.count("Ibuprofen is taken: bleeding of the stomach.") == 2 + 1
    assert "Reasons below" not in options


def test_options_left_out_for_one_reason_share_a_row() -> None:
    base = build("full")
    left = (*(("abc"[k], "no rate is known") for k in range(3)), ("d", "another reason"))
    decision = dataclasses.replace(base.decision, unranked=left)
    page = render(dataclasses.replace(base, decision=decision))
    options = words(section(page, "options"))
    assert "A, B and C No rate is known. D Another reason." in options


def test_a_long_first_sentence_is_no_headline() -> None:
    base = build("full")
    alone = tuple(
        dataclasses.replace(p, tied=k == 0) for k, p in enumerate(base.decision.predictions)
    )
    long = f"Electroconvulsive therapy comes first, but {'its rate is from people ' * 8}studied."
    decision = dataclasses.replace(base.decision, predictions=alone, sentence=long)
    page = render(dataclasses.replace(base, decision=decision))
    answer = section(page, "answer")
    head = words(answer[answer.index("<h2") : answer.index("</h2>")])
    assert head.endswith("Electroconvulsive therapy comes first of 10 options by the weights used")
    assert long in words(section(page, "options"))


def test_options_to_avoid_are_drawn_only_where_room_is_left() -> None:
    predictions = build("forty_options").decision.predictions
    tied = [p for p in predictions if p.tied]
    most = max(tied, key=lambda p: p.utility)
    assert most in foremost(predictions, 3)
    assert most not in foremost(predictions, 3, behind={most.treatment})
    assert most in foremost(predictions, len(tied), behind={most.treatment})
