"""From the evidence and the person to the simulated people of a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.gaussian import logistic, logit
from equipoise.core.nouns import LogitEstimate, OptionBaseline, Treatment
from equipoise.core.streams import stream
from equipoise.core.tables import load_table, setting
from equipoise.predict.calibrate import calibrate_intercept, widened
from equipoise.predict.literature import Literature, read_literature
from equipoise.predict.sequences.given import Given
from equipoise.predict.sequences.ground import Ground
from equipoise.predict.sequences.person import Believed, believed_of
from equipoise.predict.sequences.washouts import between
from equipoise.predict.sequences.world import LUCK, Chances, Rules, World
from equipoise.predict.settings import Numerics, Settings
from equipoise.predict.timing import Clock, clock_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["build_world"]

YEAR: Final = "year"


def build_world(given: Given, ground: Ground, names: Sequence[str], people: int) -> World:
    """Return simulated people and the rules of some options.

    Parameters
    ----------
    given : Given
        Evidence, person, settings.
    ground : Ground
        What may be given when.
    names : sequence of str
        Options that plans may name.
    people : int
        How many, even; the second half mirrors the first.

    Returns
    -------
    World
        With what is under way beside the options. A person's draws do not depend on the plans.
    """
    known = {one.id: one for one in given.evidence.treatments}
    wanted = sorted({*names, *(one.id for one in ground.under_way)})
    treatments = tuple(known[name] for name in wanted)
    nodes = int(setting("predict_year_nodes"))
    numerics = replace(given.settings.numerics, draws=people, nodes=nodes)
    rules = _rules(ground, treatments, given.settings)
    chances = _chances(given, ground, treatments, numerics)
    luck = {
        kind: np.stack([_uniform(f"{YEAR}/{kind}/{one}", given.seed, people) for one in wanted]).T
        for kind in LUCK
    }
    return World(rules, chances, luck)


def _uniform(name: str, seed: int, people: int) -> Array:
    half = stream(name, seed).random(people // 2)
    return np.concatenate([half, 1.0 - half])


def _rules(ground: Ground, treatments: tuple[Treatment, ...], settings: Settings) -> Rules:
    rows = list(load_table("baselines/relapse"))
    own = {
        row.text("treatment"): row.number("risk") for row in rows if row.optional_text("treatment")
    }
    steps = {
        int(row.number("stage")): row.number("risk") for row in rows if row.optional_text("stage")
    }
    stages = range(ground.stage, ground.highest + 1)
    by_step = [steps[min(stage, max(steps))] for stage in stages]
    return Rules(
        treatments=treatments,
        clocks=tuple(_clock(one, settings) for one in treatments),
        floors=tuple(ground.floors[one.id] for one in treatments),
        counted=tuple(ground.counted(one) for one in treatments),
        base=tuple(ground.base(one) for one in treatments),
        adjunct=tuple(ground.adjunct(one) for one in treatments),
        visits=tuple(dict(one.attributes).get("visits", 0.0) for one in treatments),
        risk=np.array([[own.get(one.id, risk) for one in treatments] for risk in by_step]),
        year=setting("predict_year_weeks"),
        shape=setting("predict_relapse_shape"),
        between=between(),
        taking=ground.taking,
        under_way=ground.under_way,
        start=ground.stage,
    )


def _clock(treatment: Treatment, settings: Settings) -> Clock:
    clock = clock_of(treatment, settings)
    if clock is not None:
        return clock
    # A group without a row counts as the slowest: its time is that of the horizon.
    early = (setting("predict_dropout_early"), setting("predict_dropout_early_weeks"))
    return Clock(settings.horizon, settings.time_log_sd, settings.horizon, early)


def _chances(
    given: Given, ground: Ground, treatments: tuple[Treatment, ...], numerics: Numerics
) -> Chances:
    stages = tuple(range(ground.stage, ground.highest + 1))
    rated = np.array([[(one.id, s) in ground.rates for one in treatments] for s in stages])
    believed = believed_of(treatments, stages, given, numerics)
    # Where there is no rate another one stands in, and `rated` keeps it from being used.
    spare = next(iter(ground.rates.values()))
    rows = [
        [
            ground.rates.get((one.id, stage), _other(ground, one, stages, spare))
            for one in treatments
        ]
        for stage in stages
    ]
    literature = [read_literature(some, numerics) for some in rows]
    drawn = _literature_errors(given, treatments, stages[0], numerics.draws)
    dropout = _spread([one.dropout for one in rows[0]], drawn["dropout"])
    remission = _spread([one.remission_given_response for one in rows[0]], drawn["remission"])
    return Chances(
        intercept=np.stack([
            _parabola(one, believed, place, numerics) for place, one in enumerate(literature)
        ]),
        error=drawn["theta"],
        own=believed.own,
        dropout=_dropout(dropout, believed, numerics),
        remission=remission,
        rated=rated,
    )


def _spread(estimates: Sequence[LogitEstimate], normals: Array) -> Array:
    mean, sd = (np.array([getattr(one, part) for one in estimates]) for part in ("mean", "sd"))
    return logistic(mean + sd * normals)


def _literature_errors(
    given: Given, treatments: tuple[Treatment, ...], stage: int, people: int
) -> dict[str, Array]:
    """Return standard normals that hang together as the rates do, each of shape (n, p).

    The streams are those of the ranking: one for each treatment of the tables, so that no draw
    depends on which options are named.
    """
    joint = next((one for one in given.evidence.joint if one.stage == stage), None)
    rated = joint.treatments if joint else ()
    names = (*rated, *sorted({one.id for one in treatments} - set(rated)))
    places = [names.index(one.id) for one in treatments]
    found = {}
    for name, factor in (
        ("theta", joint.response if joint else ()),
        ("dropout", joint.dropout if joint else ()),
        ("remission", joint.remission if joint else ()),
    ):
        mixing = np.eye(len(names))
        if factor:
            scale = np.array(factor)
            mixing[: len(scale), : len(scale)] = scale / np.linalg.norm(scale, axis=1)[:, None]
        half = np.stack([_half(f"{name}/{one}", given.seed, people) for one in names], axis=1)
        mixed = half @ mixing[places].T
        found[name] = np.concatenate([mixed, -mixed])
    return found


def _half(name: str, seed: int, people: int) -> Array:
    """Return the first half of antithetic normals; the second mirrors it."""
    return stream(name, seed).standard_normal(people // 2)


def _other(
    ground: Ground, treatment: Treatment, stages: tuple[int, ...], spare: OptionBaseline
) -> OptionBaseline:
    found = (ground.rates.get((treatment.id, stage)) for stage in stages)
    return next((one for one in found if one is not None), spare)


def _parabola(literature: Literature, believed: Believed, place: int, numerics: Numerics) -> Array:
    """Return level, slope and bend of the calibrated intercept in the error of the literature.

    For each error the usual people of the stage get exactly the rate; it is solved at three errors.
    """
    reach = setting("predict_year_reach")
    errors = np.array([-reach, 0.0, reach])
    theta = literature.theta + errors[:, None] * literature.theta_sd
    variance = np.broadcast_to(believed.reference_variance[place], theta.shape)
    low, middle, high = calibrate_intercept(logistic(theta), variance, numerics)
    middle = middle - believed.reference_mean[place]
    low, high = low - believed.reference_mean[place], high - believed.reference_mean[place]
    line = (high - low) / (2 * reach)
    bend = (high + low - 2 * middle) / (2 * reach**2)
    return np.stack([middle, line, bend])


def _dropout(drawn: Array, believed: Believed, numerics: Numerics) -> Array:
    """Return the chance of dropping out, moved where courses of the class are known."""
    tolerance = believed.tolerance
    where = np.flatnonzero(tolerance.acts)
    if not where.size:
        return drawn
    own = tolerance.of(where)
    moved = drawn.copy()
    level = logit(drawn[:, where]) * np.sqrt(widened(own.usual_variance, numerics))
    moved[:, where] = logistic(
        level + own.mean + np.sqrt(own.variance) * believed.leaving[:, where]
    )
    return moved
