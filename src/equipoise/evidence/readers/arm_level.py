"""One row an arm of a trial: people with the outcome of all people, or mean and sd."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise.core.errors import InputError
from equipoise.evidence.readers.labels import StudyLines, apart
from equipoise.evidence.readers.sheet import Reading, SheetRow, open_sheet
from equipoise.evidence.readers.taken import (
    ABOVE_ZERO,
    ANY,
    COUNT,
    PEOPLE,
    Exclusion,
    Origin,
    Taken,
    take,
)

__all__ = ["ArmColumns", "EventArms", "MeanArms", "read_event_arms", "read_mean_arms"]

TWICE: Final = "this treatment stands twice in this study"
APART: Final = (
    "give two trials of one name names of their own; put two arms of one trial together or give "
    "them treatments of their own"
)


@dataclass(frozen=True, slots=True)
class ArmColumns:
    """Names of the columns of an arm: `events` and `total`, or `mean`, `sd` and `total`."""

    study: str
    treatment: str
    total: str
    events: str | None = None
    mean: str | None = None
    sd: str | None = None


@dataclass(frozen=True, slots=True)
class EventArms:
    """Arms with counts, one entry each, in the order of the file.

    Parameters
    ----------
    studies, treatments : tuple of str
        Labels.
    events, totals : tuple of float
        People with the outcome, and all people.
    lines : tuple of int
        Where each arm stands.
    excluded : tuple of Exclusion
        Rows without a value.
    origin : Origin
        The file.
    apart : tuple of StudyLines
        Studies in use whose rows do not all stand next to each other.
    """

    studies: tuple[str, ...]
    treatments: tuple[str, ...]
    events: tuple[float, ...]
    totals: tuple[float, ...]
    lines: tuple[int, ...]
    excluded: tuple[Exclusion, ...]
    origin: Origin
    apart: tuple[StudyLines, ...] = ()


@dataclass(frozen=True, slots=True)
class MeanArms:
    """Arms with means, one entry each, in the order of the file; otherwise as for counts."""

    studies: tuple[str, ...]
    treatments: tuple[str, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    totals: tuple[float, ...]
    lines: tuple[int, ...]
    excluded: tuple[Exclusion, ...]
    origin: Origin
    apart: tuple[StudyLines, ...] = ()


Arm = tuple[str, str, tuple[float, ...], int]


def read_event_arms(path: Path, columns: ArmColumns, reading: Reading) -> EventArms:
    """Read arms with people and people who had the outcome.

    Parameters
    ----------
    path : Path
        CSV file.
    columns : ArmColumns
        With `events`.
    reading : Reading
        What the user said about the file.

    Returns
    -------
    EventArms
        Only arms that lack nothing; the others are told as excluded.

    Raises
    ------
    InputError
        If a cell is wrong, more people had the outcome than there were, or a treatment stands
        twice in a study or is spelled in two ways.
    """
    names = {
        "study": columns.study,
        "treatment": columns.treatment,
        "events": columns.events or "",
        "n": columns.total,
    }
    taken = _taken(path, names, ("events", "n"), reading)
    arms, excluded = _arms(taken, _counts)
    events, totals = zip(*(arm[2] for arm in arms), strict=True)
    studies, treatments, lines = _labels(arms)
    return EventArms(
        *(studies, treatments, events, totals, lines, excluded, taken.origin),
        apart=_apart(taken, lines),
    )


def read_mean_arms(path: Path, columns: ArmColumns, reading: Reading) -> MeanArms:
    """Read arms with people, mean and standard deviation of their scores.

    Parameters
    ----------
    path : Path
        CSV file.
    columns : ArmColumns
        With `mean` and `sd`.
    reading : Reading
        What the user said about the file.

    Returns
    -------
    MeanArms
        Only arms that lack nothing; the others are told as excluded.

    Raises
    ------
    InputError
        If a cell is wrong, or a treatment stands twice in a study or is spelled in two ways.
    """
    names = {
        "study": columns.study,
        "treatment": columns.treatment,
        "mean": columns.mean or "",
        "sd": columns.sd or "",
        "n": columns.total,
    }
    taken = _taken(path, names, ("mean", "sd", "n"), reading)
    arms, excluded = _arms(taken, _scores)
    means, sds, totals = zip(*(arm[2] for arm in arms), strict=True)
    studies, treatments, lines = _labels(arms)
    return MeanArms(
        *(studies, treatments, means, sds, totals, lines, excluded, taken.origin),
        apart=_apart(taken, lines),
    )


def _taken(path: Path, names: dict[str, str], numeric: tuple[str, ...], reading: Reading) -> Taken:
    sheet = open_sheet(path, tuple(names.values()), reading)
    taken = take(sheet, names, numeric, reading.decimal)
    taken.check_spellings("treatment")
    return taken


def _apart(taken: Taken, lines: tuple[int, ...]) -> tuple[StudyLines, ...]:
    return apart(((taken.text(row, "study"), row.line) for row in taken.sheet.rows), lines)


def _counts(taken: Taken, row: SheetRow) -> tuple[float, ...]:
    total = taken.number(row, "n", PEOPLE)
    events = taken.number(row, "events", COUNT)
    if events > total:
        name = taken.columns["n"]
        allowed = f"at most {name}, which is {total:g}"
        raise taken.fault(row, "events", "more people with the outcome than people", allowed)
    return events, total


def _scores(taken: Taken, row: SheetRow) -> tuple[float, ...]:
    return (
        taken.number(row, "mean", ANY),
        taken.number(row, "sd", ABOVE_ZERO),
        taken.number(row, "n", PEOPLE),
    )


def _arms(
    taken: Taken, numbers: Callable[[Taken, SheetRow], tuple[float, ...]]
) -> tuple[list[Arm], tuple[Exclusion, ...]]:
    """Return the arms that lack nothing, and what was left out."""
    arms: list[Arm] = []
    excluded = []
    seen: dict[tuple[str, str], int] = {}
    for row in taken.sheet.rows:
        study, treatment = taken.text(row, "study"), taken.text(row, "treatment")
        lack = taken.lacking(row, study or None)
        # A second row of the same arm is wrong even where one of the two lacks a number.
        key = (study, treatment)
        if study and treatment and key in seen:
            where = f"study {study}, treatment {treatment}, first on line {seen[key]}"
            raise taken.fault(row, "treatment", f"{TWICE} ({where})", todo=APART)
        seen[key] = row.line
        if lack is not None:
            excluded.append(lack)
            continue
        arms.append((study, treatment, numbers(taken, row), row.line))
    if not arms:
        raise InputError(
            "every row lacks a value", where=str(taken.sheet.path), got=f"{len(excluded)} rows"
        )
    return arms, tuple(excluded)


def _labels(arms: list[Arm]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...]]:
    studies, treatments, _, lines = zip(*arms, strict=True)
    return studies, treatments, lines
