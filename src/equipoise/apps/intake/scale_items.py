"""The answers to a rating scale, item by item, kept together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from equipoise.apps.intake.dialogue import Asked, Back, Dialogue
from equipoise.apps.intake.draft import Draft, Record, Tree
from equipoise.apps.intake.pending import Pending, save_pending
from equipoise.apps.intake.questions import Question
from equipoise.apps.intake.reading import told
from equipoise.apps.intake.terminal import Terminal
from equipoise.core.errors import InputError, RecordError
from equipoise.core.scale_rules import ScaleExtra, ScaleItem, read_scale
from equipoise.core.tables import load_table
from equipoise.ingest import schema as s
from equipoise.ingest.fields import UNKNOWN

__all__ = ["ItemDialogue", "item_texts"]

PHQ9: Final = "phq9"
LEFT_OUT: Final = "null"


def item_texts(scale: str) -> tuple[str, ...]:
    """Return the wording of the items of a scale; empty where no wording is shipped."""
    if scale != PHQ9:
        return ()
    rows = [row for row in load_table("intake/phq9") if row.text("part") == "item"]
    return tuple(row.text("text") for row in sorted(rows, key=lambda row: row.number("number")))


def _answers(scale: str, item: ScaleItem) -> str:
    """Return the points of the answers with their words, or the range alone."""
    if scale == PHQ9:
        rows = [row for row in load_table("intake/phq9") if row.text("part") == "answer"]
        return ", ".join(f"{row.text('number')} {row.text('text').lower()}" for row in rows)
    turned = ", as it is scored: the form asks the other way round" if item.reversed_on_form else ""
    return f"{item.minimum} to {item.maximum}{turned}"


def _wording(scale: str, extra: ScaleExtra) -> tuple[str, tuple[str, ...]]:
    """Return question and answers of a further question, of the PHQ-9 in its own words."""
    rows = [row for row in load_table("intake/phq9") if row.text("part").startswith(extra.id)]
    if scale != PHQ9 or not rows:
        return f"{extra.title}?", extra.words
    asked = next(row for row in rows if row.text("part") == extra.id)
    answers = sorted((r for r in rows if r is not asked), key=lambda row: row.number("number"))
    return asked.text("text"), tuple(row.text("text").lower() for row in answers)


class ItemDialogue(Dialogue):
    """Asks for the items of one scale.

    Parameters
    ----------
    draft : Draft
        The record.
    terminal : Terminal
        Who answers.
    question : Question
        The one that asks for the items.
    """

    def __init__(self, draft: Draft, terminal: Terminal, question: Question) -> None:
        super().__init__(draft, terminal)
        self.question = question

    def run(self, pending: Pending, placed: Callable[[Pending], Record]) -> None:
        """Ask for every item; `total` leaves the items out.

        Parameters
        ----------
        pending : Pending
            The entry; its items are kept after every answer.
        placed : Callable
            Returns the record with the entry in its place.
        """
        scale = str(pending.entry[s.SCALE_ID.name])
        rules = read_scale(scale).items
        count = len(rules)
        texts = item_texts(scale) or ("",) * count
        held = pending.entry.get(s.ITEMS.name)
        before = [str(item) for item in held] if isinstance(held, list) else []
        while len(pending.items) < count:
            number = len(pending.items)
            text = f"Item {number + 1} of {count}{': ' if texts[number] else ''}{texts[number]}"
            present = before[number] if before else ""
            allowed = _answers(scale, rules[number])
            allowed += "; skip where it was left out; total for the total alone"
            try:
                typed = self.answer(Asked(self.question, text, allowed, present))
            except Back:
                if not pending.items:
                    raise
                pending.items.pop()
                continue
            if typed.casefold() == s.TOTAL.name:
                pending.items = []
                pending.entry.pop(s.ITEMS.name, None)
                return
            item = LEFT_OUT if typed in {"skip", UNKNOWN, "none"} else (typed or present)
            fault = _out_of(rules[number], item) or self._fault(item, count, pending, placed)
            if fault is not None:
                self.say(f"  {told(fault)}")
                continue
            pending.items.append(item)
            save_pending(self.draft.path, pending)
        pending.entry[s.ITEMS.name] = [*pending.items]
        pending.entry.pop(s.TOTAL.name, None)
        pending.items = []

    def run_extras(self, pending: Pending) -> None:
        """Ask the questions beside the items, kept together under their names.

        Parameters
        ----------
        pending : Pending
            The entry; it is kept after every answer.
        """
        held = pending.entry.get(s.EXTRA.name)
        found: dict[str, Tree] = dict(held) if isinstance(held, dict) else {}
        for extra in read_scale(str(pending.entry[s.SCALE_ID.name])).extras:
            numbers = range(extra.minimum, extra.maximum + 1)
            text, words = _wording(str(pending.entry[s.SCALE_ID.name]), extra)
            pairs = zip(numbers, words, strict=False)
            allowed = ", ".join(f"{number} {word}" for number, word in pairs)
            allowed = allowed or f"{extra.minimum} to {extra.maximum}"
            present = str(found.get(extra.id, ""))
            while True:
                typed = self.answer(Asked(self.question, text, allowed, present))
                if typed in {"skip", UNKNOWN, "none"}:
                    found.pop(extra.id, None)
                    break
                typed = typed or present
                if typed in {str(number) for number in numbers}:
                    found[extra.id] = typed
                    break
                self.say(f"  this is no answer; got {typed!r}; allowed: {allowed}")
            if found:
                pending.entry[s.EXTRA.name] = dict(found)
            else:
                pending.entry.pop(s.EXTRA.name, None)
            save_pending(self.draft.path, pending)

    def _fault(
        self, item: str, count: int, pending: Pending, placed: Callable[[Pending], Record]
    ) -> InputError | None:
        """Let the reader of records judge the answers so far, the others left out."""
        items = [*pending.items, item]
        entry: dict[str, Tree] = {
            **pending.entry,
            s.ITEMS.name: [*items, *([LEFT_OUT] * (count - len(items)))],
        }
        tried = Pending(pending.section, pending.number, entry)
        return self.fault_of(placed(tried), (pending.section, pending.number))


def _out_of(rule: ScaleItem, item: str) -> InputError | None:
    """Return why an answer is out of the range of its own item, or None."""
    whole = item.removeprefix("-").isdecimal() and item.isascii()
    if not whole or rule.minimum <= int(item) <= rule.maximum:
        return None
    return RecordError(
        f"answer {rule.number} is out of range",
        got=item,
        allowed=f"{rule.minimum} to {rule.maximum}, or skip where it was left out",
    )
