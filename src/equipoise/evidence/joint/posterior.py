"""The joint posterior, asked for rates by stage and for what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import Effect
from equipoise.core.tables import load_table, setting
from equipoise.evidence.joint.components import components
from equipoise.evidence.joint.layout import Layout, prior_of, read_layout
from equipoise.evidence.joint.observations import blocks_of, read_spreads
from equipoise.evidence.joint.solve import Solution, solve
from equipoise.evidence.trials import Trial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Joint", "Link", "Rates", "compared", "fit_joint"]

LEVELS: Final = ("response", "remission")
CHECKS: Final = ("checked", "derived", "recalled")


@dataclass(frozen=True, slots=True)
class Link:
    """One trial or published contrast that a rate rests on."""

    source: str
    grade: str | None
    checked: str
    population: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rates:
    """Logits of some treatments: mean, shape (t,), and covariance, shape (t, t)."""

    mean: Array
    covariance: Array


@dataclass(frozen=True, slots=True)
class Joint:
    """The posterior with what is needed to read it.

    Parameters
    ----------
    layout : Layout
        The unknowns.
    solution : Solution
        Their posterior.
    links : mapping of str to Link
        By source.
    stages : mapping of str to tuple of float
        Stages at which each treatment's response or remission was observed.
    component : mapping of str to str
        Treatments tied by randomised comparisons share one.
    anchors : mapping of str to str
        Trials whose level is near that of a clinic, with their programme.
    anchored : frozenset of str
        Components with at least one of them.
    """

    layout: Layout
    solution: Solution
    links: Mapping[str, Link]
    stages: Mapping[str, tuple[float, ...]]
    component: Mapping[str, str]
    anchors: Mapping[str, str]
    anchored: frozenset[str]

    def rated(self, name: str) -> bool:
        """Return whether a treatment has an absolute rate: it is tied to an anchor."""
        return self.component.get(name) in self.anchored

    def response(self, names: Sequence[str], stage: int) -> Rates:
        """Return response by intention to treat.

        Parameters
        ----------
        names : sequence of str
            Nodes, shape (t,).
        stage : int
            Failed adequate drug trials.

        Returns
        -------
        Rates
            Each step between the stage and the nearest one at which a treatment was studied adds
            the stage spread; every comparison between groups adds the transport spread.
        """
        design = self._design(names, stage)
        covariance = design @ self.solution.covariance @ design.T + self._transport(names)
        steps = [min(abs(stage - one) for one in self.stages.get(n, (0.0,))) for n in names]
        extra = np.array(steps) * setting("evidence_stage_spread") ** 2
        return Rates(design @ self.solution.mean, covariance + np.diag(extra))

    def remission(self, names: Sequence[str]) -> Rates:
        """Return remission among responders."""
        return self._part([self.layout.share(self.layout.node(name)) for name in names])

    def dropout(self, names: Sequence[str]) -> Rates:
        """Return drop-out for any reason."""
        return self._part([self.layout.dropout(self.layout.node(name)) for name in names])

    def rests_on(self, names: Sequence[str], stage: int) -> tuple[tuple[Link, ...], ...]:
        """Return what the response of treatments rests on, most first.

        Parameters
        ----------
        names : sequence of str
            Nodes, shape (t,).
        stage : int
            Failed adequate drug trials.

        Returns
        -------
        tuple of tuple of Link
            For each node the sources that hold at least the least share (`evidence_link_share`)
            of all by which observations move the rate, the first one always, and of the programme
            of anchors that moves it most the trial that does: differences alone give no level.
        """
        solution = self.solution
        moved = np.abs(self._design(names, stage) @ solution.gains)
        sources = sorted(set(solution.sources))
        places = {source: place for place, source in enumerate(sources)}
        share = np.zeros((len(sources), len(names)))
        np.add.at(share, [places[source] for source in solution.sources], moved.T)
        wanted = share >= setting("evidence_link_share") * share.sum(axis=0)
        everyone = np.arange(len(names))
        wanted[share.argmax(axis=0), everyone] = True
        wanted[self._levels(sources, share), everyone] = True
        # Rounded, so that equal shares stand in the order of their names.
        order = np.argsort(-np.round(share, 12), axis=0, kind="stable")
        return tuple(
            tuple(self.links[sources[one]] for one in order[:, column] if wanted[one, column])
            for column in range(len(names))
        )

    def _levels(self, sources: Sequence[str], share: Array) -> NDArray[np.intp]:
        """Return for each column the anchor that speaks most in the programme that does."""
        owned = [self.anchors.get(source) for source in sources]
        total = np.full(share.shape, -1.0)
        for programme in set(self.anchors.values()):
            members = np.array([one == programme for one in owned])
            # The trial's own share settles which of the programme's trials is named.
            total[members] = share[members].sum(axis=0) + share[members] / len(sources)
        return np.asarray(total.argmax(axis=0))

    def _transport(self, names: Sequence[str]) -> Array:
        """Return what the members of a group share and a comparison between groups adds."""
        groups = np.array([self.layout.group_of[self.layout.node(name)] for name in names])
        shared = groups[:, None] == groups
        return np.asarray(shared * setting("evidence_transport_sd") ** 2 / 2, dtype=np.float64)

    def _part(self, places: Sequence[int]) -> Rates:
        chosen = np.array(places, dtype=np.intp)
        solution = self.solution
        return Rates(solution.mean[chosen], solution.covariance[np.ix_(chosen, chosen)])

    def _design(self, names: Sequence[str], stage: int) -> Array:
        design = np.zeros((len(names), self.layout.size))
        for row, name in enumerate(names):
            node = self.layout.node(name)
            design[row, node] = 1.0
            design[row, self.layout.slope(node)] = self.layout.fall(stage)
        return design


def fit_joint(trials: Sequence[Trial], effects: Sequence[Effect]) -> Joint:
    """Return the joint posterior of response, remission among responders and drop-out.

    Parameters
    ----------
    trials : sequence of Trial
        Those for show are left out.
    effects : sequence of Effect
        Those for show are left out.

    Returns
    -------
    Joint
        Of every treatment and comparator that has a group.

    Raises
    ------
    TableError
        If a row names a treatment without a group.
    """
    layout = read_layout()
    trials = [one for one in trials if one.use == "joint"]
    effects = [one for one in effects if one.use == "joint"]
    blocks = blocks_of(trials, effects, layout, read_spreads())
    solution = solve(layout, prior_of(layout), blocks)
    component = components([one for one in compared(trials, effects) if one])
    anchors = [one for one in trials if one.anchor]
    return Joint(
        layout=layout,
        solution=solution,
        links=_links(trials, effects),
        stages=_stages(trials, effects),
        component=component,
        anchors={one.id: one.programme for one in anchors},
        anchored=frozenset(component[name] for one in anchors for name in _seen(one)),
    )


def compared(trials: Sequence[Trial], effects: Sequence[Effect]) -> list[tuple[str, ...]]:
    """Return what was randomised against each other in the rows that the joint model uses.

    Parameters
    ----------
    trials : sequence of Trial
        Those for show are left out.
    effects : sequence of Effect
        Those for show are left out.

    Returns
    -------
    list of tuple of str
        One for each trial, empty where it counted neither response nor remission, and one for
        each published contrast of these.
    """
    found = [_seen(one) for one in trials if one.use == "joint"]
    return found + [
        (one.treatment, one.comparator)
        for one in effects
        if one.use == "joint" and one.outcome in LEVELS
    ]


def _seen(trial: Trial) -> tuple[str, ...]:
    return tuple(
        arm.treatment for arm in trial.arms if arm.response is not None or arm.remission is not None
    )


def _stages(trials: Sequence[Trial], effects: Sequence[Effect]) -> dict[str, tuple[float, ...]]:
    found: dict[str, set[float]] = {}
    for trial in trials:
        for name in _seen(trial):
            found.setdefault(name, set()).add(trial.stage)
    for effect in effects:
        if effect.outcome in LEVELS:
            for name in (effect.treatment, effect.comparator):
                found.setdefault(name, set()).add(effect.stage or 0.0)
    return {name: tuple(sorted(stages)) for name, stages in found.items()}


def _links(trials: Sequence[Trial], effects: Sequence[Effect]) -> dict[str, Link]:
    """Return the links by source; what is common to a trial's arms stands in the trial's row."""
    links = {
        one.id: Link(one.id, one.grade, _checked(one), one.population, one.references)
        for one in trials
    }
    for effect in effects:
        links[effect.id] = Link(
            effect.id, effect.grade, effect.checked, effect.population, effect.references
        )
    return links


def _checked(trial: Trial) -> str:
    """Return how well a trial was checked: no better than the worst of its arms."""
    return max((trial.checked, *(arm.checked for arm in trial.arms)), key=CHECKS.index)


def studied(group: str, stages: Sequence[float]) -> tuple[float, float]:
    """Return the stages between which the rate of a treatment may speak.

    Parameters
    ----------
    group : str
        Row of `baselines/groups`.
    stages : sequence of float
        Stages of the treatment's own trials.

    Returns
    -------
    lowest, highest : float
        Those of its trials; where these reach far enough the trials of the whole group speak too,
        as people with more failed drugs take part in them.
    """
    row = load_table("baselines/groups").row(id=group)
    lowest, highest = min(stages), max(stages)
    enough = row.optional_number("carried_from")
    if enough is not None and highest >= enough:
        highest = max(highest, row.number("studied_to"))
    return max(lowest, row.optional_number("studied_from") or 0.0), highest
