"""Where questions are asked: line by line, or with completion and checks while typing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from equipoise.apps.intake.names import Match
from equipoise.core.errors import InputError

__all__ = ["Lines", "Prompted", "Terminal", "open_terminal"]

Complete = Callable[[str], Sequence[Match]]
Check = Callable[[str], str]


class Terminal(Protocol):
    """Somebody who answers."""

    def say(self, text: str) -> None:
        """Show a line."""

    def ask(self, complete: Complete, check: Check) -> str:
        """Return one typed line; `EOFError` where there will be no more."""


class Lines:
    """Plain lines, for pipes and for terminals without control codes."""

    def say(self, text: str) -> None:
        """Show a line."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def ask(self, complete: Complete, check: Check) -> str:
        """Return one typed line; nothing is completed or checked while it is typed."""
        del complete, check
        sys.stdout.write("> ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            # What was piped in is not echoed by a terminal; the transcript shows it.
            self.say(line.rstrip("\n"))
        if not line:
            raise EOFError
        return line.strip()


class Prompted(Lines):
    """A line editor that completes names and tells, below the line, how it is understood."""

    def ask(self, complete: Complete, check: Check) -> str:
        """Return one typed line."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.application import get_app

        def _below() -> str:
            return check(get_app().current_buffer.text)

        session: PromptSession[str] = PromptSession(
            completer=_completer(complete), complete_while_typing=True, bottom_toolbar=_below
        )
        return session.prompt("> ").strip()


def _completer(complete: Complete) -> Any:
    from prompt_toolkit.completion import Completer, Completion

    class _Names(Completer):
        def get_completions(self, document: Any, complete_event: Any) -> Iterator[Completion]:
            """Yield what the letters before the cursor could become."""
            del complete_event
            typed = document.text_before_cursor
            for match in complete(typed):
                yield Completion(match.id, start_position=-len(typed), display=match.shown)

    return _Names()


def open_terminal() -> Terminal:
    """Return a line editor where somebody sits at a terminal, else plain lines.

    Raises
    ------
    InputError
        If there is nobody who could answer: the input or the output is closed.
    """
    # A process that was started without one of them has none at all, whatever the types say.
    for name, words in (("stdin", "answer: the input"), ("stdout", "be asked: the output")):
        if getattr(sys, name, None) is None:
            raise InputError(
                f"nobody can {words} is closed",
                where=name,
                todo="start it on a terminal, or pipe the answers in",
            )
    return Prompted() if sys.stdin.isatty() and sys.stdout.isatty() else Lines()
