"""Age and sex from the ``participants.tsv`` of a dataset, for people without a record of their own.

A record has the word where it says something; a table that says something else is refused, since
one of the two is of somebody else. Codes are not guessed: a cell that cannot be read gives nothing.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from equipoise.core.answers import Answer, given
from equipoise.core.errors import InputError, RecordError
from equipoise.core.nouns import Demographics, InputDigest, Timeline
from equipoise.core.tables import setting

__all__ = ["Participant", "read_participant_row", "with_participant"]

_FILE: Final = "participants.tsv"
_ID: Final = "participant_id"
_AGE: Final = "age"
_SEX: Final = "sex"
_SEXES: Final = {"f": "female", "female": "female", "m": "male", "male": "male"}
_YEARS: Final = frozenset({"", "a", "y", "yr", "yrs", "year", "years"})
_MISSING: Final = frozenset({"", "n/a", "na", "nan"})
_T = TypeVar("_T", str, float)


@dataclass(frozen=True, slots=True)
class Participant:
    """What the table of participants says of one person.

    Parameters
    ----------
    where : str
        File and line.
    age : float or None
        Years; None where it is missing or cannot be read.
    sex : str or None
        ``female`` or ``male``; None where it is neither, missing or a code.
    unread : tuple of str
        Cells that hold something that cannot be read, one clause each.
    source : InputDigest
        Of the row.
    """

    where: str
    age: float | None
    sex: str | None
    unread: tuple[str, ...]
    source: InputDigest


def read_participant_row(dataset: Path, label: str) -> Participant | None:
    """Read one person's row of ``participants.tsv``.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.
    label : str
        BIDS label without ``sub-``.

    Returns
    -------
    Participant or None
        None where there is no such table, or it has no row of this person.

    Raises
    ------
    InputError
        If the person stands twice, with different cells.
    """
    path = dataset / _FILE
    header, rows = _rows(path)
    names = [name.strip().casefold() for name in header]
    if _ID not in names:
        return None
    place = names.index(_ID)
    mine = [
        (line, row)
        for line, row in rows
        if len(row) == len(header) and row[place].strip().removeprefix("sub-") == label
    ]
    if not mine:
        return None
    line, row = mine[0]
    where = f"{path} line {line}"
    other = next((at for at, cells in mine if cells != row), None)
    if other is not None:
        raise InputError(
            "the participant stands twice", where=where, got=f"sub-{label} again on line {other}"
        )
    cells = {name: cell.strip() for name, cell in zip(names, row, strict=True)}
    age, sex = _age(cells.get(_AGE, ""), _unit(dataset)), _SEXES.get(cells.get(_SEX, "").casefold())
    told = ((_AGE, age), (_SEX, sex))
    unread = tuple(
        f"{name} {cells[name]!r} cannot be read"
        for name, value in told
        if value is None and cells.get(name, "").casefold() not in _MISSING
    )
    digest = hashlib.sha256("\t".join(row).encode("utf-8")).hexdigest()
    return Participant(where, age, sex, unread, InputDigest(f"{_FILE} row sub-{label}", digest))


def with_participant(timeline: Timeline, dataset: Path, record: Path | None) -> Timeline:
    """Fill in age and sex from the table of participants where the record does not say them.

    Parameters
    ----------
    timeline : Timeline
        Of one person.
    dataset : Path
        Root of the dataset.
    record : Path or None
        The person's record, for messages.

    Returns
    -------
    Timeline
        As given where the table says nothing more.

    Raises
    ------
    InputError
        If record and table contradict each other.
    """
    told = read_participant_row(dataset, timeline.label)
    if told is None or (told.age is None and told.sex is None):
        return timeline
    known = timeline.demographics
    spot = f"{record or timeline.label} demographics"
    same_age = known.age_years.value is None or told.age is None
    # Ages of completed years and ages with a fraction are the same within a year.
    same_age = same_age or abs(known.age_years.or_else(0.0) - (told.age or 0.0)) < 1
    if not same_age:
        raise _contradiction(told, f"{_AGE} {told.age:g}", f"{spot}: {known.age_years.value:g}")
    if known.sex.value is not None and told.sex not in (None, known.sex.value):
        raise _contradiction(told, f"{_SEX} {told.sex}", f"{spot}: {known.sex.value}")
    filled = Demographics(_filled(known.sex, told.sex), _filled(known.age_years, told.age))
    if filled == known:
        return timeline
    return replace(timeline, demographics=filled, sources=(*timeline.sources, told.source))


def _filled(answer: Answer[_T], told: _T | None) -> Answer[_T]:
    return answer if answer.known or told is None else given(told)


def _contradiction(told: Participant, here: str, there: str) -> RecordError:
    return RecordError(
        "the table of participants and the person's record contradict each other",
        where=told.where,
        got=f"{here}; {there}",
        todo="find out which one is right, and whether both are of this person",
    )


def _age(text: str, unit: str) -> float | None:
    """Return an age in years; None where it is none, or the unit is another one."""
    try:
        age = float(text)
    except ValueError:
        return None
    plausible = setting("ingest_age_min") <= age <= setting("ingest_age_max")
    return age if math.isfinite(age) and plausible and unit in _YEARS else None


def _unit(dataset: Path) -> str:
    """Return the unit of age that ``participants.json`` names; empty where it names none."""
    try:
        said: Any = json.loads((dataset / "participants.json").read_text(encoding="utf-8-sig"))
        unit = said.get(_AGE, {}).get("Units", "")
    except (OSError, ValueError, AttributeError, RecursionError):
        return ""
    return str(unit).strip().casefold()


def _rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return header and rows with their lines; nothing where there is no readable table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, ValueError, csv.Error):
        return [], []
    header, *body = rows or [[]]
    return header, list(enumerate(body, start=2))
