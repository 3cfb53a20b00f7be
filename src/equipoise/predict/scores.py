"""True scores of the measures that moderate, for this person and for all people of the stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import TableError
from equipoise.core.nouns import Profile
from equipoise.core.streams import antithetic_normals
from equipoise.core.tables import load_table
from equipoise.predict.settings import Numerics, Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Scores", "draw_scores", "score_row", "scores_of"]

SPECIFIC = "u:"


@dataclass(frozen=True, slots=True)
class Scores:
    """Moderating scores, in prior standard deviations of depressed patients.

    Parameters
    ----------
    names : tuple of str
        Measures or mechanisms, shape (s,).
    rows : ndarray, shape (s, n)
        They turn the state of the profile into scores.
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


def scores_of(profile: Profile, names: tuple[str, ...], settings: Settings) -> Scores:
    """Return the scores `names` of a person.

    Parameters
    ----------
    profile : Profile
        The person's state.
    names : tuple of str
        Measures or mechanisms.
    settings : Settings
        For the correlation of mechanisms.

    Returns
    -------
    Scores
        Without any measurement mean and covariance are those of the population.

    Raises
    ------
    TableError
        If a name is neither a measure nor a mechanism of the profile.
    """
    parts = profile.components
    rows = np.array([score_row(name, parts, settings) for name in names])
    rows = rows.reshape(len(names), len(parts))
    prior = _prior(parts, settings)
    covariance = np.array(profile.covariance)
    return Scores(
        names=names,
        rows=rows,
        population=rows @ prior @ rows.T,
        mean=rows @ np.array(profile.mean),
        covariance=rows @ covariance @ rows.T,
    )


def score_row(name: str, parts: tuple[str, ...], settings: Settings) -> Array:
    """Return what turns the state into one score: loadings, then the specific part.

    Raises
    ------
    TableError
        If `name` is neither a measure nor a mechanism among `parts`.
    """
    row = np.zeros(len(parts))
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
    normals = np.stack([
        antithetic_normals(f"x/{part}", seed, numerics.draws) for part in profile.components
    ])
    return np.asarray(scores.mean + ((scores.rows @ factor) @ normals).T)
