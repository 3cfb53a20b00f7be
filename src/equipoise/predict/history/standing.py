"""Where a person stands after everything measured and tried, and the usual people of the stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.nouns import EvidenceBase, Moderation, Treatment
from equipoise.core.tables import setting
from equipoise.predict.calibrate import expect
from equipoise.predict.history.learning import Beliefs, learn
from equipoise.predict.history.record import Failure, History
from equipoise.predict.history.usual import (
    Frame,
    Rate,
    outcome_of,
    through_usual,
    usual_courses,
    usual_rates,
    usual_states,
)
from equipoise.predict.scores import Scores
from equipoise.predict.settings import Settings
from equipoise.predict.slopes import Slope, slopes_of
from equipoise.predict.state import State, added

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Standing", "Tried", "stand", "tried_of"]

USUAL_TRIAL = ""
"""Name of a treatment that no row names: only what moves every treatment acts on it."""


@dataclass(frozen=True, slots=True)
class Tried:
    """The failed trials of a person with the deviations and the rate of each, and the stage."""

    history: History
    failures: tuple[tuple[Failure, tuple[str, ...], Rate], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """One layer of a person.

    Parameters
    ----------
    state : State
        After everything measured and tried.
    base : State
        The same scores with the deviations of the usual people of the stage: what the fit is
        measured from.
    staged : State
        As if only the stage were known of the history.
    acts : ndarray of bool, shape (t,)
        Options whose chances the history shifts.
    """

    state: State
    base: State
    staged: State
    acts: NDArray[np.bool_]

    def of(self, columns: NDArray[np.intp]) -> Standing:
        """Return where the person stands with some options."""
        return Standing(
            self.state.of(columns),
            self.base.of(columns),
            self.staged.of(columns),
            self.acts[columns],
        )


def acting_on(treatment: Treatment) -> tuple[str, str, str]:
    """Return the deviations that act on a treatment; a strategy is a class of its own."""
    kind = treatment.id if treatment.kind == "strategy" else treatment.drug_class
    return f"class/{kind}", f"group/{treatment.group}", f"option/{treatment.id}"


def tried_of(history: History, evidence: EvidenceBase, settings: Settings) -> Tried:
    """Return the failed trials with the rate of each treatment at the stage of its trial.

    Parameters
    ----------
    history : History
        Of the person.
    evidence : EvidenceBase
        Treatments and rates.
    settings : Settings
        Quadrature nodes.

    Returns
    -------
    Tried
        A drug without a rate has that of the drugs of the stage; one of no known class is of a
        class of its own.
    """
    known = {one.id: one for one in evidence.treatments}
    wanted = {(one.treatment, one.stage) for one in history.failures}
    rates = {
        (one.treatment, one.stage): one
        for one in evidence.baselines
        if (one.treatment, one.stage) in wanted
    }
    found = []
    for failure in history.failures:
        name, stage = failure.treatment, failure.stage
        acting: tuple[str, ...] = (f"class/{name}", "group/drug", f"option/{name}")
        if name in known:
            acting = acting_on(known[name])
        rate = usual_rates()[stage]
        row = rates.get((name, stage))
        if row is not None:
            means = np.array([row.response.mean, row.dropout.mean])
            spread = np.array([row.response.sd, row.dropout.sd]) ** 2
            response, dropout = expect(means, spread, settings.numerics.nodes)[0]
            stay = response / (1.0 - dropout)
            rate = Rate(float(stay), float(row.response.sd * (1.0 - response) / (1.0 - stay)))
        found.append((failure, acting, rate))
    return Tried(history, tuple(found))


def stand(
    options: Sequence[Treatment],
    slopes: Sequence[Slope],
    rows: tuple[Sequence[Moderation], frozenset[str]],
    person: tuple[Scores, Tried],
    settings: Settings,
) -> Standing:
    """Return where a person stands in one layer.

    Parameters
    ----------
    options : sequence of Treatment
        Options that are ranked, shape (t,).
    slopes : sequence of Slope
        Of the layer, as they act on the options.
    rows : tuple of (sequence of Moderation, frozenset of str)
        What the slopes come from, and every treatment.
    person : tuple of (Scores, Tried)
        Measured and tried.
    settings : Settings
        Spread of the deviations, nodes.

    Returns
    -------
    Standing
        A person of whom nothing was measured and only the stage is known stands where the usual
        people of the stage do.
    """
    scores, tried = person
    frame, loadings = _frame(options, scores, tried, settings)
    moderations, active = rows
    prognostic = slopes_of(
        [one for one in moderations if one.row_type == "prognostic"],
        (USUAL_TRIAL,),
        active,
        settings,
    )
    own = _prior(frame, settings)
    prior = Beliefs(np.zeros(len(scores.names) + len(own)), _joined(scores.population, own))
    measured = Beliefs(
        np.concatenate([scores.mean, np.zeros(len(own))]), _joined(scores.covariance, own)
    )
    stage = tried.history.stage
    highest = max([stage, *(failure.stage for failure, _, _ in tried.failures)])
    usual, trials = usual_states(frame, prognostic, prior, highest)
    staged = through_usual(measured, usual_courses()[stage], trials, frame.nodes)
    after = measured if tried.history.known else staged
    for failure, acting, rate in tried.failures:
        acted = slopes_of(moderations, (failure.treatment,), active, settings)
        outcome = outcome_of(frame, acted, acting, rate, usual[failure.stage])
        after = learn(after, replace(outcome, weight=failure.weight), frame.nodes)
    return _standing(frame, loadings, slopes, (after, staged, usual[stage]), tried)


def _standing(
    frame: Frame,
    loadings: Array,
    slopes: Sequence[Slope],
    beliefs: tuple[Beliefs, Beliefs, Beliefs],
    tried: Tried,
) -> Standing:
    after, staged, usual = beliefs

    def _state(believed: Beliefs, acting: Sequence[Slope]) -> State:
        mean, variance = added(acting, frame.names, loadings, usual.mean, usual.covariance)
        return State(
            names=frame.names,
            deviations=frame.deviations,
            loadings=loadings,
            mean=believed.mean,
            covariance=(believed.covariance + believed.covariance.T) / 2,
            reference_mean=mean,
            reference_variance=variance,
        )

    common = [slope for slope in slopes if slope.prognostic]
    if not tried.failures:
        return Standing(
            _state(after, slopes),
            _state(after, common),
            _state(staged, slopes),
            np.zeros(len(loadings), dtype=bool),
        )
    count = len(frame.names)
    base = _with_deviations(after, usual, count)
    moved = loadings @ (after.mean - usual.mean)[count:]
    return Standing(_state(after, slopes), _state(base, common), _state(staged, slopes), moved != 0)


def _with_deviations(person: Beliefs, usual: Beliefs, count: int) -> Beliefs:
    """Return the scores of the person with the deviations of usual people who have such scores.

    Among people who failed, scores and deviations hang together: who failed in spite of a good
    outlook is rather one whom the treatment does not suit.
    """
    own, cross = usual.covariance[count:, count:], usual.covariance[count:, :count]
    scores, among = person.covariance[:count, :count], usual.covariance[:count, :count]
    gain = cross @ np.linalg.pinv(among, hermitian=True)
    covariance = np.block([
        [scores, scores @ gain.T],
        [gain @ scores, own - gain @ (among - scores) @ gain.T],
    ])
    away = person.mean[:count] - usual.mean[:count]
    return Beliefs(
        np.concatenate([person.mean[:count], usual.mean[count:] + gain @ away]), covariance
    )


def _frame(
    options: Sequence[Treatment], scores: Scores, tried: Tried, settings: Settings
) -> tuple[Frame, Array]:
    """Return the parts of the state, sorted by name, and what acts on each option."""
    acting = [acting_on(one) for one in options]
    ranked = {one.id for one in options}
    names = {name for some in acting for name in some}
    for failure, some, _ in tried.failures:
        names |= set(some if failure.treatment in ranked else some[:-1])
    for courses in usual_courses().values():
        names |= {name for one in courses for kind in one.trials for name in kind}
    frame = Frame(
        names=scores.names,
        deviations=tuple(sorted(names)),
        option_sd=settings.deviation_sds[-1],
        numerics=settings.numerics,
        nodes=int(setting("predict_history_nodes")),
    )
    return frame, np.array([frame.loading(some) for some in acting])


def _prior(frame: Frame, settings: Settings) -> Array:
    kinds = dict(zip(("class", "group", "option"), settings.deviation_sds, strict=True))
    return np.array([kinds[name.split("/")[0]] ** 2 for name in frame.deviations])


def _joined(scores: Array, own: Iterable[float]) -> Array:
    variances = np.array(list(own))
    count = len(scores)
    whole = np.zeros((count + len(variances), count + len(variances)))
    whole[:count, :count] = scores
    whole[count:, count:] = np.diag(variances)
    return whole
