"""True scores of the measures that moderate, for this person and for all people of the stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import TableError
from equipoise.core.nouns import Covariate, Profile
from equipoise.core.streams import antithetic_normals
from equipoise.core.tables import load_table
from equipoise.predict.settings import Numerics, Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Scores", "draw_scores", "redrawn", "score_row", "scores_of"]

SPECIFIC = "u:"
CLINICAL = "clinical."


@dataclass(frozen=True, slots=True)
class Scores:
    """Moderating scores, in prior standard deviations of depressed patients.

    Parameters
    ----------
    names : tuple of str
        Measures, mechanisms or clinical facts, shape (s,).
    rows : ndarray, shape (s, n)
        They turn the state of the profile into scores; 0 for clinical facts, which are no part of
        it and independent of everything else.
    population : ndarray, shape (s, s)
        Covariance among people of whom nothing was measured; their mean is 0.
    mean : ndarray, shape (s,)
        Of this person.
    covariance : ndarray, shape (s, s)
        Of this person.
    """

    names: tuple[str, ...]
    rows: Array
    population: Array
    mean: Array
    covariance: Array


def scores_of(
    profile: Profile,
    names: tuple[str, ...],
    settings: Settings,
    covariates: Sequence[Covariate] = (),
) -> Scores:
    """Return the scores `names` of a person.

    Parameters
    ----------
    profile : Profile
        The person's state.
    names : tuple of str
        Measures, mechanisms, or clinical facts (``clinical.<fact>``).
    settings : Settings
        For the correlation of mechanisms.
    covariates : sequence of Covariate, optional
        Clinical facts. One that is known has no variance; one that is not counts as the average
        with the variance of all.

    Returns
    -------
    Scores
        Without any measurement mean and covariance are those of the population.

    Raises
    ------
    TableError
        If a name is neither a clinical fact nor a measure or mechanism of the profile.
    """
    parts = profile.components
    rows = np.array([score_row(name, parts, settings) for name in names])
    rows = rows.reshape(len(names), len(parts))
    prior = _prior(parts, settings)
    covariance = np.array(profile.covariance)
    told = {one.id: one.y for one in covariates}
    known = [told.get(name) for name in names]
    clinical = [name.startswith(CLINICAL) for name in names]
    open_facts = [fact and y is None for fact, y in zip(clinical, known, strict=True)]
    return Scores(
        names=names,
        rows=rows,
        population=rows @ prior @ rows.T + np.diag(np.array(clinical, dtype=np.float64)),
        mean=rows @ np.array(profile.mean)
        + np.array([0.0 if y is None else y for y in known], dtype=np.float64),
        covariance=rows @ covariance @ rows.T + np.diag(np.array(open_facts, dtype=np.float64)),
    )


def score_row(name: str, parts: tuple[str, ...], settings: Settings) -> Array:
    """Return what turns the state into one score: loadings, then the specific part.

    A clinical fact is no part of the state.

    Raises
    ------
    TableError
        If `name` is neither a measure nor a mechanism among `parts`.
    """
    row = np.zeros(len(parts))
    if name.startswith(CLINICAL):
        return row
    if name in parts:
        row[parts.index(name)] = 1.0
        return row
    if SPECIFIC + name not in parts:
        raise TableError(
            "a moderator names a measure that the profile does not have",
            where="table moderators",
            got=name,
            todo="add the measure to measures/measures",
        )
    for loading in load_table("mechanisms/loadings"):
        if loading.text("measure") == name:
            row[parts.index(loading.text("mechanism"))] = loading.number("loading")
    explained = float(row @ _prior(parts, settings) @ row)
    row[parts.index(SPECIFIC + name)] = np.sqrt(1.0 - explained)
    return row


def _prior(parts: tuple[str, ...], settings: Settings) -> Array:
    mechanism = np.array([not part.startswith(SPECIFIC) for part in parts], dtype=np.float64)
    shared = settings.mechanism_correlation * np.outer(mechanism, mechanism)
    np.fill_diagonal(shared, 1.0)
    return shared


def draw_scores(profile: Profile, scores: Scores, seed: int, numerics: Numerics) -> Array:
    """Draw the scores of the person.

    Parameters
    ----------
    profile : Profile
        Its whole state is drawn, one stream for each component, so that the scores asked for never
        change each other's draws.
    scores : Scores
        Which are returned.
    seed : int
        Of the run.
    numerics : Numerics
        Draws and jitter.

    Returns
    -------
    ndarray, shape (n, s)
        Scores in each draw.
    """
    covariance = np.array(profile.covariance)
    factor = np.linalg.cholesky(covariance + numerics.jitter * np.eye(len(covariance)))
    draws = np.broadcast_to(scores.mean, (numerics.draws, len(scores.names))).copy()
    reach = scores.rows @ factor
    for column in np.flatnonzero(reach.any(axis=0)):
        normals = antithetic_normals(f"x/{profile.components[column]}", seed, numerics.draws)
        draws += np.outer(normals, reach[:, column])
    for place, name in enumerate(scores.names):
        if name.startswith(CLINICAL) and scores.covariance[place, place]:
            draws[:, place] += antithetic_normals(f"x/{name}", seed, numerics.draws)
    return draws


def redrawn(drawn: Array, scores: Scores, mean: Array, covariance: Array) -> Array:
    """Return draws moved to another mean and covariance.

    Parameters
    ----------
    drawn : ndarray, shape (n, s)
        Draws of `scores`.
    scores : Scores
        With the mean and covariance that the draws have.
    mean : ndarray, shape (s,)
        That they should have.
    covariance : ndarray, shape (s, s)
        That they should have.

    Returns
    -------
    ndarray, shape (n, s)
        By the linear map that moves each draw least; what has no spread has none afterwards.
    """
    if np.array_equal(covariance, scores.covariance):
        return drawn + (mean - scores.mean)
    root, inverse = _roots(scores.covariance)
    middle, _ = _roots(root @ covariance @ root)
    return np.asarray(mean + (drawn - scores.mean) @ (inverse @ middle @ inverse))


def _roots(matrix: Array) -> tuple[Array, Array]:
    """Return the square root of a covariance, and the inverse of the root where there is one."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    values = np.maximum(values, 0.0)
    open_values = values > len(values) * np.finfo(np.float64).eps * values.max(initial=0.0)
    roots = np.sqrt(np.where(open_values, values, 0.0))
    inverses = np.divide(1.0, roots, out=np.zeros_like(roots), where=open_values)
    return (vectors * roots) @ vectors.T, (vectors * inverses) @ vectors.T
