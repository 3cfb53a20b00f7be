"""A filled sheet: its rows, the dangers in it, and what they add to a record."""

from __future__ import annotations

import copy
import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise.appraise.red_flags import find_red_flags
from equipoise.apps.intake.draft import Record, Tree
from equipoise.apps.visit.sheet import FILLED, PHQ9, SAFETY, Field, Sheet, build_sheet, taken_now
from equipoise.core.answers import given
from equipoise.core.dates import IsoDate, check_date
from equipoise.core.errors import RecordError
from equipoise.core.nouns import Finding, RedFlag, ScaleAnswers, Timeline
from equipoise.core.tables import load_table

__all__ = ["Answers", "added", "dangers", "read_answers"]

LEFT_OUT: Final = "null"
FINDING: Final = "suicidal_ideation_active"
"""What the safety question of the sheet asks, in the words of `red_flags/findings`."""
_STATUS: Final = {"yes": "present", "talk": "unknown"}


@dataclass(frozen=True, slots=True)
class Answers:
    """The rows of a filled table: key, answer and row number; empty answers are left out."""

    path: Path
    rows: tuple[tuple[str, str, int], ...]

    def of(self, key: str) -> str:
        """Return the answer to `key`; empty where there is none."""
        return next((answer for name, answer, _ in self.rows if name == key), "")


