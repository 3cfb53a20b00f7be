"""What is believed of the person, and of the usual people of every stage, over some options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import Treatment
from equipoise.core.streams import antithetic_normals
from equipoise.core.tables import setting
from equipoise.predict.history.learning import Beliefs
from equipoise.predict.history.standing import Standing, stand
from equipoise.predict.history.tolerance import Tolerance, tolerance_of
from equipoise.predict.history.usual import Frame, usual_states
from equipoise.predict.settings import Numerics, Settings
from equipoise.predict.slopes import Slope, draw_shifts, slopes_of
from equipoise.predict.state import State, added

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.predict.sequences.given import Given

    Array = NDArray[np.float64]

__all__ = ["Believed", "believed_of"]

ANY: Final = ""


@dataclass(frozen=True, slots=True)
class Believed:
    """The person in draws, and the usual people that the rates describe.

    Parameters
    ----------
    own : ndarray, shape (n, p)
        What the person adds to the log-odds of response of each option.
    leaving : ndarray, shape (n, p)
        Standard normals of the person's own drop-out, one for each class.
    tolerance : Tolerance
        What past courses say about dropping out.
    reference_mean, reference_variance : ndarray, shape (stages, p)
        Of what the usual people of each stage add to the log-odds.
    """

    own: Array
    leaving: Array
    tolerance: Tolerance
    reference_mean: Array
    reference_variance: Array


def believed_of(
    treatments: Sequence[Treatment], stages: Sequence[int], given: Given, numerics: Numerics
) -> Believed:
    """Return what is believed of the person and of the usual people of some stages.

    Parameters
    ----------
    treatments : sequence of Treatment
        Shape (p,).
    stages : sequence of int
        From the person's own stage on.
    given : Given
        Evidence, person, settings.
    numerics : Numerics
        Number of draws and nodes.

    Returns
    -------
    Believed
        Those who fail in the simulation are no longer the usual people by selection alone, so each
        stage has its own reference: a failure is charged once.
    """
    settings, seed = given.settings, given.seed
    active = frozenset(one.id for one in given.evidence.treatments)
    names = [one.id for one in treatments]
    slopes = slopes_of(given.moderations, names, active, settings)
    rows = (given.moderations, active)
    standing = stand(treatments, slopes, rows, (given.scores, given.tried), settings)
    mean, variance = _references(standing, slopes, stages, given)
    classes = [f"year/leaving/{one.drug_class}" for one in treatments]
    return Believed(
        own=_drawn(standing.state, slopes, seed, numerics),
        leaving=np.stack([antithetic_normals(one, seed, numerics.draws) for one in classes]).T,
        tolerance=tolerance_of(treatments, given.tried.history, given.evidence, numerics),
        reference_mean=mean,
        reference_variance=variance,
    )


def _references(
    standing: Standing, slopes: Sequence[Slope], stages: Sequence[int], given: Given
) -> tuple[Array, Array]:
    """Return mean and variance of what the usual people of each stage add, shape (stages, p)."""
    state, settings = standing.state, given.settings
    frame = Frame(
        names=state.names,
        deviations=state.deviations,
        option_sd=settings.deviation_sds[-1],
        numerics=settings.numerics,
        nodes=int(setting("predict_history_nodes")),
    )
    active = frozenset(one.id for one in given.evidence.treatments)
    common = [one for one in given.moderations if one.row_type == "prognostic"]
    prior = _prior(state, given.scores.population, settings)
    usual, _ = usual_states(frame, slopes_of(common, (ANY,), active, settings), prior, stages[-1])
    each = [
        added(slopes, state.names, state.loadings, usual[stage].mean, usual[stage].covariance)
        for stage in stages
    ]
    return np.stack([mean for mean, _ in each]), np.stack([variance for _, variance in each])


def _prior(state: State, population: Array, settings: Settings) -> Beliefs:
    kinds = dict(zip(("class", "group", "option"), settings.deviation_sds, strict=True))
    own = np.array([kinds[name.split("/")[0]] ** 2 for name in state.deviations])
    count = len(state.names)
    whole = np.zeros((count + len(own), count + len(own)))
    whole[:count, :count] = population
    whole[count:, count:] = np.diag(own)
    return Beliefs(np.zeros(count + len(own)), whole)


def _drawn(state: State, slopes: Sequence[Slope], seed: int, numerics: Numerics) -> Array:
    """Return draws of what the person adds to each option's log-odds."""
    count = len(state.names)
    parts = (*state.names, *state.deviations)
    jitter = numerics.jitter * np.eye(len(parts))
    factor = np.linalg.cholesky(state.covariance + jitter)
    each = [antithetic_normals(f"year/z/{part}", seed, numerics.draws) for part in parts]
    normals = np.stack(each, axis=1)
    own = state.loadings @ state.mean[count:] + normals @ (state.loadings @ factor[count:]).T
    if slopes:
        scores = state.mean[:count] + normals @ factor[:count].T
        own = own + draw_shifts(slopes, state.names, scores, seed, numerics)
    return np.asarray(own)
