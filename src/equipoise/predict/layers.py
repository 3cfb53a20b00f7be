"""The two layers: arrays over options, the same draws in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.avoided import avoided_options
from equipoise.core.nouns import Appraisal, EvidenceBase, Moderation, Profile
from equipoise.predict.chances import (
    Drawn,
    Expected,
    Person,
    acted_on,
    draw_chances,
    expect_chances,
)
from equipoise.predict.choices import Option
from equipoise.predict.comparisons import Comparisons, compare
from equipoise.predict.history.record import history_of
from equipoise.predict.history.standing import Tried, stand, tried_of
from equipoise.predict.history.tolerance import Tolerance, tolerance_of
from equipoise.predict.literature import Draws, Literature, draw_literature, read_literature
from equipoise.predict.preferences.levels import draw_levels
from equipoise.predict.preferences.weights import Weights, draw_weights, utilities, values_of
from equipoise.predict.ranking import chance_of_first, tie_group
from equipoise.predict.remission import Lean, lean_of
from equipoise.predict.scores import Scores, draw_scores, redrawn, scores_of
from equipoise.predict.settings import Settings
from equipoise.predict.slopes import ESTABLISHED, Slope, about_the_person, slopes_of
from equipoise.predict.state import State, added

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = [
    "Case",
    "Layer",
    "LayerDraws",
    "Measured",
    "Spread",
    "average_utility",
    "bounds",
    "layers",
    "prepare",
]

# Ends of the 80 % and the 95 % interval, in thousandths.
LEVELS = (100, 900, 25, 975)


@dataclass(frozen=True, slots=True)
class Measured:
    """Scores of a person as measured, draws of them, shape (n, s), and the seed of the run."""

    scores: Scores
    drawn: Array
    seed: int


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that both layers share.

    `person` is as measured, before any trial; `lean` is what is known of remission. `avoided` are
    the options that a caution says to avoid: they keep their chances, but nothing proposes them.
    """

    options: tuple[Option, ...]
    active: frozenset[str]
    moderations: tuple[Moderation, ...]
    lean: Lean | None
    literature: Literature
    draws: Draws
    person: Measured
    tried: Tried
    tolerance: Tolerance
    weights: Weights
    drawn_weights: Array
    drawn_levels: Array
    settings: Settings
    comparisons: Comparisons
    avoided: frozenset[str] = frozenset()

    def proposable(self) -> NDArray[np.bool_]:
        """Return which options may be proposed: no caution says to avoid them; shape (t,)."""
        return np.array([option.treatment.id not in self.avoided for option in self.options])


@dataclass(frozen=True, slots=True)
class Spread:
    """Interval ends, each of shape (4, t), and the chance that the fit lies on either side of 0."""

    response: Array
    remission: Array
    dropout: Array
    fit: Array
    above: Array
    below: Array


