"""Safety marks and red flags in the sections of the choice, on the page and in the terminal."""

from __future__ import annotations

import dataclasses
import re
import runpy
from functools import cache
from pathlib import Path

import pytest

from equipoise.apps.choice_lines import choice_lines
from equipoise.apps.report import render
from equipoise.core.nouns import Dossier, OptionVerdict, RedFlag, SafetyReason

CHOICE = runpy.run_path(str(Path(__file__).with_name("sample_choice.py")))
DOSSIERS = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
OPEN = ("venlafaxine", "mirtazapine", "nortriptyline", "rtms")
WATCH = RedFlag("passive_death_thoughts", "Thoughts of death", "watch", "in the record", ())


@cache
def _open() -> Dossier:
    """Return the invented person with options whose safety cannot be told, and a red flag."""
    found: Dossier = CHOICE["choosing"]()
    reason = SafetyReason(
        "a_rule", "cannot_tell", "not asked", "ask", "egfr", "recalled", "C", "recalled"
    )
    verdicts = tuple(OptionVerdict(name, "cannot_tell", (reason,)) for name in OPEN)
    kept = tuple(one for one in found.appraisal.verdicts if one.treatment not in OPEN)
    appraisal = dataclasses.replace(
        found.appraisal, verdicts=(*kept, *verdicts), red_flags=(WATCH,)
    )
    return dataclasses.replace(found, appraisal=appraisal)


def _section(name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', render(_open()), re.DOTALL)
    assert found is not None, name
    return " ".join(
        re.sub(r"<[^>]+>", " ", found.group()).replace("\N{NO-BREAK SPACE}", " ").split()
    )


@pytest.mark.parametrize(
    ("section", "option"),
    [
        ("under", "venlafaxine (safety open)"),
        ("tests", "Nortriptyline (safety open)"),
        ("wishes", "(safety open)"),
        ("year", "enlafaxine (safety open), then"),
        ("year", "Venlafaxine (safety open) and repetitive"),
    ],
)
def test_what_safety_cannot_tell_is_marked_on_the_page(section: str, option: str) -> None:
    assert option in _section(section)


def test_the_terminal_has_the_same_marks_and_the_flag_before_the_year() -> None:
    lines = choice_lines(_open())
    text = "\n".join(lines)
    assert "Switch to: venlafaxine (safety open) or mirtazapine (safety open)" in text
    place = lines.index("THE YEAR AHEAD")
    assert "On record: Thoughts of death. The safety steps come before" in lines[place + 1]
    assert "enlafaxine (safety open), then" in text


def test_a_flag_stands_in_the_section_of_the_year() -> None:
    shown = _section("year")
    assert shown.index("Thoughts of death") < shown.index("is ahead of")


def test_a_change_that_foretells_nothing_still_names_danger() -> None:
    found = _open()
    (therapy,) = found.appraisal.under_way
    worse = dataclasses.replace(
        therapy, improvement=-40.0, why_not="PHQ-9 40 % higher after 9 weeks: the course is over"
    )
    appraisal = dataclasses.replace(found.appraisal, under_way=(worse,))
    decision = dataclasses.replace(found.decision, continuations=())
    text = "\n".join(
        choice_lines(dataclasses.replace(found, appraisal=appraisal, decision=decision))
    )
    assert "In the record: thoughts of death. That comes first" in text
    assert text.index("Symptoms grew: see the person soon") < text.index("the course is over")


def test_a_hard_stop_against_what_is_taken_marks_going_on() -> None:
    found = _open()
    reason = SafetyReason("a_rule", "hard_stop", "liver", "stop", None, "recalled", "C", "recalled")
    current = (OptionVerdict("sertraline", "hard_stop", (reason,)),)
    appraisal = dataclasses.replace(found.appraisal, current=current)
    text = "\n".join(choice_lines(dataclasses.replace(found, appraisal=appraisal)))
    assert "Go on as now (a hard stop stands against it)" in text


def test_an_emergency_shows_nothing_in_the_terminal_before_it_is_acknowledged() -> None:
    withheld: Dossier = CHOICE["with_choice"](DOSSIERS["build"]("emergency"))
    assert choice_lines(withheld) == []
