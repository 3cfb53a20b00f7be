"""Not asked, unknown and given never mix."""

from __future__ import annotations

import pytest

from equipoise.core.answers import Answer, given, not_asked, unknown


def test_an_empty_list_is_an_answer() -> None:
    nothing: Answer[tuple[str, ...]] = given(())
    assert nothing.known
    assert nothing.or_else(("x",)) == ()


def test_unknown_and_not_asked_hold_no_value() -> None:
    asked: Answer[int] = unknown()
    left_out: Answer[int] = not_asked()
    assert not asked.known
    assert not left_out.known
    assert asked != left_out
    assert asked.or_else(3) == 3


def test_a_status_without_its_value_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        Answer("given")
    with pytest.raises(ValueError, match="cannot hold"):
        Answer("unknown", 3)
