"""The studies of a network as a fit needs them: checked, and grouped by their number of arms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Codes = NDArray[np.intp]
    Mask = NDArray[np.bool_]

__all__ = [
    "Column",
    "NetworkData",
    "NetworkError",
    "Place",
    "StudyBlock",
    "coded",
    "connected_parts",
    "grouped_rows",
    "row_labels",
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input something stands.

    Parameters
    ----------
    study : str
        Label of the study.
    rows : tuple of int
        Rows of the input, counted from 0.
    field : str
        Name of the argument at fault.
    """

    study: str
    rows: tuple[int, ...]
    field: str


class NetworkError(InputError):
    """Rows of a network that cannot be used without a guess.

    Parameters
    ----------
    what : str
        What was wrong, in one clause.
    place : Place
        Study, rows (from 0) and argument; a reader of files puts file, line and column there.
    got, allowed, todo : str, optional
        As in :class:`~equipoise.core.errors.EquipoiseError`.
    """

    def __init__(
        self, what: str, place: Place, *, got: str = "", allowed: str = "", todo: str = ""
    ) -> None:
        self.place = place
        rows = ", ".join(map(str, place.rows))
        noun = "row" if len(place.rows) == 1 else "rows"
        where = f"study {place.study}, {noun} {rows} (from 0), {place.field}"
        super().__init__(what, where=where, got=got, allowed=allowed, todo=todo)


@dataclass(frozen=True, slots=True, eq=False)
class StudyBlock:
    """All studies with the same number of arms, a.

    Parameters
    ----------
    study : ndarray of int, shape (n,)
        Index into `NetworkData.studies`.
    arms : ndarray of int, shape (n, a)
        Index into `NetworkData.treatments`, rising within a study.
    contrasts : ndarray, shape (n, a - 1)
        Every other arm minus the first.
    covariance : ndarray, shape (n, a - 1, a - 1)
        Sampling covariance of the contrasts, which share the first arm.
    """

    study: Codes
    arms: Codes
    contrasts: Array
    covariance: Array


@dataclass(frozen=True, slots=True, eq=False)
class NetworkData:
    """What a fit needs of the studies of a network, and what was left out.

    Parameters
    ----------
    measure : {"log_odds_ratio", "mean_difference", "standardised_mean_difference", "contrast"}
        What is compared.
    treatments : tuple of str
        Sorted.
    studies : tuple of str
        Those in use, in the order of the input.
    blocks : tuple of StudyBlock
        The studies, grouped by number of arms.
    excluded : tuple of (str, str)
        Study and reason.
    corrected : tuple of str
        Studies with an empty cell, to whose every arm one half was added.
    lost : tuple of str
        Treatments that stand in excluded studies only.
    """

    measure: str
    treatments: tuple[str, ...]
    studies: tuple[str, ...]
    blocks: tuple[StudyBlock, ...]
    excluded: tuple[tuple[str, str], ...] = ()
    corrected: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def incidence(self) -> Array:
        """Return 1 where a study (row) has a treatment (column), else 0."""
        found = np.zeros((len(self.studies), len(self.treatments)))
        for block in self.blocks:
            found[block.study[:, None], block.arms] = 1.0
        return found

    def comparisons(self) -> dict[tuple[str, str], int]:
        """Return the number of studies that compare two treatments, by pair in sorted order."""
        found = self.incidence()
        counts = found.T @ found
        return {
            (self.treatments[i], self.treatments[j]): int(counts[i, j])
            for i, j in combinations(range(len(self.treatments)), 2)
            if counts[i, j]
        }

    def parts(self) -> tuple[tuple[str, ...], ...]:
        """Return the connected parts of the network: one if it can be fitted."""
        return tuple(
            tuple(self.treatments[i] for i in part) for part in connected_parts(self.incidence())
        )


