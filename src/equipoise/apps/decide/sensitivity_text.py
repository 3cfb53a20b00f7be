"""The sensitivity run as text: what would change the answer first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any, Final

from equipoise.core.tables import load_table

__all__ = ["sensitivity_text"]

WIDTH: Final = 100
SHOWN: Final = 10
FEW: Final = 4
HUNDRED: Final = 100


def sensitivity_text(document: dict[str, Any]) -> str:
    """Return the run as text.

    Parameters
    ----------
    document : dict
        As :func:`equipoise.apps.decide.sensitivity.sensitivity` returns it.

    Returns
    -------
    str
        The numbers that change the first choice, those that change the tie group only, those that
        move a chance most, and how many change nothing.
    """
    lines = [f"How far the answer for {document['label']} hangs on numbers of the model"]
    if document["first_choice"] is None:
        return "\n".join([*lines, "", *_wrapped(document["sentence"])])
    tied = len(document["tie_group"])
    lines += _wrapped(
        f"First by expected utility: {_title(document['first_choice'])}; tied with it: {tied - 1}. "
        f"{document['runs']} runs, each with one number at one end of its range."
    )
    rows = document["rows"]
    first = [row for row in rows if row["changes_first_choice"]]
    group = [row for row in rows if row not in first and _changes_group(row)]
    lines += _block("Change the first choice", (f"{_named(r)}: {_now(r)}" for r in first))
    lines += _block("Change only who is tied with it", (f"{_named(r)}: {_who(r)}" for r in group))
    plans = (f"{_named(r)}: first is {r['first_plan']}" for r in rows if r["changes_first_plan"])
    lines += _block("Change the first plan of the year", plans)
    lines += _block("Move a chance most", (f"{_named(r)}: {_moved(r)}" for r in _most(rows)))
    refused = (f"{_named(row)}: {row['refused']}" for row in rows if row["refused"])
    lines += _block("Ends that other tables do not allow", refused, quiet=True)
    still = sum(not (row["largest_change"] or _changes(row)) for row in rows)
    lines += ["", f"{still} of {document['runs']} runs change nothing at all."]
    return "\n".join(lines)


def _changes(row: dict[str, Any]) -> bool:
    changed = row["changes_first_choice"] or row["changes_first_plan"] or row["refused"]
    return bool(changed or _changes_group(row))


def _changes_group(row: dict[str, Any]) -> bool:
    return bool(row["joined_tie_group"] or row["left_tie_group"])


def _most(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    moving = [row for row in rows if row["largest_change"]]
    return sorted(moving, key=lambda row: -abs(row["largest_change"]["difference"]))[:SHOWN]


def _named(row: dict[str, Any]) -> str:
    column = "" if row["column"] == "value" else f" {row['column']}"
    return f"{row['row']}{column} {row['before']} to {row['after']}"


def _now(row: dict[str, Any]) -> str:
    said = f"first is {_title(row['first_choice'])}"
    return f"{said}; {_who(row)}" if _changes_group(row) else said


def _who(row: dict[str, Any]) -> str:
    parts = (("joins", row["joined_tie_group"]), ("leaves", row["left_tie_group"]))
    return "; ".join(f"{what} {_few(names)}" for what, names in parts if names)


def _few(names: list[str]) -> str:
    shown = [_title(name) for name in names[:FEW]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _moved(row: dict[str, Any]) -> str:
    most = row["largest_change"]
    layer = "" if most["layer"] == "established" else ", unproven research"
    points = HUNDRED * most["difference"]
    return f"{_title(most['treatment'])}, {most['outcome']}, {points:+.0f} of 100{layer}"


def _title(treatment: str) -> str:
    row = load_table("treatments/treatments").find(id=treatment)
    return treatment if row is None else row.text("title")


def _block(heading: str, entries: Iterable[str], *, quiet: bool = False) -> list[str]:
    told = [line for entry in entries for line in _wrapped(entry, "  ")]
    if not told:
        return [] if quiet else ["", f"{heading}: none"]
    return ["", heading, *told]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    "[: len(indent) * 2]
    )
