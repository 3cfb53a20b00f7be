"""What could be meant by what has been typed so far, and the line editor that shows it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.apps.intake.draft import tree_of
from equipoise.apps.intake.names import matches, words_of
from equipoise.apps.intake.reading import node_of, read_value
from equipoise.apps.intake.terminal import Prompted
from equipoise.core.errors import InputError
from equipoise.core.tables import load_table
from equipoise.ingest import schema as s
from equipoise.ingest.fields import Spot

TODAY = "2026-03-02"


@pytest.mark.parametrize(
    ("key", "typed", "first"),
    [
        (s.TREATED_WITH, "sert", "sertraline"),
        (s.TREATED_WITH, "SERT", "sertraline"),
        (s.TREATED_WITH, "zolo", "sertraline"),
        (s.TREATED_WITH, "lexa", "escitalopram"),
        (s.TREATED_WITH, "setraline", "sertraline"),
        (s.TREATED_WITH, "electroconv", "ect"),
        (s.TREATED_WITH, "theta-burst", "itbs"),
        (s.TAKEN, "celex", "citalopram"),
        (s.TEST, "thyroid", "tsh"),
        (s.IMPLANT_KIND, "VNS", "vagus_nerve_stimulator"),
        (s.SCALE_ID, "phq", "phq9"),
        (s.EFFECT_TOLD, "trem", "tremor"),
        (s.SEX, "fe", "female"),
        (s.GRANTED, "y", "yes"),
    ],
)
def test_the_first_name_that_is_offered(key: s.Key[Any], typed: str, first: str) -> None:
    found = matches(key, typed)
    assert found[0].id == first
    assert len({match.id for match in found}) == len(found)


def test_a_brand_is_shown_with_its_substance() -> None:
    assert matches(s.TREATED_WITH, "zolof")[0].shown == "Sertraline (Zoloft)"


def test_comparators_of_trials_are_never_offered() -> None:
    offered = {m.id for word in ("placebo", "control") for m in matches(s.TREATED_WITH, word)}
    kinds = {row.text("id"): row.text("kind") for row in load_table("treatments/treatments")}
    assert "comparator" not in {kinds.get(name) for name in offered}


def test_nothing_is_offered_for_nothing() -> None:
    assert matches(s.TREATED_WITH, " ") == ()
    assert matches(s.NOTE, "any") == ()
    assert words_of(s.CODE) == ()


@pytest.mark.parametrize("key", [s.TREATED_WITH, s.TAKEN, s.TEST, s.FOUND, s.WHERE])
@settings(max_examples=30)
@given(typed=st.text(min_size=1, max_size=12))
def test_every_name_that_is_offered_is_accepted(key: s.Key[Any], typed: str) -> None:
    for match in matches(key, typed):
        assert read_value(key, match.id, TODAY) == match.id


@pytest.mark.parametrize("key", [key for shape in s.SECTIONS for key in shape.keys])
@settings(max_examples=30)
@given(typed=st.text(max_size=20))
def test_what_is_taken_is_what_the_reader_takes(key: s.Key[Any], typed: str) -> None:
    """No answer passes here that the reader of records refuses, and the value is the same."""
    try:
        value = read_value(key, typed, TODAY)
    except InputError:
        return
    text = " ".join(typed.split())
    again = key.kind.read(node_of(key, text), Spot("", 0, key.name, TODAY))
    if isinstance(value, str):
        assert key.kind.read(node_of(key, value), Spot("", 0, key.name, TODAY)) == again
    else:
        assert tree_of(node_of(key, text)) == value


def test_the_line_editor_completes_and_tells_how_it_understands() -> None:
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    keys = {"": "sert", "sert": "raline", "sertraline": "\r"}
    with create_pipe_input() as typed, create_app_session(input=typed, output=DummyOutput()):

        def _check(text: str) -> str:
            # Whoever types waits until the line below has told how the letters are understood.
            typed.send_text(keys.pop(text, ""))
            return f"= {text}"

        assert Prompted().ask(lambda text: matches(s.TREATED_WITH, text), _check) == "sertraline"
        assert keys == {}
        typed.send_text("\x04")
        with pytest.raises(EOFError):
            Prompted().ask(lambda _: (), lambda _: "")


def test_the_completer_replaces_what_was_typed() -> None:
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

    from equipoise.apps.intake.terminal import _completer

    completer = _completer(lambda text: matches(s.TREATED_WITH, text))
    found = list(completer.get_completions(Document("zolo"), CompleteEvent()))
    assert (found[0].text, found[0].start_position) == ("sertraline", -4)