def connected_parts(incidence: Array) -> list[list[int]]:
    """Return the treatments of each connected part of a network.

    Parameters
    ----------
    incidence : ndarray, shape (k, t)
        1 where a study (row) has a treatment (column), else 0.

    Returns
    -------
    list of list of int
        Indices in rising order; a treatment without a study is a part of its own.
    """
    adjacent = incidence.T @ incidence > 0
    left = set(range(incidence.shape[1]))
    parts = []
    while left:
        reached = np.zeros(incidence.shape[1], dtype=np.bool_)
        reached[min(left)] = True
        size = 0
        while reached.sum() > size:
            size = int(reached.sum())
            reached |= adjacent[reached].any(axis=0)
        parts.append([int(i) for i in np.flatnonzero(reached)])
        left -= set(parts[-1])
    return parts


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One numeric column of the input.

    Parameters
    ----------
    field : str
        Name of the argument.
    values : ndarray, shape (rows,)
        The numbers.
    studies : sequence of str
        Label of the study of each row.
    """

    field: str
    values: Array
    studies: Sequence[str]

    @classmethod
    def read(cls, field: str, values: Sequence[float] | Array, studies: Sequence[str]) -> Column:
        """Return the column; refuse another length than that of `studies`, and what is no number.

        Raises
        ------
        InputError
            If the length differs; NetworkError at the first value that is missing or infinite.
        """
        _same_length(field, len(values), len(studies))
        found = cls(field, np.asarray(values, dtype=np.float64), studies)
        found.refuse(~np.isfinite(found.values), "no number", "a finite number")
        return found

    def refuse(self, bad: Mask, what: str, allowed: str) -> None:
        """Raise NetworkError at the first row that is `bad`."""
        if bad.any():
            row = int(np.argmax(bad))
            place = Place(self.studies[row], (row,), self.field)
            raise NetworkError(what, place, got=f"{self.values[row]:g}", allowed=allowed)

    def refuse_all_but_counts(self, least: int) -> None:
        """Raise NetworkError at the first value that is not a whole number >= `least`."""
        whole = self.values == np.round(self.values)
        allowed = f"a whole number of {least} or more"
        self.refuse(~whole, "no count of people", allowed)
        self.refuse(self.values < least, "too few people", allowed)


def _same_length(field: str, got: int, wanted: int) -> None:
    if got != wanted:
        raise InputError(
            "the columns differ in length", where=field, got=str(got), allowed=str(wanted)
        )


def row_labels(
    field: str, labels: Sequence[str], studies: Sequence[str] | None = None
) -> list[str]:
    """Return the labels of a column as text.

    Parameters
    ----------
    field : str
        Name of the argument.
    labels : sequence of str
        One for each row.
    studies : sequence of str, optional
        Study of each row; by default `labels` are the studies themselves.

    Returns
    -------
    list of str
        As given.

    Raises
    ------
    InputError
        If there is no row, the length differs from that of `studies`, or a label is empty.
    """
    found = [str(label) for label in labels]
    if not found:
        raise InputError("a network without a row", where=field)
    if studies is not None:
        _same_length(field, len(found), len(studies))
    for row, label in enumerate(found):
        if not label.strip():
            study = studies[row] if studies is not None else "?"
            raise NetworkError("an empty label", Place(study, (row,), field), allowed="a name")
    return found


def coded(labels: Sequence[str]) -> tuple[tuple[str, ...], Codes]:
    """Return the distinct labels in order of appearance, and for each row the index into them."""
    index: dict[str, int] = {}
    codes = np.array([index.setdefault(label, len(index)) for label in labels], dtype=np.intp)
    return tuple(index), codes


def grouped_rows(study: Codes, treatment: Codes) -> list[Codes]:
    """Return the rows of the arms of each study, studies grouped by number of arms.

    Parameters
    ----------
    study, treatment : ndarray of int, shape (rows,)
        Study and treatment of each arm.

    Returns
    -------
    list of ndarray of int, shape (n, a)
        One for each number of arms a; treatments rise within a row.
    """
    order = np.lexsort((treatment, study))
    ordered = study[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, len(ordered)])
    return [
        order[starts[sizes == size][:, None] + np.arange(size)]
        for size in sorted(set(sizes.tolist()))
    ]
