"""Swing weights asked line by line."""

from __future__ import annotations

from typing import Final

from equipoise.apps.decide.elicit import MOST, Line, Wishes, say, swing_of
from equipoise.apps.intake.reading import told
from equipoise.apps.intake.terminal import Terminal
from equipoise.core.errors import InputError
from equipoise.ingest.fields import Spot

__all__ = ["ask_wishes"]

HELP: Final = (
    "a number from 0 to 100     skip: I do not know, use the usual number",
    "back: the line before      first: choose again what comes first",
    "why: why this is asked     quit: stop, nothing is kept",
)


class _Again(Exception):  # noqa: N818 - a turn of the dialogue, no fault
    """Somebody wants to choose again what comes first."""


class _Back(Exception):  # noqa: N818 - a turn of the dialogue, no fault
    """Somebody wants the line before."""


class _Quit(Exception):  # noqa: N818 - a turn of the dialogue, no fault
    """Somebody stops."""


def ask_wishes(wishes: Wishes, terminal: Terminal) -> dict[str, float] | None:
    """Ask what matters.

    Parameters
    ----------
    wishes : Wishes
        What is asked.
    terminal : Terminal
        Who answers.

    Returns
    -------
    dict or None
        Swing weights by attribute, lines that were skipped left out; None where somebody stopped.
    """
    for name in ("title", "lead", "never"):
        terminal.say(say(name))
    try:
        while True:
            try:
                swings = _all(wishes, terminal)
            except _Again:
                continue
            if _confirmed(wishes, swings, terminal):
                return swings
    except (_Quit, EOFError):
        return None


def _all(wishes: Wishes, terminal: Terminal) -> dict[str, float]:
    """Ask what comes first, then the others in turn."""
    first = _first(wishes, terminal)
    if first is None:
        return {}
    rest = [line for line in wishes.lines if line is not first]
    swings: dict[str, float] = {first.id: float(MOST)}
    terminal.say("")
    terminal.say(say("step_rest"))
    at = 0
    while at < len(rest):
        try:
            swing = _one(rest[at], (at + 1, len(rest)), first, terminal)
        except _Back:
            at = max(at - 1, 0)
            continue
        swings.pop(rest[at].id, None)
        if swing is not None:
            swings[rest[at].id] = swing
        at += 1
    return {line.id: swings[line.id] for line in wishes.lines if line.id in swings}


def _first(wishes: Wishes, terminal: Terminal) -> Line | None:
    terminal.say("")
    terminal.say(say("step_first"))
    for number, line in enumerate(wishes.lines, 1):
        terminal.say(f"  {number:2}  {line.bad}  ->  {line.good}")
    terminal.say(say("ask_first"))
    while True:
        typed = _typed(terminal)
        if typed == "skip":
            return None
        if typed.isdecimal() and 1 <= int(typed) <= len(wishes.lines):
            return wishes.lines[int(typed) - 1]
        terminal.say(f"  a number from 1 to {len(wishes.lines)}, skip, why, help or quit")


def _one(line: Line, place: tuple[int, int], first: Line, terminal: Terminal) -> float | None:
    terminal.say("")
    terminal.say(f"{place[0]} of {place[1]}: {line.bad}  ->  {line.good}")
    terminal.say(f"  {say('ask_rest')}")
    while True:
        typed = _typed(terminal)
        if typed == "skip":
            return None
        if typed == "back":
            raise _Back
        if typed == "first":
            raise _Again
        try:
            return swing_of(typed, Spot("", 0, line.title, ""))
        except InputError as fault:
            terminal.say(f"  {told(fault)}")
            if "too large" in fault.what:
                terminal.say(f"  {say('more_than_first', first=first.title.capitalize())}")


def _typed(terminal: Terminal) -> str:
    """Return one answer; help and reasons are given here."""
    while True:
        typed = terminal.ask(lambda _: (), lambda _: "help: what can be typed").strip().casefold()
        if typed == "quit":
            raise _Quit
        if typed == "help":
            for line in HELP:
                terminal.say(f"  {line}")
        elif typed == "why":
            terminal.say(f"  {say('why')}")
        else:
            return typed


def _confirmed(wishes: Wishes, swings: dict[str, float], terminal: Terminal) -> bool:
    terminal.say("")
    if not swings:
        terminal.say(say("nothing"))
        return True
    terminal.say(say("result"))
    titles = {line.id: line.title for line in wishes.lines}
    for name, swing in sorted(swings.items(), key=lambda pair: (-pair[1], pair[0])):
        terminal.say(f"  {swing:3g}  {titles[name]}")
    usual = [line.title for line in wishes.lines if line.id not in swings]
    if usual:
        terminal.say(say("result_usual", names=", ".join(usual)))
    terminal.say(say("right"))
    terminal.say("  yes, no")
    while True:
        typed = _typed(terminal)
        if typed in {"yes", "y"}:
            return True
        if typed in {"no", "n", "first", "back"}:
            return False
        terminal.say("  yes or no")
