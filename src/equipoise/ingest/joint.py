"""Two sources of one person side by side: what both say, and where they contradict each other."""

from __future__ import annotations

import datetime as dt
from typing import Final, TypeVar

from equipoise.core.answers import Answer
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.errors import InputError, RecordError
from equipoise.core.tables import setting

__all__ = ["OTHERS", "Joint", "near"]

OTHERS: Final = "others_not_asked"
"""Stands among the implants of a bundle: a kind that no rule knows, so that none is absent."""

T = TypeVar("T")


class Joint:
    """Compares answers of a record with those of a bundle and keeps the contradictions.

    Parameters
    ----------
    record, bundle : str
        Names of the files.
    """

    def __init__(self, record: str, bundle: str) -> None:
        self.record, self.bundle = record, bundle
        self.faults: list[InputError] = []

    def clash(self, name: str, got: str, lines: tuple[int, int]) -> None:
        """Note a contradiction; `lines` are a line of the record and a place in the bundle."""
        line = f" line {lines[0]}" if lines[0] > 0 else ""
        entry = f" Bundle.entry[{-lines[1] - 1}].resource" if lines[1] < 0 else ""
        self.faults.append(
            RecordError(
                "the record and the bundle contradict each other",
                where=f"{self.record}{line}, field {name}",
                got=f"{got}; the bundle: {self.bundle}{entry}",
                todo="find out which one is right, and correct the other",
            )
        )

    def one(
        self, mine: Answer[T], theirs: Answer[T], name: str, lines: tuple[int, int]
    ) -> Answer[T]:
        """Return the answer that either gives; two different ones are a contradiction.

        Parameters
        ----------
        mine, theirs : Answer
            Of the record and of the bundle.
        name : str
            Field, for messages.
        lines : tuple of int
            Line of the record, and place in the bundle.

        Returns
        -------
        Answer
            That of the record where both agree.
        """
        if mine.value is None:
            return theirs if theirs.value is not None or mine.status == "not_asked" else mine
        if theirs.value is not None and theirs.value != mine.value:
            self.clash(name, f"{mine.value}, and {theirs.value}", lines)
        return mine

    def day(
        self,
        mine: Answer[IsoDate],
        theirs: Answer[IsoDate],
        name: str,
        lines: tuple[int, int],
    ) -> Answer[IsoDate]:
        """Return a day; days further apart than an order is from its first dose contradict.

        Parameters
        ----------
        mine, theirs : Answer
            Of the record and of the bundle.
        name : str
            Field, for messages.
        lines : tuple of int
            Line of the record, and place in the bundle.

        Returns
        -------
        Answer
            That of the record where both agree.
        """
        if mine.value is None or theirs.value is None:
            return mine if mine.value is not None else self.one(mine, theirs, name, lines)
        if not near(mine.value, theirs.value):
            self.clash(name, f"{mine.value}, and {theirs.value}", lines)
        return mine


def near(one: IsoDate, other: IsoDate) -> bool:
    """Return whether two days can mean the same within the allowed distance."""
    slack = dt.timedelta(days=setting("fhir_join_days"))
    return earliest(one) - latest(other) <= slack and earliest(other) - latest(one) <= slack
