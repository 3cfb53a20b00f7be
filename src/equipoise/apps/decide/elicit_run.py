"""What `equipoise decide elicit` does: asks, writes a sheet, or reads a filled one."""

from __future__ import annotations

from pathlib import Path

from equipoise.apps.decide.elicit import Wishes, block, block_text, build_wishes
from equipoise.apps.decide.elicit_answers import read_wishes, table_text
from equipoise.apps.decide.elicit_dialogue import ask_wishes
from equipoise.apps.decide.elicit_page import wishes_page
from equipoise.apps.files import write_sheet, write_text
from equipoise.apps.intake.draft import Draft, open_draft
from equipoise.apps.intake.terminal import open_terminal
from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError, OutputError

__all__ = ["ask", "make_paper", "read_paper"]

Swings = dict[str, float]
Goal = tuple[Path | None, Path | None, bool]
"""Record, new file, and whether the record itself is written."""


def make_paper(person: Path | None, out: Path, today: IsoDate) -> str:
    """Write the sheet as a page, and beside it as a table to fill in.

    Parameters
    ----------
    person : Path or None
        A record, to ask only what differs for this person.
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
    wishes = build_wishes(person, today)
    table = write_sheet(out, wishes_page(wishes), table_text(wishes))
    return f"{out} and {table} are written"


def read_paper(answers: Path, goal: Goal, today: IsoDate) -> str:
    """Read a filled sheet.

    Parameters
    ----------
    answers : Path
        A filled table, or YAML.
    goal : tuple
        Where the result goes.
    today : str
        Day of the run.

    Returns
    -------
    str
        The section of the record, or where it was written.

    Raises
    ------
    InputError
        If an answer cannot be; then nothing is written.
    """
    wishes = build_wishes(goal[0], today)
    swings, day = read_wishes(answers, wishes)
    return _kept(swings, day, goal, wishes)


def ask(goal: Goal, today: IsoDate) -> str:
    """Ask on the terminal.

    Parameters
    ----------
    goal : tuple
        Where the result goes.
    today : str
        Day of the run.

    Returns
    -------
    str
        The section of the record, or where it was written.

    Raises
    ------
    InputError
        If the record is not sound.
    """
    _free(goal[1])
    wishes = build_wishes(goal[0], today)
    terminal = open_terminal()
    swings = ask_wishes(wishes, terminal)
    if swings is None:
        return "Stopped: nothing was kept."
    if not swings:
        return _unchanged(goal)
    try:
        return f"\n{_kept(swings, today, goal, wishes)}"
    except InputError:
        # Nobody should have to answer twice because a place could not be written.
        terminal.say(f"\n{block_text(swings, today)}")
        raise


def _unchanged(goal: Goal) -> str:
    """Say that nothing was written: no answer is no wish to forget older answers."""
    person, out, save = goal
    place = f"; {person} stays as it is" if save else f"; {out} is not written" if out else ""
    return f"\nNo weight was given{place}."


def _free(out: Path | None) -> None:
    if out is not None and out.suffix not in {".yaml", ".yml"}:
        raise OutputError(
            "the result is a .yaml file", where=str(out), todo="name a .yaml file for --out"
        )
    if out is not None and out.exists():
        raise OutputError(
            "this file is there already", where=str(out), todo="name another file for --out"
        )


def _kept(swings: Swings, day: IsoDate, goal: Goal, wishes: Wishes) -> str:
    person, out, save = goal
    _free(out)
    if person is None or not (out or save):
        text = block_text(swings, day)
        if out is None:
            return text.rstrip("\n")
        write_text(out, text)
        return f"{out} is written"
    draft = open_draft(person, wishes.made)
    before = draft.record.get("preferences", "")
    record = {**draft.record, "preferences": block(swings, day, before)}
    if out is not None:
        draft = Draft(out, wishes.made, draft.record, None)
    copied = draft.kept_copy()
    draft.write(record)
    note = f"; comments and layout are not kept: the file as it was is {copied}" if copied else ""
    return f"{draft.path}: preferences of {day}{note}"
