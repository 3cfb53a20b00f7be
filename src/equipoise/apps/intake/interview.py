"""The interview: one open question after another, forth and back."""

from __future__ import annotations

import copy
import re

from equipoise.apps.intake.dialogue import YES_NO, Asked, Back, Dialogue, Next, Quit, shown
from equipoise.apps.intake.draft import Draft, Record, Tree
from equipoise.apps.intake.lists import ListDialogue
from equipoise.apps.intake.names import words_of
from equipoise.apps.intake.pending import load_pending
from equipoise.apps.intake.questions import HEADS, Question, applies, questions
from equipoise.apps.intake.reading import read_value, told
from equipoise.apps.intake.terminal import Terminal
from equipoise.core.errors import InputError, RecordError
from equipoise.ingest import schema as s
from equipoise.ingest.fields import UNKNOWN

__all__ = ["Interview"]


class Interview(Dialogue):
    """Goes through the questions that are open, forth and back.

    Parameters
    ----------
    draft : Draft
        The record.
    terminal : Terminal
        Who answers.
    section : str or None
        Only this section, answered questions included.
    """

    def __init__(self, draft: Draft, terminal: Terminal, section: str | None = None) -> None:
        super().__init__(draft, terminal)
        self.section = section
        self.questions = tuple(
            q
            for q in questions()
            if not q.fill and (section in {None, q.section} or (q.section == "label"))
        )

    def run(self) -> bool:
        """Ask until all is asked or somebody stops.

        Returns
        -------
        bool
            Whether the end was reached.
        """
        self.say(*self.overview())
        try:
            if self.draft.timeline is not None:
                self.alarm(None, self.draft.timeline)
            self._go()
        except Quit:
            self.say("", f"Stopped. Every answer is kept in {self.draft.path}.")
            return False
        except EOFError:
            self.say("", f"No more input. Every answer is kept in {self.draft.path}.")
            return False
        self.say("", f"Done. The record is {self.draft.path}.")
        return True

    def overview(self) -> tuple[str, ...]:
        """Return what is answered and how much is open."""
        answered = [
            f"  {name}: {_summary(part)}"
            for name, part in self.draft.record.items()
            if name != "schema_version"
        ]
        count = sum(self._open(question) for question in self.questions)
        head = ["Answered so far:", *answered] if self.draft.timeline is not None else []
        number = "1 question is open" if count == 1 else f"{count} questions are open"
        return (
            *head,
            f"{number}. Safety comes first. Type help at any question; quit whenever you like.",
        )

    def _open(self, question: Question) -> bool:
        if not applies(question, self.draft.record, {}):
            return False
        if question.repeated and load_pending(self.draft.path, question.section) is not None:
            return True
        return _held(question, self.draft.record) is None

    def _go(self) -> None:
        position, path, forced = 0, list[int](), -1
        block = ""
        while position < len(self.questions):
            question = self.questions[position]
            wanted = position == forced or self.section == question.section
            fits = applies(question, self.draft.record, {})
            if not fits or not (wanted or self._open(question)):
                position += 1
                continue
            if question.section != block:
                block = question.section
                self._head(position)
            try:
                self._ask(question)
            except Back:
                if not path:
                    self.say("  this is the first question")
                position = forced = path.pop() if path else position
            except Next:
                position = self._after(question, position)
            else:
                path.append(position)
                position, forced = position + 1, -1

    def _head(self, position: int) -> None:
        """Say what comes next, where it is more than one question."""
        last = self._block_end(position)
        count = sum(self._open(question) for question in self.questions[position:last])
        if count > 1:
            section = self.questions[position].section
            self.say("", f"--- {section}: {count} questions; next leaves them open ---")

    def _block_end(self, position: int) -> int:
        section = self.questions[position].section
        while position < len(self.questions) and self.questions[position].section == section:
            position += 1
        return position

    def _after(self, question: Question, position: int) -> int:
        if _is_needed(question):
            self.say("  this one is needed")
            return position
        return self._block_end(position)

    def _ask(self, question: Question) -> None:
        if question.repeated:
            lists = ListDialogue(self.draft, self.terminal, question)
            lists.run(again=self.section == question.section)
        else:
            self._ask_single(question)

    def _ask_single(self, question: Question) -> None:
        now = _held(question, self.draft.record)
        present = "" if now is None else _as_asked(question, now)
        asked = Asked(question, question.ask, _allowed(question), present)
        while True:
            typed = self.answer(asked)
            if not typed and present:
                return
            if typed == "skip":
                if self._without(question):
                    return
                continue
            fault = self._answered_with(question, typed)
            if fault is None:
                return
            self.say(f"  {told(fault)}")

    def _without(self, question: Question) -> bool:
        if _is_needed(question):
            self.say("  this one is needed")
            return False
        record = copy.deepcopy(self.draft.record)
        _remove(question, record, self.draft.today)
        if record != self.draft.record:
            self.save(record, (question.section, None))
            self.say("  taken out: not asked")
        return True

    def _answered_with(self, question: Question, typed: str) -> InputError | None:
        record = copy.deepcopy(self.draft.record)
        try:
            _put(question, typed, record, self.draft.today)
        except InputError as fault:
            return fault
        if question.finding:
            entries = record[question.section]
            number = len(entries) - 1 if isinstance(entries, list) else None
            return self.save(record, (question.section, number))
        return self.save(record, (question.section, None))