def read_answers(path: Path) -> Answers:
    """Read a filled table.

    Parameters
    ----------
    path : Path
        CSV with the columns ``key`` and ``answer``; other columns are for the reader's eye.

    Returns
    -------
    Answers
        Not yet compared with any sheet.

    Raises
    ------
    RecordError
        If the file is no such table, or a question is answered twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError("the sheet cannot be read", where=str(path), got=str(error)) from None
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    if not {"key", "answer"} <= set(reader.fieldnames or ()):
        raise RecordError(
            "this is no filled sheet",
            where=str(path),
            allowed="CSV with the columns key and answer",
            todo="fill in the table of visit make, or what its page saved",
        )
    rows: list[tuple[str, str, int]] = []
    try:
        for number, row in enumerate(reader, 2):
            answer = " ".join((row["answer"] or "").split())
            if answer:
                rows.append(((row["key"] or "").strip(), answer, number))
    except csv.Error as error:
        raise RecordError("this is no CSV", where=str(path), got=str(error)) from None
    return Answers(path, tuple(rows))


def _phq9_items(answers: Answers, fields: dict[str, Field]) -> list[Tree]:
    """Return the items in order, left-out ones as such; empty where none was answered."""
    keys = [key for key in fields if key.startswith(f"{PHQ9}.") and key[len(PHQ9) + 1 :].isdigit()]
    items = [_option(fields[key], answers.of(key)) or LEFT_OUT for key in keys]
    return [*items] if set(items) != {LEFT_OUT} else []


def _option(field: Field, answer: str) -> str:
    """Return the value of a ticked answer, given by value or words; empty where it is neither."""
    folded = answer.casefold()
    for value, words in field.options:
        if folded in {value.casefold(), words.casefold()}:
            return value
    return ""


def dangers(answers: Answers, today: IsoDate) -> tuple[RedFlag, ...]:
    """Return the red flags that the answers raise by themselves, whatever the record says.

    Parameters
    ----------
    answers : Answers
        The filled sheet, faults included.
    today : str
        Day of the run.

    Returns
    -------
    tuple of RedFlag
        Emergencies first.
    """
    fields = {field.key: field for field in build_sheet(Timeline("0"), today).fields}
    items = _phq9_items(answers, fields)
    scales, findings = [], []
    if items:
        numbers = tuple(None if item == LEFT_OUT else int(str(item)) for item in items)
        scales.append(ScaleAnswers(PHQ9, today, numbers))
    said = answers.of(SAFETY)
    if said and _option(fields[SAFETY], said) != "no":
        status = _STATUS.get(_option(fields[SAFETY], said), "unknown")
        findings.append(Finding(FINDING, status, given(today)))
    told = Timeline("0", scales=given(tuple(scales)), findings=given(tuple(findings)))
    return find_red_flags(told)


def added(
    record: Record, timeline: Timeline, answers: Answers, today: IsoDate
) -> tuple[Record, list[str], list[str]]:
    """Return the record with the answers, what was added, and what could not be entered.

    Parameters
    ----------
    record : dict
        The record as text.
    timeline : Timeline
        The same record, read.
    answers : Answers
        The filled sheet.
    today : str
        Day of the run.

    Returns
    -------
    tuple
        The new record, lines about what was added, and lines for the clinician.

    Raises
    ------
    RecordError
        The first row that cannot be read, or that is about another person.
    """
    fields = _checked(build_sheet(timeline, today), answers, timeline.label)
    day = check_date(answers.of(FILLED), where=f"{answers.path}, key {FILLED}", today=today)
    adding = _Adding(copy.deepcopy(record), day)
    items = _phq9_items(answers, fields)
    if items:
        adding.scale(items, answers.of(f"{PHQ9}.difficulty"), fields)
    elif answers.of(f"{PHQ9}.difficulty"):
        adding.notes.append(
            "the PHQ-9 has no item answered: its question on difficulty is left out"
        )
    adding.safety(answers.of(SAFETY) and _option(fields[SAFETY], answers.of(SAFETY)))
    for row in load_table("checks/effects"):
        key = f"effect.{row.text('id')}"
        severity = _option(fields[key], answers.of(key))
        if severity:
            entry: Tree = {"effect": row.text("id"), "severity": severity, "date": day}
            adding.append("side_effects", entry)
    for number, trial in taken_now(timeline):
        key = f"missed.{trial.treatment}"
        adding.adherence(number, _option(fields[key], answers.of(key)), fields[key])
    for key in ("sleep", "note.matters", "note.questions"):
        if answers.of(key):
            adding.note(f"{fields[key].question} {answers.of(key)}")
    return adding.record, adding.told(), adding.notes


def _checked(sheet: Sheet, answers: Answers, label: str) -> dict[str, Field]:
    fields = {field.key: field for field in sheet.fields}
    seen: set[str] = set()
    if answers.of("label").removeprefix("sub-") != label:
        raise RecordError(
            "this is the sheet of another person, or of nobody",
            where=f"{answers.path}, key label",
            got=answers.of("label") or "no label",
            allowed=label,
            todo="find out whose sheet it is before anything else",
        )
    for key, answer, number in answers.rows:
        where = f"{answers.path} row {number}, key {key}"
        if key in seen:
            raise RecordError("this question is answered twice", where=where, todo="keep one row")
        seen.add(key)
        if key == "label":
            continue
        field = fields.get(key)
        if field is None:
            raise RecordError(
                "the sheet of this person has no such question",
                where=where,
                got=answer,
                todo="make a new sheet where the treatment has changed, or correct the key",
            )
        if field.options and not _option(field, answer):
            raise RecordError(
                "this answer is not on the sheet", where=where, got=answer, allowed=field.allowed
            )
    if not answers.of(FILLED):
        raise RecordError(
            "the day on which the sheet was filled in is needed",
            where=f"{answers.path}, key {FILLED}",
            allowed="a day such as 2026-03-02",
        )
    return fields


class _Adding:
    """A record while answers are added; what stands in it stays."""

    def __init__(self, record: Record, day: IsoDate) -> None:
        self.record, self.day = record, day
        self.notes: list[str] = []
        self._counts: dict[str, int] = {}

    def told(self) -> list[str]:
        """Return how many entries were added to each section."""
        return [f"{name} +{count}" for name, count in self._counts.items()]

    def append(self, section: str, entry: Tree) -> None:
        """Add an entry, unless the same one is there: a sheet may be read twice."""
        part = self.record.get(section)
        entries = part if isinstance(part, list) else []
        if entry in entries:
            return
        self.record[section] = [*entries, entry]
        self._counts[section] = self._counts.get(section, 0) + 1

    def note(self, text: str) -> None:
        """Add what the person said."""
        self.append("visit_notes", {"text": text, "date": self.day})

    def scale(self, items: list[Tree], difficulty: str, fields: dict[str, Field]) -> None:
        """Add the answers to the PHQ-9."""
        entry: dict[str, Tree] = {"scale": PHQ9, "date": self.day, "items": items}
        if difficulty:
            entry["extras"] = {"difficulty": _option(fields[f"{PHQ9}.difficulty"], difficulty)}
        self.append("scales", entry)

    def safety(self, said: str) -> None:
        """Add a yes as a finding; a no on paper rules nothing out and is only told."""
        if not said:
            self.notes.append("the safety question was left out: ask it")
            return
        if said == "no":
            self.note("Safety question of the sheet: no")
            return
        entry: dict[str, Tree] = {"finding": FINDING, "status": _STATUS[said], "date": self.day}
        part = self.record.get("findings")
        same_day = [
            one
            for one in (part if isinstance(part, list) else [])
            if isinstance(one, dict)
            and one.get("finding") == FINDING
            and one.get("date") == self.day
            and one.get("status") != entry["status"]
        ]
        if same_day:
            self.note(f"Safety question of the sheet: {said}")
            self.notes.append(
                f"the record has another answer about {FINDING} on {self.day}: ask again; the "
                "sheet's answer stands in visit_notes"
            )
            return
        self.append("findings", entry)

    def adherence(self, number: int, said: str, field: Field) -> None:
        """Write how a treatment was taken where the record does not know; else tell it."""
        part = self.record["treatments"]
        trial = part[number] if isinstance(part, list) else None
        if not said or not isinstance(trial, dict):
            return
        before = trial.get("adherence", "unknown")
        if before == "unknown":
            trial["adherence"] = said
            self._counts["adherence"] = self._counts.get("adherence", 0) + 1
        elif before != said:
            self.note(f"{field.question} {dict(field.options)[said]}")
            self.notes.append(
                f"{field.key.partition('.')[2]}: the record says adherence {before}, the sheet "
                f"{said}; the record was not changed, the answer stands in visit_notes"
            )
