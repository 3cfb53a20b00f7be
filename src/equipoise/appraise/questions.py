"""Questions that a rule asks of a record, and their three-valued answers.

A question is a row of a rule table: what answers it (a coded condition, a finding, an implant, a
laboratory value, an item of a scale), and for whom it holds (sex, age). The answer is ``yes``,
``no`` or ``unknown``; what a record does not say is never ``no``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from equipoise.core.tables import Row

__all__ = ["Limits", "Question", "Reply", "Truth", "read_question"]

Truth = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a record says to a question.

    Parameters
    ----------
    truth : {"yes", "no", "unknown"}
        The answer.
    evidence : str
        The fields that it rests on, with their dates.
    asked : bool
        Whether the record itself says "unknown".
    missing : str
        The filter (age, sex) that is not known, where the rest says yes.
    applies : bool
        False where the question is not meant for this person.
    """

    truth: Truth
    evidence: str = ""
    asked: bool = False
    missing: str = ""
    applies: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """A laboratory test and the values that answer yes: above, from, below (any of them)."""

    test: str
    unit: str
    above: float | None
    at_least: float | None
    below: float | None

    def crossed(self, value: float) -> bool:
        """Return whether `value`, in `unit`, answers yes."""
        return (
            (self.above is not None and value > self.above)
            or (self.at_least is not None and value >= self.at_least)
            or (self.below is not None and value < self.below)
        )

    def words(self, value: float | None) -> str:
        """Return the limit that `value` crosses, in words after a comma; else nothing."""
        if value is None or not self.crossed(value):
            return ""
        if self.above is not None and value > self.above:
            return f", above {self.above:g}"
        if self.at_least is not None and value >= self.at_least:
            return f", at or above {self.at_least:g}"
        return f", below {self.below:g}"


@dataclass(frozen=True, slots=True)
class Question:
    """What a rule asks; each field is a column of the rule tables, empty where it is not asked.

    `findings[0]` is the finding that has to be absent for a "no"; the others can only answer yes.
    `settled_by` says whose "no" is enough: of ``all`` sources, of ``any``, or of the one it names.
    An item without `item_from` asks whether the item was left out.
    """

    conditions: tuple[str, ...]
    also_resolved: bool
    findings: tuple[str, ...]
    implants: tuple[str, ...]
    near_head_only: bool
    pregnancy: tuple[str, ...]
    specifiers: tuple[str, ...]
    limits: Limits | None
    scale: str | None
    item: int
    item_from: float | None
    item_to: float | None
    adherence: bool
    sex: str | None
    age_from: float | None
    age_below: float | None
    given_conditions: tuple[str, ...]
    settled_by: str


def read_question(row: Row) -> Question:
    """Return the question of a row of a rule table."""
    test = row.optional_text("lab")
    limits = None
    if test is not None:
        limits = Limits(
            test,
            row.text("lab_unit"),
            row.optional_number("lab_above"),
            row.optional_number("lab_from"),
            row.optional_number("lab_below"),
        )
    return Question(
        conditions=row.items("conditions"),
        also_resolved=row.cells["also_resolved"] == "true",
        findings=row.items("findings"),
        implants=row.items("implants"),
        near_head_only=row.cells["near_head_only"] == "true",
        pregnancy=row.items("pregnancy"),
        specifiers=row.items("specifiers"),
        limits=limits,
        scale=row.optional_text("scale"),
        item=int(row.optional_number("scale_item") or 0),
        item_from=row.optional_number("item_from"),
        item_to=row.optional_number("item_to"),
        adherence=row.cells.get("adherence") == "true",
        sex=row.optional_text("sex"),
        age_from=row.optional_number("age_from"),
        age_below=row.optional_number("age_below"),
        given_conditions=row.items("given_conditions"),
        settled_by=row.text("settled_by"),
    )
