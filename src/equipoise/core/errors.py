"""The errors that Equipoise raises.

::

    EquipoiseError          a fault of ours, exit code 1
    +-- InputError          bad input or usage, exit code 2
        +-- RecordError     a clinical record: field, line, what is allowed
        +-- UnitError       a unit that is missing, unknown or of another dimension
        +-- RecordingError  a scan or signal file
        +-- TableError      a knowledge table, shipped or of the site
        +-- OutputError     a place that cannot be written

"Cannot tell" is not an error: it is a :class:`~equipoise.core.nouns.NotMeasured`.
"""

from __future__ import annotations

__all__ = [
    "EquipoiseError",
    "InputError",
    "OutputError",
    "RecordError",
    "RecordingError",
    "TableError",
    "UnitError",
]

_SHOWN = 200


class EquipoiseError(Exception):
    """A fault of Equipoise itself.

    Parameters
    ----------
    what : str
        What was wrong, in one clause.
    where : str, optional
        File, row and field.
    got : str, optional
        What was found there.
    allowed : str, optional
        What would have been accepted.
    todo : str, optional
        What the reader can do about it.

    Notes
    -----
    The message is always one line: ``where: what; got ...; allowed: ...; do: ...``. What was got
    is cut after 200 characters.
    """

    exit_code = 1

    def __init__(
        self, what: str, *, where: str = "", got: str = "", allowed: str = "", todo: str = ""
    ) -> None:
        self.what, self.where, self.got, self.allowed, self.todo = what, where, got, allowed, todo
        super().__init__(self.line())

    def line(self) -> str:
        """Return the message as one line of text."""
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        parts += [f"got {_shortened(self.got)}"] if self.got else []
        parts += [f"allowed: {self.allowed}"] if self.allowed else []
        parts += [self.todo] if self.todo else []
        return " ".join("; ".join(parts).split())


def _shortened(text: str) -> str:
    """Return `text`, cut where a whole damaged line would stand in the message."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


class InputError(EquipoiseError):
    """Input or usage that cannot be accepted (exit code 2)."""

    exit_code = 2


class RecordError(InputError):
    """A clinical record that is wrong: the message names field and line."""


class UnitError(InputError):
    """A unit that is missing, unknown or of another dimension."""


class RecordingError(InputError):
    """A scan or signal file that is missing, damaged or of an unknown space."""


class TableError(InputError):
    """A knowledge table that does not fit its schema."""


class OutputError(InputError):
    """A place that cannot be written."""