@dataclass(frozen=True, slots=True)
class LayerDraws:
    """What a layer keeps of its draws.

    Parameters
    ----------
    spread : Spread
        Intervals.
    utility : ndarray, shape (n, t)
        With the weights as given.
    wished : ndarray, shape (n, t)
        With weights drawn about them.
    chances : tuple of ndarray, each of shape (n, t)
        Response, remission, drop-out.
    """

    spread: Spread
    utility: Array
    wished: Array
    chances: tuple[Array, Array, Array]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer over t options: chances, utility, chance of being first, tie group.

    `state` is the person after everything measured and tried; with `intercept`, the log-odds of
    response among those who stay at a state of 0, and its `intercept_variance` it gives the chance
    of every option. `person` holds the draws of the scores too; `lean` moves remission alone.
    """

    name: str
    slopes: tuple[Slope, ...]
    scores: Scores
    expected: Expected
    drawn: LayerDraws
    utility: Array
    p_best: Array
    tied: NDArray[np.bool_]
    state: State
    intercept: Array
    intercept_variance: Array
    person: Person
    lean: Lean | None


def prepare(
    profile: Profile,
    appraisal: Appraisal,
    evidence: EvidenceBase,
    choice: tuple[tuple[Option, ...], Weights],
    rest: tuple[int, Settings],
) -> Case:
    """Return the literature, the person and the wishes as arrays and draws.

    Parameters
    ----------
    profile : Profile
        The person's state.
    appraisal : Appraisal
        For what was tried, and for what bears on prognosis.
    evidence : EvidenceBase
        For treatments, rates and moderations.
    choice : tuple of (options, Weights)
        The options that are ranked, sorted by id, and what counts how much.
    rest : tuple of (seed, Settings)
        Of the run.

    Returns
    -------
    Case
        Drawn once; both layers use it.
    """
    (options, weights), (seed, settings) = choice, rest
    numerics = settings.numerics
    asked = [one.id for one in appraisal.covariates]
    moderations = about_the_person(evidence.moderations, asked)
    names = tuple(sorted({one.measure for one in moderations}))
    scores = scores_of(profile, names, settings, appraisal.covariates)
    lean = lean_of(appraisal)
    literature = read_literature([option.baseline for option in options], numerics, lean)
    kinds = {one.id: one.kind for one in evidence.treatments}
    history = history_of(appraisal, kinds)
    treatments = [option.treatment for option in options]
    return Case(
        options=options,
        active=frozenset(kinds),
        moderations=moderations,
        lean=lean,
        literature=literature,
        draws=draw_literature(literature, evidence.joint, seed, numerics),
        person=Measured(scores, draw_scores(profile, scores, seed, numerics), seed),
        tried=tried_of(history, evidence, settings),
        tolerance=tolerance_of(treatments, history, evidence, numerics),
        weights=weights,
        drawn_weights=draw_weights(weights, seed, settings),
        drawn_levels=draw_levels(weights, treatments, seed, numerics.draws),
        settings=settings,
        comparisons=compare(options, evidence.effects),
        avoided=avoided_options(appraisal.verdicts),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """What a layer is made of before anything is worked out."""

    slopes: tuple[Slope, ...]
    person: Person


def layers(case: Case) -> tuple[Layer, Layer]:
    """Return the established and the exploratory layer.

    In the established layer moderators of grade C and D have no effect and no variance. The
    exploratory one is worked out anew only where such a moderator acts, on an option or on what a
    failed trial says of it.

    Parameters
    ----------
    case : Case
        Literature, person and wishes.

    Returns
    -------
    established, exploratory : Layer
        On the same draws.
    """
    firm = _side(case, [one for one in case.moderations if one.grade in ESTABLISHED])
    every = _side(case, case.moderations)
    drawn = _draw(case, firm, np.arange(len(case.options)))
    moved = _apart(firm, every)
    redone = drawn
    if moved.size:
        # The draws of drop-out are those of the first layer.
        known = drawn.spread.dropout[:, moved]
        redone = _patched(drawn, _draw(case, every, moved, known), moved)
    return _layer("established", case, firm, drawn), _layer("exploratory", case, every, redone)


def _side(case: Case, rows: Sequence[Moderation]) -> _Side:
    options = [option.treatment for option in case.options]
    slopes = slopes_of(rows, [one.id for one in options], case.active, case.settings)
    scores, seed = case.person.scores, case.person.seed
    standing = stand(options, slopes, (rows, case.active), (scores, case.tried), case.settings)
    count, state = len(scores.names), standing.state
    mean, covariance = state.mean[:count], state.covariance[:count, :count]
    drawn = redrawn(case.person.drawn, scores, mean, covariance)
    return _Side(slopes, Person(standing, case.tolerance, drawn, seed))


def _apart(one: _Side, other: _Side) -> NDArray[np.intp]:
    """Return the options with which two layers differ."""
    own = {slope.name for slope in one.slopes}
    extra = [slope for slope in other.slopes if slope.name not in own]
    moved = acted_on(extra, len(one.person.standing.acts))
    for a, b in zip(_moments(one), _moments(other), strict=True):
        moved |= a != b
    return np.flatnonzero(moved)


def _moments(side: _Side) -> tuple[Array, ...]:
    state = side.person.standing.state
    person = added(side.slopes, state.names, state.loadings, state.mean, state.covariance)
    return *person, state.reference_mean, state.reference_variance


def _layer(name: str, case: Case, side: _Side, drawn: LayerDraws) -> Layer:
    settings = case.settings
    expected = expect_chances(case.literature, side.slopes, side.person, settings.numerics)
    utility = _utility(case, (expected.response, expected.remission, expected.dropout))
    names = [option.treatment.id for option in case.options]
    limits = (settings.tie_points, *settings.tie_chances)
    return Layer(
        name=name,
        slopes=side.slopes,
        scores=case.person.scores,
        expected=expected,
        drawn=drawn,
        utility=utility,
        p_best=chance_of_first(drawn.wished, settings.tie_tolerance),
        tied=tie_group(utility, drawn.utility, names, case.comparisons, limits),
        state=side.person.standing.state,
        intercept=expected.intercept,
        intercept_variance=expected.intercept_variance,
        person=side.person,
        lean=case.lean,
    )


def average_utility(case: Case) -> Array:
    """Return the utility of each option for an average person of the stage, shape (t,)."""
    rates = case.literature
    return _utility(case, (rates.average, rates.average * rates.usual_remission, rates.dropout))


def _utility(case: Case, chances: tuple[Array, Array, Array]) -> Array:
    treatments = [option.treatment for option in case.options]
    shares = np.array([share for _, share in case.weights.shares])
    return utilities(values_of(case.weights, treatments, chances, case.settings), shares)


def _draw(
    case: Case, side: _Side, columns: NDArray[np.intp], dropout: Array | None = None
) -> LayerDraws:
    """Work out the draws of some options; the ends of drop-out may be known already."""
    own = [slope.of(columns) for slope in side.slopes if slope.shares[columns].any()]
    person = side.person.of(columns)
    drawn = draw_chances(case.draws.of(columns), own, person, case.settings.numerics)
    treatments = [case.options[t].treatment for t in columns]
    each = (drawn.response, drawn.remission, drawn.dropout)
    values = values_of(case.weights, treatments, each, case.settings)
    shares = np.array([share for _, share in case.weights.shares])
    return LayerDraws(
        _spread(drawn, dropout),
        utilities(values, shares),
        utilities(values, case.drawn_weights) + np.take(case.drawn_levels, columns, axis=1),
        each,
    )


def _spread(drawn: Drawn, dropout: Array | None) -> Spread:
    count = drawn.fit.shape[1]
    fit, above, below = np.zeros((len(LEVELS), count)), np.zeros(count), np.zeros(count)
    # Where no moderator acts the fit is 0 in every draw.
    moved = np.flatnonzero(drawn.fit[0] != 0)
    if moved.size:
        shifts = drawn.fit[:, moved]
        fit[:, moved] = bounds(shifts)
        above[moved], below[moved] = (shifts > 0).mean(axis=0), (shifts < 0).mean(axis=0)
    return Spread(
        response=bounds(drawn.response),
        remission=bounds(drawn.remission),
        dropout=bounds(drawn.dropout) if dropout is None else dropout,
        fit=fit,
        above=above,
        below=below,
    )


def _patched(base: LayerDraws, part: LayerDraws, columns: NDArray[np.intp]) -> LayerDraws:
    """Return `base` with some columns replaced by those of `part`."""

    def _patch(whole: Array, new: Array) -> Array:
        if columns.size == whole.shape[-1]:
            return new
        changed = whole.copy()
        changed[..., columns] = new
        return changed

    spread = Spread(
        *(
            _patch(getattr(base.spread, field.name), getattr(part.spread, field.name))
            for field in fields(Spread)
        )
    )
    response, remission, dropout = (
        _patch(*both) for both in zip(base.chances, part.chances, strict=True)
    )
    return LayerDraws(
        spread,
        _patch(base.utility, part.utility),
        _patch(base.wished, part.wished),
        (response, remission, dropout),
    )


def bounds(draws: Array) -> Array:
    """Return the ends of the 80 % and the 95 % interval.

    Parameters
    ----------
    draws : ndarray, shape (n, t)
        In any order.

    Returns
    -------
    ndarray, shape (4, t)
        Low and high of 80 %, low and high of 95 %; linear between draws.
    """
    return np.asarray(np.quantile(draws, np.array(LEVELS) / 1000, axis=0))
