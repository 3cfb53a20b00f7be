"""Every picture of every page: a title, a text alternative that says enough, a table behind it."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import pytest

from equipoise.apps.report.edition import Edition
from equipoise.apps.report.on_paper import cited_on_paper
from equipoise.apps.report.readers import READERS, render_for
from equipoise.core.errors import InputError
from equipoise.core.nouns import Dossier

HERE = Path(__file__).parent
BUILDERS = cast(
    "dict[str, Callable[[], Dossier]]",
    {
        key: build
        for name in ("sample_dossier", "sample_scans", "sample_clinic")
        for key, build in runpy.run_path(str(HERE / f"{name}.py"))["STATES"].items()
    },
)
VOID = frozenset(("br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"))
SHORTEST = 40
"""Letters below which a text alternative cannot say what, the finding and where the numbers are."""
CLERK = "Dr A. Example"
ONE_VALUE = frozenset({"c-score"})
"""A line with one score: its words hold the only numbers that a table could."""


class Walk(HTMLParser):
    """Collects ids with their text, and for each figure its attributes and what it holds."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.text: dict[str, str] = {}
        self.figures: list[dict[str, str]] = []
        self.inside: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.append(found["id"])
            self.text[found["id"]] = ""
        if tag == "figure":
            self.figures.append(found)
            self.inside.append(found)
        if tag == "table" and self.inside:
            self.inside[-1]["table"] = "yes"
        if tag not in VOID:
            self.open.append((tag, found.get("id")))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            continue
        if tag == "figure":
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        for _, name in self.open:
            if name is not None:
                self.text[name] += data


@cache
def page(state: str, reader: str) -> str | None:
    """Return a page, or None where it must not be made."""
    try:
        return render_for(reader, BUILDERS[state](), Edition(released_by=CLERK))
    except InputError:
        return None


def walked(source: str) -> Walk:
    walk = Walk()
    walk.feed(source)
    walk.close()
    return walk


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("state", tuple(BUILDERS))
def test_every_figure_has_title_words_and_table(state: str, reader: str) -> None:
    source = page(state, reader)
    if source is None:
        pytest.skip("this page is refused, which other tests hold")
    walk = walked(source)
    assert len(walk.ids) == len(set(walk.ids))
    for figure in walk.figures:
        name = figure.get("id", str(figure))
        title = walk.text.get(figure.get("aria-labelledby", ""), "").strip()
        words = walk.text.get(figure.get("aria-describedby", ""), "").strip()
        assert title, name
        assert len(words) >= SHORTEST, (name, words)
        assert words != title, name
        assert figure.get("table") == "yes" or name in ONE_VALUE, name


def test_the_walk_finds_what_is_missing() -> None:
    """A figure without words or table is no figure of ours; an id that stands twice is seen."""
    bare = walked("<figure aria-labelledby='t'><h3 id='t'>Title</h3></figure><p id='t'></p>")
    assert bare.figures[0].get("table") is None
    assert "aria-describedby" not in bare.figures[0]
    assert bare.ids == ["t", "t"]


@pytest.mark.parametrize("state", ["full", "clinic", "forty_options"])
def test_the_first_sheet_answers_in_the_order_of_the_questions(state: str) -> None:
    """Stop, answer, what to do, what ends it, what lacks and how sure stand before any detail."""
    source = page(state, "clinician")
    assert source is not None
    first = source[source.index('<div class="decide">') : source.index('<div class="detail">')]
    places = [
        first.index(words)
        for words in ('id="safety"', 'id="answer"', 'id="c-forest"', "Do now", "Stop or change if")
    ]
    assert places == sorted(places)
    assert first.index("Do now") < first.index("Does what is recorded change the order?")
    assert first.index('id="actions"') < first.index('id="sure"')
    steps = first[first.index('<ol class="steps short">') :].partition("</ol>")[0]
    assert 1 <= steps.count("<li>") <= 5
    assert first.count('class="plot-cell"') <= 7 + 3


def test_what_is_shortened_on_the_first_sheet_stands_in_full_below() -> None:
    source = page("clinic", "clinician")
    assert source is not None
    detail = source[source.index('id="steps"') :]
    for step in BUILDERS["clinic"]().plan.steps:
        plain = " ".join(re.sub(r"<[^>]+>", " ", detail).split())
        assert step.stop_rule.rstrip(".")[1:60] in plain
        assert step.why.rstrip(".")[1:60] in plain


def test_sources_of_folded_parts_stay_on_the_screen() -> None:
    """Hand-worked: one source in the open, one folded, one folded but printed, one nested."""
    html = (
        '<a href="#d-source-open">1</a>'
        '<details><a href="#d-source-folded">2</a>'
        '<details class="on-paper"><a href="#d-source-nested">3</a></details></details>'
        '<details class="on-paper"><a href="#d-source-printed">4</a></details>'
    )
    assert cited_on_paper(html) == {"d-source-open", "d-source-printed"}
