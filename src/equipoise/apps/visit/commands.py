"""What the `equipoise visit` commands do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from equipoise import ingest
from equipoise.apps.files import write_sheet
from equipoise.apps.intake.alarm import alarm_lines
from equipoise.apps.intake.draft import Draft, open_draft
from equipoise.apps.visit.answers import added, dangers, read_answers
from equipoise.apps.visit.page import page_text, table_text
from equipoise.apps.visit.sheet import build_sheet
from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError, OutputError

__all__ = ["make_sheet", "read_sheet"]


def make_sheet(person: Path, out: Path, today: IsoDate) -> str:
    """Write the sheet of a person as a page and as a table.

    Parameters
    ----------
    person : Path
        The record.
    out : Path
        An ``.html`` file; the table takes the same name.
    today : str
        Day of the run.

    Returns
    -------
    str
        What was written.

    Raises
    ------
    InputError
        If the record is not sound, or the name is not that of a page.
    """
    sheet = build_sheet(ingest.read_person(person, today=today), today)
    table = write_sheet(out, page_text(sheet), table_text(sheet))
    return f"{out} and {table} are written for sub-{sheet.label}"


def read_sheet(
    person: Path, filled: Path, out: Path | None, today: IsoDate, warn: Callable[[str], None]
) -> str:
    """Add the answers of a filled sheet to a record.

    Parameters
    ----------
    person : Path
        The record.
    filled : Path
        The filled table.
    out : Path or None
        A new record; None to add to `person`.
    today : str
        Day of the run.
    warn : Callable
        Told of dangers before anything else, and of what could not be entered.

    Returns
    -------
    str
        What was added.

    Raises
    ------
    InputError
        If a row cannot be read, or the sheet is another person's; then nothing is written.
    """
    sheet = read_answers(filled)
    # Whoever filled it in, and whatever else is wrong with it: danger is told first.
    for line in alarm_lines(dangers(sheet, today)):
        warn(line)
    if out is not None and out.exists():
        raise OutputError(
            "this file is there already", where=str(out), todo="name another file for --out"
        )
    draft = open_draft(person, today)
    if draft.timeline is None:
        raise InputError("there is no such record", where=str(person))
    record, told, notes = added(draft.record, draft.timeline, sheet, today)
    for line in notes:
        warn(line)
    if out is not None:
        draft = Draft(out, today, draft.record, None)
    copied = draft.kept_copy()
    if copied is not None:
        warn(f"comments and layout are not kept: the file as it was is {copied}")
    draft.write(record)
    return f"{draft.path}: {', '.join(told) if told else 'nothing new'}"
