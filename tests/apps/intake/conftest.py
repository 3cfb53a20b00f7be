"""A person who answers: lines in, transcript out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from equipoise.apps.intake.draft import open_draft
from equipoise.apps.intake.interview import Interview
from equipoise.apps.intake.names import Match

TODAY = "2026-03-02"
Talk = Callable[..., list[str]]


class Scripted:
    """A terminal whose answers stand ready."""

    def __init__(self, answers: Iterable[str]) -> None:
        self.answers, self.shown = iter(answers), list[str]()

    def say(self, text: str) -> None:
        self.shown.append(text)

    def ask(self, complete: Callable[[str], Sequence[Match]], check: Callable[[str], str]) -> str:
        try:
            answer = next(self.answers)
        except StopIteration:
            raise EOFError from None
        complete(answer)  # a line editor asks for both at every key
        check(answer)
        return answer


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Return where the record of the dialogue goes."""
    return tmp_path / "sub-07_person.yaml"


@pytest.fixture
def talk(record: Path) -> Talk:
    """Return a function that answers in turn and returns what was shown."""

    def go(*answers: str, section: str | None = None, today: str = TODAY) -> list[str]:
        terminal = Scripted(answers)
        Interview(open_draft(record, today), terminal, section).run()
        return terminal.shown

    return go
