"""The sections about tests, wishes, a treatment under way, the outlook and the year ahead."""

from __future__ import annotations

import dataclasses
import re
import runpy
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from equipoise.apps.report import render
from equipoise.apps.report.sections.sheet import data_lines
from equipoise.apps.report.wording import slips
from equipoise.core.nouns import Dossier

CHOICE = runpy.run_path(str(Path(__file__).with_name("sample_choice.py")))
DOSSIERS = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
SECTIONS = ("under", "tests", "wishes", "year", "outlook")


class Words(HTMLParser):
    """The visible words."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.hidden = tag == "style" or (self.hidden and tag != "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = self.hidden and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def _section(page: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    assert found is not None, name
    reader = Words()
    reader.feed(found.group())
    text = " ".join(" ".join(reader.words).replace("\N{NO-BREAK SPACE}", " ").split())
    return text.replace("\N{MINUS SIGN}", "-")


@cache
def page() -> str:
    return render(CHOICE["choosing"]())


def test_no_test_of_the_established_layer_is_worth_anything_here() -> None:
    shown = _section(page(), "tests")
    assert "Nothing you could test would change the choice" in shown
    # The research layer stands apart, and in people, never in points of utility.
    assert shown.index("Research layer") < shown.index("12 of 100")
    assert "Then first: Nortriptyline" in shown
    assert "worth about 1 more of 100 who become well" in shown
    assert "utility" not in shown
    assert "Thyroid test (TSH)" in shown


def test_going_on_is_compared_with_the_other_moves() -> None:
    shown = _section(page(), "under")
    assert "Sertraline for 2 weeks: of 100 people like this who go on, about 34" in shown
    assert re.search(r"Raise the dose.*?Not known", shown)
    assert re.search(r"Switch to: venlafaxine[^:]* or mirtazapine", shown)
    assert "no scale was answered since it began" in shown


def test_a_wish_that_would_change_the_answer_is_named() -> None:
    shown = _section(page(), "wishes")
    assert "if it counted 12 of 100 points instead of 4" in shown


def test_the_year_says_by_how_little_one_plan_leads() -> None:
    shown = _section(page(), "year")
    assert "is ahead of Drugs step by step by about 3 weeks well" in shown
    assert "Step 2 differs" in shown
    assert "Never tested together" in shown
    assert re.search(r"over the better one alone: \+8", shown)


def test_a_fact_that_nobody_asked_counts_as_average() -> None:
    shown = _section(page(), "outlook")
    assert "not asked" in shown.lower()
    assert "not known: counts as average" in shown


@pytest.mark.parametrize("name", SECTIONS)
def test_nothing_is_promised_and_no_number_is_broken(name: str) -> None:
    shown = _section(page(), name)
    assert slips(shown) == ()
    assert not re.search(r"\bNaN\b|\bNone\b|\binf\b|undefined", shown)


@pytest.mark.parametrize("name", SECTIONS)
def test_an_emergency_shows_none_of_it(name: str) -> None:
    withheld: Dossier = CHOICE["with_choice"](DOSSIERS["build"]("emergency"))
    assert f'<section id="{name}"' not in render(withheld)


def test_a_person_without_these_parts_has_no_empty_section() -> None:
    full = DOSSIERS["build"]("full")
    bare = dataclasses.replace(
        full, decision=dataclasses.replace(full.decision, predictions=full.decision.predictions[:1])
    )
    shown = render(bare)
    assert not [name for name in SECTIONS if f'<section id="{name}"' in shown]


def test_every_number_of_these_sections_stands_in_the_data_sheet() -> None:
    lines = {line.id: line for line in data_lines(CHOICE["choosing"]())}
    assert lines["exploratory.test.crp_hs.p_changes_choice"].value == "0.12"
    assert lines["under_way.sertraline.continue"].low80 == "0.24"
    assert "under_way.sertraline.raise" not in lines
    assert lines["year.found.weeks_well"].high95 == "49"
    assert lines["together.venlafaxine+rtms.gain"].note == "composed"
    assert lines["weight.visits.rtms"].value == "0.12"
