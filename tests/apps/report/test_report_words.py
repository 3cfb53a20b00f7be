"""What stands beside the numbers: safety words, weights, counts that agree, short headlines."""

from __future__ import annotations

import dataclasses
import html
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from equipoise.apps.report import render
from equipoise.apps.report.names import source
from equipoise.apps.summary import summary
from equipoise.core.nouns import Dossier, OptionVerdict

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
build = cast("Callable[[str], Dossier]", SAMPLES["build"])


def words(source: str) -> str:
    """Return the words of a piece of HTML."""
    bare = html.unescape(re.sub(r"<[^>]+>", " ", source)).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(bare.split())


def section(source: str, name: str) -> str:
    """Return one section of a page."""
    start = source.index(f'<section id="{name}"')
    return source[start : source.index("</section>", start)]


def cautioned() -> Dossier:
    """Return the sample person with ECT open and rTMS under a caution."""
    base = build("full")
    care = next(v for v in base.appraisal.verdicts if v.verdict == "caution")
    dark = next(v for v in base.appraisal.verdicts if v.verdict == "cannot_tell")
    verdicts = (
        OptionVerdict("ect", "cannot_tell", dark.reasons),
        OptionVerdict("rtms", "caution", care.reasons),
        OptionVerdict("esketamine", "clear", ()),
    )
    return dataclasses.replace(
        base, appraisal=dataclasses.replace(base.appraisal, verdicts=verdicts)
    )


def test_each_option_with_an_open_verdict_is_marked_and_linked() -> None:
    page = render(cautioned())
    forest = section(page, "answer")
    marks = re.findall(r'<bdi>([^<]*)</bdi></a> <a class="mark" href="#([^"]*)">([^<]*)<', forest)
    assert [(title, word) for title, _, word in marks] == [
        ("Electroconvulsive therapy", "Safety open"),
        ("Repetitive TMS", "Caution"),
    ]
    for title, target, _ in marks:
        row = page[page.index(f'id="{target}"') :]
        assert title in row[: row.index("</tr>")]


def test_the_terminal_marks_the_same_options() -> None:
    lines = summary(cautioned())
    assert "Electroconvulsive therapy [safety open; never compared directly]:" in lines
    assert "Repetitive TMS [caution; never compared directly]:" in lines
    assert "Esketamine nasal spray with an antidepressant [never compared directly]:" in lines


def test_whose_weights_rank_and_what_is_not_weighed() -> None:
    base = build("full")
    source = "Default weights (none were set). Not counted: side effects, cost to the person."
    person = dataclasses.replace(
        base, decision=dataclasses.replace(base.decision, weights_source=source)
    )
    # Whose they are stands with the answer, what does not count with the weights themselves.
    whose = "What counts how much: Default weights (none were set)."
    page = render(person)
    assert whose in words(section(page, "answer"))
    assert whose in summary(person)
    assert "Not counted: side effects, cost to the person." in words(section(page, "wishes"))


def test_many_ties_have_a_short_headline_and_the_names_below() -> None:
    base = build("full")
    tied = tuple(
        dataclasses.replace(p, tied=k < 5) for k, p in enumerate(base.decision.predictions)
    )
    person = dataclasses.replace(
        base, decision=dataclasses.replace(base.decision, predictions=tied)
    )
    page = render(person)
    answer = section(page, "answer")
    head = words(answer[answer.index("<h2") : answer.index("</h2>")])
    assert head.endswith("No clear first choice: the data do not separate five options")
    assert "Electroconvulsive therapy" in words(answer[answer.index("</h2>") :])
    assert "electroconvulsive therapy" in words(section(page, "options"))
    assert "do not separate five options" in summary(person)


def test_three_ties_keep_their_names_in_the_headline() -> None:
    answer = section(render(build("full")), "answer")
    head = words(answer[answer.index("<h2") : answer.index("</h2>")])
    assert "electroconvulsive therapy, esketamine and repetitive TMS" in head


def test_the_research_table_holds_what_it_moves() -> None:
    sheet = section(render(build("full")), "options")
    moved = set(re.findall(r'id="d-research-([^"]*)"', sheet))
    # The sample moves these two and no other.
    assert moved == {"escitalopram", "venlafaxine"}


@pytest.mark.parametrize("state", ["full", "empty"])
def test_a_mechanism_without_a_measure_says_what_is_missing(state: str) -> None:
    page = words(render(build(state)))
    assert "no measure that was taken loads on it in the tables" in page
    assert "nothing measured bears on it" not in page


def test_an_option_is_counted_once() -> None:
    base = build("full")
    tried = dataclasses.replace(
        base.appraisal.verdicts[0].reasons[0], rule="already_failed", text="tried adequately"
    )
    names = [blocked.treatment for blocked in base.plan.blocked]
    verdicts = (OptionVerdict(names[1], "hard_stop", (tried,)), base.appraisal.verdicts[0])
    person = dataclasses.replace(
        base,
        appraisal=dataclasses.replace(base.appraisal, verdicts=verdicts),
        decision=dataclasses.replace(
            base.decision,
            unranked=(*base.decision.unranked, *((name, "a hard stop") for name in names)),
        ),
    )
    title = words(section(render(person), "options"))
    assert "1 blocked by a hard stop, 1 tried before and 1 not ranked for another reason" in title
    assert "hard stop" not in title[title.index("Not ranked for another") :]


def test_the_count_of_measures_names_values_and_targets() -> None:
    sure = words(section(render(build("full")), "sure"))
    # Sample: PHQ-9, CRP and three circuits as values, one target; two measures not taken.
    assert "6 of 8 measures taken (5 with a value, 1 a target)" in sure
    # Six of the ten sample options are of grade B, four of grade A.
    assert "6 of 10" in sure
    assert "evidence grades of the options:" not in sure


@pytest.mark.parametrize(
    ("key", "short"),
    [
        ("anand2023", "Anand 2023"),
        ("recalled", "Recalled from expert knowledge"),
        ("cobalt_report", "Report of the abstract of Wiles\N{HORIZONTAL ELLIPSIS} 2013"),
    ],
)
def test_a_source_is_cited_in_a_few_words(key: str, short: str) -> None:
    assert source(key).short == short
