"""The whole page: sound HTML, no request, safety first, nothing hidden and nothing invented."""

from __future__ import annotations

import dataclasses
import html
import math
import re
import runpy
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from equipoise.apps.report import render
from equipoise.apps.report.sections.sheet import data_lines
from equipoise.apps.report.wording import slips
from equipoise.core.nouns import Dossier, OptionVerdict

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
CLINIC = runpy.run_path(str(Path(__file__).with_name("sample_clinic.py")))
SCANS = runpy.run_path(str(Path(__file__).with_name("sample_scans.py")))
BUILDERS = cast(
    "dict[str, Callable[[], Dossier]]",
    {**SAMPLES["STATES"], **SCANS["STATES"], **CLINIC["STATES"]},
)
STATES = tuple(BUILDERS)
VOID = frozenset(("br", "col", "hr", "img", "input", "link", "meta", "source"))
MEGABYTE = 1_000_000


def build(state: str) -> Dossier:
    return BUILDERS[state]()


_pages: dict[str, str] = {}


def page(state: str) -> str:
    if state not in _pages:
        _pages[state] = render(build(state))
    return _pages[state]


class Reader(HTMLParser):
    """Checks nesting and collects elements and visible text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if len({name for name, _ in attrs}) != len(attrs):
            self.faults.append(f"{tag} has an attribute twice")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.words.append(data)


def read(state: str) -> Reader:
    reader = Reader()
    reader.feed(page(state))
    reader.close()
    return reader


def text(state: str) -> str:
    """Return the visible text with plain blanks."""
    return " ".join(" ".join(read(state).words).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.mark.parametrize("state", STATES)
def test_html_is_well_formed(state: str) -> None:
    reader = read(state)
    assert reader.faults == []
    assert reader.open == []
    assert reader.elements[0][0] == "html"
    assert reader.elements[0][1]["lang"] == "en"


@pytest.mark.parametrize("state", STATES)
def test_ids_are_unique_and_every_inner_link_leads_somewhere(state: str) -> None:
    elements = read(state).elements
    ids = [str(found["id"]) for _, found in elements if "id" in found]
    assert len(ids) == len(set(ids))
    links = [str(found["href"]) for tag, found in elements if tag == "a"]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    referred = [found.get(name) for _, found in elements for name in ("aria-labelledby",)]
    assert {name for name in referred if name} <= set(ids)


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_loaded_from_outside(state: str) -> None:
    """A link may lead to a source; no image, style, font, script or frame may come from one.

    What scripts stand in a page is tested in `test_report_script`.
    """
    for tag, found in read(state).elements:
        assert tag not in {"link", "iframe", "object", "embed", "form"}, tag
        for name in ("src", "srcset", "data", "action", "poster", "background"):
            assert name not in found, (tag, name)
        if "href" in found and tag != "a":
            assert str(found["href"]).startswith("data:image/png;base64,"), tag
        assert not [name for name in found if name.startswith("on")], tag
    style = re.findall(r"<style>(.*?)</style>", page(state), re.DOTALL)[0]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in page(state)


@pytest.mark.parametrize("state", STATES)
def test_size_and_bytes(state: str) -> None:
    assert len(page(state).encode()) <= 3 * MEGABYTE
    assert render(build(state)) == page(state)


@pytest.mark.parametrize("state", STATES)
def test_no_forbidden_phrase_and_no_number_out_of_order(state: str) -> None:
    shown = text(state)
    assert slips(shown) == ()
    assert not re.search(r"\bNaN\b|\bNone\b(?! of )|\binf\b|undefined", shown)


@pytest.mark.parametrize("state", STATES)
def test_landmarks_headings_and_table_heads(state: str) -> None:
    elements = read(state).elements
    tags = [tag for tag, _ in elements]
    assert tags.count("h1") == tags.count("main") == 1
    assert {"header", "nav", "footer"} <= set(tags)
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
    assert all("scope" in found for tag, found in elements if tag == "th")
    drawings = [found for tag, found in elements if tag == "svg" and "class" in found]
    assert all(found.get("aria-hidden") == "true" for found in drawings)


@pytest.mark.parametrize("state", STATES)
def test_safety_comes_first(state: str) -> None:
    sections = re.findall(r'<section id="(\w+)"', page(state))
    assert sections[0] == "safety"
    assert sections[1:3] == ["answer", "actions"]


def test_notices_stand_wherever_results_show() -> None:
    notice = "Real brain signal in synthetic geometry, invented person."
    shown = text("full")
    assert shown.index(notice) < shown.index("Two options are blocked")
    assert shown.count(notice) == 4  # top, target, sources, foot; the print margin is in the style
    assert "Real brain signal in synthetic geometry" in page("full").split("</style>")[0]
    for sentence in ("does not make it", "Not clinically reviewed"):
        assert sentence in shown


def test_emergency_hides_the_ranking_and_every_option_number() -> None:
    """The sample still holds predictions: the flag alone must hide them."""
    dossier, shown = build("emergency"), text("emergency")
    assert "Stop: the ordinary ranking is withheld" in shown
    assert "Do not leave the person alone." in shown
    assert shown.index("Emergency psychiatric assessment") < shown.index("Still missing")
    source = page("emergency")
    for name in ("c-forest", "d-option-", "d-research-", 'id="options"', "of 100 people"):
        assert name not in source, name
    tried = {"venlafaxine", "escitalopram"}  # named in the history, without any number
    for prediction in dossier.decision.predictions:
        assert prediction.treatment in tried or prediction.title not in shown
        chances = prediction.response.ci80
        low, high = math.floor(100 * chances[0]), math.ceil(100 * chances[1])
        assert f"{low} to {high}; 95" not in shown
    for step in dossier.plan.steps:
        assert step.action not in shown
    assert "Does what is recorded change the order" not in shown


def test_a_named_clinician_releases_the_plan() -> None:
    shown = text("released")
    assert "The plan was released by Dr A. Example." in shown
    assert "Do not leave the person alone." in shown
    assert "c-forest" in page("released")


def test_watch_keeps_the_ranking_under_a_banner() -> None:
    shown = text("watch")
    assert "Watch: Passive thoughts of death" in shown
    assert "Make or renew a safety plan." in shown
    assert "c-forest" in page("watch")
    assert not re.search(r"suicid\w* (risk|probability|level)", shown, re.IGNORECASE)


def test_a_person_without_data_gets_the_population_averages() -> None:
    shown = text("empty")
    assert "Nothing was measured. These are the averages of the people studied" in shown
    assert "No. Nothing was measured that could change it." in shown
    assert "Nothing was measured: population averages" in shown
    assert "No treatment history was recorded: not asked." in shown
    assert "No personal target was made." in shown
    assert "Not measured: no resting scan was given" in shown
    assert "No better for this person than on average: the same" not in shown


def test_every_missing_measure_keeps_its_row_and_reason() -> None:
    for state in ("full", "empty"):
        shown = text(state)
        rows = {line.id: line.note for line in data_lines(build(state))}
        for gap in build(state).not_measured:
            assert f"Not measured: {gap.reason}" in shown
            # Its row with the reason stands in the data sheet.
            assert f"not measured: {gap.reason}" in rows[gap.id]


def test_a_reason_that_many_measures_share_is_said_once() -> None:
    gaps, shown = build("scans").not_measured, text("scans")
    known = shown[shown.index("not taken") : shown.index("Not measured is not a good sign")]
    for reason in {gap.reason for gap in gaps}:
        assert known.count(f"Not measured: {reason}") == 1
    assert "Ten measures Not measured: no run of this task was recorded" in known
    assert {gap.id for gap in gaps} <= {line.id for line in data_lines(build("scans"))}


def test_markup_in_names_is_escaped() -> None:
    source, shown = page("long_names"), text("long_names")
    markup = "<script>alert('x')</script>&\"<b>"
    assert "<script>alert" not in source
    assert "<b>" not in source
    assert markup in shown
    assert html.escape(markup, quote=False).split("&amp;")[0] in source.replace("&#39;", "'")


def test_forty_options_show_seven_rows_and_the_rest_in_a_table() -> None:
    source = page("forty_options")
    forest = source[source.index('id="c-forest"') : source.index('id="actions"')]
    assert forest.count('class="plot-cell"') == 7
    assert "among 30; shown in order of name: the 7 of most weighted benefit" in forest
    options = source[source.index('id="options"') : source.index('id="sheet"')]
    assert sum(f"Invented drug {k:02d}" in options for k in range(40)) == 40


def test_research_layer_never_shares_a_row_with_the_ranking() -> None:
    source = page("full")
    forest = source[source.index('id="c-forest"') : source.index('id="actions"')]
    rows = re.findall(r'<tr role="row" class="(\w*)">(.*?)</tr>', forest, re.DOTALL)
    for kind, row in rows:
        research = "s-research" in row
        assert research == (kind == "research")
        assert not (research and "<circle" in row)
    assert "not used for the ranking" in forest


def test_without_the_template_a_schema_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    from equipoise.apps.report.charts import template_brain

    monkeypatch.setattr(template_brain, "template_file", lambda: None)
    shown = render(build("full"))
    assert "Schematic outline, not anatomy" in shown
    assert "data:image/png" not in shown


def test_a_sparse_record_is_shown_as_what_it_is() -> None:
    shown = text("sparse")
    assert "No option can be ranked" in shown
    assert "c-forest" not in page("sparse")
    assert "Measurement error not known" in shown
    assert "Asked: no treatment was tried before." in shown
    assert "The point is given in the space T1w" in shown
    assert "data:image/png" not in page("sparse")
    assert "Weigh the point against the standard target: the reasons follow." in shown
    assert "Only one PHQ-9: no change can be told." in shown


def test_what_was_merely_tried_is_no_danger() -> None:
    """A treatment that did not help is not ranked again, without a stop sign."""
    base = build("full")
    reason = dataclasses.replace(
        base.appraisal.verdicts[0].reasons[0], rule="already_failed", text="tried adequately"
    )
    verdicts = tuple(
        OptionVerdict(blocked.treatment, "hard_stop", (reason,)) for blocked in base.plan.blocked
    )
    appraisal = dataclasses.replace(base.appraisal, verdicts=verdicts)
    source = render(dataclasses.replace(base, appraisal=appraisal))
    assert 'class="safety is-none"' in source
    assert "Not ranked, because tried adequately in this episode" in source
    assert "blocked by a hard stop" not in source.split('id="answer"')[0].split("<main")[1]
