"""What is asked, in which order and when: the rows of `tables/intake/questions`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from equipoise.apps.intake.draft import Record, Tree
from equipoise.core.errors import TableError
from equipoise.core.tables import Row, load_table
from equipoise.ingest import schema as s

__all__ = [
    "HEADS",
    "Question",
    "applies",
    "entry_questions",
    "questions",
    "section_names",
    "shape_of",
]

QUESTIONS: Final = "intake/questions"
FINDINGS: Final = "red_flags/findings"
HEADS: Final = {key.name: key for key in s.HEAD}
_SHAPES: Final = {shape.name: shape for shape in s.SECTIONS}


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Parameters
    ----------
    section : str
        Section of the record, or a key of its head.
    name : str
        Key of the section; empty where the section itself is asked for.
    finding : str
        Id of the finding that is asked for; empty for all other questions.
    ask : str
        The question in plain words.
    why : str
        Why it is asked.
    when : str
        When it applies; empty for always.
    fill : str
        What is filled in without asking; empty for nothing.
    offer : str
        What is offered and taken with an empty line; empty for nothing.
    """

    section: str
    name: str
    finding: str
    ask: str
    why: str
    when: str
    fill: str
    offer: str

    @property
    def key(self) -> s.Key[Any]:
        """Return the key of the record that the answer belongs to."""
        if self.finding:
            return s.FINDING_STATUS
        if self.section in HEADS:
            return HEADS[self.section]
        shape = shape_of(self.section)
        name = self.name or shape.names[0]
        return next(key for key in shape.keys if key.name == name)

    @property
    def repeated(self) -> bool:
        """Return whether a whole list is asked for."""
        return not self.name and not self.finding and self.section in _SHAPES


def shape_of(section: str) -> s.Shape:
    """Return the shape of a section of the record."""
    return _SHAPES[section]


def section_names() -> tuple[str, ...]:
    """Return the names of the sections in the order in which they are first asked."""
    return tuple(dict.fromkeys(question.section for question in questions()))


def questions() -> tuple[Question, ...]:
    """Return all questions but those inside entries of lists, in the order of asking."""
    rows = list(load_table(QUESTIONS))
    own = {row.text("key") for row in rows}
    return tuple(one for row in rows if not _inside(row) for one in _expanded(row, own))


def entry_questions(section: str) -> tuple[Question, ...]:
    """Return the questions about one entry of a list, in the order of asking."""
    return tuple(
        _question(row, section, row.text("key").partition(".")[2])
        for row in load_table(QUESTIONS)
        if _inside(row) and row.text("key").startswith(f"{section}.")
    )


def _inside(row: Row) -> bool:
    section, _, name = row.text("key").partition(".")
    return bool(name) and section != s.FINDINGS.name and shape_of(section).repeated


def _expanded(row: Row, own: set[str]) -> Iterator[Question]:
    key = row.text("key")
    if not key.startswith(s.FINDINGS.name):
        section, _, name = key.partition(".")
        yield _question(row, section, name)
        return
    group = key.partition(":")[2]
    for found in load_table(FINDINGS):
        name = found.text("id")
        alone = f"{s.FINDINGS.name}.{name}"
        if key == alone or (group == found.text("kind") and alone not in own):
            yield _finding(row, found)


def _finding(row: Row, found: Row) -> Question:
    asked = row.optional_text("ask") or f"{found.text('title')}? [{found.text('question')}]"
    question = _question(row, s.FINDINGS.name, "")
    return Question(
        question.section, "", found.text("id"), asked, question.why, question.when, "", ""
    )


def _question(row: Row, section: str, name: str) -> Question:
    optional = [
        row.optional_text(column) or "" for column in ("ask", "why", "when", "fill", "offer")
    ]
    return Question(section, name, "", *optional)


def applies(question: Question, record: Record, entry: Mapping[str, Tree]) -> bool:
    """Return whether a question applies, as far as is known.

    Parameters
    ----------
    question : Question
        Its `when` is a list of terms joined by ``and``: ``key=word,word``, ``key!=word``,
        ``key given``, ``key missing``. A key with a point names a section of the record, one
        without a point the entry.
    record : dict
        The record so far.
    entry : Mapping
        The entry so far.

    Returns
    -------
    bool
        What is not known never makes ``!=`` false.
    """
    return all(_holds(term.strip(), record, entry) for term in question.when.split(" and ") if term)


def _holds(term: str, record: Record, entry: Mapping[str, Tree]) -> bool:
    for word, wanted in ((" given", True), (" missing", False)):
        if term.endswith(word):
            held = _value(term.removesuffix(word), record, entry)
            return (held not in {"", "unknown"}) is wanted
    for sign in ("!=", "="):
        name, found, words = term.partition(sign)
        if found:
            return (_value(name, record, entry) in words.split(",")) is (sign == "=")
    raise TableError("this condition cannot be read", where=f"table {QUESTIONS}", got=term)


def _value(name: str, record: Record, entry: Mapping[str, Tree]) -> str:
    section, _, part = name.partition(".")
    if name == "treatment.kind":
        row = load_table("treatments/treatments").find(id=str(entry.get("treatment", "")))
        return "drug" if row is None else row.text("kind")
    if name == "scale.extras":
        rows = load_table("scales/extras")
        return "yes" if rows.find(scale=str(entry.get("scale", ""))) else ""
    held: Tree | None = entry.get(name)
    if part:
        of_section = record.get(section)
        held = of_section.get(part) if isinstance(of_section, dict) else None
    if isinstance(held, str):
        return held
    return "several" if held else ""
