"""The value of asking for facts that are there or not: their results are added up exactly."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.tables import load_table
from equipoise.predict.information.kernels import Value, moved, utilities_given, value_of
from equipoise.predict.information.value import NOTHING, contenders, value_of_test

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.predict.information.kernels import Beliefs
    from equipoise.predict.information.numerics import Fineness
    from equipoise.predict.information.reading import Reading

    Array = NDArray[np.float64]

__all__ = ["value_of_facts", "value_of_reading"]

YES_NO: Final = "yes_no"
LEAST: Final = 1e-9


def value_of_reading(beliefs: Beliefs, reading: Reading, fineness: Fineness, seed: int) -> Value:
    """Return what a test is worth.

    Parameters
    ----------
    beliefs : Beliefs
        Of all ranked options, sorted by id.
    reading : Reading
        What the test reads of the scores, which come first in the state.
    fineness : Fineness
        Points and nodes.
    seed : int
        Of the run.

    Returns
    -------
    Value
        Added up exactly where all that moves an option is there or not; of results that are normal
        otherwise.
    """
    design = reading.on(beliefs.mean.size)
    reach = np.abs(beliefs.weights @ beliefs.covariance @ design.T).max(axis=0, initial=0.0)
    telling = np.flatnonzero(reach > LEAST)
    table = load_table("baselines/covariates")
    rows = [table.find(id=reading.measures[place]) for place in telling]
    facts = [row for row in rows if row is not None and row.text("kind") == YES_NO]
    if not facts or len(facts) < len(rows):
        return value_of_test(beliefs, design, reading.noise, fineness, seed)
    asked = design[telling].argmax(axis=1)
    spread = np.array([row.number("sd") for row in facts])
    ends = np.array([row.number("mean") for row in facts])
    return value_of_facts(beliefs, asked, ((1.0 - ends) / spread, -ends / spread), fineness)


def value_of_facts(
    beliefs: Beliefs, asked: NDArray[np.intp], values: tuple[Array, Array], fineness: Fineness
) -> Value:
    """Return what it is worth to know whether some facts are there.

    Parameters
    ----------
    beliefs : Beliefs
        Of all ranked options, sorted by id.
    asked : ndarray, shape (k,)
        Parts of the state, none of them known.
    values : tuple of (yes, no), each of shape (k,)
        What each part is then.
    fineness : Fineness
        Nodes and floor.

    Returns
    -------
    Value
        Over all answers, each with its chance; what is believed of a part on average is the mean
        of its two values.
    """
    yes, no = values
    likely = np.clip((beliefs.mean[asked] - no) / (yes - no), 0.0, 1.0)
    answers = np.array(list(product((True, False), repeat=asked.size)))
    chances = np.where(answers, likely, 1.0 - likely).prod(axis=1)
    factor = np.linalg.cholesky(beliefs.covariance[np.ix_(asked, asked)])
    paths = np.linalg.solve(factor, beliefs.covariance[asked]).T
    away = np.where(answers, yes, no) - beliefs.mean[asked]
    normals = np.linalg.solve(factor, away.T).T
    active = moved(beliefs, paths, fineness.least)
    if not active.size:
        return NOTHING
    far = float(np.linalg.norm(normals, axis=1).max())
    columns = contenders(beliefs, paths, active, max(far, 1.0))
    moves = tuple(int(option) for option in active)
    if columns.size == 1:
        return replace(NOTHING, moves=moves)
    today = np.argmax(np.where(beliefs.eligible, beliefs.utility, -np.inf))
    acting = np.isin(columns, active)
    utility = np.tile(beliefs.utility[columns], (len(answers), 1))
    own = beliefs.of(columns[acting])
    utility[:, acting] = utilities_given(own, paths, normals, fineness.nodes)
    first = int(np.searchsorted(columns, today))
    found = value_of(utility, chances, first, fineness.floor)
    leads = tuple((int(columns[place]), share) for place, share in found.leads)
    return replace(found, leads=leads, moves=moves)
