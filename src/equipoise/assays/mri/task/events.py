"""The events of a task run, as BIDS writes them: onset, duration, trial type; seconds.

Onsets count from the first volume of the run. What cannot be sure is refused with its line: an
onset outside the run (often milliseconds, or a run that was cut), a negative duration, a missing
column. Rows without a trial type are passed over; amplitudes are not used.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise.core.errors import RecordingError

__all__ = ["Event", "Events", "read_events"]

_NEEDED: Final = ("onset", "duration", "trial_type")
_AMPLITUDES: Final = ("modulation", "modulator", "amplitude", "weight")
_MISSING: Final = ("n/a", "nan", "")


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One event: onset and duration in seconds, and its trial type."""

    onset: float
    duration: float
    trial_type: str


@dataclass(frozen=True, slots=True)
class Events:
    """The events of a run.

    Parameters
    ----------
    events : tuple of Event
        By onset.
    notes : tuple of str
        What a reader should know, one sentence each.
    """

    events: tuple[Event, ...]
    notes: tuple[str, ...] = ()

    @property
    def types(self) -> tuple[str, ...]:
        """Trial types, sorted."""
        return tuple(sorted({event.trial_type for event in self.events}))

    def of(self, trial_types: tuple[str, ...]) -> tuple[Event, ...]:
        """Return the events of some trial types."""
        return tuple(event for event in self.events if event.trial_type in trial_types)

    def instant(self, trial_types: tuple[str, ...]) -> bool:
        """Return whether the events of some trial types have no duration.

        Raises
        ------
        RecordingError
            If some of them have one and others have none: their sizes cannot be compared.
        """
        without = {event.duration == 0 for event in self.of(trial_types)}
        if len(without) > 1:
            raise RecordingError(
                "some events of the contrast have a duration and others have none",
                got=", ".join(trial_types),
                todo="give every event its duration",
            )
        return without == {True}


def read_events(path: str, name: str, length: float) -> Events:
    """Read an events file.

    Parameters
    ----------
    path : str
        The TSV file.
    name : str
        File name for messages.
    length : float
        Length of the run in seconds.

    Returns
    -------
    Events
        At least one event.

    Raises
    ------
    RecordingError
        If the file is missing or no table, lacks a column, or a row lies outside the run.
    """
    header, rows = _rows(path, name)
    lacking = [column for column in _NEEDED if column not in header]
    if lacking:
        raise RecordingError(
            f"the events file lacks the columns {', '.join(lacking)}",
            where=name,
            got=", ".join(header),
            allowed=", ".join(_NEEDED),
        )
    onset, duration, kind = (header.index(column) for column in _NEEDED)
    found: list[Event] = []
    for number, row in enumerate(rows, start=2):
        where = f"{name} line {number}"
        if len(row) != len(header):
            raise RecordingError(
                "the row has another number of cells than the header",
                where=where,
                got=str(len(row)),
                allowed=str(len(header)),
            )
        if row[kind].strip().lower() not in _MISSING:
            event = Event(
                _number(row[onset], f"{where} column onset"),
                _number(row[duration], f"{where} column duration"),
                row[kind].strip(),
            )
            _check(event, where, length)
            found.append(event)
    if not found:
        raise RecordingError("the events file holds no event with a trial type", where=name)
    return Events(tuple(sorted(set(found))), _notes(found, header, length))


def _rows(path: str, name: str) -> tuple[list[str], list[list[str]]]:
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except FileNotFoundError as error:
        raise RecordingError("the events file is missing", where=name) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError("the events file is no table of text", where=name) from error
    header, *body = rows or [[]]
    if not body:
        raise RecordingError("the events file is empty", where=name)
    return [column.strip() for column in header], [row for row in body if row]


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise RecordingError(
            "this is no time", where=where, got=repr(text[:40]), allowed="seconds, as a number"
        )
    return value


def _check(event: Event, where: str, length: float) -> None:
    if not 0 <= event.onset < length:
        raise RecordingError(
            "the onset lies outside the run",
            where=f"{where} column onset",
            got=f"{event.onset:g}",
            allowed=f"0 to {length:g} s from the first volume",
            todo="check that onsets are in seconds and belong to this run",
        )
    if event.duration < 0:
        raise RecordingError(
            "the duration is negative",
            where=f"{where} column duration",
            got=f"{event.duration:g}",
            allowed="seconds, 0 or more",
        )


def _notes(found: list[Event], header: list[str], length: float) -> tuple[str, ...]:
    notes = []
    repeated = len(found) - len(set(found))
    if repeated:
        notes.append(f"{repeated} rows of the events stand twice and count once")
    late = sum(event.onset + event.duration > length for event in found)
    if late:
        notes.append(f"{late} events last beyond the end of the run and are cut there")
    ignored = [column for column in header if column.lower() in _AMPLITUDES]
    if ignored:
        notes.append(f"the events hold amplitudes ({', '.join(ignored)}), which were ignored")
    return tuple(notes)
