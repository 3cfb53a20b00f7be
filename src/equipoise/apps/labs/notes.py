"""What of an entry is said beside its value, what once for several, and what only in the JSON.

A panel has twenty values, and nearly all of them are as they should be: what only explains a
number (no error known, a bound, an assay that nobody wrote down) makes no note of its own.
"""

from __future__ import annotations

from typing import Any, Final

from equipoise.core.prepared import prepared
from equipoise.core.tables import Table, load_table

__all__ = ["asked_once", "flags_to_note", "is_noted", "questions_to_note"]

QUIET: Final = ("the standard error is not known", "reported as ")
"""How the flags begin that explain a number and ask for nothing."""
QUIET_ASKED: Final = (
    "the assay is not recorded",
    "whether the person had fasted is not recorded: the norm",
)
"""How the questions begin that no limit hangs on; with those of `labs/conditions` without one."""
Entry = dict[str, Any]


def flags_to_note(entry: Entry) -> list[str]:
    """Return the flags of an entry that say something of the person."""
    return [flag for flag in entry["flags"] if not flag.startswith(QUIET)]


def questions_to_note(entry: Entry) -> list[str]:
    """Return the questions that decide how the value is read."""
    return [asked for asked in entry["questions"] if not _is_quiet(asked)]


def is_noted(entry: Entry) -> bool:
    """Return whether a value has a note of its own."""
    return bool(flags_to_note(entry) or questions_to_note(entry) or entry["set_aside"])


def asked_once(entries: list[Entry]) -> dict[str, list[str]]:
    """Return what to ask about several values, each question with the titles that it is of.

    Parameters
    ----------
    entries : list of dict
        Of the document, in their order.

    Returns
    -------
    dict of str to list of str
        In the order of the values.
    """
    found: dict[str, list[str]] = {}
    for entry in entries:
        for asked in entry["questions"]:
            if _is_quiet(asked):
                titles = found.setdefault(asked, [])
                titles += [] if entry["title"] in titles else [entry["title"]]
    return found


def _is_quiet(asked: str) -> bool:
    return asked.startswith(QUIET_ASKED) or asked in prepared(load_table("labs/conditions"), _open)


def _open(table: Table) -> frozenset[str]:
    """Return what is asked whatever the value is, so that no limit hangs on it."""
    rows = (row for row in table if row.optional_number("unknown_above") is None)
    return frozenset(filter(None, (row.optional_text("unknown") for row in rows)))
