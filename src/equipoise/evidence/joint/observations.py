"""Trials and published contrasts as observations of the joint model.

An arm of a trial speaks about the absolute logit of its treatment, but its trial has an unknown
level of its own: what is left are the differences that randomisation protects. Only where a trial
is marked as an anchor (people and care like a clinic's) is its level near that of the clinic, with
the usual spread between places; anchors of one programme share most of that spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from equipoise.core.errors import TableError
from equipoise.core.nouns import Effect
from equipoise.core.tables import setting
from equipoise.evidence.joint.layout import Layout, counted
from equipoise.evidence.joint.rows import (
    DROPOUT,
    REMISSION,
    RESPONSE,
    SHARE,
    Block,
    Common,
    Observation,
    Term,
)
from equipoise.evidence.trials import Trial, TrialArm

__all__ = ["Spreads", "blocks_of", "read_spreads"]

FREE: Final = 1000.0
MIXED: Final = ("active_control", "mixed_control")
OUTCOMES: Final = (RESPONSE, REMISSION, DROPOUT)


@dataclass(frozen=True, slots=True)
class Spreads:
    """How far observations stray, in log odds, and which weeks count as the horizon.

    Parameters
    ----------
    place : float
        One place's absolute level about another's.
    programme : float
        Share of the variance of `place` that trials of one programme have in common.
    trial : float
        An odds ratio between trials.
    definition : float
        Remission among responders between trials, which define both differently.
    control : float
        An odds ratio against mixed controls about that against one kind.
    transport : float
        A comparison of treatments of two groups in trials about that in a clinic.
    week, reach, horizon : float
        Added where the outcome was read more than `reach` weeks from the `horizon`.
    """

    place: float
    programme: float
    trial: float
    definition: float
    control: float
    transport: float
    week: float
    reach: float
    horizon: float

    def late(self, weeks: float | None) -> float:
        """Return the variance for a time of the outcome; a time not known adds nothing."""
        far = weeks is not None and abs(weeks - self.horizon) > self.reach
        return self.week**2 if far else 0.0


def read_spreads() -> Spreads:
    """Return the spreads of the tables in force."""
    return Spreads(
        place=setting("evidence_reference_spread"),
        programme=setting("evidence_programme_share"),
        trial=setting("evidence_between_study_sd"),
        definition=setting("evidence_remission_definition_sd"),
        control=setting("evidence_mixed_control_sd"),
        transport=setting("evidence_transport_sd"),
        week=setting("evidence_week_spread"),
        reach=setting("evidence_week_reach"),
        horizon=setting("predict_horizon"),
    )


def blocks_of(
    trials: Iterable[Trial], effects: Iterable[Effect], layout: Layout, spreads: Spreads
) -> tuple[Block, ...]:
    """Return the observations of the joint model.

    Parameters
    ----------
    trials : iterable of Trial
        Those with ``use`` joint enter.
    effects : iterable of Effect
        Those with ``use`` joint and a log odds ratio enter, but not relapse.
    layout : Layout
        The unknowns.
    spreads : Spreads
        Errors beside sampling.

    Returns
    -------
    tuple of Block
        Independent of each other.

    Raises
    ------
    TableError
        If a treatment has no group, and so no place in the model.
    """
    used = [trial for trial in trials if trial.use == "joint"]
    blocks = [block for trial in used for block in _trial_blocks(trial, layout, spreads)]
    blocks += _levels(used, layout, spreads)
    blocks += [
        _contrast(effect, layout, spreads)
        for effect in effects
        if effect.use == "joint" and effect.outcome in OUTCOMES
    ]
    return tuple(block for block in blocks if block.observations)


def place(name: str, layout: Layout, source: str) -> int:
    """Return the node of a treatment; one without a group is an error of the table."""
    if name not in layout.nodes:
        raise TableError(
            "the treatment has no group, so it has no place in the joint model",
            where=f"{source}, treatment {name}",
            todo="give it a group in treatments/treatments, or use the row for show alone",
        )
    return layout.node(name)


def _levels(trials: Sequence[Trial], layout: Layout, spreads: Spreads) -> list[Block]:
    """Return the blocks of response: one for a programme of anchors, one for any other trial."""
    programmes: dict[str, list[Trial]] = {}
    for trial in trials:
        key = trial.programme if trial.anchor else f"/{trial.id}"
        programmes.setdefault(key, []).append(trial)
    return [_programme(programmes[key], layout, spreads) for key in sorted(programmes)]


def _programme(trials: Sequence[Trial], layout: Layout, spreads: Spreads) -> Block:
    observations: list[Observation] = []
    common: list[Common] = []
    for trial in trials:
        first = len(observations)
        observations += [_level(trial, arm, layout, spreads) for arm in trial.arms if _seen(arm)]
        members = tuple(range(first, len(observations)))
        own = spreads.place**2 * (1 - spreads.programme) + spreads.late(trial.weeks)
        common.append(Common(own**0.5 if trial.anchor else FREE, RESPONSE, members))
        common.append(Common(spreads.definition, SHARE, members))
    if trials[0].anchor:
        shared = spreads.place * spreads.programme**0.5
        common.append(Common(shared, RESPONSE, tuple(range(len(observations)))))
    return Block(tuple(observations), tuple(common))


def _mixes(trial: Trial, layout: Layout) -> bool:
    """Tell whether a trial compares treatments of different groups."""
    nodes = {place(arm.treatment, layout, trial.id) for arm in trial.arms if _seen(arm)}
    return len({layout.group_of[node] for node in nodes}) > 1


def _seen(arm: TrialArm) -> bool:
    return arm.response is not None or arm.remission is not None


def _level(trial: Trial, arm: TrialArm, layout: Layout, spreads: Spreads) -> Observation:
    """Return the response of an arm; who remits responds. Without it the remission."""
    events = arm.remission or 0
    if arm.response is not None:
        events = max(events, arm.response)
    node = place(arm.treatment, layout, trial.id)
    outcome = REMISSION if arm.response is None else RESPONSE
    term = Term(1.0, outcome, node, layout.fall(trial.stage))
    across = spreads.transport**2 if _mixes(trial, layout) else 0.0
    spread = (spreads.trial**2 + spreads.late(trial.weeks) + across) / 2
    return _count(term, events, arm.people, spread, trial.id)


def _count(term: Term, events: float, people: float, spread: float, source: str) -> Observation:
    """Return a share as an observation of its logit."""
    value, variance = counted(events, people)
    return Observation((term,), value, variance, spread, source)


def _trial_blocks(trial: Trial, layout: Layout, spreads: Spreads) -> list[Block]:
    """Return remission among responders, and drop-out as a comparison of arms."""
    shares, losses = [], []
    for arm in trial.arms:
        node = place(arm.treatment, layout, trial.id)
        if trial.one_scale and arm.response and arm.remission is not None:
            term = Term(1.0, SHARE, node, 0.0)
            share = _count(term, arm.remission, arm.response, 0.0, trial.id)
            shares.append(share)
        if arm.dropout is not None:
            term = Term(1.0, DROPOUT, node, 0.0)
            losses.append(_count(term, arm.dropout, arm.people, spreads.trial**2 / 2, trial.id))
    everyone = tuple(range(len(shares)))
    blocks = [Block(tuple(shares), (Common(spreads.definition, SHARE, everyone),))]
    if len(losses) > 1:
        common = Common(FREE, DROPOUT, tuple(range(len(losses))))
        blocks.append(Block(tuple(losses), (common,)))
    return blocks


def _contrast(effect: Effect, layout: Layout, spreads: Spreads) -> Block:
    fall = 0.0 if effect.outcome == DROPOUT else layout.fall(effect.stage or 0.0)
    terms = tuple(
        Term(sign, effect.outcome, place(name, layout, effect.id), fall)
        for sign, name in ((1.0, effect.treatment), (-1.0, effect.comparator))
    )
    alone = spreads.trial**2 if effect.k == 1 else 0.0
    mixed = spreads.control**2 if effect.comparator in MIXED else 0.0
    groups = {layout.group_of[term.node] for term in terms}
    across = spreads.transport**2 if len(groups) > 1 else 0.0
    spread = alone + mixed + across + spreads.late(effect.weeks)
    variance = effect.standard_error**2
    return Block((Observation(terms, effect.estimate, variance, spread, effect.id),))
