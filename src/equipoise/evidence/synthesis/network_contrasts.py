"""Networks from contrasts: a difference and its standard error, a row for each pair of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from equipoise.evidence.synthesis.network_blocks import (
    Column,
    NetworkData,
    NetworkError,
    Place,
    StudyBlock,
    row_labels,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.evidence.synthesis.network_blocks import Array

    Numbers = Sequence[float] | NDArray[np.float64]
    Rows = dict[tuple[str, str], int]

__all__ = ["from_contrasts"]

# The contrasts of a trial may fail to close by a tenth of its smallest standard error: what
# rounding does, and too little to move a result.
CLOSING_SHARE = 10.0
SINGULAR = 1e-10


def from_contrasts(
    studies: Sequence[str],
    treat1: Sequence[str],
    treat2: Sequence[str],
    te: Numbers,
    se: Numbers,
) -> NetworkData:
    """Return a network from differences between treatments and their standard errors.

    Parameters
    ----------
    studies, treat1, treat2 : sequence of str, length rows
        Study and the two treatments.
    te, se : sequence of float, length rows
        Effect of `treat1` minus that of `treat2`, and its standard error.

    Returns
    -------
    NetworkData
        Of a study with a arms all a(a-1)/2 contrasts are needed: from their variances v follow the
        covariances of the contrasts against arm i, cov(j, k) = (v_ij + v_ik - v_jk) / 2.

    Raises
    ------
    NetworkError
        If a number is not there, a standard error is not above 0, a treatment is compared with
        itself, a contrast stands twice in a study or is missing in one with more than two arms,
        the differences of a study do not add up (by more than a tenth of its smallest standard
        error), or its standard errors belong to no covariance matrix.
    InputError
        If the columns differ in length.

    Notes
    -----
    Differences that close up to rounding are replaced by the nearest ones (least squares) that
    close exactly, so that no arm is preferred.

    References
    ----------
    Franchini et al 2012, Res Synth Methods 3:142 (covariances from all variances of a trial);
    Rücker and Schwarzer 2014, Stat Med 33:4353.
    """
    labels = row_labels("studies", studies)
    first, second = row_labels("treat1", treat1, labels), row_labels("treat2", treat2, labels)
    effect, error = Column.read("te", te, labels), Column.read("se", se, labels)
    error.refuse(error.values <= 0, "no standard error", "a number above 0")
    by_study = _rows_by_study(labels, first, second)
    by_size: dict[int, list[_Trial]] = {}
    for number, (study, rows) in enumerate(by_study.items()):
        trial = _Trial(study, number, tuple(sorted({name for pair in rows for name in pair})), rows)
        _refuse_missing(trial)
        by_size.setdefault(len(trial.arms), []).append(trial)
    names = tuple(sorted({*first, *second}))
    index = {name: i for i, name in enumerate(names)}
    lower = np.array([a < b for a, b in zip(first, second, strict=True)])
    signed = np.where(lower, effect.values, -effect.values)
    blocks = tuple(
        _block(by_size[size], index, signed, error.values**2) for size in sorted(by_size)
    )
    return NetworkData("contrast", names, tuple(by_study), blocks)


@dataclass(frozen=True, slots=True)
class _Trial:
    """One study: its arms in sorted order, and the row of each pair of them."""

    study: str
    number: int
    arms: tuple[str, ...]
    rows: Rows

    def place(self, field: str) -> Place:
        """Return where the study stands."""
        return Place(self.study, tuple(sorted(self.rows.values())), field)


def _rows_by_study(
    labels: Sequence[str], first: Sequence[str], second: Sequence[str]
) -> dict[str, Rows]:
    """Return of each study the row of each pair; refuse a pair with itself or twice."""
    by_study: dict[str, Rows] = {}
    for row, (study, one, two) in enumerate(zip(labels, first, second, strict=True)):
        if one == two:
            raise NetworkError(
                "a treatment compared with itself", Place(study, (row,), "treat2"), got=two
            )
        rows = by_study.setdefault(study, {})
        pair = (one, two) if one < two else (two, one)
        if rows.setdefault(pair, row) != row:
            raise NetworkError(
                "the same contrast twice in one study",
                Place(study, (rows[pair], row), "treat1"),
                got=f"{one} against {two}",
                todo="leave one out, or give two trials two labels",
            )
    return by_study


def _refuse_missing(trial: _Trial) -> None:
    missing = [pair for pair in combinations(trial.arms, 2) if pair not in trial.rows]
    if missing:
        size = len(trial.arms)
        raise NetworkError(
            f"a study of {size} treatments needs all {size * (size - 1) // 2} contrasts",
            trial.place("treat1"),
            got=f"{len(trial.rows)}; without {missing[0][0]} against {missing[0][1]}",
            todo="add what is missing, or give two trials two labels",
        )


def _block(
    trials: Sequence[_Trial], index: Mapping[str, int], effect: Array, variance: Array
) -> StudyBlock:
    """Return the contrasts against the first arm of trials with equally many arms."""
    pairs = list(combinations(range(len(trials[0].arms)), 2))
    rows = np.array([[t.rows[t.arms[i], t.arms[j]] for i, j in pairs] for t in trials])
    i, j = np.array(pairs).T
    shape = (len(trials), len(trials[0].arms), len(trials[0].arms))
    difference, spread = np.zeros(shape), np.zeros(shape)
    difference[:, i, j], difference[:, j, i] = effect[rows], -effect[rows]
    spread[:, i, j] = spread[:, j, i] = variance[rows]
    _refuse_gaps(trials, difference, np.sqrt(variance[rows].min(axis=1)))
    level = difference.mean(axis=2)
    first = spread[:, 1:, 0]
    covariance = (first[:, :, None] + first[:, None, :] - spread[:, 1:, 1:]) / 2
    _refuse_singular(trials, covariance)
    return StudyBlock(
        np.array([trial.number for trial in trials], dtype=np.intp),
        np.array([[index[name] for name in trial.arms] for trial in trials], dtype=np.intp),
        level[:, 1:] - level[:, :1],
        covariance,
    )


def _refuse_gaps(trials: Sequence[_Trial], difference: Array, least: Array) -> None:
    """Refuse a trial in which going from i to j and on to k is not going from i to k."""
    along = difference[:, :, :, None] + difference[:, None, :, :]
    gap = np.abs(along - difference[:, :, None, :])
    bad = np.argwhere(CLOSING_SHARE * gap > least[:, None, None, None])
    if len(bad):
        number, *arms = bad[0].tolist()
        trial = trials[number]
        one, two, three = (trial.arms[arm] for arm in arms)
        missed = gap[tuple(bad[0])]
        raise NetworkError(
            "the differences of a study do not add up",
            trial.place("te"),
            got=f"{one} - {two} and {two} - {three} miss {one} - {three} by {missed:.3g}",
            allowed=f"at most {least[number] / CLOSING_SHARE:.3g}, a tenth of its smallest se",
        )


def _refuse_singular(trials: Sequence[_Trial], covariance: Array) -> None:
    """Refuse a trial whose standard errors belong to no covariance matrix."""
    values = np.linalg.eigvalsh(covariance)
    bad = values[:, 0] <= SINGULAR * values[:, -1]
    if bad.any():
        trial = trials[int(np.argmax(bad))]
        raise NetworkError(
            "the standard errors of a study cannot belong to one trial: "
            "the covariance matrix that follows from them is not positive definite",
            trial.place("se"),
            todo="take them from the same analysis of the trial",
        )
