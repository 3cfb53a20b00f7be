"""Lists: one entry after another, each key asked for, until there is no other one."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Final

from equipoise.apps.intake.dialogue import Asked, Back, Dialogue, field_of, shown
from equipoise.apps.intake.draft import Draft, Record, Tree
from equipoise.apps.intake.names import words_of
from equipoise.apps.intake.pending import Pending, clear_pending, load_pending, save_pending
from equipoise.apps.intake.questions import Question, applies, entry_questions, shape_of
from equipoise.apps.intake.reading import read_value, told
from equipoise.apps.intake.scale_items import ItemDialogue
from equipoise.apps.intake.terminal import Terminal
from equipoise.core.errors import InputError, RecordError
from equipoise.core.tables import load_table
from equipoise.ingest import schema as s
from equipoise.ingest.fields import UNKNOWN

__all__ = ["ListDialogue"]

NO_MORE: Final = frozenset({"", "no", "n", "none", "skip", "done"})
_WITH_UNIT: Final = {s.DOSE.name: s.DOSE_UNIT, s.VALUE.name: s.LAB_UNIT}


class _Dropped(Exception):  # noqa: N818 - a turn of the dialogue, no fault
    """The entry is left out."""


class ListDialogue(Dialogue):
    """Asks for the entries of one list.

    Parameters
    ----------
    draft : Draft
        The record.
    terminal : Terminal
        Who answers.
    question : Question
        The one that asks for the list.
    """

    def __init__(self, draft: Draft, terminal: Terminal, question: Question) -> None:
        super().__init__(draft, terminal)
        self.question, self.section = question, question.section
        self.shape = shape_of(question.section)
        self.parts = tuple(one for one in entry_questions(self.section) if not one.fill)
        self.fills = tuple(one for one in entry_questions(self.section) if one.fill)

    @property
    def entries(self) -> list[Tree]:
        """Return the entries that are saved."""
        part = self.draft.record.get(self.section)
        return part if isinstance(part, list) else []

    def run(self, *, again: bool) -> None:
        """Ask for all entries.

        Parameters
        ----------
        again : bool
            Whether an answered list is asked for again.
        """
        pending = load_pending(self.draft.path, self.section)
        if pending is not None and pending.entry:
            pending.number = min(pending.number, len(self.entries))
            self.say("", f"Going on with entry {pending.number + 1} of {self.section}.")
            self._fill(pending)
        elif pending is None and not self.entries and not self._first():
            return
        if again or pending is not None:
            self.say("", *self._overview())
        while self._another():
            pass
        clear_pending(self.draft.path, self.section)

    def _overview(self) -> list[str]:
        return [f"  {number}. {shown(entry)}" for number, entry in enumerate(self.entries, 1)]

    def _first(self) -> bool:
        """Ask for the list; return whether an entry was given."""
        part = self.draft.record.get(self.section)
        present = "" if part is None else ("none" if part == [] else shown(part))
        words = ", ".join(words_of(self.parts[0].key))
        allowed = f"{words}{'; ' if words else ''}none (there is none), unknown, skip (not asked)"
        asked = Asked(self.parts[0], self.question.ask, allowed, present)
        while True:
            typed = self.answer(asked)
            if typed == "skip" or (not typed and present):
                return False
            if typed in {"none", UNKNOWN}:
                self._replace([] if typed == "none" else UNKNOWN)
                return False
            if self._begin(typed):
                return True

    def _another(self) -> bool:
        """Ask for one more entry; return whether one was given."""
        if self.entries:
            save_pending(self.draft.path, Pending(self.section, len(self.entries)))
        asked = Asked(self.parts[0], "Another one?", "the next one, or no", offer="no")
        while True:
            typed = self.answer(asked)
            if typed.casefold() in NO_MORE:
                return False
            if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(self.entries):
                self._edit(int(typed) - 1)
                return True
            if self._begin(typed):
                return True

    def _replace(self, part: Tree) -> None:
        record = copy.deepcopy(self.draft.record)
        record[self.section] = part
        self.save(record, (self.section, None))

    def _begin(self, typed: str) -> bool:
        """Begin an entry with its first answer; return whether the answer was sound."""
        pending = Pending(self.section, len(self.entries))
        for one in self.fills:
            pending.entry[one.name] = self.draft.today if one.fill == "today" else one.fill
        fault = self._take(self.parts[0], typed, pending)
        if fault is not None:
            self.say(f"  {told(fault)}")
            return False
        self._fill(pending)
        return True

    def _edit(self, number: int) -> None:
        entry = self.entries[number]
        if isinstance(entry, dict):
            self._fill(Pending(self.section, number, dict(entry)))

    def _fill(self, pending: Pending) -> None:
        """Ask for the keys of an entry that are open; the entry is saved as soon as it is sound."""
        path: list[int] = []
        position, forced = 0, -1
        try:
            while True:
                position = self._next_open(pending, position, forced)
                if position == len(self.parts):
                    fault = self._left(pending)
                    if fault is None:
                        self._settle(pending)
                        return
                    self.say(f"  {told(fault)}")
                    names = [one.name for one in self.parts]
                    name = field_of(fault)
                    position = forced = names.index(name) if name in names else 0
                    continue
                try:
                    self._ask_part(self.parts[position], pending)
                except Back:
                    if not path:
                        path = self._answered_before(pending, position)
                    if not path:
                        raise _Dropped from None
                    position = forced = path.pop()
                else:
                    path.append(position)
                    position, forced = position + 1, -1
        except _Dropped:
            self._drop(pending)

    def _answered_before(self, pending: Pending, position: int) -> list[int]:
        names = {*pending.entry, *pending.asked}
        return [n for n, one in enumerate(self.parts[:position]) if one.name in names]

    def _next_open(self, pending: Pending, position: int, forced: int) -> int:
        while position < len(self.parts):
            part = self.parts[position]
            if position == forced:
                return position
            fits = applies(part, self.draft.record, pending.entry)
            if fits and part.name not in pending.asked:
                return position
            position += 1
        return position

    def _ask_part(self, part: Question, pending: Pending) -> None:
        if part.key is s.ITEMS:
            ItemDialogue(self.draft, self.terminal, part).run(pending, self._record)
            self._keep(pending, part.name)
            return
        if part.key is s.EXTRA:
            ItemDialogue(self.draft, self.terminal, part).run_extras(pending)
            self._keep(pending, part.name)
            return
        held = pending.entry.get(part.name)
        present = "" if held is None else shown(held)
        offer = _offered(part, pending.entry, self.draft.today)
        allowed = ", ".join(words_of(part.key))
        asked = Asked(part, f"{shown(self._name(pending))}: {part.ask}", allowed, present, offer)
        while True:
            typed = self.answer(asked)
            if not typed and present:
                self._keep(pending, part.name)
                return
            fault = self._take(part, typed or offer, pending)
            if fault is None:
                return
            self.say(f"  {told(fault)}")

    def _name(self, pending: Pending) -> Tree:
        return pending.entry.get(self.parts[0].name, self.section)

    def _take(self, part: Question, typed: str, pending: Pending) -> InputError | None:
        """Take one answer into the entry; return why it cannot stand, or None."""
        if typed == "drop":
            raise _Dropped
        entry = dict(pending.entry)
        asked = [part.name]
        try:
            if typed == "skip":
                self._skipped(part, entry)
            elif typed == UNKNOWN and not part.key.needed:
                entry[part.name] = UNKNOWN
            else:
                asked += self._read(part, typed, entry)
        except InputError as error:
            return error
        changed = Pending(self.section, pending.number, entry, pending.asked, pending.items)
        fault = self.fault_of(self._record(changed), (self.section, pending.number))
        if fault is not None:
            return fault
        pending.entry = entry
        self._keep(pending, *asked)
        return None

    def _skipped(self, part: Question, entry: dict[str, Tree]) -> None:
        if part.key.needed:
            raise RecordError("this is needed", todo="drop leaves the whole entry out")
        entry.pop(part.name, None)

    def _read(self, part: Question, typed: str, entry: dict[str, Tree]) -> list[str]:
        unit = _WITH_UNIT.get(part.name) if part.key in {s.DOSE, s.VALUE} else None
        number, _, rest = typed.partition(" ")
        if unit is None or not rest:
            entry[part.name] = read_value(part.key, typed, self.draft.today)
            return []
        entry[part.name] = read_value(part.key, number, self.draft.today)
        entry[unit.name] = read_value(unit, rest.strip(), self.draft.today)
        return [unit.name]

    def _keep(self, pending: Pending, *asked: str) -> None:
        """Keep what was answered, in the record as soon as the entry is sound."""
        pending.asked = list(dict.fromkeys([*pending.asked, *asked]))
        save_pending(self.draft.path, pending)
        self.save(self._record(pending), (self.section, pending.number))

    def _settle(self, pending: Pending) -> None:
        """Save an entry that was kept beside the record when a dialogue was killed."""
        record = self._record(pending)
        if record != self.draft.record:
            self.save(record, (self.section, pending.number))

    def _left(self, pending: Pending) -> InputError | None:
        """Return what the finished entry still lacks."""
        faults = self.draft.examined(self._record(pending))[1]
        return faults[0] if faults else None

    def _record(self, pending: Pending) -> Record:
        """Return the record with the entry in its place, its keys in the order of the page."""
        record = copy.deepcopy(self.draft.record)
        entries = [*self.entries]
        ordered = {name: pending.entry[name] for name in self.shape.names if name in pending.entry}
        entries[pending.number : pending.number + 1] = [ordered]
        record[self.section] = entries
        return record

    def _drop(self, pending: Pending) -> None:
        self.say("  this entry is left out")
        clear_pending(self.draft.path, self.section)
        if pending.number >= len(self.entries):
            return
        left = [entry for number, entry in enumerate(self.entries) if number != pending.number]
        record = copy.deepcopy(self.draft.record)
        record[self.section] = left
        if not left:
            del record[self.section]
        self.save(record, (self.section, None))


def _offered(part: Question, entry: Mapping[str, Tree], today: str) -> str:
    """Return what an empty line takes: today, or the unit of the table for this drug or test."""
    if part.offer != "unit":
        return today if part.offer == "today" else ""
    name = str(entry.get(shape_of(part.section).names[0], ""))
    if part.section == s.LABS.name:
        row = load_table("labs/labs").find(id=name)
    else:
        row = load_table("doses/doses").find(treatment=name)
    return "" if row is None else row.text("unit")
