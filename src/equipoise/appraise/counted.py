"""Signs and symptoms that are counted: so many of a group, in every group of a set.

A set is met only if that is certain, and not met only if even everything that is not known could
not make it; else it cannot be told. Each member is a question of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from equipoise.appraise.questions import Question, Reply, Truth, questions_of
from equipoise.core.nouns import Timeline
from equipoise.core.tables import Row, load_table

__all__ = ["SIGNS", "SPECIFIERS", "Count", "GroupCount", "Member", "Sources", "count", "tables_of"]

Ask = Callable[[Question, Timeline], Reply]
_TURNED: Final[dict[Truth, Truth]] = {"yes": "no", "no": "yes", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Sources:
    """The table of the groups, and that of their members."""

    groups: str
    members: str


SIGNS: Final = Sources("red_flags/groups", "red_flags/signs")
SPECIFIERS: Final = Sources("checks/groups", "checks/specifiers")


@dataclass(frozen=True, slots=True)
class Member:
    """One sign or symptom: whether it holds, and on what evidence."""

    id: str
    title: str
    groups: tuple[str, ...]
    holds: Truth
    reply: Reply


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many members of a group hold, and how many could."""

    id: str
    title: str
    at_least: int
    members: tuple[Member, ...]

    def number(self, truth: Truth) -> int:
        """Return how many members hold (``yes``), do not (``no``) or are not known."""
        return sum(member.holds == truth for member in self.members)

    @property
    def truth(self) -> Truth:
        """Whether enough members hold."""
        if self.number("yes") >= self.at_least:
            return "yes"
        return "no" if self.number("yes") + self.number("unknown") < self.at_least else "unknown"


@dataclass(frozen=True, slots=True)
class Count:
    """A set with its groups."""

    set: str
    groups: tuple[GroupCount, ...]
    members: tuple[Member, ...]

    @property
    def truth(self) -> Truth:
        """Whether every group has enough members."""
        truths = {group.truth for group in self.groups}
        if "no" in truths or not truths:
            return "no"
        return "unknown" if "unknown" in truths else "yes"

    def evidence(self) -> str:
        """Return what speaks for the set, each statement once."""
        told = (m.reply.evidence for m in self.members if m.holds == "yes" and m.reply.evidence)
        return "; ".join(dict.fromkeys(told))

    def reply(self) -> Reply:
        """Return the answer of the set as that of one question."""
        asked = any(m.reply.asked and m.holds == "unknown" for m in self.members)
        open_sign = self.truth == "unknown" and asked
        return Reply(self.truth, self.evidence(), asked=open_sign)

    def still_open(self) -> tuple[str, ...]:
        """Return the members that are not known and could still decide, by title."""
        return tuple(
            dict.fromkeys(
                member.title
                for group in self.groups
                if group.truth == "unknown"
                for member in group.members
                if member.holds == "unknown"
            )
        )


def tables_of(name: str) -> Sources:
    """Return where the set of a red flag stands: its own signs, or a specifier's."""
    return SIGNS if load_table(SIGNS.groups).find(set=name) else SPECIFIERS


def count(name: str, tables: Sources, timeline: Timeline, ask: Ask) -> Count:
    """Count the members of a set.

    Parameters
    ----------
    name : str
        Id of the set.
    tables : Sources
        Where its groups and members stand.
    timeline : Timeline
        The record.
    ask : callable
        Answers the question of a member.

    Returns
    -------
    Count
        With one group for each row of the set, in table order.
    """
    rows = (pair for pair in questions_of(tables.members) if pair[0].cells["set"] == name)
    members = tuple(_member(row, question, timeline, ask) for row, question in rows)
    groups = (row for row in load_table(tables.groups) if row.cells["set"] == name)
    return Count(name, tuple(_group(row, members) for row in groups), members)


def _group(row: Row, members: Iterable[Member]) -> GroupCount:
    name = row.text("id")
    mine = tuple(member for member in members if name in member.groups)
    return GroupCount(name, row.text("title"), int(row.number("at_least")), mine)


def _member(row: Row, question: Question, timeline: Timeline, ask: Ask) -> Member:
    """Ask for one member; a danger that is not known to be absent counts where its row says so."""
    reply = ask(question, timeline)
    holds = _TURNED[reply.truth] if row.cells["negated"] == "true" else reply.truth
    if holds == "unknown" and row.cells["unknown_counts"] == "true":
        holds = "yes"
    return Member(
        row.text("id"),
        row.text("title"),
        row.items("groups"),
        holds,
        reply,
    )
