"""The page "What matters to me": it works with a pen, and its ticks can be read back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from equipoise.apps.decide.elicit import build_wishes
from equipoise.apps.decide.elicit_answers import read_wishes
from equipoise.apps.report.document import Folded, Form, Section, Text
from equipoise.apps.report.layout import laid_out
from equipoise.apps.report.page import header_of, theme
from equipoise.apps.report.readers.patient.wishes import BOXES, KEYS, wishes_section
from equipoise.apps.report.readers.shared import document
from equipoise.core.answers import given
from equipoise.core.nouns import Dossier, Preferences
from equipoise.core.tables import load_table
from tests.apps.report.people import ALMOST_NOTHING, DATE, EMERGENCY, dossier_of


def _section(dossier: Dossier) -> Section:
    section = wishes_section(dossier)
    assert section is not None
    return section


def _keys(dossier: Dossier) -> list[str]:
    team = next(block for block in _section(dossier).blocks if isinstance(block, Folded))
    return re.findall(r"<code>(\w+)</code>", str(team.blocks))


def test_eight_lines_with_five_boxes_each() -> None:
    form = next(b for b in _section(dossier_of("first_episode")).blocks if isinstance(b, Form))
    assert len(form.lines) == 8
    assert {len(line.boxes) for line in form.lines} == {5}
    subjects = [line.words.partition(":")[0].casefold() for line in form.lines]
    assert subjects == list(KEYS)


def test_what_to_talk_about_first_and_what_is_not_wanted_can_be_written() -> None:
    forms = [b for b in _section(dossier_of("first_episode")).blocks if isinstance(b, Form)]
    empty = [line.words for form in forms for line in form.lines if not line.boxes]
    assert any("Talk about this first" in words for words in empty)
    assert any("do not want at all" in words for words in empty)


@pytest.mark.parametrize("released_by", [None, "Dr A. Lee"])
def test_an_emergency_has_no_page_of_wishes(released_by: str | None) -> None:
    assert wishes_section(dossier_of(EMERGENCY, released_by)) is None


def test_each_key_is_weighed_by_the_ranking() -> None:
    attributes = {row.text("id") for row in load_table("hyperparameters/attributes")}
    assert {key for key in KEYS.values() if key} <= attributes


def test_the_ticks_are_read_back_as_they_were_ticked(tmp_path: Path) -> None:
    keys = _keys(dossier_of("first_episode"))
    ticks = dict(zip(keys, (100, 0, 25, 50, 75, 25, 0), strict=True))
    assert set(ticks.values()) == set(BOXES)
    path = tmp_path / "wishes.yaml"
    path.write_text("".join(f"{key}: {tick}\n" for key, tick in ticks.items()), encoding="utf-8")
    swings, day = read_wishes(path, build_wishes(None, DATE))
    assert swings == ticks
    assert day == DATE


def test_only_what_differs_between_the_options_is_read_back() -> None:
    dossier = dossier_of("first_episode")
    weights = tuple(pair for pair in dossier.decision.weights if pair[0] != "cognition")
    alike = replace(dossier, decision=replace(dossier.decision, weights=weights))
    assert "cognition" in _keys(dossier)
    assert "cognition" not in _keys(alike)
    assert "cost" in _keys(alike)


def test_default_weights_are_not_called_the_persons() -> None:
    dossier = dossier_of(ALMOST_NOTHING)
    words = [str(b.words) for b in _section(dossier).blocks if isinstance(b, Text)]
    assert any("You have not told us yet" in text for text in words)
    told = Preferences(weights=(("weight_gain", 100.0),), date="2026-03-01")
    asked = replace(dossier, timeline=replace(dossier.timeline, preferences=given(told)))
    words = [str(b.words) for b in _section(asked).blocks if isinstance(b, Text)]
    assert any("1 March 2026" in text for text in words)
    assert not any("You have not told us yet" in text for text in words)


def test_the_boxes_stand_on_the_page_with_their_words() -> None:
    dossier = dossier_of("first_episode")
    page = document(dossier, "patient", ("For you", "Title"), (_section(dossier),))
    html = laid_out("document.html.j2", theme(header_of(dossier)), page, "document.css")
    assert html.count('class="tick-box"') == 8 * 5
    assert html.count('<span class="box-words">Most</span>') == 8