def _put(question: Question, typed: str, record: Record, today: str) -> None:
    """Write one answer into `record`."""
    if question.finding:
        try:
            status = read_value(question.key, typed, today)
        except InputError:
            raise RecordError("this is no answer", got=typed, allowed=", ".join(YES_NO)) from None
        _remove(question, record, today)
        entries = record.get(question.section)
        held: list[Tree] = entries if isinstance(entries, list) else []
        entry: dict[str, Tree] = {"finding": question.finding, "status": status, "date": today}
        record[question.section] = [*held, entry]
        return
    if question.section in HEADS:
        if typed == UNKNOWN and question.key.needed:
            raise RecordError("this one is needed", allowed=question.key.kind.says)
        record[question.section] = read_value(question.key, typed, today)
        return
    part = record.get(question.section)
    entry = dict(part) if isinstance(part, dict) else {}
    if typed == UNKNOWN and question.key.needed:
        # What has to stand in the section is not known: then the section is not known.
        record[question.section] = UNKNOWN
        return
    entry[question.name] = UNKNOWN if typed == UNKNOWN else read_value(question.key, typed, today)
    for one in questions():
        if one.section == question.section and one.fill:
            entry[one.name] = today if one.fill == "today" else one.fill
    record[question.section] = entry


def _remove(question: Question, record: Record, today: str) -> None:
    """Take a value out again; of findings only today's, as older ones stay true of their day."""
    part = record.get(question.section)
    if question.finding and isinstance(part, list):
        left = [entry for entry in part if not _is_of_today(question, entry, today)]
        if len(left) < len(part):
            record[question.section] = left
            if not left:
                del record[question.section]
    elif isinstance(part, dict):
        part.pop(question.name, None)
        filled = {one.name for one in questions() if one.section == question.section and one.fill}
        if question.key.needed or set(part) <= filled:
            del record[question.section]
    elif not question.finding:
        record.pop(question.section, None)


def _is_of_today(question: Question, entry: Tree, today: str) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("finding") == question.finding
        and entry.get("date") == today
    )


def _is_needed(question: Question) -> bool:
    return question.section in HEADS and question.key.needed


def _newest(question: Question, part: Tree) -> Tree | None:
    entries = part if isinstance(part, list) else []
    found = [e for e in entries if isinstance(e, dict) and e.get("finding") == question.finding]
    dated = sorted(found, key=lambda entry: str(entry.get("date", "")))
    return dated[-1].get("status") if dated else None


def _held(question: Question, record: Record) -> Tree | None:
    part = record.get(question.section)
    if part is None:
        return None
    if question.finding:
        return _newest(question, part)
    if isinstance(part, dict) and question.name:
        return part.get(question.name)
    return part


def _as_asked(question: Question, value: Tree) -> str:
    words = {"present": "yes", "absent": "no"} if question.finding else {}
    return words.get(str(value), shown(value))


def _allowed(question: Question) -> str:
    if question.finding:
        return ", ".join(YES_NO)
    words = words_of(question.key)
    if question.key is s.SPECIFIERS:
        words = (*re.findall("`([^`]+)`", question.key.kind.says), "none")
    return ", ".join(words)


def _summary(part: Tree) -> str:
    if isinstance(part, list):
        return f"{len(part)} {'entry' if len(part) == 1 else 'entries'}" if part else "asked, none"
    return "asked, not known" if part == UNKNOWN else shown(part)
