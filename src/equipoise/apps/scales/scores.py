"""Scores of many people as a table: `id, total, <subscales>, band, standard_error, status`."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from equipoise.apps.scales.reading import read_answers
from equipoise.core.errors import InputError
from equipoise.core.scale_rules import ScaleRules, find_scale, read_scale
from equipoise.core.scoring import ScaleScore, score
from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from equipoise.assays.scales.crosswalk import Crosswalk

__all__ = ["Scored", "known_scale", "score_file"]

CONVERTED: Final = ("converted", "converted_low", "converted_high", "converted_error")
TALLY: Final = ("complete", "prorated", "incomplete")


@dataclass(frozen=True, slots=True)
class Scored:
    """The table of scores as text, and what the reader is told about it."""

    table: str
    words: tuple[str, ...]


def known_scale(name: str) -> ScaleRules:
    """Return the scale that a user names.

    Raises
    ------
    InputError
        If no scale has the name.
    """
    found = find_scale(name)
    if found is None:
        ids = ", ".join(row.text("id") for row in load_table("scales/scales"))
        raise InputError("no such rating scale", where="NAME", got=name, allowed=ids)
    return read_scale(found)


def score_file(path: Path, rules: ScaleRules, crosswalk: Crosswalk | None = None) -> Scored:
    """Score a table of answers.

    The table of scores is returned only when every row could be read: a row that cannot be
    accepted leaves nothing behind.

    Parameters
    ----------
    path : Path
        CSV of answers.
    rules : ScaleRules
        The scale.
    crosswalk : Crosswalk, optional
        Adds the columns of another scale, for display.

    Returns
    -------
    Scored
        CSV text and messages.

    Raises
    ------
    InputError
        With file, row and field.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    parts = tuple(part.id for part in rules.parts)
    more = CONVERTED if crosswalk else ()
    writer.writerow(("id", "total", *parts, "band", "standard_error", "status", *more))
    statuses: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    for row in read_answers(path, rules):
        found = score(row.answers)
        statuses[found.status] += 1
        notes.update(found.notes)
        writer.writerow((row.id, *_cells(found), *_converted(found, crosswalk)))
    return Scored(out.getvalue(), _words(rules, statuses, notes, crosswalk))


def _cells(found: ScaleScore) -> tuple[str, ...]:
    parts = tuple(_number(value) for _, value in found.parts)
    ends = (found.band or "", _number(found.standard_error), found.status)
    return (_number(found.total), *parts, *ends)


def _converted(found: ScaleScore, crosswalk: Crosswalk | None) -> tuple[str, ...]:
    if crosswalk is None:
        return ()
    if found.total is None:
        return ("",) * len(CONVERTED)
    other = crosswalk.convert(found.total, found.standard_error)
    values = (other.value, other.low, other.high, other.standard_error)
    return tuple(map(_number, values))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _words(
    rules: ScaleRules,
    statuses: Counter[str],
    notes: Counter[str],
    crosswalk: Crosswalk | None,
) -> tuple[str, ...]:
    tally = ", ".join(f"{statuses[name]} {name}" for name in TALLY)
    words = [f"{rules.row.text('title')}: {statuses.total()} rows, {tally}"]
    if rules.has_total and rules.standard_error is None:
        words.append("the standard error is not known: no source gives a reliability of this scale")
    words += [f"{many} rows: {note}" for note, many in sorted(notes.items())]
    note = rules.row.optional_text("note")
    words += [note] if note else []
    words += [crosswalk.caution] if crosswalk else []
    return tuple(words)
