"""How one question is put: commands, faults in one line, and answers that are saved at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from equipoise.apps.intake.alarm import alarm_lines, new_flags
from equipoise.apps.intake.draft import Draft, Record, Tree
from equipoise.apps.intake.names import Match, matches
from equipoise.apps.intake.questions import Question
from equipoise.apps.intake.reading import read_value, told
from equipoise.apps.intake.terminal import Terminal
from equipoise.core.errors import InputError
from equipoise.core.nouns import Timeline
from equipoise.ingest import schema as s
from equipoise.ingest.fields import UNKNOWN

__all__ = ["YES_NO", "Asked", "Back", "Dialogue", "Next", "Quit", "field_of", "shown"]

COMMANDS: Final = ("back", "skip", "next", "why", "help", "quit")
YES_NO: Final = ("yes", "no", UNKNOWN)
HELP: Final = (
    "skip: not asked, stays out    unknown: asked, not known    none: asked, there is none",
    "back: the question before     next: leave the rest of this section open",
    "why: why it is asked          quit: stop here; every answer is kept",
)
_FIELD: Final = re.compile(r"field (\w+)(?: of (\w+)(?: entry (\d+))?)?")


class Back(Exception):  # noqa: N818 - a turn of the dialogue, no fault
    """Somebody wants the question before."""


class Next(Exception):  # noqa: N818 - a turn of the dialogue, no fault
    """Somebody wants the next section."""


class Quit(Exception):  # noqa: N818 - a turn of the dialogue, no fault
    """Somebody stops."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How one question is put: what is allowed, completed and offered."""

    question: Question
    text: str
    allowed: str
    present: str = ""
    offer: str = ""


class Dialogue:
    """Asks, tells faults in one line and asks again.

    Parameters
    ----------
    draft : Draft
        The record.
    terminal : Terminal
        Who answers.
    """

    def __init__(self, draft: Draft, terminal: Terminal) -> None:
        self.draft, self.terminal = draft, terminal

    def say(self, *lines: str) -> None:
        """Show lines."""
        for line in lines:
            self.terminal.say(line)

    def answer(self, asked: Asked) -> str:
        """Return a typed line that is no command; empty for "as it is" or "as offered"."""
        self.say("", asked.text)
        hints = [asked.allowed] if asked.allowed else []
        hints += [f"now: {asked.present} (Enter keeps it)"] if asked.present else []
        hints += [f"Enter: {asked.offer}"] if asked.offer and not asked.present else []
        if hints:
            self.say(f"  {'; '.join(hints)}")
        while True:
            typed = self.terminal.ask(
                lambda text: self._completed(asked.question, text),
                lambda text: self._understood(asked.question, text),
            )
            word = typed.casefold()
            if word == "back":
                raise Back
            if word == "next":
                raise Next
            if word == "quit":
                raise Quit
            if word == "help":
                self.say(*(f"  {line}" for line in HELP))
            elif word == "why":
                self.say(f"  {asked.question.why or 'The plan uses it.'}")
            elif typed or asked.present or asked.offer:
                return word if word in {"skip", "none", "drop", UNKNOWN} else typed
            else:
                self.say(f"  an answer, or one of: {', '.join((*COMMANDS, UNKNOWN))}")

    def _completed(self, question: Question, text: str) -> tuple[Match, ...]:
        words = YES_NO if question.finding else ()
        own = tuple(Match(word, word) for word in words if word.startswith(text.casefold()))
        return own or matches(question.key, text)

    def _understood(self, question: Question, text: str) -> str:
        if not text.strip() or text.strip().casefold() in {*COMMANDS, UNKNOWN, "none", "drop"}:
            return "help: what can be typed"
        if question.key in {s.DOSE, s.VALUE}:
            text = text.split(maxsplit=1)[0]  # the unit behind it is read by its own kind
        try:
            value = read_value(question.key, text, self.draft.today)
        except InputError as fault:
            near = ", ".join(match.id for match in matches(question.key, text))
            return f"could be: {near}" if near else told(fault)
        return f"= {shown(value)}"

    def fault_of(self, record: Record, owner: tuple[str, int | None]) -> InputError | None:
        """Return the fault that the newest answer brought in.

        Parameters
        ----------
        record : dict
            The record with the answer.
        owner : tuple
            Section and number of the entry from 0 that the answer belongs to, None for the number
            where the section is no list.

        Returns
        -------
        InputError or None
            None where the only faults are questions of this entry that are still to be asked.
        """
        faults = self.draft.examined(record)[1]
        return next((fault for fault in faults if not _still_open(fault, record, owner)), None)

    def save(self, record: Record, owner: tuple[str, int | None]) -> InputError | None:
        """Write `record` if it is whole and sound, tell of new dangers; return a fault, or None."""
        fault = self.fault_of(record, owner)
        if fault is not None:
            return fault
        before = self.draft.timeline
        if self.draft.examined(record)[0] is None:
            return None
        copied = self.draft.kept_copy()
        if copied is not None:
            self.say(f"  comments and layout are not kept: the file as it was is {copied.name}")
        self.draft.write(record)
        self.alarm(before, self.draft.timeline)
        return None

    def alarm(self, before: Timeline | None, after: Timeline | None) -> None:
        """Show the pathway of every danger that is new, and ask whether to go on."""
        lines = alarm_lines(new_flags(before, after))
        if not lines:
            return
        self.say("", *lines, "", "Go on with the questions now?", "  yes, no")
        while True:
            typed = self.terminal.ask(lambda _: (), lambda _: "yes, no").casefold()
            if typed in {"yes", "y"}:
                return
            if typed in {"no", "n", "quit"}:
                raise Quit
            self.say("  yes or no")


def _still_open(fault: InputError, record: Record, owner: tuple[str, int | None]) -> bool:
    """Return whether a fault is only that the entry being filled is not yet whole."""
    match, (section, number) = _FIELD.search(fault.where), owner
    if match is None or match[2] != section:
        return False
    part: Tree = record.get(section, "")
    if number is not None:
        if match[3] != str(number + 1) or not isinstance(part, list):
            return False
        part = part[number]
    return isinstance(part, dict) and match[1] not in part


def field_of(fault: InputError) -> str:
    """Return the name of the field that a fault is about; empty where it names none."""
    match = _FIELD.search(fault.where)
    return "" if match is None else match[1]


def shown(value: Tree) -> str:
    """Return a value as it is told: words, lists in brackets."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {shown(part)}" for name, part in value.items()) or "the usual"
    if isinstance(value, list):
        return ", ".join(shown(part) for part in value) or "none"
    return value.replace("_", " ") if re.fullmatch("[a-z_]+", value) else value
